//! Codes: the only texts in a record. Free text has no place in evidence, because it could be about a person.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize};

use crate::identifier::leak_guard;

/// A stable code: a reason, the name of an attribute, a category, a purpose, a channel, an operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Code(Cow<'static, str>);

/// The text cannot be a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has 1 to 64 letters, digits and signs `_ . : -`, and holds no national number")]
pub struct CodeError;

impl Code {
    /// A code that stands in the program.
    pub const fn from_static(text: &'static str) -> Self {
        debug_assert!(is_code(text.as_bytes()), "a code has its own alphabet");
        Self(Cow::Borrowed(text))
    }

    /// Reads a code.
    ///
    /// # Errors
    /// When the text has another shape, or holds what looks like a national number.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        if is_code(text.as_bytes()) && leak_guard::find(text).is_none() {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(CodeError)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn is_code(mut text: &[u8]) -> bool {
    let fits = !text.is_empty() && text.len() <= 64;
    while let [first, rest @ ..] = text {
        if !(first.is_ascii_alphanumeric() || matches!(first, b'_' | b'.' | b':' | b'-')) {
            return false;
        }
        text = rest;
    }
    fits
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl From<&'static str> for Code {
    fn from(text: &'static str) -> Self {
        Self::from_static(text)
    }
}
impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_cannot_hold_free_text_or_a_national_number() {
        for text in ["agreement_missing", "CD7", "D13", "learner.given-name", "urn:x"] {
            assert_eq!(Code::parse(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            "Jan Jansen",
            "jan@school.example",
            "a\n",
            "111222333",
            &"x".repeat(65),
        ] {
            assert_eq!(Code::parse(text), Err(CodeError), "`{text}` must be refused");
        }
    }
}
