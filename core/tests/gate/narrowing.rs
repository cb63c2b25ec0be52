//! A school takes a category from a purpose: less goes, and never more.

use std::cell::Cell;

use proptest::prelude::*;
use sluis_core::{
    agreement::NarrowingRecord,
    catalogue::{Attribute, Catalogue, DataCategory},
    gate::ReasonCode,
    person::PersonKind,
    time::Window,
};

use crate::{
    cases::{case, runner},
    scenes::with_a_newer_version,
    world::{World, id, moment},
};

fn goes(world: &World, attribute: Attribute) -> bool {
    world.decide().released().contains(attribute)
}

#[test]
fn what_a_school_takes_from_a_purpose_goes_for_others_and_of_others_still() {
    let mut world = World::new();
    world.narrows("D3", DataCategory::Class);
    assert!(world.decide().is_permit());
    assert!(!goes(&world, Attribute::Groups) && goes(&world, Attribute::GivenName));
    let why = |world: &World| {
        world
            .decide()
            .withheld()
            .iter()
            .map(|held| held.reason.code)
            .collect::<Vec<_>>()
    };
    assert!(why(&world).contains(&ReasonCode::CategoryNarrowed));
    world.purpose("D1");
    assert!(goes(&world, Attribute::Groups));
    world.purpose("D3");
    world.inputs.narrowings[0].kind = PersonKind::Staff;
    assert!(goes(&world, Attribute::Groups));
}

#[test]
fn it_goes_on_in_a_newer_version_until_it_is_taken_back() {
    let mut world = World::new();
    world.narrows("D3", DataCategory::Class);
    with_a_newer_version(&mut world);
    assert!(!goes(&world, Attribute::Groups));
    world.inputs.narrowings[0].window.until = Some(world.request.at);
    assert!(goes(&world, Attribute::Groups));
    world.inputs.narrowings[0].window.from = moment("2026-09-16T00:00:00Z");
    world.inputs.narrowings[0].window.until = None;
    assert!(goes(&world, Attribute::Groups));
}

#[test]
fn what_no_purpose_is_left_for_is_not_taken_in() {
    let mut world = World::new();
    let needed = |world: &World| world.policy().needed(world.request.at).pupils;
    assert!(needed(&world).contains(Attribute::Groups));
    for number in 1..=22 {
        world.narrows(&format!("D{number}"), DataCategory::Class);
    }
    assert!(!needed(&world).contains(Attribute::Groups));
    assert!(needed(&world).contains(Attribute::GivenName));
    world.inputs.narrowings.remove(2);
    assert!(needed(&world).contains(Attribute::Groups), "for D3");
}

#[test]
fn what_is_taken_goes_no_more_and_nothing_goes_for_it_instead() {
    let narrower = Cell::new(0);
    let held = runner(4_000).run(&case(), |mut case| {
        // Who works under no agreement has what a grant holds.
        if !case.request.asker.works_under_agreement() {
            return Ok(());
        }
        case.inputs.narrowings.clear();
        let without = case.decide();
        let (Some(taken), Some(purpose)) = (without.released().iter().next(), case.request.purpose) else {
            return Ok(());
        };
        let mut agreements = case.inputs.agreements.iter();
        let Some(agreement) = agreements.find(|agreement| agreement.product == case.request.product) else {
            return Ok(());
        };
        let narrowing = NarrowingRecord {
            id: id(960),
            agreement: agreement.id,
            purpose,
            kind: case.request.person_kind,
            category: Catalogue::built_in().category_of(taken),
            window: Window::since(moment("2026-09-01T00:00:00Z")),
        };
        case.inputs.narrowings.push(narrowing);
        let with = case.decide();
        prop_assert!(!with.released().contains(taken));
        prop_assert!(with.released().is_subset(without.released()));
        narrower.set(narrower.get() + 1);
        Ok(())
    });
    held.unwrap();
    assert!(narrower.get() > 10, "only {} cases say something", narrower.get());
}
