//! Connections and runs: entering, activating and ending a link; pulling a roster; taking in a file.

use sluis_connector_port::{Connector, Pull, PullRequest, roster::SchoolYear, roster::Snapshot};
use sluis_core::{
    id::{ConnectionId, SchoolId},
    identifier::Brin6,
    ledger::{Code, Hex, Outcome, Owner, RecordDraft, RecordKind, Resource},
    time::Timestamp,
};

use crate::app::{
    App,
    activate::not_ready,
    agree::ended,
    caller::Caller,
    connection::{Connection, Dialect, Run, RunCounts, RunEnd, RunOutcome},
    error::AppError,
    evidence::{Act, Entry, Recorded},
    intake::{Intake, IntakeError},
    organisation::School,
    sealing::KeyScope,
    store::{Change, StoreError},
};

/// How many changes are written in one piece: about 5 ms of work.
const PIECE: usize = 200;

/// Makes the connector of a connection.
pub trait Connectors: Send + Sync {
    /// The connector that speaks the dialect of this connection, with its credentials.
    ///
    /// # Errors
    /// When the connection cannot be spoken to: its dialect is not pulled, or its address may not be called.
    fn connect(&self, connection: &Connection) -> Result<Box<dyn Connector>, ConnectRefused>;
}

/// Why no connector is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConnectRefused {
    /// The dialect is one of files that a person brings.
    #[error("this dialect is not pulled")]
    NotPulled,
    /// Its keys have a form that the system cannot know.
    #[error("the keys are not of the form that this dialect has")]
    Credentials,
    /// Its address is not `https`, or inside a network that may not be called.
    #[error("the address may not be called")]
    Address,
}

impl App {
    /// Pulls the roster of a school. What went wrong is in the run that is returned; the roster then is as it was.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or [`AppError::Conflict`] when the connection is not active.
    pub async fn connection_pull(&self, caller: &Caller, school: SchoolId, id: ConnectionId) -> Result<Run, AppError> {
        let connection = self.connection(caller, school, id).await?;
        if connection.ended_at.is_some() {
            return Err(ended("the connection has ended"));
        }
        if connection.activated_at.is_none() {
            return Err(not_ready("the school has not activated this connection"));
        }
        let school = self.controlled_school(caller, school).await?;
        let connector = self.connector(&connection)?;
        let run = self.new_run(&school, Some(id), connection.dialect);
        self.run_start(&run).await?;
        // In a task of its own: a caller who goes away does not leave half a roster.
        let (app, caller) = (
            self.me
                .upgrade()
                .ok_or(AppError::Unavailable(StoreError::Corrupt("service")))?,
            caller.clone(),
        );
        tokio::spawn(async move { app.pull(Some(&caller), &school, &*connector, run).await })
            .await
            .map_err(|ended| AppError::Unavailable(StoreError::Unavailable(Box::new(ended))))?
    }

    /// Pulls every connection that is active and has not been pulled since a moment. Of several replicas, one pulls.
    ///
    /// # Errors
    /// When the store does not answer. What goes wrong at one school is in its run and does not keep the others.
    pub async fn synchronise(&self, since: Timestamp) -> Result<(), AppError> {
        for (school, id) in self.store.connections_due(since).await? {
            if let Err(error) = self.synchronise_one(school, id, since).await {
                tracing::error!(
                    school.id = %school,
                    connection.id = %id,
                    error = &error as &dyn std::error::Error,
                    "a pull could not be made"
                );
            }
        }
        Ok(())
    }

