//! Proof key for code exchange (RFC 7636): whoever brings the code shows that it also began the login.
//!
//! Only `S256`: with `plain` the challenge is the secret.

use std::fmt;

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use zeroize::Zeroizing;

/// What a client sends first: a SHA-256 in base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeChallenge([u8; 32]);

/// What it sends with the code: the text whose SHA-256 that is.
#[derive(Clone)]
pub struct CodeVerifier(Zeroizing<String>);

/// The text is not what RFC 7636 has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PkceError {
    /// Not a SHA-256 in base64url.
    #[error("`code_challenge` is the base64url form of a SHA-256: 43 characters")]
    Challenge,
    /// Not 43 to 128 unreserved characters.
    #[error("`code_verifier` has 43 to 128 letters, digits, `-`, `.`, `_` or `~`")]
    Verifier,
}

impl CodeChallenge {
    /// Reads the base64url form.
    ///
    /// # Errors
    /// When it is none of 32 bytes.
    pub fn parse(text: &str) -> Result<Self, PkceError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| PkceError::Challenge)?;
        bytes.try_into().map(Self).map_err(|_| PkceError::Challenge)
    }

    /// The challenge of a verifier.
    pub fn of(verifier: &CodeVerifier) -> Self {
        let mut challenge = [0; 32];
        challenge.copy_from_slice(digest(&SHA256, verifier.0.as_bytes()).as_ref());
        Self(challenge)
    }

    /// Whether the verifier belongs to this challenge. Takes the same time for each answer.
    pub fn is_met_by(&self, verifier: &CodeVerifier) -> bool {
        verify_slices_are_equal(&self.0, &Self::of(verifier).0).is_ok()
    }
}

impl CodeVerifier {
    /// Reads 43 to 128 unreserved characters.
    ///
    /// # Errors
    /// When there are other characters, fewer or more.
    pub fn parse(text: &str) -> Result<Self, PkceError> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if (43..=128).contains(&text.len()) && text.bytes().all(unreserved) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(PkceError::Verifier)
        }
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier([secret])")
    }
}

impl fmt::Display for CodeChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl Serialize for CodeChallenge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CodeChallenge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_standard_holds() {
        let verifier = CodeVerifier::parse(VERIFIER).unwrap();
        let challenge = CodeChallenge::parse(CHALLENGE).unwrap();
        assert!(challenge.is_met_by(&verifier));
        assert_eq!(CodeChallenge::of(&verifier).to_string(), CHALLENGE);
    }

    #[test]
    fn another_verifier_and_the_challenge_itself_do_not_meet_it() {
        let challenge = CodeChallenge::parse(CHALLENGE).unwrap();
        for text in [CHALLENGE, &VERIFIER.to_lowercase(), &format!("{VERIFIER}~")] {
            assert!(!challenge.is_met_by(&CodeVerifier::parse(text).unwrap()));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "abc",
            &CHALLENGE[1..],
            &format!("{CHALLENGE}A"),
            &CHALLENGE.replace('-', "+"),
        ] {
            assert_eq!(
                CodeChallenge::parse(text),
                Err(PkceError::Challenge),
                "`{text}` must be refused"
            );
        }
        let (short, long) = (&VERIFIER[1..], "a".repeat(129));
        for text in [short, &long, &VERIFIER.replace('-', "+"), &VERIFIER.replace('-', " ")] {
            assert_eq!(
                CodeVerifier::parse(text).err(),
                Some(PkceError::Verifier),
                "`{text}` must be refused"
            );
        }
    }

    #[test]
    fn a_verifier_is_not_printed() {
        let verifier = CodeVerifier::parse(VERIFIER).unwrap();
        assert!(!format!("{verifier:?}").contains(VERIFIER));
    }
}
