//! Which of the two engines is behind the door.

use std::{num::NonZeroUsize, path::PathBuf, sync::Arc, time::Duration};

use sluis_core::random::Random;

use super::{
    error::StorageError,
    evidence::Log,
    executor::Executor,
    postgres::{Postgres, PostgresLog, PostgresOptions},
    sqlite::{Room, Sqlite, SqliteOptions},
};

/// What a database may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections that read (SQLite), or connections at most (PostgreSQL).
    pub connections: NonZeroUsize,
    /// How long one statement may take (PostgreSQL).
    pub statement_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: const { NonZeroUsize::new(8).unwrap() },
            statement_timeout: Duration::from_secs(10),
        }
    }
}

/// An open database, its schema up to date.
#[derive(Clone)]
pub enum Database {
    /// The embedded one: a file, one process.
    Sqlite(Sqlite),
    /// A server, any number of replicas.
    Postgres(Postgres),
}

impl Database {
    /// Opens a database with the usual limits.
    ///
    /// # Errors
    /// As [`Database::open_within`].
    pub async fn open(address: &str) -> Result<Self, StorageError> {
        Self::open_within(address, Limits::default()).await
    }

    /// Opens `sqlite:PATH`, `postgres://...` or `postgresql://...`, and brings its schema up to date.
    ///
    /// # Errors
    /// When the address is not usable, the database does not answer or is in use, or its schema is newer.
    pub async fn open_within(address: &str, limits: Limits) -> Result<Self, StorageError> {
        if let Some(path) = address.strip_prefix("sqlite:") {
            let options = SqliteOptions {
                path: PathBuf::from(path),
                readers: limits.connections,
                room: Room::default(),
            };
            return Sqlite::open(options).await.map(Self::Sqlite);
        }
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            let mut options = PostgresOptions::parse(address)?;
            options.connections = limits.connections;
            options.statement_timeout = limits.statement_timeout;
            return Postgres::open(options).await.map(Self::Postgres);
        }
        Err(StorageError::Address {
            reason: "it begins with neither `sqlite:` nor `postgres://`",
        })
    }

    /// The log that evidence is appended to. Each that is made here is a replica of its own, with a random name.
    pub fn log(&self, random: &dyn Random) -> Arc<dyn Log> {
        match self {
            Self::Sqlite(sqlite) => Arc::new(sqlite.clone()),
            Self::Postgres(postgres) => Arc::new(PostgresLog::new(postgres.clone(), random)),
        }
    }

    /// The door that repositories use.
    pub fn executor(&self) -> Arc<dyn Executor> {
        match self {
            Self::Sqlite(sqlite) => Arc::new(sqlite.clone()),
            Self::Postgres(postgres) => Arc::new(postgres.clone()),
        }
    }
}
