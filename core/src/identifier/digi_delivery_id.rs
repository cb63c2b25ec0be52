//! The digiDeliveryId: how distributors and publishers of secondary education know a school.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A UUID whose case counts: it is kept exactly as it was written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DigiDeliveryId(Box<str>);

/// The text is not a UUID with hyphens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digiDeliveryId is a UUID with hyphens; its case counts")]
pub struct DigiDeliveryIdError;

impl DigiDeliveryId {
    /// Reads a digiDeliveryId and keeps its case.
    ///
    /// # Errors
    /// When the text is not a hyphenated UUID.
    pub fn parse(text: &str) -> Result<Self, DigiDeliveryIdError> {
        let hyphens = text.len() == 36
            && text
                .char_indices()
                .all(|(at, c)| (c == '-') == matches!(at, 8 | 13 | 18 | 23));
        if hyphens && uuid::Uuid::try_parse(text).is_ok() {
            Ok(Self(text.into()))
        } else {
            Err(DigiDeliveryIdError)
        }
    }

    /// The value as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DigiDeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for DigiDeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl Serialize for DigiDeliveryId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for DigiDeliveryId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_kept_and_counts() {
        let upper = DigiDeliveryId::parse("AAAAAAAA-07B8-4A17-AB18-71B8455AA7A3").unwrap();
        let lower = DigiDeliveryId::parse("aaaaaaaa-07b8-4a17-ab18-71b8455aa7a3").unwrap();
        assert_ne!(upper, lower);
        for bad in [
            "",
            "AAAAAAAA07B84A17AB1871B8455AA7A3",
            "AAAAAAAA-07B8-4A17-AB18-71B8455AA7AG",
        ] {
            assert_eq!(DigiDeliveryId::parse(bad), Err(DigiDeliveryIdError), "`{bad}`");
        }
    }
}
