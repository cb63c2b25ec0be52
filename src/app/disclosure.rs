//! Disclosures to authorities, as a school keeps them: to whom, by which law, what, and whether the persons know.
//!
//! Promises: the law, the request and what is disclosed are sealed: that an authority asks about somebody is personal. Deliberately
//! absent: a door for authorities. The school gives them what it has released to itself, and answers for it.

use std::fmt;

use sluis_core::{
    catalogue::AttributeSet,
    id::{DisclosureId, PersonId, SchoolId},
    identifier::Oin,
    person::{self, Law},
    personal::Personal,
    time::{Timestamp, Window},
};

/// Who ended a disclosure before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBy {
    /// The school.
    School,
    /// The authority, which took its request back.
    Authority,
}

impl EndedBy {
    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::School => "school",
            Self::Authority => "authority",
        }
    }

    /// Reads the word; none for another one.
    pub fn find(text: &str) -> Option<Self> {
        [Self::School, Self::Authority]
            .into_iter()
            .find(|by| by.as_str() == text)
    }
}

/// A disclosure, as a school keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// Our identifier.
    pub id: DisclosureId,
    /// The school.
    pub school: SchoolId,
    /// About whose data.
    pub person: PersonId,
    /// The authority.
    pub to: Oin,
    /// When the school verified the ground and who asks.
    pub verified_at: Timestamp,
    /// When the person was informed; none when there is a reason not to.
    pub informed_at: Option<Timestamp>,
    /// Whether the law asks it in spite of a restriction (GDPR 18(2)).
    pub in_spite_of_restriction: bool,
    /// From when until when.
    pub window: Window,
    /// Who ended it, if somebody did.
    pub ended_by: Option<EndedBy>,
    /// The law, the request, what is disclosed, and why the person was not informed: sealed.
    pub sealed: Vec<u8>,
}

impl fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Disclosure({:?}, [personal])", self.id)
    }
}

/// What is sealed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// The law that the authority points to.
    pub law: Law,
    /// Where the school finds the request.
    pub reference: Personal<String>,
    /// Why the person was not informed, if they were not.
    pub not_informed: Option<Personal<String>>,
    /// What is disclosed.
    pub attributes: AttributeSet,
}

/// A disclosure that was opened.
#[derive(Debug, Clone)]
pub struct OpenDisclosure {
    /// What is kept.
    pub kept: Disclosure,
    /// What was sealed.
    pub ground: Ground,
}

impl OpenDisclosure {
    /// What the gate decides by.
    pub(in crate::app) fn fact(&self) -> person::Disclosure {
        person::Disclosure {
            to: self.kept.to,
            law: self.ground.law.clone(),
            verified_at: Some(self.kept.verified_at),
            in_spite_of_restriction: self.kept.in_spite_of_restriction,
            window: self.kept.window,
            attributes: self.ground.attributes,
        }
    }
}
