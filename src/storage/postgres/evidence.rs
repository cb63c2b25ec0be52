//! The log on the server engine. The order in which everybody locks: the row of the stream, then the fences of the
//! schools. Only after that, in statements of their own at READ COMMITTED, epochs, heads
//! and revoked clients are read.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use futures::try_join;
use sluis_core::{
    id::{ClientId, SchoolId},
    ledger::Link,
};
use tokio_postgres::types::ToSql;

use super::{IsolationLevel, Postgres, Transaction, Work, bind};
use crate::{
    app::evidence::{Committed, Entry, Recorded},
    storage::{
        Statement, StorageError,
        evidence::{
            append::{Addition, Tail},
            log::{Log, STREAM, WrittenAct, append_all, append_fresh, askers, outcome_and_categories},
            read,
        },
        params,
    },
};

const STREAM_LOCK: Statement = Statement {
    name: "ledger_stream_lock",
    sql: "SELECT size, frontier FROM ledger_streams WHERE stream = $1 FOR UPDATE",
};
const EPOCHS: &str = "SELECT school, epoch FROM school_epochs WHERE school = ANY($1)";
const REVOKED: &str = "SELECT id FROM clients WHERE id = ANY($1) AND revoked_at IS NOT NULL";
const HEADS: &str = "SELECT owner, sequence, hash FROM ledger_heads WHERE stream = $1 AND owner = ANY($2)";
const RECORDS_ADD: &str = "INSERT INTO ledger_records (stream, position, id, owner, sequence, moment, bytes, leaf)
    SELECT $1, * FROM unnest(
        $2::bigint[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bytea[], $8::bytea[])";
const LINES_ADD: &str = "INSERT INTO ledger_page_lines (stream, owner, sequence, line, subject, outcome, categories)
    SELECT $1, * FROM unnest($2::bytea[], $3::bigint[], $4::bigint[], $5::bytea[], $6::text[], $7::text[])";
const NODES_ADD: &str = "INSERT INTO ledger_nodes (stream, level, place, hash)
    SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bytea[])";
const HEADS_KEEP: &str = "INSERT INTO ledger_heads (stream, owner, sequence, hash)
    SELECT $1, * FROM unnest($2::bytea[], $3::bigint[], $4::bytea[])
    ON CONFLICT (owner, stream) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash";
const STREAM_GROW: &str = "UPDATE ledger_streams SET size = $2, frontier = $3 WHERE stream = $1";

#[async_trait]
impl Log for Postgres {
    async fn append(&self, batch: Vec<Arc<Entry>>) -> Result<Vec<Recorded>, StorageError> {
        let work = Append { log: self, batch };
        self.transaction(IsolationLevel::ReadCommitted, &work).await
    }

    async fn act(&self, act: WrittenAct) -> Result<Vec<Committed>, StorageError> {
        let work = Perform { log: self, act };
        self.transaction(IsolationLevel::ReadCommitted, &work).await
    }
}

struct Append<'a> {
    log: &'a Postgres,
    batch: Vec<Arc<Entry>>,
}

#[async_trait]
impl Work for Append<'_> {
    type Output = Vec<Recorded>;

    async fn run(&self, transaction: &Transaction<'_>) -> Result<Vec<Recorded>, StorageError> {
        let mut tail = lock(transaction).await?;
        let schools: Vec<SchoolId> = self
            .batch
            .iter()
            .filter_map(|entry| entry.draft().owner.school())
            .collect();
        self.log.hold_shared(transaction, schools.iter().copied()).await?;
        let owners = self.batch.iter().map(|entry| entry.draft().owner.key());
        let (epochs, revoked, ()) = try_join!(
            epochs(transaction, &schools),
            revoked(transaction, askers(&self.batch)),
            heads(transaction, owners, &mut tail.heads)
        )?;
        let epoch = |school: SchoolId| epochs.get(school.as_bytes()).copied().unwrap_or_default();
        let (addition, recorded) = append_fresh(&mut tail, &self.batch, epoch, &revoked);
        keep(transaction, &tail, &addition).await?;
        Ok(recorded)
    }
}

struct Perform<'a> {
    log: &'a Postgres,
    act: WrittenAct,
}

