//! Signed notes that somebody kept from before, in a place of their own. Whoever has the signing key can write the whole log
//! anew so that it agrees with itself, but not so that it agrees with a head that was kept.

use std::collections::BTreeMap;

use super::{
    Digest, Finding, Found, Link, NoteError, Owner, Record, SchoolExport, StreamExport, TreeHead, VerifierKey,
    tree::extends,
};

/// What was kept, and what of it the parts of an export have not met yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    trees: Vec<(u64, TreeHead)>,
    ends: Vec<(u64, Link)>,
    sizes: BTreeMap<u64, u64>,
}

impl Kept {
    /// Adds a note: a checkpoint of any stream, or the ends of the chains of this owner. Several of a stream are held
    /// against the export each.
    ///
    /// # Errors
    /// When it is not signed by this key, or is neither.
    pub fn add(&mut self, note: &str, key: &VerifierKey, owner: Owner) -> Result<(), NoteError> {
        if VerifierKey::is_chain_heads(note) {
            let heads = key.open_chain_heads(note, owner)?;
            self.ends.extend(heads.into_iter().map(|head| (head.stream, head.link)));
        } else {
            self.trees.push(key.open_any_checkpoint(note)?);
        }
        Ok(())
    }

    /// Holds what was kept against a part that is sound in itself, and says what does not agree.
    pub fn meet(&mut self, export: &SchoolExport, key: &VerifierKey) -> Vec<Found> {
        let mut found = Vec::new();
        for part in &export.streams {
            let stream = part.stream;
            let Ok(tree) = key.open_checkpoint(&part.checkpoint, stream) else {
                continue;
            };
            self.sizes.insert(stream, tree.size);
            let findings = self.trees_in(part, tree).into_iter().chain(self.ends_in(part));
            found.extend(findings.map(|finding| Found {
                stream: Some(stream),
                finding,
            }));
        }
        found
    }

    /// What no part has met, each of which is something wrong.
    pub fn unmet(&self) -> Vec<Found> {
        let size = |stream: &u64| self.sizes.get(stream).copied();
        let trees = self.trees.iter().map(|(stream, kept)| {
            let finding = match size(stream) {
                None => Finding::StreamMissing,
                Some(size) if size < kept.size => Finding::EndsBeforeKept { size, kept: kept.size },
                Some(_) => Finding::Unproved { kept: kept.size },
            };
            (*stream, finding)
        });
        let ends = self.ends.iter().map(|(stream, link)| {
            let finding = match size(stream) {
                None => Finding::StreamMissing,
                Some(_) => Finding::NotAsKept {
                    sequence: link.sequence,
                },
            };
            (*stream, finding)
        });
        let found = trees.chain(ends).map(|(stream, finding)| Found {
            stream: Some(stream),
            finding,
        });
        found.collect()
    }

    fn trees_in(&mut self, part: &StreamExport, tree: TreeHead) -> Vec<Finding> {
        let proof = |size| {
            let asked = part.earlier.iter().find(|earlier| earlier.tree_size == size);
            let asked = asked.map(|earlier| earlier.proof.as_slice());
            asked.or_else(|| [0, tree.size].contains(&size).then_some([].as_slice()))
        };
        let mut findings = Vec::new();
        self.trees.retain(|(stream, kept)| {
            let Some(proof) = proof(kept.size).filter(|_| *stream == part.stream) else {
                return true;
            };
            if !extends(tree.size, tree.root, kept.size, kept.root, proof) {
                findings.push(Finding::Forked {
                    size: tree.size,
                    known: kept.size,
                });
            }
            false
        });
        findings
    }

    fn ends_in(&mut self, part: &StreamExport) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.ends.is_empty() {
            return findings;
        }
        for exported in &part.records {
            let bytes = exported.record.as_bytes();
            let Ok(Record { sequence, .. }) = Record::parse(bytes) else {
                continue;
            };
            self.ends.retain(|(stream, link)| {
                if (*stream, link.sequence) != (part.stream, sequence) {
                    return true;
                }
                if link.hash != Digest::of_leaf(bytes) {
                    findings.push(Finding::NotAsKept { sequence });
                }
                false
            });
        }
        findings
    }
}
