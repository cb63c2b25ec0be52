//! Restrictions and objections (GDPR 18 and 21): a school puts on record that the data of a person may not be processed.
//!
//! Promises: when the call has answered, nothing about this person is released to any supplier, by any token, and suppliers
//! do not learn why. It follows the person: whoever leaves the roster and comes back by any key that they were ever known by
//! there is still restricted. Deliberately absent: who asked for it and why; that is in the school's own files.

use std::collections::BTreeSet;

use sluis_core::{
    id::{PersonId, RestrictionId, SchoolId},
    time::Window,
};

/// Why the data of a person may not be processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ground {
    /// The processing is restricted (beperking, GDPR 18).
    Restriction,
    /// The person objected and the school has not decided otherwise (bezwaar, GDPR 21).
    Objection,
}

/// The text names no ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ground is `restriction` or `objection`")]
pub struct GroundError;

impl Ground {
    /// All grounds.
    pub const ALL: [Self; 2] = [Self::Restriction, Self::Objection];

    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Restriction => "restriction",
            Self::Objection => "objection",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// When no ground has it.
    pub fn parse(text: &str) -> Result<Self, GroundError> {
        Self::ALL
            .into_iter()
            .find(|ground| ground.as_str() == text)
            .ok_or(GroundError)
    }
}

/// The keyed hashes of everything by which one person was ever known at a school, so that a restriction follows whoever
/// comes back by any of it. INVARIANT: it only grows, and where two persons had one key, both are meant: when in doubt, the
/// data are not processed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownBy {
    /// Keys of the administration.
    pub source_keys: BTreeSet<[u8; 32]>,
    /// ECK iDs. Without one, a login that no roster stands behind is not known to be this person's.
    pub eck_ids: BTreeSet<[u8; 32]>,
}

impl KnownBy {
    /// Whether one of these is among them.
    pub fn holds(&self, source_key: &[u8; 32], eck_id: Option<&[u8; 32]>) -> bool {
        self.source_keys.contains(source_key) || eck_id.is_some_and(|hash| self.eck_ids.contains(hash))
    }

    /// Adds these; whether one of them is new.
    pub fn learn(&mut self, source_key: [u8; 32], eck_id: Option<[u8; 32]>) -> bool {
        let new_key = self.source_keys.insert(source_key);
        let new_eck_id = eck_id.is_some_and(|hash| self.eck_ids.insert(hash));
        new_key || new_eck_id
    }
}

/// What a school has on record against processing the data of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// Our identifier.
    pub id: RestrictionId,
    /// The school.
    pub school: SchoolId,
    /// The person.
    pub person: PersonId,
    /// What else this person is known by.
    pub known_by: KnownBy,
    /// Why.
    pub ground: Ground,
    /// From when, and until when once it has ended.
    pub window: Window,
}

impl Restriction {
    /// Whether it is about the person with this id, key and ECK iD.
    pub fn means(&self, person: PersonId, source_key: &[u8; 32], eck_id: Option<&[u8; 32]>) -> bool {
        self.person == person || self.known_by.holds(source_key, eck_id)
    }
}
