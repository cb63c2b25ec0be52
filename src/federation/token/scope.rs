//! Scope: words that say what a token may be used for.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A set of scope words, in order (RFC 6749, 3.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope(BTreeSet<String>);

/// So many characters at most: strangers choose them, and a login keeps them.
const LONGEST: usize = 1024;

/// The text is not a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a scope is at most 32 words with one space between them, 1024 characters in all")]
pub struct ScopeError;

impl Scope {
    /// Reads words with one space between them.
    ///
    /// # Errors
    /// When there is no word, too many or too long ones, or one with a sign that RFC 6749 does not allow.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        if text.len() > LONGEST {
            return Err(ScopeError);
        }
        let words: BTreeSet<String> = text.split(' ').map(str::to_owned).collect();
        let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        if words.len() <= 32 && words.iter().all(|word| !word.is_empty() && word.bytes().all(allowed)) {
            Ok(Self(words))
        } else {
            Err(ScopeError)
        }
    }

    /// Whether the word is in it.
    pub fn holds(&self, word: &str) -> bool {
        self.0.contains(word)
    }

    /// Whether there is no word in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl<'a> FromIterator<&'a str> for Scope {
    fn from_iter<I: IntoIterator<Item = &'a str>>(words: I) -> Self {
        Self(words.into_iter().map(str::to_owned).collect())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, word) in self.words().enumerate() {
            let space = if place == 0 { "" } else { " " };
            write!(f, "{space}{word}")?;
        }
        Ok(())
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_a_set_in_order() {
        let scope = Scope::parse("openid learners.read openid").unwrap();
        assert_eq!(scope.to_string(), "learners.read openid");
        assert!(scope.holds("openid") && !scope.holds("open"));
    }

    #[test]
    fn other_texts_are_refused() {
        let many = (0..33).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        let long = "a".repeat(LONGEST + 1);
        for text in [
            "", " ", "a  b", " a", "a ", "a\tb", "a\"b", "a\\b", "\u{e9}", &many, &long,
        ] {
            assert_eq!(Scope::parse(text), Err(ScopeError), "`{text}` must be refused");
        }
        assert!(Scope::parse(&"a".repeat(LONGEST)).is_ok());
    }
}
