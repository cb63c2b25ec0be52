//! What repairs a refusal, how activations add up, what a connection takes in, and what a decision names.

use std::collections::BTreeSet;

use serde_json::json;
use sluis_core::{
    agreement::{ActivationRecord, InstructionRecord, Scope, StanceKind, SupplierKind},
    catalogue::{Attribute, AttributeSet},
    gate::{Asker, Channel, Direction, ReasonCode},
    time::Window,
};

use crate::scenes::{
    OF_THE_RECEIVER, a_newer_agreement_was_accepted_after_its_end, with_a_delivery, with_a_receiver, with_receivers,
};
use crate::world::{About, World, id, moment, span};

#[test]
fn what_repairs_a_refusal_permits_again() {
    let mut world = World::new();
    world.purpose("D9");
    world.approve("berichten", Window::since(moment("2026-08-01T00:00:00Z")));
    assert!(world.decide().is_permit());

    let mut world = World::new();
    with_receivers(&mut world);
    with_a_receiver(&mut world);
    world.request.receiver = Some(id(World::OTHER_SUPPLIER));
    assert!(world.decide().is_permit());

    let mut world = World::new();
    with_a_delivery(&mut world);
    with_a_receiver(&mut world);
    world.request.receiver = Some(id(World::OTHER_SUPPLIER));
    assert!(
        world.decide().is_permit(),
        "the annex need not list to whom a distributor delivers"
    );

    let mut world = World::new();
    world.annex(|annex| annex["subProcessors"][0]["announced"] = json!("2026-08-03"));
    assert!(
        world.decide().is_permit(),
        "six weeks after 3 August end with 14 September"
    );

    let mut world = World::new();
    world.annex(|annex| annex["secondFactor"] = json!(true));
    world.request.assurance.sender_bound = true;
    assert!(world.decide().is_permit());
    world.purpose("D13");
    world.request.channel = Channel::Login;
    world.request.assurance.second_factor = true;
    assert!(world.decide().is_permit());

    let mut world = World::new();
    world.purpose("D14");
    world.jorn.enrolment = span("2024-08-01T00:00:00Z", "2026-07-17T09:00:01Z");
    assert!(
        world.decide().is_permit(),
        "security goes on until the retention term is over"
    );
}

#[test]
fn a_distributor_sees_what_its_own_agreement_lists_and_nothing_else() {
    let mut world = World::new();
    with_a_delivery(&mut world);
    with_a_receiver(&mut world);
    world.request.receiver = Some(id(World::OTHER_SUPPLIER));
    world.annex(|annex| annex["rows"][0]["pupilCategories"] = json!(["CD12"]));
    let decision = world.decide();
    assert!(decision.is_permit() && decision.released().is_empty());
    let held: BTreeSet<_> = decision.withheld().iter().map(|held| held.reason.code).collect();
    assert_eq!(held, BTreeSet::from([ReasonCode::AttributeNotAgreed]));
}

#[test]
fn an_objection_bites_within_the_term_and_after_it_and_only_who_is_a_sub_processor() {
    let host = "Hunze Hosting B.V.";
    let codes = |world: &World| {
        let codes: Vec<_> = world.decide().reasons().iter().map(|reason| reason.code).collect();
        codes
    };
    let mut world = World::new();
    world.annex(|annex| annex["subProcessors"][0]["announced"] = json!("2026-08-04"));
    world.says(StanceKind::Objection, host);
    let both = [ReasonCode::SubProcessorTooRecent, ReasonCode::SubProcessorObjected];
    assert_eq!(codes(&world), both);
    world.request.at = moment("2026-09-16T00:00:00Z");
    assert_eq!(codes(&world), [ReasonCode::SubProcessorObjected]);
    world.inputs.stances[0].window.until = Some(world.request.at);
    assert!(world.decide().is_permit(), "the school has withdrawn it");

    let mut world = World::new();
    for party in ["Wadden Leermiddelen B.V.", "Elders Cloud B.V."] {
        world.says(StanceKind::Objection, party);
    }
    assert!(world.decide().is_permit(), "nobody of that name is a sub-processor");
}

#[test]
fn a_permission_lets_a_party_process_outside_the_eea_and_nothing_else() {
    let host = "Hunze Hosting B.V.";
    let mut world = World::new();
    world.annex(|annex| {
        annex["subProcessors"][0]["country"] = json!("US");
        annex["places"][1]["backUpCountry"] = json!("US");
    });
    assert_eq!(world.decide().reasons()[0].code, ReasonCode::PlaceOutsideEea);
    world.says(StanceKind::Permission, host);
    assert!(world.decide().is_permit());
    world.says(StanceKind::Objection, host);
    assert_eq!(world.decide().reasons()[0].code, ReasonCode::SubProcessorObjected);
}

#[test]
fn a_second_instruction_holds_while_the_first_is_disputed() {
    let mut world = World::new();
    let since = Window::since(moment("2026-08-01T00:00:00Z"));
    world.distributes(since);
    world.distributes(since);
    world.inputs.instructions[0].suspensions = vec![span("2026-09-01T00:00:00Z", "2026-09-15T09:00:01Z")];
    assert!(world.decide().is_permit());
    world.inputs.instructions.pop();
    assert_eq!(world.decide().reasons()[0].code, ReasonCode::InstructionSuspended);
    world.request.at = moment("2026-09-15T09:00:01Z");
    assert!(world.decide().is_permit(), "the school has resumed it");
}

