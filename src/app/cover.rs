//! For which schools of a board an agreement holds: one acceptance for all of them, with exceptions, or for a list.
//!
//! Promises: at a school that is excepted nothing is agreed, also where an older agreement held before: the newer one took its
//! place between the parties. When the call that excepts a school has answered, nothing passes there.

use std::collections::BTreeSet;

use sluis_core::{agreement::Side, id::SchoolId, ledger::Owner};

use crate::app::{
    App,
    act::ActOf,
    agreement::Agreement,
    agreement_step::{Coverage, What},
    caller::{Caller, Role},
    error::{AppError, Invalid, already},
    feed::EventKind,
    life::{AgreementWord, next_step, notice_of},
    organisation::School,
    store::Change,
};

/// For which of its schools a board wants an agreement to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoverageAsked {
    /// For all, apart from these; none is for all.
    Except(Vec<SchoolId>),
    /// For these.
    Only(Vec<SchoolId>),
}

impl App {
    /// The board says for which of its schools an agreement holds from now on.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Invalid`] for schools that are not the board's; [`AppError::Conflict`] when another
    /// annex was read, it holds for nobody yet, is over, or holds for just these schools.
    pub async fn agreement_cover(
        &self,
        caller: &Caller,
        word: AgreementWord,
        asked: CoverageAsked,
    ) -> Result<Agreement, AppError> {
        let Role::Board(board) = caller.role else {
            return Err(AppError::NotYours);
        };
        let (mut agreement, at) = self.moving_agreement(caller, &word).await?;
        let schools = self.schools_under(board).await?;
        let coverage = coverage_of(&schools, asked)?;
        let before = agreement.coverage();
        if coverage == before {
            return Err(already("the agreement holds for just these schools"));
        }
        let changed = schools.iter().map(|school| school.id);
        let changed: Vec<_> = changed
            .filter(|school| coverage.holds(*school) != before.holds(*school))
            .collect();
        let step = next_step(&agreement, Side::Board, caller, at, What::Covered(coverage));
        let mut act = ActOf::of(caller);
        let owners = changed.iter().copied().map(Owner::School);
        for owner in [Owner::Board(board)].into_iter().chain(owners) {
            self.note(&mut act, owner, "agreement.cover", "agreement", agreement.id);
        }
        act.changes_policy_of(changed);
        let changes = vec![
            Change::AgreementMoved(board, agreement.id, step.clone()),
            notice_of(&agreement, EventKind::AgreementSchoolsChanged, at),
        ];
        self.carry_out(act, changes).await?;
        agreement.steps.push(step);
        Ok(agreement)
    }
}

/// What a board with these schools asks, once all that it names are its own.
pub(in crate::app) fn coverage_of(schools: &[School], asked: CoverageAsked) -> Result<Coverage, AppError> {
    let (name, named) = match &asked {
        CoverageAsked::Except(schools) => ("exceptSchools", schools),
        CoverageAsked::Only(schools) => ("onlySchools", schools),
    };
    let own: BTreeSet<_> = schools.iter().map(|school| school.id).collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (place, school) in named.iter().enumerate() {
        let fault = match (own.contains(school), seen.insert(*school)) {
            (false, _) => Some(("school_unknown", "the board has no school with this id")),
            (true, false) => Some(("repeated", "this stands in the list twice")),
            (true, true) => None,
        };
        wrong.extend(fault.map(|(code, detail)| Invalid {
            pointer: format!("/{name}/{place}"),
            code,
            detail: detail.to_owned(),
        }));
    }
    let covered = |coverage: &Coverage| own.iter().any(|school| coverage.holds(*school));
    let coverage = match asked {
        CoverageAsked::Except(_) => Coverage::AllExcept(seen),
        CoverageAsked::Only(_) => Coverage::Only(seen),
    };
    if wrong.is_empty() && !own.is_empty() && !covered(&coverage) {
        wrong.push(Invalid {
            pointer: format!("/{name}"),
            code: "no_school_left",
            detail: "the agreement would hold for no school at all: end it instead, or do not accept it".to_owned(),
        });
    }
    if wrong.is_empty() {
        Ok(coverage)
    } else {
        Err(AppError::Invalid(wrong))
    }
}
