//! The withdrawal fence: evidence holds it shared, a withdrawal holds it alone.
//!
//! Schools and clients share a fixed number of locks each, since the server has room for some thousands of locks in all
//! and a batch may be about a thousand schools. Two that share a lock wait for each other's withdrawals, no more.
//! The key of a lock is made of the schema and its number, since advisory locks are shared by a whole database. Take the
//! fence in a statement of its own and read the epoch in the next, at READ COMMITTED: only then does the read see
//! what a withdrawal that was waited for has written.
//!
//! INVARIANT: everybody locks in one order, or two would wait for each other: the turn of acts, the fences by their keys, the
//! rows that are written, the row of the stream.

use aws_lc_rs::digest;

use super::{Postgres, Transaction, bind};
use crate::storage::{error::StorageError, write_set::Fence};

/// So many locks stand for all clients; for schools it is 256.
const CLIENT_LOCKS: u8 = 64;

impl Postgres {
    /// Waits until no withdrawal is under way from these schools and clients, and holds off new ones until the transaction
    /// ends.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] when a withdrawal takes longer than the lock time-out.
    pub async fn hold_shared(
        &self,
        transaction: &Transaction<'_>,
        fences: impl IntoIterator<Item = Fence>,
    ) -> Result<(), StorageError> {
        lock(
            transaction,
            "SELECT pg_advisory_xact_lock_shared(key) FROM unnest($1::bigint[]) AS key",
            keys(self.namespace(), fences),
        )
        .await
    }
}

/// Waits until no evidence of these schools and clients is being committed, and holds off new evidence until the transaction
/// ends.
pub(super) async fn hold_alone(
    transaction: &Transaction<'_>,
    namespace: &str,
    fences: &[Fence],
) -> Result<(), StorageError> {
    if fences.is_empty() {
        return Ok(());
    }
    lock(
        transaction,
        "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key",
        keys(namespace, fences.iter().copied()),
    )
    .await
}

/// Waits for the acts of all replicas that came first. INVARIANT: acts read what they rest on (limits, what is open, an
/// epoch) at READ COMMITTED, so that two at once would both find the place free.
pub(super) async fn take_turn(transaction: &Transaction<'_>, namespace: &str) -> Result<(), StorageError> {
    lock(
        transaction,
        "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key",
        vec![key(namespace, "act", &[])],
    )
    .await
}

async fn lock(transaction: &Transaction<'_>, sql: &str, keys: Vec<i64>) -> Result<(), StorageError> {
    let failed = |error: tokio_postgres::Error| bind::failed("fence", &error);
    let statement = transaction.prepare_cached(sql).await.map_err(failed)?;
    transaction.execute(&statement, &[&keys]).await.map_err(failed)?;
    Ok(())
}

/// The keys in the one order that all take them in, so that two transactions cannot wait for each other.
fn keys(namespace: &str, fences: impl IntoIterator<Item = Fence>) -> Vec<i64> {
    let mut keys: Vec<i64> = fences
        .into_iter()
        .map(|fence| match fence {
            Fence::School(school) => key(namespace, "school", &[spread(school.as_bytes())]),
            Fence::Client(client) => key(namespace, "client", &[spread(client.as_bytes()) % CLIENT_LOCKS]),
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// A byte that ids of one time do not have in common.
fn spread(id: &[u8; 16]) -> u8 {
    let hash = digest::digest(&digest::SHA256, id);
    hash.as_ref().first().copied().unwrap_or_default()
}

/// The key of an advisory lock.
pub(super) fn key(namespace: &str, kind: &str, id: &[u8]) -> i64 {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in [namespace.as_bytes(), kind.as_bytes(), id] {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hash = hash.finish();
    hash.as_ref()
        .first_chunk()
        .map_or(0, |bytes: &[u8; 8]| i64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use sluis_core::id::{ClientId, SchoolId};
    use uuid::Uuid;

    use super::*;

    fn school(number: u128) -> Fence {
        Fence::School(SchoolId::from_uuid(Uuid::from_u128(number)))
    }

    fn client(number: u128) -> Fence {
        Fence::Client(ClientId::from_uuid(Uuid::from_u128(number)))
    }

    #[test]
    fn keys_differ_by_schema_kind_and_id_and_have_one_order() {
        let (one, other) = (school(1), school(2));
        assert_eq!(keys("a", [one, other, one]), keys("a", [other, one]));
        assert_eq!(keys("a", [one, other]).len(), 2);
        assert_eq!(keys("a", [client(1), one]), keys("a", [one, client(1)]));
        assert_eq!(keys("a", [one, client(1)]).len(), 2);
        assert_ne!(key("a", "school", &[1]), key("b", "school", &[1]));
        assert_ne!(key("ab", "c", &[]), key("a", "bc", &[]));
    }

    /// A batch of 1,024 entries on each of many replicas must not use up the table of locks (by default 6,400).
    #[test]
    fn however_many_schools_and_clients_the_locks_are_few() {
        let all = (0..10_000).flat_map(|number| [school(number), client(number)]);
        assert_eq!(keys("a", all).len(), 256 + usize::from(CLIENT_LOCKS));
    }
}
