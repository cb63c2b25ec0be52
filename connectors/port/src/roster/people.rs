//! People: pupils and staff.

use std::fmt;

use jiff::civil::Date;
use sluis_core::{identifier::EckId, personal::Personal};
use zeroize::DefaultIsZeroes;

use super::{BranchKey, Field, Gender, GroupKey, PupilKey, StaffKey, StaffRole, YearGroup};

/// A calendar day, for example of birth.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// Reads `yyyy-mm-dd`; a time zone behind it, which `xs:date` allows, does not shift the day.
    /// Nothing comes back when there is no such day.
    pub fn parse(text: &str) -> Option<Self> {
        let (day, zone) = text.split_at_checked(10)?;
        let zone_fits = match zone.as_bytes() {
            [] | b"Z" => true,
            [b'+' | b'-', a, b, b':', c, d] => [a, b, c, d].into_iter().all(u8::is_ascii_digit),
            _ => false,
        };
        let digits = day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        (zone_fits && digits).then(|| day.parse().ok().map(Self)).flatten()
    }

    /// The day.
    pub const fn date(self) -> Date {
        self.0
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self(date)
    }
}
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl DefaultIsZeroes for Day {}

/// The parts of a name (NEN 1888).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonName {
    /// The name by which the person is called (roepnaam).
    pub given_name: Field<Personal<String>>,
    /// All first names (voornamen).
    pub first_names: Field<Personal<String>>,
    /// Initials (voorletters).
    pub initials: Field<Personal<String>>,
    /// What stands before the family name (voorvoegsel), for example `van der`.
    pub family_name_prefix: Field<Personal<String>>,
    /// The family name (achternaam).
    pub family_name: Field<Personal<String>>,
}

/// A pupil (leerling).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pupil {
    /// The key at the source. It is personal data, and it is withheld when it seems to be a national number.
    pub key: Field<PupilKey>,
    /// The ECK iD.
    pub eck_id: Field<EckId>,
    /// The name.
    pub name: PersonName,
    /// The day of birth.
    pub birth_date: Field<Personal<Day>>,
    /// Gender.
    pub gender: Field<Personal<Gender>>,
    /// The pupil's own year group, which the group's does not overrule.
    pub year_group: Field<Personal<YearGroup>>,
    /// The base group (stamgroep).
    pub group: Field<GroupKey>,
    /// Composite groups.
    pub composite_groups: Field<Vec<GroupKey>>,
    /// The branch.
    pub branch: Field<BranchKey>,
    /// The user name in the school's systems.
    pub user_name: Field<Personal<String>>,
    /// The e-mail address; the message does not say whether it is private or of the school.
    pub email: Field<Personal<String>>,
    /// The first day at the school (instroomdatum).
    pub enrolled_from: Field<Personal<Day>>,
    /// The first day after leaving the school (uitstroomdatum).
    pub enrolled_until: Field<Personal<Day>>,
}

/// A member of staff (leerkracht).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Staff {
    /// The key at the source. It is personal data, and it is withheld when it seems to be a national number.
    pub key: Field<StaffKey>,
    /// The ECK iD.
    pub eck_id: Field<EckId>,
    /// The name.
    pub name: PersonName,
    /// The user name in the school's systems.
    pub user_name: Field<Personal<String>>,
    /// The e-mail address.
    pub email: Field<Personal<String>>,
    /// The groups and composite groups of this person.
    pub groups: Field<Vec<StaffGroup>>,
}

/// A group of a member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffGroup {
    /// The group or composite group.
    pub group: GroupKey,
    /// The roles in this group; often none is given.
    pub roles: Vec<StaffRole>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_does_not_shift_the_day() {
        for text in ["2015-03-01", "2015-03-01Z", "2015-03-01+02:00", "2015-03-01-11:00"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), "2015-03-01", "`{text}`");
        }
        for text in [
            "",
            "2015-02-29",
            "2015-3-1",
            "01-03-2015",
            "2015-03-01T00:00",
            "20150301",
            "2015-03-0é",
        ] {
            assert!(Day::parse(text).is_none(), "`{text}`");
        }
    }

    #[test]
    fn people_cannot_be_printed() {
        let pupil = Pupil {
            name: PersonName {
                given_name: Personal::new("Sanne".to_owned()).into(),
                ..PersonName::default()
            },
            birth_date: Personal::new(Day::parse("2015-03-01").unwrap()).into(),
            key: PupilKey::parse("L-77").unwrap().into(),
            ..Pupil::default()
        };
        let printed = format!("{pupil:?}");
        for value in ["Sanne", "2015", "L-77"] {
            assert!(!printed.contains(value), "`{value}` is printed");
        }
    }
}
