//! What an annex says that does not link purposes and categories.

use std::collections::BTreeSet;

use sluis_core::{
    agreement::{AgreementRecord, AnnexDocument, CategoryTick, Need, PurposeTick, TicksDocument},
    person::PersonKind,
};

use super::{
    School,
    annex::{CATEGORIES, Row, are_other_data, number},
    beside::{leaves_too_much, says_nothing_is_special},
    during,
};

/// For which purposes a category may be used that an annex lists without saying for which: by number.
pub(crate) fn purposes_of(category: u8) -> Vec<u8> {
    match category {
        // Names: wherever a person must be known by somebody, so not in research and statistics.
        1..=3 => (1..=22).filter(|purpose| ![16, 17].contains(purpose)).collect(),
        // Class and ECK iD: the same, and bills need neither.
        12 | 20 => (1..=22).filter(|purpose| ![16, 17, 20].contains(purpose)).collect(),
        4 => vec![9, 10],
        // Where and how somebody is reached.
        5..=10 => vec![9, 11, 12],
        11 => vec![2, 12, 13],
        13 => vec![21],
        14 | 15 => vec![11],
        16 | 17 => vec![20],
        // Health, belief and guidance.
        18 | 19 | 23 => vec![7],
        // Results.
        21 | 22 => vec![1, 2, 3, 4, 5, 10, 16, 17],
        24 => vec![7, 8, 10],
        25 => vec![6, 8, 12],
        26 => vec![9],
        27 => vec![14, 15],
        28 => vec![14],
        29 => vec![22],
        _ => Vec::new(),
    }
}

impl School<'_> {
    /// An annex without links: each category that is ticked goes with each purpose that is ticked and that may have it.
    pub(super) fn ticked(
        &self,
        agreement: &AgreementRecord,
        ticks: &TicksDocument,
        kind: PersonKind,
        broken: Option<String>,
    ) -> Vec<Row> {
        let (letters, own) = match kind {
            PersonKind::Pupil => ("CD", &ticks.pupil_categories),
            PersonKind::Staff => ("CM", &ticks.staff_categories),
        };
        let document = agreement.annex.document();
        let approved = |part: &str| {
            let mut approvals = self.inputs.approvals.iter();
            approvals.any(|approval| {
                let said = approval.agreement == agreement.id && approval.module.as_str() == part;
                said && during(&approval.window, self.at())
            })
        };
        let read = |tick: &CategoryTick| {
            let Some(category) = number(&tick.code, letters, 29) else {
                return Vec::new();
            };
            let part = tick.code.to_lowercase();
            let mut names: BTreeSet<_> = CATEGORIES.iter().filter(|(_, of)| *of == category).collect();
            let others: Vec<_> = tick.other_data.iter().flatten().map(|name| name.as_str()).collect();
            if category == 29 {
                names.retain(|(name, _)| others.contains(name));
            }
            let special = category == 18 || category == 19;
            let defect = if category == 29 && !are_other_data(&others) {
                Some("other_data_unnamed".to_owned())
            } else if special && says_nothing_is_special(document) {
                Some("special_unclassified".to_owned())
            } else if special && tick.special_ground.is_none() {
                Some("special_ground_missing".to_owned())
            } else {
                broken.clone()
            };
            let may = purposes_of(category).into_iter().map(|purpose| format!("D{purpose}"));
            // What is wrong in itself cannot be gone by.
            let may = may.filter(|code| wrong_with(document, ticks, code).is_empty());
            let row = |code: String| {
                let asked: Vec<_> = ticks.purposes.iter().filter(|purpose| purpose.code == code).collect();
                if asked.is_empty() {
                    return None;
                }
                let mut waits = Vec::new();
                if tick.optional && !approved(&part) {
                    waits.push(part.clone());
                }
                // One of its ticks is enough: it belongs to no module, to a fixed one, or to one that was approved.
                let own: Vec<_> = asked.iter().map(|tick| to_choose(document, tick)).collect();
                if own.iter().flatten().count() == own.len() && !own.iter().flatten().any(|code| approved(code)) {
                    waits.extend(own.into_iter().flatten());
                }
                Some(Row {
                    named: true,
                    purposes: vec![code],
                    speaks: true,
                    attributes: names.iter().map(|(name, _)| (*name).to_owned()).collect(),
                    approved: waits.is_empty(),
                    waits,
                    consent: asked.iter().any(|tick| tick.rests_on_consent),
                    defect: defect.clone(),
                })
            };
            may.filter_map(row).collect()
        };
        let mut rows: Vec<_> = own.iter().flat_map(read).collect();
        if !own.iter().any(|tick| number(&tick.code, letters, 29).is_some()) {
            return rows;
        }
        for code in (1..=22).map(|purpose| format!("D{purpose}")) {
            for defect in wrong_with(document, ticks, &code) {
                rows.push(Row {
                    waits: Vec::new(),
                    named: true,
                    purposes: vec![code.clone()],
                    speaks: true,
                    attributes: BTreeSet::new(),
                    approved: true,
                    consent: false,
                    defect: Some(defect),
                });
            }
        }
        rows
    }
}

/// The module of a purpose, if the school may choose it.
fn to_choose(document: &AnnexDocument, tick: &PurposeTick) -> Option<String> {
    let code = tick.module.as_ref()?.as_str();
    let module = document.modules.iter().find(|module| module.code.as_str() == code)?;
    (module.need == Need::Optional).then(|| code.to_owned())
}

/// What is wrong with a purpose that is ticked.
fn wrong_with(document: &AnnexDocument, ticks: &TicksDocument, code: &str) -> Vec<String> {
    let own: Vec<_> = ticks.purposes.iter().filter(|tick| tick.code == code).collect();
    let mut wrong = Vec::new();
    if code == "D22" && own.iter().any(|tick| tick.text.is_none()) {
        wrong.push("purpose_unnamed".to_owned());
    }
    let is_there = |name: &str| document.modules.iter().any(|module| module.code.as_str() == name);
    if own
        .iter()
        .filter_map(|tick| tick.module.as_ref())
        .any(|module| !is_there(module.as_str()))
    {
        wrong.push("module_undefined".to_owned());
    }
    wrong.extend(leaves_too_much(document, code).filter(|_| !own.is_empty()));
    wrong
}
