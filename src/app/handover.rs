//! Handovers (overstap) as a school keeps them: to whom, on what request, which parts, and how far it is.
//!
//! Promises: what tells about the pupil (the request, the parts, what was opted out of) is sealed; what the gate decides by comes
//! from the course, which `sluis_core::handover` keeps in order. Deliberately absent: what is in the dossier. That is read from
//! the roster when it goes.

use std::fmt;

use sluis_core::{
    handover::{Course, Dossier, Parts},
    id::{HandoverId, PersonId, SchoolId},
    identifier::{Brin6, Oin},
    person::{self, NextSchool},
    personal::Personal,
};
/// A handover, as a school keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct Handover {
    /// Our identifier.
    pub id: HandoverId,
    /// The school that the pupil leaves.
    pub school: SchoolId,
    /// The pupil.
    pub person: PersonId,
    /// The next school, as it made itself known.
    pub to: NextSchool,
    /// What has happened to it.
    pub course: Course,
    /// On what request, and which parts: sealed.
    pub sealed: Vec<u8>,
    /// How often it was changed: who changes an older one changes nothing.
    pub version: u64,
}

impl fmt::Debug for Handover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handover({:?}, [personal])", self.id)
    }
}

/// What is sealed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Where the school finds the request or the order.
    pub reference: Personal<String>,
    /// What goes.
    pub dossier: Dossier,
}

/// A handover that was opened.
#[derive(Debug, Clone)]
pub struct OpenHandover {
    /// What is kept.
    pub kept: Handover,
    /// What was sealed.
    pub asked: Asked,
}

impl OpenHandover {
    /// What the gate decides by; nothing before the school has released it.
    pub(in crate::app) fn fact(&self) -> Option<person::Handover> {
        let goes = self.asked.dossier.attributes(Parts::published());
        self.kept.course.grant(self.kept.to, goes)
    }
}

/// A next school as a table holds it.
pub fn recipient(to: NextSchool) -> String {
    match to {
        NextSchool::Brin(brin) => format!("brin:{brin}"),
        NextSchool::Oin(oin) => format!("oin:{oin}"),
    }
}

/// Reads it back; none when no school can be meant.
pub fn recipient_of(text: &str) -> Option<NextSchool> {
    match text.split_once(':')? {
        ("brin", brin) => Brin6::parse(brin).ok().map(NextSchool::Brin),
        ("oin", oin) => Oin::parse(oin).ok().map(NextSchool::Oin),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_school_is_read_back() {
        for text in ["brin:98YY00", "oin:00000001001234567000"] {
            assert_eq!(recipient_of(text).map(recipient).as_deref(), Some(text));
        }
        for wrong in ["98YY00", "brin:98YY", "oin:1", "name:De Baken"] {
            assert_eq!(recipient_of(wrong), None, "`{wrong}`");
        }
    }
}
