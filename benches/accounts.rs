//! What it costs to read the account of a key, while accounts grow: on both engines, and what a row takes.
//!
//! `cargo bench --bench accounts`. *read* is what the service does, through its executor; *bare* is the same statement on a
//! connection of its own without anything around it. Keys are asked in a random order; the figure is the median of rounds.
//! PostgreSQL is measured when a server is reachable (`SLUIS_TEST_POSTGRES_URL`).
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![expect(clippy::expect_used, reason = "a measurement that cannot be made has failed")]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock of the machine")]

use std::{sync::Arc, time::Instant};

use rusqlite::Connection;
use sluis::{
    app::store::AccountStore,
    storage::{Database, repository::Repository},
};
use sluis_core::id::{SchoolId, SupplierId};
use sluis_test_kit::databases::{TestDatabase, both};
use tokio_postgres::NoTls;
use uuid::Uuid;

const SIZES: [i64; 4] = [1_000, 10_000, 100_000, 1_000_000];
const ROUNDS: usize = 5;
const READS: usize = 2_000;

const SUPPLIER: u128 = 1;

/// The statement of `storage/repository/account.rs`, for the bare reads.
const SQL: &str = "SELECT k.account, k.key_hash, k.kind, k.since, s.school FROM account_keys k \
    LEFT JOIN account_schools s ON s.supplier = k.supplier AND s.account = k.account AND s.school = $3 \
    WHERE k.supplier = $1 AND k.key_hash = $2";

