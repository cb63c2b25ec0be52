//! One case for every reason: what was changed in a school at which everything is in order, and what the gate says.

mod agreed;
mod granted;

use std::collections::BTreeSet;

use sluis_core::gate::{Fixer, ReasonCode};

use crate::world::World;

/// One line of the table.
struct Case {
    code: ReasonCode,
    fixer: Fixer,
    article: Option<&'static str>,
    missing: Option<&'static str>,
    /// Whether it is found among the withheld attributes and not among the reasons of a refusal.
    withheld: bool,
    change: fn(&mut World),
}

const fn case(
    code: ReasonCode,
    fixer: Fixer,
    article: Option<&'static str>,
    missing: Option<&'static str>,
    change: fn(&mut World),
) -> Case {
    Case {
        code,
        fixer,
        article,
        missing,
        withheld: false,
        change,
    }
}

const fn held(
    code: ReasonCode,
    fixer: Fixer,
    article: Option<&'static str>,
    missing: Option<&'static str>,
    change: fn(&mut World),
) -> Case {
    Case {
        code,
        fixer,
        article,
        missing,
        withheld: true,
        change,
    }
}

fn table() -> Vec<Case> {
    [agreed::table(), granted::table()].into_iter().flatten().collect()
}

#[test]
fn each_case_gives_its_reason_and_hardly_any_other() {
    for Case {
        code,
        fixer,
        article,
        missing,
        withheld,
        change,
    } in table()
    {
        let mut world = World::new();
        assert!(world.decide().is_permit(), "the school is in order to begin with");
        change(&mut world);
        let decision = world.decide();
        let reasons = if withheld {
            assert!(decision.is_permit(), "{code:?}: {:?}", decision.reasons());
            decision.withheld().iter().map(|held| held.reason.clone()).collect()
        } else {
            assert!(!decision.is_permit(), "{code:?}");
            decision.reasons().to_vec()
        };
        let found: Vec<_> = reasons.iter().filter(|reason| reason.code == code).collect();
        let [reason] = found.as_slice() else {
            panic!("{code:?} once in {reasons:?}")
        };
        assert_eq!(reason.fixer(), fixer, "{code:?}");
        assert_eq!(reason.article.map(|article| article.number), article, "{code:?}");
        if missing.is_some() {
            assert_eq!(reason.missing.name().as_deref(), missing, "{code:?}");
        }
        // Where a fact is missing altogether, others that lean on it are missing too; else one change, one reason.
        let alone = [
            ReasonCode::AgreementMissing,
            ReasonCode::OperatorAgreementMissing,
            ReasonCode::CategoryNarrowed,
            ReasonCode::AttributeNotNeeded,
            ReasonCode::AttributeNotAgreed,
        ];
        assert!(
            withheld || alone.contains(&code) || reasons.len() == 1,
            "{code:?} alone in {reasons:?}"
        );
    }
}

#[test]
fn every_reason_has_a_case() {
    let cased: BTreeSet<_> = table().iter().map(|case| case.code).collect();
    let without: Vec<_> = ReasonCode::ALL
        .into_iter()
        .filter(|code| !cased.contains(code) && *code != ReasonCode::PersonNotAvailable)
        .collect();
    assert_eq!(
        without,
        [],
        "add a case for each; `person_not_available` has its own tests in `visibility`"
    );
}
