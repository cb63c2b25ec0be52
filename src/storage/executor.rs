//! The one door to a database.

use async_trait::async_trait;
use sluis_core::time::Timestamp;

use super::{
    error::StorageError,
    statement::Statement,
    value::{Row, Value},
    write_set::WriteSet,
};

/// Who goes first when several want to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// The record of a decision: an answer waits for it.
    Evidence,
    /// No act can be done without it: the proof of who calls, the key of the write, the keys that seal. It goes with
    /// [`Interactive`](Self::Interactive), and still finds room when the disk is full.
    ForActs,
    /// A person or program waits for it.
    Interactive,
    /// Nobody waits; cut into pieces of about 5 ms.
    Bulk,
}

/// A statement that reads, with its parameters.
#[derive(Debug, Clone)]
pub struct Query {
    /// The statement.
    pub statement: &'static Statement,
    /// Its parameters.
    pub params: Vec<Value>,
}

const PING: Statement = Statement {
    name: "executor_ping",
    sql: "SELECT 1",
};

/// The statements of the executor itself.
pub(super) const ALL: &[&Statement] = &[&PING];

/// Reads, and writes what belongs together. Two engines implement it.
#[async_trait]
pub trait Executor: Send + Sync {
    /// The rows of one statement.
    async fn read(&self, statement: &'static Statement, params: Vec<Value>) -> Result<Vec<Row>, StorageError> {
        let mut answers = self.read_together(vec![Query { statement, params }]).await?;
        Ok(answers.pop().unwrap_or_default())
    }

    /// The row of a statement that finds at most one.
    async fn find(&self, statement: &'static Statement, params: Vec<Value>) -> Result<Option<Row>, StorageError> {
        Ok(self.read(statement, params).await?.into_iter().next())
    }

    /// The rows of several statements, all as they were at one moment.
    async fn read_together(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, StorageError>;

    /// The time by the clock of the database: that of the server, which no replica moves, or of the machine with the file.
    async fn now(&self) -> Result<Timestamp, StorageError>;

    /// Whether the database answers.
    async fn ping(&self) -> Result<(), StorageError> {
        self.read(&PING, Vec::new()).await.map(drop)
    }

    /// Writes all of it or nothing; answers when it is durable, with the rows that each statement touched. For a client that
    /// has been revoked nothing is written: [`StorageError::Revoked`].
    async fn write(&self, writes: WriteSet, priority: Priority) -> Result<Vec<u64>, StorageError>;
}
