//! What only the embedded engine promises: one process, one line of writers.

use std::{
    os::unix::fs::PermissionsExt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use sluis::storage::{
    Database, Expect, Priority, Statement, StorageError, WriteSet, params,
    sqlite::{Sqlite, SqliteOptions, bind},
};
use sluis_test_kit::databases;
use tempfile::TempDir;

const NOTE: Statement = Statement {
    name: "test_note",
    sql: "INSERT INTO single_use_values (value, expires_at) VALUES ($1, $2)",
};
const NOTES: Statement = Statement {
    name: "test_notes",
    sql: "SELECT COUNT(*) FROM single_use_values",
};

const OPEN_KEYS: Statement = Statement {
    name: "test_open_keys",
    sql: "SELECT tables.name, columns.name FROM pragma_table_list AS tables, pragma_table_info(tables.name) AS columns \
          WHERE tables.strict = 1 AND columns.pk > 0 AND columns.\"notnull\" = 0",
};
const STRICT_TABLES: Statement = Statement {
    name: "test_strict_tables",
    sql: "SELECT COUNT(*) FROM pragma_table_list WHERE strict = 1",
};

async fn open(folder: &TempDir) -> Result<Sqlite, StorageError> {
    Sqlite::open(SqliteOptions::new(folder.path().join("sluis.db"))).await
}

async fn notes(sqlite: &Sqlite) -> i64 {
    let rows = sqlite.snapshot(|connection| bind::query(connection, &NOTES, &[])).await;
    rows.unwrap()[0].get(0).unwrap()
}

#[tokio::test]
async fn a_file_that_is_in_use_is_refused_and_free_again_when_closed() {
    let folder = TempDir::new().unwrap();
    let first = open(&folder).await.unwrap();
    let clone = first.clone();
    assert!(matches!(open(&folder).await, Err(StorageError::InUse { .. })));
    drop(first);
    assert!(matches!(open(&folder).await, Err(StorageError::InUse { .. })));
    drop(clone);
    assert!(open(&folder).await.is_ok());
}

#[tokio::test]
async fn a_panic_in_a_transaction_stops_neither_the_writer_nor_its_neighbours() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(&folder).await.unwrap();
    let (hold, held) = std::sync::mpsc::channel::<()>();
    // While the writer is held, the next three gather into one group.
    let first = sqlite.transaction(Priority::Evidence, move |_| {
        let _ = held.recv();
        Ok(())
    });
    let note = |value: u8| {
        sqlite.transaction(Priority::Evidence, move |connection| {
            bind::execute(connection, &NOTE, &params![[value], 1_i64])
        })
    };
    let panicked = sqlite.transaction(Priority::Evidence, |connection| -> Result<(), StorageError> {
        bind::execute(connection, &NOTE, &params![b"gone", 1_i64])?;
        panic!("on purpose")
    });
    let (first, before, panicked, after, ()) = tokio::join!(first, note(1), panicked, note(2), async {
        let _ = hold.send(());
    });
    assert!(first.is_ok() && before.is_ok() && after.is_ok());
    assert!(matches!(panicked, Err(StorageError::Unavailable { .. })));
    assert_eq!(notes(&sqlite).await, 2);
}

#[tokio::test]
async fn evidence_overtakes_work_that_waits() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(&folder).await.unwrap();
    let recorded = Arc::new(AtomicBool::new(false));
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let first = sqlite.transaction(Priority::Bulk, move |_| {
        let _ = held.recv();
        Ok(())
    });
    let bulk = sqlite.transaction(Priority::Bulk, {
        let recorded = Arc::clone(&recorded);
        move |_| Ok(recorded.load(Ordering::SeqCst))
    });
    let evidence = sqlite.transaction(Priority::Evidence, {
        let recorded = Arc::clone(&recorded);
        move |_| {
            recorded.store(true, Ordering::SeqCst);
            Ok(())
        }
    });
    let (_, after_evidence, _, ()) = tokio::join!(first, bulk, evidence, async {
        let _ = hold.send(());
    });
    assert!(after_evidence.unwrap());
}

#[tokio::test]
async fn what_was_answered_is_in_the_file_of_the_next_process() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(&folder).await.unwrap();
    let mut writes = WriteSet::new();
    writes.one(&NOTE, params![b"a", 1_i64]);
    let done = sqlite.transaction(Priority::Interactive, move |connection| {
        bind::apply(connection, &writes)
    });
    done.await.unwrap();
    drop(sqlite);
    assert_eq!(notes(&open(&folder).await.unwrap()).await, 1);
}

#[tokio::test]
async fn deleted_bytes_do_not_stay_in_the_file() {
    let folder = TempDir::new().unwrap();
    let sqlite = open(&folder).await.unwrap();
    let needle = [b"needle-in-the-file".as_slice(), &[7; 200]].concat();
    let value = needle.clone();
    let add = sqlite.transaction(Priority::Interactive, move |connection| {
        bind::execute(connection, &NOTE, &params![value, 1_i64])
    });
    add.await.unwrap();
    let forget = sqlite.transaction(Priority::Interactive, |connection| {
        connection
            .execute("DELETE FROM single_use_values", [])
            .map_err(|_| StorageError::InUse { path: "".into() })
    });
    forget.await.unwrap();
    drop(sqlite);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        assert!(
            !bytes.windows(needle.len()).any(|window| window == needle),
            "in {}",
            path.display()
        );
    }
}

#[tokio::test]
async fn a_new_file_is_its_owners_only_and_its_folder_is_made() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("data");
    let sqlite = Sqlite::open(SqliteOptions::new(place.join("sluis.db"))).await.unwrap();
    for entry in std::fs::read_dir(&place).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", entry.path().display());
    }
    drop(sqlite);
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    for database in databases::both().await {
        const FUTURE: Statement = Statement {
            name: "test_future",
            sql: "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
                  SELECT version + 1000, name, applied_on, checksum FROM refinery_schema_history",
        };
        let mut writes = WriteSet::new();
        writes.push(&FUTURE, params![], Expect::AtLeast(1));
        let executor = database.database.executor();
        executor.write(writes, Priority::Interactive).await.unwrap();
        drop(executor);
        let address = database.address.clone();
        let place = database.close();
        let refused = Database::open(&address).await;
        assert!(matches!(refused, Err(StorageError::Migration { .. })));
        drop(place);
    }
}

#[tokio::test]
async fn no_part_of_a_primary_key_may_be_absent() {
    // SQLite takes NULL in a primary key, many times over, except in STRICT tables and where it is told not to.
    let folder = TempDir::new().unwrap();
    let sqlite = open(&folder).await.unwrap();
    let read =
        |statement: &'static Statement| sqlite.snapshot(move |connection| bind::query(connection, statement, &[]));
    assert_eq!(read(&OPEN_KEYS).await.unwrap(), []);
    let tables: i64 = read(&STRICT_TABLES).await.unwrap()[0].get(0).unwrap();
    assert!(tables > 20, "{tables} tables were looked at");
}
