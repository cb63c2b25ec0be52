//! What is wrong with a single field: it is withheld and reported, and the rest of the delivery stands.

use std::fmt;

use sluis_core::identifier::EckIdError;

/// A field that was withheld. It names the object by its position, never by a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// What it is wrong with.
    pub object: Object,
    /// The position of the object in its section, counted from 1.
    pub position: u32,
    /// The field.
    pub field: RosterField,
}

macro_rules! named {
    ($(#[$list_doc:meta])* $list:ident { $($(#[$doc:meta])* $name:ident = $code:literal,)+ }) => {
        $(#[$list_doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $list {
            $($(#[$doc])* $name,)+
        }

        impl $list {
            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }

        impl fmt::Display for $list {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

named! {
    /// Why a field was withheld.
    FindingKind {
        /// Not of the published shape of an ECK iD.
        EckIdShape = "eck_id_shape",
        /// An ECK iD with capitals.
        EckIdUpperCase = "eck_id_upper_case",
        /// A stem pseudonym, which must never leave the school's administration.
        StemPseudonym = "stem_pseudonym",
        /// An ECK iD of a generation or an environment that is not taken here.
        EckIdSegment = "eck_id_segment",
        /// A text that seems to hold a national number.
        NationalNumber = "national_number",
        /// A code that is not in the list of the standard.
        UnknownCode = "unknown_code",
        /// Not a calendar day.
        InvalidDate = "invalid_date",
        /// Longer than any standard allows.
        TooLong = "too_long",
        /// A text with control characters.
        ControlCharacter = "control_character",
        /// A person without a key.
        KeyMissing = "key_missing",
        /// A key that cannot be used.
        UnusableKey = "unusable_key",
    }
}

named! {
    /// A kind of object in a delivery.
    Object {
        /// The school.
        School = "school",
        /// A branch.
        Branch = "branch",
        /// A group or composite group.
        Group = "group",
        /// A pupil.
        Pupil = "pupil",
        /// A member of staff.
        Staff = "staff",
    }
}

named! {
    /// A field of the vocabulary.
    RosterField {
        /// The key at the source.
        Key = "key",
        /// The ECK iD.
        EckId = "eckId",
        /// The name of a group or a branch.
        Name = "name",
        /// The name by which a person is called.
        GivenName = "givenName",
        /// All first names.
        FirstNames = "firstNames",
        /// Initials.
        Initials = "initials",
        /// What stands before the family name.
        FamilyNamePrefix = "familyNamePrefix",
        /// The family name.
        FamilyName = "familyName",
        /// The day of birth.
        BirthDate = "birthDate",
        /// Gender.
        Gender = "gender",
        /// The year group.
        YearGroup = "yearGroup",
        /// The user name.
        UserName = "userName",
        /// The e-mail address.
        Email = "email",
        /// The first day at the school.
        EnrolledFrom = "enrolledFrom",
        /// The first day after leaving the school.
        EnrolledUntil = "enrolledUntil",
        /// A role in a group.
        GroupRole = "groupRole",
        /// The day that the delivery describes.
        ReferenceDate = "referenceDate",
    }
}

impl From<EckIdError> for FindingKind {
    fn from(error: EckIdError) -> Self {
        match error {
            EckIdError::Shape => Self::EckIdShape,
            EckIdError::UpperCase => Self::EckIdUpperCase,
            EckIdError::StemPseudonym => Self::StemPseudonym,
            EckIdError::Segment => Self::EckIdSegment,
        }
    }
}
