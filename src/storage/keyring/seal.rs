//! Values that only their key opens, and only in their own row.

use std::{collections::BTreeSet, fmt, sync::Arc};

use aws_lc_rs::aead::LessSafeKey;
use sluis_core::{id::SchoolId, random::Random};
use zeroize::Zeroizing;

use super::{KeyId, cipher, error::KeyringError, store};
use crate::storage::{
    value::{FromValue, Value},
    write_set::{Expect, WriteSet},
};

/// The first byte of every sealed value: how it is made.
const VERSION: u8 = 1;

/// The row that a sealed value belongs to. Moved to another row it does not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(Vec<u8>);

impl Place {
    /// A row of a school's table; `id` is what tells the row from the others of that table and school.
    pub fn of_school(table: &'static str, school: SchoolId, id: &[u8]) -> Self {
        Self(cipher::framed(&[table.as_bytes(), school.as_bytes(), id]))
    }

    /// A place that the caller has given a name of its own.
    pub fn named(name: &str) -> Self {
        Self(cipher::framed(&[name.as_bytes()]))
    }

    /// A row of a table that belongs to no school.
    pub fn of_platform(table: &'static str, id: &[u8]) -> Self {
        Self(cipher::framed(&[table.as_bytes(), b"", id]))
    }
}

/// A sealed value: version, id of the key, nonce, ciphertext, tag.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[sealed, {} bytes]", self.0.len())
    }
}
impl From<Sealed> for Value {
    fn from(sealed: Sealed) -> Self {
        Self::Bytes(sealed.0)
    }
}
impl FromValue for Sealed {
    const EXPECTED: &'static str = "a sealed value";
    fn from_value(value: &Value) -> Option<Self> {
        Vec::from_value(value).map(Self)
    }
}

/// Seals and opens values (AES-256-GCM).
#[derive(Clone)]
pub struct SealKey {
    id: KeyId,
    key: Arc<LessSafeKey>,
    random: Arc<dyn Random>,
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[key {}]", self.id)
    }
}

impl SealKey {
    pub(super) fn new(id: KeyId, bytes: &[u8; 32], random: Arc<dyn Random>) -> Result<Self, KeyringError> {
        Ok(Self {
            id,
            key: Arc::new(cipher::key(bytes)?),
            random,
        })
    }

    /// The key's own identifier.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Seals a value for its row.
    ///
    /// # Errors
    /// [`KeyringError::TooLong`] beyond 64 GiB.
    pub fn seal(&self, plain: &[u8], place: &Place) -> Result<Sealed, KeyringError> {
        cipher::seal(&self.key, self.random.as_ref(), self.head(), &place.0, plain).map(Sealed)
    }

    /// Opens a value in its row.
    ///
    /// # Errors
    /// [`KeyringError::Unreadable`] when it was sealed with another key or for another row, or was changed.
    pub fn open(&self, sealed: &Sealed, place: &Place) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        cipher::open(&self.key, &self.head(), &place.0, &sealed.0)
    }

    /// Lets a write-set fail with a conflict when this key was destroyed meanwhile. Every write-set that stores a
    /// sealed value has this, so that no replica stores what nobody can read.
    pub fn guard(&self, writes: &mut WriteSet) {
        writes.push(&store::KEY_GUARD, crate::params![self.id], Expect::Exactly(1));
    }

    fn head(&self) -> Vec<u8> {
        let mut head = vec![VERSION];
        head.extend_from_slice(self.id.as_bytes());
        head
    }
}

/// The same as [`SealKey::guard`] for values whose key is not at hand: each says in its head which one it was.
pub(in crate::storage) fn guard_keys_of<'a>(writes: &mut WriteSet, sealed: impl IntoIterator<Item = &'a [u8]>) {
    let heads = sealed.into_iter().filter_map(|sealed| sealed.split_first_chunk::<17>());
    let keys: BTreeSet<[u8; 16]> = heads.map(|([_, id @ ..], _)| *id).collect();
    for key in keys {
        writes.push(&store::KEY_GUARD, crate::params![key], Expect::Exactly(1));
    }
}

#[cfg(test)]
mod tests {
    use sluis_core::random::SeededRandom;
    use uuid::Uuid;

    use super::*;

    fn key(id: u128, byte: u8) -> SealKey {
        let random = Arc::new(SeededRandom::new(1));
        SealKey::new(KeyId::from_uuid(Uuid::from_u128(id)), &[byte; 32], random).unwrap()
    }

    fn school(number: u128) -> SchoolId {
        SchoolId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn a_value_opens_in_its_own_row_only() {
        let key = key(1, 1);
        let place = Place::of_school("persons", school(1), b"a");
        let sealed = key.seal(b"Saar", &place).unwrap();
        assert_eq!(key.open(&sealed, &place).unwrap().as_slice(), b"Saar");
        for other in [
            Place::of_school("persons", school(1), b"b"),
            Place::of_school("persons", school(2), b"a"),
            Place::of_school("accounts", school(1), b"a"),
            Place::of_platform("persons", b"a"),
        ] {
            assert!(
                matches!(key.open(&sealed, &other), Err(KeyringError::Unreadable)),
                "{other:?}"
            );
        }
    }

    #[test]
    fn no_byte_of_it_may_change() {
        let key = key(1, 1);
        let place = Place::of_platform("sessions", b"a");
        let sealed = key.seal(b"Saar", &place).unwrap();
        for position in 0..sealed.0.len() {
            let mut changed = sealed.clone();
            changed.0[position] ^= 1;
            assert!(key.open(&changed, &place).is_err(), "byte {position}");
        }
        for length in 0..sealed.0.len() {
            let short = Sealed(sealed.0[..length].to_vec());
            assert!(key.open(&short, &place).is_err(), "length {length}");
        }
    }

    #[test]
    fn another_key_does_not_open_it_whatever_its_id_says() {
        let place = Place::of_platform("sessions", b"a");
        let sealed = key(1, 1).seal(b"Saar", &place).unwrap();
        assert!(key(1, 2).open(&sealed, &place).is_err());
        assert!(key(2, 1).open(&sealed, &place).is_err());
    }

    #[test]
    fn the_same_value_is_never_sealed_the_same() {
        let key = key(1, 1);
        let place = Place::of_platform("sessions", b"a");
        assert_ne!(key.seal(b"Saar", &place).unwrap(), key.seal(b"Saar", &place).unwrap());
    }
}
