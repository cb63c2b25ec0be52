//! Runs: how one begins, is held, takes in what was delivered, and ends; and what a dead one leaves behind.
//!
//! Promises: a roster changes wholly or not at all; whoever reads meanwhile sees the one before. A run always gets an
//! end. While it is under way its lease is renewed, and when nobody does that any more, whoever comes next ends it as
//! `interrupted`. Nothing is written by a run that has ended or whose connection the school has ended.

use std::{future::Future, time::Duration};

use sluis_connector_port::roster::Snapshot;
use sluis_core::{
    id::{ConnectionId, SchoolId},
    ledger::{Code, Hex, Outcome, Owner, RecordDraft, RecordKind, Resource},
    time::{Timestamp, Year},
};

use crate::app::{
    App,
    admit::Permitted,
    caller::Caller,
    connection::{Dialect, Due, Run, RunCounts, RunEnd, RunOutcome},
    error::AppError,
    evidence::Act,
    gatekeeper::ATTEMPTS,
    organisation::School,
    reason::{RunReason, StopCode},
    store::{Change, RosterChange, Staged, StoreError},
};

/// How many changes are set aside in one piece: about 5 ms of work.
const PIECE: usize = 200;

/// How long a run counts as alive after it was last held.
const LEASE_SECS: i64 = 60;

/// How often a run that waits for something is held: three times in a lease.
const RENEWAL: Duration = Duration::from_secs(20);

/// Why a run did not come to an end of its own.
pub(in crate::app) enum Stopped {
    /// It has ended, or the school has ended its connection.
    Lost,
    /// Something failed.
    Failed(AppError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Lost,
            other => Self::Failed(other.into()),
        }
    }
}

impl From<AppError> for Stopped {
    fn from(error: AppError) -> Self {
        Self::Failed(error)
    }
}

impl App {
    pub(in crate::app) fn new_run(&self, school: &School, connection: Option<ConnectionId>, dialect: Dialect) -> Run {
        Run {
            id: self.new_id(),
            school: school.id,
            connection,
            dialect,
            started_at: self.now(),
            end: None,
        }
    }

    /// Begins a run; a conflict when one of this school is under way, the connection is not active, or it is not
    /// due any more.
    pub(in crate::app) async fn run_start(&self, run: &Run, due: Option<Due>) -> Result<(), StoreError> {
        self.runs_interrupt(Some(run.school)).await?;
        let started = Change::RunStarted {
            run: run.clone(),
            due,
            lease_until: self.lease(),
        };
        self.store.apply(vec![started], false).await
    }

    fn lease(&self) -> Timestamp {
        self.now().plus_secs(LEASE_SECS)
    }

    fn hold(&self, run: &Run) -> Change {
        Change::RunHeld(run.school, run.id, self.lease())
    }