    async fn synchronise_one(&self, school: SchoolId, id: ConnectionId, since: Timestamp) -> Result<(), AppError> {
        let connections = self.store.connections(school).await?;
        let connection = connections.into_iter().find(|connection| connection.id == id);
        let (Some(connection), Some(school)) = (connection, self.store.school(school).await?) else {
            return Ok(());
        };
        let connector = self.connector(&connection)?;
        let run = self.new_run(&school, Some(id), connection.dialect);
        match self
            .store
            .apply(vec![Change::RunClaimed(run.clone(), since)], false)
            .await
        {
            Ok(()) => self.pull(None, &school, &*connector, run).await.map(|_| ()),
            // Another replica was first, or the school ended the connection.
            Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn connector(&self, connection: &Connection) -> Result<Box<dyn Connector>, AppError> {
        self.connectors
            .connect(connection)
            .map_err(|refused| not_ready(&refused.to_string()))
    }

    async fn pull(
        &self,
        by: Option<&Caller>,
        school: &School,
        connector: &dyn Connector,
        run: Run,
    ) -> Result<Run, AppError> {
        if let Err(reason) = self.permit_intake(by, school, &run).await? {
            return self.refused(by, run, &reason).await;
        }
        let Ok(school_year) = SchoolYear::of(self.now().utc_date()) else {
            return self.refused(by, run, "school_year_unknown").await;
        };
        let request = PullRequest {
            school: school.brin,
            school_year,
            since: None,
            eck_id_rules: self.settings.eck_ids.clone(),
        };
        match connector.pull(request).await {
            // What was withdrawn while the system answered is obeyed.
            Ok(Pull::Snapshot(snapshot)) => match self.permit_intake(by, school, &run).await? {
                Ok(()) => self.take_in(by, school, run, *snapshot).await,
                Err(reason) => self.refused(by, run, &reason).await,
            },
            Ok(Pull::Unchanged) => {
                let counts = RunCounts::default();
                self.run_end(by, run, RunOutcome::Unchanged, None, counts, Vec::new())
                    .await
            }
            Ok(Pull::NoData) => self.refused(by, run, "no_data").await,
            Err(error) => {
                tracing::warn!(run.id = %run.id, reason = error.code(), "a pull was refused");
                self.refused(by, run, error.code()).await
            }
        }
    }

    /// Takes in the roster of a file. With `dry_run` nothing is written, and the counts tell what would change.
    ///
    /// The one who does it sits at the command line: the record names no client.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when no school has this BRIN and branch.
    pub async fn roster_import(&self, school: Brin6, snapshot: Snapshot, dry_run: bool) -> Result<Run, AppError> {
        let found = self.store.schools_by_brin(school.institution).await?;
        let school = &found
            .into_iter()
            .find(|found| found.brin == school)
            .ok_or(AppError::NotFound("school"))?;
        if dry_run {
            let difference = self.compare(school, snapshot).await?;
            let (outcome, reason, counts) = match difference {
                Ok(difference) => (RunOutcome::Applied, None, difference.counts),
                Err(reason) => (RunOutcome::Refused, Some(reason.to_owned()), RunCounts::default()),
            };
            let end = RunEnd {
                at: self.now(),
                outcome,
                reason,
                counts,
            };
            return Ok(Run {
                end: Some(end),
                ..self.new_run(school, None, Dialect::Edexml)
            });
        }
        let run = self.new_run(school, None, Dialect::Edexml);
        self.run_start(&run).await?;
        if let Err(reason) = self.permit_intake(None, school, &run).await? {
            return self
                .run_end(
                    None,
                    run,
                    RunOutcome::Refused,
                    Some(reason),
                    RunCounts::default(),
                    Vec::new(),
                )
                .await;
        }
        self.take_in(None, school, run, snapshot).await
    }

    fn new_run(&self, school: &School, connection: Option<ConnectionId>, dialect: Dialect) -> Run {
        Run {
            id: self.new_id(),
            school: school.id,
            connection,
            dialect,
            started_at: self.now(),
            end: None,
        }
    }

    /// Begins a run, unless one of this school is under way.
    async fn run_start(&self, run: &Run) -> Result<(), AppError> {
        match self.store.apply(vec![Change::RunStarted(run.clone())], false).await {
            Err(StoreError::Conflict) => Err(not_ready("a run of this school is under way: wait for its end")),
            other => Ok(other?),
        }
    }

    /// The form of the gate for connections: without an agreement in force that needs persons, nothing comes in.
    async fn permit_intake(
        &self,
        by: Option<&Caller>,
        school: &School,
        run: &Run,
    ) -> Result<Result<(), String>, AppError> {
        loop {
            let policy = self.policy(school.id).await?;
            let needed = policy.needed(self.now());
            let permit = !needed.pupils.is_empty() || !needed.staff.is_empty();
            let outcome = if permit { Outcome::Permit } else { Outcome::Deny };
            let mut draft = self.run_draft(by, run, outcome, "roster.pull");
            draft.released = needed
                .pupils
                .iter()
                .map(|attribute| Code::from_static(attribute.as_str()))
                .collect();
            if !permit {
                draft.reasons = vec![Code::from_static("nothing_agreed")];
            }
            match self.evidence.decision(Entry::new(policy.epoch(), draft)).await? {
                Recorded::Committed(_) if permit => return Ok(Ok(())),
                Recorded::Committed(_) => return Ok(Err("nothing_agreed".to_owned())),
                Recorded::Stale { .. } => self.forget(school.id).await,
            }
        }
    }

    async fn compare(
        &self,
        school: &School,
        snapshot: Snapshot,
    ) -> Result<Result<crate::app::intake::Difference, &'static str>, AppError> {
        if let Err(error) = snapshot
            .school
            .check_origin(school.brin, None)
            .and_then(|()| snapshot.check())
        {
            return Ok(Err(error.code()));
        }
        let held = self.open_roster(school.id).await?;
        let policy = self.policy(school.id).await?;
        let key = self.sealing.key(KeyScope::School(school.id)).await?;
        let intake = Intake {
            school: school.id,
            held: &held,
            needed: policy.needed(self.now()),
            guard: self.settings.shrink_guard,
            key: &*key,
            new_group: &|| self.new_id(),
            new_person: &|| self.new_id(),
        };
        match intake.compare(snapshot) {
            Ok(difference) => Ok(Ok(difference)),
            Err(IntakeError::Shrunk) => Ok(Err("shrink_guard")),
            Err(IntakeError::Store(error)) => Err(error.into()),
        }
    }

    async fn take_in(
        &self,
        by: Option<&Caller>,
        school: &School,
        run: Run,
        snapshot: Snapshot,
    ) -> Result<Run, AppError> {
        let mut difference = match self.compare(school, snapshot).await? {
            Ok(difference) => difference,
            Err(reason) => return self.refused(by, run, reason).await,
        };
        let mut last = std::mem::take(&mut difference.changes);
        while last.len() > PIECE {
            let rest = last.split_off(PIECE);
            if let Err(error) = self.store.apply(std::mem::replace(&mut last, rest), true).await {
                tracing::error!(run.id = %run.id, error = &error as &dyn std::error::Error, "a piece was not stored");
                return self.refused(by, run, "store_refused").await;
            }
        }
        self.run_end(by, run, RunOutcome::Applied, None, difference.counts, last)
            .await
    }

    async fn refused(&self, by: Option<&Caller>, run: Run, reason: &str) -> Result<Run, AppError> {
        let counts = RunCounts::default();
        self.run_end(
            by,
            run,
            RunOutcome::Refused,
            Some(reason.to_owned()),
            counts,
            Vec::new(),
        )
        .await
    }

    /// Ends a run: the last piece, the end of the run, its record and the new epoch in one transaction.
    async fn run_end(
        &self,
        by: Option<&Caller>,
        mut run: Run,
        outcome: RunOutcome,
        reason: Option<String>,
        counts: RunCounts,
        mut changes: Vec<Change>,
    ) -> Result<Run, AppError> {
        let end = RunEnd {
            at: self.now(),
            outcome,
            reason,
            counts,
        };
        let recorded = if outcome == RunOutcome::Refused {
            Outcome::Failed
        } else {
            Outcome::Done
        };
        let mut draft = self.run_draft(by, &run, recorded, "roster.run");
        draft.start_time = run.started_at;
        draft.reasons = end
            .reason
            .iter()
            .filter_map(|reason| Code::parse(reason).ok())
            .collect();
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
            })
            .await?;
        run.end = Some(end);
        Ok(run)
    }

    fn run_draft(&self, by: Option<&Caller>, run: &Run, outcome: Outcome, name: &'static str) -> RecordDraft {
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
