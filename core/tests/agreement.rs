//! Reading an annex: the example, its canonical bytes and hash, every error at once, every defect of a row.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![expect(clippy::indexing_slicing, reason = "a test stops at what it did not expect")]

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};
use sluis_core::{
    agreement::{Annex, AnnexDocument, AnnexErrorCode, AnnexHash, DefectCode, Model, Need},
    catalogue::{Attribute, Catalogue},
};

const REKENBAAI: &str = include_str!("../../examples/agreements/rekenbaai.json");

const QUBO: &str = include_str!("../../examples/agreements/qubo.json");

const MBO: &str = include_str!("../../examples/agreements/mbo-generic.repaired.json");

const SLUIS: &str = include_str!("../../examples/agreements/sluis.json");

fn example() -> Value {
    serde_json::from_str(REKENBAAI).unwrap()
}

/// The example as it would be without links, with a category that is optional.
fn ticked(model: &str) -> Value {
    let mut document = example();
    document.as_object_mut().unwrap().remove("rows");
    document["modules"][1]["need"] = json!("necessary");
    document["model"] = json!(model);
    document["ticks"] = json!({
        "purposes": [
            { "code": "D1" },
            { "code": "D13", "text": { "nl": "inloggen en beginnen", "en": "log in and begin" } },
            { "code": "D22", "text": { "nl": "schoolfeest", "en": "school party" } },
        ],
        "pupilCategories": [
            { "code": "CD1", "optional": false },
            { "code": "CD18", "optional": true, "specialGround": { "nl": "zorgplicht", "en": "duty of care" } },
            { "code": "CD29", "optional": true, "otherData": ["userName"] },
        ],
        "staffCategories": [{ "code": "CM10", "optional": true, "text": { "nl": "mail", "en": "mail" } }],
    });
    document
}

fn parse(value: &Value) -> Result<Annex, Vec<(String, AnnexErrorCode)>> {
    Annex::parse(&serde_json::to_vec(value).unwrap())
        .map_err(|errors| errors.0.into_iter().map(|error| (error.place, error.code)).collect())
}

#[rstest]
#[case(REKENBAAI)]
#[case(SLUIS)]
fn the_examples_are_read_without_defects_and_written_back_unchanged(#[case] text: &str) {
    let annex = Annex::parse(text.as_bytes()).unwrap();
    assert_eq!(annex.document().model, Model::V4_0Coded);
    assert_eq!(annex.document().defects(Catalogue::built_in()), []);
    let written = serde_json::to_value(annex.document()).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(text).unwrap());
}

