//! Each code, by the smallest change of a document in order that brings it about.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};
use sluis_core::agreement::FindingCode;

use super::{DOCUMENTS, document, lint};

fn label() -> Value {
    json!({ "nl": "a", "en": "b" })
}

/// Puts something at a place, and what leads to it.
fn put(document: &mut Value, place: &str, value: Value) {
    let mut here = document;
    for part in place.split('/').skip(1) {
        here = match part.parse::<usize>() {
            Ok(index) if here.is_array() => &mut here[index],
            _ => &mut here[part],
        };
    }
    *here = value;
}

/// The codes and places that a change brings, beside those that were there.
fn brought(name: &str, changes: &[(&str, Value)]) -> Vec<(&'static str, String)> {
    let original = document(name);
    let mut changed = original.clone();
    for (place, value) in changes {
        put(&mut changed, place, value.clone());
    }
    let found = |document: &Value| {
        let findings = lint(document).into_iter();
        findings
            .map(|finding| (finding.code.as_str(), finding.place))
            .collect::<Vec<_>>()
    };
    let before = found(&original);
    found(&changed)
        .into_iter()
        .filter(|finding| !before.contains(finding))
        .collect()
}

#[rstest]
#[case("row_unfilled", "/rows/0", &[("/rows/0/processings", json!([])), ("/rows/0/purposes", json!([]))])]
#[case("processing_without_purpose", "/rows/0", &[("/rows/0/purposes", json!([]))])]
#[case("purpose_without_processing", "/rows/0", &[("/rows/0/processings", json!([]))])]
#[case("module_undefined", "/rows/0/module", &[("/rows/0/module", json!("elders"))])]
#[case("code_undefined", "/rows/0/purposes/0", &[("/rows/0/purposes/0", json!("D23"))])]
#[case("national_number", "/rows/0/pupilCategories/0", &[("/rows/0/pupilCategories/0", json!("BSN"))])]
#[case("purpose_without_category", "/rows/0/purposes", &[
    ("/rows/0/pupilCategories", json!([])), ("/rows/0/staffCategories", json!([])),
])]
#[case("purpose_unnamed", "/rows/0/purposes/0", &[("/rows/0/purposes/0", json!("D22"))])]
#[case("other_data_unnamed", "/rows/0/pupilCategories/0", &[("/rows/0/pupilCategories/0", json!("CD29"))])]
#[case("special_ground_missing", "/rows/0/pupilCategories/0", &[("/rows/0/pupilCategories/0", json!("CD18"))])]
#[case("special_unclassified", "/rows/0/pupilCategories/0", &[
    ("/rows/0/pupilCategories/0", json!("CD18")), ("/rows/0/specialGround", label()),
    ("/particulars/classification/specialCategories", json!(false)),
])]
#[case("special_unsaid", "/particulars/classification/specialCategories", &[
    ("/rows/0/pupilCategories/0", json!("CD18")), ("/rows/0/specialGround", label()),
    ("/particulars/classification", json!({ "profiling": "low" })),
])]
#[case("anonymising_insufficient", "/rows/0/purposes/0", &[
    ("/rows/0/purposes/0", json!("D17")),
    ("/particulars/anonymising", json!({ "removes": ["school"], "whatFor": label() })),
])]
#[case("pseudonymising_insufficient", "/rows/0/purposes/0", &[
    ("/rows/0/purposes/0", json!("D16")),
    ("/particulars/anonymising", json!({ "removes": ["name", "contact", "device"], "whatFor": label() })),
])]
#[case("code_ambiguous", "/rows/0/purposes/0", &[
    ("/rows/0/purposes/0", json!("D18")),
    ("/particulars/tables", json!({
        "processings": [], "categories": [],
        "purposes": [{ "code": "D18", "text": label() }, { "code": "D18", "text": label() }],
    })),
])]
#[case("field_unfilled", "/product/name", &[("/product/name", json!(""))])]
#[case("field_unfilled", "/places", &[("/places", json!([]))])]
#[case("retention_missing", "/retention/daysAfterEnd", &[("/retention", json!({}))])]
#[case("retention_empty", "/retention/rules/0", &[
    ("/retention/rules", json!([{ "whose": "all", "from": "end", "then": "destroyed" }])),
])]
#[case("retention_contradictory", "/retention/rules/0", &[
    ("/retention/rules", json!([{ "whose": "all", "from": "leaving", "months": 24, "then": "destroyed" }])),
])]
#[case("retention_contradictory", "/retention/rules/1", &[("/retention/rules", json!([
    { "whose": "pupils", "from": "upload", "days": 30, "then": "destroyed" },
    { "whose": "all", "from": "upload", "days": 60, "then": "destroyed" },
]))])]
#[case("retention_not_anonymous", "/retention/rules/0", &[
    ("/retention/rules", json!([{ "whose": "staff", "from": "end", "days": 1, "then": "anonymised" }])),
])]
#[case("retention_not_anonymous", "/retention/rules/0", &[
    ("/retention/rules", json!([{ "whose": "staff", "from": "noAnswer", "days": 1, "then": "anonymised" }])),
    ("/particulars/anonymising", json!({ "removes": ["name", "number", "contact"], "whatFor": label() })),
])]
#[case("own_use", "/particulars/ownUse/0", &[
    ("/particulars/ownUse", json!([{ "text": label(), "afterEnd": false, "anonymised": true }])),
])]
#[case("own_use_anonymous", "/particulars/ownUse/0", &[
    ("/particulars/ownUse", json!([{ "text": label(), "afterEnd": false, "anonymised": true }])),
    ("/particulars/anonymising", json!({
        "removes": ["name", "number", "contact", "birthDate", "device"], "whatFor": label(),
    })),
])]
#[case("advertising", "/particulars/mailings/0", &[
    ("/particulars/mailings", json!([{ "text": label(), "whose": "all", "promotion": true, "optOut": true }])),
])]
#[case("mailing_without_opt_out", "/particulars/mailings/0", &[
    ("/particulars/mailings", json!([{ "text": label(), "whose": "all", "promotion": false, "optOut": false }])),
])]
#[case("party_ambiguous", "/parties/processor/alsoNamed", &[
    ("/parties/processor/alsoNamed", json!(["Wadden Leermiddelen v.o.f."])),
])]
#[case("party_unlisted", "/places/1", &[("/places/1/party", json!("Elders Cloud B.V."))])]
#[case("party_unlisted", "/particulars/mentions/0", &[
    ("/particulars/mentions", json!([{ "party": "Reserve B.V.", "task": label(), "processes": true }])),
])]
#[case("outside_eea_unsafeguarded", "/places/1", &[("/places/1/backUpCountry", json!("US"))])]
#[case("outside_eea_permission", "/places/1", &[
    ("/places/1/backUpCountry", json!("US")), ("/places/1/safeguards", label()),
])]
#[case("country_vague", "/places/1/country", &[("/places/1/country", json!("EU"))])]
#[case("code_repeated", "/rows/0/purposes/1", &[("/rows/0/purposes/1", json!("D1"))])]
#[case("sub_processor_without_categories", "/subProcessors/0", &[
    ("/subProcessors/0/pupilCategories", json!([])), ("/subProcessors/0/staffCategories", json!([])),
])]
#[case("eck_id_absent", "/rows", &[
    ("/rows/0/pupilCategories", json!(["CD1"])), ("/rows/1/pupilCategories", json!(["CD1"])),
    ("/rows/2/pupilCategories", json!(["CD27"])), ("/rows/3/pupilCategories", json!(["CD1"])),
])]
#[case("statement_contradicted", "/particulars/statements/0", &[
    ("/particulars/statements", json!([{ "denies": "noSubProcessors" }])),
])]
#[case("profiling_automatic", "/particulars/classification/profiling", &[
    ("/particulars/classification/profiling", json!("high")),
])]
#[case("second_factor_unsaid", "/secondFactor", &[("/particulars/confidentialityHigh", json!(true))])]
#[case("measure_value_unknown", "/particulars/measures/0/status", &[
    ("/particulars/measures", json!([{ "text": label(), "status": "partly_met" }])),
])]
#[case("date_past", "/particulars/measures/0/due", &[
    ("/particulars/measures", json!([{ "text": label(), "status": "not_met", "due": "2026-11-28" }])),
])]
#[case("certificate_ends_soon", "/particulars/certificates/0", &[
    ("/particulars/certificates", json!([{ "name": "ISO 27001", "until": "2027-11-28" }])),
])]
#[case("date_past", "/particulars/certificates/0/until", &[
    ("/particulars/certificates", json!([{ "name": "ISO 27001", "until": "2026-11-28" }])),
])]
#[case("receiver_unnamed", "/rows/0/purposes/0", &[("/rows/0/purposes/0", json!("D11"))])]
#[case("transfer_without_purpose", "/particulars/services/0", &[
    ("/particulars/services", json!([{ "text": label(), "optional": false, "transfer": true, "purposes": [] }])),
])]
#[case("kind_not_served", "/particulars/kinds/0", &[
    ("/particulars/kinds", json!([{ "whose": "relations", "ticked": true }])),
])]
#[case("retention_before_end", "/retention/rules/0", &[
    ("/retention/rules", json!([{ "whose": "staff", "from": "notice", "months": 1, "then": "destroyed" }])),
])]
#[case("law_outdated", "/particulars/laws/0", &[("/particulars/laws", json!([{ "law": "wbp" }]))])]
fn a_change_brings_its_finding(#[case] code: &str, #[case] place: &str, #[case] changes: &[(&str, Value)]) {
    let brought = brought("rekenbaai", changes);
    assert!(
        brought.contains(&(
            FindingCode::all().find(|of| of.as_str() == code).unwrap().as_str(),
            place.to_owned()
        )),
        "{brought:?}"
    );
}

