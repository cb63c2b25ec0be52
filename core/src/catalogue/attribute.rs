//! Attributes: the named fields of the roster, and of what goes with a login.

use std::fmt;

use super::set::{bit_set, serde_as_text};

macro_rules! attributes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        /// A named field about a person. Each has exactly one category; the catalogue says which.
        ///
        /// National numbers (BSN, PGN, HPGN) and stem pseudonyms have no attribute: they cannot be asked for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Attribute {
            $($(#[$doc])* $name,)+
        }

        impl Attribute {
            /// All attributes.
            pub const ALL: [Self; [$(Self::$name),+].len()] = [$(Self::$name),+];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

attributes! {
    /// The name a person is called by (roepnaam).
    GivenName = "givenName";
    /// All first names.
    FirstNames = "firstNames";
    /// Initials.
    Initials = "initials";
    /// What stands before the surname (tussenvoegsel).
    FamilyNamePrefix = "familyNamePrefix";
    /// The surname.
    FamilyName = "familyName";
    /// Gender.
    Gender = "gender";
    /// Form of address.
    FormOfAddress = "formOfAddress";
    /// Street and house number.
    HomeAddress = "homeAddress";
    /// Postcode.
    Postcode = "postcode";
    /// Town.
    Town = "town";
    /// Telephone.
    Telephone = "telephone";
    /// An e-mail address that is private, or of which the source does not say.
    Email = "email";
    /// The e-mail address given by the school.
    SchoolEmail = "schoolEmail";
    /// The number in the school's administration.
    PupilNumber = "pupilNumber";
    /// The ECK iD.
    EckId = "eckId";
    /// Nationality.
    Nationality = "nationality";
    /// Date of birth.
    BirthDate = "birthDate";
    /// Place of birth.
    BirthPlace = "birthPlace";
    /// Bank account.
    BankAccount = "bankAccount";
    /// Invoices.
    Invoices = "invoices";
    /// Health.
    Health = "health";
    /// Religion or belief.
    Belief = "belief";
    /// Classes and other groups.
    Groups = "groups";
    /// Year group (jaargroep).
    YearGroup = "yearGroup";
    /// Code of the education followed (ILT).
    EducationCode = "educationCode";
    /// Results of exams.
    ExamResults = "examResults";
    /// Results of learning and tests.
    Results = "results";
    /// Progress and track.
    Progress = "progress";
    /// Guidance and support plan.
    SupportPlan = "supportPlan";
    /// Attendance.
    Attendance = "attendance";
    /// Timetable.
    Timetable = "timetable";
    /// The branch (vestiging) of the school that the person belongs to.
    Branch = "branch";
    /// A photo.
    Photo = "photo";
    /// Diagnostics and metadata of use.
    UsageData = "usageData";
    /// IP address.
    IpAddress = "ipAddress";
    /// The user name at the school.
    UserName = "userName";
    /// Preferences of language and accessibility.
    Accessibility = "accessibility";
}

/// The text names no attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no attribute of the catalogue has this name")]
pub struct AttributeError;

impl Attribute {
    /// Its place in [`Attribute::ALL`].
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Reads the name on the wire.
    ///
    /// # Errors
    /// When no attribute has that name.
    pub fn parse(text: &str) -> Result<Self, AttributeError> {
        Self::ALL
            .into_iter()
            .find(|attribute| attribute.as_str() == text)
            .ok_or(AttributeError)
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl std::str::FromStr for Attribute {
    type Err = AttributeError;
    fn from_str(text: &str) -> Result<Self, AttributeError> {
        Self::parse(text)
    }
}
serde_as_text!(Attribute);

bit_set! {
    /// A set of attributes.
    AttributeSet(u64) of Attribute
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_national_numbers_have_none() {
        for attribute in Attribute::ALL {
            assert_eq!(Attribute::parse(attribute.as_str()), Ok(attribute));
        }
        for wrong in [
            "bsn",
            "pgn",
            "hpgn",
            "stampseudoniem",
            "nationalNumber",
            "GivenName",
            "ethnicity",
            "",
        ] {
            assert_eq!(Attribute::parse(wrong), Err(AttributeError), "`{wrong}`");
        }
    }

    #[test]
    fn a_set_is_written_and_read_as_a_list_of_names() {
        let set = AttributeSet::from_iter([Attribute::EckId, Attribute::GivenName]);
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(text, r#"["givenName","eckId"]"#);
        assert_eq!(serde_json::from_str::<AttributeSet>(&text).unwrap(), set);
        assert!(serde_json::from_str::<AttributeSet>(r#"["bsn"]"#).is_err());
    }
}
