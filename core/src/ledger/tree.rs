//! The append-only Merkle tree (RFC 9162, 2.1), kept in tiles of 256 hashes (C2SP tlog-tiles).
//!
//! A writer needs the [`Frontier`] only: the roots of the perfect subtrees, a few hundred bytes for any size. A prover
//! needs a few [`TileId`]s: it asks [`Needs`] which, has them read in whatever way, and proves from [`Tiles`].

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use tlog_tiles::{Error, Hash, HashReader, node_hash};

use super::Digest;

/// The binary logarithm of the width of a tile.
const HEIGHT: u8 = 8;
/// The number of hashes in a full tile.
pub const TILE_WIDTH: u64 = 1 << HEIGHT;

/// The right edge of a tree: the roots of its perfect subtrees, the largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Digest>,
}

/// The bytes are not the frontier of a tree of this size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these are not the perfect subtrees of a tree of size `{0}`")]
pub struct FrontierError(u64);

impl Frontier {
    /// Restores what [`Frontier::to_bytes`] gave.
    ///
    /// # Errors
    /// When the number of bytes does not belong to the size.
    pub fn restore(size: u64, bytes: &[u8]) -> Result<Self, FrontierError> {
        let roots = bytes
            .chunks(32)
            .map(Digest::from_slice)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| FrontierError(size))?;
        if u32::try_from(roots.len()) == Ok(size.count_ones()) {
            Ok(Self { size, roots })
        } else {
            Err(FrontierError(size))
        }
    }

    /// The roots, one after the other.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.roots.iter().flat_map(|root| *root.as_bytes()).collect()
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the whole tree.
    pub fn root(&self) -> Digest {
        let mut roots = self.roots.iter().rev().map(|root| Hash::from(*root));
        let Some(last) = roots.next() else {
            return tlog_tiles::EMPTY_HASH.into();
        };
        roots.fold(last, |right, left| node_hash(left, right)).into()
    }

    /// Appends a leaf. Gives the nodes that this completes on the levels of tiles above the leaves: one in 256 times.
    pub fn push(&mut self, leaf: Digest) -> Vec<Node> {
        let mut completed = Vec::new();
        let mut node = Hash::from(leaf);
        let merges = self.size.trailing_ones();
        self.size += 1;
        for level in 1..=merges {
            if let Some(left) = self.roots.pop() {
                node = node_hash(left.into(), node);
            }
            if level.is_multiple_of(u32::from(HEIGHT)) {
                completed.push(Node {
                    level: level / u32::from(HEIGHT),
                    index: (self.size >> level) - 1,
                    hash: node.into(),
                });
            }
        }
        self.roots.push(node.into());
        completed
    }
}

/// A node on a level of tiles: the root of 256 to the power `level` leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// The level of tiles; the leaves are level 0.
    pub level: u32,
    /// The place on that level.
    pub index: u64,
    /// The hash.
    pub hash: Digest,
}

/// A tile: up to 256 neighbours on one level of tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// The level of tiles; the leaves are level 0.
    pub level: u32,
    /// The place on that level.
    pub index: u64,
}

impl TileId {
    /// The index on its level of the first hash in the tile.
    pub const fn first(&self) -> u64 {
        self.index.saturating_mul(TILE_WIDTH)
    }
}

/// Where a stored hash is found: `width` neighbours in a tile, from `offset`.
struct Place {
    tile: TileId,
    offset: usize,
    width: usize,
}

impl Place {
    fn of(stored_hash_index: u64) -> Self {
        let (level, index) = tlog_tiles::split_stored_hash_index(stored_hash_index);
        let within = level % HEIGHT;
        let first = index << within;
        Self {
            tile: TileId {
                level: u32::from(level / HEIGHT),
                index: first / TILE_WIDTH,
            },
            offset: usize::try_from(first % TILE_WIDTH).unwrap_or(usize::MAX),
            width: 1 << within,
        }
    }
}

