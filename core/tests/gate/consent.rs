//! A row that rests on consent permits about who consented, for that product and purpose and as long as it holds, and no more.

use std::{cell::Cell, sync::Arc};

use proptest::prelude::*;
use serde_json::{Value, json};
use sluis_core::{
    agreement::Annex,
    catalogue::{Attribute, AttributeSet, Purpose},
    gate::{Audience, ReasonCode},
    person::Consent,
    time::Window,
};

use crate::{
    cases::{Case, Subject, case, runner},
    scenes::with_birth_date_on_consent,
    world::{World, id, moment, span},
};

pub(crate) fn consent(world: &World, product: u128, purpose: &str, window: Window) -> &'static [Consent] {
    let consent = Consent {
        product: id(product),
        purpose: Purpose::parse(purpose).unwrap(),
        annex: world.inputs.agreements[0].annex.hash(),
        window,
    };
    Box::leak(Box::new([consent]))
}

pub(crate) fn since_june() -> Window {
    Window::since(moment("2026-06-01T00:00:00Z"))
}

fn all_on_consent(world: &mut World) {
    world.annex(|annex| annex["rows"][0]["restsOnConsent"] = json!(true));
}

fn codes(world: &World) -> Vec<ReasonCode> {
    world.decide().reasons().iter().map(|reason| reason.code).collect()
}

#[test]
fn a_consent_permits_for_its_product_and_purpose_while_it_holds() {
    let mut world = World::new();
    all_on_consent(&mut world);
    assert_eq!(codes(&world), [ReasonCode::ConsentMissing]);
    world.jorn.consents = consent(&world, World::REKENBAAI, "D3", since_june());
    assert!(world.decide().is_permit());
    for other in [
        consent(&world, World::OTHER_PRODUCT, "D3", since_june()),
        consent(&world, World::REKENBAAI, "D1", since_june()),
        consent(
            &world,
            World::REKENBAAI,
            "D3",
            span("2026-06-01T00:00:00Z", "2026-09-15T09:00:00Z"),
        ),
        consent(
            &world,
            World::REKENBAAI,
            "D3",
            Window::since(moment("2026-09-15T09:00:01Z")),
        ),
    ] {
        world.jorn.consents = other;
        assert_eq!(codes(&world), [ReasonCode::ConsentMissing]);
    }
}

#[test]
fn other_words_are_asked_about_anew() {
    let mut world = World::new();
    all_on_consent(&mut world);
    world.jorn.consents = consent(&world, World::REKENBAAI, "D3", since_june());
    assert!(world.decide().is_permit());
    world.annex(|annex| annex["version"]["number"] = json!("1.3"));
    assert_eq!(codes(&world), [ReasonCode::ConsentMissing]);
}

#[test]
fn what_rests_on_consent_goes_with_the_rest_once_it_is_given() {
    let mut world = World::new();
    with_birth_date_on_consent(&mut world);
    let without = world.decide();
    assert!(!without.released().contains(Attribute::BirthDate));
    world.jorn.consents = consent(&world, World::REKENBAAI, "D3", since_june());
    let with = world.decide();
    assert_eq!(with.released(), without.released().with(Attribute::BirthDate));
    assert!(with.withheld().is_empty());
    // Who asks nothing that rests on it is not told that there is a consent.
    world.request.attributes = AttributeSet::EMPTY.with(Attribute::GivenName);
    let given = world.decide();
    world.jorn.consents = &[];
    assert_eq!(given, world.decide());
}

#[test]
fn a_consent_is_no_substitute_for_an_agreement_and_does_not_show_in_a_refusal() {
    let mut world = World::new();
    all_on_consent(&mut world);
    world.jorn.consents = consent(&world, World::REKENBAAI, "D3", since_june());
    world.jorn.restrictions = crate::world::since_september();
    let restricted = world.decide();
    world.jorn.consents = &[];
    assert_eq!(
        restricted.seen_by(Audience::Supplier),
        world.decide().seen_by(Audience::Supplier)
    );
    world.jorn.consents = consent(&world, World::REKENBAAI, "D3", since_june());
    world.inputs.agreements.clear();
    assert!(codes(&world).contains(&ReasonCode::AgreementMissing));
}

/// The same case with every row on consent.
fn on_consent(case: &Case) -> Case {
    let mut case = case.clone();
    for agreement in &mut case.inputs.agreements {
        let mut document = serde_json::to_value(agreement.annex.document()).unwrap();
        for row in document
            .get_mut("rows")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            row["restsOnConsent"] = json!(true);
        }
        agreement.annex = Arc::new(Annex::parse(document.to_string().as_bytes()).unwrap());
    }
    case
}

#[test]
fn a_consent_changes_nothing_but_what_rests_on_it() {
    let by_consent = Cell::new(0_u32);
    let held = runner(6_000).run(&case(), |drawn| {
        let Subject::Person(person) = &drawn.subject else {
            return Ok(());
        };
        let (consenting, mut refusing) = (person.clone(), person.clone());

        refusing.forget_consents();
        for case in [&drawn, &on_consent(&drawn)] {
            let mut consenting = consenting.clone();
            consenting.consent_to(&case.request, &case.inputs);
            let with = case.decide_about(&Subject::Person(consenting.clone()));
            let without = case.decide_about(&Subject::Person(refusing.clone()));
            let missing = |code: ReasonCode| code == ReasonCode::ConsentMissing;
            if with.is_permit() && !without.is_permit() {
                by_consent.set(by_consent.get() + 1);
                prop_assert!(without.reasons().iter().all(|reason| missing(reason.code)));
            }
            if without.is_permit() {
                prop_assert!(with.is_permit(), "a consent takes nothing away");
                let more = with.released().difference(without.released());
                let on_consent = without.withheld().iter().filter(|held| missing(held.reason.code));
                let on_consent: AttributeSet = on_consent.map(|held| held.attribute).collect();
                prop_assert!(more.is_subset(on_consent), "more than what rests on consent");
            }
        }
        Ok(())
    });
    held.unwrap();
    assert!(by_consent.get() > 20, "only {} permits by a consent", by_consent.get());
}
