//! What an owner takes home, and how it is checked without trusting who made it.
//!
//! A [`SchoolExport`] is one JSON document. It holds the exact bytes of the records, an inclusion proof of each, a
//! signed checkpoint and a signed head of the owner's chain. Every check can be done with other tools: SHA-256, Ed25519
//! and the formats of RFC 9162 and C2SP are all it takes.

use serde::{Deserialize, Serialize};

use super::{
    Commitment, Digest, Link, NoteError, Owner, PageLine, Record, TreeHead, VerifierKey,
    tree::{extends, includes},
};

/// The name of the format of an export.
pub const EXPORT_FORMAT: &str = "sluis-ledger-export/1";

/// Records of one owner, in the order of its chain, with proofs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SchoolExport {
    /// [`EXPORT_FORMAT`].
    pub format: String,
    /// Whose records these are.
    pub owner: Owner,
    /// The signed head of the tree (C2SP tlog-checkpoint).
    pub checkpoint: String,
    /// The signed head of the owner's chain: origin with `/chain-head`, owner, sequence, hash, size of the tree.
    pub chain_head: String,
    /// The proof that the tree extends the one that the owner knew, if the owner named one.
    pub consistency: Vec<Digest>,
    /// The records.
    pub records: Vec<ExportedRecord>,
}

/// One record as it is exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportedRecord {
    /// Its place in the tree.
    pub position: u64,
    /// Its exact bytes, which are JSON.
    pub record: String,
    /// The audit path from its leaf to the root of the checkpoint.
    pub proof: Vec<Digest>,
    /// The list that a page commits to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<PageLine>,
}

/// What a verifier keeps of an export that was sound, to check the next one against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The tree.
    pub tree: TreeHead,
    /// The last record.
    pub link: Link,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many records were looked at.
    pub records: u64,
    /// How many records of the chain come after the last one here: to be fetched.
    pub remaining: u64,
    /// What an export holds and what its signed heads count; none where they cannot be trusted.
    pub extent: Option<Extent>,
    /// Everything that is wrong. Empty means sound.
    pub findings: Vec<Finding>,
    /// To keep for the next time, if sound.
    pub known: Option<Known>,
}

/// Which records an export holds, and which there were when its heads were signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// The number of its first record, or the one that would come next if it has none.
    pub first: u64,
    /// The number of its last record.
    pub last: u64,
    /// How many records the owner's chain had by the signed head.
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
    /// The head of the chain cannot be trusted.
    #[error("head of the chain: {error}")]
    ChainHead {
        /// Why.
        error: NoteError,
    },
    /// The tree does not extend the tree that was known: the log tells two stories.
    #[error("the log forked: the tree of size `{size}` does not extend the known tree of size `{known}`")]
    Forked {
        /// The size now.
        size: u64,
        /// The size that was known.
        known: u64,
    },
    /// The records do not end in the signed head of the chain.
    #[error("the records do not fit the signed head of the chain at `{sequence}`")]
    HeadMismatch {
        /// The number that the head names.
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

/// Follows one chain from record to record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chain(pub(super) Link);

impl Chain {
    /// Checks the next record and its list, and goes on from it whatever it is.
    pub(super) fn follow(&mut self, record: &Record, leaf: Digest, lines: &[PageLine], findings: &mut Vec<Finding>) {
        let sequence = record.sequence;
        let expected = self.0.sequence.saturating_add(1);
        if sequence > expected {
            findings.push(Finding::Dropped {
                from: expected,
                until: sequence - 1,
            });
        } else if sequence < expected {
            findings.push(Finding::OutOfOrder { sequence });
        }
        if record.previous != self.0.hash {
            findings.push(Finding::ChainBroken { sequence });
        }
        let committed = match &record.draft.page {
            Some(page) => *page == Commitment::to(lines),
            None => lines.is_empty(),
        };
        if !committed {
            findings.push(Finding::PageMismatch { sequence });
        }
        self.0 = Link { sequence, hash: leaf };
    }
}

/// Checks an export with nothing but the public key of the log and what was known from an earlier export. Without
/// `known` the export must begin at the first record of the chain.
pub fn verify_export(export: &SchoolExport, key: &VerifierKey, known: Option<&Known>) -> Report {
    let mut findings = Vec::new();
    if export.format != EXPORT_FORMAT {
        findings.push(Finding::UnknownFormat);
    }
    let tree = key.open_checkpoint(&export.checkpoint);
    let head = key.open_chain_head(&export.chain_head, export.owner);
    findings.extend(tree.err().map(|error| Finding::Checkpoint { error }));
    findings.extend(head.err().map(|error| Finding::ChainHead { error }));
    if let (Ok(tree), Some(known)) = (tree, known)
        && !extends(
            tree.size,
            tree.root,
            known.tree.size,
            known.tree.root,
            &export.consistency,
        )
    {
        findings.push(Finding::Forked {
            size: tree.size,
            known: known.tree.size,
        });
    }

    let mut chain = Chain(known.map_or(Link::START, |known| known.link));
    let mut first = None;
    let mut last_position = None;
    for exported in &export.records {
        let position = exported.position;
        let Ok(record) = Record::parse(exported.record.as_bytes()) else {
            findings.push(Finding::Unreadable { position });
            continue;
        };
        let sequence = record.sequence;
        first.get_or_insert(sequence);
        let leaf = Digest::of_leaf(exported.record.as_bytes());
        if record.draft.owner != export.owner {
            findings.push(Finding::ForeignOwner { sequence });
        }
        chain.follow(&record, leaf, &exported.lines, &mut findings);
        if last_position.is_some_and(|last| position <= last) {
            findings.push(Finding::OutOfOrder { sequence });
        }
        last_position = Some(position);
        if !tree.is_ok_and(|tree| includes(tree.size, tree.root, position, leaf, &exported.proof)) {
            findings.push(Finding::NotInTree { sequence });
        }
    }

    let last = chain.0;
    if let (Ok(head), Ok(tree)) = (head, tree) {
        let fits = last.sequence < head.link.sequence || last == head.link;
        if !fits || head.tree_size != tree.size {
            findings.push(Finding::HeadMismatch {
                sequence: head.link.sequence,
            });
        }
    }
    let extent = head.ok().zip(tree.ok()).map(|(head, tree)| Extent {
        first: first.unwrap_or(last.sequence.saturating_add(1)),
        last: last.sequence,
        head: head.link.sequence,
        tree_size: tree.size,
    });
    findings.dedup();
    let known = match tree {
        Ok(tree) if findings.is_empty() => Some(Known { tree, link: last }),
        _ => None,
    };
    Report {
        records: u64::try_from(export.records.len()).unwrap_or(u64::MAX),
        remaining: head.map_or(0, |head| head.link.sequence.saturating_sub(last.sequence)),
        extent,
        findings,
        known,
    }
}
