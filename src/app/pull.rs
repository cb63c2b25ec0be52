//! How a roster comes: pulled by a connection, when a school asks or by itself; or in a file.

use futures::{StreamExt, future::ready, stream};
use sluis_connector_port::{Connector, Pull, PullRequest, roster::SchoolYear, roster::Snapshot};
use sluis_core::{
    id::{ConnectionId, SchoolId},
    identifier::Brin6,
    ledger::Owner,
};

use crate::app::{
    App,
    act::ActOf,
    admit::Permitted,
    caller::Caller,
    connection::{Connection, Dialect, Due, Run, RunCounts, RunEnd, RunOutcome},
    error::{AppError, ended, not_ready},
    intake::{Difference, Intake, IntakeError},
    organisation::School,
    reason::{RunReason, StopCode},
    run::Stopped,
    sealing::KeyScope,
    store::StoreError,
};

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
        let connection = self.connection_view(caller, school, id).await?;
        if connection.ended_at.is_some() {
            return Err(ended("the connection has ended"));
        }
        if connection.activated_at.is_none() {
            return Err(not_ready("the school has not activated this connection"));
        }
        let school = self.controlled_school(caller, school).await?;
        let connector = self.connector(&connection)?;
        let run = self.new_run(&school, Some(id), connection.dialect);
        let (app, caller) = (self.me()?, caller.clone());
        // INVARIANT: a run that began ends, and says how, also when the caller is gone or was told to look later.
        self.detached(async move {
            app.begin(&run).await?;
            app.pull(Some(&caller), &school, &*connector, run).await
        })
        .await
    }

    /// Pulls every connection that is active and due, some at once. Of several replicas, one pulls. When `stop` comes, or
    /// as soon as no pull `may_begin` any more, those under way go on to their end and no other begins.
    ///
    /// # Errors
    /// When the store does not answer. What goes wrong at one school is in its run and does not keep the others.
    pub async fn synchronise(
        &self,
        due: Due,
        may_begin: impl Fn() -> bool,
        stop: impl Future<Output = ()>,
    ) -> Result<(), AppError> {
        let connections = self.store.connections_due(due).await?;
        stream::iter(connections)
            .take_until(stop)
            .take_while(|_| ready(may_begin()))
            .for_each_concurrent(self.settings.pulls_at_once, |(school, id)| async move {
                if let Err(error) = self.synchronise_one(school, id, due).await {
                    tracing::error!(
                        school.id = %school,
                        connection.id = %id,
                        error = &error as &dyn std::error::Error,
                        "a pull could not be made"
                    );
                }
            })
            .await;
        Ok(())
    }

    async fn synchronise_one(&self, school: SchoolId, id: ConnectionId, due: Due) -> Result<(), AppError> {
        let connections = self.store.connections(school).await?;
        let connection = connections.into_iter().find(|connection| connection.id == id);
        let (Some(connection), Some(school)) = (connection, self.store.school(school).await?) else {
            return Ok(());
        };
        let run = self.new_run(&school, Some(id), connection.dialect);
        match self.run_start(&run, Some(due)).await {
            Ok(()) => {}
            // Another replica was first, or the school ended the connection.
            Err(StoreError::Conflict) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        let app = self.me()?;
        self.detached(async move {
            match app.connectors.connect(&connection) {
                Ok(connector) => app.pull(None, &school, &*connector, run).await,
                // The school sees it among its runs, and it is tried again no sooner than what else was refused.
                Err(_) => {
                    let refused = app.refused(None, &run, StopCode::ConnectionUnusable.into()).await;
                    app.settled(None, &run, refused).await
                }
            }
        })
        .await
        .map(drop)
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
        let ended = self.pull_to_the_end(by, school, connector, &run).await;
        self.settled(by, &run, ended).await
    }

    async fn pull_to_the_end(
        &self,
        by: Option<&Caller>,
        school: &School,
        connector: &dyn Connector,
        run: &Run,
    ) -> Result<Run, Stopped> {
        if let Err(reason) = self.permit_intake(by, school, run).await? {
            return self.refused(by, run, reason).await;
        }
        let Ok(school_year) = SchoolYear::of(self.now().utc_date()) else {
            return self.refused(by, run, StopCode::SchoolYearUnknown.into()).await;
        };
        // However many ask, so many deliveries are in memory at once; the run is held while it waits.
        let _turn = self.held(run, self.pulls.acquire()).await?;
        let request = PullRequest {
            school: school.brin,
            school_year,
            since: None,
            eck_id_rules: self.settings.eck_ids.clone(),
        };
        match self.held(run, connector.pull(request)).await? {
            // What was withdrawn while the system answered is obeyed.
            Ok(Pull::Snapshot(snapshot)) => match self.permit_intake(by, school, run).await? {
                Ok(permitted) => self.take_in(by, school, run, *snapshot, permitted).await,
                Err(reason) => self.refused(by, run, reason).await,
            },
            Ok(Pull::Unchanged) => {
                let counts = RunCounts::default();
                Ok(self
                    .run_end(by, run, RunOutcome::Unchanged, None, counts, Vec::new())
                    .await?)
            }
            Ok(Pull::NoData) => self.refused(by, run, StopCode::NoData.into()).await,
            Err(error) => {
                tracing::warn!(run.id = %run.id, reason = error.code().as_str(), "a pull was refused");
                self.refused(by, run, error.code().into()).await
            }
        }
    }

    /// Takes in the roster of a file. With `dry_run` nothing is written, and the counts tell what would change.
    ///
    /// The one who does it sits at the command line: the record names no client. That the operator reaches the roster is on
    /// record before anything is read, of a dry run too.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when no school has this BRIN and branch.
    pub async fn roster_import(&self, school: Brin6, snapshot: Snapshot, dry_run: bool) -> Result<Run, AppError> {
        let found = self.store.schools_by_brin(school.institution).await?;
        let school = &found
            .into_iter()
            .find(|found| found.brin == school)
            .ok_or(AppError::NotFound("school"))?;
        let name = if dry_run {
            "roster.import-dry-run"
        } else {
            "roster.import"
        };
        let mut act = ActOf::of(None);
        for owner in [Owner::Operator, Owner::School(school.id)] {
            self.note(&mut act, owner, name, "school", school.id);
        }
        self.carry_out(act, Vec::new()).await?;
        if dry_run {
            let compared = match self.would_permit(school.id).await? {
                Ok(permitted) => self.compare(school, snapshot, &permitted).await?,
                Err(reason) => Err(reason),
            };
            let (outcome, reason, counts) = match compared {
                Ok(difference) => (RunOutcome::Applied, None, difference.counts),
                Err(reason) => (RunOutcome::Refused, Some(reason), RunCounts::default()),
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
        self.begin(&run).await?;
        let ended = self.import_to_the_end(school, &run, snapshot).await;
        self.settled(None, &run, ended).await
    }

    async fn import_to_the_end(&self, school: &School, run: &Run, snapshot: Snapshot) -> Result<Run, Stopped> {
        match self.permit_intake(None, school, run).await? {
            Ok(permitted) => self.take_in(None, school, run, snapshot, permitted).await,
            Err(reason) => self.refused(None, run, reason).await,
        }
    }

    /// Begins a run that somebody asked for.
    async fn begin(&self, run: &Run) -> Result<(), AppError> {
        match self.run_start(run, None).await {
            Err(StoreError::Conflict) => Err(not_ready(
                "a run of this school is under way, or the connection has just ended: look at the runs of the school",
            )),
            other => Ok(other?),
        }
    }

    pub(in crate::app) async fn compare(
        &self,
        school: &School,
        snapshot: Snapshot,
        permitted: &Permitted,
    ) -> Result<Result<Difference, RunReason>, AppError> {
        if let Err(error) = snapshot
            .school
            .check_origin(school.brin, None)
            .and_then(|()| snapshot.check())
        {
            return Ok(Err(error.code().into()));
        }
        let held = self.open_roster(school.id).await?;
        let key = self.sealing.key(KeyScope::School(school.id)).await?;
        let intake = Intake {
            school: school.id,
            held: &held,
            needed: permitted.needed,
            by_consent: &permitted.by_consent,
            guard: self.settings.shrink_guard,
            key: &*key,
            new_group: &|| self.new_id(),
            new_person: &|| self.new_id(),
        };
        match intake.compare(snapshot) {
            Ok(difference) => Ok(Ok(difference)),
            Err(IntakeError::Shrunk) => Ok(Err(StopCode::ShrinkGuard.into())),
            Err(IntakeError::Store(error)) => Err(error.into()),
        }
    }
}