/// What a purpose waits for and rests on, where it is ticked.
#[rstest]
#[case("module_undefined", "/ticks/purposes/0/module", &[("/ticks/purposes/0/module", json!("elders"))])]
#[case("module_bears_nothing", "/modules/1", &[("/ticks/purposes/1/module", json!("lob"))])]
#[case("approval_changes_nothing", "/ticks/purposes/1/module", &[("/ticks/purposes/0/code", json!("D2"))])]
#[case("consent_asked_for_all", "/ticks/purposes/0", &[("/ticks/purposes/0/code", json!("D11"))])]
#[case("consent_about_nothing", "/ticks/purposes/0", &[
    ("/ticks/purposes/0/restsOnConsent", json!(true)), ("/ticks/staffCategories", json!([])),
    ("/ticks/pupilCategories", json!([{ "code": "CD24", "optional": false }])),
])]
fn a_tick_brings_its_finding(#[case] code: &str, #[case] place: &str, #[case] changes: &[(&str, Value)]) {
    let brought = brought("qompas.repaired", changes);
    assert!(
        brought.iter().any(|found| *found == (code, place.to_owned())),
        "{brought:?}"
    );
}

#[test]
fn what_asks_for_consent_is_never_proposed_to_go() {
    let mut changed = document("qompas.repaired");
    changed["ticks"]["purposes"][0] = json!({ "code": "D22", "restsOnConsent": true });
    let findings = lint(&changed).into_iter();
    let unnamed: Vec<_> = findings
        .filter(|finding| finding.code.as_str() == "purpose_unnamed")
        .collect();
    assert_eq!(unnamed.len(), 1);
    assert_eq!(unnamed[0].repair, None);
}

