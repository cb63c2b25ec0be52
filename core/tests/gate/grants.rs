//! What a next school, a person and an authority get by a grant, and what stands in its way.

use std::collections::BTreeSet;

use sluis_core::{
    catalogue::{Attribute, AttributeSet},
    gate::{Asker, Audience, ReasonCode},
    identifier::Oin,
    person::{HandoverBasis, NextSchool},
};

use crate::world::{About, World, authority, id, moment, next_school, since_september, span};

fn released(world: &World) -> AttributeSet {
    let decision = world.decide();
    assert!(decision.is_permit(), "{:?}", decision.reasons());
    decision.released()
}

fn codes(world: &World) -> Vec<ReasonCode> {
    world.decide().reasons().iter().map(|reason| reason.code).collect()
}

#[test]
fn each_gets_what_its_grant_holds_and_the_person_all_of_it() {
    let wanted = World::new().request.attributes;
    let mut world = World::new();
    world.hands_over(|_| {});
    let given = AttributeSet::from_iter([Attribute::GivenName, Attribute::BirthDate]);
    assert_eq!(released(&world), given);

    let mut world = World::new();
    world.discloses(|_| {});
    assert_eq!(released(&world), AttributeSet::EMPTY.with(Attribute::GivenName));

    let mut world = World::new();
    world.asks_for_own(|_| {});
    assert_eq!(released(&world), wanted);
}

#[test]
fn two_grants_to_the_same_add_up() {
    let mut world = World::new();
    world.hands_over(|_| {});
    world.hands_over(|handover| handover.attributes = AttributeSet::EMPTY.with(Attribute::Groups));
    assert_eq!(released(&world), world.request.attributes);
}

#[test]
fn a_grant_to_one_opens_to_nobody_else() {
    let oin = authority(1);
    let others: [Asker; 6] = [
        Asker::NextSchool(next_school("98XY01")),
        Asker::NextSchool(next_school("98XX00")),
        Asker::NextSchool(NextSchool::Oin(oin)),
        Asker::Person(id(31)),
        Asker::Authority(authority(2)),
        Asker::Authority(Oin::parse("00000001123456780001").unwrap()),
    ];
    for asker in others {
        let mut world = World::new();
        world.asks_for_own(|_| {});
        world.discloses(|_| {});
        world.hands_over(|_| {});
        world.request.asker = asker;
        world.purpose(if matches!(asker, Asker::NextSchool(_)) {
            "D11"
        } else {
            "D21"
        });
        let missing = match asker {
            Asker::NextSchool(_) => ReasonCode::HandoverMissing,
            Asker::Person(_) => ReasonCode::SubjectRequestMissing,
            _ => ReasonCode::DisclosureMissing,
        };
        assert_eq!(codes(&world), [missing], "{asker:?}");
    }
    let mut world = World::new();
    world.hands_over(|handover| handover.to = NextSchool::Oin(oin));
    assert_eq!(codes(&world), [ReasonCode::HandoverMissing], "known by another number");
    world.request.asker = Asker::NextSchool(NextSchool::Oin(oin));
    assert!(world.decide().is_permit());
}

#[test]
fn what_stands_against_a_person_never_stops_their_own_access() {
    let mut world = World::new();
    world.asks_for_own(|_| {});
    world.jorn.restrictions = since_september();
    world.jorn.objections = since_september();
    world.groups = vec![id(98)];
    world.jorn.has_account_key = false;
    assert_eq!(released(&world), world.request.attributes);
}

#[test]
fn an_objection_does_not_stop_what_a_law_asks_and_a_restriction_only_where_the_law_yields() {
    let mut world = World::new();
    world.discloses(|_| {});
    world.jorn.objections = since_september();
    assert!(world.decide().is_permit());
    world.jorn.restrictions = since_september();
    assert_eq!(codes(&world), [ReasonCode::ProcessingRestricted]);
    // Only what the law asks in spite of it goes, not what another law asks.
    world.discloses(|disclosure| {
        disclosure.in_spite_of_restriction = true;
        disclosure.attributes = AttributeSet::EMPTY.with(Attribute::BirthDate);
    });
    assert_eq!(released(&world), AttributeSet::EMPTY.with(Attribute::BirthDate));
}

