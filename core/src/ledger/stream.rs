//! Checks everything that is stored of a whole log, record by record, in bounded memory.

use std::collections::BTreeMap;

use super::{Digest, Finding, Found, Frontier, Link, Node, PageLine, Record, Report, export::Chain};

/// A record as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// Its place in the tree.
    pub position: u64,
    /// The key of its owner, as in [`super::Owner::key`].
    pub owner: [u8; 16],
    /// Its number in the chain of its owner.
    pub sequence: u64,
    /// Its exact bytes.
    pub bytes: Vec<u8>,
    /// The stored hash of its leaf.
    pub leaf: Digest,
    /// By which keyed hash of a person it is found.
    pub subject: Option<Digest>,
    /// The list that a page commits to.
    pub lines: Vec<PageLine>,
}

/// Recomputes every leaf, every node and every chain of a stream. Feed it all records in the order of the tree.
#[derive(Debug, Default)]
pub struct StreamCheck {
    tree: Frontier,
    chains: BTreeMap<[u8; 16], Chain>,
    nodes: Vec<Node>,
    findings: Vec<Finding>,
}

impl StreamCheck {
    /// Looks at the next record.
    pub fn record(&mut self, stored: &StoredRecord) {
        let position = stored.position;
        let expected = self.tree.size();
        if position != expected {
            self.findings.push(Finding::Unreadable { position: expected });
        }
        let leaf = Digest::of_leaf(&stored.bytes);
        if leaf != stored.leaf {
            self.findings.push(Finding::NodeMismatch {
                level: 0,
                index: position,
            });
        }
        self.nodes.extend(self.tree.push(leaf));
        let Ok(record) = Record::parse(&stored.bytes) else {
            self.findings.push(Finding::Unreadable { position });
            return;
        };
        let sequence = record.sequence;
        if record.draft.owner.key() != stored.owner {
            self.findings.push(Finding::ForeignOwner { sequence });
        }
        if sequence != stored.sequence {
            self.findings.push(Finding::OutOfOrder { sequence });
        }
        if record.draft.subject != stored.subject {
            self.findings.push(Finding::Misfiled { sequence });
        }
        self.chains
            .entry(record.draft.owner.key())
            .or_insert(Chain(Link::START))
            .follow(&record, leaf, &stored.lines, &mut self.findings);
    }

    /// Compares with the stored head of the tree, its nodes above the leaves in any order, and the heads of the chains; the
    /// report names the stream by its number.
    pub fn finish(
        mut self,
        stream: u64,
        head: &Frontier,
        nodes: impl IntoIterator<Item = Node>,
        chains: impl IntoIterator<Item = ([u8; 16], Link)>,
    ) -> Report {
        if *head != self.tree {
            self.findings.push(Finding::RootMismatch);
        }
        let mut stored: BTreeMap<(u32, u64), Digest> = nodes
            .into_iter()
            .map(|node| ((node.level, node.index), node.hash))
            .collect();
        for Node { level, index, hash } in self.nodes {
            if stored.remove(&(level, index)) != Some(hash) {
                self.findings.push(Finding::NodeMismatch { level, index });
            }
        }
        let surplus = stored
            .into_keys()
            .map(|(level, index)| Finding::NodeMismatch { level, index });
        self.findings.extend(surplus);
        for (owner, link) in chains {
            let computed = self.chains.remove(&owner).map_or(Link::START, |chain| chain.0);
            if computed != link {
                self.findings.push(Finding::HeadMismatch {
                    sequence: link.sequence,
                });
            }
        }
        let unnamed = self.chains.into_values().map(|chain| Finding::HeadMismatch {
            sequence: chain.0.sequence,
        });
        self.findings.extend(unnamed);
        let stream = Some(stream);
        let findings = self.findings.into_iter();
        Report {
            records: self.tree.size(),
            findings: findings.map(|finding| Found { stream, finding }).collect(),
            ..Report::default()
        }
    }
}
