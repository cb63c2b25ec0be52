//! A signed JWT in its compact form, before anything about it is believed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, errors::ErrorKind};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

/// Larger than any token that we make or any assertion that makes sense.
const MAX_BYTES: usize = 8 * 1024;

/// A text with the three parts of a signed JWT (RFC 7515, 3.1) and a readable header.
pub(crate) struct Compact<'a> {
    text: &'a str,
    payload: &'a str,
    header: Header,
}

/// The members of the header that matter. Keys that a header brings along (`jwk`, `jku`, `x5u`, `x5c`) never do.
#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

/// Why the text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CompactError {
    Malformed,
    Signature,
}

impl<'a> Compact<'a> {
    /// Reads the header of a text of acceptable size.
    pub(crate) fn parse(text: &'a str) -> Result<Self, CompactError> {
        if text.len() > MAX_BYTES {
            return Err(CompactError::Malformed);
        }
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(CompactError::Malformed);
        };
        let header: Header = read(header)?;
        // RFC 7515, 4.1.11: an extension that is critical and not understood makes the token invalid; we know none.
        if header.crit.is_some() {
            return Err(CompactError::Malformed);
        }
        Ok(Self { text, payload, header })
    }

    /// The type that the header names.
    pub(crate) fn typ(&self) -> Option<&str> {
        self.header.typ.as_deref()
    }

    /// The key that the header names.
    pub(crate) fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// The algorithm that the header names, if it is one of these.
    pub(crate) fn algorithm(&self, accepted: &[Algorithm]) -> Option<Algorithm> {
        let named = self.header.alg.parse().ok()?;
        accepted.contains(&named).then_some(named)
    }

    /// The claims, which anybody may have written.
    pub(crate) fn unverified<T: DeserializeOwned>(&self) -> Result<T, CompactError> {
        read(self.payload)
    }

    /// The claims, if the signature is that of this key with this algorithm. Their times are checked by the caller,
    /// with our clock.
    pub(crate) fn verify<T: DeserializeOwned>(
        &self,
        key: &DecodingKey,
        algorithm: Algorithm,
    ) -> Result<T, CompactError> {
        let mut validation = Validation::new(algorithm);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        match jsonwebtoken::decode(self.text, key, &validation) {
            Ok(token) => Ok(token.claims),
            Err(error) if matches!(error.kind(), ErrorKind::InvalidSignature) => Err(CompactError::Signature),
            Err(_) => Err(CompactError::Malformed),
        }
    }
}

fn read<T: DeserializeOwned>(part: &str) -> Result<T, CompactError> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| CompactError::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| CompactError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(json: &str) -> Result<(), CompactError> {
        Compact::parse(&format!("{}.e30.AAAA", URL_SAFE_NO_PAD.encode(json))).map(|_| ())
    }

    #[test]
    fn only_three_parts_with_a_readable_header_are_taken() {
        assert_eq!(header(r#"{"alg":"RS256"}"#), Ok(()));
        for json in [
            "",
            "[]",
            r#"{"typ":"JWT"}"#,
            r#"{"alg":1}"#,
            r#"{"alg":"RS256","alg":"none"}"#,
        ] {
            assert_eq!(header(json), Err(CompactError::Malformed), "`{json}` must be refused");
        }
        let parts = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#);
        for text in [
            "",
            ".",
            "..",
            &parts,
            &format!("{parts}.e30"),
            &format!("{parts}.e30.AAAA."),
        ] {
            assert_eq!(Compact::parse(text).err(), Some(CompactError::Malformed), "`{text}`");
        }
    }

    #[test]
    fn a_critical_extension_is_refused() {
        assert_eq!(
            header(r#"{"alg":"RS256","crit":["b64"],"b64":false}"#),
            Err(CompactError::Malformed)
        );
    }

    #[test]
    fn an_oversized_text_is_not_even_read() {
        let text = format!(
            "{}.{}.AAAA",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#),
            "A".repeat(MAX_BYTES)
        );
        assert_eq!(Compact::parse(&text).err(), Some(CompactError::Malformed));
    }
}
