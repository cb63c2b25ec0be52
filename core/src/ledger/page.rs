//! A page about many persons is one record that commits to the list of them; the list is stored beside it.

use serde::{Deserialize, Serialize};

use super::{Code, Digest, Frontier, Outcome};

/// What a page says about one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageLine {
    /// The categories that went.
    pub categories: Vec<Code>,
    /// How it ended for this person.
    pub outcome: Outcome,
    /// The keyed hash of the person.
    pub subject: Digest,
}

impl PageLine {
    /// The canonical bytes: a leaf of the tree of the page.
    #[expect(clippy::expect_used, reason = "every key is a string and memory takes every byte")]
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a line can be written")
    }
}

/// The promise of a record about its list: how many lines, and the root of their Merkle tree (RFC 9162, 2.1.1). With a
/// tree, one line can be shown to the person it is about without the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// The number of lines.
    pub lines: u64,
    /// The root of the tree of lines.
    pub root: Digest,
}

impl Commitment {
    /// Commits to a list, in its order.
    pub fn to(lines: &[PageLine]) -> Self {
        let mut tree = Frontier::default();
        for line in lines {
            tree.push(Digest::of_leaf(&line.bytes()));
        }
        Self {
            lines: tree.size(),
            root: tree.root(),
        }
    }
}
