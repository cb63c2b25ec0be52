//! What is wrong in a document that can be read: a row with a defect permits nothing.

use super::{AnnexDocument, RowDocument, beside::Beside};
use crate::catalogue::{Attribute, Catalogue, CategoryCodeError, DataCategory, Purpose};
use crate::person::PersonKind;

/// What is wrong in an annex, so that the gate permits nothing by what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefectCode {
    /// The row, or the list, was not filled in: it says nothing that is done and nothing that it is done for.
    RowUnfilled,
    /// The row says what is done and not what for.
    ProcessingWithoutPurpose,
    /// The row says what for and not what is done.
    PurposeWithoutProcessing,
    /// The row is about a module that the annex does not have.
    ModuleUndefined,
    /// A code that the catalogue does not have.
    CodeUndefined,
    /// A code that the document itself prints twice, for different things.
    CodeAmbiguous,
    /// A national number among the categories; it never leaves.
    NationalNumber,
    /// Purposes without any category of data.
    PurposeWithoutCategory,
    /// D22 without the purpose that it stands for.
    PurposeUnnamed,
    /// Category 29 without the attributes that it stands for.
    OtherDataUnnamed,
    /// A category whose words are about something else.
    CategoryMisnamed,
    /// A special category (GDPR 9) without a recorded legal ground.
    SpecialGroundMissing,
    /// A special category, while the classification says that there is none.
    SpecialUnclassified,
    /// D16, while what is removed leaves names, contact data or numbers that others know.
    PseudonymisingInsufficient,
    /// D17, while what is removed leaves data that name a person.
    AnonymisingInsufficient,
    /// Something without which there is no agreement was left blank.
    FieldUnfilled,
    /// Nothing says when data are returned and destroyed after the end.
    RetentionMissing,
    /// A rule of retention without a term, or with two.
    RetentionEmpty,
    /// Two terms for the same data.
    RetentionContradictory,
    /// Data stay after the end as anonymous, and too little is removed for that, or nothing says what.
    RetentionNotAnonymous,
    /// The processor uses the data for itself.
    OwnUse,
    /// Data are used to promote something.
    Advertising,
    /// A party bears two names that may be two legal persons.
    PartyAmbiguous,
}

impl DefectCode {
    /// All codes.
    pub const ALL: [Self; 23] = [
        Self::RowUnfilled,
        Self::ProcessingWithoutPurpose,
        Self::PurposeWithoutProcessing,
        Self::ModuleUndefined,
        Self::CodeUndefined,
        Self::CodeAmbiguous,
        Self::NationalNumber,
        Self::PurposeWithoutCategory,
        Self::PurposeUnnamed,
        Self::OtherDataUnnamed,
        Self::CategoryMisnamed,
        Self::SpecialGroundMissing,
        Self::SpecialUnclassified,
        Self::PseudonymisingInsufficient,
        Self::AnonymisingInsufficient,
        Self::FieldUnfilled,
        Self::RetentionMissing,
        Self::RetentionEmpty,
        Self::RetentionContradictory,
        Self::RetentionNotAnonymous,
        Self::OwnUse,
        Self::Advertising,
        Self::PartyAmbiguous,
    ];

    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RowUnfilled => "row_unfilled",
            Self::ProcessingWithoutPurpose => "processing_without_purpose",
            Self::PurposeWithoutProcessing => "purpose_without_processing",
            Self::ModuleUndefined => "module_undefined",
            Self::CodeUndefined => "code_undefined",
            Self::CodeAmbiguous => "code_ambiguous",
            Self::NationalNumber => "national_number",
            Self::PurposeWithoutCategory => "purpose_without_category",
            Self::PurposeUnnamed => "purpose_unnamed",
            Self::OtherDataUnnamed => "other_data_unnamed",
            Self::CategoryMisnamed => "category_misnamed",
            Self::SpecialGroundMissing => "special_ground_missing",
            Self::SpecialUnclassified => "special_unclassified",
            Self::PseudonymisingInsufficient => "pseudonymising_insufficient",
            Self::AnonymisingInsufficient => "anonymising_insufficient",
            Self::FieldUnfilled => "field_unfilled",
            Self::RetentionMissing => "retention_missing",
            Self::RetentionEmpty => "retention_empty",
            Self::RetentionContradictory => "retention_contradictory",
            Self::RetentionNotAnonymous => "retention_not_anonymous",
            Self::OwnUse => "own_use",
            Self::Advertising => "advertising",
            Self::PartyAmbiguous => "party_ambiguous",
        }
    }
}

/// One thing that is wrong in an annex, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// What.
    pub code: DefectCode,
    /// The row, counted from 0; `None` when it touches every row. Where the annex does not link, each category that it
    /// ticks is a row, staff after pupils, and its purposes are the last one.
    pub row: Option<usize>,
    /// Where, as a JSON pointer (RFC 6901).
    pub place: String,
}

