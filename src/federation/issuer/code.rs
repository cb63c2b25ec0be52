//! Authorization codes.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// The secret that a browser carries from us to the supplier: 32 random bytes in base64url, drawn by the use case that
/// keeps its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationCode(Zeroizing<String>);

/// The text cannot be a code of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`code` is not one of ours")]
pub struct CodeError;

impl AuthorizationCode {
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
    use super::*;

    #[test]
    fn a_code_comes_back_as_it_went_and_is_not_printed() {
        let text = URL_SAFE_NO_PAD.encode([7; 32]);
        let code = AuthorizationCode::parse(&text).unwrap();
        assert_eq!((code.expose(), code.expose().len()), (text.as_str(), 43));
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
