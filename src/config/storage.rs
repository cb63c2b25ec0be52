//! `storage`: where the service keeps what it keeps.

use std::{num::NonZeroUsize, path::PathBuf};

use secrecy::SecretString;

use super::{key::section, period::Period, secret::Secret};

section! {
    /// Where the service keeps what it keeps.
    Storage = "storage" {
        /// The file of the embedded database. Its folder is made when it is not there.
        sqlite: PathBuf = "data/sluis.db",
        /// A PostgreSQL server instead: `postgres://user:password@host:5432/name`. Needed for more than one replica.
        postgres: Secret,
        /// Mebibytes kept in reserve beside the embedded database, so that schools can withdraw when the disk is full; 0 keeps none.
        reserve_mib: u32 = 64,
        /// With fewer mebibytes free on the disk of the embedded database the alarm goes.
        alarm_mib: u32 = 1024,
        /// Connections that read (SQLite), or connections in the pool (PostgreSQL).
        connections: NonZeroUsize = 8,
        /// How long one statement may take (PostgreSQL).
        statement_timeout: Period = "10s",
    }
}

impl Storage {
    /// The address of the database, as the storage room reads it.
    pub fn address(&self) -> SecretString {
        self.postgres
            .get()
            .cloned()
            .unwrap_or_else(|| format!("sqlite:{}", self.sqlite.display()).into())
    }

    fn check(&self) -> Vec<(&'static str, &'static str)> {
        let usable = self.postgres.expose().is_none_or(|address| {
            url::Url::parse(address).is_ok_and(|address| matches!(address.scheme(), "postgres" | "postgresql"))
        });
        if usable {
            Vec::new()
        } else {
            vec![("storage.postgres", "it is an address that begins with `postgres://`")]
        }
    }
}
