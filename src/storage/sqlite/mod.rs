//! The embedded engine: one file, one writer thread, a few reader threads.
//!
//! Two processes never write one file: the first locks `FILE.lock` (an advisory lock of the operating system, gone with
//! the process however it ends) and a second one is refused with [`StorageError::InUse`].

pub mod bind;
mod evidence;
mod lanes;
mod lock;
mod reserve;
mod writer;

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
};

use async_trait::async_trait;
use rusqlite::{Connection, OpenFlags};
use sluis_core::time::{Clock, SystemClock, Timestamp};
use tokio::sync::oneshot;

pub use self::reserve::Room;
use self::{lanes::Lanes, lock::FileLock, reserve::Reserve};
use super::{
    error::{Fault, StorageError},
    executor::{Executor, Priority, Query},
    migrate,
    value::Row,
    write_set::WriteSet,
};

/// How the file is opened.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// The file; made when absent.
    pub path: PathBuf,
    /// How many threads read.
    pub readers: NonZeroUsize,
    /// How much room is kept for acts, and when the alarm goes.
    pub room: Room,
}

impl SqliteOptions {
    /// The file with the usual number of readers.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            readers: const { NonZeroUsize::new(4).unwrap() },
            room: Room::default(),
        }
    }
}

/// An open file. Clones share it; it closes with the last one.
#[derive(Clone)]
pub struct Sqlite {
    inner: Arc<Inner>,
}

type Reading = Box<dyn FnOnce(&mut Connection) + Send>;

struct Inner {
    writes: Arc<Lanes<writer::Job>>,
    reads: Arc<Lanes<Reading>>,
    readers: Vec<JoinHandle<()>>,
    writer: Option<JoinHandle<()>>,
    reserve: Reserve,
    // Dropped last: the next process may open the file when no thread of this one has it.
    _lock: FileLock,
}

impl Sqlite {
    /// Opens the file and brings its schema up to date.
    ///
    /// # Errors
    /// [`StorageError::InUse`] when another process has it, [`StorageError::Migration`] when its schema is newer.
    pub async fn open(options: SqliteOptions) -> Result<Self, StorageError> {
        tokio::task::spawn_blocking(move || Self::open_blocking(&options))
            .await
            .map_err(|_| gone())?
    }

    fn open_blocking(options: &SqliteOptions) -> Result<Self, StorageError> {
        let lock = FileLock::take(&options.path)?;
        lock::make_private(&options.path)?;
        let mut connection = connect(
            &options.path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )?;
        migrate::runner(|step| step.sqlite)?
            .run(&mut connection)
            .map_err(migrate::failed)?;
        let mut inner = Inner {
            writes: Arc::new(Lanes::new()),
            reads: Arc::new(Lanes::new()),
            readers: Vec::new(),
            writer: None,
            reserve: Reserve::beside(&options.path, options.room),
            _lock: lock,
        };
        let writes = Arc::clone(&inner.writes);
        inner.writer = Some(spawn("sqlite-writer", move || writer::run(&writes, connection))?);
        for _ in 0..options.readers.get() {
            let mut connection = connect(&options.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            let reads = Arc::clone(&inner.reads);
            inner.readers.push(spawn("sqlite-reader", move || {
                while let Some((_, read)) = reads.take() {
                    read(&mut connection);
                }
            })?);
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Runs a function inside one write transaction on the writer thread; answers when it is durable.
    ///
    /// Several may share one transaction and one flush to disk, each within a savepoint of its own, so the function
    /// neither begins nor commits. When it fails, only what it did is rolled back. An error may also come after it
    /// succeeded (the flush failed): what it wrote is gone then.
    ///
    /// # Errors
    /// What the function answered, or [`StorageError::Unavailable`].
    pub async fn transaction<T, F>(&self, priority: Priority, work: F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = writer::job(work, answer);
        self.inner.writes.put(priority, job)?;
        answered.await.map_err(|_| gone())?
    }

    /// Runs a function on a reader thread, within one read transaction: all it reads is as it was at one moment.
    ///
    /// # Errors
    /// What the function answered, or [`StorageError::Unavailable`].
    pub async fn snapshot<T, F>(&self, work: F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let read: Reading = Box::new(move |connection| {
            let result = connection
                .transaction()
                .map_err(|error| bind::unavailable(&error))
                .and_then(|transaction| work(&transaction));
            // Nobody may be waiting any more.
            let _ = answer.send(result);
        });
        self.inner.reads.put(Priority::Interactive, read)?;
        answered.await.map_err(|_| gone())?
    }
}

#[async_trait]
impl Executor for Sqlite {
    async fn read_together(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, StorageError> {
        self.snapshot(move |connection| {
            queries
                .iter()
                .map(|query| bind::query(connection, query.statement, &query.params))
                .collect()
        })
        .await
    }

    async fn now(&self) -> Result<Timestamp, StorageError> {
        Ok(SystemClock.now())
    }

    async fn write(&self, writes: WriteSet, priority: Priority) -> Result<Vec<u64>, StorageError> {
        // What was kept in reserve is for acts: a roster or a login that took it would leave none for the next withdrawal.
        if priority != Priority::ForActs && self.inner.reserve.is_spent() {
            return Err(reserve::refused());
        }
        self.transaction(priority, move |connection| {
            evidence::refuse_revoked(connection, writes.askers().clone())?;
            bind::apply(connection, &writes)
        })
        .await
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.reads.close();
        self.readers.drain(..).for_each(end);
        // The writer's connection is the last: it moves the log into the file and removes it, a reader's may not.
        self.writes.close();
        self.writer.take().into_iter().for_each(end);
    }
}

fn end(thread: JoinHandle<()>) {
    // The last clone may go within a function on one of these threads: that one ends by itself.
    if thread.thread().id() != std::thread::current().id() {
        let _ = thread.join();
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StorageError> {
    let unavailable = |error: rusqlite::Error| bind::unavailable(&error);
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(unavailable)?;
    connection.set_prepared_statement_cache_capacity(512);
    connection
        .execute_batch(
            "PRAGMA busy_timeout = 5000;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON;
             PRAGMA trusted_schema = OFF;
             PRAGMA temp_store = MEMORY;
             PRAGMA journal_size_limit = 67108864;",
        )
        .map_err(unavailable)?;
    Ok(connection)
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StorageError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| StorageError::Unavailable {
            cause: Fault::own(format!("a thread cannot be started: {error}")),
        })
}

/// The thread that should have answered is gone, or the function on it panicked.
fn gone() -> StorageError {
    StorageError::Unavailable {
        cause: Fault::own("the database thread gave no answer"),
    }
}
