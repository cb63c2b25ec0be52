//! Databases for tests: a fresh SQLite file, and a fresh schema on a PostgreSQL server when one is reachable.
#![expect(clippy::expect_used, reason = "a test whose database cannot be made has failed")]

use std::{
    num::NonZeroUsize,
    path::PathBuf,
    process,
    sync::{
        Arc, Once,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use sluis::storage::{
    Database, Limits,
    keyring::{Keyring, MasterKeySource},
};
use sluis_core::{random::SystemRandom, time::SystemClock};
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::{skipped, trail};

/// The server that is tried when `SLUIS_TEST_POSTGRES_URL` is not set.
const DEFAULT_SERVER: &str = "postgres://postgres@127.0.0.1:5432/test";

/// Few connections, since many tests share one server.
const LIMITS: Limits = Limits {
    connections: const { NonZeroUsize::new(4).unwrap() },
    statement_timeout: Duration::from_secs(10),
};

/// A database of its own for one test. It goes when this is dropped.
pub struct TestDatabase {
    /// The database.
    pub database: Database,
    /// Its address, for a second replica or a restart.
    pub address: String,
    // Dropped after the database.
    _place: Place,
    _trail: trail::Kept,
}

/// Held so that the place stays, dropped so that it goes.
#[expect(dead_code, reason = "what they hold is never read")]
enum Place {
    Folder(TempDir),
    Schema(Schema),
}

impl TestDatabase {
    /// The name of the engine.
    pub fn engine(&self) -> &'static str {
        match self.database {
            Database::Sqlite(_) => "sqlite",
            Database::Postgres(_) => "postgres",
        }
    }

    /// The keys of this database, under a master key that all tests share.
    pub async fn keyring(&self) -> Keyring {
        let master = MasterKeySource::Command {
            program: PathBuf::from("/bin/echo"),
            arguments: vec!["5e".repeat(32)],
        };
        let (random, clock) = (Arc::new(SystemRandom), Arc::new(SystemClock));
        let keyring = Keyring::open(self.database.executor(), &master, random, clock).await;
        keyring.expect("the keys of a test database open")
    }

    /// Closes the database, and keeps the place that it was in.
    pub fn close(self) -> impl Sized {
        self._place
    }

    /// Closes the database and opens it again, as a restart does.
    pub async fn reopen(self) -> Self {
        let Self {
            database,
            address,
            _place,
            _trail,
        } = self;
        drop(database);
        let database = Database::open_within(&address, LIMITS)
            .await
            .expect("the database opens again");
        Self {
            database,
            address,
            _place,
            _trail,
        }
    }
}

/// A fresh database on every engine that is reachable: SQLite always, PostgreSQL when there is a server.
///
/// # Panics
/// When `SLUIS_TEST_POSTGRES=required` and there is no server.
pub async fn both() -> Vec<TestDatabase> {
    let mut databases = vec![sqlite().await];
    databases.extend(postgres().await);
    databases
}

/// A fresh SQLite file.
pub async fn sqlite() -> TestDatabase {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let address = format!("sqlite:{}", folder.path().join("sluis.db").display());
    TestDatabase {
        database: Database::open_within(&address, LIMITS)
            .await
            .expect("a fresh file opens"),
        address,
        _place: Place::Folder(folder),
        _trail: trail::keep(),
    }
}

/// A fresh schema on the server, or nothing when there is none; that is said loudly.
///
/// # Panics
/// When `SLUIS_TEST_POSTGRES=required` and there is no server.
pub async fn postgres() -> Option<TestDatabase> {
    let schema = Schema::create().await?;
    let address = schema.address.clone();
    let database = Database::open_within(&address, LIMITS)
        .await
        .expect("a fresh schema opens");
    Some(TestDatabase {
        database,
        address,
        _place: Place::Schema(schema),
        _trail: trail::keep(),
    })
}

/// An empty schema of its own, dropped with everything in it.
pub struct Schema {
    server: String,
    name: String,
    /// The address that leads into the schema.
    pub address: String,
}

impl Schema {
    /// Makes one, or nothing when there is no server; that is said loudly.
    ///
    /// # Panics
    /// When `SLUIS_TEST_POSTGRES=required` and there is no server.
    pub async fn create() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("SLUIS_TEST_POSTGRES_URL").unwrap_or_else(|_| DEFAULT_SERVER.to_owned());
        let name = format!("test_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let sql = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
        if let Err(error) = on_server(&server, &sql).await {
            no_server(&error);
            return None;
        }
        let separator = if server.contains('?') { '&' } else { '?' };
        Some(Self {
            address: format!("{server}{separator}options=-csearch_path%3D{name}"),
            server,
            name,
        })
    }
}

impl Schema {
    /// Runs SQL in the schema, past the service.
    pub async fn execute(&self, sql: &str) {
        let sql = format!("SET search_path TO {}; {sql}", self.name);
        on_server(&self.server, &sql).await.expect("the SQL runs");
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let sql = format!("DROP SCHEMA {} CASCADE", self.name);
        let server = self.server.clone();
        // A test may end inside a runtime, so this one has a thread of its own.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(on_server(&server, &sql)))
        });
        let _ = dropped.join();
    }
}

async fn on_server(server: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
    let mut config: tokio_postgres::Config = server.parse()?;
    config.connect_timeout(Duration::from_secs(2));
    let (client, connection) = config.connect(NoTls).await?;
    let connection = tokio::spawn(connection);
    let done = client.batch_execute(sql).await;
    drop(client);
    let _ = connection.await;
    done
}

fn no_server(error: &tokio_postgres::Error) {
    static SAID: Once = Once::new();
    let required = std::env::var("SLUIS_TEST_POSTGRES").is_ok_and(|value| value == "required");
    assert!(
        !required,
        "SLUIS_TEST_POSTGRES=required, but no server answers: {error}"
    );
    let what = format!("the PostgreSQL half of these tests, because no server answers: {error}");
    SAID.call_once(|| skipped(&what));
}
