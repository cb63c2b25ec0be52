//! Believing the same token again without doing the arithmetic again.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use moka::sync::Cache;
use sluis_core::time::Timestamp;

use super::{AccessClaims, AccessToken, Terms, TokenError};
use crate::federation::jwks::{KeyEpoch, SigningKeys};

/// Verifies access tokens and remembers those that it believed, a bounded number of them.
///
/// What it remembers is a signature, never a decision: time and keys are looked at on every call, and the gate decides
/// each request anew.
#[derive(Debug)]
pub struct AccessVerifier {
    terms: Terms,
    believed: Cache<[u8; 32], Arc<Believed>>,
}

/// A token whose signature was right.
#[derive(Debug)]
struct Believed {
    claims: Arc<AccessClaims>,
    epoch: KeyEpoch,
    /// The end of the token or of its key, whichever comes first.
    until: Timestamp,
}

impl AccessVerifier {
    /// A verifier that remembers at most so many tokens.
    pub fn new(terms: Terms, capacity: u64) -> Self {
        Self {
            terms,
            believed: Cache::new(capacity),
        }
    }

    /// The terms of the tokens that it believes.
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Believes a token, or says why not.
    ///
    /// # Errors
    /// As [`AccessToken::verify`].
    pub fn verify(&self, text: &str, keys: &SigningKeys, now: Timestamp) -> Result<Arc<AccessClaims>, TokenError> {
        // INVARIANT: the key is a hash of the whole text, signature included: another signature is another entry.
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
        if let Some(known) = self.believed.get(&hash) {
            if known.holds(keys, now, self.terms.skew_secs) {
                return Ok(Arc::clone(&known.claims));
            }
            self.believed.invalidate(&hash);
        }
        let (claims, key_until) = AccessToken::verify_with_key(text, keys, &self.terms, now)?;
        let claims = Arc::new(claims);
        let known = Believed {
            until: key_until.map_or(claims.expires, |until| until.min(claims.expires)),
            claims: Arc::clone(&claims),
            epoch: keys.epoch(),
        };
        self.believed.insert(hash, Arc::new(known));
        Ok(claims)
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> u64 {
        self.believed.run_pending_tasks();
        self.believed.entry_count()
    }
}

impl Believed {
    fn holds(&self, keys: &SigningKeys, now: Timestamp, skew_secs: i64) -> bool {
        self.epoch == keys.epoch() && self.claims.check(now, skew_secs).is_ok() && now < self.until
    }
}
