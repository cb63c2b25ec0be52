//! Keys, and values sealed with them.
//!
//! | key | kept | for |
//! |---|---|---|
//! | master key | outside of the database: file, environment or command | wraps the data keys |
//! | data key of the platform | `data_keys`, wrapped | login sessions, codes, signing keys of tokens |
//! | data keys of a school | `data_keys`, wrapped | persons, and the hashes by which they are found |
//! | data keys of a supplier | `data_keys`, wrapped | the hashes by which accounts are found |
//! | data keys of a school and year | `data_keys`, wrapped | the hashes by which records know persons |
//! | data keys of a school and supplier | `data_keys`, wrapped | accounts and results |
//!
//! A data key is made at its first use. Destroying it makes everything sealed with it unreadable for good; another
//! replica may have it in memory for five minutes more, and the guard in each write-set that stores a sealed value keeps
//! it from writing with it. The key of a year by which records know persons is never made again.
//!
//! Deliberately absent: a way to print a key, and a way to open a value in another row than its own.

mod cipher;
mod error;
mod index;
mod master;
mod port;
mod seal;
mod store;

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use moka::future::Cache;
use sluis_core::{
    id::{Id, SchoolId, SupplierId},
    random::Random,
    time::{Clock, Year},
};

pub(in crate::storage) use self::seal::guard_keys_of;
use self::store::Store;
pub(in crate::storage) use self::store::{destroy_subjects, hold_subjects};
pub use self::{
    error::KeyringError,
    index::IndexKey,
    master::MasterKeySource,
    seal::{Place, SealKey, Sealed},
    store::ALL,
};
use super::executor::Executor;

/// How long an unwrapped key may stay in memory after another replica destroyed it.
const KEPT: Duration = Duration::from_secs(300);

/// How many unwrapped keys stay in memory.
const KEYS: u64 = 20_000;

/// A data key, for [`KeyId`].
pub enum DataKey {}
impl sluis_core::id::Kind for DataKey {
    const NAME: &'static str = "data key";
}

/// Identifies a data key; stands in front of every value sealed with it.
pub type KeyId = Id<DataKey>;

/// Whose data a key protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// What belongs to no school: login sessions, codes, signing keys.
    Platform,
    /// A school's own.
    School(SchoolId),
    /// What a supplier has at all schools: the hashes by which its accounts are found.
    Supplier(SupplierId),
    /// What a school has with a supplier: accounts and results.
    SchoolAndSupplier(SchoolId, SupplierId),
}

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyPurpose {
    /// Seals values.
    Seal,
    /// Makes the hashes by which values are found.
    Index,
    /// Makes the hashes by which the records of this year know persons.
    Subjects(Year),
}

/// What stands before the year.
const SUBJECTS: &str = "subject-";

impl KeyPurpose {
    fn text(self) -> Cow<'static, str> {
        match self {
            Self::Seal => "seal".into(),
            Self::Index => "index".into(),
            Self::Subjects(year) => format!("{SUBJECTS}{year}").into(),
        }
    }

    /// The year of a key by which records know persons.
    fn year_in(text: &str) -> Option<Year> {
        Year::parse(text.strip_prefix(SUBJECTS)?).ok()
    }
}

/// The keys of this service.
pub struct Keyring {
    store: Store,
    random: Arc<dyn Random>,
    seal_keys: Cache<Scope, SealKey>,
    index_keys: Cache<(Scope, KeyPurpose), IndexKey>,
    made: Option<PathBuf>,
}

