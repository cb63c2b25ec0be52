//! The repository: what the use cases read and change, as statements and rows.

pub(crate) mod account;
pub(crate) mod account_change;
pub(crate) mod agreement;
pub(crate) mod agreement_step;
pub(crate) mod before;
mod changes;
pub(crate) mod client;
pub(crate) mod consent;
pub(crate) mod contact;
pub(crate) mod disclosure;
pub(crate) mod feed;
pub(crate) mod handover;
pub(crate) mod instruction;
pub(crate) mod login;
pub(crate) mod matter;
pub(crate) mod narrowing;
pub(crate) mod once;
pub(crate) mod organisation;
pub(crate) mod restriction;
pub(crate) mod roster;
pub(crate) mod secret;
pub(crate) mod staging;
pub(crate) mod stance;

use std::sync::Arc;

use async_trait::async_trait;
use sluis_core::time::Timestamp;

use crate::{
    app::{
        sealing::Sealing,
        store::{Change, Store, StoreError},
    },
    storage::{Executor, Priority, Query, Row, Statement, StorageError, Value},
};

/// Reads and changes what is kept, through one executor; seals what is about persons.
#[derive(Clone)]
pub struct Repository {
    executor: Arc<dyn Executor>,
    sealing: Arc<dyn Sealing>,
}

impl Repository {
    /// A repository over this database, sealing with these keys.
    pub fn new(executor: Arc<dyn Executor>, sealing: Arc<dyn Sealing>) -> Self {
        Self { executor, sealing }
    }

    async fn list<T>(
        &self,
        statement: &'static Statement,
        params: Vec<Value>,
        convert: fn(&Row) -> Result<T, StorageError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.executor.read(statement, params).await?;
        Ok(rows.iter().map(convert).collect::<Result<_, _>>()?)
    }

    async fn one<T>(
        &self,
        statement: &'static Statement,
        params: Vec<Value>,
        convert: fn(&Row) -> Result<T, StorageError>,
    ) -> Result<Option<T>, StoreError> {
        let row = self.executor.find(statement, params).await?;
        Ok(row.as_ref().map(convert).transpose()?)
    }

    /// The rows of several statements, all as they were at one moment.
    async fn together<const N: usize>(&self, queries: [Query; N]) -> Result<[Vec<Row>; N], StoreError> {
        let answers = self.executor.read_together(queries.into()).await?;
        answers
            .try_into()
            .map_err(|_| StoreError::Corrupt("another number of answers than of questions"))
    }
}

/// A column that holds a value of a smaller type than its own: anything else was not written by us.
fn parsed<T>(column: &'static str, value: Option<T>) -> Result<T, StorageError> {
    value.ok_or_else(|| StorageError::Column {
        column: column.to_owned(),
        expected: "a value that was stored here",
    })
}

#[async_trait]
impl Store for Repository {
    async fn apply(&self, changes: Vec<Change>, bulk: bool) -> Result<(), StoreError> {
        let priority = match bulk {
            true => Priority::Bulk,
            false if changes.iter().all(Change::is_about_keys) => Priority::ForActs,
            false => Priority::Interactive,
        };
        let set = self.write_set(changes).await?;
        self.executor.write(set, priority).await?;
        Ok(())
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        Ok(self.executor.now().await?)
    }
}

/// The epoch of a school and the latest moment that led to it; one that nothing was ever decided or changed for has none
/// yet, and stands at 0.
pub(crate) const EPOCH: Statement = Statement {
    name: "epoch",
    sql: "SELECT epoch, moved_at FROM school_epochs WHERE school = $1",
};

/// A guard: the epoch of a school is still this one.
pub(crate) const EPOCH_IS: Statement = Statement {
    name: "epoch_is",
    sql: "SELECT epoch FROM school_epochs WHERE school = $1 AND epoch = $2",
};

pub(crate) fn epoch(rows: &[Row]) -> Result<u64, StorageError> {
    rows.first().map_or(Ok(0), |row| row.get(0))
}

impl From<StorageError> for StoreError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Duplicate { .. } => Self::Duplicate,
            StorageError::Reference { .. } => Self::Missing,
            StorageError::Conflict { .. } => Self::Conflict,
            StorageError::Revoked => Self::Revoked,
            other => Self::Unavailable(Box::new(other)),
        }
    }
}
