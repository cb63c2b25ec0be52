//! The lint over a document that cannot be read as a whole, so that one answer tells all that is wrong in it.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    AnnexDocument, CategoryTick, Defect, DefectCode, ModuleCode, PurposeTick, RowDocument, TicksDocument,
    defect::lint_categories,
};
use crate::catalogue::{Attribute, Catalogue, DataCategory, Label};

impl AnnexDocument {
    /// The defects in what can be read of a document with errors. A field that cannot be read has its error already,
    /// and counts as one that is in order.
    pub fn defects_of_readable(document: &Value, catalogue: &Catalogue) -> Vec<Defect> {
        let mut defects = Vec::new();
        let modules = modules(document);
        let has_module = |module: &ModuleCode| modules.as_ref().is_none_or(|codes| codes.contains(module));
        for (index, value) in list(document, "rows").enumerate() {
            let mut add = |code, place: String| {
                defects.push(Defect {
                    code,
                    row: Some(index),
                    place: format!("/rows/{index}{place}"),
                });
            };
            let module = field::<ModuleCode>(value, "module");
            if module.as_ref().is_some_and(|module| !has_module(module)) {
                add(DefectCode::ModuleUndefined, "/module".to_owned());
            }
            if let Some(row) = module
                .or_else(any_module)
                .map(|module| readable_row(value, module, catalogue))
            {
                row.lint(catalogue, &mut add);
            }
        }
        if let Some(ticks) = document.get("ticks").and_then(|ticks| readable_ticks(ticks, catalogue)) {
            ticks.lint(has_module, catalogue, &mut defects);
        }
        for (index, party) in list(document, "subProcessors").enumerate() {
            let codes = |name| field::<Vec<String>>(party, name).unwrap_or_default();
            lint_categories(
                &codes("pupilCategories"),
                &codes("staffCategories"),
                &mut |code, place| {
                    let place = format!("/subProcessors/{index}{place}");
                    defects.push(Defect { code, row: None, place });
                },
            );
        }
        defects
    }
}

/// The codes of the modules, if each has one of its own. Else any row may be about the one that is wrong.
fn modules(document: &Value) -> Option<BTreeSet<ModuleCode>> {
    let codes = list(document, "modules").map(|module| field::<ModuleCode>(module, "code"));
    let distinct = codes.collect::<Option<BTreeSet<_>>>()?;
    (!distinct.is_empty() && distinct.len() == list(document, "modules").count()).then_some(distinct)
}

fn list<'a>(document: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    document.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn field<T: DeserializeOwned>(object: &Value, name: &str) -> Option<T> {
    T::deserialize(object.get(name)?).ok()
}

fn any_module() -> Option<ModuleCode> {
    ModuleCode::parse("unknown").ok()
}

/// A text that is given and cannot be read is one that is in order.
fn label(value: &Value, name: &str) -> Option<Label> {
    let instead = || Label {
        nl: String::new(),
        en: String::new(),
    };
    value.get(name).map(|_| field(value, name).unwrap_or_else(instead))
}

/// The same for the names of other data.
fn other_data(value: &Value, catalogue: &Catalogue) -> Option<Vec<Attribute>> {
    let is_other = |attribute: &Attribute| catalogue.category_of(*attribute) == DataCategory::Other;
    let any_other = || Attribute::ALL.into_iter().filter(is_other).collect();
    value
        .get("otherData")
        .map(|_| field(value, "otherData").unwrap_or_else(any_other))
}

/// A row with what can be read; in the place of the rest stands something that is in order.
fn readable_row(value: &Value, module: ModuleCode, catalogue: &Catalogue) -> RowDocument {
    let codes = |name, instead: &str| field(value, name).unwrap_or_else(|| vec![instead.to_owned()]);
    RowDocument {
        module,
        processings: codes("processings", "V1"),
        purposes: codes("purposes", "D1"),
        pupil_categories: codes("pupilCategories", "CD1"),
        staff_categories: codes("staffCategories", "CM1"),
        rests_on_consent: false,
        invented: false,
        other_purpose: label(value, "otherPurpose"),
        other_data: other_data(value, catalogue),
        special_ground: label(value, "specialGround"),
    }
}

/// The same for ticks; `None` when they are no object at all.
fn readable_ticks(value: &Value, catalogue: &Catalogue) -> Option<TicksDocument> {
    let code = |tick: &Value, instead: &str| field(tick, "code").unwrap_or_else(|| instead.to_owned());
    let purpose = |tick: &Value| PurposeTick {
        code: code(tick, "D1"),
        text: label(tick, "text"),
        rests_on_consent: false,
        module: field(tick, "module"),
        invented: false,
    };
    let category = |tick: &Value, instead| CategoryTick {
        code: code(tick, instead),
        optional: false,
        text: None,
        other_data: other_data(tick, catalogue),
        special_ground: label(tick, "specialGround"),
        invented: false,
    };
    // A list that is not there or is none has its error, and counts as one with something in it.
    let entries = |name| value.get(name).and_then(Value::as_array);
    let categories = |name, instead| match entries(name) {
        Some(ticks) => ticks.iter().map(|tick| category(tick, instead)).collect(),
        None => vec![category(&Value::Null, instead)],
    };
    value.is_object().then(|| TicksDocument {
        purposes: match entries("purposes") {
            Some(ticks) => ticks.iter().map(purpose).collect(),
            None => vec![purpose(&Value::Null)],
        },
        pupil_categories: categories("pupilCategories", "CD1"),
        staff_categories: categories("staffCategories", "CM1"),
    })
}
