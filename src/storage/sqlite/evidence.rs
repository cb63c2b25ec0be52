//! The log on the embedded engine. All writes are in one line, so the one writer thread is lock and fence at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use rusqlite::Connection;
use sluis_core::{
    id::{ClientId, SchoolId},
    ledger::Link,
};

use super::{Sqlite, bind, reserve};
use crate::{
    app::evidence::{Committed, Entry, Recorded},
    storage::{
        Priority, Statement, StorageError,
        evidence::{
            append::{Addition, Tail},
            log::{Log, WrittenAct, append_all, append_fresh, askers, outcome_and_categories, schools},
            read,
        },
        params,
        repository::{self, client},
    },
};

/// The one stream: the process that has the file open holds it.
const STREAM: u64 = 1;

const RECORD_ADD: Statement = Statement {
    name: "ledger_record_add",
    sql: "INSERT INTO ledger_records (stream, position, id, owner, sequence, moment, bytes, leaf, subject)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};
const LINE_ADD: Statement = Statement {
    name: "ledger_line_add",
    sql: "INSERT INTO ledger_page_lines (stream, owner, sequence, line, subject, outcome, categories)
          VALUES ($1, $2, $3, $4, $5, $6, $7)",
};
const NODE_ADD: Statement = Statement {
    name: "ledger_node_add",
    sql: "INSERT INTO ledger_nodes (stream, level, place, hash) VALUES ($1, $2, $3, $4)",
};
const HEAD_KEEP: Statement = Statement {
    name: "ledger_head_keep",
    sql: "INSERT INTO ledger_heads (stream, owner, sequence, hash) VALUES ($1, $2, $3, $4)
          ON CONFLICT (owner, stream) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash",
};
const STREAM_GROW: Statement = Statement {
    name: "ledger_stream_grow",
    sql: "UPDATE ledger_streams SET size = $2, frontier = $3 WHERE stream = $1",
};

#[async_trait]
impl Log for Sqlite {
    async fn append(&self, batch: Vec<Arc<Entry>>) -> Result<Vec<Recorded>, StorageError> {
        if self.inner.reserve.is_spent() {
            return Err(reserve::refused());
        }
        self.transaction(Priority::Evidence, move |connection| {
            let mut tail = tail(connection, batch.iter().map(|entry| entry.draft().owner.key()))?;
            let mut epochs = BTreeMap::new();
            for school in schools(&batch) {
                epochs.insert(school, epoch(connection, school)?);
            }
            let revoked = revoked(connection, askers(&batch))?;
            let epoch = |school| epochs.get(&school).copied().unwrap_or_default();
            let (addition, recorded) = append_fresh(&mut tail, &batch, epoch, &revoked);
            keep(connection, &tail, &addition)?;
            Ok(recorded)
        })
        .await
    }

    async fn act(&self, act: WrittenAct) -> Result<Vec<Committed>, StorageError> {
        let act = Arc::new(act);
        let done = self.perform(Arc::clone(&act)).await;
        match &done {
            // A sign that the log can be written must not say so by the room that is kept for acts.
            _ if act.drafts.is_empty() && self.inner.reserve.is_spent() => Err(reserve::refused()),
            // INVARIANT: nothing of an act that found no room was written, so it may be tried again.
            Err(error) if !act.drafts.is_empty() && self.inner.reserve.give_away(error) => self.perform(act).await,
            _ => done,
        }
    }

    async fn tend(&self) {
        let sqlite = self.clone();
        let tended = tokio::task::spawn_blocking(move || sqlite.inner.reserve.tend()).await;
        if let Err(error) = tended {
            tracing::error!(%error, "the room on the disk cannot be looked after");
        }
    }
}

impl Sqlite {
    async fn perform(&self, act: Arc<WrittenAct>) -> Result<Vec<Committed>, StorageError> {
        self.transaction(Priority::Evidence, move |connection| {
            refuse_revoked(connection, act.askers())?;
            bind::apply(connection, &act.writes)?;
            let mut tail = tail(connection, act.drafts.iter().map(|draft| draft.owner.key()))?;
            let (addition, committed) = append_all(&mut tail, &act);
            keep(connection, &tail, &addition)?;
            Ok(committed)
        })
        .await
    }
}

/// None of these clients has been revoked.
///
/// # Errors
/// [`StorageError::Revoked`].
pub(super) fn refuse_revoked(connection: &Connection, clients: BTreeSet<ClientId>) -> Result<(), StorageError> {
    match revoked(connection, clients)?.is_empty() {
        true => Ok(()),
        false => Err(StorageError::Revoked),
    }
}

/// Those of the clients that have been revoked.
fn revoked(connection: &Connection, clients: BTreeSet<ClientId>) -> Result<BTreeSet<ClientId>, StorageError> {
    let mut revoked = BTreeSet::new();
    for client in clients {
        if !bind::query(connection, &client::CLIENT_REVOKED, &params![client])?.is_empty() {
            revoked.insert(client);
        }
    }
    Ok(revoked)
}

fn epoch(connection: &Connection, school: SchoolId) -> Result<u64, StorageError> {
    repository::epoch(&bind::query(connection, &repository::EPOCH, &params![school])?)
}

fn tail(connection: &Connection, owners: impl Iterator<Item = [u8; 16]>) -> Result<Tail, StorageError> {
    let mut tail = Tail {
        stream: STREAM,
        frontier: read::frontier(&bind::query(connection, &read::STREAM_HEAD, &params![STREAM])?)?,
        heads: BTreeMap::new(),
    };
    for owner in owners {
        if let std::collections::btree_map::Entry::Vacant(vacant) = tail.heads.entry(owner) {
            let rows = bind::query(connection, &read::CHAIN_HEAD, &params![owner, STREAM])?;
            vacant.insert(read::link(&rows)?);
        }
    }
    Ok(tail)
}

fn keep(connection: &Connection, tail: &Tail, addition: &Addition<'_>) -> Result<(), StorageError> {
    for new in &addition.records {
        let values = params![
            STREAM,
            new.position,
            new.id,
            new.owner,
            new.sequence,
            new.moment,
            new.bytes.as_slice(),
            new.leaf.as_bytes(),
            new.subject.map(|subject| *subject.as_bytes()),
        ];
        bind::execute(connection, &RECORD_ADD, &values)?;
    }
    for new in &addition.lines {
        let (outcome, categories) = outcome_and_categories(new.line);
        let values = params![
            STREAM,
            new.owner,
            new.sequence,
            new.number,
            new.line.subject.as_bytes(),
            outcome,
            categories,
        ];
        bind::execute(connection, &LINE_ADD, &values)?;
    }
    for node in &addition.nodes {
        let values = params![STREAM, node.level, node.index, node.hash.as_bytes()];
        bind::execute(connection, &NODE_ADD, &values)?;
    }
    for (owner, Link { sequence, hash }) in tail.heads.iter().filter(|(_, link)| link.sequence > 0) {
        bind::execute(
            connection,
            &HEAD_KEEP,
            &params![STREAM, owner, *sequence, hash.as_bytes()],
        )?;
    }
    let values = params![STREAM, tail.frontier.size(), tail.frontier.to_bytes()];
    bind::execute(connection, &STREAM_GROW, &values)?;
    Ok(())
}
