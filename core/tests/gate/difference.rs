//! What two annexes differ in, held against what the gate decides by each.

use std::{cell::Cell, collections::BTreeSet, sync::Arc};

use proptest::prelude::*;
use serde_json::json;
use sluis_core::{
    agreement::{Annex, ApprovalRecord, Difference, Item, ModuleCode, Scope, StanceKind, Turn, Way},
    catalogue::{Attribute, AttributeSet, Catalogue, Purpose},
    gate::{Channel, Decision, Facts, ReasonCode, Request, SchoolPolicy, SubjectFacts, decide},
    person::PersonKind,
    time::Window,
};

use crate::{
    cases::{runner, some_annex},
    world::{World, id, moment},
};

fn between(from: &Annex, to: &Annex) -> Difference {
    Difference::between(Some(from), to, Catalogue::built_in())
}

fn items(difference: &Difference, turn: Turn) -> Vec<Item> {
    let of_turn = difference.points.iter().filter(|point| point.turn == turn);
    of_turn.map(|point| point.item.clone()).collect()
}

/// The annex of the world, before and after a change.
fn changed(change: impl FnOnce(&mut serde_json::Value)) -> Difference {
    let mut world = World::new();
    let before = Arc::clone(&world.inputs.agreements[0].annex);
    world.annex(change);
    between(&before, &world.inputs.agreements[0].annex)
}

fn purpose(code: &str) -> Purpose {
    Purpose::parse(code).unwrap()
}

const AT_ONCE: Way = Way {
    parts: BTreeSet::new(),
    consent: false,
};

#[test]
fn equal_annexes_differ_in_nothing_and_new_words_are_no_change() {
    assert!(changed(|_| {}).is_empty());
    let words = changed(|annex| {
        annex["product"]["description"]["nl"] = json!("Anders gezegd.");
        annex["version"]["number"] = json!("9.9");
    });
    assert!(words.is_empty(), "{words:?}");
}

#[test]
fn a_category_that_is_added_to_a_row_is_told_with_its_purposes() {
    let difference = changed(|annex| {
        let categories = annex["rows"][0]["pupilCategories"].as_array_mut().unwrap();
        categories.push(json!("CD26"));
    });
    let added = items(&difference, Turn::Added);
    let photo = Item::Use {
        kind: PersonKind::Pupil,
        purpose: purpose("D3"),
        way: AT_ONCE,
        attributes: vec![Attribute::Photo],
    };
    assert!(added.contains(&photo), "{added:?}");
    let told = difference.points.iter().find(|point| point.item == photo).unwrap();
    assert_eq!(
        (told.sentence.nl.as_str(), told.sentence.en.as_str()),
        (
            "Van leerlingen, voor resultaten beoordelen om passende leerstof te krijgen (D3): te gebruiken: foto.",
            "Of pupils, for assess results to obtain material that fits the pupil (D3): used: photo."
        )
    );
}

#[test]
fn each_kind_of_change_has_a_point_of_its_own() {
    let difference = changed(|annex| {
        annex["secondFactor"] = json!(true);
        annex["retention"]["daysAfterEnd"] = json!(90);
        annex["places"][1]["country"] = json!("US");
        annex["subProcessors"][0]["country"] = json!("US");
        annex["login"]["pupil"] = json!(["givenName", "familyName"]);
        annex["receivers"] = json!([{"name": "Ommen Toetsen B.V.", "purposes": ["D5"]}]);
        annex["modules"][1]["need"] = json!("necessary");
    });
    for turn in [Turn::Added, Turn::Removed] {
        let kinds: BTreeSet<_> = items(&difference, turn).iter().map(Item::as_str).collect();
        let both = ["days_after_end", "module", "place", "sub_processor", "use"];
        assert!(both.iter().all(|kind| kinds.contains(kind)), "{turn:?}: {kinds:?}");
        let added = ["second_factor", "receiver"].iter().all(|kind| kinds.contains(kind));
        assert_eq!(added, turn == Turn::Added);
    }
    let waits = Item::DaysAfterEnd(90);
    assert!(items(&difference, Turn::Added).contains(&waits));
    for point in &difference.points {
        let whole = |text: &str| text.ends_with('.') && !text.contains("  ");
        assert!(whole(&point.sentence.nl) && whole(&point.sentence.en), "{point:?}");
    }
}

#[test]
fn an_annex_after_none_adds_everything() {
    let world = World::new();
    let difference = Difference::between(None, &world.inputs.agreements[0].annex, Catalogue::built_in());
    assert!(items(&difference, Turn::Removed).is_empty());
    let added: BTreeSet<_> = items(&difference, Turn::Added).iter().map(Item::as_str).collect();
    assert!(added.contains("use") && added.contains("sub_processor"));
}

