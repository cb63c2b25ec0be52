//! Connections, runs, groups and persons.

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use sluis_core::{
    id::{ConnectionId, PersonId, RunId, SchoolId},
    time::{Timestamp, Year},
};
use url::Url;
use zeroize::Zeroizing;

use super::{Repository, consent, disclosure, handover, parsed, restriction, staging};
use crate::{
    app::{
        connection::{Connection, Credentials, Dialect, Due, Run, RunEnd, RunOutcome},
        consent::Consent,
        reason::RunReason,
        sealing::KeyScope,
        store::{PersonBefore, RosterStore, StoreError, StoredGroup, StoredPerson, StoredRoster},
    },
    storage::{Priority, Query, Row, Statement, StorageError, WriteSet, params},
};

pub(crate) const CONNECTION_ADD: Statement = Statement {
    name: "connection_add",
    sql: "INSERT INTO connections \
          (id, school, dialect, endpoint, sealed_credentials, activated_at, ended_at, created_at) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
};
pub(crate) const CONNECTION_ACTIVATE: Statement = Statement {
    name: "connection_activate",
    sql: "UPDATE connections SET activated_at = $3 \
          WHERE school = $1 AND id = $2 AND activated_at IS NULL AND ended_at IS NULL",
};
pub(crate) const CONNECTION_END: Statement = Statement {
    name: "connection_end",
    sql: "UPDATE connections SET ended_at = $3 WHERE school = $1 AND id = $2 AND ended_at IS NULL",
};
pub(crate) const CONNECTIONS: Statement = Statement {
    name: "connections",
    sql: "SELECT id, school, dialect, endpoint, sealed_credentials, activated_at, ended_at, created_at \
          FROM connections WHERE school = $1 ORDER BY id",
};
pub(crate) const CONNECTIONS_DUE: Statement = Statement {
    name: "connections_due",
    sql: "SELECT school, id FROM connections WHERE activated_at IS NOT NULL AND ended_at IS NULL \
          AND id NOT IN (SELECT connection FROM runs WHERE connection IS NOT NULL AND (started_at > $1 OR \
          (started_at > $2 AND (outcome IS NULL OR outcome <> $3)))) \
          ORDER BY activated_at, id",
};
pub(crate) const CONNECTION_ACTIVE: Statement = Statement {
    name: "connection_active",
    sql: "SELECT id FROM connections WHERE school = $1 AND id = $2 AND activated_at IS NOT NULL AND ended_at IS NULL",
};
pub(crate) const RUNS_RECENT: Statement = Statement {
    name: "runs_recent",
    sql: "SELECT id FROM runs WHERE school = $1 AND connection = $2 AND (started_at > $3 OR \
          (started_at > $4 AND (outcome IS NULL OR outcome <> $5)))",
};
pub(crate) const RUNS_OPEN: Statement = Statement {
    name: "runs_open",
    sql: "SELECT id FROM runs WHERE school = $1 AND ended_at IS NULL",
};
pub(crate) const RUNS_EXPIRED: Statement = Statement {
    name: "runs_expired",
    sql: "SELECT id, school, connection, dialect, started_at, ended_at, outcome, reason, counts \
          FROM runs WHERE ended_at IS NULL AND lease_until <= $1 ORDER BY id",
};
pub(crate) const RUNS_EXPIRED_OF_SCHOOL: Statement = Statement {
    name: "runs_expired_of_school",
    sql: "SELECT id, school, connection, dialect, started_at, ended_at, outcome, reason, counts \
          FROM runs WHERE school = $1 AND ended_at IS NULL AND lease_until <= $2 ORDER BY id",
};
pub(crate) const RUN_START: Statement = Statement {
    name: "run_start",
    sql: "INSERT INTO runs (id, school, connection, dialect, started_at, lease_until) VALUES ($1, $2, $3, $4, $5, $6)",
};
// INVARIANT: this writes the row of the run, and so does ending its connection. A transaction with both this and a piece
// of a roster is therefore wholly before the end of the connection, or does not happen.
pub(crate) const RUN_HOLD: Statement = Statement {
    name: "run_hold",
    sql: "UPDATE runs SET lease_until = $3 WHERE school = $1 AND id = $2 AND ended_at IS NULL \
          AND (connection IS NULL OR connection IN (SELECT id FROM connections \
          WHERE school = $1 AND activated_at IS NOT NULL AND ended_at IS NULL))",
};
pub(crate) const RUNS_TOUCH: Statement = Statement {
    name: "runs_touch",
    sql: "UPDATE runs SET lease_until = lease_until WHERE school = $1 AND connection = $2 AND ended_at IS NULL",
};
pub(crate) const RUN_INTERRUPT: Statement = Statement {
    name: "run_interrupt",
    sql: "UPDATE runs SET ended_at = $3, outcome = $4, reason = $5, counts = $6 \
          WHERE school = $1 AND id = $2 AND ended_at IS NULL AND lease_until <= $3",
};
pub(crate) const RUN_END: Statement = Statement {
    name: "run_end",
    sql: "UPDATE runs SET ended_at = $3, outcome = $4, reason = $5, counts = $6 \
          WHERE school = $1 AND id = $2 AND ended_at IS NULL",
};
pub(crate) const RUNS: Statement = Statement {
    name: "runs",
    sql: "SELECT id, school, connection, dialect, started_at, ended_at, outcome, reason, counts \
          FROM runs WHERE school = $1 ORDER BY id DESC LIMIT $2",
};
pub(crate) const RUN: Statement = Statement {
    name: "run",
    sql: "SELECT id, school, connection, dialect, started_at, ended_at, outcome, reason, counts \
          FROM runs WHERE school = $1 AND id = $2",
};
pub(crate) const GROUPS: Statement = Statement {
    name: "groups",
    sql: "SELECT id, key_hash, name FROM roster_groups WHERE school = $1 ORDER BY id",
};
pub(crate) const PERSONS: Statement = Statement {
    name: "persons",
    sql: "SELECT id, key_hash, eck_hash, content_hash, sealed FROM roster_persons WHERE school = $1 ORDER BY id",
};
pub(crate) const PERSONS_BY_ECK: Statement = Statement {
    name: "persons_by_eck",
    sql: "SELECT id, key_hash, eck_hash, content_hash, sealed FROM roster_persons \
          WHERE school = $1 AND eck_hash = $2 ORDER BY id",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[
    &CONNECTION_ADD,
    &CONNECTION_ACTIVATE,
    &CONNECTION_END,
    &CONNECTIONS,
    &CONNECTIONS_DUE,
    &CONNECTION_ACTIVE,
    &RUNS_RECENT,
    &RUNS_OPEN,
    &RUNS_EXPIRED,
    &RUNS_EXPIRED_OF_SCHOOL,
    &RUN_START,
    &RUN_HOLD,
    &RUNS_TOUCH,
    &RUN_INTERRUPT,
    &RUN_END,
    &RUNS,
    &RUN,
    &GROUPS,
    &PERSONS,
    &PERSONS_BY_ECK,
];

/// The credentials of a connection in their sealed form.
#[derive(serde::Serialize, serde::Deserialize)]
struct SealedCredentials<'a> {
    authorisation_key: std::borrow::Cow<'a, str>,
    client_code: std::borrow::Cow<'a, str>,
    client_name: std::borrow::Cow<'a, str>,
}

