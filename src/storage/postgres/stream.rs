//! Streams: each replica appends to one that it holds, so that none waits for the log of another.
//!
//! A lease says when a stream may be taken from a replica that is not heard of any more. Nothing rests on its clock: who
//! appends locks the row of the stream that names it as the holder, in the transaction that appends. When another has
//! taken the stream meanwhile, there is no such row, and it takes one anew. A stream that is taken goes on: numbers and tree
//! are those that its last holder left.
//!
//! Leases are told by the clock of the server, since the moments of several replicas are compared.

use std::collections::BTreeMap;

use async_trait::async_trait;
use sluis_core::ledger::Frontier;

use super::{Transaction, Work, bind};
use crate::storage::{
    Row, Statement, StorageError, Value,
    error::Fault,
    evidence::{append::Tail, read},
    params,
};

/// Who holds a stream: random, and another for each start of a replica.
pub(super) type Holder = [u8; 16];

/// How long a stream stays with a replica that is not heard of, in milliseconds: three turns of the worker that renews it.
const LEASE_MILLIS: i64 = 180_000;

const HELD: Statement = Statement {
    name: "ledger_stream_held",
    sql: "SELECT stream, size, frontier FROM ledger_streams WHERE holder = $1 FOR UPDATE",
};
/// What others are claiming at this moment is passed over, so that nobody waits.
const CLAIM: Statement = Statement {
    name: "ledger_stream_claim",
    sql: "UPDATE ledger_streams SET holder = $1, lease_until = CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + $2
          WHERE stream = (
              SELECT stream FROM ledger_streams
              WHERE holder IS NULL OR lease_until < CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)
              ORDER BY stream LIMIT 1 FOR UPDATE SKIP LOCKED)
          RETURNING stream, size, frontier",
};
const BEGIN: Statement = Statement {
    name: "ledger_stream_begin",
    sql: "INSERT INTO ledger_streams (stream, size, frontier, holder, lease_until)
          SELECT COALESCE(MAX(stream), 0) + 1, 0, $3, $1,
              CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + $2 FROM ledger_streams
          ON CONFLICT DO NOTHING RETURNING stream, size, frontier",
};
const GROW: Statement = Statement {
    name: "ledger_stream_grow",
    sql: "UPDATE ledger_streams SET size = $2, frontier = $3,
              lease_until = CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + $4 WHERE stream = $1",
};
const RENEW: Statement = Statement {
    name: "ledger_stream_renew",
    sql: "UPDATE ledger_streams SET lease_until = CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + $2
          WHERE holder = $1",
};
const RELEASE: Statement = Statement {
    name: "ledger_stream_release",
    sql: "UPDATE ledger_streams SET holder = NULL, lease_until = NULL WHERE holder = $1",
};

/// Locks the stream of this replica, after it has taken or begun one if it has none.
///
/// # Errors
/// [`StorageError::Contention`] when another comes in between: then it is tried again in a new transaction.
pub(super) async fn lock(transaction: &Transaction<'_>, holder: Holder) -> Result<Tail, StorageError> {
    let held = bind::query(transaction, &HELD, &params![holder]).await?;
    if let Some(row) = held.first() {
        return tail(row);
    }
    for (statement, values) in [
        (&CLAIM, params![holder, LEASE_MILLIS]),
        (&BEGIN, params![holder, LEASE_MILLIS, Vec::new()]),
    ] {
        let taken = bind::query(transaction, statement, &values)
            .await
            .map_err(|error| match error {
                // A decision and an act of the same replica at its start: the index lets one of them take a stream.
                StorageError::Duplicate { .. } => in_between(),
                other => other,
            })?;
        if let Some(row) = taken.first() {
            let tail = tail(row)?;
            tracing::info!(
                stream = tail.stream,
                size = tail.frontier.size(),
                "this replica holds a stream of the log"
            );
            return Ok(tail);
        }
    }
    Err(in_between())
}

fn in_between() -> StorageError {
    StorageError::Contention {
        cause: Fault::own("another took the stream meanwhile"),
    }
}

fn tail(row: &Row) -> Result<Tail, StorageError> {
    Ok(Tail {
        stream: row.get("stream")?,
        frontier: read::frontier_of(row)?,
        heads: BTreeMap::new(),
    })
}

/// Keeps the new end of the stream, and renews the lease.
pub(super) async fn grow(transaction: &Transaction<'_>, stream: u64, frontier: &Frontier) -> Result<(), StorageError> {
    let values = params![stream, frontier.size(), frontier.to_bytes(), LEASE_MILLIS];
    bind::execute(transaction, &GROW, &values).await?;
    Ok(())
}

/// The renewal or the end of the lease of a replica, when it holds a stream.
pub(super) struct OfTheLease(&'static Statement, Vec<Value>);

impl OfTheLease {
    pub(super) fn renewed(holder: Holder) -> Self {
        Self(&RENEW, params![holder, LEASE_MILLIS])
    }

    /// Whoever comes next may take the stream at once.
    pub(super) fn ended(holder: Holder) -> Self {
        Self(&RELEASE, params![holder])
    }
}

#[async_trait]
impl Work for OfTheLease {
    type Output = ();

    async fn run(&self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
        bind::execute(transaction, self.0, &self.1).await?;
        Ok(())
    }
}