#[test]
fn the_other_way_round_what_is_added_is_removed() {
    let held = runner(600).run(&(some_annex(), some_annex()), |(one, other)| {
        prop_assert!(between(&one, &one).is_empty());
        let (there, back) = (between(&one, &other), between(&other, &one));
        prop_assert_eq!(items(&there, Turn::Added), items(&back, Turn::Removed));
        prop_assert_eq!(items(&there, Turn::Removed), items(&back, Turn::Added));
        Ok(())
    });
    held.unwrap();
}

/// A school by this annex: everything else is in order, and all parts or none are approved.
fn school(annex: &Arc<Annex>, all_approved: bool) -> World {
    let mut world = World::new();
    let since = Window::since(moment("2026-08-01T00:00:00Z"));
    world.inputs.agreements[0].annex = Arc::clone(annex);
    world.inputs.activations[0].scope = Scope::School;
    let parts = [
        "m1", "m2", "m4", "cd1", "cd3", "cd10", "cd12", "cd14", "cd18", "cd20", "cd29", "cm1", "cm10", "cm12", "cm29",
    ];
    for part in parts.into_iter().filter(|_| all_approved) {
        world.inputs.approvals.push(ApprovalRecord {
            id: id(13),
            agreement: id(10),
            module: ModuleCode::parse(part).unwrap(),
            window: since,
        });
    }
    for party in ["Hosting B.V.", "Elders B.V.", "Maker B.V."] {
        world.says(StanceKind::Permission, party);
    }
    world.request.assurance.sender_bound = true;
    world.request.assurance.second_factor = true;
    world
}

/// What the gate says by a policy.
fn decided(world: &World, policy: &SchoolPolicy, ask: &Ask) -> Decision {
    let request = Request {
        person_kind: ask.kind,
        purpose: Some(ask.purpose),
        channel: ask.channel,
        attributes: AttributeSet::from_iter([ask.attribute]),
        ..world.request.clone()
    };
    let facts = Facts {
        policy: Some(policy),
        subject: SubjectFacts::School,
        catalogue: Catalogue::built_in(),
    };
    decide(&request, &facts)
}

#[derive(Debug, Clone, Copy)]
struct Ask {
    kind: PersonKind,
    purpose: Purpose,
    attribute: Attribute,
    channel: Channel,
}

/// What is told of by points of their own: in whose hands, and to whom.
fn is_elsewhere(decision: &Decision) -> bool {
    let mut codes = decision.reasons().iter().map(|reason| reason.code);
    codes.any(|code| {
        matches!(
            code,
            ReasonCode::SubProcessorUnlisted
                | ReasonCode::SubProcessorTooRecent
                | ReasonCode::PlaceOutsideEea
                | ReasonCode::ReceiverMissing
                | ReasonCode::DeidentificationMissing
        )
    })
}

#[test]
fn whatever_the_gate_would_decide_otherwise_is_named() {
    use Attribute::{BirthDate, EckId, FamilyName, GivenName, Groups, Health, SchoolEmail, UserName};
    let attributes = [
        GivenName,
        FamilyName,
        EckId,
        Groups,
        BirthDate,
        Health,
        SchoolEmail,
        UserName,
    ];
    let seen = Cell::new((0u32, 0u32));
    let held = runner(150).run(
        &(some_annex(), some_annex(), any::<bool>()),
        |(one, other, approved)| {
            let difference = between(&one, &other);
            let worlds = [&one, &other].map(|annex| school(annex, approved));
            let policies = worlds.each_ref().map(World::policy);
            for kind in PersonKind::ALL {
                for purpose in Purpose::ALL {
                    for attribute in attributes {
                        for channel in [Channel::Api, Channel::Login] {
                            if channel == Channel::Login && purpose != Purpose::ACCESS {
                                continue;
                            }
                            let ask = Ask {
                                kind,
                                purpose,
                                attribute,
                                channel,
                            };
                            let [before, after] = [0, 1].map(|side| decided(&worlds[side], &policies[side], &ask));
                            if is_elsewhere(&before) || is_elsewhere(&after) {
                                continue;
                            }
                            let (mut same, mut otherwise) = seen.get();
                            if before.released() == after.released() {
                                same += 1;
                            } else {
                                otherwise += 1;
                                prop_assert!(
                                    names(&difference, &ask),
                                    "{ask:?}: {:?} or {:?}",
                                    before.reasons(),
                                    after.reasons()
                                );
                            }
                            seen.set((same, otherwise));
                        }
                    }
                }
            }
            Ok(())
        },
    );
    held.unwrap();
    let (same, otherwise) = seen.into_inner();
    assert!(
        same > 1_000 && otherwise > 500,
        "{same} and {otherwise}: the cases say too little"
    );
}

fn names(difference: &Difference, ask: &Ask) -> bool {
    difference.points.iter().any(|point| match &point.item {
        Item::Use {
            kind,
            purpose,
            attributes,
            ..
        } => *kind == ask.kind && *purpose == ask.purpose && attributes.contains(&ask.attribute),
        Item::Login { kind, attributes } => {
            ask.purpose == Purpose::ACCESS && *kind == ask.kind && attributes.contains(&ask.attribute)
        }
        _ => false,
    })
}
