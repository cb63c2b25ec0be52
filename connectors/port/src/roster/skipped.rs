//! What a delivery holds and the vocabulary does not: counted, never kept.

use std::collections::BTreeMap;

/// Counts of values that were passed over while reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skipped(BTreeMap<SkippedKind, u32>);

/// A kind of value that has no place in the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkippedKind {
    /// A national number, whole or in part.
    NationalNumber,
    /// Ethnicity.
    Ethnicity,
    /// The country of birth of the pupil or a parent.
    Country,
    /// The funding weight of a pupil.
    Weight,
    /// A postal code.
    PostalCode,
    /// The address of a photo.
    Photo,
    /// The day on which a pupil started year 3.
    StartOfYear3,
    /// A role of a member of staff outside groups, or one in free words.
    Role,
    /// A free description.
    Description,
    /// An extension block.
    Extension,
    /// Anything that the standard does not know.
    Unknown,
}

impl SkippedKind {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NationalNumber => "national_number",
            Self::Ethnicity => "ethnicity",
            Self::Country => "country",
            Self::Weight => "weight",
            Self::PostalCode => "postal_code",
            Self::Photo => "photo",
            Self::StartOfYear3 => "start_of_year_3",
            Self::Role => "role",
            Self::Description => "description",
            Self::Extension => "extension",
            Self::Unknown => "unknown",
        }
    }
}

impl Skipped {
    /// Counts one value more.
    pub fn add(&mut self, kind: SkippedKind) {
        let count = self.0.entry(kind).or_default();
        *count = count.saturating_add(1);
    }

    /// How many values of a kind were passed over.
    pub fn count(&self, kind: SkippedKind) -> u32 {
        self.0.get(&kind).copied().unwrap_or(0)
    }

    /// Every kind that occurred, with its count.
    pub fn iter(&self) -> impl Iterator<Item = (SkippedKind, u32)> {
        self.0.iter().map(|(kind, count)| (*kind, *count))
    }
}