/// A proof cannot be made: the place is outside the tree, or a tile is missing.
#[derive(Debug, thiserror::Error)]
#[error("the proof cannot be made")]
pub struct ProofError(#[from] Error);

/// Finds out which tiles some proofs need.
#[derive(Debug, Default)]
pub struct Needs(RefCell<BTreeSet<TileId>>);

impl Needs {
    /// Adds what [`Tiles::inclusion`] reads.
    ///
    /// # Errors
    /// When the leaf is outside the tree.
    pub fn inclusion(&self, size: u64, index: u64) -> Result<(), ProofError> {
        tlog_tiles::prove_record(size, index, self)?;
        Ok(())
    }

    /// Adds what [`Tiles::consistency`] reads.
    ///
    /// # Errors
    /// When the earlier tree is not smaller.
    pub fn consistency(&self, size: u64, earlier: u64) -> Result<(), ProofError> {
        tlog_tiles::prove_tree(size, earlier, self)?;
        Ok(())
    }

    /// The tiles.
    pub fn into_tiles(self) -> BTreeSet<TileId> {
        self.0.into_inner()
    }
}

impl HashReader for Needs {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let mut needs = self.0.borrow_mut();
        needs.extend(indexes.iter().map(|index| Place::of(*index).tile));
        Ok(vec![Hash::default(); indexes.len()])
    }
}

/// Tiles that were read, from which proofs are made.
#[derive(Debug, Default)]
pub struct Tiles(BTreeMap<TileId, Vec<Digest>>);

impl Tiles {
    /// Adds a tile. It may be wider than the tree that is proved: leaves never change.
    pub fn insert(&mut self, tile: TileId, hashes: Vec<Digest>) {
        self.0.insert(tile, hashes);
    }

    /// The audit path of a leaf (RFC 9162, 2.1.3).
    ///
    /// # Errors
    /// When the leaf is outside the tree or a tile is missing.
    pub fn inclusion(&self, size: u64, index: u64) -> Result<Vec<Digest>, ProofError> {
        let proof = tlog_tiles::prove_record(size, index, self)?;
        Ok(proof.into_iter().map(Digest::from).collect())
    }

    /// The proof that an earlier tree is the beginning of this one (RFC 9162, 2.1.4).
    ///
    /// # Errors
    /// When the earlier tree is empty or not smaller, or a tile is missing.
    pub fn consistency(&self, size: u64, earlier: u64) -> Result<Vec<Digest>, ProofError> {
        let proof = tlog_tiles::prove_tree(size, earlier, self)?;
        Ok(proof.into_iter().map(Digest::from).collect())
    }

    fn stored_hash(&self, index: u64) -> Option<Hash> {
        let Place { tile, offset, width } = Place::of(index);
        let hashes = self.0.get(&tile)?.get(offset..offset.checked_add(width)?)?;
        let mut level: Vec<Hash> = hashes.iter().map(|hash| Hash::from(*hash)).collect();
        while level.len() > 1 {
            level = level
                .chunks_exact(2)
                .filter_map(|pair| match pair {
                    [left, right] => Some(node_hash(*left, *right)),
                    _ => None,
                })
                .collect();
        }
        level.first().copied()
    }
}

impl HashReader for Tiles {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        indexes
            .iter()
            .map(|index| self.stored_hash(*index).ok_or(Error::IndexesNotInTree))
            .collect()
    }
}

/// Whether the proof shows that a leaf stands at this place of the tree with this root.
pub fn includes(size: u64, root: Digest, index: u64, leaf: Digest, proof: &[Digest]) -> bool {
    let proof = proof.iter().map(|hash| Hash::from(*hash)).collect();
    tlog_tiles::check_record(&proof, size, root.into(), index, leaf.into()).is_ok()
}

/// Whether the proof shows that the earlier tree is the beginning of the later one. Every tree begins with the empty one.
pub fn extends(size: u64, root: Digest, earlier_size: u64, earlier_root: Digest, proof: &[Digest]) -> bool {
    if earlier_size == 0 {
        return earlier_root == Frontier::default().root();
    }
    let proof = proof.iter().map(|hash| Hash::from(*hash)).collect();
    tlog_tiles::check_tree(&proof, size, root.into(), earlier_size, earlier_root.into()).is_ok()
}
