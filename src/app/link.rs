//! Connections as a school manages them: entered, activated, ended; its groups and the runs so far.

use secrecy::SecretString;
use sluis_core::{
    id::{ConnectionId, GroupId, RunId, SchoolId},
    ledger::Owner,
};
use url::Url;

use crate::app::{
    App,
    act::ActOf,
    admit::first,
    caller::Caller,
    connection::{Connection, Credentials, Dialect, Run},
    error::{AppError, already, ended, not_ready},
    store::Change,
};

/// How many runs a list shows.
const RUNS_SHOWN: u16 = 100;

/// What a school enters about its administration system.
#[derive(Debug)]
pub struct ConnectionCreate {
    /// How the system speaks.
    pub dialect: Dialect,
    /// Where it listens.
    pub endpoint: Url,
    /// The key of the school.
    pub authorisation_key: SecretString,
    /// The code of the receiving application.
    pub client_code: SecretString,
    /// The name of the receiving application.
    pub client_name: String,
}

impl App {
    /// Enters a connection. Nothing is pulled before it is activated.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school, [`AppError::Conflict`] when the address may not be called.
    pub async fn connection_create(
        &self,
        caller: &Caller,
        school: SchoolId,
        input: ConnectionCreate,
    ) -> Result<Connection, AppError> {
        let school = self.controlled_school(caller, school).await?;
        let connection = Connection {
            id: self.new_id(),
            school: school.id,
            dialect: input.dialect,
            endpoint: input.endpoint,
            credentials: Credentials {
                authorisation_key: input.authorisation_key,
                client_code: input.client_code,
                client_name: input.client_name,
            },
            activated_at: None,
            ended_at: None,
            created_at: self.now(),
        };
        self.connectors
            .connect(&connection)
            .map_err(|refused| not_ready(&refused.to_string()))?;
        let change = Change::ConnectionAdded(connection.clone());
        self.connection_act(caller, school.id, "connection.enter", connection.id, change)
            .await?;
        Ok(connection)
    }

    /// The connections of a school.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school.
    pub async fn connection_list(&self, caller: &Caller, school: SchoolId) -> Result<Vec<Connection>, AppError> {
        let school = self.controlled_school(caller, school).await?;
        Ok(self.store.connections(school.id).await?)
    }

    /// The school activates a connection: activation is permission to pull.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or [`AppError::Conflict`] when it is active or has ended.
    pub async fn connection_activate(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: ConnectionId,
    ) -> Result<Connection, AppError> {
        let mut connection = self.connection_view(caller, school, id).await?;
        if connection.ended_at.is_some() {
            return Err(ended("the connection has ended"));
        }
        if connection.activated_at.is_some() {
            return Err(already("the connection is active"));
        }
        // No connection without an agreement between board and operator.
        if let Err(codes) = self.admission_now(school).await?.agreed() {
            return Err(not_ready(&format!(
                "the board has no agreement with the operator of this service that covers this: `{}`",
                first(&codes).as_str()
            )));
        }
        let now = self.now();
        let change = Change::ConnectionActivated(school, id, now);
        self.connection_act(caller, school, "connection.activate", id, change)
            .await?;
        connection.activated_at = Some(now);
        Ok(connection)
    }

    /// The school ends a connection.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or [`AppError::Conflict`] when it has ended.
    pub async fn connection_end(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: ConnectionId,
    ) -> Result<Connection, AppError> {
        let mut connection = self.connection_view(caller, school, id).await?;
        if connection.ended_at.is_some() {
            return Err(ended("the connection has ended"));
        }
        let now = self.now();
        let change = Change::ConnectionEnded(school, id, now);
        self.connection_act(caller, school, "connection.end", id, change)
            .await?;
        connection.ended_at = Some(now);
        Ok(connection)
    }

    /// One connection of a school.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn connection_view(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: ConnectionId,
    ) -> Result<Connection, AppError> {
        let found = self.connection_list(caller, school).await?;
        found
            .into_iter()
            .find(|connection| connection.id == id)
            .ok_or(AppError::NotFound("connection"))
    }

    async fn connection_act(
        &self,
        caller: &Caller,
        school: SchoolId,
        name: &'static str,
        id: ConnectionId,
        change: Change,
    ) -> Result<(), AppError> {
        let mut act = ActOf::of(caller);
        act.changes_policy_of([school]);
        self.note(&mut act, Owner::School(school), name, "connection", id);
        self.carry_out(act, vec![change]).await
    }

    /// The groups of a school's roster.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school.
    pub async fn group_list(&self, caller: &Caller, school: SchoolId) -> Result<Vec<(GroupId, String)>, AppError> {
        let school = self.controlled_school(caller, school).await?;
        let roster = self.store.roster(school.id).await?;
        Ok(roster.groups.into_iter().map(|group| (group.id, group.name)).collect())
    }

    /// The runs of a school, newest first.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school.
    pub async fn run_list(&self, caller: &Caller, school: SchoolId) -> Result<Vec<Run>, AppError> {
        let school = self.controlled_school(caller, school).await?;
        Ok(self.store.runs(school.id, RUNS_SHOWN).await?)
    }

    /// One run.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn run_view(&self, caller: &Caller, school: SchoolId, run: RunId) -> Result<Run, AppError> {
        let school = self.controlled_school(caller, school).await?;
        self.store.run(school.id, run).await?.ok_or(AppError::NotFound("run"))
    }
}