#[test]
fn research_is_done_under_a_pseudonym_and_analysis_on_what_names_nobody() {
    let anonymising = json!({ "removes": ["name", "number", "contact"], "whatFor": label() });
    let with = |purpose: &str| {
        let changes = [
            ("/rows/0/purposes/0", json!(purpose)),
            ("/particulars/anonymising", anonymising.clone()),
        ];
        let codes = brought("rekenbaai", &changes).into_iter().map(|(code, _)| code);
        codes.filter(|code| code.ends_with("_insufficient")).collect::<Vec<_>>()
    };
    assert_eq!(with("D16"), [""; 0]);
    assert_eq!(with("D17"), ["anonymising_insufficient"]);
}

#[test]
fn what_is_really_anonymous_may_stay_after_the_end() {
    let rules = |from| json!([{ "whose": "staff", "from": from, "days": 1, "then": "anonymised" }]);
    let anonymising = json!({ "removes": ["name", "number", "contact", "birthDate", "device"], "whatFor": label() });
    let changes = [
        ("/retention/rules", rules("end")),
        ("/particulars/anonymising", anonymising),
    ];
    assert_eq!(brought("rekenbaai", &changes), []);
    assert_eq!(brought("rekenbaai", &[("/retention/rules", rules("upload"))]), []);
}