/// A row of `connections` before its credentials are opened.
struct ConnectionRow {
    connection: ConnectionId,
    school: SchoolId,
    dialect: Dialect,
    endpoint: Url,
    sealed_credentials: Vec<u8>,
    activated_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    created_at: Timestamp,
}

fn connection_row(row: &Row) -> Result<ConnectionRow, StorageError> {
    let (dialect, endpoint): (String, String) = (row.get(2)?, row.get(3)?);
    Ok(ConnectionRow {
        connection: row.get(0)?,
        school: row.get(1)?,
        dialect: parsed("dialect", Dialect::parse(&dialect))?,
        endpoint: parsed("endpoint", Url::parse(&endpoint).ok())?,
        sealed_credentials: row.get(4)?,
        activated_at: row.get(5)?,
        ended_at: row.get(6)?,
        created_at: row.get(7)?,
    })
}

fn run(row: &Row) -> Result<Run, StorageError> {
    let dialect: String = row.get(3)?;
    let ended_at: Option<Timestamp> = row.get(5)?;
    let end = match ended_at {
        None => None,
        Some(at) => {
            let (outcome, counts): (String, String) = (row.get(6)?, row.get(8)?);
            let reason: Option<String> = row.get(7)?;
            let reason = reason.map(|reason| parsed("reason", RunReason::find(&reason)));
            Some(RunEnd {
                at,
                outcome: parsed("outcome", RunOutcome::parse(&outcome))?,
                reason: reason.transpose()?,
                counts: parsed("counts", serde_json::from_str(&counts).ok())?,
            })
        }
    };
    Ok(Run {
        id: row.get(0)?,
        school: row.get(1)?,
        connection: row.get(2)?,
        dialect: parsed("dialect", Dialect::parse(&dialect))?,
        started_at: row.get(4)?,
        end,
    })
}