    /// Does something while the run is held. It is dropped as soon as the run is not ours any more.
    pub(in crate::app) async fn held<T>(&self, run: &Run, work: impl Future<Output = T>) -> Result<T, Stopped> {
        let lost = async {
            loop {
                tokio::time::sleep(RENEWAL).await;
                match self.store.apply(vec![self.hold(run)], false).await {
                    Ok(()) => {}
                    Err(StoreError::Conflict) => return,
                    Err(error) => {
                        tracing::warn!(run.id = %run.id, error = &error as &dyn std::error::Error, "a run could not be held");
                    }
                }
            }
        };
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = lost => Err(Stopped::Lost),
        }
    }

    /// Takes in a delivery: what differs is set aside in pieces, and becomes the roster together with the end of the run,
    /// unless less is permitted by then.
    pub(in crate::app) async fn take_in(
        &self,
        by: Option<&Caller>,
        school: &School,
        run: &Run,
        snapshot: Snapshot,
        mut permitted: Permitted,
    ) -> Result<Run, Stopped> {
        let difference = match self.compare(school, snapshot, &permitted).await? {
            Ok(difference) => difference,
            Err(reason) => return self.refused(by, run, reason).await,
        };
        let staged = self.stage(run, difference.changes).await?;
        for _ in 0..ATTEMPTS {
            let mut changes = vec![
                self.hold(run),
                Change::EpochHeld(run.school, permitted.epoch),
                Change::RosterReplaced(run.school, run.id, staged, Year::of(self.now())),
            ];
            let learned = difference.learned.iter().cloned();
            changes.extend(learned.map(|(id, known_by)| Change::RestrictionFollows(run.school, id, known_by)));
            let ended = self.run_end(by, run, RunOutcome::Applied, None, difference.counts, changes);
            match ended.await {
                Err(StoreError::Conflict) => {}
                ended => return Ok(ended?),
            }
            let again = match self.permit_intake(by, school, run).await? {
                Ok(again) if !again.covers(&permitted) => Err(StopCode::WithdrawnMeanwhile.into()),
                again => again,
            };
            permitted = match again {
                // The policy stands where it stood: it is the run that is not ours any more.
                Ok(again) if again.epoch == permitted.epoch => return Err(Stopped::Lost),
                // What was set aside is still permitted.
                Ok(again) => Permitted {
                    epoch: again.epoch,
                    ..permitted
                },
                Err(reason) => return self.refused(by, run, reason).await,
            };
        }
        Err(Stopped::Failed(AppError::Unavailable(StoreError::Conflict)))
    }

    async fn stage(&self, run: &Run, changes: Vec<RosterChange>) -> Result<Staged, StoreError> {
        let mut staged = Staged::default();
        let mut changes = changes.into_iter();
        loop {
            let piece: Vec<_> = changes.by_ref().take(PIECE).collect();
            if piece.is_empty() {
                return Ok(staged);
            }
            staged.count(&piece);
            let piece = Change::RosterStaged(run.school, run.id, piece);
            self.store.apply(vec![self.hold(run), piece], true).await?;
        }
    }

    pub(in crate::app) async fn refused(
        &self,
        by: Option<&Caller>,
        run: &Run,
        reason: RunReason,
    ) -> Result<Run, Stopped> {
        let (reason, counts) = (Some(reason), RunCounts::default());
        Ok(self
            .run_end(by, run, RunOutcome::Refused, reason, counts, Vec::new())
            .await?)
    }

    /// Ends a run: the end, its record, and with a new roster the new epoch, in one transaction.
    pub(in crate::app) async fn run_end(
        &self,
        by: Option<&Caller>,
        run: &Run,
        outcome: RunOutcome,
        reason: Option<RunReason>,
        counts: RunCounts,
        mut changes: Vec<Change>,
    ) -> Result<Run, StoreError> {
        let end = RunEnd {
            at: self.now(),
            outcome,
            reason,
            counts,
        };
        let draft = self.end_draft(by, run, &end);
        changes.push(Change::RunEnded(run.school, run.id, end.clone()));
        let policy_of = if outcome == RunOutcome::Applied {
            vec![run.school]
        } else {
            Vec::new()
        };
        self.evidence
            .act(Act {
                changes,
                policy_of,
                drafts: vec![draft],
                ..Act::default()
            })
            .await?;
        Ok(Run {
            end: Some(end),
            ..run.clone()
        })
    }

    /// What became of a run. One that stopped half-way gets its end here, unless somebody else has ended it.
    pub(in crate::app) async fn settled(
        &self,
        by: Option<&Caller>,
        run: &Run,
        ended: Result<Run, Stopped>,
    ) -> Result<Run, AppError> {
        let settled = match ended {
            Ok(ended) => Ok(ended),
            Err(stopped) => self.stopped(by, run, stopped).await,
        };
        if let Err(error) = self.leftovers_delete(run.school).await {
            tracing::warn!(run.id = %run.id, error = &error as &dyn std::error::Error, "leftovers stay until the next turn");
        }
        settled
    }

    async fn stopped(&self, by: Option<&Caller>, run: &Run, stopped: Stopped) -> Result<Run, AppError> {
        let error = match stopped {
            Stopped::Lost => None,
            Stopped::Failed(error) => {
                tracing::error!(run.id = %run.id, error = &error as &dyn std::error::Error, "a run stopped half-way");
                Some(error)
            }
        };
        let reason = if error.is_none() && self.has_lost_connection(run).await? {
            StopCode::ConnectionEnded
        } else {
            StopCode::StoreRefused
        };
        match self.refused(by, run, reason.into()).await {
            Ok(ended) => Ok(ended),
            // It has an end: given by whoever took it for dead, or by ourselves when the store did not get to say so.
            Err(Stopped::Lost) => self
                .store
                .run(run.school, run.id)
                .await?
                .ok_or(AppError::NotFound("run")),
            Err(Stopped::Failed(again)) => Err(error.unwrap_or(again)),
        }
    }

    async fn has_lost_connection(&self, run: &Run) -> Result<bool, StoreError> {
        let connections = self.store.connections(run.school).await?;
        let own = connections.iter().find(|known| Some(known.id) == run.connection);
        Ok(own.is_some_and(|own| own.ended_at.is_some()))
    }

    /// Ends the runs that nobody holds any more, and deletes what ended runs have set aside.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn runs_tidy(&self) -> Result<(), AppError> {
        self.runs_interrupt(None).await?;
        for school in self.store.schools_with_leftovers().await? {
            self.leftovers_delete(school).await?;
        }
        Ok(())
    }

    async fn leftovers_delete(&self, school: SchoolId) -> Result<(), StoreError> {
        while self.store.leftovers_delete(school).await? {}
        Ok(())
    }

    async fn runs_interrupt(&self, school: Option<SchoolId>) -> Result<(), StoreError> {
        for run in self.store.runs_expired(school, self.now()).await? {
            let end = RunEnd {
                at: self.now(),
                outcome: RunOutcome::Refused,
                reason: Some(StopCode::Interrupted.into()),
                counts: RunCounts::default(),
            };
            let act = Act {
                drafts: vec![self.end_draft(None, &run, &end)],
                changes: vec![Change::RunInterrupted(run.school, run.id, end)],
                policy_of: Vec::new(),
                ..Act::default()
            };
            match self.evidence.act(act).await {
                // Another replica was first, or the run is alive after all.
                Ok(_) | Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn end_draft(&self, by: Option<&Caller>, run: &Run, end: &RunEnd) -> RecordDraft {
        let recorded = if end.outcome == RunOutcome::Refused {
            Outcome::Failed
        } else {
            Outcome::Done
        };
        let mut draft = self.run_draft(by, run, recorded, "roster.run");
        draft.start_time = run.started_at;
        draft.reasons = end.reason.iter().map(|reason| reason.code()).collect();
        draft
    }

    pub(in crate::app) fn run_draft(
        &self,
        by: Option<&Caller>,
        run: &Run,
        outcome: Outcome,
        name: &'static str,
    ) -> RecordDraft {
        let owner = Owner::School(run.school);
        let mut draft = RecordDraft::new(
            RecordKind::RosterRun,
            outcome,
            owner,
            name,
            "roster",
            self.now(),
            &*self.random,
        );
        if let Some(caller) = by {
            draft.asker = Some(caller.client);
            draft.trace_id = Hex::from_bytes(*caller.trace.as_bytes());
        }
        draft.resource = Some(Resource {
            id: *run.id.as_uuid(),
            kind: Code::from_static("run"),
        });
        draft
    }
}
