//! Consent of a person, or of a guardian, with a processing that an annex rests on it (GDPR 6(1)(a) and 7; UAVG 5).

use std::fmt;

use crate::{
    agreement::AnnexHash,
    catalogue::{Purpose, set::serde_as_text},
    id::ProductId,
    time::Window,
};

/// A consent, as far as the rules need it. It permits nothing by itself: the agreement must hold the purpose and the data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// For what product.
    pub product: ProductId,
    /// For what purpose.
    pub purpose: Purpose,
    /// The words of the agreement that it was given to: other words are asked about anew.
    pub annex: AnnexHash,
    /// From when it was given, until it was withdrawn, ran out, or the person turned 16.
    pub window: Window,
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Consent([personal])")
    }
}

/// Who gives a consent or withdraws it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsentGiver {
    /// The person: a member of staff, or a pupil of 16 or older.
    Person,
    /// A guardian (wettelijk vertegenwoordiger) of a pupil under 16.
    Guardian,
}

/// The text names nobody who can consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a consent is given by a `person` or a `guardian`")]
pub struct ConsentGiverError;

impl ConsentGiver {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Person, Self::Guardian];

    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Guardian => "guardian",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// When nobody is meant by it.
    pub fn parse(text: &str) -> Result<Self, ConsentGiverError> {
        Self::ALL
            .into_iter()
            .find(|giver| giver.as_str() == text)
            .ok_or(ConsentGiverError)
    }
}
serde_as_text!(ConsentGiver);
