//! Nobody but the school learns anything about a person: unknown, restricted, outside the scope look alike.

use serde_json::json;
use sluis_core::{
    catalogue::{Attribute, AttributeSet},
    gate::{Audience, ReasonCode},
    time::Window,
};

use crate::world::{About, World, id, moment, since_september, span};

type Change = fn(&mut World);

const PERSONAL: [Change; 7] = [
    |world| world.groups = vec![id(98)],
    |world| world.jorn.kind = sluis_core::person::PersonKind::Staff,
    |world| world.jorn.enrolment = Window::since(moment("2026-12-01T00:00:00Z")),
    |world| world.jorn.enrolment = span("2024-08-01T00:00:00Z", "2026-09-01T00:00:00Z"),
    |world| world.jorn.restrictions = since_september(),
    |world| world.jorn.objections = since_september(),
    |world| {
        world.groups = vec![id(98)];
        world.jorn.restrictions = since_september();
    },
];

#[test]
fn a_supplier_cannot_tell_an_unknown_person_from_one_who_is_refused() {
    let mut unknown = World::new();
    unknown.about = About::Nobody;
    let unknown = unknown.decide().seen_by(Audience::Supplier);
    let [only] = unknown.reasons() else {
        panic!("{:?}", unknown.reasons())
    };
    assert_eq!((only.code, only.article), (ReasonCode::PersonNotAvailable, None));
    for change in PERSONAL {
        let mut world = World::new();
        change(&mut world);
        assert_eq!(world.decide().seen_by(Audience::Supplier), unknown);
    }
}

#[test]
fn when_something_else_is_wrong_too_the_supplier_sees_only_that() {
    let refused = |change: Change| {
        let mut world = World::new();
        world.purpose("D6");
        change(&mut world);
        world.decide()
    };
    let expected = refused(|_| {});
    for change in PERSONAL {
        let decision = refused(change);
        assert!(decision.reasons().len() > expected.reasons().len());
        assert_eq!(decision.seen_by(Audience::Supplier), expected);
        assert_eq!(decision.seen_by(Audience::School), decision);
    }
}

#[test]
fn a_withheld_attribute_does_not_tell_of_consent() {
    let mut world = World::new();
    world.annex(|annex| {
        let mut row = annex["rows"][0].clone();
        row["pupilCategories"] = json!(["CD14"]);
        row["restsOnConsent"] = json!(true);
        annex["rows"].as_array_mut().unwrap().push(row);
    });
    world.request.attributes = AttributeSet::from_iter([Attribute::BirthDate, Attribute::SchoolEmail]);
    let codes = |audience| {
        let seen = world.decide().seen_by(audience);
        seen.withheld()
            .iter()
            .map(|held| (held.attribute, held.reason.code))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        codes(Audience::School),
        [
            (Attribute::SchoolEmail, ReasonCode::AttributeNotAgreed),
            (Attribute::BirthDate, ReasonCode::ConsentMissing)
        ]
    );
    assert_eq!(
        codes(Audience::Supplier),
        [
            (Attribute::SchoolEmail, ReasonCode::AttributeNotAgreed),
            (Attribute::BirthDate, ReasonCode::PersonNotAvailable)
        ]
    );
}

#[test]
fn no_reason_that_is_for_suppliers_speaks_of_a_person() {
    let personal: Vec<_> = ReasonCode::ALL
        .into_iter()
        .filter(|code| code.audience() == Audience::School)
        .collect();
    assert_eq!(
        personal,
        [
            ReasonCode::PersonOutOfScope,
            ReasonCode::PersonUnknown,
            ReasonCode::PersonOfOtherKind,
            ReasonCode::NotYetEnrolled,
            ReasonCode::HasLeft,
            ReasonCode::RetentionOver,
            ReasonCode::ProcessingRestricted,
            ReasonCode::PersonObjected,
            ReasonCode::AccountKeyMissing,
            ReasonCode::ConsentMissing,
            ReasonCode::HandoverMissing,
            ReasonCode::SubjectRequestMissing,
            ReasonCode::IdentityUnverified,
            ReasonCode::DisclosureMissing,
            ReasonCode::LegalGroundUnverified,
            ReasonCode::AttributeNotGranted,
        ]
    );
    for code in ReasonCode::ALL {
        assert_eq!(ReasonCode::find(code.as_str()), Some(code));
    }
}
