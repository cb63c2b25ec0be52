//! How the server is reached.

use std::{num::NonZeroUsize, str::FromStr, time::Duration};

use sluis_core::address::is_this_machine;
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls;
use crate::storage::error::StorageError;

/// How the server is reached, and how long it may take.
#[derive(Clone)]
pub struct PostgresOptions {
    config: Config,
    /// How many connections at most.
    pub connections: NonZeroUsize,
    /// How long one statement may take.
    pub statement_timeout: Duration,
    /// How long one statement may wait for a lock.
    pub lock_timeout: Duration,
    /// How long a transaction may stand idle before the server ends it; half the time of a statement when that is less.
    pub idle_in_transaction_timeout: Duration,
}

impl PostgresOptions {
    /// Reads `postgres://...`. Without `sslmode`, TLS is required unless the server is on this machine.
    ///
    /// # Errors
    /// When it is no such address.
    pub fn parse(address: &str) -> Result<Self, StorageError> {
        let config = Config::from_str(address).map_err(|_| StorageError::Address {
            reason: "it cannot be read as `postgres://USER@HOST/DATABASE`",
        })?;
        Ok(Self {
            config,
            connections: const { NonZeroUsize::new(16).unwrap() },
            statement_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(5),
            // Below the lock time-out: who waits for a replica that hangs outlives it.
            idle_in_transaction_timeout: Duration::from_secs(2),
        })
    }

    pub(super) fn into_parts(self) -> Result<(Config, Option<MakeRustlsConnect>), StorageError> {
        let mut config = self.config;
        // INVARIANT: a statement that waits for a replica that hangs outlives it, or a withdrawal could not be done.
        let idle = self.idle_in_transaction_timeout.min(self.statement_timeout / 2);
        let timeouts = format!(
            "-c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={}",
            self.statement_timeout.as_millis(),
            self.lock_timeout.as_millis(),
            idle.as_millis().max(1),
        );
        let options = match config.get_options() {
            None => timeouts,
            Some(given) => format!("{timeouts} {given}"),
        };
        // INVARIANT: a record is durable before its answer leaves, whatever the server or the address prefers.
        config.options(format!("{options} -c synchronous_commit=on"));
        if config.get_application_name().is_none() {
            config.application_name("sluis");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            SslMode::Prefer if config.get_hosts().iter().all(on_this_machine) => {
                config.ssl_mode(SslMode::Disable);
                None
            }
            _ => {
                config.ssl_mode(SslMode::Require);
                Some(tls::connector()?)
            }
        };
        Ok((config, tls))
    }
}

fn on_this_machine(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => is_this_machine(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(address: &str) -> SslMode {
        let (config, _) = PostgresOptions::parse(address).unwrap().into_parts().unwrap();
        config.get_ssl_mode()
    }

    #[test]
    fn away_from_this_machine_tls_is_required_unless_it_is_switched_off() {
        for (address, expected) in [
            ("postgres://u@127.0.0.1/d", SslMode::Disable),
            ("postgres://u@localhost/d", SslMode::Disable),
            ("postgres://u@[::1]/d", SslMode::Disable),
            ("postgres:///d?host=/var/run/postgresql", SslMode::Disable),
            ("postgres://u@localhost/d?sslmode=require", SslMode::Require),
            ("postgres://u@db.example/d", SslMode::Require),
            ("postgres://u@localhost,db.example/d", SslMode::Require),
            ("postgres://u@db.example/d?sslmode=disable", SslMode::Disable),
        ] {
            assert_eq!(mode(address), expected, "{address}");
        }
    }

    #[test]
    fn an_unreadable_address_is_refused_without_repeating_it() {
        let error = PostgresOptions::parse("postgres://u:secret@h/d?nonsense=1")
            .err()
            .unwrap();
        assert!(!error.to_string().contains("secret"));
    }
}
