//! How long data are kept: the two terms that the gate goes by, and the rules of a document in all their kinds.

use serde::{Deserialize, Serialize};

use super::particulars::{Whose, is_false, section, words};
use crate::catalogue::Label;

section! {
    /// How long data are kept.
    #[derive(Default)]
    Retention {
        /// How many days D14 and D15 may go on after a person left; without it, not at all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days_after_leaving: Option<u32>,
        /// Within how many days after the end data are returned and destroyed. A draft may lack it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days_after_end: Option<u32>,
        /// What else holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Label>,
        /// The rules, each for itself.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rules: Vec<RetentionRule>,
    }
}

words! {
    /// What a term is counted from.
    From {
        /// A person leaves.
        Leaving,
        /// The agreement ends.
        End,
        /// The agreement ended and the school does not say how it wants its data back.
        NoAnswer,
        /// Notice is given.
        Notice,
        /// A file is sent in.
        Upload,
        /// A school year ends.
        SchoolYear,
        /// A back-up is made.
        BackUp,
    }
}

words! {
    /// What then happens.
    Then {
        /// It is destroyed.
        Destroyed,
        /// It is returned first, and then destroyed.
        Returned,
        /// It is made anonymous.
        Anonymised,
        /// It can be read and no longer changed.
        Archived,
    }
}

section! {
    /// A rule about some data of some persons.
    RetentionRule {
        /// Whose data.
        whose: Whose,
        /// Which, by their codes; empty for all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        categories: Vec<String>,
        /// From when it is counted.
        from: From,
        /// How many days.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days: Option<u32>,
        /// How many months.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        months: Option<u32>,
        /// What then happens.
        then: Then,
        /// Unless the person, or under 16 a guardian, wants it kept.
        #[serde(default, skip_serializing_if = "is_false")]
        unless_consent: bool,
        /// More about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<Label>,
    }
}

impl RetentionRule {
    /// The shortest and the longest number of days that it can mean; `None` when it says no term, or two.
    pub fn days(&self) -> Option<(u32, u32)> {
        match (self.days, self.months) {
            (Some(days), None) => Some((days, days)),
            (None, Some(months)) => Some((months.saturating_mul(28), months.saturating_mul(31))),
            (None, None) | (Some(_), Some(_)) => None,
        }
    }
}
