//! What happens to an agreement after it was offered: a side suspends, resumes or ends it, the board says for which schools it
//! holds. Steps are only added, and all dates are read from them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sluis_core::{
    agreement::Side,
    id::{ClientId, SchoolId},
    time::{Timestamp, Window},
};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// 1 for the first of its agreement, without a gap.
    pub number: u64,
    /// Whose act it was.
    pub side: Side,
    /// The client that asked for it.
    pub by: ClientId,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: What,
}

/// What happened to an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The side can no longer comply.
    Suspended {
        /// Why, in its own words.
        reason: Option<String>,
    },
    /// The side complies again.
    Resumed,
    /// The side ended it.
    Ended {
        /// From when on it holds no more.
        at: Timestamp,
        /// Why, in its own words.
        reason: Option<String>,
    },
    /// The board said for which of its schools it holds.
    Covered(Coverage),
}

/// For which schools of a board an agreement holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// All of them, also those that come later, apart from these.
    AllExcept(BTreeSet<SchoolId>),
    /// These.
    Only(BTreeSet<SchoolId>),
}

impl Default for Coverage {
    fn default() -> Self {
        Self::AllExcept(BTreeSet::new())
    }
}

impl Coverage {
    /// Whether it holds for a school.
    pub fn holds(&self, school: SchoolId) -> bool {
        match self {
            Self::AllExcept(schools) => !schools.contains(&school),
            Self::Only(schools) => schools.contains(&school),
        }
    }

    /// The schools that it names.
    pub const fn named(&self) -> &BTreeSet<SchoolId> {
        match self {
            Self::AllExcept(schools) | Self::Only(schools) => schools,
        }
    }
}

/// A span in which a side has said that it can no longer comply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// Who said so.
    pub side: Side,
    /// From when until when; it may be open.
    pub window: Window,
    /// Why.
    pub reason: Option<String>,
}