impl Keyring {
    /// Opens the keys with the master key. The very first start of a database makes a key file when there is none.
    ///
    /// # Errors
    /// When the master key is missing, malformed, or not the one that this database was first started with.
    pub async fn open(
        executor: Arc<dyn Executor>,
        source: &MasterKeySource,
        random: Arc<dyn Random>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, KeyringError> {
        let known = store::fingerprint(executor.as_ref()).await?;
        let (master, made) = match source.load().await {
            Err(KeyringError::MasterKeyMissing { .. }) if known.is_none() => source.create(random.as_ref()).await?,
            loaded => (loaded?, None),
        };
        let known = match known {
            Some(known) => known,
            None => store::claim(executor.as_ref(), &master.fingerprint(), clock.now()).await?,
        };
        if !master.has_fingerprint(&known) {
            return Err(KeyringError::MasterKeyDiffers {
                place: source.to_string(),
            });
        }
        if let Some(path) = &made {
            tracing::warn!(
                path = %path.display(),
                "made a master key: keep a copy of this file apart from the database, nothing can be read without it"
            );
        }
        Ok(Self {
            store: Store::new(executor, master, Arc::clone(&random), clock),
            random,
            seal_keys: Cache::builder().max_capacity(KEYS).time_to_live(KEPT).build(),
            index_keys: Cache::builder().max_capacity(KEYS).time_to_live(KEPT).build(),
            made,
        })
    }

    /// The key file that this start made, if it made one.
    pub fn made_key_file(&self) -> Option<&Path> {
        self.made.as_deref()
    }

    /// The key that seals values of this scope; made when there is none.
    ///
    /// # Errors
    /// When the database does not answer or the key cannot be unwrapped.
    pub async fn seal_key(&self, scope: Scope) -> Result<SealKey, KeyringError> {
        if let Some(key) = self.seal_keys.get(&scope).await {
            return Ok(key);
        }
        let (id, bytes) = self.store.get(scope, KeyPurpose::Seal).await?;
        let key = SealKey::new(id, &bytes, Arc::clone(&self.random))?;
        self.seal_keys.insert(scope, key.clone()).await;
        Ok(key)
    }

    /// The key that hashes values of this scope for look-ups; made when there is none.
    ///
    /// # Errors
    /// When the database does not answer or the key cannot be unwrapped.
    pub async fn index_key(&self, scope: Scope) -> Result<IndexKey, KeyringError> {
        self.hashing_key(scope, KeyPurpose::Index).await
    }

    /// The key by which the records of a school and year know persons; made when there is none.
    ///
    /// # Errors
    /// As [`index_key`](Self::index_key); [`KeyringError::Destroyed`] for a year whose key was destroyed, unless it is still in
    /// memory.
    pub async fn subject_key(&self, school: SchoolId, year: Year) -> Result<IndexKey, KeyringError> {
        self.hashing_key(Scope::School(school), KeyPurpose::Subjects(year))
            .await
    }

    /// The same for every year whose key is there, the earliest first; never from memory.
    ///
    /// # Errors
    /// As [`index_key`](Self::index_key).
    pub async fn subject_keys(&self, school: SchoolId) -> Result<Vec<(Year, IndexKey)>, KeyringError> {
        let keys = self.store.subject_keys(school).await?.into_iter();
        Ok(keys.map(|(year, bytes)| (year, IndexKey::new(&bytes))).collect())
    }

    /// The schools that have such a key of this year or an earlier one: some of them, the earliest first.
    ///
    /// # Errors
    /// As [`index_key`](Self::index_key).
    pub async fn subject_keys_until(&self, last: Year) -> Result<Vec<(SchoolId, Year)>, KeyringError> {
        self.store.subject_keys_until(last).await
    }

    async fn hashing_key(&self, scope: Scope, purpose: KeyPurpose) -> Result<IndexKey, KeyringError> {
        if let Some(key) = self.index_keys.get(&(scope, purpose)).await {
            return Ok(key);
        }
        let (_, bytes) = self.store.get(scope, purpose).await?;
        let key = IndexKey::new(&bytes);
        self.index_keys.insert((scope, purpose), key.clone()).await;
        Ok(key)
    }

    /// Destroys a key: what was sealed with it can never be read again, what was hashed with it never found.
    ///
    /// # Errors
    /// When the database does not answer; the key may then still be there.
    pub async fn destroy(&self, scope: Scope, purpose: KeyPurpose) -> Result<(), KeyringError> {
        self.store.destroy(scope, purpose).await?;
        self.forget(scope, purpose).await;
        Ok(())
    }

    async fn forget(&self, scope: Scope, purpose: KeyPurpose) {
        match purpose {
            KeyPurpose::Seal => {
                self.seal_keys.invalidate(&scope).await;
                self.seal_keys.run_pending_tasks().await;
            }
            KeyPurpose::Index | KeyPurpose::Subjects(_) => {
                self.index_keys.invalidate(&(scope, purpose)).await;
                self.index_keys.run_pending_tasks().await;
            }
        }
    }
}
