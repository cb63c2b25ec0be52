//! How the data are kept safe: classification, measures, certificates, and how they are made anonymous.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{is_false, section, words};
use crate::catalogue::Label;

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

words! {
    /// What can name a person.
    Identifier {
        /// Names.
        Name,
        /// Numbers of the person that others know: of the school, ECK iD, account. A pseudonym that is made for the research is none.
        Number,
        /// Addresses and telephone.
        Contact,
        /// Date of birth.
        BirthDate,
        /// The number of the device, and where it is on the network.
        Device,
        /// The number of the school, such as BRIN.
        School,
    }
}

impl Identifier {
    /// What has to be gone before data can be said to name nobody. That the school is gone is not enough, and not needed.
    pub const TELLING: [Self; 5] = [Self::Name, Self::Number, Self::Contact, Self::BirthDate, Self::Device];

    /// What has to be gone before data can be said to be under a pseudonym.
    pub const KNOWN: [Self; 3] = [Self::Name, Self::Number, Self::Contact];
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
    /// Whether nobody is named any more.
    pub fn is_enough(&self) -> bool {
        Identifier::TELLING.iter().all(|telling| self.removes.contains(telling))
    }

    /// Whether nobody is named but under a pseudonym.
    pub fn is_enough_for_pseudonyms(&self) -> bool {
        Identifier::KNOWN.iter().all(|known| self.removes.contains(known))
    }
}
