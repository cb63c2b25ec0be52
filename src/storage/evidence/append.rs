//! Appending, without a database: what was read under the lock goes in, what is to be written comes out.

use std::collections::BTreeMap;

use sluis_core::{
    id::RecordId,
    ledger::{Digest, Frontier, Link, Node, PageLine, RecordDraft},
    time::Timestamp,
};

use crate::app::evidence::Committed;

/// The end of a stream, as it was read under the lock: the tree, and the chains of the owners that are about to append.
#[derive(Debug)]
pub(in crate::storage) struct Tail {
    pub stream: u64,
    pub frontier: Frontier,
    pub heads: BTreeMap<[u8; 16], Link>,
}

/// What is to be written.
#[derive(Debug, Default)]
pub(in crate::storage) struct Addition<'a> {
    pub records: Vec<NewRecord>,
    pub lines: Vec<NewLine<'a>>,
    pub nodes: Vec<Node>,
}

/// A row of `ledger_records`.
#[derive(Debug)]
pub(in crate::storage) struct NewRecord {
    pub position: u64,
    pub id: RecordId,
    pub owner: [u8; 16],
    pub sequence: u64,
    pub moment: Timestamp,
    pub bytes: Vec<u8>,
    pub leaf: Digest,
    pub subject: Option<Digest>,
}

/// A row of `ledger_page_lines`.
#[derive(Debug)]
pub(in crate::storage) struct NewLine<'a> {
    pub owner: [u8; 16],
    pub sequence: u64,
    pub number: u64,
    pub line: &'a PageLine,
}

impl Tail {
    /// Gives a record its place in the tree and in the chain of its owner.
    pub(in crate::storage) fn append<'a>(
        &mut self,
        draft: &RecordDraft,
        lines: &'a [PageLine],
        addition: &mut Addition<'a>,
    ) -> Committed {
        let owner = draft.owner.key();
        let head = self.heads.entry(owner).or_insert(Link::START);
        let sequence = head.sequence + 1;
        let sealed = draft.sealed(sequence, head.hash);
        *head = Link {
            sequence,
            hash: sealed.leaf,
        };
        let position = self.frontier.size();
        addition.nodes.extend(self.frontier.push(sealed.leaf));
        addition.lines.extend((0..).zip(lines).map(|(number, line)| NewLine {
            owner,
            sequence,
            number,
            line,
        }));
        addition.records.push(NewRecord {
            position,
            id: draft.id,
            owner,
            sequence,
            moment: draft.end_time,
            bytes: sealed.bytes,
            leaf: sealed.leaf,
            subject: draft.subject,
        });
        Committed {
            record: draft.id,
            stream: self.stream,
            position,
            sequence,
        }
    }
}
