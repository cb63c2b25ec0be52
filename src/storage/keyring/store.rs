//! The rows of the keys.

use std::sync::Arc;

use sluis_core::{
    id::SchoolId,
    random::{self, Random},
    time::{Clock, Timestamp, Year},
};
use zeroize::Zeroizing;

use super::{KeyId, KeyPurpose, SUBJECTS, Scope, cipher, error::KeyringError, master::MasterKey};
use crate::storage::{
    error::StorageError,
    executor::{Executor, Priority},
    params,
    statement::Statement,
    value::Value,
    write_set::{Expect, WriteSet},
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
const SUBJECT_KEYS: Statement = Statement {
    name: "keyring_subject_keys",
    sql: "SELECT id, purpose, wrapped FROM data_keys \
          WHERE school = $1 AND supplier = $2 AND purpose >= $3 AND purpose <= $4 ORDER BY purpose",
};
const SUBJECT_KEYS_UNTIL: Statement = Statement {
    name: "keyring_subject_keys_until",
    sql: "SELECT school, purpose FROM data_keys \
          WHERE purpose >= $1 AND purpose <= $2 ORDER BY purpose, school LIMIT $3",
};
/// A guard: the key of this year was never destroyed.
const SUBJECT_KEY_DESTROYED: Statement = Statement {
    name: "keyring_subject_key_destroyed",
    sql: "SELECT year FROM subject_keys_destroyed WHERE school = $1 AND year = $2",
};
const SUBJECT_KEY_END: Statement = Statement {
    name: "keyring_end_subject_key",
    sql: "INSERT INTO subject_keys_destroyed (school, year, destroyed_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
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
    &SUBJECT_KEYS,
    &SUBJECT_KEYS_UNTIL,
    &SUBJECT_KEY_DESTROYED,
    &SUBJECT_KEY_END,
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
        if let (Scope::School(school), KeyPurpose::Subjects(year)) = (scope, purpose) {
            // A clock that is years behind must not begin anew what was ended for good.
            let values = params![school, year.number()];
            writes.push(&SUBJECT_KEY_DESTROYED, values, Expect::Exactly(0));
        }
        writes.any(&KEY_ADD, params);
        match self.executor.write(writes, Priority::ForActs).await {
            Err(StorageError::Conflict { .. }) => Err(KeyringError::Destroyed),
            Err(error) => Err(error.into()),
            Ok(_) => Ok(()),
        }
    }

    /// The keys by which the records of a school know persons, with their years.
    pub(super) async fn subject_keys(
        &self,
        school: SchoolId,
    ) -> Result<Vec<(Year, Zeroizing<[u8; 32]>)>, KeyringError> {
        let scope = Scope::School(school);
        let [school, supplier] = parts(&scope);
        let values = params![school, supplier, format!("{SUBJECTS}0000"), format!("{SUBJECTS}9999")];
        let rows = self.executor.read(&SUBJECT_KEYS, values).await?;
        let keys = rows.iter().map(|row| {
            let (id, purpose, wrapped): (KeyId, String, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let year = KeyPurpose::year_in(&purpose).ok_or(KeyringError::Unreadable)?;
            let place = place(id, scope, KeyPurpose::Subjects(year));
            Ok((year, self.master.unwrap(&place, &wrapped)?))
        });
        keys.collect()
    }

    /// The schools with such a key of this year or an earlier one.
    pub(super) async fn subject_keys_until(&self, last: Year) -> Result<Vec<(SchoolId, Year)>, KeyringError> {
        let values = params![format!("{SUBJECTS}0000"), format!("{SUBJECTS}{last}"), LISTED];
        let rows = self.executor.read(&SUBJECT_KEYS_UNTIL, values).await?;
        let keys = rows.iter().map(|row| {
            let purpose: String = row.get(1)?;
            let year = KeyPurpose::year_in(&purpose).ok_or(KeyringError::Unreadable)?;
            Ok((row.get(0)?, year))
        });
        keys.collect()
    }
}

/// How many keys are listed at once, over all schools.
const LISTED: u16 = 100;

/// Lets a write-set fail with a conflict when the key of this year is not there.
pub(in crate::storage) fn hold_subjects(writes: &mut WriteSet, school: SchoolId, year: Year) {
    let values = columns(Scope::School(school), KeyPurpose::Subjects(year));
    writes.one(&KEY_FIND, values);
}

/// Destroys the key of a year for good; a conflict when it is not there.
pub(in crate::storage) fn destroy_subjects(writes: &mut WriteSet, school: SchoolId, year: Year, at: Timestamp) {
    writes.one(&KEY_DESTROY, columns(Scope::School(school), KeyPurpose::Subjects(year)));
    writes.any(&SUBJECT_KEY_END, params![school, year.number(), at]);
}

fn columns(scope: Scope, purpose: KeyPurpose) -> Vec<Value> {
    let [school, supplier] = parts(&scope);
    params![school, supplier, purpose.text().into_owned()]
}

/// Binds a wrapped key to its row: put in another row it does not unwrap.
fn place(id: KeyId, scope: Scope, purpose: KeyPurpose) -> Vec<u8> {
    let [school, supplier] = parts(&scope);
    cipher::framed(&[id.as_bytes(), school, supplier, purpose.text().as_bytes()])
}

fn parts(scope: &Scope) -> [&[u8]; 2] {
    match scope {
        Scope::Platform => [b"", b""],
        Scope::School(school) => [school.as_bytes(), b""],
        Scope::Supplier(supplier) => [b"", supplier.as_bytes()],
        Scope::SchoolAndSupplier(school, supplier) => [school.as_bytes(), supplier.as_bytes()],
    }
}
