//! A repair takes its finding away, makes no new error and permits nothing that the document does not list already: on the
//! documents, and on them with things gone wrong.

use std::collections::{BTreeMap, BTreeSet};

use json_patch::PatchOperation;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};
use sluis_core::{
    agreement::{Annex, Difference, Finding, Item, Need, Severity, Turn},
    catalogue::{Attribute, Catalogue, CategorySet, DataCategory, Purpose},
    person::PersonKind,
};

use super::{all, document, lint, parse};

/// How often each thing is said, by code and what it is about: places move when something before them is taken out.
fn counted<'a>(findings: impl Iterator<Item = &'a Finding>) -> BTreeMap<(&'static str, Option<String>), usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        // What a list is said about is what is left of it.
        let of_list = finding.code.as_str() == "purpose_without_category";
        let about = finding
            .about
            .as_ref()
            .filter(|_| !of_list)
            .map(|about| about.en.clone());
        *counts.entry((finding.code.as_str(), about)).or_insert(0) += 1;
    }
    counts
}

fn errors(findings: &[Finding]) -> BTreeMap<(&'static str, Option<String>), usize> {
    counted(findings.iter().filter(|finding| finding.severity() == Severity::Error))
}

fn check(document: &Value) {
    let before = lint(document);
    let lists = listed(document);
    for finding in &before {
        let Some(repair) = &finding.repair else { continue };
        let repaired = repair.apply(document).unwrap();
        for permitted in permitted_anew(document, &repaired) {
            assert!(
                lists.contains(&permitted),
                "{permitted:?} is listed nowhere: {} at {}: {}",
                finding.code.as_str(),
                finding.place,
                repair.patch()
            );
        }
        let said = || format!("{} at {}: {}", finding.code.as_str(), finding.place, repair.patch());
        let annex = Annex::parse(repaired.to_string().as_bytes());
        assert!(annex.is_ok(), "{}: {:?}", said(), annex.err());
        let after = lint(&repaired);
        let count = |findings: &[Finding]| {
            let same = findings
                .iter()
                .filter(|other| other.code == finding.code && other.about == finding.about);
            same.count()
        };
        assert!(count(&after) < count(&before), "it is still there: {}", said());
        let known = errors(&before);
        for (error, count) in errors(&after) {
            assert!(
                count <= known.get(&error).copied().unwrap_or(0),
                "{error:?} is new: {}",
                said()
            );
        }
    }
}

/// One attribute for one purpose, with what has to be there first.
type Permitted = (BTreeSet<String>, bool, PersonKind, Purpose, Attribute);

/// What the gate would permit by the one and not by the other.
fn permitted_anew(before: &Value, after: &Value) -> Vec<Permitted> {
    let difference = Difference::between(Some(&parse(before)), &parse(after), Catalogue::built_in());
    let mut anew = Vec::new();
    for point in difference.points {
        match point.item {
            Item::Use {
                kind,
                purpose,
                way,
                attributes,
            } if point.turn == Turn::Added => {
                let parts: BTreeSet<_> = way.parts.iter().map(|code| code.as_str().to_owned()).collect();
                let each = attributes.into_iter();
                anew.extend(each.map(|attribute| (parts.clone(), way.consent, kind, purpose, attribute)));
            }
            Item::Login { .. } | Item::Receiver { .. } | Item::SubProcessor { .. } | Item::DaysAfterLeaving(_)
                if point.turn == Turn::Added =>
            {
                // A sub-processor that sees less is another one.
                let narrower = matches!(point.item, Item::SubProcessor { .. });
                assert!(narrower, "{:?}", point.item);
            }
            _ => {}
        }
    }
    anew
}

/// The categories that a list of a row means: those of its own series, and those whose series does not exist.
fn meant(codes: &[String], kind: PersonKind) -> Vec<DataCategory> {
    let number = |code: &String| {
        let (series, number) = code.trim().split_at_checked(2)?;
        let other = if kind == PersonKind::Pupil { "CM" } else { "CD" };
        let number: u8 = number.parse().ok()?;
        (series.to_uppercase() != other && series.to_uppercase().starts_with('C')).then_some(number)
    };
    let numbers: Vec<_> = codes.iter().filter_map(number).collect();
    let all = DataCategory::ALL.into_iter();
    all.filter(|category| numbers.contains(&category.number())).collect()
}

