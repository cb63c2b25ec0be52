//! What the tick of a purpose asks for beside its data: the approval of a module, the consent of the person.

use serde_json::{Value, json};
use sluis_core::{
    agreement::{Annex, Difference},
    catalogue::{Attribute, Catalogue, Purpose},
    person::PersonKind,
    time::Window,
};

use crate::{
    consent::{consent, since_june},
    models::by_ticks,
    world::{World, id, moment, span},
};

fn with_purposes(purposes: Value) -> World {
    by_ticks("3.0", |annex| {
        annex["modules"][1]["need"] = json!("optional");
        let extra = json!({"code": "extra", "name": {"nl": "a", "en": "b"}, "need": "optional"});
        annex["modules"].as_array_mut().unwrap().push(extra);
        annex["ticks"]["purposes"] = purposes;
    })
}

/// Code, and what is missing.
fn reasons(world: &World) -> Vec<(&'static str, String)> {
    let decision = world.decide();
    let named = decision.reasons().iter();
    named
        .map(|reason| (reason.code.as_str(), reason.missing.name().unwrap_or_default()))
        .collect()
}

fn waits(parts: &[&str]) -> Vec<(&'static str, String)> {
    parts
        .iter()
        .map(|part| ("module_not_approved", (*part).to_owned()))
        .collect()
}

#[test]
fn a_purpose_of_an_optional_module_waits_for_its_approval_and_for_no_longer_than_it_holds() {
    let mut world = with_purposes(json!([{"code": "D1"}, {"code": "D3", "module": "berichten"}]));
    assert_eq!(reasons(&world), waits(&["berichten"]));
    world.approve("berichten", span("2026-08-01T00:00:00Z", "2026-09-15T09:00:00Z"));
    assert_eq!(reasons(&world), waits(&["berichten"]));
    world.approve("berichten", Window::since(moment("2026-09-15T09:00:00Z")));
    assert_eq!(reasons(&world), []);
    // What belongs to the product as a whole, or to a fixed part of it, waits for nothing.
    let mut world = with_purposes(json!([{"code": "D1"}, {"code": "D3", "module": "oefenen"}]));
    assert_eq!(reasons(&world), []);
    world.purpose("D1");
    assert_eq!(reasons(&world), []);
}

#[test]
fn a_purpose_of_two_modules_waits_for_either_and_one_without_a_module_for_none() {
    let mut world = with_purposes(json!([{"code": "D3", "module": "berichten"}, {"code": "D3", "module": "extra"}]));
    assert_eq!(reasons(&world), waits(&["berichten", "extra"]));
    world.approve("extra", Window::since(moment("2026-09-01T00:00:00Z")));
    assert_eq!(reasons(&world), []);
    let world = with_purposes(json!([{"code": "D3", "module": "berichten"}, {"code": "D3"}]));
    assert_eq!(reasons(&world), []);
}

#[test]
fn an_optional_category_waits_for_both_its_own_approval_and_that_of_the_module() {
    let health = |parts: &[&str]| {
        let mut world = with_purposes(json!([{"code": "D7", "module": "berichten"}]));
        world.annex(|annex| {
            annex["ticks"]["pupilCategories"] = json!([
                {"code": "CD18", "optional": true, "specialGround": {"nl": "zorgplicht", "en": "duty of care"}}
            ]);
        });
        world.purpose("D7");
        world.request.required = [Attribute::Health].into_iter().collect();
        for part in parts {
            world.approve(part, Window::since(moment("2026-09-01T00:00:00Z")));
        }
        reasons(&world)
    };
    assert_eq!(health(&[]), waits(&["berichten", "cd18"]));
    assert_eq!(health(&["cd18"]), waits(&["berichten"]));
    assert_eq!(health(&["berichten"]), waits(&["cd18"]));
    assert_eq!(health(&["cd18", "berichten"]), []);
}

#[test]
fn a_module_that_is_not_there_stops_its_purpose_and_nothing_else() {
    let mut world = with_purposes(json!([{"code": "D1"}, {"code": "D3"}, {"code": "D3", "module": "elders"}]));
    assert_eq!(reasons(&world), [("annex_defect", "module_undefined".to_owned())]);
    world.purpose("D1");
    assert_eq!(reasons(&world), []);
}

#[test]
fn a_purpose_rests_on_consent_where_one_of_its_ticks_does() {
    for purposes in [
        json!([{"code": "D1"}, {"code": "D3", "restsOnConsent": true}]),
        json!([{"code": "D1"}, {"code": "D3"}, {"code": "D3", "restsOnConsent": true}]),
    ] {
        let mut world = with_purposes(purposes);
        assert_eq!(reasons(&world), [("consent_missing", "D3".to_owned())]);
        let asked = world.policy().rests_on_consent(
            id(World::REKENBAAI),
            Purpose::parse("D3").unwrap(),
            PersonKind::Pupil,
            world.request.at,
        );
        assert_eq!(asked, Some(world.inputs.agreements[0].annex.hash()));
        world.jorn.consents = consent(&world, World::REKENBAAI, "D1", since_june());
        assert_eq!(reasons(&world), [("consent_missing", "D3".to_owned())]);
        world.jorn.consents = consent(&world, World::REKENBAAI, "D3", since_june());
        assert_eq!(reasons(&world), []);
        world.jorn.consents = &[];
        world.purpose("D1");
        assert_eq!(reasons(&world), []);
    }
}

#[test]
fn nothing_is_taken_in_for_a_purpose_that_waits_or_that_rests_on_consent() {
    let taken = |purposes: Value, approved: bool| {
        let mut world = with_purposes(purposes);
        if approved {
            world.approve("berichten", Window::since(moment("2026-09-01T00:00:00Z")));
        }
        let needed = world.policy().needed(world.request.at).pupils;
        needed.contains(Attribute::GivenName)
    };
    assert!(taken(json!([{"code": "D3"}]), false));
    assert!(!taken(json!([{"code": "D3", "restsOnConsent": true}]), false));
    assert!(!taken(json!([{"code": "D3", "module": "berichten"}]), false));
    assert!(taken(json!([{"code": "D3", "module": "berichten"}]), true));
    // Listed, and no purpose of the annex may have it.
    assert!(!taken(json!([{"code": "D16"}]), false));
}

#[test]
fn the_difference_says_what_a_purpose_waits_for() {
    let annex = |purposes: Value| -> Annex {
        let world = with_purposes(purposes);
        Annex::parse(world.inputs.agreements[0].annex.canonical()).unwrap()
    };
    let (free, asks) = (
        annex(json!([{"code": "D3"}])),
        annex(json!([{"code": "D3", "module": "berichten", "restsOnConsent": true}])),
    );
    let difference = Difference::between(Some(&free), &asks, Catalogue::built_in());
    let said: Vec<_> = difference
        .points
        .iter()
        .map(|point| point.sentence.en.as_str())
        .collect();
    assert!(
        said.iter()
            .any(|said| said.contains(", if the school approves ‘") && said.contains("with the consent of the person")),
        "{said:?}"
    );
}
