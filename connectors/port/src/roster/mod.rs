//! The roster of one school as a system delivered it: people, groups, and what was wrong with single fields.
//!
//! Three things are kept apart for every field: not delivered, delivered empty, and a value ([`Field`]). A person or a
//! group that is *absent* from a complete snapshot was removed at the source; whether to believe that is decided
//! elsewhere, by comparing snapshots.

mod check;
mod code;
mod field;
mod finding;
mod key;
mod people;
mod school;
mod school_year;
mod skipped;

pub use code::{Gender, StaffRole, YearGroup};
pub use field::Field;
pub use finding::{Finding, FindingKind, Object, RosterField};
pub use key::{BranchKey, GroupKey, PupilKey, SourceKey, StaffKey, keyed};
pub use people::{Day, PersonName, Pupil, Staff, StaffGroup};
pub use school::{Group, GroupKind, SchoolBranch, SchoolHeader};
pub use school_year::{SchoolYear, SchoolYearError};
pub use skipped::{Skipped, SkippedKind};

/// One complete delivery of a school's data.
///
/// It comes into being whole or not at all: what is wrong with the delivery as such is a
/// [`ReadError`](crate::ReadError), what is wrong with a single field is a [`Finding`] in `warnings`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Which school and school year, and when it was made.
    pub school: SchoolHeader,
    /// Parts of the school that the system tells apart (vestigingen).
    pub branches: Vec<SchoolBranch>,
    /// Groups and composite groups, in the order of delivery.
    pub groups: Vec<Group>,
    /// Whether the delivery has a section of groups. Without one it says nothing about them; with one that is empty, it
    /// says that there are none.
    pub groups_delivered: bool,
    /// Whether the system delivers staff: without a section of them, nobody of them has left.
    pub staff_delivered: bool,
    /// Pupils, in the order of delivery.
    pub pupils: Vec<Pupil>,
    /// Staff, in the order of delivery.
    pub staff: Vec<Staff>,
    /// Fields that were withheld, and why.
    pub warnings: Vec<Finding>,
    /// How many values without a place in the vocabulary were passed over, by kind.
    pub skipped: Skipped,
}
