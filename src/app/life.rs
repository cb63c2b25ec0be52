//! The life of an agreement after it was accepted: a side suspends it and resumes it, or ends it.
//!
//! Promises: when the call that suspends or ends has answered, nothing more passes by the agreement; only the side that
//! suspended resumes, and the suspensions of the two sides stand beside each other. What came before an agreement that has
//! begun does not revive when it ends.

use sluis_core::{
    agreement::{Clause, Side, State},
    id::AgreementId,
    ledger::Owner,
    time::Timestamp,
};

use crate::app::{
    App,
    act::ActOf,
    activate::past,
    agreement::Agreement,
    agreement_step::{Step, What},
    caller::{Caller, Role},
    error::{AppError, Invalid, already, ended, not_ready, other_annex},
    feed::{EventKind, Notice},
    organisation::School,
    store::Change,
    words::cite,
};

/// A side says something about an agreement that it has read.
#[derive(Debug)]
pub struct AgreementWord {
    /// The agreement.
    pub agreement: AgreementId,
    /// The hash of the annex that was read.
    pub annex_hash: [u8; 32],
    /// Why, in its own words.
    pub reason: Option<String>,
}

/// An agreement that is about to make a step.
struct Moving {
    agreement: Agreement,
    side: Side,
    state: State,
    /// The moment of the step: not before those of the steps that led here, whatever the clock says.
    at: Timestamp,
}

