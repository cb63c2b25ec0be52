//! The port to sealing: values at rest, and keyed hashes to find them by.

use std::sync::Arc;

use async_trait::async_trait;
use sluis_core::id::{SchoolId, SupplierId};
use zeroize::Zeroizing;

use crate::app::store::StoreError;

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
}

/// Seals, opens and hashes without waiting.
pub trait SealingKey: Send + Sync {
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

    /// The keyed hash (HMAC-SHA256) of a value under a label.
    fn hash(&self, label: &str, value: &[u8]) -> [u8; 32];
}
