//! Fixed numbers of bytes, written as lower-case hexadecimal so that `sha256sum` gives the same text.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A fixed number of bytes, written in lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hex<const N: usize>([u8; N]);

/// A SHA-256 value, or an HMAC-SHA-256 value.
pub type Digest = Hex<32>;

/// The text is not this many bytes in lower-case hexadecimal, or the bytes are not this many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} bytes are written as twice as many lower-case hexadecimal digits")]
pub struct HexError(usize);

impl<const N: usize> Hex<N> {
    /// Nothing but zeros.
    pub const ZERO: Self = Self([0; N]);

    /// Wraps the bytes.
    pub const fn from_bytes(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// Reads the bytes, as a table keeps them.
    ///
    /// # Errors
    /// When there are more or fewer.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, HexError> {
        bytes.try_into().map(Self).map_err(|_| HexError(N))
    }

    /// Reads lower-case hexadecimal digits.
    ///
    /// # Errors
    /// When the text is in any other form.
    pub fn parse(text: &str) -> Result<Self, HexError> {
        let mut bytes = [0; N];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| HexError(N))?;
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(HexError(N));
        }
        Ok(Self(bytes))
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; N] {
        &self.0
    }

    /// Hands on the digits. Each record has several: none of them is built sign by sign, and up to 32 bytes need no memory.
    fn with_digits<T>(&self, then: impl FnOnce(&str) -> T) -> T {
        let mut room = [0; 64];
        let digits = room.get_mut(..N * 2).and_then(|digits| {
            hex::encode_to_slice(self.0, digits).ok()?;
            std::str::from_utf8(digits).ok()
        });
        match digits {
            Some(digits) => then(digits),
            None => then(&hex::encode(self.0)),
        }
    }
}

impl Digest {
    /// The hash of a leaf of the tree: SHA-256 of a zero byte and the bytes (RFC 9162, 2.1.1).
    pub fn of_leaf(bytes: &[u8]) -> Self {
        tlog_tiles::record_hash(bytes).into()
    }
}

impl From<tlog_tiles::Hash> for Digest {
    fn from(hash: tlog_tiles::Hash) -> Self {
        Self(hash.0)
    }
}
impl From<Digest> for tlog_tiles::Hash {
    fn from(digest: Digest) -> Self {
        Self(digest.0)
    }
}
impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_digits(|digits| f.write_str(digits))
    }
}
impl<const N: usize> fmt::Debug for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with_digits(|digits| serializer.serialize_str(digits))
    }
}
impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