fn ids() -> (SupplierId, SchoolId) {
    (
        SupplierId::from_uuid(Uuid::from_u128(SUPPLIER)),
        SchoolId::from_uuid(Uuid::from_u128(2)),
    )
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Microseconds for each of so many reads.
#[expect(clippy::cast_precision_loss, reason = "some thousands of reads")]
fn each(begun: Instant, reads: usize) -> f64 {
    begun.elapsed().as_secs_f64() * 1e6 / reads as f64
}

fn file_of(address: &str) -> &str {
    address.strip_prefix("sqlite:").expect("the address of a file")
}

/// What fills the tables: past the service, since it would take hours by one statement each.
enum Filler {
    Sqlite(Connection),
    Postgres(tokio_postgres::Client),
}

impl Filler {
    async fn of(database: &TestDatabase) -> Self {
        match &database.database {
            Database::Sqlite(_) => Self::Sqlite(Connection::open(file_of(&database.address)).expect("the file")),
            Database::Postgres(_) => {
                let (client, connection) = tokio_postgres::connect(&database.address, NoTls)
                    .await
                    .expect("the server");
                tokio::spawn(connection);
                Self::Postgres(client)
            }
        }
    }

    async fn fill(&mut self, more: i64) {
        match self {
            Self::Sqlite(connection) => {
                let sql = format!(
                    "INSERT OR IGNORE INTO suppliers (id, name, kind, created_at) VALUES (x'{SUPPLIER:032x}', 'x', 'supplier', 0);
                     WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {more})
                     INSERT INTO account_keys (supplier, key_hash, kind, account, since)
                     SELECT x'{SUPPLIER:032x}', randomblob(32), 'eckId', randomblob(16), 0 FROM n;
                     PRAGMA wal_checkpoint(TRUNCATE); ANALYZE;"
                );
                connection.execute_batch(&sql).expect("rows");
            }
            Self::Postgres(client) => {
                let sql = format!(
                    "INSERT INTO suppliers (id, name, kind, created_at) VALUES ('\\x{SUPPLIER:032x}', 'x', 'supplier', 0)
                     ON CONFLICT DO NOTHING;
                     INSERT INTO account_keys (supplier, key_hash, kind, account, since)
                     SELECT '\\x{SUPPLIER:032x}', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'eckId',
                         uuid_send(gen_random_uuid()), 0 FROM generate_series(1, {more});
                     ANALYZE account_keys;"
                );
                client.batch_execute(&sql).await.expect("rows");
            }
        }
    }

    /// Some of the keys, in a random order.
    async fn sample(&self) -> Vec<[u8; 32]> {
        let sql = format!("SELECT key_hash FROM account_keys ORDER BY random() LIMIT {READS}");
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare(&sql).expect("a statement");
                let rows = statement.query_map((), |row| row.get(0)).expect("keys");
                rows.map(|row| row.expect("a key")).collect()
            }
            Self::Postgres(client) => {
                let rows = client.query(&sql, &[]).await.expect("keys");
                let key = |row: tokio_postgres::Row| row.get::<_, &[u8]>(0).try_into().expect("a key");
                rows.into_iter().map(key).collect()
            }
        }
    }

    async fn bare(&self, keys: &[[u8; 32]]) -> f64 {
        let (supplier, school) = ids();
        let (supplier, school) = (supplier.as_bytes().to_vec(), school.as_bytes().to_vec());
        match self {
            Self::Sqlite(connection) => {
                // The engine numbers `$1` by where it stands, `?1` by its name.
                let mut statement = connection.prepare(&SQL.replace('$', "?")).expect("a statement");
                let begun = Instant::now();
                for key in keys {
                    let found =
                        statement.query_row((&supplier, key.as_slice(), &school), |row| row.get::<_, Vec<u8>>(0));
                    found.expect("an account");
                }
                each(begun, keys.len())
            }
            Self::Postgres(client) => {
                let statement = client.prepare(SQL).await.expect("a statement");
                let begun = Instant::now();
                for key in keys {
                    let found = client
                        .query_one(&statement, &[&supplier, &key.as_slice(), &school])
                        .await;
                    found.expect("an account");
                }
                each(begun, keys.len())
            }
        }
    }

    /// Bytes on disk for a row: the table with the index that it is read by, and with all of them.
    async fn bytes(&self, rows: i64) -> (i64, i64) {
        match self {
            Self::Sqlite(connection) => {
                let size = |name: &str| {
                    let sql = "SELECT COALESCE(SUM(pgsize), 0) FROM dbstat WHERE name LIKE ?1";
                    connection
                        .query_row(sql, [name], |row| row.get::<_, i64>(0))
                        .unwrap_or(-rows)
                };
                let table = size("account_keys");
                (table / rows, (table + size("account_keys_by_account")) / rows)
            }
            Self::Postgres(client) => {
                let sql = "SELECT pg_table_size('account_keys') + pg_relation_size('account_keys_pkey'), \
                    pg_total_relation_size('account_keys')";
                let row = client.query_one(sql, &[]).await.expect("sizes");
                (row.get::<_, i64>(0) / rows, row.get::<_, i64>(1) / rows)
            }
        }
    }
}

async fn measure(database: &TestDatabase) {
    let keyring = Arc::new(database.keyring().await);
    let repository = Repository::new(database.database.executor(), keyring);
    let mut filler = Filler::of(database).await;
    let (supplier, school) = ids();
    let mut rows = 0;
    for size in SIZES {
        filler.fill(size - rows).await;
        rows = size;
        let (mut read, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let keys = filler.sample().await;
            bare.push(filler.bare(&keys).await);
            let begun = Instant::now();
            for key in &keys {
                let found = repository.keys_of_accounts(supplier, school, vec![*key]).await;
                assert_eq!(found.expect("an answer").len(), 1, "an account");
            }
            read.push(each(begun, keys.len()));
        }
        let (lean, whole) = filler.bytes(rows).await;
        println!(
            "| {:8} | {size:9} | {:8.1} | {:8.1} | {lean:5} | {whole:5} |",
            database.engine(),
            median(read),
            median(bare)
        );
    }
}

#[tokio::main]
async fn main() {
    println!("| engine   | accounts  | read, µs | bare, µs | bytes a row | with its index by account |");
    println!("|----------|----------:|---------:|---------:|------------:|--------------------------:|");
    for database in both().await {
        measure(&database).await;
    }
}
