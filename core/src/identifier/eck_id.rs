//! The ECK iD: the pseudonym of a person in the chain of learning materials.

use std::fmt;

use zeroize::Zeroize;

const PREFIX: &str = "https://ketenid.nl/";
const PSEUDONYM_LENGTH: usize = 128;

/// An ECK iD: `https://ketenid.nl/<segment>/<128 lower-case hexadecimal characters>`.
///
/// It is personal data (pseudonymised data stay so under the GDPR): no `Display`, no telling `Debug`, and it is
/// looked up only by a keyed hash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EckId(Box<str>);

/// Which generations of ECK iD this service takes in: the path segment names the generation or the test environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EckIdRules {
    segments: Vec<String>,
}

/// Why a text is no acceptable ECK iD. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EckIdError {
    /// Not of the published shape.
    #[error("an ECK iD is `https://ketenid.nl/`, a segment, and 128 lower-case hexadecimal characters")]
    Shape,
    /// Of the shape, but with capitals; it is refused and not repaired.
    #[error("an ECK iD is written in lower case")]
    UpperCase,
    /// A stem pseudonym, which must never leave the school's administration.
    #[error("this is a stem pseudonym: it must not leave the school's administration")]
    StemPseudonym,
    /// A segment that this service does not take, for example a test value in production.
    #[error("ECK iDs of this generation or environment are not accepted here")]
    Segment,
}

impl Default for EckIdRules {
    /// Production: segment `201703` only.
    fn default() -> Self {
        Self {
            segments: vec!["201703".to_owned()],
        }
    }
}

impl EckIdRules {
    /// Takes the listed segments. Segments that start with `sp` stay refused whatever is listed.
    pub fn new(segments: impl IntoIterator<Item = String>) -> Self {
        Self {
            segments: segments.into_iter().collect(),
        }
    }

    /// Reads an ECK iD.
    ///
    /// # Errors
    /// When it is not one, or not one of the accepted segments.
    pub fn parse(&self, text: &str) -> Result<EckId, EckIdError> {
        let (segment, pseudonym) = text
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('/'))
            .ok_or_else(|| {
                if text.to_ascii_lowercase().starts_with(PREFIX) {
                    EckIdError::UpperCase
                } else {
                    EckIdError::Shape
                }
            })?;
        if pseudonym.len() != PSEUDONYM_LENGTH || !pseudonym.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(EckIdError::Shape);
        }
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(EckIdError::UpperCase);
        }
        if segment.starts_with("sp") {
            return Err(EckIdError::StemPseudonym);
        }
        if !self.segments.iter().any(|known| known == segment) {
            return Err(EckIdError::Segment);
        }
        Ok(EckId(text.into()))
    }
}

impl EckId {
    /// The value. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EckId([personal])")
    }
}

impl Drop for EckId {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(segment: &str, pseudonym: &str) -> String {
        format!("{PREFIX}{segment}/{pseudonym}")
    }

    #[test]
    fn each_wrong_form_has_its_own_reason() {
        let rules = EckIdRules::default();
        let hex = "0123456789abcdef".repeat(8);
        assert!(rules.parse(&value("201703", &hex)).is_ok());
        for (text, error) in [
            (String::new(), EckIdError::Shape),
            (hex.clone(), EckIdError::Shape),
            (value("201703", &hex[1..]), EckIdError::Shape),
            (value("201703", &format!("{hex}0")), EckIdError::Shape),
            (value("201703", &hex.replace('f', "g")), EckIdError::Shape),
            (value("201703/x", &hex), EckIdError::Shape),
            (value("201703", &hex.to_uppercase()), EckIdError::UpperCase),
            (
                value("201703", &hex).replace("ketenid", "KetenID"),
                EckIdError::UpperCase,
            ),
            (value("sp201703", &hex), EckIdError::StemPseudonym),
            (value("sppilot", &hex), EckIdError::StemPseudonym),
            (value("pilot", &hex), EckIdError::Segment),
            (value("", &hex), EckIdError::Segment),
        ] {
            assert_eq!(rules.parse(&text).unwrap_err(), error, "length {}", text.len());
        }
    }

    #[test]
    fn a_test_environment_may_take_pilot_values_but_never_stem_pseudonyms() {
        let rules = EckIdRules::new(["pilot", "sppilot"].map(str::to_owned));
        let hex = "ab".repeat(64);
        assert!(rules.parse(&value("pilot", &hex)).is_ok());
        assert_eq!(
            rules.parse(&value("sppilot", &hex)).unwrap_err(),
            EckIdError::StemPseudonym
        );
    }

    #[test]
    fn it_cannot_be_printed() {
        let id = EckIdRules::default().parse(&value("201703", &"ab".repeat(64))).unwrap();
        assert!(!format!("{id:?}").contains("abab"));
    }
}
