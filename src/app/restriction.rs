//! Restrictions and objections (GDPR 18 and 21): a school puts on record that the data of a person may not be processed.
//!
//! Promises: when the call has answered, nothing about this person is released to any supplier, by any token, and suppliers
//! do not learn why. It follows the person: whoever leaves the roster and comes back is still restricted. Deliberately
//! absent: who asked for it and why; that is in the school's own files.

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

/// What a school has on record against processing the data of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// Our identifier.
    pub id: RestrictionId,
    /// The school.
    pub school: SchoolId,
    /// The person.
    pub person: PersonId,
    /// The keyed hash of the key in the administration, if the roster held the person.
    pub key_hash: Option<[u8; 32]>,
    /// Why.
    pub ground: Ground,
    /// From when, and until when once it has ended.
    pub window: Window,
}
