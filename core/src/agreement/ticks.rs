//! What an annex lists that does not link purposes and categories: the tick boxes of model 4.0 and the prose of the others.
//!
//! The texts are the annex's own words beside the code that they were mapped to. They are evidence and permit nothing:
//! what has no code of its own is in no row.

use serde::{Deserialize, Serialize};

use super::{Defect, DefectCode, ModuleCode, ModuleDocument, Need, defect::parse_for, particulars::is_false};
use crate::{
    catalogue::{Attribute, Catalogue, CategoryCodeError, DataCategory, Label, Purpose},
    person::PersonKind,
};

/// The purposes and the categories of an annex, each for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TicksDocument {
    /// Why data are processed. A code may stand here more than once, with different texts.
    pub purposes: Vec<PurposeTick>,
    /// Which data of pupils.
    pub pupil_categories: Vec<CategoryTick>,
    /// Which data of staff.
    pub staff_categories: Vec<CategoryTick>,
}

/// A purpose that is ticked, or written in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PurposeTick {
    /// The code of the purpose, D1 to D22.
    pub code: String,
    /// The annex's own words. For D22 they are the purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Label>,
    /// Whether what is done for it rests on the consent of the person.
    #[serde(default, skip_serializing_if = "is_false")]
    pub rests_on_consent: bool,
    /// The module that it belongs to; absent for what belongs to the product as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<ModuleCode>,
    /// Whether nobody agreed on it: it was made up to show a document that can run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invented: bool,
}

/// A category that is ticked, or written in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CategoryTick {
    /// The code of the category, CD1 to CD29 for pupils and CM1 to CM29 for staff.
    pub code: String,
    /// Whether it waits for the approval of a school.
    pub optional: bool,
    /// The annex's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Label>,
    /// The attributes that CD29 or CM29 stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_data: Option<Vec<Attribute>>,
    /// The legal ground for a special category (GDPR 9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special_ground: Option<Label>,
    /// Whether nobody agreed on it: it was made up to show a document that can run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invented: bool,
}

impl TicksDocument {
    /// The categories of pupils, then those of staff. A row is compiled of each, in this order.
    pub(super) fn categories(&self) -> impl Iterator<Item = (PersonKind, &CategoryTick)> {
        let pupils = self.pupil_categories.iter().map(|tick| (PersonKind::Pupil, tick));
        pupils.chain(self.staff_categories.iter().map(|tick| (PersonKind::Staff, tick)))
    }

    /// Where the category of this row is ticked, as a JSON pointer (RFC 6901) below the ticks.
    pub(super) fn place_of(&self, row: usize) -> String {
        match row.checked_sub(self.pupil_categories.len()) {
            None => format!("/pupilCategories/{row}"),
            Some(row) => format!("/staffCategories/{row}"),
        }
    }

    /// The ticks of a purpose.
    pub(super) fn of(&self, purpose: Purpose) -> impl Iterator<Item = &PurposeTick> {
        self.purposes.iter().filter(move |tick| tick.code == purpose.code())
    }

    /// Everything that is wrong in the ticks, in the order of the document. What is wrong with a purpose touches that purpose
    /// only: its row comes after those of the categories.
    pub(super) fn lint(
        &self,
        has_module: impl Fn(&ModuleCode) -> bool,
        catalogue: &Catalogue,
        defects: &mut Vec<Defect>,
    ) {
        let row_of_purposes = self.categories().count();
        let mut add = |code, row, place: String| {
            defects.push(Defect {
                code,
                row: Some(row),
                place: format!("/ticks{place}"),
            });
        };
        if self.purposes.is_empty() {
            add(DefectCode::RowUnfilled, row_of_purposes, "/purposes".to_owned());
        } else if row_of_purposes == 0 {
            add(
                DefectCode::PurposeWithoutCategory,
                row_of_purposes,
                "/purposes".to_owned(),
            );
        }
        for (index, tick) in self.purposes.iter().enumerate() {
            let place = format!("/purposes/{index}");
            match Purpose::parse(&tick.code) {
                Err(_) => add(DefectCode::CodeUndefined, row_of_purposes, place.clone()),
                Ok(_) if !tick.is_named() => add(DefectCode::PurposeUnnamed, row_of_purposes, place.clone()),
                Ok(_) => {}
            }
            if !tick.is_of(&has_module) {
                add(DefectCode::ModuleUndefined, row_of_purposes, format!("{place}/module"));
            }
        }
        for (row, (kind, tick)) in self.categories().enumerate() {
            if let Some(defect) = tick.defect(kind, catalogue) {
                add(defect, row, self.place_of(row));
            }
        }
    }
}

impl PurposeTick {
    /// Whether the annex has the module that it belongs to.
    pub(super) fn is_of(&self, has_module: impl Fn(&ModuleCode) -> bool) -> bool {
        self.module.as_ref().is_none_or(has_module)
    }

    /// The code of the part that has to be approved before it holds: an optional module.
    pub(super) fn waits_for<'a>(&'a self, modules: &[ModuleDocument]) -> Option<&'a ModuleCode> {
        let own = self.module.as_ref()?;
        let found = modules.iter().find(|module| module.code == *own);
        found.is_some_and(|module| module.need == Need::Optional).then_some(own)
    }

    /// Whether it says what it stands for, where its code does not.
    pub(super) fn is_named(&self) -> bool {
        self.code != Purpose::OTHER.code() || self.text.is_some()
    }
}

impl CategoryTick {
    /// The category, unless the code is wrong.
    pub(super) fn category(&self, kind: PersonKind) -> Option<DataCategory> {
        parse_for(&self.code, kind)
    }

    pub(super) const fn need(&self) -> Need {
        if self.optional { Need::Optional } else { Need::Necessary }
    }

    /// The code by which a school approves it, or would if it were optional.
    pub(super) fn part(&self, kind: PersonKind) -> Option<ModuleCode> {
        let category = self.category(kind)?;
        Some(ModuleCode::of_category(category, kind))
    }

    fn defect(&self, kind: PersonKind, catalogue: &Catalogue) -> Option<DefectCode> {
        let is_other = |attribute: &Attribute| catalogue.category_of(*attribute) == DataCategory::Other;
        let named = || {
            let names = self.other_data.as_deref().unwrap_or_default();
            !names.is_empty() && names.iter().all(is_other)
        };
        match DataCategory::parse(&self.code) {
            Err(CategoryCodeError::NationalNumber) => Some(DefectCode::NationalNumber),
            Ok((of, category)) if of == kind => {
                if category == DataCategory::Other && !named() {
                    Some(DefectCode::OtherDataUnnamed)
                } else if category.is_special() && self.special_ground.is_none() {
                    Some(DefectCode::SpecialGroundMissing)
                } else {
                    None
                }
            }
            Ok(_) | Err(CategoryCodeError::Undefined) => Some(DefectCode::CodeUndefined),
        }
    }
}
