//! The tables of codes that a document prints.

use std::collections::BTreeSet;

use serde_json::json;

use super::{AdviceCode, FindingCode, Lint, Repair, rows::respell};
use crate::{
    agreement::{CategoryPrinted, CodePrinted, Tables, defect::parse_for},
    catalogue::Purpose,
    person::PersonKind,
};

impl Lint<'_> {
    pub(super) fn tables(&mut self) {
        let Some(tables) = &self.particulars().tables else {
            return;
        };
        self.printed("processings", &tables.processings, &[]);
        let purposes = Purpose::ALL.map(Purpose::code);
        self.printed("purposes", &tables.purposes, &purposes);
        self.categories(&tables.categories);
        self.not_printed(tables);
    }

    fn printed(&mut self, list: &str, codes: &[CodePrinted], model: &[&'static str]) {
        let place = format!("/particulars/tables/{list}");
        let mut missing: Vec<_> = model
            .iter()
            .filter(|code| !codes.iter().any(|printed| printed.code == **code))
            .collect();
        missing.reverse();
        let absent: Vec<_> = missing.iter().rev().map(|code| **code).collect();
        for (index, printed) in codes.iter().enumerate() {
            if codes.iter().take(index).any(|other| other.code == printed.code) {
                let place = format!("{place}/{index}/code");
                // A form in the order of the model names the next one.
                let next = missing.pop().map(|code| json!(code));
                let repair = next.and_then(|code| Repair::replace(&place, code));
                self.advise(AdviceCode::TableCodeRepeated, place, repair);
            }
        }
        for code in absent {
            let about = FindingCode::Advice(AdviceCode::TableCodeMissing);
            self.find_about(about, place.clone(), code, None);
        }
    }

    fn categories(&mut self, categories: &[CategoryPrinted]) {
        let sides = [("pupil", PersonKind::Pupil), ("staff", PersonKind::Staff)];
        for (index, printed) in categories.iter().enumerate() {
            let place = format!("/particulars/tables/categories/{index}");
            if printed.beside_national_number {
                self.advise(AdviceCode::TableRowShifted, place.clone(), None);
            }
            for (side, kind) in sides {
                let Some(code) = code_of(printed, kind) else { continue };
                let place = format!("{place}/{side}");
                let mut earlier = categories.iter().take(index);
                if earlier.any(|other| code_of(other, kind) == Some(code)) {
                    self.advise(AdviceCode::TableCodeRepeated, place.clone(), None);
                }
                if parse_for(code, kind).is_none() {
                    let taken = |right: &&str| categories.iter().any(|other| code_of(other, kind) == Some(right));
                    let right = respell(code, kind).filter(|right| !taken(right));
                    let repair = right.and_then(|right| Repair::replace(&place, json!(right)));
                    self.advise(AdviceCode::TableCodeWrongSeries, place, repair);
                }
            }
        }
    }

    /// Codes that are used and not said what for.
    fn not_printed(&mut self, tables: &Tables) {
        let printed: BTreeSet<_> = tables.codes().collect();
        let document = self.document;
        for (row, of) in document.rows.iter().enumerate() {
            for (list, codes) in [
                ("processings", &of.processings),
                ("purposes", &of.purposes),
                ("pupilCategories", &of.pupil_categories),
                ("staffCategories", &of.staff_categories),
            ] {
                for (index, code) in codes.iter().enumerate() {
                    if !printed.contains(code.as_str()) {
                        self.advise(AdviceCode::CodeNotInTable, format!("/rows/{row}/{list}/{index}"), None);
                    }
                }
            }
        }
        for (party, of) in document.sub_processors.iter().enumerate() {
            for (list, codes) in [
                ("pupilCategories", &of.pupil_categories),
                ("staffCategories", &of.staff_categories),
            ] {
                for (index, code) in codes.iter().enumerate() {
                    if !printed.contains(code.as_str()) {
                        let place = format!("/subProcessors/{party}/{list}/{index}");
                        let repair = Repair::remove(&place);
                        self.advise(AdviceCode::CodeNotInTable, place, repair);
                    }
                }
            }
        }
    }
}

fn code_of(printed: &CategoryPrinted, kind: PersonKind) -> Option<&str> {
    match kind {
        PersonKind::Pupil => printed.pupil.as_deref(),
        PersonKind::Staff => printed.staff.as_deref(),
    }
}