/// What the document lists, row by row, whether or not the gate permits it as it stands.
fn listed(document: &Value) -> BTreeSet<Permitted> {
    let annex = parse(document);
    let document = annex.document();
    let catalogue = Catalogue::built_in();
    let attributes = |category, other: Option<&[Attribute]>| {
        let all = catalogue.attributes_of(CategorySet::EMPTY.with(category));
        let named = move |attribute: &Attribute| {
            category != DataCategory::Other || other.is_some_and(|other| other.contains(attribute))
        };
        all.iter().filter(named).collect::<Vec<_>>()
    };
    let mut listed = BTreeSet::new();
    for row in &document.rows {
        let optional = document
            .modules
            .iter()
            .any(|module| module.code == row.module && module.need == Need::Optional);
        let module: BTreeSet<_> = optional.then(|| row.module.as_str().to_owned()).into_iter().collect();
        let sides = [
            (PersonKind::Pupil, &row.pupil_categories),
            (PersonKind::Staff, &row.staff_categories),
        ];
        for purpose in row.purposes.iter().filter_map(|code| Purpose::parse(code).ok()) {
            for (kind, codes) in sides {
                for category in meant(codes, kind) {
                    for attribute in attributes(category, row.other_data.as_deref()) {
                        listed.insert((module.clone(), row.rests_on_consent, kind, purpose, attribute));
                    }
                }
            }
        }
    }
    let Some(ticks) = &document.ticks else { return listed };
    let sides = [
        (PersonKind::Pupil, &ticks.pupil_categories),
        (PersonKind::Staff, &ticks.staff_categories),
    ];
    for (kind, tick) in sides
        .into_iter()
        .flat_map(|(kind, ticks)| ticks.iter().map(move |tick| (kind, tick)))
    {
        for category in meant(std::slice::from_ref(&tick.code), kind) {
            let own = tick.optional.then(|| category.code(kind).to_lowercase());
            for purpose in catalogue.purposes_of(category).iter() {
                let ticked = || {
                    ticks
                        .purposes
                        .iter()
                        .filter(move |ticked| ticked.code == purpose.code())
                };
                let consent = ticked().any(|ticked| ticked.rests_on_consent);
                for ticked in ticked() {
                    let chosen = document.modules.iter().filter(|module| module.need == Need::Optional);
                    let chosen = chosen.filter(|module| ticked.module.as_ref() == Some(&module.code));
                    let parts: BTreeSet<_> = chosen
                        .map(|module| module.code.as_str().to_owned())
                        .chain(own.clone())
                        .collect();
                    for attribute in attributes(category, tick.other_data.as_deref()) {
                        listed.insert((parts.clone(), consent, kind, purpose, attribute));
                    }
                }
            }
        }
    }
    listed
}

#[test]
fn what_only_the_parties_can_say_is_never_proposed() {
    let theirs = [
        "anonymising_incomplete",
        "anonymising_insufficient",
        "eck_id_absent",
        "field_unfilled",
        "party_ambiguous",
        "party_unlisted",
        "pseudonymising_insufficient",
        "purpose_without_code",
        "retention_contradictory",
        "retention_missing",
        "retention_not_anonymous",
    ];
    let mut seen = BTreeSet::new();
    for finding in all().iter().flat_map(|name| lint(&document(name))) {
        if theirs.contains(&finding.code.as_str()) {
            assert_eq!(finding.repair, None, "{} at {}", finding.code.as_str(), finding.place);
            seen.insert(finding.code.as_str());
        }
    }
    assert_eq!(seen, BTreeSet::from(theirs));
}

/// A classification that was wrong is not corrected here: the data that it denies may go.
#[test]
fn special_data_that_are_denied_are_only_ever_left_out() {
    let findings = all().iter().flat_map(|name| lint(&document(name))).collect::<Vec<_>>();
    let repairs = findings
        .iter()
        .filter(|finding| finding.code.as_str() == "special_unclassified");
    let operations: Vec<_> = repairs
        .filter_map(|finding| finding.repair.as_ref())
        .flat_map(|repair| repair.patch().0.clone())
        .collect();
    assert!(!operations.is_empty());
    assert!(
        operations
            .iter()
            .all(|operation| matches!(operation, PatchOperation::Remove(_)))
    );
}