#[test]
fn the_hash_is_of_the_canonical_bytes_and_ignores_only_white_space_and_order() {
    let annex = Annex::parse(REKENBAAI.as_bytes()).unwrap();
    let again = Annex::parse(annex.canonical()).unwrap();
    assert_eq!((again.hash(), again.canonical()), (annex.hash(), annex.canonical()));
    let text = std::str::from_utf8(annex.canonical()).unwrap();
    assert!(
        text.starts_with(r#"{"deviations":[],"login":{"pupil":["givenName","#),
        "{text}"
    );
    assert!(text.contains("Reservekopieën"));
    assert_eq!(AnnexHash::parse(&annex.hash().to_string()), Ok(annex.hash()));
    let mut other = example();
    other["rows"][0]["restsOnConsent"] = json!(true);
    assert_ne!(parse(&other).unwrap().hash(), annex.hash());
}

/// These hashes are signed. They were made by another program, before purposes said what they wait for.
#[rstest]
#[case(REKENBAAI, "da68af10d9d0412f9aa2fd2242bdea62aab2002c15fa1e393f846b311f4e9b1f")]
#[case(SLUIS, "caa92b171af534d7a96390eb026ff3019f5efcca72ba342fa580a0804c57a4da")]
#[case(QUBO, "6d72be8b2c25e4fbdd97f20dd4f0f00bb6f4617dc8cbccc83c01f1cf8e5d510e")]
#[case(MBO, "94ad115e8cd5bf73afc1262ecdbf4c516ff590ad4973c1323252031b4006175f")]
fn what_was_signed_keeps_its_hash(#[case] text: &str, #[case] hash: &str) {
    assert_eq!(Annex::parse(text.as_bytes()).unwrap().hash().to_string(), hash);
}

#[rstest]
#[case("4.0")]
#[case("3.0")]
#[case("mbo-3.0")]
fn the_other_models_are_read_with_their_ticks(#[case] model: &str) {
    let document = ticked(model);
    let annex = parse(&document).unwrap();
    assert_eq!(annex.document().defects(Catalogue::built_in()), []);
    assert_eq!(serde_json::to_value(annex.document()).unwrap(), document);
    assert_eq!(Annex::parse(annex.canonical()).unwrap().hash(), annex.hash());
    let need = |part| annex.document().need_of(part);
    for (part, expected) in [
        ("oefenen", Some(Need::Necessary)),
        ("berichten", Some(Need::Necessary)),
        ("cd1", Some(Need::Necessary)),
        ("cd18", Some(Need::Optional)),
        ("cm10", Some(Need::Optional)),
        ("cd10", None),
        ("CD18", None),
    ] {
        assert_eq!(need(part), expected, "{part}");
    }
    assert_eq!(
        Annex::parse(REKENBAAI.as_bytes()).unwrap().document().need_of("cd1"),
        None
    );
}

#[test]
fn rows_and_ticks_never_go_together_and_the_model_says_which() {
    let errors = |document: &Value| parse(document).unwrap_err();
    let error = |place: &str, code| (place.to_owned(), code);
    let mut both = ticked("4.0");
    both["rows"] = example()["rows"].clone();
    assert_eq!(errors(&both), [error("/rows", AnnexErrorCode::NotOfThisModel)]);
    both["model"] = json!("4.0-coded");
    assert_eq!(errors(&both), [error("/ticks", AnnexErrorCode::NotOfThisModel)]);

    let mut neither = ticked("3.0");
    neither.as_object_mut().unwrap().remove("ticks");
    neither["secondFactor"] = json!(1);
    let second_factor = error("/secondFactor", AnnexErrorCode::WrongType);
    let missing = |place| [second_factor.clone(), error(place, AnnexErrorCode::FieldMissing)];
    assert_eq!(errors(&neither), missing("/ticks"));
    neither["model"] = json!("4.0-coded");
    neither["rows"] = json!([]);
    assert_eq!(
        errors(&neither),
        [
            error("/rows", AnnexErrorCode::WrongSize),
            error("/secondFactor", AnnexErrorCode::WrongType)
        ]
    );
    neither.as_object_mut().unwrap().remove("rows");
    let mut expected = missing("/rows");
    expected.reverse();
    assert_eq!(errors(&neither), expected);
}

#[test]
fn a_category_is_ticked_once_and_a_module_is_no_category() {
    let mut wrong = ticked("mbo-3.0");
    wrong["modules"][1]["code"] = json!("cd29");
    wrong["modules"][0]["need"] = json!("optional");
    wrong["ticks"]["purposes"][0] = json!({ "code": "D1", "module": "Oefenen", "restsOnConsent": "ja" });
    wrong["ticks"]["pupilCategories"][2] = json!({ "code": "CD1", "optional": true });
    wrong["ticks"]["staffCategories"][0] = json!({ "code": "CM10" });
    let expected = [
        ("/modules/1/code", AnnexErrorCode::WrongValue),
        ("/ticks/pupilCategories/2/code", AnnexErrorCode::Repeated),
        ("/ticks/purposes/0/module", AnnexErrorCode::WrongForm),
        ("/ticks/purposes/0/restsOnConsent", AnnexErrorCode::WrongType),
        ("/ticks/staffCategories/0/optional", AnnexErrorCode::FieldMissing),
    ];
    let expected = expected.map(|(place, code)| (place.to_owned(), code));
    assert_eq!(parse(&wrong).unwrap_err(), expected);
    // A coded annex has no part that is a category.
    let mut coded = example();
    coded["modules"][1]["code"] = json!("cd29");
    coded["rows"][3]["module"] = json!("cd29");
    assert!(parse(&coded).is_ok());
}

#[rstest]
#[case::unfilled(
    json!({"purposes": [], "pupilCategories": [], "staffCategories": []}),
    &[("/purposes", 0, DefectCode::RowUnfilled)]
)]
#[case::without_category(
    json!({"pupilCategories": [], "staffCategories": []}),
    &[("/purposes", 0, DefectCode::PurposeWithoutCategory)]
)]
#[case::purposes(
    json!({"purposes": [{"code": "D23"}, {"code": "D22"}]}),
    &[("/purposes/0", 4, DefectCode::CodeUndefined), ("/purposes/1", 4, DefectCode::PurposeUnnamed)]
)]
#[case::module(
    json!({"purposes": [{"code": "D1", "module": "oefenen"}, {"code": "D13", "module": "elders", "restsOnConsent": true}]}),
    &[("/purposes/1/module", 4, DefectCode::ModuleUndefined)]
)]
#[case::codes(
    json!({
        "pupilCategories": [{"code": "CC12", "optional": false}, {"code": "BSN", "optional": false}],
        "staffCategories": [{"code": "CD1", "optional": false}],
    }),
    &[
        ("/pupilCategories/0", 0, DefectCode::CodeUndefined),
        ("/pupilCategories/1", 1, DefectCode::NationalNumber),
        ("/staffCategories/0", 2, DefectCode::CodeUndefined),
    ]
)]
#[case::meaning(
    json!({
        "pupilCategories": [{"code": "CD29", "optional": true}, {"code": "CD19", "optional": false}],
        "staffCategories": [{"code": "CM29", "optional": true, "otherData": ["userName", "gender"]}],
    }),
    &[
        ("/pupilCategories/0", 0, DefectCode::OtherDataUnnamed),
        ("/pupilCategories/1", 1, DefectCode::SpecialGroundMissing),
        ("/staffCategories/0", 2, DefectCode::OtherDataUnnamed),
    ]
)]
fn a_defect_of_a_tick_names_its_row_and_place(#[case] change: Value, #[case] expected: &[(&str, usize, DefectCode)]) {
    let mut document = ticked("4.0");
    for (name, value) in change.as_object().unwrap() {
        document["ticks"][name] = value.clone();
    }
    let defects = parse(&document).unwrap().document().defects(Catalogue::built_in());
    assert_eq!(
        AnnexDocument::defects_of_readable(&document, Catalogue::built_in()),
        defects,
        "read by its parts it says the same"
    );
    let found: Vec<_> = defects
        .into_iter()
        .map(|defect| (defect.place, defect.row.unwrap(), defect.code))
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(place, row, code)| (format!("/ticks{place}"), *row, *code))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn all_errors_come_at_once_each_with_its_place() {
    let mut wrong = example();
    wrong["product"]["name"] = json!(7);
    wrong["parties"]["processor"]["registrationNumber"] = json!("nummer 1");
    wrong["version"]["date"] = json!("2026-02-30");
    wrong["modules"][1]["code"] = json!("oefenen");
    wrong["rows"][0].as_object_mut().unwrap().remove("restsOnConsent");
    wrong["rows"][1]["a/b"] = json!(1);
    wrong["login"]["pupil"] = json!(["bsn"]);
    wrong["login"]["staff"] = json!(["eckId", "eckId"]);
    wrong["places"] = json!([]);
    wrong.as_object_mut().unwrap().remove("secondFactor");
    let expected = [
        ("/login/pupil/0", AnnexErrorCode::WrongValue),
        ("/login/staff", AnnexErrorCode::Repeated),
        ("/modules/1/code", AnnexErrorCode::Repeated),
        ("/parties/processor/registrationNumber", AnnexErrorCode::WrongForm),
        ("/places", AnnexErrorCode::WrongSize),
        ("/product/name", AnnexErrorCode::WrongType),
        ("/rows/0/restsOnConsent", AnnexErrorCode::FieldMissing),
        ("/rows/1/a~1b", AnnexErrorCode::FieldUnknown),
        ("/secondFactor", AnnexErrorCode::FieldMissing),
        ("/version/date", AnnexErrorCode::WrongForm),
    ];
    let expected = expected.map(|(place, code)| (place.to_owned(), code));
    let offered = Annex::parse_offer(&serde_json::to_vec(&wrong).unwrap()).unwrap_err().0;
    let offered: Vec<_> = offered.into_iter().map(|error| (error.place, error.code)).collect();
    assert_eq!(offered, expected);
    // A draft may leave open where data are processed.
    let draft = expected.into_iter().filter(|(place, _)| place != "/places");
    assert_eq!(parse(&wrong).unwrap_err(), draft.collect::<Vec<_>>());
}

