//! What the rules need to know about a person, and no more: no name, no number.

mod consent;
mod grant;

use std::fmt;

use crate::{
    catalogue::set::serde_as_text,
    id::{GroupId, PersonId},
    time::Window,
};

pub use consent::{Consent, ConsentGiver, ConsentGiverError};
pub use grant::{Disclosure, Grants, Handover, HandoverBasis, Law, LawError, NextSchool, OwnRequest, Requester};

/// The kinds of person that an annex tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonKind {
    /// A pupil or student (onderwijsdeelnemer).
    Pupil,
    /// A teacher or another member of staff (medewerker).
    Staff,
}

/// The text names no kind of person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a person is `pupil` or `staff`")]
pub struct PersonKindError;

impl PersonKind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Pupil, Self::Staff];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pupil => "pupil",
            Self::Staff => "staff",
        }
    }

    /// Reads the name on the wire.
    ///
    /// # Errors
    /// When no kind has that name.
    pub fn parse(text: &str) -> Result<Self, PersonKindError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(PersonKindError)
    }
}

/// One value for each kind of person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerKind<T> {
    /// For pupils.
    pub pupils: T,
    /// For staff.
    pub staff: T,
}

impl<T: Copy> PerKind<T> {
    /// For one kind of person.
    pub const fn of(self, kind: PersonKind) -> T {
        match kind {
            PersonKind::Pupil => self.pupils,
            PersonKind::Staff => self.staff,
        }
    }
}

/// A year group (jaargroep) in the codes of EDEXML and UWLR.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearGroup(u8);

/// The text is no code of a year group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a year group is one of `0` to `8`, `11` to `16`, `B`, `D`, `S`, `V`, `C`, `N`, `H`")]
pub struct YearGroupError;

const YEAR_GROUPS: [&str; 22] = [
    "B", "D", "0", "1", "2", "3", "4", "5", "6", "7", "8", "11", "12", "13", "14", "15", "16", "S", "V", "C", "N", "H",
];

impl YearGroup {
    /// Reads a code.
    ///
    /// # Errors
    /// When it is none of the 22.
    pub fn parse(text: &str) -> Result<Self, YearGroupError> {
        (0..)
            .zip(YEAR_GROUPS)
            .find(|(_, code)| *code == text)
            .map(|(number, _)| Self(number))
            .ok_or(YearGroupError)
    }

    /// The code.
    pub fn as_str(self) -> &'static str {
        YEAR_GROUPS.get(usize::from(self.0)).copied().unwrap_or_default()
    }
}

impl fmt::Debug for YearGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YearGroup([personal])")
    }
}
serde_as_text!(PersonKind, YearGroup);

/// What is known about one person of the school at this moment.
///
/// What a school has on record here holds whoever asks by which purpose; an empty list says that nothing is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PersonFacts<'a> {
    /// The person.
    pub person: PersonId,
    /// Pupil or staff.
    pub kind: PersonKind,
    /// From the first day at the school until the day of leaving.
    pub enrolment: Window,
    /// The groups of this person.
    pub groups: &'a [GroupId],
    /// The year group; staff have none.
    pub year_group: Option<YearGroup>,
    /// When the processing is restricted (GDPR 18).
    pub restrictions: &'a [Window],
    /// When an objection stands (GDPR 21).
    pub objections: &'a [Window],
    /// The consents of this person, or of a guardian.
    pub consents: &'a [Consent],
    /// Whether there is a key by which a supplier can know this person: without one there is no account.
    pub has_account_key: bool,
    /// What the school lets others have about this person.
    pub grants: Grants<'a>,
}

impl fmt::Debug for PersonFacts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonFacts({:?}, [personal])", self.person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn year_groups_are_read_by_code_and_not_printed() {
        for code in YEAR_GROUPS {
            assert_eq!(YearGroup::parse(code).map(YearGroup::as_str), Ok(code));
        }
        for wrong in ["9", "10", "17", "b", "", "07"] {
            assert_eq!(YearGroup::parse(wrong), Err(YearGroupError), "`{wrong}`");
        }
        assert!(!format!("{:?}", YearGroup::parse("7").unwrap()).contains('7'));
    }
}
