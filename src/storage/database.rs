//! Which of the two engines is behind the door.

use std::{path::PathBuf, sync::Arc};

use super::{
    error::StorageError,
    executor::Executor,
    postgres::{Postgres, PostgresOptions},
    sqlite::{Sqlite, SqliteOptions},
};

/// An open database, its schema up to date.
#[derive(Clone)]
pub enum Database {
    /// The embedded one: a file, one process.
    Sqlite(Sqlite),
    /// A server, any number of replicas.
    Postgres(Postgres),
}

impl Database {
    /// Opens `sqlite:PATH`, `postgres://...` or `postgresql://...`, and brings its schema up to date.
    ///
    /// # Errors
    /// When the address is not usable, the database does not answer or is in use, or its schema is newer.
    pub async fn open(address: &str) -> Result<Self, StorageError> {
        if let Some(path) = address.strip_prefix("sqlite:") {
            let options = SqliteOptions::new(PathBuf::from(path));
            return Sqlite::open(options).await.map(Self::Sqlite);
        }
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            let options = PostgresOptions::parse(address)?;
            return Postgres::open(options).await.map(Self::Postgres);
        }
        Err(StorageError::Address {
            reason: "it begins with neither `sqlite:` nor `postgres://`",
        })
    }

    /// The door that repositories use.
    pub fn executor(&self) -> Arc<dyn Executor> {
        match self {
            Self::Sqlite(sqlite) => Arc::new(sqlite.clone()),
            Self::Postgres(postgres) => Arc::new(postgres.clone()),
        }
    }
}
