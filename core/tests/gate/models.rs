//! What differs from model to model: rows or ticks, the login, the term to object, and the numbers of the articles.

use rstest::rstest;
use serde_json::{Value, json};
use sluis_core::{
    catalogue::{Attribute, AttributeSet, Catalogue, DataCategory, Purpose},
    gate::{Channel, Decision},
    person::PersonKind,
    time::Window,
};

use crate::{
    naive::ticks::purposes_of,
    world::{World, moment},
};

/// The annex by another model, with ticks in the place of rows.
pub(crate) fn by_ticks(model: &str, change: impl FnOnce(&mut Value)) -> World {
    let mut world = World::new();
    world.annex(|annex| {
        annex.as_object_mut().unwrap().remove("rows");
        annex["modules"][1]["need"] = json!("necessary");
        annex["model"] = json!(model);
        annex["ticks"] = json!({
            "purposes": [{"code": "D3"}, {"code": "D7"}, {"code": "D13"}],
            "pupilCategories": [
                {"code": "CD1", "optional": false},
                {"code": "CD12", "optional": false},
                {"code": "CD18", "optional": true, "specialGround": {"nl": "zorgplicht", "en": "duty of care"}},
                {"code": "CD20", "optional": false},
            ],
            "staffCategories": [
                {"code": "CM1", "optional": false},
                {"code": "CM18", "optional": true, "specialGround": {"nl": "zorgplicht", "en": "duty of care"}},
            ],
        });
        change(annex);
    });
    world
}

/// A table that is widened widens agreements that were signed under it.
#[test]
fn the_restrictive_table_gives_no_category_more_than_is_written_here() {
    for category in DataCategory::ALL {
        let purposes = Catalogue::built_in().purposes_of(category);
        let numbers: Vec<_> = purposes.iter().map(Purpose::number).collect();
        assert_eq!(numbers, purposes_of(category.number()), "{category:?}");
    }
}

/// Jorn logs in, and the supplier would like his ECK iD and given name.
fn logs_in(world: &mut World) -> Decision {
    world.purpose("D13");
    world.request.channel = Channel::Login;
    world.request.attributes = AttributeSet::from_iter([Attribute::EckId, Attribute::GivenName]);
    world.decide()
}

/// Attribute, reason and article of what is withheld.
fn held(decision: &Decision) -> Vec<(&str, &str, &str)> {
    let held = decision.withheld().iter();
    held.map(|held| {
        let article = held.reason.article.map_or("", |article| article.number);
        (held.attribute.as_str(), held.reason.code.as_str(), article)
    })
    .collect()
}

fn released(decision: &Decision) -> Vec<&str> {
    let released = decision.released();
    released.iter().map(Attribute::as_str).collect()
}

/// A deviation from the rule on the ECK iD; in model 3.0, article 7.4 is about something else.
fn deviates(annex: &mut Value) {
    let motivation = json!({"nl": "zo werkt het", "en": "that is how it works"});
    annex["deviations"] = json!([{"article": "7.4", "attributes": ["eckId"], "motivation": motivation}]);
}

#[rstest]
#[case("3.0", "5.3")]
#[case("mbo-3.0", "4.3")]
fn without_a_rule_on_the_eck_id_a_login_gives_what_the_document_lists_and_no_more(
    #[case] model: &str,
    #[case] article: &str,
) {
    for change in [|_: &mut Value| (), deviates] {
        let decision = logs_in(&mut by_ticks(model, |annex| {
            annex["login"]["pupil"] = json!(["givenName"]);
            change(annex);
        }));
        assert_eq!(released(&decision), ["givenName"]);
        assert_eq!(held(&decision), [("eckId", "not_in_login_set", article)]);
    }
    let listed = logs_in(&mut by_ticks(model, |annex| annex["login"]["pupil"] = json!(["eckId"])));
    assert_eq!(released(&listed), ["eckId"]);
    assert_eq!(held(&listed), [("givenName", "not_in_login_set", article)]);
    // Listed for the login, and not agreed: it does not go.
    let unticked = logs_in(&mut by_ticks(model, |annex| {
        annex["login"]["pupil"] = json!(["eckId", "givenName"]);
        annex["ticks"]["pupilCategories"] = json!([{"code": "CD1", "optional": false}]);
    }));
    assert_eq!(released(&unticked), ["givenName"]);
    assert_eq!(held(&unticked), [("eckId", "attribute_not_agreed", article)]);
}

#[test]
fn by_model_4_the_eck_id_always_goes_with_a_login() {
    let decision = logs_in(&mut by_ticks("4.0", |annex| annex["login"]["pupil"] = json!([])));
    assert_eq!(released(&decision), ["eckId"]);
    assert_eq!(held(&decision), [("givenName", "not_in_login_set", "7.4")]);
}

#[test]
fn an_account_needs_some_key_by_every_model_and_never_the_eck_id() {
    for model in ["4.0", "3.0", "mbo-3.0"] {
        let mut world = by_ticks(model, |annex| {
            annex["ticks"]["pupilCategories"] = json!([{"code": "CD1", "optional": false}]);
        });
        world.purpose("D3");
        assert!(world.decide().is_permit(), "{model}");
        world.jorn.has_account_key = false;
        let codes: Vec<_> = world
            .decide()
            .reasons()
            .iter()
            .map(|reason| reason.code.as_str())
            .collect();
        assert_eq!(codes, ["account_key_missing"], "{model}");
    }
}