impl AnnexDocument {
    /// Everything that is wrong in it, in the order of the document.
    pub fn defects(&self, catalogue: &Catalogue) -> Vec<Defect> {
        let mut defects = Vec::new();
        let beside = Beside::of(self);
        for (index, row) in self.rows.iter().enumerate() {
            let mut add = |code, place: String| {
                let place = format!("/rows/{index}{place}");
                defects.push(Defect {
                    code,
                    row: Some(index),
                    place,
                });
            };
            if !self.has_module(&row.module) {
                add(DefectCode::ModuleUndefined, "/module".to_owned());
            }
            row.lint(catalogue, &mut add);
            beside.about_row(row, &mut add);
        }
        if let Some(ticks) = &self.ticks {
            ticks.lint(|code| self.has_module(code), catalogue, &mut defects);
            beside.about_ticks(ticks, &mut defects);
        }
        for (index, party) in self.sub_processors.iter().enumerate() {
            lint_categories(&party.pupil_categories, &party.staff_categories, &mut |code, place| {
                let place = format!("/subProcessors/{index}{place}");
                defects.push(Defect { code, row: None, place });
            });
        }
        self.stopped_whole(&mut defects);
        defects
    }
}

impl RowDocument {
    pub(super) fn lint(&self, catalogue: &Catalogue, add: &mut impl FnMut(DefectCode, String)) {
        match (self.processings.is_empty(), self.purposes.is_empty()) {
            (true, true) => add(DefectCode::RowUnfilled, String::new()),
            (false, true) => add(DefectCode::ProcessingWithoutPurpose, String::new()),
            (true, false) => add(DefectCode::PurposeWithoutProcessing, String::new()),
            (false, false) => {}
        }
        if !self.purposes.is_empty() && self.pupil_categories.is_empty() && self.staff_categories.is_empty() {
            add(DefectCode::PurposeWithoutCategory, "/purposes".to_owned());
        }
        for (index, code) in self.processings.iter().enumerate() {
            if !catalogue.has_processing(code) {
                add(DefectCode::CodeUndefined, format!("/processings/{index}"));
            }
        }
        for (index, code) in self.purposes.iter().enumerate() {
            match Purpose::parse(code) {
                Err(_) => add(DefectCode::CodeUndefined, format!("/purposes/{index}")),
                Ok(Purpose::OTHER) if self.other_purpose.is_none() => {
                    add(DefectCode::PurposeUnnamed, format!("/purposes/{index}"));
                }
                Ok(_) => {}
            }
        }
        lint_categories(&self.pupil_categories, &self.staff_categories, add);
        self.lint_meaning(catalogue, add);
    }

    /// What a known code needs beside it.
    fn lint_meaning(&self, catalogue: &Catalogue, add: &mut impl FnMut(DefectCode, String)) {
        let is_other = |attribute: &Attribute| catalogue.category_of(*attribute) == DataCategory::Other;
        let other_data = self.other_data.as_deref().unwrap_or_default();
        let named = !other_data.is_empty() && other_data.iter().all(is_other);
        for (field, kind, codes) in [
            ("pupilCategories", PersonKind::Pupil, &self.pupil_categories),
            ("staffCategories", PersonKind::Staff, &self.staff_categories),
        ] {
            for (index, code) in codes.iter().enumerate() {
                let Some(category) = parse_for(code, kind) else {
                    continue;
                };
                let place = || format!("/{field}/{index}");
                if category == DataCategory::Other && !named {
                    add(DefectCode::OtherDataUnnamed, place());
                }
                if category.is_special() && self.special_ground.is_none() {
                    add(DefectCode::SpecialGroundMissing, place());
                }
            }
        }
    }

    /// The categories of this kind of person, without the codes that are wrong.
    pub fn categories(&self, kind: PersonKind) -> impl Iterator<Item = DataCategory> {
        let codes = match kind {
            PersonKind::Pupil => &self.pupil_categories,
            PersonKind::Staff => &self.staff_categories,
        };
        codes.iter().filter_map(move |code| parse_for(code, kind))
    }
}

/// A pupil's code among those of staff is as undefined as one that does not exist.
pub(super) fn parse_for(code: &str, kind: PersonKind) -> Option<DataCategory> {
    DataCategory::parse(code)
        .ok()
        .filter(|(of, _)| *of == kind)
        .map(|(_, category)| category)
}

pub(super) fn lint_categories(pupil: &[String], staff: &[String], add: &mut impl FnMut(DefectCode, String)) {
    for (field, kind, codes) in [
        ("pupilCategories", PersonKind::Pupil, pupil),
        ("staffCategories", PersonKind::Staff, staff),
    ] {
        for (index, code) in codes.iter().enumerate() {
            let defect = match DataCategory::parse(code) {
                Err(CategoryCodeError::NationalNumber) => DefectCode::NationalNumber,
                Ok((of, _)) if of == kind => continue,
                Ok(_) | Err(CategoryCodeError::Undefined) => DefectCode::CodeUndefined,
            };
            add(defect, format!("/{field}/{index}"));
        }
    }
}
