//! Authorization codes.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sluis_core::random::{self, Random};
use zeroize::Zeroizing;

/// The secret that a browser carries from us to the supplier: 32 random bytes in base64url. We keep its hash only.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationCode(Zeroizing<String>);

/// The text cannot be a code of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`code` is not one of ours")]
pub struct CodeError;

impl AuthorizationCode {
    /// Draws a new code.
    pub fn generate(random: &dyn Random) -> Self {
        let bytes = Zeroizing::new(random::bytes::<32>(random));
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes)))
    }

    /// Reads a code that came back.
    ///
    /// # Errors
    /// When it is not 32 bytes in base64url.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        match URL_SAFE_NO_PAD.decode(text) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(Zeroizing::new(text.to_owned()))),
            _ => Err(CodeError),
        }
    }

    /// SHA-256 of the code: what it is kept and found by.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, self.0.as_bytes()).as_ref());
        hash
    }

    /// The secret text. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AuthorizationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthorizationCode([secret])")
    }
}

#[cfg(test)]
mod tests {
    use sluis_core::random::SeededRandom;

    use super::*;

    #[test]
    fn a_code_comes_back_as_it_went_and_is_not_printed() {
        let random = SeededRandom::new(1);
        let code = AuthorizationCode::generate(&random);
        assert_eq!(code.expose().len(), 43);
        assert_eq!(AuthorizationCode::parse(code.expose()).unwrap().hash(), code.hash());
        assert_ne!(AuthorizationCode::generate(&random).hash(), code.hash());
        assert!(!format!("{code:?}").contains(code.expose()));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "abc",
            &"A".repeat(42),
            &"A".repeat(44),
            &"+".repeat(43),
            &"B".repeat(43),
        ] {
            assert_eq!(
                AuthorizationCode::parse(text).err(),
                Some(CodeError),
                "`{text}` must be refused"
            );
        }
    }
}
