//! The port to evidence: decide, record durably, then answer. Without a record there is no release.
//!
//! A permit takes effect when its record is committed. The record names the epoch of the policy that decided; when the
//! school's policy has moved on since, the record is not written and the use case decides again.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sluis_core::{
    id::{ProductId, RecordId, SchoolId},
    ledger::{
        Commitment, Digest, Known, KnownStream, Outcome, Owner, PageLine, Record, RecordDraft, Report, SchoolExport,
        VerifierKey,
    },
    time::Timestamp,
};

use crate::app::{
    error::AppError,
    store::{Change, StoreError},
};

/// A decision that waits to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    epoch: u64,
    draft: RecordDraft,
    lines: Vec<PageLine>,
}

impl Entry {
    /// A decision by the policy of this epoch.
    pub const fn new(epoch: u64, mut draft: RecordDraft) -> Self {
        draft.policy_epoch = Some(epoch);
        Self {
            epoch,
            draft,
            lines: Vec::new(),
        }
    }

    /// A decision by the policy of this epoch about many persons, with a line for each.
    pub fn page(epoch: u64, mut draft: RecordDraft, lines: Vec<PageLine>) -> Self {
        draft.page = Some(Commitment::to(&lines));
        Self {
            lines,
            ..Self::new(epoch, draft)
        }
    }

    /// The epoch of the policy that decided.
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// What is recorded.
    pub const fn draft(&self) -> &RecordDraft {
        &self.draft
    }

    /// The list that the record commits to.
    pub fn lines(&self) -> &[PageLine] {
        &self.lines
    }
}

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is on record, durably: now it may take effect.
    Committed(Committed),
    /// The policy has moved on since: decide again.
    Stale {
        /// The epoch now.
        current: u64,
    },
    /// The client that asked has been revoked: nothing is on record, and nothing takes effect.
    Revoked,
}

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The record.
    pub record: RecordId,
    /// The stream that it is in: each has a tree and chains of its own.
    pub stream: u64,
    /// Its place in the tree.
    pub position: u64,
    /// Its number in the chain of its owner.
    pub sequence: u64,
}

/// Something that somebody did, with what it changes: recorded and applied together or not at all.
#[derive(Debug, Default)]
pub struct Act {
    /// What it changes.
    pub changes: Vec<Change>,
    /// The schools whose policy it changes. When the act is done, nothing can be released by the policy before it.
    pub policy_of: Vec<SchoolId>,
    /// The records of it: at least one.
    pub drafts: Vec<RecordDraft>,
    /// The lists of those records that commit to one.
    pub lines: BTreeMap<RecordId, Vec<PageLine>>,
}

impl Act {
    /// The latest moment in it: whoever decides after this act decides as of this moment or a later one.
    pub fn moment(&self) -> Timestamp {
        let ends = self.changes.iter().filter_map(Change::ends_at);
        let records = self.drafts.iter().map(|draft| draft.end_time);
        ends.chain(records).max().unwrap_or_default()
    }
}

/// Up to which record an owner has read, in each stream; nothing at first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<u64, u64>);

impl Places {
    /// The number of the last record that was read in a stream; 0 before the first.
    pub fn in_stream(&self, stream: u64) -> u64 {
        self.0.get(&stream).copied().unwrap_or_default()
    }

    /// Whether a record is one of those up to there.
    pub fn hold(&self, logged: &LoggedRecord) -> bool {
        logged.record.sequence <= self.in_stream(logged.stream)
    }

    /// The numbers of the last records, by the number of the stream.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().map(|(stream, sequence)| (*stream, *sequence))
    }

    /// Goes past records that were read, which come in the order of their streams.
    #[must_use]
    pub fn past<'a>(mut self, read: impl IntoIterator<Item = &'a LoggedRecord>) -> Self {
        let read = read.into_iter().map(|logged| (logged.stream, logged.record.sequence));
        self.0.extend(read);
        self
    }
}

impl FromIterator<(u64, u64)> for Places {
    fn from_iter<T: IntoIterator<Item = (u64, u64)>>(places: T) -> Self {
        Self(places.into_iter().collect())
    }
}

