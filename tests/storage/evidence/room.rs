//! A disk that fills up: an early end to decisions, and room for acts to the last. A real file system, small enough to fill.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use sluis::{
    app::evidence::Act,
    storage::{
        Priority, Statement, WriteSet, params,
        sqlite::{Room, Sqlite, SqliteOptions},
    },
};

use super::*;

const RESERVE: u64 = 4 << 20;

/// A file system of its own in memory, of 16 MiB. It goes when this is dropped.
struct Disk(tempfile::TempDir);

impl Disk {
    /// Mounts one; nothing where that is not permitted, which is said loudly. `SLUIS_TEST_DISK=required` makes it an error.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["-t", "tmpfs", "-o", "size=16m", "tmpfs"];
        let mounted = Command::new("mount").args(arguments).arg(folder.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        let required = std::env::var("SLUIS_TEST_DISK").is_ok_and(|value| value == "required");
        assert!(!required, "no file system can be mounted here");
        sluis_test_kit::skipped("a full disk: no file system can be mounted here");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Fills it to the last byte with a file, which can be taken away again.
    fn fill(&self) -> PathBuf {
        let path = self.path().join("filler");
        let mut size = 1 << 20;
        let mut filler = fs::File::create(&path).unwrap();
        while size > 0 {
            if std::io::Write::write_all(&mut filler, &vec![7; size]).is_err() {
                size /= 2;
            }
        }
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(self.path()).status());
    }
}

/// Something that takes room.
fn one_row(number: u8) -> WriteSet {
    const ROW: Statement = Statement {
        name: "test_single_use",
        sql: "INSERT INTO single_use_values (value, expires_at) VALUES ($1, $2)",
    };
    let mut set = WriteSet::new();
    set.one(&ROW, params![[number; 32], NOW]);
    set
}

async fn withdraw(store: &EvidenceStore) -> Result<(), StoreError> {
    let act = Act {
        changes: Vec::new(),
        policy_of: vec![school(1)],
        drafts: vec![act(school(1))],
        ..Act::default()
    };
    store.act(act).await.map(drop)
}

#[tokio::test]
async fn when_the_disk_is_full_nothing_is_released_and_schools_can_still_withdraw() {
    let Some(disk) = Disk::mount() else { return };
    let mut options = SqliteOptions::new(disk.path().join("sluis.db"));
    options.room = Room {
        reserve: RESERVE,
        alarm: 1 << 30,
    };
    let reserve = disk.path().join("sluis.db.reserve");
    let database = Database::Sqlite(Sqlite::open(options).await.unwrap());
    assert_eq!(fs::metadata(&reserve).unwrap().len(), RESERVE);
    let (store, _task) = start(&database);
    assert!(matches!(store.decision(entry(1, 0)).await, Ok(Recorded::Committed(_))));

    let filler = disk.fill();
    // What the log has room for already may still go; soon nothing does.
    let mut refused = false;
    for _ in 0..2_000 {
        refused = store.decision(page(1, 0)).await.is_err();
        if refused {
            break;
        }
    }
    assert!(refused, "the disk was never full");
    assert!(reserve.exists(), "decisions do not use what is kept for acts");
    assert!(!store.is_writable(NOW).await);
    withdraw(&store).await.unwrap();
    assert!(!reserve.exists());
    // There is room by now, and it is not for decisions: nor does the service call itself ready by it.
    assert!(matches!(
        store.decision(entry(1, 1)).await,
        Err(StoreError::Unavailable(_))
    ));
    assert!(!store.is_writable(NOW).await);
    // Nor is it for logins and rosters, only for what acts cannot do without.
    let executor = database.executor();
    for (priority, finds_room) in [
        (Priority::Interactive, false),
        (Priority::Bulk, false),
        (Priority::ForActs, true),
    ] {
        let written = executor.write(one_row(priority as u8), priority).await;
        assert_eq!(written.is_ok(), finds_room, "{priority:?}: {written:?}");
    }
    for _ in 0..20 {
        withdraw(&store).await.unwrap();
    }
    // While the disk is full the reserve is not made again, nor half of it.
    store.tend().await;
    assert!(!reserve.exists());
    assert!(matches!(
        store.decision(entry(1, 21)).await,
        Err(StoreError::Unavailable(_))
    ));

    fs::remove_file(filler).unwrap();
    store.tend().await;
    assert_eq!(fs::metadata(&reserve).unwrap().len(), RESERVE);
    assert!(store.is_writable(NOW).await);
    assert_eq!(epoch(&store, 1).await, 21);
    assert!(matches!(store.decision(entry(1, 21)).await, Ok(Recorded::Committed(_))));
    assert_eq!(store.verify().await.unwrap().findings, []);
}

#[tokio::test]
async fn without_a_reserve_a_full_disk_refuses_acts_too_and_nothing_is_half_done() {
    let Some(disk) = Disk::mount() else { return };
    let options = SqliteOptions::new(disk.path().join("sluis.db"));
    let database = Database::Sqlite(Sqlite::open(options).await.unwrap());
    let (store, _task) = start(&database);
    let filler = disk.fill();
    let mut refused = false;
    for _ in 0..2_000 {
        refused = withdraw(&store).await.is_err();
        if refused {
            break;
        }
    }
    assert!(refused, "the disk was never full");
    fs::remove_file(filler).unwrap();
    withdraw(&store).await.unwrap();
    assert_eq!(store.verify().await.unwrap().findings, []);
}