pub(super) fn group(row: &Row) -> Result<StoredGroup, StorageError> {
    Ok(StoredGroup {
        id: row.get(0)?,
        key_hash: row.get(1)?,
        name: row.get(2)?,
    })
}

fn person(row: &Row) -> Result<StoredPerson, StorageError> {
    Ok(StoredPerson {
        id: row.get(0)?,
        key_hash: row.get(1)?,
        eck_hash: row.get(2)?,
        content_hash: row.get(3)?,
        sealed: row.get(4)?,
    })
}

fn place(connection: ConnectionId) -> String {
    format!("connections/{connection}")
}

impl Repository {
    pub(super) async fn seal_credentials(&self, connection: &Connection) -> Result<Vec<u8>, StoreError> {
        let plain = SealedCredentials {
            authorisation_key: connection.credentials.authorisation_key.expose_secret().into(),
            client_code: connection.credentials.client_code.expose_secret().into(),
            client_name: connection.credentials.client_name.as_str().into(),
        };
        let plain = Zeroizing::new(
            serde_json::to_vec(&plain).map_err(|_| StoreError::Corrupt("credentials that cannot be written"))?,
        );
        let key = self.sealing.key(KeyScope::School(connection.school)).await?;
        key.seal(&place(connection.id), &plain)
    }
}

