//! What is removed, and whether that is enough.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::class::{Treatment, treatment};
use crate::catalogue::{Attribute, Purpose};

/// What can name a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Identifier {
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

/// How far data are taken away from persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Nobody is named but under a pseudonym (D16).
    Pseudonymised,
    /// Nobody is named (D17).
    Anonymous,
}

impl Level {
    /// What a purpose asks; none where data may name a person.
    pub const fn asked_by(purpose: Purpose) -> Option<Self> {
        match purpose {
            Purpose::RESEARCH => Some(Self::Pseudonymised),
            Purpose::ANALYSIS => Some(Self::Anonymous),
            _ => None,
        }
    }

    /// What has to be gone. That the school is gone is not enough, and not needed.
    pub const fn removes(self) -> &'static [Identifier] {
        match self {
            Self::Pseudonymised => &[Identifier::Name, Identifier::Number, Identifier::Contact],
            Self::Anonymous => &[
                Identifier::Name,
                Identifier::Number,
                Identifier::Contact,
                Identifier::BirthDate,
                Identifier::Device,
            ],
        }
    }
}

/// What still names a person when these are removed. INVARIANT: this is the one place that says what is enough.
pub fn lacking(level: Level, removed: &[Identifier]) -> Vec<Identifier> {
    let all = level.removes().iter().copied();
    all.filter(|identifier| !removed.contains(identifier)).collect()
}

/// How an attribute is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kept {
    /// As it is.
    AsItIs,
    /// In a class, such as the year of a date.
    InClasses,
    /// Not at all.
    Dropped,
}

/// What somebody does to make data point to nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measures {
    attributes: BTreeMap<Attribute, Kept>,
    school_dropped: bool,
}

/// Why measures are not enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Shortfall {
    /// Only the school was left out.
    #[error("that the number of the school is gone leaves every person in it as they were")]
    OnlySchool,
    /// What names a person is left.
    #[error("`{0}` names a person")]
    Names(Attribute),
    /// What could point to a person is left as it is.
    #[error("`{0}` points to a person unless it is put in classes")]
    Points(Attribute),
    /// What was said to be in classes has none.
    #[error("`{0}` cannot be put in classes: it has to go")]
    NoClasses(Attribute),
}

impl Measures {
    /// Measures about these attributes. What is not mentioned is not in the data.
    pub fn new(attributes: impl IntoIterator<Item = (Attribute, Kept)>, school_dropped: bool) -> Self {
        Self {
            attributes: attributes.into_iter().collect(),
            school_dropped,
        }
    }

    /// Why they are not enough for this level; empty when they are.
    pub fn judge(&self, level: Level) -> BTreeSet<Shortfall> {
        let mut wrong: BTreeSet<_> = self
            .attributes
            .iter()
            .filter_map(|(attribute, kept)| against(level, *attribute, *kept))
            .collect();
        let touched = self.attributes.values().any(|kept| *kept != Kept::AsItIs);
        if !wrong.is_empty() && self.school_dropped && !touched {
            wrong.insert(Shortfall::OnlySchool);
        }
        wrong
    }
}

fn against(level: Level, attribute: Attribute, kept: Kept) -> Option<Shortfall> {
    let needed = |identifier: Identifier| level.removes().contains(&identifier);
    match (treatment(attribute), kept) {
        (_, Kept::Dropped) | (Treatment::Value, Kept::AsItIs) | (Treatment::InClasses(..), Kept::InClasses) => None,
        (Treatment::Never(Some(identifier)), _) if !needed(identifier) && level == Level::Pseudonymised => None,
        (Treatment::Never(_), Kept::AsItIs) => Some(Shortfall::Names(attribute)),
        (Treatment::Never(_) | Treatment::Value, Kept::InClasses) => Some(Shortfall::NoClasses(attribute)),
        (Treatment::InClasses(..), Kept::AsItIs) => (level == Level::Anonymous).then_some(Shortfall::Points(attribute)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(kept: Kept) -> impl Iterator<Item = (Attribute, Kept)> {
        Attribute::ALL.into_iter().map(move |attribute| (attribute, kept))
    }

    #[test]
    fn leaving_out_the_school_alone_is_not_enough() {
        for level in [Level::Pseudonymised, Level::Anonymous] {
            assert_eq!(lacking(level, &[Identifier::School]), level.removes());
            let only_school = Measures::new(all(Kept::AsItIs), true).judge(level);
            assert!(only_school.contains(&Shortfall::OnlySchool));
            assert!(only_school.contains(&Shortfall::Names(Attribute::FamilyName)));
            assert!(only_school.contains(&Shortfall::Names(Attribute::EckId)));
        }
    }

    #[test]
    fn what_names_goes_and_what_points_goes_in_classes() {
        let dropped = |attribute: &Attribute| matches!(treatment(*attribute), Treatment::Never(_));
        let measures = |points: Kept| {
            let of = |attribute: Attribute| match treatment(attribute) {
                Treatment::Never(_) => Kept::Dropped,
                Treatment::InClasses(_) => points,
                Treatment::Value => Kept::AsItIs,
            };
            let attributes = Attribute::ALL.into_iter().map(|attribute| (attribute, of(attribute)));
            Measures::new(attributes, false)
        };
        assert!(Attribute::ALL.iter().any(dropped));
        for level in [Level::Pseudonymised, Level::Anonymous] {
            assert_eq!(measures(Kept::InClasses).judge(level), BTreeSet::new());
        }
        assert_eq!(measures(Kept::AsItIs).judge(Level::Pseudonymised), BTreeSet::new());
        let points = measures(Kept::AsItIs).judge(Level::Anonymous);
        assert!(points.contains(&Shortfall::Points(Attribute::BirthDate)));
    }

    #[test]
    fn each_measure_counts_by_itself() {
        let with = |attribute, kept| Measures::new([(attribute, kept)], false).judge(Level::Anonymous);
        let one = |shortfall| BTreeSet::from([shortfall]);
        assert_eq!(
            with(Attribute::GivenName, Kept::AsItIs),
            one(Shortfall::Names(Attribute::GivenName))
        );
        assert_eq!(
            with(Attribute::Postcode, Kept::InClasses),
            one(Shortfall::NoClasses(Attribute::Postcode))
        );
        assert_eq!(with(Attribute::Results, Kept::AsItIs), BTreeSet::new());
        assert_eq!(with(Attribute::BirthDate, Kept::Dropped), BTreeSet::new());
    }

    #[test]
    fn a_purpose_asks_its_level() {
        assert_eq!(Level::asked_by(Purpose::RESEARCH), Some(Level::Pseudonymised));
        assert_eq!(Level::asked_by(Purpose::ANALYSIS), Some(Level::Anonymous));
        for purpose in Purpose::ALL {
            assert_eq!(Level::asked_by(purpose).is_some(), purpose.needs_deidentified_data());
        }
    }
}
