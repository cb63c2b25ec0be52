//! What an annex says that does not link purposes and categories.

use std::collections::BTreeSet;

use sluis_core::{
    agreement::{AgreementRecord, CategoryTick, TicksDocument},
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
        let unnamed = ticks
            .purposes
            .iter()
            .any(|tick| tick.code == "D22" && tick.text.is_none());
        let document = agreement.annex.document();
        let read = |tick: &CategoryTick| {
            let category = number(&tick.code, letters, 29)?;
            let part = tick.code.to_lowercase();
            let mut approvals = self.inputs.approvals.iter();
            let approved = approvals.any(|approval| {
                let said = approval.agreement == agreement.id && approval.module.as_str() == part;
                said && during(&approval.window, self.at())
            });
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
            let ticked = may.filter(|code| ticks.purposes.iter().any(|tick| tick.code == *code));
            Some(Row {
                module: part,
                named: true,
                // What is not said cannot be gone by.
                purposes: ticked
                    .filter(|code| !unnamed || code != "D22")
                    .filter(|code| leaves_too_much(document, code).is_none())
                    .collect(),
                speaks: true,
                attributes: names.into_iter().map(|(name, _)| (*name).to_owned()).collect(),
                approved: !tick.optional || approved,
                consent: false,
                defect,
            })
        };
        let mut rows: Vec<_> = own.iter().filter_map(read).collect();
        if unnamed && !rows.is_empty() {
            rows.push(Row {
                module: String::new(),
                named: true,
                purposes: vec!["D22".to_owned()],
                speaks: true,
                attributes: BTreeSet::new(),
                approved: true,
                consent: false,
                defect: Some("purpose_unnamed".to_owned()),
            });
        }
        for code in ["D16", "D17"] {
            let listed = ticks.purposes.iter().any(|tick| tick.code == code);
            let Some(defect) = leaves_too_much(document, code).filter(|_| listed) else {
                continue;
            };
            if !own.iter().any(|tick| number(&tick.code, letters, 29).is_some()) {
                continue;
            }
            rows.push(Row {
                module: String::new(),
                named: true,
                purposes: vec![code.to_owned()],
                speaks: true,
                attributes: BTreeSet::new(),
                approved: true,
                consent: false,
                defect: Some(defect),
            });
        }
        rows
    }
}
