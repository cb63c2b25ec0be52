//! The documents of `examples/agreements` as agreements that run: nothing passes by one as it stands, and once it is repaired
//! what it says does.

use std::sync::Arc;

use rstest::rstest;
use serde_json::json;
use sluis_core::{
    agreement::{Annex, DefectCode},
    catalogue::{Attribute, AttributeSet, Purpose},
    gate::Decision,
    person::PersonKind,
};

use crate::world::World;

fn text(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/agreements");
    std::fs::read(folder.join(format!("{name}.json"))).unwrap()
}

/// The world with this document accepted by both sides.
fn by(name: &str) -> World {
    let mut world = World::new();
    world.inputs.agreements[0].annex = Arc::new(Annex::parse(&text(name)).unwrap());
    world.request.assurance.sender_bound = true;
    world.request.attributes = AttributeSet::from_iter([Attribute::GivenName, Attribute::Groups]);
    world
}

fn codes(decision: &Decision) -> Vec<&'static str> {
    decision.reasons().iter().map(|reason| reason.code.as_str()).collect()
}

#[rstest]
#[case("leapo")]
#[case("qubo")]
#[case("qompas")]
#[case("op-school")]
#[case("mbo-generic")]
fn nothing_passes_by_a_document_as_it_stands(#[case] name: &str) {
    let mut world = by(name);
    for kind in [PersonKind::Pupil, PersonKind::Staff] {
        for purpose in Purpose::ALL {
            world.request.person_kind = kind;
            world.request.purpose = Some(purpose);
            assert!(!world.decide().is_permit(), "{name}: {purpose}");
        }
    }
}

#[rstest]
#[case("leapo", &["D1", "D3", "D13", "D15"])]
#[case("qubo", &["D1", "D7", "D13"])]
#[case("qompas", &["D1", "D8", "D13", "D22"])]
#[case("op-school", &["D4", "D8", "D12"])]
#[case("mbo-generic", &["D1", "D8", "D13"])]
fn what_a_repaired_document_says_passes(#[case] name: &str, #[case] purposes: &[&str]) {
    let mut world = by(&format!("{name}.repaired"));
    for purpose in purposes {
        world.purpose(purpose);
        let decision = world.decide();
        assert!(decision.is_permit(), "{name}: {purpose}: {:?}", codes(&decision));
    }
    world.purpose("D6");
    assert_eq!(codes(&world.decide()), ["purpose_not_agreed"], "{name}");
}

/// The reason for Rekenbaai, with something beside its rows.
#[rstest]
#[case::retention(json!({"retention": {"daysAfterLeaving": 60}}), DefectCode::RetentionMissing)]
#[case::term(json!({"retention": {"daysAfterEnd": 30, "rules": [{"whose": "all", "from": "end", "then": "destroyed"}]}}),
    DefectCode::RetentionEmpty)]
#[case::terms(json!({"retention": {"daysAfterEnd": 30, "rules": [
    {"whose": "all", "from": "noAnswer", "months": 12, "then": "destroyed"}]}}), DefectCode::RetentionContradictory)]
#[case::own_use(json!({"particulars": {"ownUse": [
    {"text": {"nl": "a", "en": "b"}, "afterEnd": true, "anonymised": false}]}}), DefectCode::OwnUse)]
#[case::advertising(json!({"particulars": {"mailings": [
    {"text": {"nl": "a", "en": "b"}, "whose": "pupils", "promotion": true, "optOut": true}]}}), DefectCode::Advertising)]
#[case::blank(json!({"product": {"name": "", "description": {"nl": "a", "en": "b"}}}), DefectCode::FieldUnfilled)]
#[case::undated(json!({"version": {"number": "1"}}), DefectCode::FieldUnfilled)]
fn an_error_about_the_whole_annex_stops_every_row(#[case] with: serde_json::Value, #[case] expected: DefectCode) {
    let mut world = World::new();
    assert!(world.decide().is_permit());
    world.annex(|annex| annex.as_object_mut().unwrap().extend(with.as_object().unwrap().clone()));
    let decision = world.decide();
    assert_eq!(codes(&decision), ["annex_defect"]);
    assert_eq!(decision.reasons()[0].missing.name().as_deref(), Some(expected.as_str()));
}

#[test]
fn a_party_with_two_names_stops_every_row() {
    let mut world = World::new();
    world.annex(|annex| annex["parties"]["processor"]["alsoNamed"] = json!(["Wadden Leermiddelen v.o.f."]));
    let decision = world.decide();
    assert_eq!(decision.reasons()[0].missing.name().as_deref(), Some("party_ambiguous"));
}

#[test]
fn a_code_that_is_printed_twice_stops_the_rows_that_bear_it() {
    let mut world = World::new();
    let printed = |code: &str| json!({"code": code, "text": {"nl": "a", "en": "b"}});
    world.annex(|annex| {
        annex["particulars"]["tables"] = json!({
            "processings": [], "categories": [], "purposes": [printed("D3"), printed("D3"), printed("D13")],
        });
    });
    let decision = world.decide();
    assert_eq!(decision.reasons()[0].missing.name().as_deref(), Some("code_ambiguous"));
    world.purpose("D13");
    assert!(world.decide().is_permit());
}

#[test]
fn a_party_that_is_named_as_one_that_processes_has_to_be_listed() {
    let mut world = World::new();
    let mention =
        |processes| json!([{"party": "Reserve B.V.", "task": {"nl": "a", "en": "b"}, "processes": processes}]);
    world.annex(|annex| annex["particulars"]["mentions"] = mention(false));
    assert!(world.decide().is_permit());
    world.annex(|annex| annex["particulars"]["mentions"] = mention(true));
    let decision = world.decide();
    assert_eq!(codes(&decision), ["sub_processor_unlisted"]);
    assert_eq!(decision.reasons()[0].missing.name().as_deref(), Some("Reserve B.V."));
}

#[test]
fn the_tick_of_high_confidentiality_asks_for_a_sender_that_is_bound() {
    let mut world = World::new();
    world.annex(|annex| annex["particulars"]["confidentialityHigh"] = json!(true));
    assert_eq!(codes(&world.decide()), ["sender_unbound"]);
    world.request.assurance.sender_bound = true;
    assert!(world.decide().is_permit());
}

#[rstest]
#[case("rekenbaai", |annex: &mut serde_json::Value| annex["rows"][0]["purposes"] = json!(["D17"]))]
#[case("qubo.repaired", |annex: &mut serde_json::Value| annex["particulars"]["anonymising"]["removes"] = json!([]))]
fn leaving_out_the_school_alone_is_not_anonymous(#[case] name: &str, #[case] change: fn(&mut serde_json::Value)) {
    let mut world = by(name);
    world.annex(|annex| {
        change(annex);
        let removes = json!({"removes": ["school"], "whatFor": {"nl": "a", "en": "b"}});
        annex["particulars"]["anonymising"] = removes;
    });
    world.purpose("D17");
    let decision = world.decide();
    let names: Vec<_> = decision
        .reasons()
        .iter()
        .filter_map(|reason| reason.missing.name())
        .collect();
    assert!(names.iter().any(|name| name == "anonymising_insufficient"), "{names:?}");
    world.purpose("D13");
    assert!(world.decide().is_permit());
}
