//! The catalogue: purposes, data categories, attributes and attribute sets, as versioned data.
//!
//! The enums fix what exists; labels, the category of an attribute, named sets and the restrictive table come from
//! `core/catalogue/*.json`. Labels are in our own words; the official sentences stay in the agreements.

mod attribute;
mod category;
mod purpose;
pub(crate) mod set;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use attribute::{Attribute, AttributeError, AttributeSet};
pub use category::{CategoryCode, CategoryCodeError, CategorySet, DataCategory};
pub use purpose::{Purpose, PurposeError, PurposeSet};

use crate::person::PersonKind;

/// A text in the two languages of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Dutch.
    pub nl: String,
    /// English.
    pub en: String,
}

/// A purpose with its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PurposeEntry {
    /// The purpose.
    pub code: Purpose,
    /// Whether the code is printed nowhere and follows from the order of the form.
    pub inferred: bool,
    /// What it is.
    pub label: Label,
}

/// A category with its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CategoryEntry {
    /// The category.
    pub category: DataCategory,
    /// Whether the number is printed nowhere and follows from the order of the form.
    pub inferred: bool,
    /// What it is.
    pub label: Label,
}

/// An attribute with its category and label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttributeEntry {
    /// The attribute.
    pub name: Attribute,
    /// Its one category.
    pub category: DataCategory,
    /// What it is.
    pub label: Label,
}

/// A set of attributes that somebody published, named by origin and version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttributeSetEntry {
    /// The name; with the version it is unique.
    pub name: String,
    /// Who published it.
    pub origin: String,
    /// Which version of it this is.
    pub version: String,
    /// The attributes of pupils.
    pub pupil: AttributeSet,
    /// The attributes of staff.
    pub staff: AttributeSet,
    /// What it is.
    pub label: Label,
}

/// A kind of processing with its label (verwerking, V1 to V4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProcessingEntry {
    /// The code, for example `V1`.
    pub code: String,
    /// What it is.
    pub label: Label,
}

/// What an annex that does not link purposes and categories may use for one purpose at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PurposeCategories {
    /// The purpose.
    pub purpose: Purpose,
    /// The categories that it may see.
    pub categories: CategorySet,
}

/// One list of the catalogue, with the version of its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Versioned<T> {
    /// The version of the data.
    pub version: String,
    /// The entries, in the order of their numbers.
    pub entries: Vec<T>,
}

/// The whole catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// D1 to D22.
    pub purposes: Versioned<PurposeEntry>,
    /// 1 to 29.
    pub categories: Versioned<CategoryEntry>,
    /// Every attribute.
    pub attributes: Versioned<AttributeEntry>,
    /// Published sets.
    pub attribute_sets: Versioned<AttributeSetEntry>,
    /// V1 to V4.
    pub processings: Versioned<ProcessingEntry>,
    /// The restrictive table for annexes that do not link purposes and categories.
    pub purpose_categories: Versioned<PurposeCategories>,
    category_of: [DataCategory; Attribute::ALL.len()],
}

/// Why data are no catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A file is not of its shape.
    #[error("the catalogue file `{file}` cannot be read")]
    Unreadable {
        /// The file.
        file: &'static str,
        /// What is wrong with it.
        #[source]
        cause: serde_json::Error,
    },
    /// A list misses an entry, has one twice, or has them out of order.
    #[error("the catalogue file `{file}` must list every entry once, in order")]
    Incomplete {
        /// The file.
        file: &'static str,
    },
}

static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the files are part of the program; a test reads the same ones"
    )]
    Catalogue::read().expect("the built-in catalogue is whole")
});