#[test]
fn each_country_outside_the_eea_is_told_of() {
    let place = |country: &str, back_up: &str| json!({ "party": "Wadden Leermiddelen B.V.", "country": country, "backUpCountry": back_up });
    let mut changed = document("rekenbaai");
    changed["places"] = json!([place("US", "US"), place("US", "IN"), place("NL", "IN")]);
    let findings = lint(&changed).into_iter();
    let outside = findings.filter(|finding| finding.code.as_str() == "outside_eea_unsafeguarded");
    let told: Vec<_> = outside
        .map(|finding| (finding.place, finding.about.unwrap().en))
        .collect();
    let told: Vec<_> = told
        .iter()
        .map(|(place, about)| (place.as_str(), about.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("/places/0", "Wadden Leermiddelen B.V., US"),
            ("/places/1", "Wadden Leermiddelen B.V., IN"),
        ]
    );
}

#[test]
fn a_form_that_nobody_filled_in_is_not_asked_for_the_eck_id() {
    let mut changed = document("rekenbaai");
    let asked = |changed: &Value| {
        lint(changed)
            .iter()
            .any(|finding| finding.code.as_str() == "eck_id_absent")
    };
    for row in changed["rows"].as_array_mut().unwrap() {
        for list in ["processings", "purposes", "pupilCategories", "staffCategories"] {
            row[list] = json!([]);
        }
    }
    assert!(!asked(&changed));
    changed["rows"][0]["purposes"] = json!(["D1"]);
    assert!(asked(&changed));
}

#[test]
fn a_promise_for_today_has_not_passed_and_a_whole_year_is_a_year() {
    let measures = json!([{ "text": label(), "status": "not_met", "due": "2026-11-29" }]);
    assert_eq!(brought("rekenbaai", &[("/particulars/measures", measures)]), []);
    let met = json!([{ "text": label(), "status": "met", "due": "2020-01-01" }]);
    assert_eq!(brought("rekenbaai", &[("/particulars/measures", met)]), []);
    let certificates = json!([{ "name": "ISO 27001", "until": "2027-11-29" }]);
    assert_eq!(brought("rekenbaai", &[("/particulars/certificates", certificates)]), []);
}

#[test]
fn a_question_about_the_return_contradicts_no_term_that_holds_it() {
    let rules = |months| json!([{ "whose": "pupils", "from": "noAnswer", "months": months, "then": "destroyed" }]);
    let contradicts = |days: u32, months: u32| {
        let retention = json!({ "daysAfterEnd": days, "rules": [
            { "whose": "all", "from": "noAnswer", "months": months, "then": "destroyed" },
        ] });
        brought("rekenbaai", &[("/retention", retention)])
            .iter()
            .any(|(code, _)| *code == "retention_contradictory")
    };
    // Some persons kept longer than the term for all.
    let longer = json!({ "daysAfterEnd": 0, "rules": rules(12) });
    assert!(
        brought("rekenbaai", &[("/retention", longer)])
            .iter()
            .any(|(code, _)| *code == "retention_contradictory")
    );
    assert!(contradicts(0, 12) && contradicts(400, 12) && !contradicts(366, 12));
    // A rule about some persons may be shorter than the term for all.
    assert_eq!(brought("rekenbaai", &[("/retention/rules", rules(1))]), []);
}