/// A record as its owner reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedRecord {
    /// The stream that it is in.
    pub stream: u64,
    /// Its place in the tree.
    pub position: u64,
    /// The hash of its leaf in the tree.
    pub leaf: Digest,
    /// What it says.
    pub record: Record,
}

/// A record about one person: about that person alone, or a page with a line of its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordAbout {
    /// The record.
    pub logged: LoggedRecord,
    /// The line that the person has in its list, and its number there.
    pub line: Option<(u64, PageLine)>,
}

/// Up to where the records about one person were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaceAbout {
    /// The record.
    pub record: RecordId,
    /// The number of the line, in a page.
    pub line: u64,
}

impl RecordAbout {
    /// How it ended for the person.
    pub fn outcome(&self) -> Outcome {
        let line = self.line.as_ref().map(|(_, line)| line.outcome);
        line.unwrap_or(self.logged.record.draft.outcome)
    }

    /// Where it stands among the records about the person: ids begin with the moment at which they were made.
    pub fn place(&self) -> PlaceAbout {
        PlaceAbout {
            record: self.logged.record.draft.id,
            line: self.line.as_ref().map_or(0, |(line, _)| *line),
        }
    }
}

/// A page of the records about one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAbout {
    /// Up to where the page before went.
    pub after: Option<PlaceAbout>,
    /// Up to which records it goes in each stream: where the chains of the owner ended when the first page was asked for.
    pub until: Places,
    /// How many at most.
    pub limit: u16,
}

/// The word for a head that a stream never had.
pub const CHECKPOINT: &str = "checkpoint";

/// The signed head of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamCheckpoint {
    /// The number of the stream.
    pub stream: u64,
    /// The head of its tree (C2SP signed note).
    pub checkpoint: String,
}

/// A record with the proof that it is in the tree of its stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordProof {
    /// The signed head of the stream, from one moment with the proof.
    pub head: StreamCheckpoint,
    /// The place of the record in the tree.
    pub position: u64,
    /// Its number in the chain of its owner.
    pub sequence: u64,
    /// Its exact bytes, which are JSON.
    pub record: String,
    /// The audit path from its leaf to the root of the checkpoint (RFC 9162, 2.1.3).
    pub path: Vec<Digest>,
}

/// What of the log is for everybody: signatures and hashes, which tell nothing but how much was recorded.
#[async_trait]
pub trait PublicLog: Send + Sync {
    /// The public key that all signatures are checked with, in the form of a C2SP signed note.
    fn verifier_key(&self) -> String;

    /// The signed heads of all streams.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] when they cannot be read.
    async fn checkpoints(&self) -> Result<Vec<StreamCheckpoint>, AppError>;

    /// The proof that a stream of one size is the beginning of itself at another.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the stream never had these sizes.
    async fn consistency(&self, stream: u64, from: u64, to: u64) -> Result<Vec<Digest>, AppError>;
}

/// Evidence as the use cases see it.
#[async_trait]
pub trait Evidence: Send + Sync {
    /// Records a decision; answers when it is durable.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: it may or may not be on record, and nothing may be released.
    async fn decision(&self, entry: Entry) -> Result<Recorded, StoreError>;

    /// Applies and records an act; answers when it is durable and no older permit can take effect any more.
    ///
    /// # Errors
    /// As for changes, and then nothing is changed; [`StoreError::Unavailable`]: it may or may not be done.
    async fn act(&self, act: Act) -> Result<Vec<Committed>, StoreError>;

    /// The records of an owner after these places, over all streams: in the order of each stream, and between streams in that
    /// of their moments. Who goes on from where the last ones stand misses none and sees none twice.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], or [`StoreError::Corrupt`] when what is stored is not a record.
    async fn records(&self, owner: Owner, after: &Places, limit: u16) -> Result<Vec<LoggedRecord>, StoreError>;

    /// Where the chains of an owner end now, in each stream.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn ends(&self, owner: Owner) -> Result<Places, StoreError>;

