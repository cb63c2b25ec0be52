//! Data categories: the legal names of what is processed (categorieën persoonsgegevens, 1 to 29).

use super::set::{bit_set, serde_as_text};
use crate::person::PersonKind;

macro_rules! categories {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $pupil:literal, $staff:literal;)+) => {
        /// A category of the catalogue. Its code names the kind of person too: `CD14` is a pupil's, `CM14` is staff's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DataCategory {
            $($(#[$doc])* $name = $number,)+
        }

        impl DataCategory {
            /// All categories, in the order of their numbers.
            pub const ALL: [Self; 29] = [$(Self::$name),+];

            /// The code for this kind of person.
            pub const fn code(self, kind: PersonKind) -> &'static str {
                match (self, kind) {
                    $((Self::$name, PersonKind::Pupil) => $pupil,
                      (Self::$name, PersonKind::Staff) => $staff,)+
                }
            }
        }
    };
}

categories! {
    /// First names.
    FirstNames = 1, "CD1", "CM1";
    /// Initials.
    Initials = 2, "CD2", "CM2";
    /// Surname and infix.
    Surname = 3, "CD3", "CM3";
    /// Gender; for staff the form of address.
    Gender = 4, "CD4", "CM4";
    /// Home address.
    HomeAddress = 5, "CD5", "CM5";
    /// Postcode.
    Postcode = 6, "CD6", "CM6";
    /// Town.
    Town = 7, "CD7", "CM7";
    /// Telephone.
    Telephone = 8, "CD8", "CM8";
    /// Private e-mail.
    PrivateEmail = 9, "CD9", "CM9";
    /// E-mail of the school.
    SchoolEmail = 10, "CD10", "CM10";
    /// Pupil number.
    PupilNumber = 11, "CD11", "CM11";
    /// ECK iD.
    EckId = 12, "CD12", "CM12";
    /// Nationality.
    Nationality = 13, "CD13", "CM13";
    /// Date of birth.
    BirthDate = 14, "CD14", "CM14";
    /// Place of birth.
    BirthPlace = 15, "CD15", "CM15";
    /// Bank account.
    BankAccount = 16, "CD16", "CM16";
    /// Invoices.
    Invoices = 17, "CD17", "CM17";
    /// Health: special (GDPR 9).
    Health = 18, "CD18", "CM18";
    /// Religion or belief: special (GDPR 9).
    Belief = 19, "CD19", "CM19";
    /// Class, year, education code.
    Class = 20, "CD20", "CM20";
    /// Exams.
    Exams = 21, "CD21", "CM21";
    /// Progress and track.
    Progress = 22, "CD22", "CM22";
    /// Guidance and support plan.
    Guidance = 23, "CD23", "CM23";
    /// Attendance.
    Attendance = 24, "CD24", "CM24";
    /// Organisation of education: timetable, provision of materials.
    Organisation = 25, "CD25", "CM25";
    /// Photos and video.
    Images = 26, "CD26", "CM26";
    /// Diagnostics, logs, metadata.
    Diagnostics = 27, "CD27", "CM27";
    /// IP address.
    IpAddress = 28, "CD28", "CM28";
    /// Other data, which must be named.
    Other = 29, "CD29", "CM29";
}

/// The text is no code of a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CategoryCodeError {
    /// A code of the national number: there is no category for it here, on purpose.
    #[error("a national number has no category: it never leaves the school's administration")]
    NationalNumber,
    /// No code of the catalogue.
    #[error("a category is a code from `CD1` to `CD29` (pupils) or from `CM1` to `CM29` (staff)")]
    Undefined,
}

impl DataCategory {
    /// The number, 1 to 29.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Whether it is a special category (GDPR 9), which needs a recorded legal ground.
    pub const fn is_special(self) -> bool {
        matches!(self, Self::Health | Self::Belief)
    }

    /// Reads a code such as `CD12` or `CM12`.
    ///
    /// # Errors
    /// When it is none; a code of the national number has its own error.
    pub fn parse(text: &str) -> Result<(PersonKind, Self), CategoryCodeError> {
        if matches!(text, "BSN" | "PGN") {
            return Err(CategoryCodeError::NationalNumber);
        }
        PersonKind::ALL
            .into_iter()
            .flat_map(|kind| Self::ALL.map(|category| (kind, category)))
            .find(|(kind, category)| category.code(*kind) == text)
            .ok_or(CategoryCodeError::Undefined)
    }
}

impl serde::Serialize for DataCategory {
    /// The number: without the kind of person there is no code.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.number())
    }
}
impl<'de> serde::Deserialize<'de> for DataCategory {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u8::deserialize(deserializer)?;
        Self::ALL
            .into_iter()
            .find(|category| category.number() == number)
            .ok_or_else(|| serde::de::Error::custom("a category is a number from 1 to 29"))
    }
}

/// A category of one kind of person: what a code such as `CD12` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CategoryCode {
    /// Whose data.
    pub kind: PersonKind,
    /// Which.
    pub category: DataCategory,
}

impl CategoryCode {
    /// The code.
    pub const fn as_str(&self) -> &'static str {
        self.category.code(self.kind)
    }

    /// Reads a code.
    ///
    /// # Errors
    /// When it is none; a code of the national number has its own error.
    pub fn parse(text: &str) -> Result<Self, CategoryCodeError> {
        DataCategory::parse(text).map(|(kind, category)| Self { kind, category })
    }
}
serde_as_text!(CategoryCode);

bit_set! {
    /// A set of categories.
    CategorySet(u64) of DataCategory
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_back_and_nothing_else() {
        for (category, number) in DataCategory::ALL.into_iter().zip(1..) {
            assert_eq!(category.number(), number);
            for (kind, letters) in [(PersonKind::Pupil, "CD"), (PersonKind::Staff, "CM")] {
                assert_eq!(category.code(kind), format!("{letters}{number}"));
                assert_eq!(DataCategory::parse(category.code(kind)), Ok((kind, category)));
            }
        }
        for wrong in ["CC12", "CD0", "CD30", "cd12", "CD012", "12", ""] {
            assert_eq!(
                DataCategory::parse(wrong),
                Err(CategoryCodeError::Undefined),
                "`{wrong}`"
            );
        }
        assert_eq!(DataCategory::parse("BSN"), Err(CategoryCodeError::NationalNumber));
    }
}
