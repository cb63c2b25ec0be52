//! What checking finds, and what is kept of it for the next time.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::{Link, NoteError, TreeHead};

/// What a verifier keeps of exports that were sound, to check the next one against: by the number of the stream.
pub type Known = BTreeMap<u64, KnownStream>;

/// What is known of one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownStream {
    /// The tree.
    pub tree: TreeHead,
    /// The last record of the owner.
    pub link: Link,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many records were looked at.
    pub records: u64,
    /// How many records of the owner come after the last ones here: to be fetched.
    pub remaining: u64,
    /// What an export holds of each stream and what its signed heads count; none where they cannot be trusted.
    pub extents: Vec<Extent>,
    /// Everything that is wrong. Empty means sound.
    pub findings: Vec<Found>,
    /// To keep for the next time, if sound.
    pub known: Option<Known>,
}

/// Which records of a stream an export holds, and which there were when its heads were signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// The stream.
    pub stream: u64,
    /// The number of its first record, or the one that would come next if it has none.
    pub first: u64,
    /// The number of its last record.
    pub last: u64,
    /// How many records the owner's chain had by the signed end.
    pub head: u64,
    /// How many records the tree had by the signed checkpoint.
    pub tree_size: u64,
}

impl Report {
    /// Nothing is wrong.
    pub const fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// One thing that is wrong, and in which stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The stream; none when it is about the whole.
    pub stream: Option<u64>,
    /// What is wrong.
    #[serde(flatten)]
    pub finding: Finding,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.stream {
            Some(stream) => write!(f, "stream `{stream}`: {}", self.finding),
            None => write!(f, "{}", self.finding),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Finding {
    /// The export is in another format.
    #[error("the format of the export is not known")]
    UnknownFormat,
    /// The checkpoint cannot be trusted.
    #[error("checkpoint: {error}")]
    Checkpoint {
        /// Why.
        error: NoteError,
    },
    /// The ends of the chains cannot be trusted.
    #[error("ends of the chains: {error}")]
    ChainHeads {
        /// Why.
        error: NoteError,
    },
    /// A whole stream was left out: the signed ends of the chains name it, it was known from before, or later ones are there.
    #[error("the stream is missing")]
    StreamMissing,
    /// A stream that the signed ends of the chains do not name, or that is there twice.
    #[error("the stream is not one of those that the signed ends of the chains name")]
    StreamUnexpected,
    /// The tree does not extend the tree that was known: the log tells two stories.
    #[error("the log forked: the tree of size `{size}` does not extend the known tree of size `{known}`")]
    Forked {
        /// The size now.
        size: u64,
        /// The size that was known.
        known: u64,
    },
    /// The tree ends before one that was kept.
    #[error(
        "the tree of size `{size}` ends before the kept checkpoint of size `{kept}`: the export is older, or the log was cut"
    )]
    EndsBeforeKept {
        /// The size now.
        size: u64,
        /// The size that was kept.
        kept: u64,
    },
    /// Nothing proves that the tree extends one that was kept.
    #[error(
        "nothing proves that the tree extends the kept checkpoint of size `{kept}`: the export has to be asked for with it"
    )]
    Unproved {
        /// The size that was kept.
        kept: u64,
    },
    /// The chain does not go through the end that was kept.
    #[error("record `{sequence}` is not the one with which the chain ended when that was kept")]
    NotAsKept {
        /// The number of the record with which it ended.
        sequence: u64,
    },
    /// The records do not end as the signed, or stored, end of the chain says.
    #[error("the records do not fit the end of the chain at `{sequence}`")]
    HeadMismatch {
        /// The number that the end names.
        sequence: u64,
    },
    /// The bytes at this place are not a record.
    #[error("what stands at position `{position}` is not a record")]
    Unreadable {
        /// The place in the tree.
        position: u64,
    },
    /// A record of somebody else.
    #[error("record `{sequence}` belongs to another owner")]
    ForeignOwner {
        /// Its number.
        sequence: u64,
    },
    /// Records are missing.
    #[error("records `{from}` to `{until}` are missing")]
    Dropped {
        /// The first that is missing.
        from: u64,
        /// The last that is missing.
        until: u64,
    },
    /// A record that was there already, or stands before one that came earlier.
    #[error("record `{sequence}` is out of order")]
    OutOfOrder {
        /// Its number.
        sequence: u64,
    },
    /// A record is kept under another person than it is about, and is not found by whom it is about.
    #[error("record `{sequence}` is kept under another person than it is about")]
    Misfiled {
        /// Its number.
        sequence: u64,
    },
    /// A record does not name the hash of the one before it.
    #[error("record `{sequence}` does not follow the record before it")]
    ChainBroken {
        /// Its number.
        sequence: u64,
    },
    /// The bytes of a record are not those in the tree: altered or inserted.
    #[error("record `{sequence}` is not in the tree as it stands here")]
    NotInTree {
        /// Its number.
        sequence: u64,
    },
    /// The list of a page is not the one that the record commits to.
    #[error("the list of record `{sequence}` is not the one that it commits to")]
    PageMismatch {
        /// Its number.
        sequence: u64,
    },
    /// A stored hash is not the hash of what it stands for.
    #[error("the stored hash of node `{index}` on level `{level}` is wrong")]
    NodeMismatch {
        /// The level of tiles; 0 is a leaf.
        level: u32,
        /// The place on that level.
        index: u64,
    },
    /// The stored head of the tree is not that of its records.
    #[error("the stored head of the tree is not that of its records")]
    RootMismatch,
}