    /// The records of an owner about one person, who is known in them by these keyed hashes, in the order of
    /// [`RecordAbout::place`].
    ///
    /// # Errors
    /// As [`Evidence::records`].
    async fn records_about(
        &self,
        owner: Owner,
        subjects: &[Digest],
        page: &PageAbout,
    ) -> Result<Vec<RecordAbout>, StoreError>;

    /// About how many persons something went to a product from one moment until another, by the records of an owner. A person counts
    /// once for each calendar year.
    ///
    /// # Errors
    /// As [`Evidence::records`].
    async fn persons_reached(
        &self,
        owner: Owner,
        product: ProductId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<u64, StoreError>;

    /// The records of an owner with proofs, to take home: of all streams, those after what the owner knows already, the
    /// earliest first when there are more than the limit.
    ///
    /// # Errors
    /// As [`Evidence::records`]; [`StoreError::Missing`] when what is known is not of this log.
    async fn export(&self, owner: Owner, known: &ExportFrom, limit: u16) -> Result<SchoolExport, StoreError>;

    /// The signed heads of all streams, in their order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when they cannot be read.
    async fn checkpoints(&self) -> Result<Vec<StreamCheckpoint>, StoreError>;

    /// The proof that the tree of a stream of one size is the beginning of that of another (RFC 9162, 2.1.4). Equal ones need
    /// none.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the stream is not there, or the tree is not that large, or an earlier one is empty or larger
    /// than the later.
    async fn consistency(&self, stream: u64, from: u64, to: u64) -> Result<Vec<Digest>, StoreError>;

    /// The proof that a record of this owner is in the tree of its stream as it is now.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the owner has no such record.
    async fn proof(&self, owner: Owner, record: RecordId) -> Result<RecordProof, StoreError>;

    /// Recomputes everything that is stored.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be read. What is wrong with it is in the report.
    async fn verify(&self) -> Result<Report, StoreError>;

    /// Looks after what recording needs to go on: room on the disk, with an alarm before there is none, or the lease of the
    /// stream.
    async fn tend(&self);

    /// The public key that exports are checked with.
    fn verifier_key(&self) -> &VerifierKey;
}

/// What an owner knows from an earlier export, by the number of the stream, and which checkpoints somebody kept of it; nothing
/// at first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportFrom {
    known: BTreeMap<u64, KnownPlace>,
    kept: BTreeSet<(u64, u64)>,
}

/// What an owner knows of one stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KnownPlace {
    /// The number of the last record.
    pub sequence: u64,
    /// The size of the tree.
    pub tree_size: u64,
}

impl ExportFrom {
    /// What is known of a stream.
    pub fn stream(&self, stream: u64) -> KnownPlace {
        self.known.get(&stream).copied().unwrap_or_default()
    }

    /// What is known of each stream.
    pub fn streams(&self) -> impl Iterator<Item = (u64, KnownPlace)> {
        self.known.iter().map(|(stream, known)| (*stream, *known))
    }

    /// With proofs for checkpoints that were kept, by stream and size of the tree. What the log never had, it cannot prove, and
    /// is passed over.
    #[must_use]
    pub fn proving(mut self, kept: impl IntoIterator<Item = (u64, u64)>) -> Self {
        self.kept.extend(kept);
        self
    }

    /// The sizes of the trees in the checkpoints that were kept of a stream.
    pub fn kept(&self, stream: u64) -> impl Iterator<Item = u64> {
        self.kept.range((stream, 0)..=(stream, u64::MAX)).map(|(_, size)| *size)
    }
}

impl FromIterator<(u64, KnownPlace)> for ExportFrom {
    fn from_iter<T: IntoIterator<Item = (u64, KnownPlace)>>(known: T) -> Self {
        Self {
            known: known.into_iter().collect(),
            kept: BTreeSet::new(),
        }
    }
}

impl From<&Known> for ExportFrom {
    fn from(known: &Known) -> Self {
        let place = |(stream, known): (&u64, &KnownStream)| {
            let place = KnownPlace {
                sequence: known.link.sequence,
                tree_size: known.tree.size,
            };
            (*stream, place)
        };
        known.iter().map(place).collect()
    }
}
