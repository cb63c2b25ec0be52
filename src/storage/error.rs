//! What can go wrong between a use case and its database.

use std::path::PathBuf;

/// Why storage did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A statement touched another number of rows than it had to; the whole write-set was rolled back.
    #[error("statement `{statement}` did not touch the rows that it had to")]
    Conflict {
        /// The statement's name.
        statement: &'static str,
    },
    /// A unique value exists already; the whole write-set was rolled back.
    #[error("statement `{statement}` would store a duplicate")]
    Duplicate {
        /// The statement's name.
        statement: &'static str,
    },
    /// A foreign key points at nothing, or a row that is pointed at would go; the whole write-set was rolled back.
    #[error("statement `{statement}` breaks a reference between rows")]
    Reference {
        /// The statement's name.
        statement: &'static str,
    },
    /// A value is outside what its column may hold; the whole write-set was rolled back.
    #[error("statement `{statement}` breaks a rule of its table")]
    Constraint {
        /// The statement's name.
        statement: &'static str,
        /// What the engine said.
        #[source]
        cause: Fault,
    },
    /// The parameters do not fit the statement: a mistake in the program.
    #[error("statement `{statement}` has {expected} parameters and was given {given}")]
    Parameters {
        /// The statement's name.
        statement: &'static str,
        /// How many it has.
        expected: usize,
        /// How many were given.
        given: usize,
    },
    /// A text with the character NUL, which PostgreSQL cannot hold.
    #[error("statement `{statement}` was given a text with a NUL in it")]
    Nul {
        /// The statement's name.
        statement: &'static str,
    },
    /// A column is missing, or holds something else than the program expects.
    #[error("column `{column}` does not hold {expected}")]
    Column {
        /// The name or number of the column.
        column: String,
        /// What was expected, in words.
        expected: &'static str,
    },
    /// The client that asks has been revoked; nothing was written.
    #[error("the client that asks has been revoked")]
    Revoked,
    /// Concurrent work got in the way more often than it is tried again; trying later may help.
    #[error("the database is too busy with work that collides with this")]
    Contention {
        /// What the engine said the last time.
        #[source]
        cause: Fault,
    },
    /// The database cannot be reached, has no room, or did not answer in time. A write may have been done or not.
    #[error("the database is not available")]
    Unavailable {
        /// What the engine said.
        #[source]
        cause: Fault,
    },
    /// Another process has the database file open.
    #[error("`{path}` is in use by another process")]
    InUse {
        /// The database file.
        path: PathBuf,
    },
    /// The address of the database is not usable.
    #[error("the address of the database is not usable: {reason}")]
    Address {
        /// What is wrong with it; the address itself holds a password and is not repeated.
        reason: &'static str,
    },
    /// The schema could not be brought up to date, or is newer than this program.
    #[error("the schema of the database could not be brought up to date")]
    Migration {
        /// What the engine said.
        #[source]
        cause: Fault,
    },
    /// The engine refused a statement: a mistake in the program.
    #[error("statement `{statement}` was refused by the engine")]
    Engine {
        /// The statement's name.
        statement: &'static str,
        /// What the engine said.
        #[source]
        cause: Fault,
    },
}

/// What an engine said, without the values that it likes to repeat in details.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code})")]
pub struct Fault {
    /// The engine's code: SQLSTATE, or SQLite's extended result code.
    pub code: String,
    /// The engine's message.
    pub message: String,
}

impl Fault {
    /// A fault that no engine gave a code to.
    pub(crate) fn own(message: impl Into<String>) -> Self {
        Self {
            code: "sluis".to_owned(),
            message: message.into(),
        }
    }
}
