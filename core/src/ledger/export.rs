//! What an owner takes home, and how it is checked without trusting who made it.
//!
//! A [`SchoolExport`] is one JSON document over all streams of the log in which the owner has records. For each stream it
//! holds a signed checkpoint, the exact bytes of the records, and an inclusion proof of each; one signed note says where the
//! chain of the owner ends in every stream, so that a stream that was left out shows as a record does. Every check can be
//! done with other tools: SHA-256, Ed25519 and the formats of RFC 9162 and C2SP are all it takes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ChainHead, Commitment, Digest, Extent, Finding, Found, Known, KnownStream, Link, Owner, PageLine, Record, Report,
    VerifierKey,
    tree::{extends, includes},
};

/// The name of the format of an export.
pub const EXPORT_FORMAT: &str = "sluis-ledger-export/2";

/// Records of one owner, by stream and in the order of its chain there, with proofs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SchoolExport {
    /// [`EXPORT_FORMAT`].
    pub format: String,
    /// Whose records these are.
    pub owner: Owner,
    /// The signed ends of the owner's chains: origin with `/chain-heads`, owner, and a line for each stream with its number,
    /// the number and hash of the owner's last record in it, and the size of its tree.
    pub chain_heads: String,
    /// Every stream in which the owner has records.
    pub streams: Vec<StreamExport>,
}

/// What an export holds of one stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StreamExport {
    /// Its number.
    pub stream: u64,
    /// The signed head of its tree (C2SP tlog-checkpoint); the origin is that of the log with `/stream/` and the number.
    pub checkpoint: String,
    /// The proof that the tree extends the one that the owner knew, if the owner named one.
    pub consistency: Vec<Digest>,
    /// The proofs that the tree extends those of checkpoints that somebody kept, of the sizes that were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierTree>,
    /// The records.
    pub records: Vec<ExportedRecord>,
}

/// The proof that a tree is the beginning of the one in the checkpoint of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EarlierTree {
    /// Its size.
    pub tree_size: u64,
    /// The hashes of the proof (RFC 9162, 2.1.4).
    pub proof: Vec<Digest>,
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

/// Checks an export with nothing but the public key of the log and what was known from an earlier export. A stream that was
/// not known before must begin at its first record.
pub fn verify_export(export: &SchoolExport, key: &VerifierKey, known: Option<&Known>) -> Report {
    let mut report = Report::default();
    let mut found = |stream, finding| report.findings.push(Found { stream, finding });
    if export.format != EXPORT_FORMAT {
        found(None, Finding::UnknownFormat);
    }
    let heads = key.open_chain_heads(&export.chain_heads, export.owner);
    if let Err(error) = heads {
        found(None, Finding::ChainHeads { error });
    }
    let trusted = heads.is_ok();
    let mut heads: BTreeMap<u64, ChainHead> = heads.into_iter().flatten().map(|head| (head.stream, head)).collect();
    let mut missing = known.cloned().unwrap_or_default();
    let mut now_known = Known::new();
    for part in &export.streams {
        let stream = part.stream;
        let head = heads.remove(&stream);
        if head.is_none() && trusted {
            found(Some(stream), Finding::StreamUnexpected);
        }
        let mut check = StreamPart {
            part,
            owner: export.owner,
            head,
            known: missing.remove(&stream),
            findings: Vec::new(),
        };
        let checked = check.run(key);
        check
            .findings
            .into_iter()
            .for_each(|finding| found(Some(stream), finding));
        report.records += u64::try_from(part.records.len()).unwrap_or(u64::MAX);
        report.extents.extend(checked.extent);
        report.remaining += checked
            .extent
            .map_or(0, |extent| extent.head.saturating_sub(extent.last));
        now_known.extend(checked.known.map(|known| (stream, known)));
    }
    let left_out: std::collections::BTreeSet<u64> = heads.into_keys().chain(missing.into_keys()).collect();
    left_out
        .into_iter()
        .for_each(|stream| found(Some(stream), Finding::StreamMissing));
    report.findings.dedup();
    report.known = report.is_sound().then_some(now_known);
    report
}

/// One stream of an export under check.
struct StreamPart<'a> {
    part: &'a StreamExport,
    owner: Owner,
    head: Option<ChainHead>,
    known: Option<KnownStream>,
    findings: Vec<Finding>,
}

/// What is to be told of a stream whose signatures hold.
struct Checked {
    extent: Option<Extent>,
    known: Option<KnownStream>,
}

impl StreamPart<'_> {
    fn run(&mut self, key: &VerifierKey) -> Checked {
        let tree = key.open_checkpoint(&self.part.checkpoint, self.part.stream);
        self.findings
            .extend(tree.err().map(|error| Finding::Checkpoint { error }));
        if let (Ok(tree), Some(KnownStream { tree: known, .. })) = (tree, self.known)
            && !extends(tree.size, tree.root, known.size, known.root, &self.part.consistency)
        {
            self.findings.push(Finding::Forked {
                size: tree.size,
                known: known.size,
            });
        }
        let mut chain = Chain(self.known.map_or(Link::START, |known| known.link));
        let mut first = None;
        let mut last_position = None;
        for exported in &self.part.records {
            let position = exported.position;
            let Ok(record) = Record::parse(exported.record.as_bytes()) else {
                self.findings.push(Finding::Unreadable { position });
                continue;
            };
            let sequence = record.sequence;
            first.get_or_insert(sequence);
            let leaf = Digest::of_leaf(exported.record.as_bytes());
            if record.draft.owner != self.owner {
                self.findings.push(Finding::ForeignOwner { sequence });
            }
            chain.follow(&record, leaf, &exported.lines, &mut self.findings);
            if last_position.is_some_and(|last| position <= last) {
                self.findings.push(Finding::OutOfOrder { sequence });
            }
            last_position = Some(position);
            if !tree.is_ok_and(|tree| includes(tree.size, tree.root, position, leaf, &exported.proof)) {
                self.findings.push(Finding::NotInTree { sequence });
            }
        }
        let last = chain.0;
        let (Some(head), Ok(tree)) = (self.head, tree) else {
            return Checked {
                extent: None,
                known: None,
            };
        };
        let fits = last.sequence < head.link.sequence || last == head.link;
        if !fits || head.tree_size != tree.size {
            self.findings.push(Finding::HeadMismatch {
                sequence: head.link.sequence,
            });
        }
        Checked {
            extent: Some(Extent {
                stream: self.part.stream,
                first: first.unwrap_or(last.sequence.saturating_add(1)),
                last: last.sequence,
                head: head.link.sequence,
                tree_size: tree.size,
            }),
            known: Some(KnownStream { tree, link: last }),
        }
    }
}