impl App {
    /// How an agreement stands among those of its board about its product.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn agreement_state(&self, agreement: &Agreement) -> Result<State, AppError> {
        let all = self.store.agreements_about(agreement.board, agreement.product).await?;
        Ok(agreement.state(&all, self.now().max(agreement.moved_at())))
    }

    /// The caller's side can no longer comply with an agreement (model 4.0, article 2.5): nothing passes by it, from now on.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Conflict`] when another annex was read, it holds for nobody yet, is over, or the side
    /// has said so before.
    pub async fn agreement_suspend(&self, caller: &Caller, word: AgreementWord) -> Result<Agreement, AppError> {
        let moving = self.moving(caller, &word).await?;
        if moving.agreement.is_suspended_by(moving.side) {
            return Err(already("this side has suspended the agreement"));
        }
        let what = What::Suspended { reason: word.reason };
        self.agreement_step(caller, moving, what, "agreement.suspend", EventKind::AgreementSuspended)
            .await
    }

    /// The caller's side complies again.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Conflict`] when another annex was read, it is over, or the side has not suspended it:
    /// the other side's suspension is for the other side to end.
    pub async fn agreement_resume(&self, caller: &Caller, word: AgreementWord) -> Result<Agreement, AppError> {
        let moving = self.moving(caller, &word).await?;
        if !moving.agreement.is_suspended_by(moving.side) {
            return Err(not_ready("this side has not suspended the agreement"));
        }
        let name = "agreement.resume";
        self.agreement_step(caller, moving, What::Resumed, name, EventKind::AgreementResumed)
            .await
    }

    /// A side ends an agreement: the board at once or by a date, the supplier by a date to come.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Conflict`] when another annex was read, it holds for nobody yet, or is over;
    /// [`AppError::Invalid`] when the date has passed, is missing where a supplier ends, or is after the end that is agreed.
    pub async fn agreement_end(
        &self,
        caller: &Caller,
        word: AgreementWord,
        ends_at: Option<Timestamp>,
    ) -> Result<Agreement, AppError> {
        let mut moving = self.moving(caller, &word).await?;
        let article = cite(&moving.agreement, Clause::Duration)?;
        let invalid = |code, detail: String| AppError::Invalid(vec![Invalid::at("/endsAt", code, detail)]);
        if let Some(mut fault) = past("/endsAt", ends_at, moving.at) {
            fault.detail =
                format!("this moment has passed: what was done by the agreement until now stays done{article}");
            return Err(AppError::Invalid(vec![fault]));
        }
        let until = moving.agreement.held().until;
        if ends_at.zip(until).is_some_and(|(ends_at, until)| until <= ends_at) {
            let detail =
                format!("the agreement ends before that already: whoever ends it can only end it earlier{article}");
            return Err(invalid("end_not_earlier", detail));
        }
        // INVARIANT: what has begun holds for a moment at least, or what it superseded would hold again.
        if moving.state != State::Accepted {
            moving.at = moving.at.max(begun(&moving.agreement).plus_millis(1));
        }
        let at = match (moving.side, ends_at) {
            (_, Some(at)) => at,
            (Side::Board, None) => moving.at,
            (Side::Supplier, None) => {
                let detail =
                    format!("a supplier ends an agreement by a date: schools need time to turn to another{article}");
                return Err(invalid("missing", detail));
            }
        };
        let what = What::Ended {
            at,
            reason: word.reason,
        };
        self.agreement_step(caller, moving, what, "agreement.end", EventKind::AgreementEnded)
            .await
    }

    /// An agreement that both sides have accepted and that is not over, as the caller's side has read it.
    async fn moving(&self, caller: &Caller, word: &AgreementWord) -> Result<Moving, AppError> {
        let side = match caller.role {
            Role::Board(_) => Side::Board,
            Role::Supplier { .. } | Role::Distributor { .. } => Side::Supplier,
            Role::Operator | Role::School(_) => return Err(AppError::NotYours),
        };
        let agreement = self.agreement_view(caller, word.agreement).await?;
        if agreement.annex_hash != word.annex_hash {
            return Err(other_annex());
        }
        let at = self.now().max(agreement.moved_at());
        let all = self.store.agreements_about(agreement.board, agreement.product).await?;
        let state = agreement.state(&all, at);
        match state {
            State::Offered | State::Lapsed => Err(not_ready("both sides have to accept the agreement first")),
            State::Superseded { .. } => Err(ended("a newer agreement has taken the place of this one")),
            State::Ended => Err(ended("the agreement has ended")),
            State::Accepted | State::InForce | State::Suspended => Ok(Moving {
                agreement,
                side,
                state,
                at,
            }),
        }
    }

    /// An agreement that the caller's side has read and that can make a step, with the moment of that step.
    pub(in crate::app) async fn moving_agreement(
        &self,
        caller: &Caller,
        word: &AgreementWord,
    ) -> Result<(Agreement, Timestamp), AppError> {
        let moving = self.moving(caller, word).await?;
        Ok((moving.agreement, moving.at))
    }

    async fn agreement_step(
        &self,
        caller: &Caller,
        moving: Moving,
        what: What,
        name: &'static str,
        kind: EventKind,
    ) -> Result<Agreement, AppError> {
        let Moving {
            mut agreement,
            side,
            at,
            ..
        } = moving;
        let step = next_step(&agreement, side, caller, at, what);
        let mut act = ActOf::of(caller);
        let schools = self.schools_under(agreement.board).await?;
        self.note_in_all_logs(&mut act, &agreement, &schools, name);
        let changes = vec![
            Change::AgreementMoved(agreement.board, agreement.id, step.clone()),
            notice_of(&agreement, kind, at),
        ];
        self.carry_out(act, changes).await?;
        agreement.steps.push(step);
        Ok(agreement)
    }

    /// Notes something about an agreement in the log of its board and of each school for which it holds; the policies of all
    /// schools of the board, which these are, change: where it does not hold, nothing else does either.
    pub(in crate::app) fn note_in_all_logs(
        &self,
        act: &mut ActOf<'_>,
        agreement: &Agreement,
        schools: &[School],
        name: &'static str,
    ) {
        let coverage = agreement.coverage();
        self.note(act, Owner::Board(agreement.board), name, "agreement", agreement.id);
        for school in schools.iter().filter(|school| coverage.holds(school.id)) {
            self.note(act, Owner::School(school.id), name, "agreement", agreement.id);
        }
        act.changes_policy_of(schools.iter().map(|school| school.id));
    }
}

/// The step that comes after those that were read.
pub(in crate::app) fn next_step(agreement: &Agreement, side: Side, caller: &Caller, at: Timestamp, what: What) -> Step {
    let number = agreement.steps.last().map_or(0, |step| step.number).saturating_add(1);
    Step {
        number,
        side,
        by: caller.client,
        at,
        what,
    }
}

/// Tells the supplier of an agreement what happened to it.
pub(in crate::app) fn notice_of(agreement: &Agreement, kind: EventKind, at: Timestamp) -> Change {
    Change::Noticed(Notice {
        supplier: agreement.supplier,
        kind,
        school: None,
        resource: *agreement.id.as_uuid(),
        at,
    })
}

/// When it began, for one that has.
fn begun(agreement: &Agreement) -> Timestamp {
    agreement.version(&[]).begins().unwrap_or(agreement.window.from)
}