#[test]
fn an_unknown_model_is_refused_by_name_and_nothing_is_said_of_its_parts() {
    let mut other = example();
    other["model"] = json!("5.0");
    let wrong_model = [("/model".to_owned(), AnnexErrorCode::WrongValue)];
    assert_eq!(parse(&other).unwrap_err(), wrong_model);
    assert_eq!(parse(&ticked("5.0")).unwrap_err(), wrong_model);
}

#[test]
fn what_is_no_json_or_says_a_thing_twice_is_refused() {
    let code = |text: &str| Annex::parse(text.as_bytes()).unwrap_err().0[0].code;
    assert_eq!(code("{"), AnnexErrorCode::NotJson);
    assert_eq!(code("[]"), AnnexErrorCode::WrongType);
    for (once, twice) in [
        (
            r#""secondFactor": false"#,
            r#""secondFactor": true, "secondFactor": false"#,
        ),
        (r#""daysAfterEnd": 30"#, r#""daysAfterEnd": 3, "daysAfterEnd": 30"#),
    ] {
        assert_eq!(
            code(&REKENBAAI.replacen(once, twice, 1)),
            AnnexErrorCode::Ambiguous,
            "{once}"
        );
    }
}

/// Each case changes row 0 of the example; the places are below `/rows/0`.
#[rstest]
#[case::unfilled(json!({"processings": [], "purposes": []}), &[("", DefectCode::RowUnfilled)])]
#[case::module(json!({"module": "elders"}), &[("/module", DefectCode::ModuleUndefined)])]
#[case::codes(
    json!({"processings": ["V9"], "purposes": ["D1", "D23"], "pupilCategories": ["CC12"], "staffCategories": ["CD1"]}),
    &[
        ("/processings/0", DefectCode::CodeUndefined),
        ("/purposes/1", DefectCode::CodeUndefined),
        ("/pupilCategories/0", DefectCode::CodeUndefined),
        ("/staffCategories/0", DefectCode::CodeUndefined),
    ]
)]
#[case::national_number(json!({"pupilCategories": ["CD1", "BSN"]}), &[("/pupilCategories/1", DefectCode::NationalNumber)])]
#[case::without_category(
    json!({"pupilCategories": [], "staffCategories": []}),
    &[("/purposes", DefectCode::PurposeWithoutCategory)]
)]
#[case::unnamed_purpose(json!({"purposes": ["D22"]}), &[("/purposes/0", DefectCode::PurposeUnnamed)])]
#[case::named_purpose(json!({"purposes": ["D22"], "otherPurpose": {"nl": "schoolfeest", "en": "school party"}}), &[])]
#[case::unnamed_data(json!({"pupilCategories": ["CD29"]}), &[("/pupilCategories/0", DefectCode::OtherDataUnnamed)])]
#[case::named_otherwise(
    json!({"pupilCategories": ["CD29"], "otherData": ["birthDate"]}),
    &[("/pupilCategories/0", DefectCode::OtherDataUnnamed)]
)]
#[case::named_data(json!({"pupilCategories": ["CD29"], "otherData": ["userName"]}), &[])]
#[case::special(json!({"staffCategories": ["CM18"]}), &[("/staffCategories/0", DefectCode::SpecialGroundMissing)])]
#[case::special_with_ground(
    json!({"pupilCategories": ["CD19"], "specialGround": {"nl": "artikel 30 UAVG", "en": "article 30 UAVG"}}),
    &[]
)]
fn a_defect_names_its_row_and_place(#[case] change: Value, #[case] expected: &[(&str, DefectCode)]) {
    let mut document = example();
    for (name, value) in change.as_object().unwrap() {
        document["rows"][0][name] = value.clone();
    }
    let defects = parse(&document).unwrap().document().defects(Catalogue::built_in());
    assert!(defects.iter().all(|defect| defect.row == Some(0)));
    assert_eq!(
        AnnexDocument::defects_of_readable(&document, Catalogue::built_in()),
        defects,
        "read by its parts it says the same"
    );
    let found: Vec<_> = defects.into_iter().map(|defect| (defect.place, defect.code)).collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(place, code)| (format!("/rows/0{place}"), *code))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn an_undefined_code_of_a_sub_processor_touches_every_row() {
    let mut document = example();
    document["subProcessors"][0]["pupilCategories"] = json!(["CC12"]);
    let defects = parse(&document).unwrap().document().defects(Catalogue::built_in());
    let by_parts = AnnexDocument::defects_of_readable(&document, Catalogue::built_in());
    assert_eq!(by_parts, defects);
    let found: Vec<_> = defects
        .iter()
        .map(|defect| (defect.row, defect.place.as_str(), defect.code))
        .collect();
    assert_eq!(
        found,
        [(None, "/subProcessors/0/pupilCategories/0", DefectCode::CodeUndefined)]
    );
}

