//! Grants about one person: what a school lets somebody have who works for it under no agreement.
//!
//! Each names to whom it opens, so that it opens to nobody else. They are personal: that a pupil goes to another school, or
//! that an authority asks about one, is told by no `Debug`.

use std::fmt;

use crate::{
    catalogue::AttributeSet,
    id::SubjectRequestId,
    identifier::{Brin6, Oin},
    time::{Timestamp, Window},
};

/// The school that a pupil goes to, by the administrative identity that it made known (model 3.0, article 5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NextSchool {
    /// An institution and its branch.
    Brin(Brin6),
    /// An organisation.
    Oin(Oin),
}

/// Why a pupil's data go to the next school.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum HandoverBasis {
    /// The next school asked for this pupil, concretely.
    Request {
        /// Whether the pupil, or the guardian, agreed.
        consented: bool,
    },
    /// The pupil, or the guardian, ordered it.
    Order,
}

impl HandoverBasis {
    /// Whether the pupil, or the guardian, wants it.
    pub const fn is_consented(self) -> bool {
        match self {
            Self::Request { consented } => consented,
            Self::Order => true,
        }
    }
}

/// A dossier that goes to the next school (overstap).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Handover {
    /// To whom.
    pub to: NextSchool,
    /// Why.
    pub basis: HandoverBasis,
    /// From when until when.
    pub window: Window,
    /// What goes.
    pub attributes: AttributeSet,
}

/// Who asks about their own data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Requester {
    /// The person.
    Person,
    /// A guardian of a pupil. The school ends the request when the pupil turns 16.
    Guardian,
}

/// A request for one's own data (GDPR 15 and 20).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OwnRequest {
    /// The request, which the asker names.
    pub id: SubjectRequestId,
    /// Who made it.
    pub by: Requester,
    /// When the school established who it is; `None` as long as it has not.
    pub identity_verified_at: Option<Timestamp>,
    /// From when until when it is open.
    pub window: Window,
}

/// The law that an authority points to, as the school wrote it down.
#[derive(Clone, PartialEq, Eq)]
pub struct Law(Box<str>);

/// The text names no law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a law is named in 1 to 200 characters")]
pub struct LawError;

impl Law {
    /// Reads the name of a law and its article.
    ///
    /// # Errors
    /// When there is nothing to read, or too much.
    pub fn parse(text: &str) -> Result<Self, LawError> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > 200 {
            return Err(LawError);
        }
        Ok(Self(text.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A disclosure to an authority that a law asks for (model 4.0, article 6.3).
#[derive(Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// The authority.
    pub to: Oin,
    /// The law that it points to. INVARIANT: there is no disclosure without one.
    pub law: Law,
    /// When the school verified the ground and who asks; `None` as long as it has not.
    pub verified_at: Option<Timestamp>,
    /// Whether the law asks it in spite of a restriction (GDPR 18(2)).
    pub in_spite_of_restriction: bool,
    /// From when until when.
    pub window: Window,
    /// What is disclosed.
    pub attributes: AttributeSet,
}

/// The grants about one person; where there is none, nobody gets anything by one.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Grants<'a> {
    /// To next schools.
    pub handovers: &'a [Handover],
    /// Of the person or a guardian.
    pub requests: &'a [OwnRequest],
    /// To authorities.
    pub disclosures: &'a [Disclosure],
}

macro_rules! told_by_no_debug {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([personal])"))
            }
        }
    )+};
}
told_by_no_debug!(HandoverBasis, Handover, Requester, OwnRequest, Law, Disclosure);

impl fmt::Debug for Grants<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Grants([personal])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_law_has_a_name() {
        let name = Law::parse(" Leerplichtwet 1969, artikel 21 ");
        assert_eq!(
            name.map(|law| law.as_str().to_owned()),
            Ok("Leerplichtwet 1969, artikel 21".to_owned())
        );
        for wrong in ["", "  ", &"a".repeat(201)] {
            assert_eq!(Law::parse(wrong), Err(LawError));
        }
    }

    #[test]
    fn a_grant_is_not_printed() {
        let handover = Handover {
            to: NextSchool::Brin(Brin6::parse("99DE00").unwrap()),
            basis: HandoverBasis::Order,
            window: Window::since(Timestamp::default()),
            attributes: AttributeSet::EMPTY,
        };
        let grants = Grants {
            handovers: &[handover],
            ..Grants::default()
        };
        assert_eq!(
            (format!("{handover:?}"), format!("{grants:?}")),
            ("Handover([personal])".to_owned(), "Grants([personal])".to_owned())
        );
    }
}
