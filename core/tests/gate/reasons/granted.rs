//! The cases of who works under no agreement and needs a grant.

use sluis_core::{
    catalogue::{Attribute, AttributeSet},
    gate::{Channel, Direction, Fixer, ReasonCode},
    person::{HandoverBasis, PersonKind},
    time::Window,
};

use super::{Case, case, held};
use crate::world::{About, World, authority, id, moment, next_school, since_september, span};

pub(super) fn table() -> Vec<Case> {
    use Fixer::{Asker as TheAsker, Person, School};
    use ReasonCode as R;
    vec![
        case(R::PurposeNotForAsker, TheAsker, Some("5.1"), Some("D11"), |world| {
            world.hands_over(|_| {});
            world.purpose("D3");
        }),
        case(R::PurposeNotForAsker, TheAsker, Some("5.1"), Some("D21"), |world| {
            world.asks_for_own(|_| {});
            world.purpose("D1");
        }),
        case(R::PurposeNotForAsker, TheAsker, Some("5.1"), Some("D21"), |world| {
            world.discloses(|_| {});
            world.purpose("D11");
        }),
        case(R::PurposeMissing, TheAsker, Some("5.1"), None, |world| {
            world.hands_over(|_| {});
            world.request.purpose = None;
        }),
        case(R::PurposeNotForLogin, TheAsker, Some("5.1"), Some("D13"), |world| {
            world.asks_for_own(|_| {});
            world.request.channel = Channel::Login;
        }),
        case(R::ReceiverUnexpected, TheAsker, Some("5.3"), None, |world| {
            world.hands_over(|_| {});
            world.request.receiver = Some(id(World::OTHER_SUPPLIER));
        }),
        case(R::HandoverMissing, School, None, None, |world| {
            world.hands_over(|handover| handover.to = next_school("98XY01"));
        }),
        case(R::HandoverMissing, School, None, None, |world| {
            world.hands_over(|handover| handover.window = span("2026-08-01T00:00:00Z", "2026-09-15T09:00:00Z"));
        }),
        case(R::HandoverMissing, School, None, None, |world| {
            world.hands_over(|_| {});
            world.request.direction = Direction::Intake;
        }),
        case(R::HandoverMissing, School, None, None, |world| {
            world.hands_over(|_| {});
            world.about = About::School;
        }),
        case(R::SubjectRequestMissing, Person, Some("9.1"), None, |world| {
            world.asks_for_own(|request| request.id = id(31));
        }),
        case(R::SubjectRequestMissing, Person, Some("9.1"), None, |world| {
            world.asks_for_own(|_| {});
            world.about = About::School;
        }),
        case(R::SubjectRequestMissing, Person, Some("9.1"), None, |world| {
            world.asks_for_own(|_| {});
            world.jorn.kind = PersonKind::Staff;
            world.request.person_kind = PersonKind::Staff;
        }),
        case(R::IdentityUnverified, School, Some("9.1"), None, |world| {
            world.asks_for_own(|request| request.identity_verified_at = None);
        }),
        case(R::IdentityUnverified, School, Some("9.1"), None, |world| {
            world.asks_for_own(|request| request.identity_verified_at = Some(moment("2026-09-15T09:00:01Z")));
        }),
        case(R::DisclosureMissing, School, Some("6.3"), None, |world| {
            world.discloses(|disclosure| disclosure.to = authority(2));
        }),
        case(R::DisclosureMissing, School, Some("6.3"), None, |world| {
            world.discloses(|_| {});
            world.about = About::School;
        }),
        case(R::LegalGroundUnverified, School, Some("6.3"), None, |world| {
            world.discloses(|disclosure| disclosure.verified_at = None);
        }),
        held(R::AttributeNotGranted, School, Some("5.1"), Some("groups"), |world| {
            world.hands_over(|_| {})
        }),
        case(R::AttributeNotGranted, School, Some("5.1"), Some("groups"), |world| {
            world.discloses(|_| {});
            world.request.required = AttributeSet::EMPTY.with(Attribute::Groups);
        }),
        case(R::ProcessingRestricted, School, Some("9.1"), None, |world| {
            world.hands_over(|_| {});
            world.jorn.restrictions = since_september();
        }),
        case(R::PersonObjected, School, Some("9.1"), None, |world| {
            world.hands_over(|_| {});
            world.jorn.objections = since_september();
        }),
        case(R::ProcessingRestricted, School, Some("9.1"), None, |world| {
            world.discloses(|_| {});
            world.jorn.restrictions = since_september();
        }),
        case(R::NotYetEnrolled, School, Some("5.1"), None, |world| {
            world.hands_over(|_| {});
            world.jorn.enrolment = Window::since(moment("2026-09-16T00:00:00Z"));
        }),
        case(R::HasLeft, School, Some("12.1"), None, |world| {
            world.hands_over(|_| {});
            world.jorn.enrolment = span("2024-08-01T00:00:00Z", "2026-09-15T00:00:00Z");
        }),
        case(R::HasLeft, School, Some("12.1"), None, |world| {
            world.discloses(|_| {});
            world.jorn.enrolment = span("2024-08-01T00:00:00Z", "2026-09-15T00:00:00Z");
        }),
        case(R::RetentionOver, School, Some("12.1"), None, |world| {
            world.hands_over(|handover| handover.basis = HandoverBasis::Order);
            world.jorn.enrolment = span("2024-08-01T00:00:00Z", "2026-07-17T09:00:00Z");
        }),
        case(R::RetentionOver, School, Some("12.1"), None, |world| {
            world.asks_for_own(|_| {});
            world.jorn.enrolment = span("2024-08-01T00:00:00Z", "2026-07-17T09:00:00Z");
        }),
        case(R::RetentionOver, School, None, None, |world| {
            world.asks_for_own(|_| {});
            world.inputs.agreements.clear();
            world.jorn.enrolment = span("2024-08-01T00:00:00Z", "2026-09-15T00:00:00Z");
        }),
        case(R::PersonOfOtherKind, TheAsker, None, None, |world| {
            world.discloses(|_| {});
            world.jorn.kind = PersonKind::Staff;
        }),
        case(R::PersonUnknown, School, None, None, |world| {
            world.discloses(|_| {});
            world.about = About::Nobody;
        }),
    ]
}
