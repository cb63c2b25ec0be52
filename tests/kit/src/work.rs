//! What an answer costs inside: the statements that were asked of the database, and what was done with keys. Two answers
//! that cost the same cannot be told apart by their time.
#![expect(clippy::expect_used, reason = "a count that cannot be kept stops the test")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use sluis::{
    app::{
        sealing::{HashingKey, KeyScope, Sealing, SealingKey, Subjects},
        store::StoreError,
    },
    cli::assemble::Watch,
    storage::{Executor, Priority, Query, Row, StorageError, WriteSet},
};
use sluis_core::{
    id::SchoolId,
    time::{Clock, FixedClock, Timestamp, Year},
};
use zeroize::Zeroizing;

/// How often each thing was done: `read`, `write`, `key`, `seal`, `open` and `hash`, each with what it was done to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Work(BTreeMap<(&'static str, String), u64>);

impl Work {
    /// What was done since an earlier moment.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let more = self.0.iter().filter_map(|(done, times)| {
            let more = times - before.0.get(done).copied().unwrap_or_default();
            (more > 0).then(|| (done.clone(), more))
        });
        Self(more.collect())
    }

    /// How often this was done; it is in the count no more.
    pub fn take(&mut self, kind: &'static str, what: &str) -> u64 {
        self.0.remove(&(kind, what.to_owned())).unwrap_or_default()
    }

    /// How often something of this kind was done.
    pub fn times(&self, kind: &str) -> u64 {
        let of_kind = self.0.iter().filter(|((known, _), _)| *known == kind);
        of_kind.map(|(_, times)| times).sum()
    }
}

/// Counts what a service does.
#[derive(Debug, Clone, Default)]
pub struct Counter {
    work: Arc<Mutex<Work>>,
    database_clock: Option<Arc<FixedClock>>,
}

impl Counter {
    /// The same, before a database whose clock is this one.
    pub fn with_database_clock(clock: Arc<FixedClock>) -> Self {
        Self {
            database_clock: Some(clock),
            ..Self::default()
        }
    }

    /// What was done so far.
    pub fn work(&self) -> Work {
        self.work.lock().expect("nobody stopped while counting").clone()
    }

    fn count(&self, kind: &'static str, what: &str) {
        let mut work = self.work.lock().expect("nobody stopped while counting");
        *work.0.entry((kind, what.to_owned())).or_default() += 1;
    }
}

impl Watch for Counter {
    fn executor(&self, executor: Arc<dyn Executor>) -> Arc<dyn Executor> {
        Arc::new(Counted(self.clone(), executor))
    }

    fn sealing(&self, sealing: Arc<dyn Sealing>) -> Arc<dyn Sealing> {
        Arc::new(Counted(self.clone(), sealing))
    }
}

/// Something that is counted and then done.
struct Counted<T: ?Sized>(Counter, Arc<T>);

#[async_trait]
impl Executor for Counted<dyn Executor> {
    async fn read_together(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, StorageError> {
        for query in &queries {
            self.0.count("read", query.statement.name);
        }
        self.1.read_together(queries).await
    }

    async fn now(&self) -> Result<Timestamp, StorageError> {
        match &self.0.database_clock {
            Some(clock) => Ok(clock.now()),
            None => self.1.now().await,
        }
    }

    async fn write(&self, writes: WriteSet, priority: Priority) -> Result<Vec<u64>, StorageError> {
        for write in writes.writes() {
            self.0.count("write", write.statement.name);
        }
        self.1.write(writes, priority).await
    }
}

#[async_trait]
impl Sealing for Counted<dyn Sealing> {
    async fn key(&self, scope: KeyScope) -> Result<Arc<dyn SealingKey>, StoreError> {
        self.0.count("key", &format!("{scope:?}"));
        Ok(Arc::new(Counted(self.0.clone(), self.1.key(scope).await?)))
    }

    async fn subjects(&self, school: SchoolId, year: Year) -> Result<Subjects, StoreError> {
        self.0.count("key", &format!("Subjects({school}, {year})"));
        let subjects = self.1.subjects(school, year).await?;
        Ok(Subjects::new(
            year,
            Arc::new(Counted(self.0.clone(), Arc::new(subjects))),
        ))
    }

    async fn subjects_of_all_years(&self, school: SchoolId) -> Result<Vec<Subjects>, StoreError> {
        self.0.count("key", &format!("Subjects({school})"));
        self.1.subjects_of_all_years(school).await
    }

    async fn subjects_until(&self, last: Year) -> Result<Vec<(SchoolId, Year)>, StoreError> {
        self.1.subjects_until(last).await
    }

    async fn forget_subjects(&self, school: SchoolId, year: Year) {
        self.1.forget_subjects(school, year).await;
    }
}

impl HashingKey for Counted<Subjects> {
    fn hash(&self, label: &str, value: &[u8]) -> [u8; 32] {
        self.0.count("hash", label);
        self.1.hash(label, value)
    }
}

impl HashingKey for Counted<dyn SealingKey> {
    fn hash(&self, label: &str, value: &[u8]) -> [u8; 32] {
        self.0.count("hash", label);
        self.1.hash(label, value)
    }
}

impl SealingKey for Counted<dyn SealingKey> {
    fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.0.count("seal", table(place));
        self.1.seal(place, plain)
    }

    fn open(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        self.0.count("open", table(place));
        self.1.open(place, sealed)
    }
}

/// The table of a place; the rest of it is the id of a row.
fn table(place: &str) -> &str {
    place.split('/').next().unwrap_or(place)
}