#[async_trait]
impl Work for Perform<'_> {
    type Output = Vec<Committed>;

    async fn run(&self, transaction: &Transaction<'_>) -> Result<Vec<Committed>, StorageError> {
        let mut tail = lock(transaction).await?;
        bind::apply(transaction, self.log.namespace(), &self.act.writes).await?;
        let owners = self.act.drafts.iter().map(|draft| draft.owner.key());
        heads(transaction, owners, &mut tail.heads).await?;
        let (addition, committed) = append_all(&mut tail, &self.act.drafts);
        keep(transaction, &tail, &addition).await?;
        Ok(committed)
    }
}

async fn lock(transaction: &Transaction<'_>) -> Result<Tail, StorageError> {
    let rows = bind::query(transaction, &STREAM_LOCK, &params![STREAM]).await?;
    Ok(Tail {
        frontier: read::frontier(&rows)?,
        heads: BTreeMap::new(),
    })
}

async fn epochs(transaction: &Transaction<'_>, schools: &[SchoolId]) -> Result<BTreeMap<[u8; 16], u64>, StorageError> {
    let mut keys: Vec<&[u8]> = schools.iter().map(|school| school.as_bytes().as_slice()).collect();
    keys.sort_unstable();
    keys.dedup();
    let rows = query(transaction, "ledger_epochs", EPOCHS, &[&keys]).await?;
    rows.iter()
        .map(|row| Ok((key(row.get(0))?, unsigned(row.get(1))?)))
        .collect()
}

/// Those of the clients that have been revoked.
async fn revoked(
    transaction: &Transaction<'_>,
    clients: BTreeSet<ClientId>,
) -> Result<BTreeSet<ClientId>, StorageError> {
    let keys: Vec<&[u8]> = clients.iter().map(|client| client.as_bytes().as_slice()).collect();
    let rows = query(transaction, "ledger_revoked", REVOKED, &[&keys]).await?;
    let found = rows.iter().map(|row| key(row.get(0)));
    let found = found.collect::<Result<BTreeSet<_>, _>>()?;
    Ok(clients
        .into_iter()
        .filter(|client| found.contains(client.as_bytes()))
        .collect())
}

async fn heads(
    transaction: &Transaction<'_>,
    owners: impl Iterator<Item = [u8; 16]> + Send,
    heads: &mut BTreeMap<[u8; 16], Link>,
) -> Result<(), StorageError> {
    heads.extend(owners.map(|owner| (owner, Link::START)));
    let keys: Vec<&[u8]> = heads.keys().map(<[u8; 16]>::as_slice).collect();
    let rows = query(transaction, "ledger_heads", HEADS, &[&STREAM, &keys]).await?;
    for row in rows {
        let link = Link {
            sequence: unsigned(row.get(1))?,
            hash: read::digest(row.get(2))?,
        };
        heads.insert(key(row.get(0))?, link);
    }
    Ok(())
}

async fn keep(transaction: &Transaction<'_>, tail: &Tail, addition: &Addition<'_>) -> Result<(), StorageError> {
    if addition.records.is_empty() {
        return Ok(());
    }
    let frontier = tail.frontier.to_bytes();
    let size = signed(tail.frontier.size());
    let grown: [&(dyn ToSql + Sync); 3] = [&STREAM, &size, &frontier];
    try_join!(
        keep_records(transaction, addition),
        keep_lines(transaction, addition),
        keep_nodes(transaction, addition),
        keep_heads(transaction, tail),
        execute(transaction, "ledger_stream_grow", STREAM_GROW, &grown),
    )?;
    Ok(())
}

async fn keep_records(transaction: &Transaction<'_>, addition: &Addition<'_>) -> Result<(), StorageError> {
    let new = &addition.records;
    let positions: Vec<i64> = new.iter().map(|record| signed(record.position)).collect();
    let ids: Vec<&[u8]> = new.iter().map(|record| record.id.as_bytes().as_slice()).collect();
    let owners: Vec<&[u8]> = new.iter().map(|record| record.owner.as_slice()).collect();
    let sequences: Vec<i64> = new.iter().map(|record| signed(record.sequence)).collect();
    let moments: Vec<i64> = new.iter().map(|record| record.moment.as_millis()).collect();
    let bytes: Vec<&[u8]> = new.iter().map(|record| record.bytes.as_slice()).collect();
    let leaves: Vec<&[u8]> = new.iter().map(|record| record.leaf.as_bytes().as_slice()).collect();
    let params: [&(dyn ToSql + Sync); 8] = [
        &STREAM, &positions, &ids, &owners, &sequences, &moments, &bytes, &leaves,
    ];
    execute(transaction, "ledger_record_add", RECORDS_ADD, &params).await
}

