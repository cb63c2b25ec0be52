//! Code lists of the standards.

use zeroize::DefaultIsZeroes;

macro_rules! codes {
    ($(#[$list_doc:meta])* $list:ident { $($(#[$doc:meta])* $name:ident = $code:literal,)+ }) => {
        $(#[$list_doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $list {
            $($(#[$doc])* $name,)+
        }

        impl $list {
            /// Every value, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code in the standard.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// The value with this code.
            pub fn parse(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)+
                    _ => None,
                }
            }
        }

        impl DefaultIsZeroes for $list {}
    };
}

codes! {
    /// Gender (NEN-ISO 5218).
    Gender {
        /// Not known.
        #[default]
        Unknown = "0",
        /// Male.
        Male = "1",
        /// Female.
        Female = "2",
        /// Not specified.
        Unspecified = "9",
    }
}

codes! {
    /// Year group (jaargroep): 22 values.
    YearGroup {
        /// Babies, to 12 months.
        Baby = "B",
        /// Toddlers, 1 to 2 years.
        Toddler = "D",
        /// Playgroup, 3 to 4 years.
        Primary0 = "0",
        /// Primary school, year 1.
        Primary1 = "1",
        /// Primary school, year 2.
        Primary2 = "2",
        /// Primary school, year 3.
        Primary3 = "3",
        /// Primary school, year 4.
        Primary4 = "4",
        /// Primary school, year 5.
        Primary5 = "5",
        /// Primary school, year 6.
        Primary6 = "6",
        /// Primary school, year 7.
        Primary7 = "7",
        /// Primary school, year 8.
        Primary8 = "8",
        /// Secondary school, year 1.
        Secondary1 = "11",
        /// Secondary school, year 2.
        Secondary2 = "12",
        /// Secondary school, year 3.
        Secondary3 = "13",
        /// Secondary school, year 4.
        Secondary4 = "14",
        /// Secondary school, year 5.
        Secondary5 = "15",
        /// Secondary school, year 6.
        Secondary6 = "16",
        /// Special primary education.
        SpecialPrimary = "S",
        /// Special secondary education.
        SpecialSecondary = "V",
        /// A combination group: each pupil has a year group of their own.
        Combination = "C",
        /// Neither primary nor secondary education.
        #[default]
        Elsewhere = "N",
        /// A former pupil.
        Historic = "H",
    }
}

codes! {
    /// The role of a member of staff in a group (rol). It never grants a right by itself.
    StaffRole {
        /// Deputy head.
        DeputyHead = "ADJ",
        /// Administrative staff.
        Administration = "ADM",
        /// Caretaker.
        Caretaker = "CON",
        /// Head of the school.
        Head = "DIR",
        /// ICT coordinator.
        IctCoordinator = "ICT",
        /// Internal supervisor of care.
        CareCoordinator = "IB",
        /// Class assistant in special education.
        ClassAssistant = "KLA",
        /// Teacher.
        #[default]
        Teacher = "LRK",
        /// Supporter of teachers.
        TeacherSupport = "LOS",
        /// Head of a location.
        LocationHead = "LOC",
        /// Teaching assistant.
        TeachingAssistant = "OWA",
        /// Parent.
        Parent = "OUD",
        /// Remedial teacher.
        RemedialTeacher = "RT",
        /// Social worker of the school.
        SocialWorker = "SMW",
        /// Trainee.
        Trainee = "STA",
        /// Leader of test sessions; not in the list of UWLR 2.2.
        TestLeader = "TAL",
        /// Subject teacher.
        SubjectTeacher = "VAK",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written() {
        assert_eq!(
            (YearGroup::ALL.len(), Gender::ALL.len(), StaffRole::ALL.len()),
            (22, 4, 17)
        );
        for group in YearGroup::ALL {
            assert_eq!(YearGroup::parse(group.code()), Some(*group));
        }
        for unknown in ["", "9", "10", "17", "b", " 5"] {
            assert_eq!(YearGroup::parse(unknown), None, "`{unknown}`");
        }
    }
}
