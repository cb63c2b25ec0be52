//! The log on the server engine. A replica appends to a stream of its own (`stream.rs`), behind the fences of the schools and
//! clients that it is about (`fence.rs`, which has the order in which everybody locks). Only after that, in statements of
//! their own at READ COMMITTED, epochs, heads and revoked clients are read.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use futures::try_join;
use sluis_core::{
    id::{ClientId, SchoolId},
    ledger::Link,
    random::{self, Random},
};
use tokio_postgres::types::ToSql;

use super::{IsolationLevel, Postgres, Transaction, Work, bind, fence, stream};
use crate::{
    app::evidence::{Committed, Entry, Recorded},
    storage::{
        Fence, StorageError,
        evidence::{
            append::{Addition, Tail},
            log::{Log, WrittenAct, append_all, append_fresh, askers, outcome_and_categories, schools},
            read,
        },
    },
};

const EPOCHS: &str = "SELECT school, epoch FROM school_epochs WHERE school = ANY($1)";
const REVOKED: &str = "SELECT id FROM clients WHERE id = ANY($1) AND revoked_at IS NOT NULL";
const HEADS: &str = "SELECT owner, sequence, hash FROM ledger_heads WHERE stream = $1 AND owner = ANY($2)";
const RECORDS_ADD: &str =
    "INSERT INTO ledger_records (stream, position, id, owner, sequence, moment, bytes, leaf, subject)
    SELECT $1, * FROM unnest(
        $2::bigint[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bytea[], $8::bytea[], $9::bytea[])";
const LINES_ADD: &str = "INSERT INTO ledger_page_lines (stream, owner, sequence, line, subject, outcome, categories)
    SELECT $1, * FROM unnest($2::bytea[], $3::bigint[], $4::bigint[], $5::bytea[], $6::text[], $7::text[])";
const NODES_ADD: &str = "INSERT INTO ledger_nodes (stream, level, place, hash)
    SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bytea[])";
const HEADS_KEEP: &str = "INSERT INTO ledger_heads (stream, owner, sequence, hash)
    SELECT $1, * FROM unnest($2::bytea[], $3::bigint[], $4::bytea[])
    ON CONFLICT (owner, stream) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash";

/// The log as one replica writes it.
pub(in crate::storage) struct PostgresLog {
    postgres: Postgres,
    holder: stream::Holder,
}

impl PostgresLog {
    /// A replica that holds no stream yet.
    pub(in crate::storage) fn new(postgres: Postgres, random: &dyn Random) -> Self {
        Self {
            postgres,
            holder: random::bytes(random),
        }
    }

    /// Writes about the lease of this replica. When it fails, others find the lease run out later: nothing is lost by it.
    async fn of_the_lease(&self, work: stream::OfTheLease) {
        if let Err(error) = self.postgres.transaction(IsolationLevel::ReadCommitted, &work).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the lease of the stream could not be written"
            );
        }
    }
}

#[async_trait]
impl Log for PostgresLog {
    async fn append(&self, batch: Vec<Arc<Entry>>) -> Result<Vec<Recorded>, StorageError> {
        let work = Append { log: self, batch };
        self.postgres.transaction(IsolationLevel::ReadCommitted, &work).await
    }

    async fn act(&self, act: WrittenAct) -> Result<Vec<Committed>, StorageError> {
        let work = Perform { log: self, act };
        self.postgres.transaction(IsolationLevel::ReadCommitted, &work).await
    }

    async fn tend(&self) {
        self.of_the_lease(stream::OfTheLease::renewed(self.holder)).await;
    }

    async fn release(&self) {
        self.of_the_lease(stream::OfTheLease::ended(self.holder)).await;
    }
}

struct Append<'a> {
    log: &'a PostgresLog,
    batch: Vec<Arc<Entry>>,
}

#[async_trait]
impl Work for Append<'_> {
    type Output = Vec<Recorded>;

    async fn run(&self, transaction: &Transaction<'_>) -> Result<Vec<Recorded>, StorageError> {
        let (schools, clients) = (schools(&self.batch), askers(&self.batch));
        let fences = schools.iter().copied().map(Fence::School);
        let fences = fences.chain(clients.iter().copied().map(Fence::Client));
        self.log.postgres.hold_shared(transaction, fences).await?;
        let mut tail = stream::lock(transaction, self.log.holder).await?;
        let owners = self.batch.iter().map(|entry| entry.draft().owner.key());
        let (epochs, revoked, ()) = try_join!(
            epochs(transaction, &schools),
            revoked(transaction, clients),
            heads(transaction, tail.stream, owners, &mut tail.heads)
        )?;
        let epoch = |school: SchoolId| epochs.get(school.as_bytes()).copied().unwrap_or_default();
        let (addition, recorded) = append_fresh(&mut tail, &self.batch, epoch, &revoked);
        keep(transaction, &tail, &addition).await?;
        Ok(recorded)
    }
}

struct Perform<'a> {
    log: &'a PostgresLog,
    act: WrittenAct,
}