async fn keep_lines(transaction: &Transaction<'_>, addition: &Addition<'_>) -> Result<(), StorageError> {
    let new = &addition.lines;
    if new.is_empty() {
        return Ok(());
    }
    let owners: Vec<&[u8]> = new.iter().map(|line| line.owner.as_slice()).collect();
    let sequences: Vec<i64> = new.iter().map(|line| signed(line.sequence)).collect();
    let numbers: Vec<i64> = new.iter().map(|line| signed(line.number)).collect();
    let subjects: Vec<&[u8]> = new.iter().map(|new| new.line.subject.as_bytes().as_slice()).collect();
    let (outcomes, categories): (Vec<_>, Vec<_>) = new.iter().map(|new| outcome_and_categories(new.line)).unzip();
    let params: [&(dyn ToSql + Sync); 7] = [
        &STREAM,
        &owners,
        &sequences,
        &numbers,
        &subjects,
        &outcomes,
        &categories,
    ];
    execute(transaction, "ledger_line_add", LINES_ADD, &params).await
}

async fn keep_nodes(transaction: &Transaction<'_>, addition: &Addition<'_>) -> Result<(), StorageError> {
    let new = &addition.nodes;
    if new.is_empty() {
        return Ok(());
    }
    let levels: Vec<i64> = new.iter().map(|node| i64::from(node.level)).collect();
    let places: Vec<i64> = new.iter().map(|node| signed(node.index)).collect();
    let hashes: Vec<&[u8]> = new.iter().map(|node| node.hash.as_bytes().as_slice()).collect();
    let params: [&(dyn ToSql + Sync); 4] = [&STREAM, &levels, &places, &hashes];
    execute(transaction, "ledger_node_add", NODES_ADD, &params).await
}

async fn keep_heads(transaction: &Transaction<'_>, tail: &Tail) -> Result<(), StorageError> {
    let heads = || tail.heads.iter().filter(|(_, link)| link.sequence > 0);
    let owners: Vec<&[u8]> = heads().map(|(owner, _)| owner.as_slice()).collect();
    let sequences: Vec<i64> = heads().map(|(_, link)| signed(link.sequence)).collect();
    let hashes: Vec<&[u8]> = heads().map(|(_, link)| link.hash.as_bytes().as_slice()).collect();
    let params: [&(dyn ToSql + Sync); 4] = [&STREAM, &owners, &sequences, &hashes];
    execute(transaction, "ledger_head_keep", HEADS_KEEP, &params).await
}

async fn query(
    transaction: &Transaction<'_>,
    name: &'static str,
    sql: &str,
    params: &[&(dyn ToSql + Sync)],
) -> Result<Vec<tokio_postgres::Row>, StorageError> {
    let failed = |error: tokio_postgres::Error| bind::failed(name, &error);
    let statement = transaction.prepare_cached(sql).await.map_err(failed)?;
    transaction.query(&statement, params).await.map_err(failed)
}

async fn execute(
    transaction: &Transaction<'_>,
    name: &'static str,
    sql: &str,
    params: &[&(dyn ToSql + Sync)],
) -> Result<(), StorageError> {
    let failed = |error: tokio_postgres::Error| bind::failed(name, &error);
    let statement = transaction.prepare_cached(sql).await.map_err(failed)?;
    transaction.execute(&statement, params).await.map_err(failed)?;
    Ok(())
}

/// Counters and lengths end at `i64::MAX`, which none of them reaches.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> Result<u64, StorageError> {
    u64::try_from(number).map_err(|_| read::unreadable("a number from 0"))
}

fn key(bytes: &[u8]) -> Result<[u8; 16], StorageError> {
    bytes
        .try_into()
        .map_err(|_| read::unreadable("an identifier of 16 bytes"))
}
