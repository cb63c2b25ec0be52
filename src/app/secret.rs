//! Secrets of short life: codes and states, kept as hashes; what goes with them, sealed by the platform's key.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use crate::app::{App, sealing::KeyScope, store::StoreError};

impl App {
    /// A new secret of 256 bits, as text for an address.
    pub(in crate::app) fn new_secret(&self) -> String {
        URL_SAFE_NO_PAD.encode(sluis_core::random::bytes::<32>(&*self.random))
    }

    /// Seals a value of the service itself.
    pub(in crate::app) async fn seal_for_platform<T: Serialize>(
        &self,
        table: &'static str,
        value: &T,
    ) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(value).map_err(|_| StoreError::Corrupt("a value cannot be written"))?;
        let key = self.sealing.key(KeyScope::Platform).await?;
        key.seal(table, &Zeroizing::new(plain))
    }

    /// Opens a value of the service itself.
    pub(in crate::app) async fn open_for_platform<T: DeserializeOwned>(
        &self,
        table: &'static str,
        sealed: &[u8],
    ) -> Result<T, StoreError> {
        let key = self.sealing.key(KeyScope::Platform).await?;
        serde_json::from_slice(&key.open(table, sealed)?).map_err(|_| StoreError::Corrupt("a sealed value"))
    }
}

/// The hash under which a secret of high entropy is kept.
pub(in crate::app) fn secret_hash(secret: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, secret).as_ref());
    hash
}

/// Bytes in a value that is sealed, as base64url: an array of numbers would be nearly three times as long.
pub(in crate::app) mod base64_text {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(in crate::app) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
    }

    pub(in crate::app) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        URL_SAFE_NO_PAD.decode(text).map_err(D::Error::custom)
    }
}
