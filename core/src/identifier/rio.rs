//! The number of an education provider in RIO, the register of institutions and education.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An onderwijsaanbieder in RIO: three digits, a capital, three digits, for example `104A158`.
/// The formal pattern is not published; this is the shape of the published example.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RioId([u8; 7]);

/// The text is not the number of an education provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a RIO id is three digits, a capital and three digits, for example `104A158`")]
pub struct RioIdError;

impl RioId {
    /// Reads a RIO id.
    ///
    /// # Errors
    /// When the text has any other form.
    pub fn parse(text: &str) -> Result<Self, RioIdError> {
        let bytes: [u8; 7] = text.as_bytes().try_into().map_err(|_| RioIdError)?;
        let fits = bytes.iter().enumerate().all(|(place, byte)| match place {
            3 => byte.is_ascii_uppercase(),
            _ => byte.is_ascii_digit(),
        });
        if fits { Ok(Self(bytes)) } else { Err(RioIdError) }
    }

    /// The seven characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for RioId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for RioId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl Serialize for RioId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for RioId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_a_capital_three_digits() {
        assert_eq!(RioId::parse("104A158").unwrap().to_string(), "104A158");
        for bad in ["", "104a158", "1041158", "104A15", "A104158"] {
            assert_eq!(RioId::parse(bad), Err(RioIdError), "`{bad}`");
        }
    }
}
