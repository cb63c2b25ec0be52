//! The withdrawal fence: evidence holds it shared, a withdrawal holds it alone.
//!
//! The key of a lock is made of the schema and the school, since advisory locks are shared by a whole database. Take the
//! fence in a statement of its own and read the epoch in the next, at READ COMMITTED: only then does the read see
//! what a withdrawal that was waited for has written.

use aws_lc_rs::digest;
use sluis_core::id::SchoolId;

use super::{Postgres, Transaction, bind};
use crate::storage::error::StorageError;

impl Postgres {
    /// Waits until no withdrawal of these schools is under way, and holds off new ones until the transaction ends.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] when a withdrawal takes longer than the lock time-out.
    pub async fn hold_shared(
        &self,
        transaction: &Transaction<'_>,
        schools: impl IntoIterator<Item = SchoolId>,
    ) -> Result<(), StorageError> {
        lock(
            transaction,
            "SELECT pg_advisory_xact_lock_shared(key) FROM unnest($1::bigint[]) AS key",
            keys(self.namespace(), schools),
        )
        .await
    }
}

/// Waits until no evidence of these schools is being committed, and holds off new evidence until the transaction ends.
pub(super) async fn hold_alone(
    transaction: &Transaction<'_>,
    namespace: &str,
    schools: &[SchoolId],
) -> Result<(), StorageError> {
    if schools.is_empty() {
        return Ok(());
    }
    lock(
        transaction,
        "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key",
        keys(namespace, schools.iter().copied()),
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
fn keys(namespace: &str, schools: impl IntoIterator<Item = SchoolId>) -> Vec<i64> {
    let mut keys: Vec<i64> = schools
        .into_iter()
        .map(|school| key(namespace, "school", school.as_bytes()))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
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
    use super::*;

    #[test]
    fn keys_differ_by_schema_kind_and_id_and_have_one_order() {
        let school = SchoolId::from_uuid(uuid::Uuid::from_u128(1));
        let other = SchoolId::from_uuid(uuid::Uuid::from_u128(2));
        assert_eq!(keys("a", [school, other, school]), keys("a", [other, school]));
        assert_eq!(keys("a", [school, other]).len(), 2);
        assert_ne!(key("a", "school", &[1]), key("b", "school", &[1]));
        assert_ne!(key("ab", "c", &[]), key("a", "bc", &[]));
    }
}