#[test]
fn after_leaving_go_own_data_and_a_handover_that_is_wanted_until_the_term_is_over() {
    let gone = |change: fn(&mut World), until: &str| {
        let mut world = World::new();
        change(&mut world);
        world.jorn.enrolment = span("2024-08-01T00:00:00Z", until);
        world
    };
    let (within, over) = ("2026-07-17T09:00:01Z", "2026-07-17T09:00:00Z");
    let wanted: [fn(&mut World); 3] = [
        |world| world.asks_for_own(|_| {}),
        |world| world.hands_over(|handover| handover.basis = HandoverBasis::Order),
        |world| world.hands_over(|handover| handover.basis = HandoverBasis::Request { consented: true }),
    ];
    for change in wanted {
        assert!(gone(change, within).decide().is_permit());
        assert_eq!(codes(&gone(change, over)), [ReasonCode::RetentionOver]);
    }
    let unwanted = gone(|world| world.hands_over(|_| {}), within);
    assert_eq!(codes(&unwanted), [ReasonCode::HasLeft]);
    let mut both = unwanted;
    both.hands_over(|handover| {
        handover.basis = HandoverBasis::Order;
        handover.attributes = AttributeSet::EMPTY.with(Attribute::BirthDate);
    });
    assert_eq!(released(&both), AttributeSet::EMPTY.with(Attribute::BirthDate));
}

#[test]
fn a_grant_needs_no_agreement_and_unreadable_facts_stop_it() {
    let mut world = World::new();
    world.hands_over(|_| {});
    world.inputs.agreements.clear();
    world.inputs.activations.clear();
    assert!(world.decide().is_permit());
    world.policy_is_readable = false;
    assert_eq!(codes(&world), [ReasonCode::FactsUnavailable]);
}

#[test]
fn a_supplier_gets_nothing_by_the_grants_of_others() {
    let mut with = World::new();
    with.asks_for_own(|_| {});
    with.discloses(|_| {});
    with.hands_over(|handover| handover.attributes = AttributeSet::EMPTY.with(Attribute::BirthDate));
    with.request = World::new().request;
    assert_eq!(with.decide(), World::new().decide());
}

/// Whoever asks from outside sees the same of who is unknown, of who has no grant, and of who is restricted.
#[test]
fn nobody_outside_learns_whether_there_is_a_grant_to_others() {
    let cases: [fn(&mut World); 3] = [
        |world| world.hands_over(|handover| handover.to = next_school("98XY01")),
        |world| world.discloses(|disclosure| disclosure.verified_at = None),
        |world| world.asks_for_own(|request| request.id = id(31)),
    ];
    for change in cases {
        let mut world = World::new();
        change(&mut world);
        let refused = world.decide().seen_by(Audience::Supplier);
        world.about = About::Nobody;
        let unknown = world.decide().seen_by(Audience::Supplier);
        assert_eq!(refused, unknown);
        assert_eq!(refused.reasons()[0].code, ReasonCode::PersonNotAvailable);
    }
    // One's own grant is no secret: what it does not hold is told as it is.
    let mut world = World::new();
    world.hands_over(|_| {});
    let seen = world.decide().seen_by(Audience::Supplier);
    let held: BTreeSet<_> = seen.withheld().iter().map(|held| held.reason.code).collect();
    assert_eq!(held, BTreeSet::from([ReasonCode::AttributeNotGranted]));
    world.request.required = AttributeSet::EMPTY.with(Attribute::Groups);
    world.request.at = moment("2026-09-15T09:00:01Z");
    let seen = world.decide().seen_by(Audience::Supplier);
    assert_eq!(seen.reasons()[0].code, ReasonCode::PersonNotAvailable);
}