#[test]
fn reasons_cite_the_numbers_of_the_model_in_force() {
    for (model, agreed, mandate) in [("4.0", "5.3", "2.3"), ("3.0", "5.3", "2.2"), ("mbo-3.0", "4.3", "2.2")] {
        let mut world = by_ticks(model, |_| ());
        world.purpose("D1");
        world.inputs.mandates.clear();
        let decision = world.decide();
        let cited: Vec<_> = decision
            .reasons()
            .iter()
            .map(|reason| {
                let article = reason.article.unwrap();
                assert_eq!(article.model.as_str(), model);
                (reason.code.as_str(), article.number)
            })
            .collect();
        assert_eq!(cited, [("mandate_missing", mandate), ("purpose_not_agreed", agreed)]);
    }
}

#[test]
fn only_model_4_sets_a_term_to_object() {
    for (model, is_permitted) in [("4.0", false), ("3.0", true), ("mbo-3.0", true)] {
        let world = by_ticks(model, |annex| {
            annex["subProcessors"][0]["announced"] = json!("2026-09-14")
        });
        assert_eq!(world.decide().is_permit(), is_permitted, "{model}");
    }
}

#[test]
fn an_optional_category_is_approved_for_pupils_and_staff_apart_and_goes_with_its_own_purpose_only() {
    let health = |world: &mut World, purpose, kind| {
        world.purpose(purpose);
        world.request.person_kind = kind;
        world.jorn.kind = kind;
        world.request.attributes = AttributeSet::from_iter([Attribute::GivenName, Attribute::Health]);
        let decision = world.decide();
        assert!(decision.is_permit(), "{:?}", decision.reasons());
        let held = decision.withheld().first().cloned();
        held.map(|held| {
            (
                held.reason.code.as_str(),
                held.reason.missing.name().unwrap_or_default(),
            )
        })
    };
    let mut world = by_ticks("4.0", |_| ());
    let waits = |part: &str| Some(("module_not_approved", part.to_owned()));
    let never = Some(("attribute_not_agreed", "health".to_owned()));
    assert_eq!(health(&mut world, "D7", PersonKind::Pupil), waits("cd18"));
    world.approve("cd18", Window::since(moment("2026-09-01T00:00:00Z")));
    assert_eq!(health(&mut world, "D7", PersonKind::Pupil), None);
    assert_eq!(health(&mut world, "D3", PersonKind::Pupil), never);
    assert_eq!(health(&mut world, "D7", PersonKind::Staff), waits("cm18"));
    assert_eq!(health(&mut world, "D3", PersonKind::Staff), never);
}

#[test]
fn a_purpose_without_a_name_stops_itself_and_nothing_else() {
    let mut world = by_ticks("3.0", |annex| {
        let text = json!({"nl": "schoolfeest", "en": "school party"});
        annex["ticks"]["purposes"] = json!([{"code": "D3"}, {"code": "D22", "text": text}, {"code": "D22"}]);
    });
    assert!(world.decide().is_permit());
    world.purpose("D22");
    let decision = world.decide();
    let [reason] = decision.reasons() else {
        panic!("{:?}", decision.reasons());
    };
    let missing = reason.missing.name();
    assert_eq!(
        (reason.code.as_str(), missing.as_deref()),
        ("annex_defect", Some("purpose_unnamed"))
    );
    world.annex(|annex| annex["ticks"]["purposes"][2]["code"] = json!("D13"));
    assert!(world.decide().is_permit());
}

#[test]
fn every_category_of_pupils_and_staff_can_be_listed_and_approved() {
    let mut world = by_ticks("mbo-3.0", |annex| {
        let tick = |letters, number| {
            let ground = json!({"nl": "zorgplicht", "en": "duty of care"});
            json!({"code": format!("{letters}{number}"), "optional": true, "otherData": ["userName"], "specialGround": ground})
        };
        for (list, letters) in [("pupilCategories", "CD"), ("staffCategories", "CM")] {
            let mut all: Vec<_> = (1..=29).map(|number| tick(letters, number)).collect();
            all.extend(["BSN", "PGN"].map(|code| json!({"code": code, "optional": false})));
            annex["ticks"][list] = json!(all);
        }
        annex["ticks"]["purposes"] = (1..=22).map(|number| json!({"code": format!("D{number}")})).collect();
    });
    world.approve("cm29", Window::since(moment("2026-09-01T00:00:00Z")));
    world.approve("cm28", Window::since(moment("2026-09-01T00:00:00Z")));
    (world.request.person_kind, world.jorn.kind) = (PersonKind::Staff, PersonKind::Staff);
    world.request.attributes = AttributeSet::from_iter(Attribute::ALL);
    world.purpose("D14");
    assert_eq!(released(&world.decide()), ["ipAddress"]);
    world.purpose("D22");
    let reasons = world.decide();
    let names: Vec<_> = reasons
        .reasons()
        .iter()
        .filter_map(|reason| reason.missing.name())
        .collect();
    assert!(names.contains(&"purpose_unnamed".to_owned()), "{names:?}");
}
