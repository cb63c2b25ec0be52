//! Reading the ledger: statements for both engines, and their rows.

use std::collections::BTreeMap;

use sluis_core::ledger::{Code, Digest, Frontier, Link, Node, Outcome, PageLine, StoredRecord};

use crate::storage::{FromValue, Row, Statement, StorageError};

pub(in crate::storage) const STREAM_HEAD: Statement = Statement {
    name: "ledger_stream_head",
    sql: "SELECT size, frontier FROM ledger_streams WHERE stream = $1",
};
pub(super) const STREAMS: Statement = Statement {
    name: "ledger_streams",
    sql: "SELECT stream, size, frontier FROM ledger_streams ORDER BY stream",
};
pub(super) const STREAMS_BEYOND: Statement = Statement {
    name: "ledger_streams_beyond",
    sql: "SELECT DISTINCT stream FROM ledger_records WHERE stream >= $1 ORDER BY stream",
};
pub(super) const STREAMS_OF_OWNER: Statement = Statement {
    name: "ledger_streams_of_owner",
    sql: "SELECT h.stream, h.sequence, h.hash, s.size, s.frontier
          FROM ledger_heads AS h JOIN ledger_streams AS s ON s.stream = h.stream
          WHERE h.owner = $1 ORDER BY h.stream",
};
pub(in crate::storage) const CHAIN_HEAD: Statement = Statement {
    name: "ledger_chain_head",
    sql: "SELECT sequence, hash FROM ledger_heads WHERE owner = $1 AND stream = $2",
};
pub(super) const CHAIN_HEADS: Statement = Statement {
    name: "ledger_chain_heads",
    sql: "SELECT owner, sequence, hash FROM ledger_heads WHERE stream = $1 ORDER BY owner",
};
pub(super) const RECORDS_OF_OWNER: Statement = Statement {
    name: "ledger_records_of_owner",
    sql: "SELECT stream, moment, position, owner, sequence, bytes, leaf, subject FROM ledger_records
          WHERE owner = $1 AND stream = $2 AND sequence > $3 AND sequence <= $4 ORDER BY sequence LIMIT $5",
};
pub(super) const RECORD_OF_OWNER: Statement = Statement {
    name: "ledger_record_of_owner",
    sql: "SELECT r.stream, r.position, r.owner, r.sequence, r.bytes, r.leaf, r.subject, s.size, s.frontier
          FROM ledger_records AS r JOIN ledger_streams AS s ON s.stream = r.stream
          WHERE r.id = $1 AND r.owner = $2",
};
pub(super) const LINES_OF_OWNER: Statement = Statement {
    name: "ledger_lines_of_owner",
    sql: "SELECT sequence AS record, subject, outcome, categories FROM ledger_page_lines
          WHERE owner = $1 AND stream = $2 AND sequence >= $3 AND sequence <= $4 ORDER BY sequence, line",
};
pub(super) const RECORDS_OF_STREAM: Statement = Statement {
    name: "ledger_records_of_stream",
    sql: "SELECT position, owner, sequence, bytes, leaf, subject FROM ledger_records
          WHERE stream = $1 AND position >= $2 AND position < $3 ORDER BY position",
};
pub(super) const LINES_OF_STREAM: Statement = Statement {
    name: "ledger_lines_of_stream",
    sql: "SELECT r.position AS record, l.subject, l.outcome, l.categories
          FROM ledger_records AS r
          JOIN ledger_page_lines AS l ON l.owner = r.owner AND l.stream = r.stream AND l.sequence = r.sequence
          WHERE r.stream = $1 AND r.position >= $2 AND r.position < $3 ORDER BY r.position, l.line",
};
pub(super) const LEAVES: Statement = Statement {
    name: "ledger_leaves",
    sql: "SELECT leaf FROM ledger_records WHERE stream = $1 AND position >= $2 AND position < $3 ORDER BY position",
};
pub(super) const NODES: Statement = Statement {
    name: "ledger_nodes",
    sql: "SELECT hash FROM ledger_nodes
          WHERE stream = $1 AND level = $2 AND place >= $3 AND place < $4 ORDER BY place",
};
pub(super) const ALL_NODES: Statement = Statement {
    name: "ledger_all_nodes",
    sql: "SELECT level, place, hash FROM ledger_nodes WHERE stream = $1 ORDER BY level, place",
};

/// What is stored is not what was written.
pub(in crate::storage) fn unreadable(expected: &'static str) -> StorageError {
    StorageError::Column {
        column: "ledger".to_owned(),
        expected,
    }
}

/// The end of the stream; a stream without a row cannot be appended to.
pub(in crate::storage) fn frontier(rows: &[Row]) -> Result<Frontier, StorageError> {
    frontier_of(rows.first().ok_or_else(|| unreadable("the row of the stream"))?)
}

/// The tree of a stream.
pub(in crate::storage) fn frontier_of(row: &Row) -> Result<Frontier, StorageError> {
    let bytes: Vec<u8> = row.get("frontier")?;
    Frontier::restore(row.get("size")?, &bytes).map_err(|_| unreadable("the frontier of a tree of this size"))
}

/// The head of a chain; without a row it has not begun.
pub(in crate::storage) fn link(rows: &[Row]) -> Result<Link, StorageError> {
    rows.first().map_or(Ok(Link::START), link_of)
}

pub(super) fn link_of(row: &Row) -> Result<Link, StorageError> {
    Ok(Link {
        sequence: row.get("sequence")?,
        hash: row.get("hash")?,
    })
}

pub(super) fn chain_head(row: &Row) -> Result<([u8; 16], Link), StorageError> {
    Ok((row.get("owner")?, link_of(row)?))
}

pub(super) fn node(row: &Row) -> Result<Node, StorageError> {
    Ok(Node {
        level: row.get("level")?,
        index: row.get("place")?,
        hash: row.get("hash")?,
    })
}

pub(super) fn record(row: &Row) -> Result<StoredRecord, StorageError> {
    Ok(StoredRecord {
        position: row.get("position")?,
        owner: row.get("owner")?,
        sequence: row.get("sequence")?,
        bytes: row.get("bytes")?,
        leaf: row.get("leaf")?,
        subject: row.get("subject")?,
        lines: Vec::new(),
    })
}

/// The lines by the number of their record. A line that was altered beyond reading is left out: then the list is not
/// the one that was committed to.
pub(super) fn lines(rows: &[Row]) -> Result<BTreeMap<u64, Vec<PageLine>>, StorageError> {
    let mut lines: BTreeMap<u64, Vec<PageLine>> = BTreeMap::new();
    for row in rows {
        if let Some(line) = line(row) {
            lines.entry(row.get("record")?).or_default().push(line);
        }
    }
    Ok(lines)
}

pub(super) fn line(row: &Row) -> Option<PageLine> {
    let outcome: String = row.get("outcome").ok()?;
    let categories: String = row.get("categories").ok()?;
    Some(PageLine {
        categories: categories
            .split_whitespace()
            .map(Code::parse)
            .collect::<Result<_, _>>()
            .ok()?,
        outcome: Outcome::ALL.into_iter().find(|known| known.as_str() == outcome)?,
        subject: row.get("subject").ok()?,
    })
}

pub(in crate::storage) fn digest(bytes: &[u8]) -> Result<Digest, StorageError> {
    Digest::from_slice(bytes).map_err(|_| unreadable("a hash of 32 bytes"))
}

impl FromValue for Digest {
    const EXPECTED: &'static str = "a hash of 32 bytes";

    fn from_value(value: &crate::storage::Value) -> Option<Self> {
        <[u8; 32]>::from_value(value).map(Self::from_bytes)
    }
}
