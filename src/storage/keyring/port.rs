//! The keyring behind the port of the use cases.

use std::sync::Arc;

use async_trait::async_trait;
use sluis_core::{id::SchoolId, time::Year};
use zeroize::Zeroizing;

use super::{IndexKey, KeyPurpose, Keyring, KeyringError, Place, Scope, SealKey, Sealed};
use crate::app::{
    sealing::{HashingKey, KeyScope, Sealing, SealingKey, Subjects},
    store::StoreError,
};

impl From<KeyScope> for Scope {
    fn from(scope: KeyScope) -> Self {
        match scope {
            KeyScope::Platform => Self::Platform,
            KeyScope::School(school) => Self::School(school),
            KeyScope::Supplier(supplier) => Self::Supplier(supplier),
        }
    }
}

impl From<KeyringError> for StoreError {
    fn from(error: KeyringError) -> Self {
        match error {
            KeyringError::Storage(error) => error.into(),
            KeyringError::Unreadable => Self::Corrupt("a sealed value does not open in its place"),
            other => Self::Unavailable(Box::new(other)),
        }
    }
}

/// Both keys of one scope.
struct Pair {
    seal: SealKey,
    index: IndexKey,
}

#[async_trait]
impl Sealing for Keyring {
    async fn key(&self, scope: KeyScope) -> Result<Arc<dyn SealingKey>, StoreError> {
        let scope = scope.into();
        Ok(Arc::new(Pair {
            seal: self.seal_key(scope).await?,
            index: self.index_key(scope).await?,
        }))
    }

    async fn subjects(&self, school: SchoolId, year: Year) -> Result<Subjects, StoreError> {
        Ok(Subjects::new(year, Arc::new(self.subject_key(school, year).await?)))
    }

    async fn subjects_of_all_years(&self, school: SchoolId) -> Result<Vec<Subjects>, StoreError> {
        let keys = self.subject_keys(school).await?.into_iter();
        Ok(keys.map(|(year, key)| Subjects::new(year, Arc::new(key))).collect())
    }

    async fn subjects_until(&self, last: Year) -> Result<Vec<(SchoolId, Year)>, StoreError> {
        Ok(self.subject_keys_until(last).await?)
    }

    async fn forget_subjects(&self, school: SchoolId, year: Year) {
        self.forget(Scope::School(school), KeyPurpose::Subjects(year)).await;
    }
}

impl HashingKey for IndexKey {
    fn hash(&self, label: &str, value: &[u8]) -> [u8; 32] {
        Self::hash(self, label, value)
    }
}

impl HashingKey for Pair {
    fn hash(&self, label: &str, value: &[u8]) -> [u8; 32] {
        self.index.hash(label, value)
    }
}

impl SealingKey for Pair {
    fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        Ok(self.seal.seal(plain, &Place::named(place))?.0)
    }

    fn open(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        Ok(self.seal.open(&Sealed(sealed.to_vec()), &Place::named(place))?)
    }
}
