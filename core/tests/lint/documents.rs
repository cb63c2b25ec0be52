//! What the linter says of each document, pinned as a person reads it. `SLUIS_PIN=write` writes what it says now.

use std::{collections::BTreeSet, fs};

use serde_json::{Value, json};
use sluis_core::{
    agreement::{Annex, Language, Report, Severity},
    catalogue::Catalogue,
};

use super::{DOCUMENTS, OWN, TODAY, all, document, folder, lint, parse, text};

#[test]
fn what_is_said_of_each_document_is_what_a_person_has_read() {
    let write = std::env::var("SLUIS_PIN").is_ok_and(|value| value == "write");
    let mut other = Vec::new();
    for name in all() {
        let annex = parse(&document(&name));
        let findings = annex.document().lint(Catalogue::built_in(), TODAY);
        for (language, word) in [(Language::En, "en"), (Language::Nl, "nl")] {
            let report = Report {
                document: annex.document(),
                findings: &findings,
                language,
            };
            let file = folder("tests/lint/pinned").join(format!("{name}.{word}.txt"));
            let said = report.to_string();
            if write {
                fs::write(&file, said).unwrap();
            } else if fs::read_to_string(&file).unwrap_or_default() != said {
                other.push(file);
            }
        }
    }
    assert!(
        other.is_empty(),
        "what is said has changed: read it anew with `SLUIS_PIN=write` and the difference of {other:?}"
    );
}

#[test]
fn documents_are_read_whole_and_written_back_unchanged() {
    for name in all() {
        let annex = Annex::parse(text(&name).as_bytes()).unwrap_or_else(|errors| panic!("{name}: {:?}", errors.0));
        assert_eq!(
            serde_json::to_value(annex.document()).unwrap(),
            document(&name),
            "{name}"
        );
        assert_eq!(Annex::parse(annex.canonical()).unwrap().hash(), annex.hash(), "{name}");
    }
}

#[test]
fn each_has_errors_as_it_stands_and_none_once_repaired() {
    let errors = |name: &str| {
        let findings = lint(&document(name)).into_iter();
        let errors = findings.filter(|finding| finding.severity() == Severity::Error);
        errors
            .map(|finding| (finding.code.as_str(), finding.place))
            .collect::<Vec<_>>()
    };
    for name in DOCUMENTS {
        assert_ne!(errors(name), [], "{name}");
        assert_eq!(errors(&format!("{name}.repaired")), [], "{name}");
    }
    for name in OWN {
        assert_eq!(errors(name), [], "{name}");
    }
}

#[test]
fn what_exists_is_no_offer_and_what_was_repaired_is_one() {
    for name in DOCUMENTS {
        assert!(
            Annex::parse_offer(text(name).as_bytes()).is_err() || name == "rekenbaai",
            "{name}"
        );
        Annex::parse_offer(text(&format!("{name}.repaired")).as_bytes())
            .unwrap_or_else(|errors| panic!("{name}: {:?}", errors.0));
    }
}

/// What is in a repaired document and not in the one that exists.
fn added<'a>(list: &str, original: &Value, repaired: &'a Value) -> Vec<&'a Value> {
    let of = |document: &'a Value| document.pointer(list).and_then(Value::as_array);
    let before: Vec<_> = original
        .pointer(list)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .collect();
    of(repaired)
        .into_iter()
        .flatten()
        .filter(|entry| !before.contains(entry))
        .collect()
}

#[test]
fn every_row_that_was_invented_says_so_and_nothing_that_exists_does() {
    for name in DOCUMENTS {
        assert!(!text(name).contains("invented"), "{name}");
        let (original, repaired) = (document(name), document(&format!("{name}.repaired")));
        let mut invented = 0;
        let particulars = repaired["particulars"].as_object().unwrap();
        let lists = particulars.iter().filter(|(_, section)| section.is_array());
        let lists = lists.map(|(section, _)| format!("/particulars/{section}"));
        let rows = [
            "/modules",
            "/rows",
            "/ticks/purposes",
            "/ticks/pupilCategories",
            "/ticks/staffCategories",
            "/deviations",
            "/places",
            "/subProcessors",
            "/receivers",
            "/retention/rules",
            "/particulars/tables/purposes",
            "/particulars/tables/categories",
        ];
        for list in rows.map(str::to_owned).into_iter().chain(lists) {
            for entry in added(&list, &original, &repaired) {
                assert_eq!(entry["invented"], true, "{name}: {list}: {entry}");
                invented += 1;
            }
        }
        for section in ["/version", "/login", "/retention", "/particulars/classification"] {
            let (before, after) = (original.pointer(section), repaired.pointer(section));
            if before != after {
                assert_eq!(after.unwrap()["invented"], true, "{name}: {section}");
            }
        }
        assert!(invented > 3, "{name}");
    }
}

#[test]
fn what_is_said_is_in_the_words_of_the_language() {
    let codes = [
        "noAnswer",
        "schoolYear",
        "backUp",
        "noSubProcessors",
        "noThirdParties",
        "noDeviations",
        "partly_met",
    ];
    let english = ["pupils", "destroyed", "anonymised", " high", " months", "1 maanden"];
    for name in all() {
        let finding = lint(&document(&name));
        for about in finding.iter().filter_map(|finding| finding.about.as_ref()) {
            for word in codes {
                assert!(
                    !about.nl.contains(word) && !about.en.contains(word),
                    "{name}: {about:?}"
                );
            }
            for word in english {
                assert!(!about.nl.contains(word), "{name}: {about:?}");
            }
        }
    }
    let rules = |months| {
        let mut document = document("rekenbaai");
        document["retention"]["rules"] =
            json!([{ "whose": "staff", "from": "notice", "months": months, "then": "destroyed" }]);
        let found = lint(&document).into_iter();
        let mut found = found.filter(|finding| finding.code.as_str() == "retention_before_end");
        found.next().unwrap().about.unwrap()
    };
    assert_eq!(rules(1).nl, "medewerkers, opzegging, 1 maand, vernietigd");
    assert_eq!(rules(1).en, "staff, notice, 1 month, destroyed");
    assert_eq!(rules(2).nl, "medewerkers, opzegging, 2 maanden, vernietigd");
}

/// What rests on consent is asked of each person first, and ticks never are.
#[test]
fn no_document_names_consent_as_a_ground_where_the_gate_asks_nobody() {
    let mut grounds = 0;
    for name in all() {
        let annex = parse(&document(&name));
        let rows = annex.document().rows.iter().filter(|row| !row.rests_on_consent);
        let ticks = annex.document().ticks.iter();
        let ticks = ticks.flat_map(|ticks| ticks.pupil_categories.iter().chain(&ticks.staff_categories));
        let said = rows
            .map(|row| &row.special_ground)
            .chain(ticks.map(|tick| &tick.special_ground));
        for ground in said.flatten() {
            assert!(
                !ground.nl.contains("toestemming") && !ground.en.contains("consent"),
                "{name}: {ground:?}"
            );
            grounds += 1;
        }
    }
    assert!(grounds >= 3, "{grounds}");
}

/// Names and addresses of people stand in the originals, and in none of these.
#[test]
fn no_person_can_be_reached_by_a_document() {
    for name in all() {
        let text = text(&name);
        assert!(!text.contains('@'), "{name}");
        let numbers = text.split(|char: char| !char.is_ascii_digit());
        let long: BTreeSet<_> = numbers.filter(|number| number.len() > 8).collect();
        assert!(long.is_empty(), "{name}: {long:?}");
    }
}
