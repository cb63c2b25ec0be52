//! The rows of the keys.

use std::sync::Arc;

use sluis_core::{
    random::{self, Random},
    time::{Clock, Timestamp},
};
use zeroize::Zeroizing;

use super::{KeyId, KeyPurpose, Scope, cipher, error::KeyringError, master::MasterKey};
use crate::storage::{
    executor::{Executor, Priority},
    params,
    statement::Statement,
    value::Value,
    write_set::WriteSet,
};

const FINGERPRINT_FIND: Statement = Statement {
    name: "keyring_find_fingerprint",
    sql: "SELECT fingerprint FROM master_key WHERE one = 1",
};
const FINGERPRINT_CLAIM: Statement = Statement {
    name: "keyring_claim_fingerprint",
    sql: "INSERT INTO master_key (one, fingerprint, created_at) VALUES (1, $1, $2) ON CONFLICT DO NOTHING",
};
const KEY_FIND: Statement = Statement {
    name: "keyring_find_key",
    sql: "SELECT id, wrapped FROM data_keys WHERE school = $1 AND supplier = $2 AND purpose = $3",
};
const KEY_ADD: Statement = Statement {
    name: "keyring_add_key",
    sql: "INSERT INTO data_keys (school, supplier, purpose, id, wrapped, created_at) \
          VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
};
const KEY_DESTROY: Statement = Statement {
    name: "keyring_destroy_key",
    sql: "DELETE FROM data_keys WHERE school = $1 AND supplier = $2 AND purpose = $3",
};
pub(super) const KEY_GUARD: Statement = Statement {
    name: "keyring_guard_key",
    sql: "SELECT id FROM data_keys WHERE id = $1",
};

/// All statements of the keyring.
pub const ALL: &[&Statement] = &[
    &FINGERPRINT_FIND,
    &FINGERPRINT_CLAIM,
    &KEY_FIND,
    &KEY_ADD,
    &KEY_DESTROY,
    &KEY_GUARD,
];

/// The fingerprint of the master key that this database was first started with.
pub(super) async fn fingerprint(executor: &dyn Executor) -> Result<Option<Vec<u8>>, KeyringError> {
    let row = executor.find(&FINGERPRINT_FIND, params![]).await?;
    Ok(row.map(|row| row.get("fingerprint")).transpose()?)
}

/// Writes the fingerprint unless another replica did; answers the one that counts.
pub(super) async fn claim(executor: &dyn Executor, own: &[u8], now: Timestamp) -> Result<Vec<u8>, KeyringError> {
    let mut writes = WriteSet::new();
    writes.any(&FINGERPRINT_CLAIM, params![own, now]);
    executor.write(writes, Priority::ForActs).await?;
    Ok(fingerprint(executor).await?.unwrap_or_default())
}

/// The wrapped data keys.
pub(super) struct Store {
    executor: Arc<dyn Executor>,
    master: MasterKey,
    random: Arc<dyn Random>,
    clock: Arc<dyn Clock>,
}

impl Store {
    pub(super) fn new(
        executor: Arc<dyn Executor>,
        master: MasterKey,
        random: Arc<dyn Random>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            executor,
            master,
            random,
            clock,
        }
    }

    /// The key, made now when there is none. When several make one at the same moment, the first row stays and all
    /// get that one.
    pub(super) async fn get(
        &self,
        scope: Scope,
        purpose: KeyPurpose,
    ) -> Result<(KeyId, Zeroizing<[u8; 32]>), KeyringError> {
        if let Some(found) = self.find(scope, purpose).await? {
            return Ok(found);
        }
        self.add(scope, purpose).await?;
        self.find(scope, purpose).await?.ok_or(KeyringError::Destroyed)
    }

    /// Deletes the row, and with it the only way to the key.
    pub(super) async fn destroy(&self, scope: Scope, purpose: KeyPurpose) -> Result<(), KeyringError> {
        let mut writes = WriteSet::new();
        writes.any(&KEY_DESTROY, columns(scope, purpose));
        self.executor.write(writes, Priority::ForActs).await?;
        Ok(())
    }

    async fn find(
        &self,
        scope: Scope,
        purpose: KeyPurpose,
    ) -> Result<Option<(KeyId, Zeroizing<[u8; 32]>)>, KeyringError> {
        let Some(row) = self.executor.find(&KEY_FIND, columns(scope, purpose)).await? else {
            return Ok(None);
        };
        let id = row.get("id")?;
        let wrapped: Vec<u8> = row.get("wrapped")?;
        let key = self.master.unwrap(&place(id, scope, purpose), &wrapped)?;
        Ok(Some((id, key)))
    }

    async fn add(&self, scope: Scope, purpose: KeyPurpose) -> Result<(), KeyringError> {
        let random = self.random.as_ref();
        let now = self.clock.now();
        let id = KeyId::generate(now, random);
        let key = Zeroizing::new(random::bytes::<32>(random));
        let wrapped = self.master.wrap(random, &place(id, scope, purpose), &key)?;
        let mut params = columns(scope, purpose);
        params.extend(params![id, wrapped, now]);
        let mut writes = WriteSet::new();
        writes.any(&KEY_ADD, params);
        self.executor.write(writes, Priority::ForActs).await?;
        Ok(())
    }
}

fn columns(scope: Scope, purpose: KeyPurpose) -> Vec<Value> {
    let [school, supplier] = parts(&scope);
    params![school, supplier, purpose.as_str()]
}

/// Binds a wrapped key to its row: put in another row it does not unwrap.
fn place(id: KeyId, scope: Scope, purpose: KeyPurpose) -> Vec<u8> {
    let [school, supplier] = parts(&scope);
    cipher::framed(&[id.as_bytes(), school, supplier, purpose.as_str().as_bytes()])
}

fn parts(scope: &Scope) -> [&[u8]; 2] {
    match scope {
        Scope::Platform => [b"", b""],
        Scope::School(school) => [school.as_bytes(), b""],
        Scope::Supplier(supplier) => [b"", supplier.as_bytes()],
        Scope::SchoolAndSupplier(school, supplier) => [school.as_bytes(), supplier.as_bytes()],
    }
}
