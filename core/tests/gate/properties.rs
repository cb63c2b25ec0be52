//! What must hold for every case: agreement with the slow model, nothing permitted by less, no facts no release.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};

use proptest::{prelude::*, sample::Index};
use sluis_core::{
    agreement::StanceKind,
    catalogue::{AttributeSet, Catalogue},
    gate::{Asker, Audience, Facts, Missing, ReasonCode, SubjectFacts, decide},
};

use crate::{
    cases::{Case, Subject, case, runner},
    naive::{Verdict, model},
};

#[test]
fn the_gate_and_the_slow_model_agree() {
    let seen = RefCell::new((0u32, 0u32, [0u32; 4], BTreeSet::new()));
    let unlinked = RefCell::new((0u32, 0u32, BTreeSet::new()));
    let agreed = runner(20_000).run(&case(), |case| {
        let decision = case.decide();
        let expected = model(case.readable.then_some(&case.inputs), &case.request, &case.subject);
        prop_assert_eq!(Verdict::of(&decision), expected);
        let (permits, logged_in, others, codes) = &mut *seen.borrow_mut();
        *permits += u32::from(decision.is_permit());
        *logged_in += u32::from(decision.is_permit() && matches!(case.subject, Subject::LoggedIn(_)));
        let kind = match case.request.asker {
            Asker::Supplier(_) | Asker::Controller => None,
            Asker::Distributor(_) => Some(0),
            Asker::NextSchool(_) => Some(1),
            Asker::Person(_) => Some(2),
            Asker::Authority(_) => Some(3),
        };
        if let Some(kind) = kind {
            others[kind] += u32::from(decision.is_permit());
        }
        codes.extend(decision.reasons().iter().map(|reason| reason.code));
        codes.extend(decision.withheld().iter().map(|held| held.reason.code));
        if decision.agreement().is_some_and(|used| !used.model.links()) {
            let (permits, released, waiting) = &mut *unlinked.borrow_mut();
            *permits += u32::from(decision.is_permit());
            *released += decision.released().len();
            let held = decision.withheld().iter().map(|held| &held.reason);
            let parts = decision.reasons().iter().chain(held);
            waiting.extend(parts.filter_map(|reason| match &reason.missing {
                Missing::Module(part) => Some(part.as_str().to_owned()),
                _ => None,
            }));
        }
        Ok(())
    });
    agreed.unwrap();
    let (by_table, released, waiting) = unlinked.into_inner();
    assert!(
        by_table > 150 && released > 150 && waiting.len() > 5,
        "{by_table} permits and {released} attributes by the restrictive table, {waiting:?}: the cases say too little"
    );
    let (permits, logged_in, others, codes) = seen.into_inner();
    assert!(
        others.iter().all(|permits| *permits > 10),
        "{others:?} distributors, next schools, persons and authorities were permitted: the cases say too little"
    );
    assert!(
        logged_in > 0,
        "nobody was permitted by a login alone: the cases say too little"
    );
    assert!(
        permits > 400,
        "only {permits} cases were permitted: the cases say too little"
    );
    let unseen: Vec<_> = ReasonCode::ALL
        .into_iter()
        .filter(|code| !codes.contains(code))
        .collect();
    assert_eq!(
        unseen,
        [ReasonCode::PersonNotAvailable],
        "every reason comes up in some case"
    );
}

#[test]
fn taking_something_away_never_permits_more() {
    let strategy = (case(), 0..7u8, any::<Index>());
    let held = runner(4_000).run(&strategy, |(case, what, which)| {
        let mut less = case.clone();
        let inputs = &mut less.inputs;
        match what {
            0 if !inputs.approvals.is_empty() => drop(inputs.approvals.remove(which.index(inputs.approvals.len()))),
            1 if !inputs.mandates.is_empty() => drop(inputs.mandates.remove(which.index(inputs.mandates.len()))),
            2 if !inputs.activations.is_empty() => {
                drop(inputs.activations.remove(which.index(inputs.activations.len())))
            }
            3 if !inputs.instructions.is_empty() => {
                drop(inputs.instructions.remove(which.index(inputs.instructions.len())))
            }
            // A permission that is taken away, and an objection that is made.
            4 if !inputs.stances.is_empty() => {
                let which = which.index(inputs.stances.len());
                inputs.stances[which].kind = StanceKind::Objection;
            }
            5 => {
                if let Subject::Person(person) = &mut less.subject {
                    person.forget_grants();
                }
            }
            _ => less.readable = false,
        }
        let (before, after) = (case.decide(), less.decide());
        prop_assert!(before.is_permit() || !after.is_permit());
        prop_assert!(after.released().is_subset(before.released()));
        Ok(())
    });
    held.unwrap();
}

#[test]
fn a_permit_accounts_for_everything_wanted_and_a_refusal_releases_nothing() {
    let held = runner(4_000).run(&case(), |case| {
        let decision = case.decide();
        let withheld: AttributeSet = decision.withheld().iter().map(|held| held.attribute).collect();
        prop_assert_eq!(decision.is_permit(), decision.reasons().is_empty());
        if decision.is_permit() {
            prop_assert_eq!(decision.released().union(withheld), case.request.wanted());
            prop_assert!(decision.released().intersection(withheld).is_empty());
            prop_assert!(
                case.request.required.is_subset(decision.released()) || matches!(case.subject, Subject::School)
            );
        } else {
            prop_assert!(decision.released().is_empty() && withheld.is_empty());
        }
        Ok(())
    });
    held.unwrap();
}

#[test]
fn without_facts_nothing_is_permitted() {
    let held = runner(2_000).run(&case(), |case| {
        let facts = Facts {
            policy: None,
            subject: SubjectFacts::School,
            catalogue: Catalogue::built_in(),
        };
        prop_assert!(!decide(&case.request, &facts).is_permit());
        let mut empty = case.clone();
        empty.inputs.agreements.clear();
        if let Subject::Person(person) | Subject::LoggedIn(person) = &mut empty.subject {
            person.forget_grants();
        }
        prop_assert!(!empty.decide().is_permit(), "neither agreement nor grant");
        Ok(())
    });
    held.unwrap();
}

#[test]
fn for_a_supplier_every_refused_person_looks_like_an_unknown_one() {
    let refused = Cell::new(0);
    let held = runner(6_000).run(&case(), |case: Case| {
        let decision = case.decide();
        if matches!(case.subject, Subject::Person(_) | Subject::LoggedIn(_)) && !decision.is_permit() {
            let unknown = case.decide_about(&Subject::Unknown);
            if case.decide_about(&Subject::School).is_permit() {
                refused.set(refused.get() + 1);
            }
            prop_assert_eq!(
                decision.seen_by(Audience::Supplier),
                unknown.seen_by(Audience::Supplier)
            );
        }
        Ok(())
    });
    held.unwrap();
    let refused: u32 = refused.into_inner();
    assert!(
        refused > 100,
        "only {refused} persons were refused as persons: the cases say too little"
    );
}

#[test]
fn nothing_that_stands_against_a_person_stops_their_own_access() {
    let permitted = Cell::new(0);
    let held = runner(4_000).run(&case(), |case: Case| {
        let (Asker::Person(_), Subject::Person(person)) = (case.request.asker, &case.subject) else {
            return Ok(());
        };
        let free = Subject::Person(person.without_anything_against());
        let decision = case.decide();
        prop_assert_eq!(&decision, &case.decide_about(&free));
        permitted.set(permitted.get() + u32::from(decision.is_permit()));
        Ok(())
    });
    held.unwrap();
    assert!(permitted.into_inner() > 5, "the cases say too little");
}
