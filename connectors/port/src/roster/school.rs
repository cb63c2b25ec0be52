//! The school, its branches and its groups.

use sluis_core::{identifier::Brin6, time::Timestamp};

use super::{BranchKey, Day, Field, GroupKey, SchoolYear, YearGroup};

/// What a delivery is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolHeader {
    /// The school, when the delivery names it by its BRIN; without a branch code it is the main branch.
    pub brin: Option<Brin6>,
    /// The school year.
    pub school_year: SchoolYear,
    /// The day that the data describes (peildatum).
    pub reference_date: Option<Day>,
    /// When the delivery was made, if it says so with a time zone.
    pub created_at: Option<Timestamp>,
}

/// A part of the school that the system tells apart (vestiging).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolBranch {
    /// Its key.
    pub key: BranchKey,
    /// Its name.
    pub name: Field<String>,
}

/// A group of pupils.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its key.
    pub key: GroupKey,
    /// Its name.
    pub name: Field<String>,
    /// Base group or composite group.
    pub kind: GroupKind,
}

/// The two kinds of group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// A base group (stamgroep), of which a pupil has at most one.
    Base {
        /// Its year group.
        year_group: Field<YearGroup>,
    },
    /// A composite group (samengestelde groep), of which a pupil has any number.
    Composite,
}