#[test]
fn the_schema_and_the_type_know_the_same_fields() {
    let schema: Value = serde_json::from_str(Annex::SCHEMA).unwrap();
    let enumerated = &schema["$defs"]["attributes"]["items"]["enum"];
    assert_eq!(enumerated, &json!(Attribute::ALL.to_vec()));

    // A document with every optional field: what the schema allows, the type keeps.
    let mut whole = example();
    let text = json!({"nl": "a", "en": "b"});
    whole["parties"]["controller"] =
        json!({"name": "Stichting Kwelder", "registrationNumber": "90000025", "town": "Delfzijl"});
    whole["rows"][0]["otherPurpose"] = text.clone();
    whole["rows"][0]["otherData"] = json!(["userName"]);
    whole["rows"][0]["specialGround"] = text.clone();
    whole["deviations"] = json!([{"article": "7.4", "attributes": ["familyName"], "motivation": text}]);
    whole["subProcessors"][0]["announced"] = json!("2026-01-01");
    whole["subProcessors"][0]["safeguards"] = text.clone();
    whole["places"][0]["safeguards"] = text.clone();
    whole["retention"]["rules"] =
        json!([{"whose": "all", "categories": ["CD1"], "from": "end", "days": 30, "then": "destroyed"}]);
    whole["receivers"] =
        json!([{"name": "Elders B.V.", "supplier": "01890000-0000-7000-8000-000000000001", "purposes": ["D5"]}]);
    assert_eq!(serde_json::to_value(parse(&whole).unwrap().document()).unwrap(), whole);

    let unlinked = ticked("3.0");
    let (mut known, mut used) = (BTreeSet::new(), BTreeSet::new());
    collect_fields(&schema, &mut known);
    collect_keys(&whole, &mut used);
    collect_keys(&unlinked, &mut used);
    for name in ["leapo", "qubo", "qompas", "op-school", "mbo-generic"] {
        for name in [name.to_owned(), format!("{name}.repaired")] {
            let file = format!("{}/../examples/agreements/{name}.json", env!("CARGO_MANIFEST_DIR"));
            collect_keys(
                &serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap(),
                &mut used,
            );
        }
    }
    assert_eq!(known, used);

    for (document, part) in [(&whole, "rows"), (&unlinked, "ticks")] {
        let required = schema["required"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| field.as_str().unwrap());
        for field in required.chain([part]) {
            let mut without = document.clone();
            without.as_object_mut().unwrap().remove(field);
            assert!(parse(&without).is_err(), "{field}");
            let read = serde_json::from_value::<AnnexDocument>(without);
            assert!(field == part || read.is_err(), "{field}");
        }
    }
}

/// The names below every `properties` of a schema.
fn collect_fields(schema: &Value, into: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get("properties") {
                into.extend(properties.keys().cloned());
            }
            fields.values().for_each(|field| collect_fields(field, into));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_fields(item, into)),
        _ => {}
    }
}

fn collect_keys(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            into.extend(fields.keys().cloned());
            fields.values().for_each(|field| collect_keys(field, into));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, into)),
        _ => {}
    }
}