/// What the catalogue says is wrong in each, by code and place.
#[rstest]
#[case("leapo", &[
    ("row_unfilled", "/rows/0"), ("row_unfilled", "/rows/4"),
    ("table_code_repeated", "/particulars/tables/purposes/18/code"),
    ("table_code_missing", "/particulars/tables/purposes"),
    ("table_code_wrong_series", "/particulars/tables/categories/6/pupil"),
    ("code_undefined", "/subProcessors/0/pupilCategories/6"),
    ("code_not_in_table", "/subProcessors/0/pupilCategories/18"),
    ("table_row_shifted", "/particulars/tables/categories/2"),
    ("retention_missing", "/retention/daysAfterEnd"),
    ("module_status_blank", "/particulars/moduleStatus"),
    ("part_missing", "/particulars/contents/parts"),
    ("party_unlisted", "/places/0"), ("party_unlisted", "/places/1"),
    ("sub_processor_everything", "/subProcessors/0"),
    ("party_ambiguous", "/parties/processor/alsoNamed"),
    ("annex_absent", "/particulars/contents/cites/3"),
    ("annex_two_subjects", "/particulars/contents/annexes/2"),
    ("free_text", "/particulars/practices/0"), ("processing_from_use", "/particulars/practices/1"),
])]
#[case("qubo", &[
    ("party_unlisted", "/places/0"), ("party_unlisted", "/places/2"), ("party_unlisted", "/places/3"),
    ("statement_contradicted", "/particulars/statements/0"),
    ("pseudonymising_insufficient", "/ticks/purposes/11"), ("anonymising_insufficient", "/ticks/purposes/12"),
    ("own_use", "/particulars/ownUse/0"),
    ("measure_value_unknown", "/particulars/measures/4/status"), ("date_past", "/particulars/measures/4/due"),
    ("eck_id_absent", "/ticks/pupilCategories"), ("statement_contradicted", "/particulars/statements/1"),
    ("special_ground_missing", "/ticks/pupilCategories/3"),
    ("retention_contradictory", "/retention/rules/0"), ("retention_before_end", "/retention/rules/2"),
    ("retention_not_anonymous", "/retention/rules/1"),
    ("other_data_unnamed", "/ticks/staffCategories/5"), ("field_unfilled", "/version/date"),
])]
#[case("qompas", &[
    ("transfer_without_purpose", "/particulars/services/4"), ("transfer_without_purpose", "/particulars/exchanges/1"),
    ("special_unclassified", "/ticks/pupilCategories/10"), ("special_ground_missing", "/ticks/pupilCategories/10"),
    ("profiling_automatic", "/particulars/classification/profiling"),
    ("party_unlisted", "/particulars/mentions/0"),
    ("purpose_without_code", "/particulars/ownPurposes/0"),
    ("advertising", "/particulars/mailings/1"), ("approval_by_use", "/particulars/practices/0"),
    ("module_bears_nothing", "/modules/1"),
    ("retention_missing", "/retention/daysAfterEnd"),
])]
#[case("op-school", &[
    ("category_misnamed", "/ticks/pupilCategories/7"), ("national_number", "/ticks/pupilCategories/6"),
    ("retention_missing", "/retention/daysAfterEnd"), ("law_outdated", "/particulars/laws/0"),
    ("statement_contradicted", "/particulars/statements/0"), ("advertising", "/particulars/mailings/0"),
    ("special_ground_missing", "/ticks/pupilCategories/5"), ("sub_processor_everything", "/subProcessors/0"),
])]
#[case("mbo-generic", &[
    ("row_unfilled", "/ticks/purposes"), ("field_unfilled", "/modules"), ("field_unfilled", "/product/name"),
    ("field_unfilled", "/parties/processor/name"), ("field_unfilled", "/places"),
    ("retention_missing", "/retention/daysAfterEnd"),
])]
fn the_linter_says_what_is_wrong_in_a_document(#[case] name: &str, #[case] expected: &[(&str, &str)]) {
    let findings = lint(&document(name));
    for (code, place) in expected {
        assert!(
            findings
                .iter()
                .any(|finding| finding.code.as_str() == *code && finding.place == *place),
            "{name}: {code} at {place}"
        );
    }
}

#[test]
fn the_five_documents_show_most_codes() {
    let seen: BTreeSet<_> = DOCUMENTS
        .iter()
        .flat_map(|name| lint(&document(name)))
        .map(|finding| finding.code)
        .collect();
    assert!(seen.len() > 30, "{}", seen.len());
}
