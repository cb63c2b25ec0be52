//! The door to the log that each engine implements in its own way: appending under a lock, behind the fence.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use sluis_core::{
    id::{ClientId, RecordId, SchoolId},
    ledger::{PageLine, RecordDraft},
    time::Timestamp,
};

use super::append::{Addition, Tail};
use crate::{
    app::evidence::{Committed, Entry, Recorded},
    storage::{Fence, Statement, StorageError, WriteSet, params},
};

/// The epoch moves on: permits by the one before it are decided again, as of the moment of the act at the earliest. That
/// moment never goes back, whatever the clock of the one that acts.
pub(in crate::storage) const EPOCH_BUMP: Statement = Statement {
    name: "epoch_bump",
    sql: "INSERT INTO school_epochs (school, epoch, moved_at) VALUES ($1, 1, $2)
          ON CONFLICT (school) DO UPDATE SET epoch = school_epochs.epoch + 1,
            moved_at = CASE WHEN excluded.moved_at > school_epochs.moved_at
                            THEN excluded.moved_at ELSE school_epochs.moved_at END",
};

/// Shows that this log can be written.
pub(in crate::storage) const PROBE: Statement = Statement {
    name: "evidence_probe",
    sql: "INSERT INTO evidence_probe (id, moment) VALUES (1, $1)
          ON CONFLICT (id) DO UPDATE SET moment = excluded.moment",
};

/// A log that records are appended to.
#[async_trait]
pub trait Log: Send + Sync {
    /// Commits a batch in one transaction, but for the entries whose epoch is not that of their school any more.
    ///
    /// # Errors
    /// Then nothing is committed, unless [`StorageError::Unavailable`]: it may have been.
    async fn append(&self, batch: Vec<Arc<Entry>>) -> Result<Vec<Recorded>, StorageError>;

    /// Writes, moves the epochs of schools on, and appends records, in one transaction that waits for evidence that is
    /// being committed for these schools, and holds off new evidence.
    ///
    /// # Errors
    /// As [`Log::append`]; [`StorageError::Revoked`] when the client that acts has been revoked before.
    async fn act(&self, act: WrittenAct) -> Result<Vec<Committed>, StorageError>;

    /// Looks after what the log needs to go on: room on the disk, or the lease of its stream.
    async fn tend(&self) {}

    /// Leaves the stream to whoever comes next. A record that comes after all takes it again.
    async fn release(&self) {}
}

/// An act as statements and records.
#[derive(Debug, Clone, Default)]
pub struct WrittenAct {
    pub(in crate::storage) writes: WriteSet,
    pub(in crate::storage) drafts: Vec<RecordDraft>,
    /// The lists of those records that commit to one.
    pub(super) lines: BTreeMap<RecordId, Vec<PageLine>>,
}

impl WrittenAct {
    /// What is written, the schools whose epoch moves on, as of which moment, and the records.
    pub fn new(mut writes: WriteSet, policy_of: Vec<SchoolId>, moment: Timestamp, drafts: Vec<RecordDraft>) -> Self {
        let schools: std::collections::BTreeSet<_> = policy_of.into_iter().collect();
        for school in schools {
            writes.fence(Fence::School(school));
            writes.one(&EPOCH_BUMP, params![school, moment]);
        }
        Self {
            writes,
            drafts,
            lines: BTreeMap::new(),
        }
    }

    /// The clients that act, and those for whom the service does.
    pub(in crate::storage) fn askers(&self) -> BTreeSet<ClientId> {
        let acting = self.drafts.iter().filter_map(|draft| draft.asker);
        acting.chain(self.writes.askers().iter().copied()).collect()
    }

    /// Nothing but a sign that the log was written at this moment.
    pub(super) fn probe(moment: Timestamp) -> Self {
        let mut writes = WriteSet::new();
        writes.one(&PROBE, params![moment]);
        Self {
            writes,
            ..Self::default()
        }
    }
}

/// Appends the entries that are not stale, of clients that are not revoked. `epoch` tells the epoch of a school that has one.
pub(in crate::storage) fn append_fresh<'a>(
    tail: &mut Tail,
    batch: &'a [Arc<Entry>],
    epoch: impl Fn(SchoolId) -> u64,
    revoked: &BTreeSet<ClientId>,
) -> (Addition<'a>, Vec<Recorded>) {
    let mut addition = Addition::default();
    let recorded = batch
        .iter()
        .map(|entry| match entry.draft().owner.school().map(&epoch) {
            // INVARIANT: it is read behind the fence, which a revocation holds alone: when that has answered, no token of the
            // client releases anything.
            _ if entry.draft().asker.is_some_and(|asker| revoked.contains(&asker)) => Recorded::Revoked,
            Some(current) if current != entry.epoch() => Recorded::Stale { current },
            _ => Recorded::Committed(tail.append(entry.draft(), entry.lines(), &mut addition)),
        });
    let recorded = recorded.collect();
    (addition, recorded)
}

/// The schools that a batch is about.
pub(in crate::storage) fn schools(batch: &[Arc<Entry>]) -> BTreeSet<SchoolId> {
    batch.iter().filter_map(|entry| entry.draft().owner.school()).collect()
}

/// The clients that ask in a batch.
pub(in crate::storage) fn askers(batch: &[Arc<Entry>]) -> BTreeSet<ClientId> {
    batch.iter().filter_map(|entry| entry.draft().asker).collect()
}

/// Appends the records of an act.
pub(in crate::storage) fn append_all<'a>(tail: &mut Tail, act: &'a WrittenAct) -> (Addition<'a>, Vec<Committed>) {
    let mut addition = Addition::default();
    let lines = |draft: &RecordDraft| act.lines.get(&draft.id).map_or(&[][..], Vec::as_slice);
    let committed = act
        .drafts
        .iter()
        .map(|draft| tail.append(draft, lines(draft), &mut addition));
    let committed = committed.collect();
    (addition, committed)
}

/// The words of a line in its row.
pub(in crate::storage) fn outcome_and_categories(line: &PageLine) -> (&'static str, String) {
    let categories: Vec<&str> = line.categories.iter().map(|code| code.as_str()).collect();
    (line.outcome.as_str(), categories.join(" "))
}
