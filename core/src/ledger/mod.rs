//! The ledger: evidence of every decision and every act, as an append-only Merkle log that others can check.
//!
//! | piece | promises |
//! |---|---|
//! | [`RecordDraft`], [`SealedRecord`], [`Record`] | one line of evidence without personal data in clear; its exact bytes |
//! | [`PageLine`], [`Commitment`] | a page about many persons is one record that commits to a list |
//! | [`Frontier`], [`Needs`], [`Tiles`] | the tree of RFC 9162: append, prove |
//! | [`NoteSigner`], [`VerifierKey`] | signed heads in the formats of C2SP |
//! | [`SchoolExport`], [`verify_export`] | what an owner takes home and checks without trusting us |
//! | [`Kept`] | signed heads that were kept elsewhere, and with which an export has to agree |
//! | [`Report`], [`Finding`] | what checking finds |
//! | [`StreamCheck`] | the check of everything that is stored |
//!
//! A log has streams. Each record stands in two structures of one stream: its tree, and the chain of its owner, in which it
//! has a number and names the hash of the record before it. The tree shows that nothing was altered; the chain, that nothing
//! was left out for this owner. The signed ends of all chains of an owner show that no stream was left out.
//!
//! Deliberately absent: storage, batching, keys of subject hashes.

mod code;
mod export;
mod hex;
mod kept;
mod note;
mod page;
mod record;
mod report;
mod stream;
mod tree;

pub use code::{Code, CodeError};
pub use export::{EXPORT_FORMAT, EarlierTree, ExportedRecord, SchoolExport, StreamExport, verify_export};
pub use hex::{Digest, Hex, HexError};
pub use kept::Kept;
pub use note::{ChainHead, KeyError, Link, NoteError, NoteSigner, TreeHead, VerifierKey};
pub use page::{Commitment, PageLine};
pub use record::{
    AgreementVersion, Outcome, Owner, Record, RecordDraft, RecordError, RecordKind, Resource, SealedRecord,
    WithheldCode,
};
pub use report::{Extent, Finding, Found, Known, KnownStream, Report};
pub use stream::{StoredRecord, StreamCheck};
pub use tree::{Frontier, FrontierError, Needs, Node, ProofError, TILE_WIDTH, TileId, Tiles, extends, includes};

#[cfg(test)]
mod tests;
