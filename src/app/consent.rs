//! Consent (toestemming, GDPR 7 and UAVG 5): a school puts on record that a person, or a guardian, agrees with a processing that
//! an annex rests on it.
//!
//! Promises: a consent permits for one product and one purpose, as long as it holds; one of a guardian ends when the pupil turns
//! 16, and must be asked anew. A withdrawal ends every consent of the person for the product and the purpose, whoever gave
//! it, and when it has answered nothing goes by it any more. Deliberately absent: what the person wrote; that stays in the
//! files of the school, to which the evidence refers.

use std::fmt;

use jiff::ToSpan as _;
use sluis_connector_port::roster::Day;
use sluis_core::{
    agreement::AnnexHash,
    catalogue::Purpose,
    id::{ConsentId, PersonId, ProductId, SchoolId},
    person::{self, ConsentGiver},
    personal::Personal,
    time::{Timestamp, Window},
};

/// What shows that a consent was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvidenceKind {
    /// A signed paper in the files of the school.
    Paper,
    /// An answer in the portal for parents and pupils.
    Portal,
}

/// The text names no kind of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("evidence is on `paper` or in a `portal`")]
pub struct EvidenceKindError;

impl EvidenceKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Paper, Self::Portal];

    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Portal => "portal",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// When no kind has it.
    pub fn parse(text: &str) -> Result<Self, EvidenceKindError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(EvidenceKindError)
    }
}

/// A consent, as a school has it on record.
#[derive(Clone, PartialEq, Eq)]
pub struct Consent {
    /// Our identifier.
    pub id: ConsentId,
    /// The school.
    pub school: SchoolId,
    /// About whose data.
    pub person: PersonId,
    /// For what product.
    pub product: ProductId,
    /// For what purpose.
    pub purpose: Purpose,
    /// The words of the agreement that it was given to.
    pub annex: AnnexHash,
    /// Who gave it.
    pub given_by: ConsentGiver,
    /// What shows it.
    pub evidence: EvidenceKind,
    /// Where the school finds that, sealed: it may name the person.
    pub reference_sealed: Vec<u8>,
    /// From when it was given, until it runs out, was withdrawn, or the person turns 16.
    pub window: Window,
    /// Who withdrew it, if somebody did.
    pub withdrawn_by: Option<ConsentGiver>,
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Consent({:?}, [personal])", self.id)
    }
}

impl Consent {
    /// What the gate needs of it.
    pub const fn fact(&self) -> person::Consent {
        person::Consent {
            product: self.product,
            purpose: self.purpose,
            annex: self.annex,
            window: self.window,
        }
    }

    /// Whether this one of the person, for the product and the purpose, was withdrawn later than this moment: what was given
    /// before is withdrawn with it.
    pub fn is_withdrawn_after(&self, person: PersonId, product: ProductId, purpose: Purpose, given: Timestamp) -> bool {
        (self.person, self.product, self.purpose) == (person, product, purpose)
            && self.withdrawn_by.is_some()
            && self.window.until.is_some_and(|withdrawn| given <= withdrawn)
    }

    /// The place that the reference is sealed for.
    pub(in crate::app) fn place(school: SchoolId, id: ConsentId) -> String {
        format!("consents/{school}/{id}")
    }
}

/// The first moment at which a pupil who was born on this day decides alone (UAVG 5(1)): the beginning of the sixteenth
/// birthday, in the Netherlands. Who was born on 29 February has it on 28 February in a year without that day. None for a
/// day that the calendar cannot count from.
pub fn turns_sixteen(born: &Personal<Day>) -> Option<Timestamp> {
    let birthday = born.expose().date().checked_add(16.years()).ok()?;
    Some(Timestamp::dutch_midnight(birthday))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pupil_turns_sixteen_at_midnight_in_the_netherlands() {
        for (born, at) in [
            ("2010-11-29", "2026-11-28T23:00:00.000Z"),
            ("2010-07-01", "2026-06-30T22:00:00.000Z"),
            ("2012-02-29", "2028-02-28T23:00:00.000Z"),
            ("2084-02-29", "2100-02-27T23:00:00.000Z"),
        ] {
            let born = Personal::new(Day::parse(born).unwrap());
            assert_eq!(turns_sixteen(&born).unwrap().to_string(), at);
        }
    }
}