#[async_trait]
impl Work for Perform<'_> {
    type Output = Vec<Committed>;

    async fn run(&self, transaction: &Transaction<'_>) -> Result<Vec<Committed>, StorageError> {
        let namespace = self.log.postgres.namespace();
        let askers = self.act.askers();
        if self.act.writes.is_empty() {
            let fences = askers.iter().copied().map(Fence::Client);
            self.log.postgres.hold_shared(transaction, fences).await?;
        } else {
            // A revocation takes its turn too, so that none is under way from here on.
            fence::take_turn(transaction, namespace).await?;
        }
        refuse_revoked(transaction, askers).await?;
        bind::apply(transaction, namespace, &self.act.writes).await?;
        let mut tail = stream::lock(transaction, self.log.holder).await?;
        let owners = self.act.drafts.iter().map(|draft| draft.owner.key());
        heads(transaction, tail.stream, owners, &mut tail.heads).await?;
        let (addition, committed) = append_all(&mut tail, &self.act);
        keep(transaction, &tail, &addition).await?;
        Ok(committed)
    }
}

async fn epochs(
    transaction: &Transaction<'_>,
    schools: &BTreeSet<SchoolId>,
) -> Result<BTreeMap<[u8; 16], u64>, StorageError> {
    let keys: Vec<&[u8]> = schools.iter().map(|school| school.as_bytes().as_slice()).collect();
    let rows = query(transaction, "ledger_epochs", EPOCHS, &[&keys]).await?;
    rows.iter()
        .map(|row| Ok((key(row.get(0))?, unsigned(row.get(1))?)))
        .collect()
}

/// Behind the fences of these clients: none of them has been revoked.
///
/// # Errors
/// [`StorageError::Revoked`].
pub(super) async fn refuse_revoked(
    transaction: &Transaction<'_>,
    clients: BTreeSet<ClientId>,
) -> Result<(), StorageError> {
    match revoked(transaction, clients).await?.is_empty() {
        true => Ok(()),
        false => Err(StorageError::Revoked),
    }
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
    stream: u64,
    owners: impl Iterator<Item = [u8; 16]> + Send,
    heads: &mut BTreeMap<[u8; 16], Link>,
) -> Result<(), StorageError> {
    heads.extend(owners.map(|owner| (owner, Link::START)));
    let keys: Vec<&[u8]> = heads.keys().map(<[u8; 16]>::as_slice).collect();
    let rows = query(transaction, "ledger_heads", HEADS, &[&signed(stream), &keys]).await?;
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
    let stream = signed(tail.stream);
    try_join!(
        keep_records(transaction, stream, addition),
        keep_lines(transaction, stream, addition),
        keep_nodes(transaction, stream, addition),
        keep_heads(transaction, stream, tail),
        stream::grow(transaction, tail.stream, &tail.frontier),
    )?;
    Ok(())
}

async fn keep_records(transaction: &Transaction<'_>, stream: i64, addition: &Addition<'_>) -> Result<(), StorageError> {
    let new = &addition.records;
    let positions: Vec<i64> = new.iter().map(|record| signed(record.position)).collect();
    let ids: Vec<&[u8]> = new.iter().map(|record| record.id.as_bytes().as_slice()).collect();
    let owners: Vec<&[u8]> = new.iter().map(|record| record.owner.as_slice()).collect();
    let sequences: Vec<i64> = new.iter().map(|record| signed(record.sequence)).collect();
    let moments: Vec<i64> = new.iter().map(|record| record.moment.as_millis()).collect();
    let bytes: Vec<&[u8]> = new.iter().map(|record| record.bytes.as_slice()).collect();
    let leaves: Vec<&[u8]> = new.iter().map(|record| record.leaf.as_bytes().as_slice()).collect();
    let subjects = new.iter().map(|record| record.subject.as_ref());
    let subjects: Vec<Option<&[u8]>> = subjects.map(|subject| Some(subject?.as_bytes().as_slice())).collect();
    let params: [&(dyn ToSql + Sync); 9] = [
        &stream, &positions, &ids, &owners, &sequences, &moments, &bytes, &leaves, &subjects,
    ];
    execute(transaction, "ledger_record_add", RECORDS_ADD, &params).await
}

async fn keep_lines(transaction: &Transaction<'_>, stream: i64, addition: &Addition<'_>) -> Result<(), StorageError> {
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
        &stream,
        &owners,
        &sequences,
        &numbers,
        &subjects,
        &outcomes,
        &categories,
    ];
    execute(transaction, "ledger_line_add", LINES_ADD, &params).await
}

async fn keep_nodes(transaction: &Transaction<'_>, stream: i64, addition: &Addition<'_>) -> Result<(), StorageError> {
    let new = &addition.nodes;
    if new.is_empty() {
        return Ok(());
    }
    let levels: Vec<i64> = new.iter().map(|node| i64::from(node.level)).collect();
    let places: Vec<i64> = new.iter().map(|node| signed(node.index)).collect();
    let hashes: Vec<&[u8]> = new.iter().map(|node| node.hash.as_bytes().as_slice()).collect();
    let params: [&(dyn ToSql + Sync); 4] = [&stream, &levels, &places, &hashes];
    execute(transaction, "ledger_node_add", NODES_ADD, &params).await
}

async fn keep_heads(transaction: &Transaction<'_>, stream: i64, tail: &Tail) -> Result<(), StorageError> {
    let heads = || tail.heads.iter().filter(|(_, link)| link.sequence > 0);
    let owners: Vec<&[u8]> = heads().map(|(owner, _)| owner.as_slice()).collect();
    let sequences: Vec<i64> = heads().map(|(_, link)| signed(link.sequence)).collect();
    let hashes: Vec<&[u8]> = heads().map(|(_, link)| link.hash.as_bytes().as_slice()).collect();
    let params: [&(dyn ToSql + Sync); 4] = [&stream, &owners, &sequences, &hashes];
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
