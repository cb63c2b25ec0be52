//! Hashes by which values are found without being stored.

use std::sync::Arc;

use aws_lc_rs::hmac;

use super::cipher::framed;

/// Makes keyed hashes (HMAC-SHA-256). Who has the database but not the key cannot try identifiers one by one.
#[derive(Clone)]
pub struct IndexKey(Arc<hmac::Key>);

impl IndexKey {
    pub(super) fn new(bytes: &[u8; 32]) -> Self {
        Self(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, bytes)))
    }

    /// The hash of a value. The label says what kind of value it is, so that an e-mail address never collides with
    /// an account name of the same text.
    pub fn hash(&self, label: &str, value: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&self.0, &framed(&[label.as_bytes(), value]));
        let mut hash = [0; 32];
        for (to, from) in hash.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        hash
    }
}