impl Catalogue {
    /// The catalogue that the program carries, parsed once.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    fn read() -> Result<Self, CatalogueError> {
        macro_rules! list {
            ($file:literal, $field:literal) => {{
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct File<T> {
                    version: String,
                    #[serde(rename = $field)]
                    entries: Vec<T>,
                }
                let text = include_str!(concat!("../../catalogue/", $file, ".json"));
                let file: File<_> =
                    serde_json::from_str(text).map_err(|cause| CatalogueError::Unreadable { file: $file, cause })?;
                Versioned {
                    version: file.version,
                    entries: file.entries,
                }
            }};
        }
        let purposes: Versioned<PurposeEntry> = list!("purposes", "purposes");
        let categories: Versioned<CategoryEntry> = list!("data-categories", "categories");
        let attributes: Versioned<AttributeEntry> = list!("attributes", "attributes");
        let purpose_categories: Versioned<PurposeCategories> = list!("purpose-categories", "purposeCategories");
        complete(
            "purposes",
            purposes.entries.iter().map(|entry| entry.code),
            &Purpose::ALL,
        )?;
        complete(
            "purpose-categories",
            purpose_categories.entries.iter().map(|entry| entry.purpose),
            &Purpose::ALL,
        )?;
        complete(
            "data-categories",
            categories.entries.iter().map(|entry| entry.category),
            &DataCategory::ALL,
        )?;
        complete(
            "attributes",
            attributes.entries.iter().map(|entry| entry.name),
            &Attribute::ALL,
        )?;
        let mut category_of = [DataCategory::Other; Attribute::ALL.len()];
        for (slot, entry) in category_of.iter_mut().zip(&attributes.entries) {
            *slot = entry.category;
        }
        Ok(Self {
            purposes,
            categories,
            attributes,
            attribute_sets: list!("attribute-sets", "attributeSets"),
            processings: list!("processings", "processings"),
            purpose_categories,
            category_of,
        })
    }

    /// The one category of an attribute.
    pub const fn category_of(&self, attribute: Attribute) -> DataCategory {
        #[expect(
            clippy::indexing_slicing,
            reason = "INVARIANT: the array has a slot for every attribute"
        )]
        self.category_of[attribute.number() as usize]
    }

    /// The attributes of these categories.
    pub fn attributes_of(&self, categories: CategorySet) -> AttributeSet {
        Attribute::ALL
            .into_iter()
            .filter(|attribute| categories.contains(self.category_of(*attribute)))
            .collect()
    }

    /// The categories of these attributes.
    pub fn categories_of(&self, attributes: AttributeSet) -> CategorySet {
        attributes.iter().map(|attribute| self.category_of(attribute)).collect()
    }

    /// The code of the category of an attribute, for example `CD14`.
    pub const fn code_of(&self, attribute: Attribute, kind: PersonKind) -> &'static str {
        self.category_of(attribute).code(kind)
    }

    /// The purposes that may have this category where an annex does not link them: the restrictive table, read backwards.
    pub fn purposes_of(&self, category: DataCategory) -> PurposeSet {
        let entries = self.purpose_categories.entries.iter();
        let having = entries.filter(|entry| entry.categories.contains(category));
        having.map(|entry| entry.purpose).collect()
    }

    /// The published set of this name and version.
    pub fn find_attribute_set(&self, name: &str, version: &str) -> Option<&AttributeSetEntry> {
        self.attribute_sets
            .entries
            .iter()
            .find(|entry| entry.name == name && entry.version == version)
    }

    /// Whether a code names a kind of processing.
    pub fn has_processing(&self, code: &str) -> bool {
        self.processings.entries.iter().any(|entry| entry.code == code)
    }
}

fn complete<T: PartialEq>(
    file: &'static str,
    found: impl Iterator<Item = T>,
    expected: &[T],
) -> Result<(), CatalogueError> {
    if found.collect::<Vec<_>>() == expected {
        Ok(())
    } else {
        Err(CatalogueError::Incomplete { file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_data_are_whole_and_every_attribute_has_one_category() {
        let catalogue = Catalogue::read().unwrap();
        for attribute in Attribute::ALL {
            let alone = CategorySet::EMPTY.with(catalogue.category_of(attribute));
            assert!(catalogue.attributes_of(alone).contains(attribute));
        }
        for (attribute, category) in [
            (Attribute::GivenName, 1),
            (Attribute::FamilyNamePrefix, 3),
            (Attribute::EckId, 12),
            (Attribute::BirthDate, 14),
            (Attribute::Groups, 20),
            (Attribute::YearGroup, 20),
            (Attribute::Results, 22),
            (Attribute::Timetable, 25),
        ] {
            assert_eq!(catalogue.category_of(attribute).number(), category, "{attribute}");
        }
    }

    #[test]
    fn what_no_document_prints_is_marked_as_inferred() {
        let catalogue = Catalogue::built_in();
        let purposes = catalogue.purposes.entries.iter().filter(|entry| entry.inferred);
        assert_eq!(purposes.map(|entry| entry.code.code()).collect::<Vec<_>>(), ["D19"]);
        let categories = catalogue.categories.entries.iter().filter(|entry| entry.inferred);
        assert_eq!(
            categories.map(|entry| entry.category.number()).collect::<Vec<_>>(),
            [5, 6, 7, 8, 9, 15, 18, 19, 25, 26, 29]
        );
    }

    #[test]
    fn the_restrictive_table_keeps_what_is_delicate_to_its_own_purpose() {
        let purposes_of = |category| {
            let purposes = Catalogue::built_in().purposes_of(category);
            purposes.iter().map(Purpose::number).collect::<Vec<_>>()
        };
        assert_eq!(purposes_of(DataCategory::Health), [7]);
        assert_eq!(purposes_of(DataCategory::Belief), [7]);
        assert_eq!(purposes_of(DataCategory::BankAccount), [20]);
        assert_eq!(purposes_of(DataCategory::PrivateEmail), [9, 11, 12]);
        assert_eq!(purposes_of(DataCategory::Attendance), [7, 8, 10]);
        assert_eq!(purposes_of(DataCategory::Progress), [1, 2, 3, 4, 5, 10, 16, 17]);
        assert!(!purposes_of(DataCategory::EckId).contains(&17));
    }

    #[test]
    fn published_sets_are_found_by_name_and_version() {
        let catalogue = Catalogue::built_in();
        let small = |version| catalogue.find_attribute_set("uwlr-small", version).unwrap().pupil;
        assert!(small("2.2").contains(Attribute::BirthDate));
        assert!(!small("2.3").contains(Attribute::BirthDate));
        assert!(catalogue.find_attribute_set("uwlr-small", "9").is_none());
        assert!(catalogue.has_processing("V1") && !catalogue.has_processing("V5"));
    }
}
