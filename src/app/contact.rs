//! Authorised contacts of a board: who may sign for it (model 4.0, article 2.3).
//!
//! Promises: a signature by a contact counts only while the contact is authorised, also when it is revoked at the same moment.
//! Deliberately absent: names. A board knows its people by a code of its own, and that is all that is kept of them.

use std::fmt;

use serde::{Serialize, Serializer};
use sluis_core::{
    id::{BoardId, ContactId},
    identifier::leak_guard,
    time::Window,
};

/// The code by which a board knows a contact. It is about a person: it is shown to the board and cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactCode(Box<str>);

/// The text is no code of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code of 1 to 40 letters, digits, dots, hyphens and underscores is expected, and no national number")]
pub struct ContactCodeError;

impl ContactCode {
    /// Reads a code. A name has a space in it, and is refused.
    ///
    /// # Errors
    /// When it is of another form, or may be a national number.
    pub fn parse(text: &str) -> Result<Self, ContactCodeError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let fits = (1..=40).contains(&text.len()) && text.bytes().all(allowed);
        if fits && leak_guard::find(text).is_none() {
            Ok(Self(text.into()))
        } else {
            Err(ContactCodeError)
        }
    }

    /// The text, for storage and for the board itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ContactCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactCode(..)")
    }
}

impl Serialize for ContactCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Somebody who may sign for a board (tekenbevoegde contactpersoon).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Our identifier.
    pub id: ContactId,
    /// The board.
    pub board: BoardId,
    /// How the board knows the person.
    pub code: ContactCode,
    /// From when until when the person may sign.
    pub window: Window,
}
