//! What the keyring promises, on both engines.

use std::{path::PathBuf, sync::Arc};

use sluis::app::{
    sealing::{KeyScope, Sealing},
    store::{Change, StoreError},
};
use sluis::storage::{
    Database, Priority, StorageError, WriteSet,
    keyring::{KeyPurpose, Keyring, KeyringError, MasterKeySource, Place, Scope},
    repository::Repository,
};
use sluis_core::{
    id::{PersonId, SchoolId, SupplierId},
    random::SystemRandom,
    time::{SystemClock, Timestamp, Year},
};
use sluis_test_kit::databases;
use tempfile::TempDir;
use uuid::Uuid;

async fn open(database: &Database, path: PathBuf) -> Result<Keyring, KeyringError> {
    let source = MasterKeySource::File(path);
    Keyring::open(
        database.executor(),
        &source,
        Arc::new(SystemRandom),
        Arc::new(SystemClock),
    )
    .await
}

fn school() -> SchoolId {
    SchoolId::from_uuid(Uuid::from_u128(1))
}

fn supplier(number: u128) -> SupplierId {
    SupplierId::from_uuid(Uuid::from_u128(number))
}

fn scopes() -> [Scope; 5] {
    [
        Scope::Platform,
        Scope::School(school()),
        // The same number as the school's.
        Scope::Supplier(supplier(1)),
        Scope::SchoolAndSupplier(school(), supplier(1)),
        Scope::SchoolAndSupplier(school(), supplier(2)),
    ]
}

#[tokio::test]
async fn the_first_start_makes_a_key_file_and_a_restart_reads_what_was_sealed() {
    for database in databases::both().await {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("master.key");
        let place = Place::of_school("persons", school(), b"a");

        let first = open(&database.database, path.clone()).await.unwrap();
        assert_eq!(first.made_key_file(), Some(path.as_path()));
        let key = first.seal_key(Scope::School(school())).await.unwrap();
        let sealed = key.seal(b"Saar", &place).unwrap();
        let hash = first
            .index_key(Scope::School(school()))
            .await
            .unwrap()
            .hash("eckId", b"x");
        drop(first);

        let database = database.reopen().await;
        let second = open(&database.database, path).await.unwrap();
        assert_eq!(second.made_key_file(), None);
        let key = second.seal_key(Scope::School(school())).await.unwrap();
        assert_eq!(key.open(&sealed, &place).unwrap().as_slice(), b"Saar");
        let again = second.index_key(Scope::School(school())).await.unwrap();
        assert_eq!(again.hash("eckId", b"x"), hash);
        assert_ne!(again.hash("email", b"x"), hash);
    }
}

#[tokio::test]
async fn without_the_master_key_or_with_another_nothing_starts() {
    for database in databases::both().await {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("master.key");
        open(&database.database, path.clone()).await.unwrap();

        std::fs::remove_file(&path).unwrap();
        let missing = open(&database.database, path.clone()).await.err().unwrap();
        assert!(matches!(missing, KeyringError::MasterKeyMissing { .. }), "{missing:?}");
        assert!(!path.exists(), "no new key may hide that the old one is lost");

        std::fs::write(&path, "ab".repeat(32)).unwrap();
        let other = open(&database.database, path).await.err().unwrap();
        assert!(matches!(other, KeyringError::MasterKeyDiffers { .. }), "{other:?}");
    }
}

#[tokio::test]
async fn replicas_that_start_with_different_new_keys_do_not_both_run() {
    for database in databases::both().await {
        let folder = TempDir::new().unwrap();
        let (one, other) = tokio::join!(
            open(&database.database, folder.path().join("one.key")),
            open(&database.database, folder.path().join("other.key")),
        );
        assert!(one.is_ok() != other.is_ok(), "just one of the two keys counts");
    }
}

#[tokio::test]
async fn every_scope_has_keys_of_its_own() {
    for database in databases::both().await {
        let folder = TempDir::new().unwrap();
        let keyring = open(&database.database, folder.path().join("master.key"))
            .await
            .unwrap();
        let place = Place::of_platform("t", b"a");
        let mut hashes = Vec::new();
        for scope in scopes() {
            let sealed = keyring.seal_key(scope).await.unwrap().seal(b"x", &place).unwrap();
            for other in scopes() {
                let opened = keyring.seal_key(other).await.unwrap().open(&sealed, &place);
                assert_eq!(opened.is_ok(), other == scope, "{scope:?} with {other:?}");
            }
            hashes.push(keyring.index_key(scope).await.unwrap().hash("l", b"x"));
        }
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), scopes().len());
    }
}

#[tokio::test]
async fn a_key_that_many_want_at_once_is_made_once() {
    for database in databases::both().await {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("master.key");
        let mut asked = Vec::new();
        for _ in 0..4 {
            let replica = Arc::new(open(&database.database, path.clone()).await.unwrap());
            for _ in 0..4 {
                let replica = Arc::clone(&replica);
                asked.push(tokio::spawn(
                    async move { replica.seal_key(Scope::School(school())).await },
                ));
            }
        }
        let mut ids = Vec::new();
        for key in asked {
            ids.push(key.await.unwrap().unwrap().id());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1, "{}", database.engine());
    }
}

