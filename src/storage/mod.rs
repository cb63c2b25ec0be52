//! Statements, rows, repositories, write-sets and sealing, on SQLite and PostgreSQL.
//!
//! | module | promises |
//! |---|---|
//! | [`statement`] | one static text per statement, the same for both engines |
//! | [`value`] | parameters and rows; printing them tells nothing |
//! | [`write_set`] | what is written together, and how many rows each part must touch |
//! | [`executor`] | the one door to a database: read, or submit a write-set |
//! | [`evidence`] | the ledger: group commit, the withdrawal fence, proofs |
//! | [`database`] | which of the two engines is behind the door |
//! | [`sqlite`], [`postgres`] | what differs between them, and nothing else |
//! | [`keyring`] | keys, and values sealed with them |
//! | [`migrate`] | both schemas move in equal steps |
//!
//! Deliberately absent: interactive transactions. A use case reads, then submits one write-set.

pub mod database;
pub mod error;
pub mod evidence;
pub mod executor;
pub mod keyring;
pub mod migrate;
pub mod postgres;
pub mod repository;
pub mod sqlite;
pub mod statement;
pub mod value;
pub mod write_set;

pub use database::{Database, Limits};
pub use error::{Fault, StorageError};
pub use executor::{Executor, Priority, Query};
pub use statement::Statement;
pub use value::{FromValue, Row, Value};
pub use write_set::{Expect, Fence, WriteSet};

/// The parameters of a statement: the first is `$1`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { ::std::vec![$($crate::storage::Value::from($value)),*] };
}
pub use crate::params;

/// Every statement that is not an engine's own, room by room. A test prepares and runs each on both engines.
pub const REGISTRY: &[&[&Statement]] = &[
    executor::ALL,
    keyring::ALL,
    repository::organisation::ALL,
    repository::client::ALL,
    repository::agreement::ALL,
    repository::instruction::ALL,
    repository::agreement_step::ALL,
    repository::contact::ALL,
    repository::matter::ALL,
    repository::stance::ALL,
    repository::narrowing::ALL,
    repository::roster::ALL,
    repository::staging::ALL,
    repository::before::ALL,
    repository::restriction::ALL,
    repository::consent::ALL,
    repository::disclosure::ALL,
    repository::handover::ALL,
    repository::account::ALL,
    repository::account_change::ALL,
    repository::feed::ALL,
    repository::login::ALL,
    repository::secret::ALL,
    repository::once::ALL,
    evidence::ALL,
];