#[test]
fn an_agreement_that_was_accepted_after_its_end_supersedes_nothing() {
    let mut world = World::new();
    a_newer_agreement_was_accepted_after_its_end(&mut world);
    assert!(world.decide().is_permit());
    world.inputs.agreements.remove(0);
    assert_eq!(world.decide().reasons()[0].code, ReasonCode::AgreementMissing);
}

#[test]
fn a_second_activation_widens_the_scope_and_an_ended_one_does_not() {
    let mut world = World::new();
    world.groups = vec![id(98)];
    let more = ActivationRecord {
        id: id(16),
        scope: Scope::School,
        ..world.inputs.activations[0].clone()
    };
    world.inputs.activations.push(more);
    assert!(world.decide().is_permit());
    world.inputs.activations[1].window = span("2026-08-01T00:00:00Z", "2026-09-01T00:00:00Z");
    assert_eq!(world.decide().reasons()[0].code, ReasonCode::PersonOutOfScope);
}

fn with_another_product_switched_on() -> World {
    let mut world = World::new();
    with_a_receiver(&mut world);
    world
}

/// What the other product alone needs of pupils.
fn needed_by_the_other(world: &mut World) -> AttributeSet {
    world.inputs.activations[0].window.until = Some(world.request.at);
    world.policy().needed(world.request.at).pupils
}

#[test]
fn what_is_stopped_for_a_while_is_kept_up_to_date() {
    let mut objected = with_another_product_switched_on();
    objected.says_of(OF_THE_RECEIVER, StanceKind::Objection, "Hunze Hosting B.V.");
    assert!(!needed_by_the_other(&mut objected).is_empty());
}

#[test]
fn nothing_is_needed_by_a_distributor_without_an_instruction() {
    let mut world = with_another_product_switched_on();
    world.inputs.products[1].kind = SupplierKind::Distributor;
    assert!(needed_by_the_other(&mut world).is_empty());
    world.inputs.instructions.push(InstructionRecord {
        id: id(17),
        product: id(World::OTHER_PRODUCT),
        window: Window::since(moment("2026-08-01T00:00:00Z")),
        suspensions: Vec::new(),
    });
    assert!(!needed_by_the_other(&mut world).is_empty());
    let disputed = Window::since(moment("2026-09-01T00:00:00Z"));
    world.inputs.instructions[0].suspensions.push(disputed);
    assert!(!needed_by_the_other(&mut world).is_empty());
    world.inputs.instructions[0].window.until = Some(world.request.at);
    assert!(needed_by_the_other(&mut world).is_empty());
}

#[test]
fn a_connection_takes_in_what_other_agreements_need() {
    let mut world = with_another_product_switched_on();
    world.about = About::School;
    world.request.asker = Asker::Controller;
    world.request.direction = Direction::Connection;
    world.request.channel = Channel::RosterPull;
    let decision = world.decide();
    let taken_in = AttributeSet::from_iter([Attribute::GivenName, Attribute::Groups]);
    assert_eq!((decision.is_permit(), decision.released()), (true, taken_in));
    let needed = world.policy().needed(world.request.at);
    assert!(taken_in.is_subset(needed.pupils) && !needed.pupils.contains(Attribute::BirthDate));
    assert!(
        !needed.staff.contains(Attribute::SchoolEmail),
        "the module with messages is not approved"
    );
}

#[test]
fn the_decision_names_the_agreement_its_annex_and_the_rows() {
    let world = World::new();
    let decision = world.decide();
    let used = decision.agreement().unwrap();
    assert_eq!(
        (used.id, used.annex_hash),
        (id(10), world.inputs.agreements[0].annex.hash())
    );
    assert_eq!(used.rows().collect::<Vec<_>>(), [0]);
    let mut refused = World::new();
    refused.purpose("D6");
    let decision = refused.decide();
    assert_eq!(decision.agreement().unwrap().rows().count(), 0);
    assert_eq!(
        (decision.released(), decision.withheld().len()),
        (AttributeSet::EMPTY, 0)
    );
}

/// Without a roster somebody is known only where the school said so for this product, and only for the login itself.
#[test]
fn a_login_stands_for_enrolment_only_where_the_school_said_so() {
    let mut world = World::new();
    world.about = About::JornWithoutRoster;
    world.purpose("D13");
    world.request.channel = Channel::Login;
    world.request.attributes = AttributeSet::from_iter([Attribute::EckId]);
    let unknown = |world: &World| {
        let codes: Vec<_> = world.decide().reasons().iter().map(|reason| reason.code).collect();
        assert_eq!(codes, [ReasonCode::PersonUnknown]);
    };
    // Jorn is in the group and in the year, as far as the login says; no roster does.
    for scope in [
        world.inputs.activations[0].scope.clone(),
        Scope::School,
        Scope::YearGroups(BTreeSet::from([sluis_core::person::YearGroup::parse("7").unwrap()])),
        Scope::Persons(BTreeSet::from([world.jorn.person])),
    ] {
        world.inputs.activations[0].scope = scope;
        unknown(&world);
    }
    world.inputs.activations[0].scope = Scope::SchoolOrLogin;
    let decision = world.decide();
    assert!(decision.is_permit() && decision.released().contains(Attribute::EckId));
    world.request.channel = Channel::Api;
    unknown(&world);
    world.request.channel = Channel::Login;
    world.inputs.activations[0].accepted_by_supplier_at = None;
    assert!(!world.decide().is_permit(), "nobody has accepted it yet");
}
