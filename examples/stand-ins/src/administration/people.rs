//! The people of the invented school. Number N is always the same person, in every answer and on every machine. Their
//! names have a mark that is in nothing else.

use std::fmt::Write;

use aws_lc_rs::digest;

use crate::mark;

/// A group of the school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Its key in the administration.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its year group.
    pub year_group: u8,
}

/// The groups of the school, one for each of the years 5 to 8.
pub const GROUPS: [Group; 4] = [
    group("groep-5", "Groep 5", 5),
    group("groep-6", "Groep 6", 6),
    group("groep-7", "Groep 7", 7),
    group("groep-8", "Groep 8", 8),
];
/// How many members of staff the school has.
pub const STAFF: u32 = 6;

/// So many pupils in a row are in the same group.
const CLASS: u32 = 15;

/// True stands for a girl.
const GIVEN_NAMES: [(&str, bool); 20] = [
    ("Kwirrine", true),
    ("Bram", false),
    ("Yara", true),
    ("Daan", false),
    ("Noor", true),
    ("Milan", false),
    ("Fenna", true),
    ("Ravi", false),
    ("Lotte", true),
    ("Sem", false),
    ("Kwirra", true),
    ("Kwirrus", false),
    ("Roos", true),
    ("Jesse", false),
    ("Zoë", true),
    ("Kaan", false),
    ("Tess", true),
    ("Pim", false),
    ("Elif", true),
    ("Gijs", false),
];
const FAMILY_NAMES: [(&str, &str); 13] = [
    ("van de", "Kwirrekant"),
    ("", "Kwirregraaf"),
    ("", "Kwirrewachter"),
    ("van", "Kwirreland"),
    ("", "Kwirreman"),
    ("de", "Kwirrevaar"),
    ("", "Kwirremeester"),
    ("ter", "Kwirrevaart"),
    ("", "Kwirrenaar"),
    ("van den", "Kwirredam"),
    ("", "Kwirrestok"),
    ("op den", "Kwirrewal"),
    ("", "Kwirreveen"),
];

/// A pupil. Invented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pupil {
    /// The pupil's number, from 1.
    pub number: u32,
    /// The key in the administration.
    pub key: String,
    /// The ECK iD, of the segment `pilot`.
    pub eck_id: String,
    /// The name by which the pupil is called.
    pub given_name: &'static str,
    /// What stands before the family name; may be empty.
    pub family_name_prefix: &'static str,
    /// The family name.
    pub family_name: &'static str,
    /// Gender: 1 for a boy, 2 for a girl.
    pub gender: &'static str,
    /// Date of birth.
    pub birth_date: String,
    /// The group.
    pub group: Group,
    /// Whether the pupil is in the composite group as well.
    pub in_plus_group: bool,
    /// The user name in the school's systems.
    pub user_name: String,
    /// The e-mail address.
    pub email: String,
}

/// A member of staff. Invented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// The key in the administration.
    pub key: String,
    /// The ECK iD, of the segment `pilot`.
    pub eck_id: String,
    /// The name by which the person is called.
    pub given_name: &'static str,
    /// The family name.
    pub family_name: &'static str,
    /// The role in the school, as a code of the standard.
    pub role: &'static str,
    /// The group that the person teaches.
    pub group: Option<Group>,
    /// The user name in the school's systems.
    pub user_name: String,
    /// The e-mail address.
    pub email: String,
}

/// The pupil with this number, counted from 1.
pub fn pupil(number: u32) -> Pupil {
    let (given_name, girl) = pick(&GIVEN_NAMES, number);
    // The lengths of the two lists have no common factor: the names repeat only after 260 pupils.
    let (family_name_prefix, family_name) = pick(&FAMILY_NAMES, number);
    let group = pick(&GROUPS, number.saturating_sub(1) / CLASS + 1);
    let user_name = format!("{given_name}.{family_name}{number}")
        .to_lowercase()
        .replace('ë', "e");
    Pupil {
        number,
        key: format!("L{number}-{}", mark::NAME),
        eck_id: eck_id("leerling", number),
        given_name,
        family_name_prefix,
        family_name,
        gender: if girl { "2" } else { "1" },
        birth_date: format!(
            "{}-{:02}-{:02}",
            2022 - u32::from(group.year_group),
            number % 12 + 1,
            number % 28 + 1
        ),
        group,
        in_plus_group: number.is_multiple_of(7),
        email: format!("{user_name}@leerling.example"),
        user_name,
    }
}

/// The member of staff with this number, from 1 to [`STAFF`]: a teacher for each group, the head, and the care
/// coordinator.
pub fn staff_member(number: u32) -> StaffMember {
    let (given_name, family_name, role, group) = match number {
        1 => ("Petra", "Kwirreoever", "LRK", Some(pick(&GROUPS, 1))),
        2 => ("Joost", "Kwirrebaken", "LRK", Some(pick(&GROUPS, 2))),
        3 => ("Samira", "Kwirreveer", "LRK", Some(pick(&GROUPS, 3))),
        4 => ("Wouter", "Kwirresteiger", "LRK", Some(pick(&GROUPS, 4))),
        5 => ("Hanneke", "Kwirreloods", "DIR", None),
        _ => ("Bilal", "Kwirrekompas", "IB", None),
    };
    let user_name = format!("{}.{}", given_name.to_lowercase(), family_name.to_lowercase());
    StaffMember {
        key: format!("M{number}-{}", mark::NAME),
        eck_id: eck_id("medewerker", number),
        given_name,
        family_name,
        role,
        group,
        email: format!("{user_name}@school.example"),
        user_name,
    }
}

const fn group(key: &'static str, name: &'static str, year_group: u8) -> Group {
    Group { key, name, year_group }
}

/// The entry with this number, counted from 1, going round.
#[expect(clippy::indexing_slicing, reason = "a remainder is smaller than the length")]
fn pick<T: Copy, const N: usize>(list: &[T; N], number: u32) -> T {
    let number = usize::try_from(number).unwrap_or_default();
    list[(number + N - 1) % N]
}

/// An ECK iD that nobody has: the mark, and a hash of what the person is called here.
fn eck_id(kind: &str, number: u32) -> String {
    let hash = digest::digest(&digest::SHA512, format!("verzonnen {kind} {number}").as_bytes());
    let mut text = format!("https://ketenid.nl/pilot/{}", mark::ECK_ID);
    for byte in hash.as_ref().iter().skip(mark::ECK_ID.len() / 2) {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