/// The property bites: a document that permits more than another is seen to.
#[test]
fn what_is_permitted_anew_is_seen() {
    let before = document("rekenbaai");
    let mut after = before.clone();
    after["rows"][0]["pupilCategories"]
        .as_array_mut()
        .unwrap()
        .push(json!("CD13"));
    let anew = permitted_anew(&before, &after);
    assert!(!anew.is_empty() && anew.iter().any(|permitted| !listed(&before).contains(permitted)));
    assert!(anew.iter().all(|permitted| listed(&after).contains(permitted)));
}

#[test]
fn on_the_documents_a_repair_takes_its_finding_away_and_makes_no_new_error() {
    for name in all() {
        check(&serde_json::to_value(parse(&document(&name)).document()).unwrap());
    }
}

#[test]
fn repairs_until_there_is_none_left_end_and_only_leave_what_the_parties_know() {
    for name in all() {
        let mut document = serde_json::to_value(parse(&document(&name)).document()).unwrap();
        let mut steps = 0;
        while let Some(repair) = lint(&document).into_iter().find_map(|finding| finding.repair) {
            document = repair.apply(&document).unwrap();
            steps += 1;
            assert!(steps < 200, "{name} is never done");
        }
        let left = lint(&document)
            .into_iter()
            .filter(|finding| finding.severity() == Severity::Error);
        for finding in left {
            let known = [
                "anonymising_insufficient",
                "field_unfilled",
                "party_ambiguous",
                "party_unlisted",
                "pseudonymising_insufficient",
                "retention_contradictory",
                "retention_missing",
                "retention_not_anonymous",
                "row_unfilled",
            ];
            assert!(
                known.contains(&finding.code.as_str()),
                "{name}: {} at {}",
                finding.code.as_str(),
                finding.place
            );
        }
    }
}

#[test]
fn a_repair_is_of_its_own_document() {
    let repairs: Vec<_> = lint(&document("leapo"))
        .into_iter()
        .filter_map(|finding| finding.repair)
        .collect();
    assert!(repairs.iter().any(|repair| repair.apply(&json!({})).is_err()));
}

fn label() -> Value {
    json!({ "nl": "a", "en": "b" })
}

/// Something that goes wrong, at some place.
fn wrong() -> impl Strategy<Value = (usize, usize, &'static str)> {
    let codes = vec![
        "D1", "D13", "D16", "D17", "D18", "D22", "D23", "V1", "V9", "CD1", "CD12", "CD18", "CD29", "CC12", "CM3",
        "CM12", "CM19", "CM29", "BSN", "PGN", "cd3",
    ];
    (0..23_usize, any::<usize>(), select(codes))
}

/// Alone in a document in order, so that its repair is all that stands between the document and what the gate permits.
#[test]
fn one_wrong_code_in_a_document_in_order_is_repaired_without_permitting_more() {
    for name in ["rekenbaai", "qubo.repaired"] {
        for list in ["pupilCategories", "staffCategories"] {
            for code in ["CM8", "CD8", "CC8", "D8", "V1", "cd8", "CD18", "CM29", "BSN"] {
                let mut changed = document(name);
                more(&mut changed, list, 0, code);
                check(&serde_json::to_value(parse(&changed).document()).unwrap());
            }
        }
    }
}

/// One of the entries of a list, and nothing when it is empty.
fn entry<'a>(document: &'a mut Value, list: &str, which: usize) -> Option<&'a mut Value> {
    let entries = document.pointer_mut(list)?.as_array_mut()?;
    let length = entries.len();
    entries.get_mut(which.checked_rem(length)?)
}

/// A code more, in a row or among the ticks.
fn more(document: &mut Value, list: &str, which: usize, code: &str) {
    if let Some(row) = entry(document, "/rows", which) {
        row[list].as_array_mut().unwrap().push(json!(code));
        return;
    }
    let (list, tick) = match list {
        "purposes" => (list, json!({ "code": code })),
        "processings" => ("pupilCategories", json!({ "code": code, "optional": false })),
        other => (other, json!({ "code": code, "optional": false })),
    };
    let ticks = document["ticks"][list].as_array_mut().unwrap();
    if list == "purposes" || !ticks.iter().any(|tick| tick["code"] == code) {
        ticks.push(tick);
    }
}

