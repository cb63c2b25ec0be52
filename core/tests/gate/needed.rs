//! What is kept about a person: all that a row needs of that person, and nothing that no row does.

use std::cell::Cell;

use proptest::prelude::*;
use sluis_core::{
    catalogue::{Attribute, AttributeSet, Catalogue},
    gate::SchoolPolicy,
};

use crate::{
    cases::{Subject, case, runner},
    naive::needed::is_needed,
    scenes::with_birth_date_on_consent,
    world::World,
};

#[test]
fn of_a_person_is_needed_what_some_row_needs_of_that_person_and_nothing_else() {
    let by_consent = Cell::new(0_u32);
    let held = runner(3_000).run(&case(), |mut case| {
        let Subject::Person(person) = &case.subject else {
            return Ok(());
        };
        let mut person = person.clone();
        person.consent_to(&case.request, &case.inputs);
        case.subject = Subject::Person(person.clone());
        let policy = SchoolPolicy::compile(&case.inputs, Catalogue::built_in());
        let (at, kind) = (case.request.at, case.request.person_kind);
        let consents = person.facts().consents;
        let free = policy.needed(at).of(kind);
        let needed = free.union(policy.needed_by_consent(consents, None, at).of(kind));
        let named: Vec<_> = Attribute::ALL
            .into_iter()
            .filter(|attribute| is_needed(&case.inputs, &case.request, attribute.as_str(), consents))
            .collect();
        prop_assert_eq!(needed.iter().collect::<Vec<_>>(), named);
        by_consent.set(by_consent.get() + u32::from(needed != free));
        Ok(())
    });
    held.unwrap();
    assert!(by_consent.get() > 20, "only {} cases with a consent", by_consent.get());
}

#[test]
fn a_consent_that_has_ended_or_is_about_other_words_needs_nothing() {
    let mut world = World::new();
    with_birth_date_on_consent(&mut world);
    let needed = |world: &World| {
        world
            .policy()
            .needed_by_consent(world.jorn.consents, None, world.request.at)
            .pupils
    };
    assert_eq!(needed(&world), AttributeSet::EMPTY);
    world.jorn.consents = crate::consent::consent(&world, World::REKENBAAI, "D3", crate::consent::since_june());
    assert_eq!(needed(&world), AttributeSet::EMPTY.with(Attribute::BirthDate));
    let mut other = world.clone();
    other.annex(|annex| annex["version"]["number"] = serde_json::json!("1.3"));
    assert_eq!(needed(&other), AttributeSet::EMPTY);
    let ended = sluis_core::time::Window {
        until: Some(world.request.at),
        ..crate::consent::since_june()
    };
    world.jorn.consents = crate::consent::consent(&world, World::REKENBAAI, "D3", ended);
    assert_eq!(needed(&world), AttributeSet::EMPTY);
}