#[async_trait]
impl RosterStore for Repository {
    async fn connections(&self, school: SchoolId) -> Result<Vec<Connection>, StoreError> {
        let rows = self.list(&CONNECTIONS, params![school], connection_row).await?;
        let key = self.sealing.key(KeyScope::School(school)).await?;
        rows.into_iter()
            .map(|row| {
                let plain = key.open(&place(row.connection), &row.sealed_credentials)?;
                let credentials: SealedCredentials<'_> =
                    serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("credentials"))?;
                Ok(Connection {
                    id: row.connection,
                    school: row.school,
                    dialect: row.dialect,
                    endpoint: row.endpoint,
                    credentials: Credentials {
                        authorisation_key: SecretString::from(credentials.authorisation_key.as_ref()),
                        client_code: SecretString::from(credentials.client_code.as_ref()),
                        client_name: credentials.client_name.into_owned(),
                    },
                    activated_at: row.activated_at,
                    ended_at: row.ended_at,
                    created_at: row.created_at,
                })
            })
            .collect()
    }

    async fn connections_due(&self, due: Due) -> Result<Vec<(SchoolId, ConnectionId)>, StoreError> {
        let values = params![due.tried, due.went_well, RunOutcome::Refused.as_str()];
        self.list(&CONNECTIONS_DUE, values, |row| Ok((row.get(0)?, row.get(1)?)))
            .await
    }

    async fn runs(&self, school: SchoolId, limit: u16) -> Result<Vec<Run>, StoreError> {
        self.list(&RUNS, params![school, limit], run).await
    }

    async fn run(&self, school: SchoolId, id: RunId) -> Result<Option<Run>, StoreError> {
        self.one(&RUN, params![school, id], run).await
    }

    async fn persons_by_eck(&self, school: SchoolId, eck_hash: [u8; 32]) -> Result<Vec<StoredPerson>, StoreError> {
        self.list(&PERSONS_BY_ECK, params![school, eck_hash], person).await
    }

    async fn persons_before_by_eck(&self, school: SchoolId, hash: [u8; 32]) -> Result<Vec<PersonBefore>, StoreError> {
        self.before_by_eck(school, hash).await
    }

    async fn persons_before_by_key(&self, school: SchoolId, hash: [u8; 32]) -> Result<Vec<PersonBefore>, StoreError> {
        self.before_by_key(school, hash).await
    }

    async fn persons_before_of(&self, school: SchoolId, person: PersonId) -> Result<Vec<PersonBefore>, StoreError> {
        self.before_of(school, person).await
    }

    async fn persons_before_forget(&self, last: Year) -> Result<bool, StoreError> {
        self.before_forget(last).await
    }

    async fn runs_expired(&self, school: Option<SchoolId>, now: Timestamp) -> Result<Vec<Run>, StoreError> {
        match school {
            Some(school) => self.list(&RUNS_EXPIRED_OF_SCHOOL, params![school, now], run).await,
            None => self.list(&RUNS_EXPIRED, params![now], run).await,
        }
    }

    async fn schools_with_leftovers(&self) -> Result<Vec<SchoolId>, StoreError> {
        self.list(&staging::SCHOOLS_WITH_LEFTOVERS, params![], |row| row.get(0))
            .await
    }

    async fn leftovers_delete(&self, school: SchoolId) -> Result<bool, StoreError> {
        let mut set = WriteSet::new();
        staging::leftovers_delete(&mut set, school);
        let deleted = self.executor.write(set, Priority::Bulk).await?;
        Ok(deleted.iter().any(|rows| *rows > 0))
    }

    async fn consents(&self, school: SchoolId) -> Result<Vec<Consent>, StoreError> {
        self.list(&consent::CONSENTS, params![school], consent::consent).await
    }

    async fn roster(&self, school: SchoolId) -> Result<StoredRoster, StoreError> {
        let query = |statement| Query {
            statement,
            params: params![school],
        };
        let [epoch, groups, persons, restrictions, consents, handovers, disclosures] = self
            .together([
                query(&super::EPOCH),
                query(&GROUPS),
                query(&PERSONS),
                query(&restriction::RESTRICTIONS),
                query(&consent::CONSENTS),
                query(&handover::HANDOVERS),
                query(&disclosure::DISCLOSURES),
            ])
            .await?;
        Ok(StoredRoster {
            epoch: super::epoch(&epoch)?,
            groups: groups.iter().map(group).collect::<Result<_, _>>()?,
            persons: persons.iter().map(person).collect::<Result<_, _>>()?,
            restrictions: restrictions
                .iter()
                .map(restriction::restriction)
                .collect::<Result<_, _>>()?,
            consents: consents.iter().map(consent::consent).collect::<Result<_, _>>()?,
            disclosures: disclosures
                .iter()
                .map(disclosure::disclosure)
                .collect::<Result<_, _>>()?,
            handovers: handovers.iter().map(handover::handover).collect::<Result<_, _>>()?,
        })
    }
}
