//! How the data are kept safe: classification, measures, certificates, and how they are made anonymous.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{is_false, section, words};
pub use crate::deidentify::Identifier;
use crate::{
    catalogue::Label,
    deidentify::{self, lacking},
};

words! {
    /// A level of the classification.
    Level {
        /// Low.
        Low,
        /// Middle.
        Middle,
        /// High.
        High,
    }
}

section! {
    /// The classification of availability, integrity and confidentiality, with what it says of the data.
    #[derive(Default)]
    Classification {
        /// Availability.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        availability: Option<Level>,
        /// Integrity.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        integrity: Option<Level>,
        /// Confidentiality.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confidentiality: Option<Level>,
        /// How far persons are profiled: middle without, high with decisions by the program alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profiling: Option<Level>,
        /// Whether there are special categories of data among them (GDPR 9).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        special_categories: Option<bool>,
    }
}

section! {
    /// A measure, and whether it is met.
    Measure {
        /// What it is about, availability, integrity or confidentiality, with its name.
        text: Label,
        /// The value that is filled in: `met`, `not_met` and `alternative` are possible.
        status: String,
        /// By when it will be met.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Date>,
    }
}

section! {
    /// A certificate.
    Certificate {
        /// Which.
        name: String,
        /// Until when it holds.
        until: Date,
    }
}

section! {
    /// How data are made anonymous.
    Anonymising {
        /// What is removed.
        removes: Vec<Identifier>,
        /// For what.
        what_for: Label,
    }
}

impl Anonymising {
    /// Whether nobody is named any more: the judgement is that of [`deidentify`](crate::deidentify).
    pub fn is_enough(&self) -> bool {
        lacking(deidentify::Level::Anonymous, &self.removes).is_empty()
    }

    /// Whether nobody is named but under a pseudonym.
    pub fn is_enough_for_pseudonyms(&self) -> bool {
        lacking(deidentify::Level::Pseudonymised, &self.removes).is_empty()
    }
}
