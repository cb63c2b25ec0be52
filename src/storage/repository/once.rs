//! Keys with which clients repeat a write without doing it twice.

use async_trait::async_trait;
use sluis_core::id::ClientId;

use super::Repository;
use crate::{
    app::{
        caller::Attempt,
        store::{Change, OnceStore, StoreError, StoredKey},
    },
    storage::{Row, Statement, StorageError, WriteSet, params},
};

pub(crate) const KEYS_FORGET: Statement = Statement {
    name: "idempotency_keys_forget",
    sql: "DELETE FROM idempotency_keys WHERE expires_at <= $1",
};
pub(crate) const KEY_CLAIM: Statement = Statement {
    name: "idempotency_key_claim",
    sql: "INSERT INTO idempotency_keys (client, key_hash, request_hash, attempt, started_at, expires_at) \
          VALUES ($1, $2, $3, $4, $5, $6)",
};
pub(crate) const KEY: Statement = Statement {
    name: "idempotency_key",
    sql: "SELECT client, key_hash, request_hash, attempt, started_at, spent_at, sealed_answer, expires_at \
          FROM idempotency_keys WHERE client = $1 AND key_hash = $2",
};
pub(crate) const KEY_TAKE_OVER: Statement = Statement {
    name: "idempotency_key_take_over",
    sql: "UPDATE idempotency_keys SET attempt = $4, started_at = $5 \
          WHERE client = $1 AND key_hash = $2 AND attempt = $3 AND spent_at IS NULL",
};
pub(crate) const KEY_SPEND: Statement = Statement {
    name: "idempotency_key_spend",
    sql: "UPDATE idempotency_keys SET spent_at = $4 \
          WHERE client = $1 AND key_hash = $2 AND attempt = $3 AND spent_at IS NULL",
};
pub(crate) const KEY_ANSWER: Statement = Statement {
    name: "idempotency_key_answer",
    sql: "UPDATE idempotency_keys SET sealed_answer = $4 \
          WHERE client = $1 AND key_hash = $2 AND attempt = $3 AND spent_at IS NOT NULL",
};
pub(crate) const KEY_RELEASE: Statement = Statement {
    name: "idempotency_key_release",
    sql: "DELETE FROM idempotency_keys WHERE client = $1 AND key_hash = $2 AND attempt = $3 AND spent_at IS NULL",
};
pub(crate) const KEY_DROP: Statement = Statement {
    name: "idempotency_key_drop",
    sql: "DELETE FROM idempotency_keys WHERE client = $1 AND key_hash = $2 AND attempt = $3",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[
    &KEYS_FORGET,
    &KEY_CLAIM,
    &KEY,
    &KEY_TAKE_OVER,
    &KEY_SPEND,
    &KEY_ANSWER,
    &KEY_RELEASE,
    &KEY_DROP,
];

fn key(row: &Row) -> Result<StoredKey, StorageError> {
    Ok(StoredKey {
        attempt: Attempt {
            client: row.get(0)?,
            key_hash: row.get(1)?,
            number: row.get(3)?,
        },
        request_hash: row.get(2)?,
        started_at: row.get(4)?,
        spent_at: row.get(5)?,
        answer: row.get(6)?,
        expires_at: row.get(7)?,
    })
}

/// The statements of a change of this room.
pub(super) fn add(set: &mut WriteSet, change: Change) -> Result<(), StoreError> {
    let this = |attempt: &Attempt| params![attempt.client, attempt.key_hash, attempt.number];
    match change {
        Change::KeyClaimed(claimed) => {
            set.any(&KEYS_FORGET, params![claimed.started_at]);
            let Attempt {
                client,
                key_hash,
                number,
            } = claimed.attempt;
            let values = params![
                client,
                key_hash,
                claimed.request_hash,
                number,
                claimed.started_at,
                claimed.expires_at
            ];
            set.one(&KEY_CLAIM, values);
        }
        Change::KeyTakenOver(from, number, at) => {
            let values = params![from.client, from.key_hash, from.number, number, at];
            set.one(&KEY_TAKE_OVER, values);
        }
        Change::KeySpent(attempt, at) => {
            let values = params![attempt.client, attempt.key_hash, attempt.number, at];
            set.one(&KEY_SPEND, values);
        }
        Change::KeyAnswered(attempt, sealed) => {
            let values = params![attempt.client, attempt.key_hash, attempt.number, sealed];
            set.one(&KEY_ANSWER, values);
        }
        Change::KeyReleased(attempt) => drop(set.any(&KEY_RELEASE, this(&attempt))),
        Change::KeyDropped(attempt) => drop(set.any(&KEY_DROP, this(&attempt))),
        _ => return Err(StoreError::Corrupt("a change that has no statements")),
    }
    Ok(())
}

#[async_trait]
impl OnceStore for Repository {
    async fn idempotency_key(&self, client: ClientId, key_hash: [u8; 32]) -> Result<Option<StoredKey>, StoreError> {
        self.one(&KEY, params![client, key_hash], key).await
    }
}
