//! Both schemas move in equal steps: one list of names, a file per engine for each.
//!
//! A file that has been released never changes (its checksum is kept). Expand first, contract in a later release.

use refinery::{Migration, Runner};

use super::error::{Fault, StorageError};

/// A step of the schema, as each engine has it.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The name of both files, without `.sql`.
    pub name: &'static str,
    /// SQLite's.
    pub sqlite: &'static str,
    /// PostgreSQL's.
    pub postgres: &'static str,
}

macro_rules! steps {
    ($($name:literal),+ $(,)?) => {
        &[$(Step {
            name: $name,
            sqlite: include_str!(concat!("sqlite/migrations/", $name, ".sql")),
            postgres: include_str!(concat!("postgres/migrations/", $name, ".sql")),
        }),+]
    };
}

/// All steps, in order.
pub const STEPS: &[Step] = steps![
    "V1__foundation",
    "V2__domain",
    "V3__ledger",
    "V4__service_secrets",
    "V5__login_lookups",
    "V6__runs",
    "V7__idempotency_keys",
    "V8__operator",
    "V9__epoch_moments",
    "V10__evidence_probe",
    "V11__restrictions",
    "V12__account_keys",
    "V13__account_changes",
    "V14__stream_leases",
    "V15__subject_keys",
    "V16__instructions",
    "V17__restriction_keys",
    "V18__stances",
    "V19__records_about",
    "V20__account_change_schools",
    "V21__roster_persons_before",
    "V22__agreement_steps",
    "V23__consents",
    "V24__matters",
    "V26__narrowings",
    "V27__grants",
];

/// The runner of the steps of one engine.
pub(crate) fn runner(text: fn(&Step) -> &'static str) -> Result<Runner, StorageError> {
    let migrations = STEPS
        .iter()
        .map(|step| Migration::unapplied(&format!("{}.sql", step.name), text(step)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    Ok(Runner::new(&migrations))
}

/// A failed migration, without the text of the statement.
pub(crate) fn failed(error: refinery::Error) -> StorageError {
    StorageError::Migration {
        cause: Fault::own(error.to_string()),
    }
}
