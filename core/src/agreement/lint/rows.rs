//! The defects, each with its repair, and codes that stand twice in a list.

use serde_json::{Value, json};

use super::{AdviceCode, FindingCode, Lint, Repair};
use crate::{
    agreement::{AnnexDocument, Defect, DefectCode},
    catalogue::{Catalogue, DataCategory},
    person::PersonKind,
};

impl Lint<'_> {
    pub(super) fn rows(&mut self, catalogue: &Catalogue) {
        for defect in self.document.defects(catalogue) {
            let repair = self.repair_of(&defect);
            self.find(FindingCode::Defect(defect.code), defect.place, repair);
        }
        self.repeated();
    }

    fn repair_of(&self, defect: &Defect) -> Option<Repair> {
        let place = defect.place.as_str();
        match defect.code {
            DefectCode::RowUnfilled
            | DefectCode::ProcessingWithoutPurpose
            | DefectCode::PurposeWithoutProcessing
            | DefectCode::PurposeWithoutCategory
            | DefectCode::ModuleUndefined => self.without_row(place),
            DefectCode::CodeUndefined => self.respelt(place).or_else(|| self.without(place)),
            DefectCode::CodeAmbiguous
            | DefectCode::NationalNumber
            | DefectCode::PurposeUnnamed
            | DefectCode::OtherDataUnnamed
            | DefectCode::CategoryMisnamed
            | DefectCode::SpecialGroundMissing
            | DefectCode::SpecialUnclassified => self.without(place),
            DefectCode::RetentionEmpty | DefectCode::OwnUse | DefectCode::Advertising => Repair::remove(place),
            // Nobody but the parties knows what was to stand there, or which of two things holds.
            DefectCode::PseudonymisingInsufficient
            | DefectCode::AnonymisingInsufficient
            | DefectCode::FieldUnfilled
            | DefectCode::RetentionMissing
            | DefectCode::RetentionContradictory
            | DefectCode::RetentionNotAnonymous
            | DefectCode::PartyAmbiguous => None,
        }
    }

    /// A code of another series, where its number is one of the catalogue and asks for nothing beside it.
    fn respelt(&self, place: &str) -> Option<Repair> {
        let (list, _) = place.rsplit_once('/')?;
        let ticked = list == "/ticks/pupilCategories" || list == "/ticks/staffCategories";
        let kind = kind_of(list)?;
        let code = self.value.pointer(place)?;
        let code = if ticked { code.get("code")? } else { code };
        let right = respell(code.as_str()?, kind)?;
        let already = self.value.pointer(list)?.as_array()?.iter().any(|other| {
            let other = if ticked { other.get("code") } else { Some(other) };
            other.and_then(Value::as_str) == Some(right)
        });
        if already || self.document.ambiguous_codes().contains(right) {
            return None;
        }
        let place = if ticked {
            format!("{place}/code")
        } else {
            place.to_owned()
        };
        Repair::replace(&place, json!(right))
    }

    /// Leaves out one entry of a list; the row, where that would leave it unfilled.
    fn without(&self, place: &str) -> Option<Repair> {
        let (list, _) = place.rsplit_once('/')?;
        if list.starts_with("/subProcessors/") {
            return Repair::remove(place);
        }
        // What asks for consent asks it for the whole purpose: without this entry nobody might be asked.
        if self.value.pointer(&format!("{place}/restsOnConsent")) == Some(&json!(true)) {
            return None;
        }
        if self.leaves_enough(list)? {
            Repair::remove(place)
        } else {
            self.without_row(place)
        }
    }

    /// Whether a list, with what counts beside it, holds more than the one entry.
    fn leaves_enough(&self, list: &str) -> Option<bool> {
        let (row, name) = list.rsplit_once('/')?;
        let length = |name: &str| {
            let entries = self.value.pointer(&format!("{row}/{name}")).and_then(Value::as_array);
            entries.map_or(0, Vec::len)
        };
        Some(match name {
            "pupilCategories" | "staffCategories" => length("pupilCategories") + length("staffCategories") > 1,
            _ => length(name) > 1,
        })
    }

    /// Leaves out the row, which permits nothing as it is; not the last one.
    fn without_row(&self, place: &str) -> Option<Repair> {
        let mut parts = place.split('/').skip(1);
        let (Some("rows"), Some(row)) = (parts.next(), parts.next()) else {
            return None;
        };
        (self.document.rows.len() > 1).then(|| Repair::remove(&format!("/rows/{row}")))?
    }

    fn repeated(&mut self) {
        for place in lists(self.document) {
            let entries = self.value.pointer(&place).and_then(Value::as_array);
            let entries = entries.into_iter().flatten();
            let codes: Vec<_> = entries
                .map(|code| code.as_str().unwrap_or_default().to_owned())
                .collect();
            for (index, code) in codes.iter().enumerate() {
                if codes.iter().take(index).any(|other| other == code) {
                    let place = format!("{place}/{index}");
                    let repair = Repair::remove(&place);
                    self.advise(AdviceCode::CodeRepeated, place, repair);
                }
            }
        }
    }
}

/// The places of all lists of codes.
fn lists(document: &AnnexDocument) -> Vec<String> {
    let rows = (0..document.rows.len()).flat_map(|row| {
        ["processings", "purposes", "pupilCategories", "staffCategories"].map(|list| format!("/rows/{row}/{list}"))
    });
    let parties = (0..document.sub_processors.len())
        .flat_map(|party| ["pupilCategories", "staffCategories"].map(|list| format!("/subProcessors/{party}/{list}")));
    rows.chain(parties).collect()
}

/// Whose categories a list is about.
pub(super) fn kind_of(list: &str) -> Option<PersonKind> {
    if list.ends_with("/pupilCategories") {
        Some(PersonKind::Pupil)
    } else if list.ends_with("/staffCategories") {
        Some(PersonKind::Staff)
    } else {
        None
    }
}

/// The code of which this is a misspelling, where that needs neither a ground nor names: the number of a category behind a series
/// that does not exist. A code of the other kind of person, or of a purpose, is none: whose data were meant is not guessed.
pub(super) fn respell(code: &str, kind: PersonKind) -> Option<&'static str> {
    let code = code.trim();
    let digits = code.trim_start_matches(|char: char| char.is_ascii_alphabetic());
    let series = code.strip_suffix(digits)?.to_ascii_uppercase();
    let other = match kind {
        PersonKind::Pupil => "CM",
        PersonKind::Staff => "CD",
    };
    if series.len() != 2 || !series.starts_with('C') || series == other {
        return None;
    }
    let number: u8 = digits.parse().ok()?;
    let category = DataCategory::ALL.into_iter().find(|of| of.number() == number)?;
    let asks = category.is_special() || category == DataCategory::Other;
    (!asks).then(|| category.code(kind))
}