#[tokio::test]
async fn a_destroyed_key_opens_nothing_and_writes_nothing() {
    for database in databases::both().await {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("master.key");
        let keyring = open(&database.database, path.clone()).await.unwrap();
        let replica = open(&database.database, path).await.unwrap();
        let scope = Scope::School(school());
        let place = Place::of_school("persons", school(), b"a");
        let kept = replica.seal_key(scope).await.unwrap();
        let sealed = keyring.seal_key(scope).await.unwrap().seal(b"Saar", &place).unwrap();

        let mut writes = WriteSet::new();
        kept.guard(&mut writes);
        let executor = database.database.executor();
        executor.write(writes.clone(), Priority::Interactive).await.unwrap();
        keyring.destroy(scope, KeyPurpose::Seal).await.unwrap();

        let refused = executor.write(writes, Priority::Interactive).await;
        assert!(matches!(refused, Err(StorageError::Conflict { .. })), "{refused:?}");
        let new = keyring.seal_key(scope).await.unwrap();
        assert_ne!(new.id(), kept.id());
        assert!(matches!(new.open(&sealed, &place), Err(KeyringError::Unreadable)));
    }
}

#[tokio::test]
async fn a_wrapped_key_put_in_another_row_is_refused() {
    const SWAP: sluis::storage::Statement = sluis::storage::Statement {
        name: "test_swap_key",
        sql: "UPDATE data_keys SET supplier = $1 WHERE purpose = $2",
    };
    for database in databases::both().await {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("master.key");
        let keyring = open(&database.database, path.clone()).await.unwrap();
        keyring.seal_key(Scope::School(school())).await.unwrap();
        let mut writes = WriteSet::new();
        let supplier = supplier(1);
        writes.one(&SWAP, sluis::storage::params![supplier, "seal"]);
        let executor = database.database.executor();
        executor.write(writes, Priority::Interactive).await.unwrap();
        let moved = keyring.seal_key(Scope::SchoolAndSupplier(school(), supplier)).await;
        assert!(matches!(moved, Err(KeyringError::Unreadable)), "{moved:?}");
    }
}

#[tokio::test]
async fn the_port_of_the_use_cases_seals_by_place_and_scope() {
    for database in databases::both().await {
        let folder = TempDir::new().unwrap();
        let keyring = open(&database.database, folder.path().join("master.key"))
            .await
            .unwrap();
        let key = keyring.key(KeyScope::School(school())).await.unwrap();
        let sealed = key.seal("persons/a", b"Saar").unwrap();
        assert_eq!(key.open("persons/a", &sealed).unwrap().as_slice(), b"Saar");
        assert!(matches!(key.open("persons/b", &sealed), Err(StoreError::Corrupt(_))));
        let other = keyring.key(KeyScope::Supplier(supplier(1))).await.unwrap();
        assert!(matches!(other.open("persons/a", &sealed), Err(StoreError::Corrupt(_))));
        assert_ne!(key.hash("eckId", b"x"), other.hash("eckId", b"x"));
    }
}

fn year(text: &str) -> Year {
    Year::parse(text).unwrap()
}

#[tokio::test]
async fn every_year_of_a_school_knows_a_person_by_another_hash() {
    for database in databases::both().await {
        let folder = TempDir::new().unwrap();
        let keyring = open(&database.database, folder.path().join("master.key"))
            .await
            .unwrap();
        let person = PersonId::from_uuid(Uuid::from_u128(7));
        let other = SchoolId::from_uuid(Uuid::from_u128(2));
        let mut subjects = Vec::new();
        for (school, of) in [(school(), "2027"), (school(), "2026"), (other, "2026")] {
            subjects.push(keyring.subjects(school, year(of)).await.unwrap().of(person));
        }
        let all = keyring.subjects_of_all_years(school()).await.unwrap();
        let years: Vec<_> = all.iter().map(|of| (of.year(), of.of(person))).collect();
        assert_eq!(years, [(year("2026"), subjects[1]), (year("2027"), subjects[0])]);
        subjects.sort_unstable();
        subjects.dedup();
        assert_eq!(subjects.len(), 3);
    }
}

#[tokio::test]
async fn the_key_of_a_year_is_destroyed_for_good_and_once() {
    for database in databases::both().await {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("master.key");
        let keyring = Arc::new(open(&database.database, path.clone()).await.unwrap());
        let replica = open(&database.database, path.clone()).await.unwrap();
        for of in ["2026", "2027"] {
            keyring.subject_key(school(), year(of)).await.unwrap();
            replica.subject_key(school(), year(of)).await.unwrap();
        }
        let executor = database.database.executor();
        let repository = Repository::new(database.database.executor(), keyring);
        let write = async |change: Change| {
            let writes = repository.write_set(vec![change]).await.unwrap();
            executor.write(writes, Priority::Interactive).await
        };
        let hold = |of| Change::SubjectKeyHeld(school(), year(of));
        let destroy = || Change::SubjectKeyDestroyed(school(), year("2026"), Timestamp::from_millis(5));
        write(hold("2026")).await.unwrap();
        write(destroy()).await.unwrap();
        for refused in [hold("2026"), destroy()] {
            let refused = write(refused).await;
            assert!(matches!(refused, Err(StorageError::Conflict { .. })), "{refused:?}");
        }
        write(hold("2027")).await.unwrap();

        let left = replica.subject_keys(school()).await.unwrap();
        assert_eq!(left.iter().map(|(of, _)| *of).collect::<Vec<_>>(), [year("2027")]);
        let later = open(&database.database, path).await.unwrap();
        let again = later.subject_key(school(), year("2026")).await.err();
        assert!(matches!(again, Some(KeyringError::Destroyed)), "{again:?}");
        later.subject_key(school(), year("2025")).await.unwrap();
    }
}