/// Something in one entry of a list.
fn set(document: &mut Value, list: &str, which: usize, field: &str, value: Value) {
    if let Some(entry) = entry(document, list, which) {
        entry[field] = value;
    }
}

fn change(document: &mut Value, (kind, which, code): (usize, usize, &str)) {
    let lists = ["purposes", "pupilCategories", "staffCategories", "processings"];
    let list = lists[which / 7 % 4];
    match kind {
        0..=3 => more(document, list, which, code),
        4 => set(document, "/rows", which, list, json!([])),
        5 => {
            if let Some(party) = entry(document, "/subProcessors", which) {
                party["pupilCategories"].as_array_mut().unwrap().push(json!(code));
            }
        }
        6 => set(document, "/rows", which, "module", json!("elders")),
        7 => {
            let party = if which.is_multiple_of(2) {
                "Ver B.V."
            } else {
                "Weg B.V."
            };
            set(document, "/places", which, "party", json!(party));
        }
        8 => {
            set(document, "/places", which, "country", json!("US"));
            if which.is_multiple_of(2) {
                set(document, "/places", which, "safeguards", label());
            }
        }
        9 => document["retention"] = retention(which),
        10 => document["retention"]["rules"] = json!([{ "whose": "all", "from": "leaving", "then": "destroyed" }]),
        11 => document["parties"]["processor"]["alsoNamed"] = json!(["Anders v.o.f."]),
        other => {
            let (section, value) = section(other, which, code);
            document["particulars"][section] = value;
        }
    };
}

fn retention(which: usize) -> Value {
    let rule = |whose: &str, from: &str, days: usize| json!({ "whose": whose, "from": from, "days": days, "then": "destroyed" });
    json!({ "daysAfterLeaving": which % 60, "rules": [
        rule("all", "end", 30), rule("pupils", "end", which % 3 * 30), rule("staff", "noAnswer", 365),
    ] })
}

/// A section of the particulars with something in it.
fn section(kind: usize, which: usize, code: &str) -> (&'static str, Value) {
    let even = which.is_multiple_of(2);
    let printed = |code: &str| json!({ "code": code, "text": label() });
    match kind {
        12 => (
            "classification",
            json!({ "specialCategories": even, "profiling": "high" }),
        ),
        13 => {
            let removes = if even { vec!["school"] } else { vec!["name", "device"] };
            ("anonymising", json!({ "removes": removes, "whatFor": label() }))
        }
        14 => (
            "ownUse",
            json!([{ "text": label(), "afterEnd": true, "anonymised": even }]),
        ),
        15 => (
            "mailings",
            json!([{ "text": label(), "whose": "all", "promotion": true, "optOut": false }]),
        ),
        16 => (
            "mentions",
            json!([{ "party": "Reserve B.V.", "task": label(), "processes": true }]),
        ),
        17 => (
            "statements",
            json!([{ "denies": "noSubProcessors" }, { "denies": "nothingOutsideEea" }]),
        ),
        18 => ("confidentialityHigh", json!(true)),
        19 => (
            "measures",
            json!([{ "text": label(), "status": "half", "due": "2020-01-01" }]),
        ),
        20 => ("ownPurposes", json!([{ "text": label() }, { "text": label() }])),
        21 => ("laws", json!([{ "law": "wbp", "article": "14" }])),
        _ => (
            "tables",
            json!({
                "processings": [printed("V1")],
                "purposes": [printed("D1"), printed(code), printed("D18"), printed("D18")],
                "categories": [{ "text": label(), "pupil": code, "staff": "CM12" }, { "text": label(), "pupil": "CD12" }],
            }),
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_repair_takes_its_finding_away_and_makes_no_new_error(name in select(all()), wrongs in vec(wrong(), 1..6)) {
        let mut changed = document(&name);
        for wrong in wrongs {
            change(&mut changed, wrong);
        }
        // What cannot be read has no findings.
        if let Ok(annex) = Annex::parse(changed.to_string().as_bytes()) {
            check(&serde_json::to_value(annex.document()).unwrap());
        }
    }
}
