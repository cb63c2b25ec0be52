//! The OIN: the identification number of an organisation in government systems.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Twenty positions: a prefix of eight digits that names the register, then twelve letters or digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oin([u8; 20]);

/// The text is not an OIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an OIN has 20 positions: `0000000` with a digit from 1 to 9, then capitals or digits")]
pub struct OinError;

impl Oin {
    /// Reads an OIN.
    ///
    /// # Errors
    /// When length, prefix or characters are wrong.
    pub fn parse(text: &str) -> Result<Self, OinError> {
        let (prefix, rest) = text.split_at_checked(8).ok_or(OinError)?;
        let register = prefix
            .strip_prefix("0000000")
            .is_some_and(|digit| matches!(digit.as_bytes(), [b'1'..=b'9']));
        let number = rest.len() == 12
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        let whole = text.as_bytes().try_into().map_err(|_| OinError)?;
        if register && number {
            Ok(Self(whole))
        } else {
            Err(OinError)
        }
    }

    /// The twenty characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Oin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for Oin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl Serialize for Oin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for Oin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_positions_with_a_known_register() {
        assert!(Oin::parse("00000007000099DE0000").is_ok());
        assert!(Oin::parse("00000003123456780000").is_ok());
        for bad in [
            "",
            "0000000700019HY3456",
            "00000000123456780000",
            "10000003123456780000",
            "00000003é2345678000",
        ] {
            assert_eq!(Oin::parse(bad), Err(OinError), "`{bad}`");
        }
    }
}
