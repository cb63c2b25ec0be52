//! The port to sealing: values at rest, and keyed hashes to find them by.
//!
//! Records know persons by hashes under a key of their school and calendar year ([`Subjects`]). When the records of a year have
//! been kept long enough that key is destroyed, and nobody finds a person in them any more; the records themselves stay as they are.

use std::sync::Arc;

use async_trait::async_trait;
use sluis_core::{
    id::{PersonId, SchoolId, SupplierId},
    ledger::Digest,
    time::Year,
};
use zeroize::Zeroizing;

use crate::app::store::StoreError;

/// The label under which persons of records are hashed, by a key that hashes nothing else.
const SUBJECT: &str = "subject";

/// Whose key seals: destroying it makes everything under it unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyScope {
    /// Logins under way and other things of the service itself.
    Platform,
    /// Everything about the persons of one school.
    School(SchoolId),
    /// The accounts of one supplier.
    Supplier(SupplierId),
}

/// Gives out keys, made at first use.
#[async_trait]
pub trait Sealing: Send + Sync {
    /// The key of a scope.
    async fn key(&self, scope: KeyScope) -> Result<Arc<dyn SealingKey>, StoreError>;

    /// How the records of a school and year know persons. INVARIANT: the year of a record is that of its moment, so that a key
    /// that is destroyed is the key of no other record.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], also for a year whose key was destroyed: nothing is recorded under it any more.
    async fn subjects(&self, school: SchoolId, year: Year) -> Result<Subjects, StoreError>;

    /// The same for every year whose key is there, the earliest first. It is not from memory: a key that was destroyed is gone.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn subjects_of_all_years(&self, school: SchoolId) -> Result<Vec<Subjects>, StoreError>;

    /// The schools that have such a key of this year or an earlier one, each with its year: some of them, the earliest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    async fn subjects_until(&self, last: Year) -> Result<Vec<(SchoolId, Year)>, StoreError>;

    /// Drops a key that was destroyed from memory. Another replica may have it for five minutes more.
    async fn forget_subjects(&self, school: SchoolId, year: Year);
}

/// How the records of one school and calendar year know persons.
#[derive(Clone)]
pub struct Subjects {
    year: Year,
    key: Arc<dyn HashingKey>,
}

impl Subjects {
    /// By this key.
    pub fn new(year: Year, key: Arc<dyn HashingKey>) -> Self {
        Self { year, key }
    }

    /// The year.
    pub const fn year(&self) -> Year {
        self.year
    }

    /// The keyed hash of a person.
    pub fn of(&self, person: PersonId) -> Digest {
        Digest::from_bytes(self.key.hash(SUBJECT, person.as_bytes()))
    }
}

impl HashingKey for Subjects {
    fn hash(&self, label: &str, value: &[u8]) -> [u8; 32] {
        self.key.hash(label, value)
    }
}

/// Hashes without waiting.
pub trait HashingKey: Send + Sync {
    /// The keyed hash (HMAC-SHA256) of a value under a label.
    fn hash(&self, label: &str, value: &[u8]) -> [u8; 32];
}

/// Seals, opens and hashes without waiting.
pub trait SealingKey: HashingKey {
    /// Seals a value for one place (a row); elsewhere it cannot be opened.
    ///
    /// # Errors
    /// When the cipher fails.
    fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError>;

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// When the value was altered, was sealed for another place or under another key.
    fn open(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError>;
}
