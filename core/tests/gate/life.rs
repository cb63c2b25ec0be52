//! The life of a version of an agreement: that the state which is shown is what the gate decides by.

use std::cell::Cell;

use proptest::prelude::*;
use sluis_core::{
    agreement::{AgreementRecord, Side, State},
    gate::{Asker, ReasonCode},
    time::Window,
};

use crate::{
    cases::{case, runner},
    world::{World, id, moment, span},
};

fn states(world: &World) -> Vec<State> {
    let all = &world.inputs.agreements;
    let of = |one: &AgreementRecord| {
        State::of(
            &one.version(),
            all.iter().map(AgreementRecord::version),
            world.request.at,
        )
    };
    all.iter().map(of).collect()
}

/// One more version, with the words of the first.
fn add(world: &mut World, number: u128, window: Window) {
    let newer = AgreementRecord {
        id: id(number),
        window,
        ..world.inputs.agreements[0].clone()
    };
    world.inputs.agreements.push(newer);
}

#[test]
fn a_version_goes_from_offer_to_end() {
    let mut world = World::new();
    assert_eq!(states(&world), [State::InForce]);
    world.suspends(Side::Board, span("2026-09-01T00:00:00Z", "2026-09-15T09:00:01Z"));
    assert_eq!(states(&world), [State::Suspended]);
    world.request.at = moment("2026-09-15T09:00:01Z");
    assert_eq!(states(&world), [State::InForce]);
    world.inputs.agreements[0].accepted_by_board_at = None;
    assert_eq!(states(&world), [State::Offered]);
    world.inputs.agreements[0].window.until = Some(world.request.at);
    assert_eq!(states(&world), [State::Lapsed]);
    world.inputs.agreements[0].accepted_by_board_at = Some(moment("2026-08-01T00:00:00Z"));
    assert_eq!(states(&world), [State::Ended]);
    world.inputs.agreements[0].window = Window::since(moment("2026-10-01T00:00:00Z"));
    assert_eq!(states(&world), [State::Accepted]);
    world.inputs.agreements[0].window.until = Some(moment("2026-09-20T00:00:00Z"));
    assert_eq!(states(&world), [State::Ended], "it will never begin");
}

#[test]
fn the_next_version_supersedes_and_what_had_ended_by_then_has_ended() {
    let mut world = World::new();
    add(&mut world, 14, Window::since(moment("2026-09-01T00:00:00Z")));
    add(&mut world, 15, Window::since(moment("2026-09-10T00:00:00Z")));
    let [first, second] = [State::Superseded { by: id(14) }, State::Superseded { by: id(15) }];
    assert_eq!(states(&world), [first, second, State::InForce]);
    world.inputs.agreements[0].window.until = Some(moment("2026-08-20T00:00:00Z"));
    world.inputs.agreements[2].window.until = Some(moment("2026-09-12T00:00:00Z"));
    assert_eq!(states(&world), [State::Ended, second, State::Ended]);
    world.request.at = moment("2026-09-05T00:00:00Z");
    assert_eq!(states(&world), [State::Ended, State::InForce, State::Accepted]);
}

#[test]
fn both_sides_suspend_beside_each_other_and_the_gate_names_each() {
    let codes = |world: &World| {
        let reasons = world.decide();
        reasons.reasons().iter().map(|reason| reason.code).collect::<Vec<_>>()
    };
    let mut world = World::new();
    world.suspends(Side::Board, span("2026-09-01T00:00:00Z", "2026-09-16T00:00:00Z"));
    world.suspends(Side::Supplier, span("2026-09-10T00:00:00Z", "2026-09-17T00:00:00Z"));
    let [board, supplier] = [
        ReasonCode::AgreementSuspendedByBoard,
        ReasonCode::AgreementSuspendedBySupplier,
    ];
    assert_eq!(codes(&world), [board, supplier]);
    world.request.at = moment("2026-09-16T00:00:00Z");
    assert_eq!(codes(&world), [supplier]);
    world.request.at = moment("2026-09-17T00:00:00Z");
    assert!(world.decide().is_permit());
}

#[test]
fn a_school_that_a_newer_version_excepts_does_not_keep_the_older() {
    let mut world = World::new();
    add(&mut world, 14, Window::since(moment("2026-09-01T00:00:00Z")));
    world.inputs.agreements[1].excepted = vec![span("2026-09-01T00:00:00Z", "2026-09-16T00:00:00Z")];
    let decision = world.decide();
    assert_eq!(decision.reasons()[0].code, ReasonCode::AgreementExceptsSchool);
    assert_eq!(decision.reasons().len(), 1);
    world.request.at = moment("2026-09-16T00:00:00Z");
    assert!(world.decide().is_permit(), "the board has put it on the list");
}

/// Of all versions about a product one at most is in force or suspended, and the gate refuses for the sake of the agreement unless
/// one is in force and holds for the school.
#[test]
fn the_state_is_what_the_gate_decides_by() {
    let seen = Cell::new([0u32; 3]);
    let held = runner(10_000).run(&case(), |case| {
        let own = case.inputs.agreements.iter();
        let own: Vec<_> = own.filter(|one| one.product == case.request.product).collect();
        let at = case.request.at;
        let state = |one: &AgreementRecord| State::of(&one.version(), own.iter().map(|one| one.version()), at);
        let latest: Vec<_> = own
            .iter()
            .filter(|one| matches!(state(one), State::InForce | State::Suspended))
            .collect();
        prop_assert!(latest.len() <= 1);
        let known = case
            .inputs
            .products
            .iter()
            .any(|record| record.product == case.request.product);
        let applies = known && case.readable && case.inputs.school == case.request.school;
        if !applies
            || case
                .decide()
                .reasons()
                .iter()
                .any(|reason| reason.code == ReasonCode::FactsUnavailable)
        {
            return Ok(());
        }
        let against = case.decide();
        let against = against
            .reasons()
            .iter()
            .filter(|reason| is_about_the_agreement(reason.code))
            .count();
        let excepted = |one: &AgreementRecord| one.excepted.iter().any(|span| span.holds(at));
        let in_force = latest.iter().any(|one| state(one) == State::InForce && !excepted(one));
        let works = works_under_agreement(case.request.asker);
        prop_assert_eq!(against == 0, in_force || !works);
        let mut counts = seen.get();
        counts[usize::from(in_force)] += u32::from(works);
        counts[2] += u32::from(latest.iter().any(|one| state(one) == State::Suspended));
        seen.set(counts);
        Ok(())
    });
    held.unwrap();
    let counts = seen.into_inner();
    assert!(
        counts.iter().all(|count| *count > 100),
        "{counts:?}: the cases say too little"
    );
}

const fn works_under_agreement(asker: Asker) -> bool {
    matches!(asker, Asker::Supplier(_) | Asker::Distributor(_) | Asker::Controller)
}

fn is_about_the_agreement(code: ReasonCode) -> bool {
    let name = code.as_str();
    name.starts_with("agreement_") || name.starts_with("operator_agreement_")
}
