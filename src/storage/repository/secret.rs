//! Secrets of the service itself: made by the first start, the same for all replicas.

use sluis_core::time::Timestamp;
use zeroize::Zeroizing;

use super::Repository;
use crate::{
    app::{sealing::KeyScope, store::StoreError},
    storage::{Priority, Row, Statement, StorageError, WriteSet, params},
};

pub(crate) const SECRET: Statement = Statement {
    name: "service_secret",
    sql: "SELECT sealed FROM service_secrets WHERE name = $1",
};
pub(crate) const SECRET_ADD: Statement = Statement {
    name: "service_secret_add",
    sql: "INSERT INTO service_secrets (name, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[&SECRET, &SECRET_ADD];

fn sealed(row: &Row) -> Result<Vec<u8>, StorageError> {
    row.get(0)
}

impl Repository {
    /// The secret of this name; the first who asks makes it.
    ///
    /// # Errors
    /// When the store does not answer, or the secret cannot be made or opened.
    pub async fn service_secret(
        &self,
        name: &'static str,
        now: Timestamp,
        make: impl FnOnce() -> Result<Zeroizing<Vec<u8>>, StoreError>,
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let key = self.sealing.key(KeyScope::Platform).await?;
        let place = format!("service_secrets/{name}");
        if let Some(found) = self.one(&SECRET, params![name], sealed).await? {
            return key.open(&place, &found);
        }
        let mut set = WriteSet::new();
        set.any(&SECRET_ADD, params![name, key.seal(&place, &make()?)?, now]);
        self.executor.write(set, Priority::ForActs).await?;
        // Another replica may have been first: what is stored counts.
        let found = self.one(&SECRET, params![name], sealed).await?;
        key.open(&place, &found.ok_or(StoreError::Corrupt("a secret of the service"))?)
    }
}
