//! The cases of who works under an agreement.

use std::collections::BTreeSet;

use serde_json::json;
use sluis_core::{
    agreement::{Scope, Side, StanceKind, SupplierKind},
    catalogue::{Attribute, AttributeSet, DataCategory},
    gate::{Asker, Channel, Direction, Fixer, ReasonCode},
    person::PersonKind,
    time::Window,
};

use super::{Case, case, held};
use crate::{
    scenes::{
        OF_THE_RECEIVER, a_newer_agreement_has_ended, with_a_delivery, with_a_newer_version, with_a_receiver,
        with_birth_date_on_consent, with_receivers,
    },
    world::{About, World, id, moment, since_september, span},
};

fn from_the_administration(world: &mut World) {
    world.request.direction = Direction::Connection;
    world.request.channel = Channel::RosterPull;
}

pub(super) fn table() -> Vec<Case> {
    use Fixer::{Asker as TheAsker, Board, Operator, Person, School, Supplier};
    use ReasonCode as R;
    vec![
        case(R::FactsUnavailable, Operator, None, None, |world| {
            world.policy_is_readable = false
        }),
        case(R::FactsUnavailable, Operator, None, None, |world| {
            world.inputs.school = id(99)
        }),
        case(R::AgreementMissing, Board, None, None, |world| {
            world.inputs.agreements.clear()
        }),
        case(R::AgreementMissing, Board, None, None, |world| {
            world.request.product = id(World::OTHER_PRODUCT)
        }),
        case(R::AgreementNotAcceptedByBoard, Board, Some("2.1"), None, |world| {
            world.inputs.agreements[0].accepted_by_board_at = None;
        }),
        case(
            R::AgreementNotAcceptedBySupplier,
            Supplier,
            Some("2.1"),
            None,
            |world| {
                world.inputs.agreements[0].accepted_by_supplier_at = None;
            },
        ),
        case(R::AgreementNotStarted, Board, Some("2.1"), None, |world| {
            world.inputs.agreements[0].window = Window::since(moment("2026-10-01T00:00:00Z"));
        }),
        case(R::AgreementNotStarted, Board, Some("2.1"), None, |world| {
            world.inputs.agreements[0].accepted_by_board_at = Some(moment("2026-10-01T00:00:00Z"));
        }),
        case(R::AgreementEnded, Board, Some("15.1"), None, |world| {
            world.inputs.agreements[0].window = span("2026-08-01T00:00:00Z", "2026-09-15T09:00:00Z");
        }),
        case(
            R::AgreementEnded,
            Board,
            Some("15.1"),
            None,
            a_newer_agreement_has_ended,
        ),
        case(R::AgreementSuspendedByBoard, Board, Some("2.5"), None, |world| {
            world.suspends(Side::Board, Window::since(moment("2026-09-15T09:00:00Z")));
        }),
        case(R::AgreementSuspendedBySupplier, Supplier, Some("2.5"), None, |world| {
            world.suspends(Side::Supplier, Window::since(moment("2026-09-15T09:00:00Z")));
        }),
        case(R::AgreementExceptsSchool, Board, Some("2.1"), None, |world| {
            world.inputs.agreements[0].excepted = vec![Window::since(moment("2026-09-15T09:00:00Z"))];
        }),
        case(R::OperatorAgreementMissing, Board, None, None, |world| {
            from_the_administration(world);
            world.inputs.agreements.clear();
        }),
        case(
            R::OperatorAgreementNotAcceptedByBoard,
            Board,
            Some("2.1"),
            None,
            |world| {
                from_the_administration(world);
                world.inputs.agreements[0].accepted_by_board_at = None;
            },
        ),
        case(
            R::OperatorAgreementNotAcceptedByOperator,
            Operator,
            Some("2.1"),
            None,
            |world| {
                from_the_administration(world);
                world.inputs.agreements[0].accepted_by_supplier_at = None;
            },
        ),
        case(R::OperatorAgreementNotStarted, Board, Some("2.1"), None, |world| {
            from_the_administration(world);
            world.inputs.agreements[0].window = Window::since(moment("2026-10-01T00:00:00Z"));
        }),
        case(R::OperatorAgreementEnded, Board, Some("15.1"), None, |world| {
            from_the_administration(world);
            world.inputs.agreements[0].window = span("2026-08-01T00:00:00Z", "2026-09-15T09:00:00Z");
        }),
        case(
            R::OperatorAgreementSuspendedByBoard,
            Board,
            Some("2.5"),
            None,
            |world| {
                from_the_administration(world);
                world.suspends(Side::Board, Window::since(moment("2026-09-15T09:00:00Z")));
            },
        ),
        case(
            R::OperatorAgreementSuspendedByOperator,
            Operator,
            Some("2.5"),
            None,
            |world| {
                from_the_administration(world);
                world.suspends(Side::Supplier, Window::since(moment("2026-09-15T09:00:00Z")));
            },
        ),
        case(R::OperatorAgreementExceptsSchool, Board, Some("2.1"), None, |world| {
            from_the_administration(world);
            world.inputs.agreements[0].excepted = vec![Window::since(moment("2026-09-15T09:00:00Z"))];
        }),
        case(R::ProductOfAnother, TheAsker, Some("2.3"), None, |world| {
            world.request.asker = Asker::Supplier(id(World::OTHER_SUPPLIER));
        }),
        case(R::AnnexDefect, Supplier, Some("5.3"), Some("code_undefined"), |world| {
            world.annex(|annex| annex["rows"][0]["pupilCategories"][2] = json!("CC12"));
        }),
        held(
            R::AnnexDefect,
            Supplier,
            Some("5.3"),
            Some("national_number"),
            |world| {
                world.annex(|annex| {
                    let mut row = annex["rows"][0].clone();
                    row["pupilCategories"] = json!(["CD14", "BSN"]);
                    annex["rows"].as_array_mut().unwrap().push(row);
                });
            },
        ),
        case(R::MandateMissing, Board, Some("2.3"), None, |world| {
            world.inputs.mandates.clear()
        }),
        case(R::MandateMissing, Board, Some("2.3"), None, |world| {
            world.inputs.mandates[0].window = span("2026-08-01T00:00:00Z", "2026-09-01T00:00:00Z");
        }),
        case(R::ActivationMissing, School, Some("2.3"), None, |world| {
            world.inputs.activations.clear()
        }),
        case(R::ActivationNotAcceptedBySchool, School, Some("2.3"), None, |world| {
            world.inputs.activations[0].accepted_by_school_at = Some(moment("2026-09-16T00:00:00Z"));
        }),
        case(
            R::ActivationNotAcceptedBySupplier,
            Supplier,
            Some("2.3"),
            None,
            |world| {
                world.inputs.activations[0].accepted_by_supplier_at = None;
            },
        ),
        case(R::ActivationEnded, School, Some("2.3"), None, |world| {
            world.inputs.activations[0].window = span("2026-08-01T00:00:00Z", "2026-09-15T09:00:00Z");
        }),
        case(R::PersonOutOfScope, School, Some("2.3"), None, |world| {
            world.groups = vec![id(98)]
        }),
        case(R::PersonOutOfScope, School, Some("2.3"), None, |world| {
            world.inputs.activations[0].scope = Scope::Persons(BTreeSet::from([id(97)]));
        }),
        case(R::PurposeMissing, TheAsker, Some("5.1"), None, |world| {
            world.request.purpose = None
        }),
        case(R::PurposeNotAgreed, Supplier, Some("5.3"), Some("D6"), |world| {
            world.purpose("D6")
        }),
        case(R::PurposeNotAgreed, Supplier, Some("5.3"), Some("D3"), |world| {
            world.annex(|annex| annex["rows"][0]["pupilCategories"] = json!([]));
        }),
        case(R::ModuleNotApproved, School, Some("3.3"), Some("berichten"), |world| {
            world.purpose("D9")
        }),
        case(R::ModuleNotApproved, School, Some("3.3"), Some("berichten"), |world| {
            world.purpose("D9");
            world.approve("berichten", span("2026-08-01T00:00:00Z", "2026-09-01T00:00:00Z"));
        }),
        held(R::ModuleNotApproved, School, Some("3.3"), Some("berichten"), |world| {
            world.annex(|annex| annex["rows"][3]["purposes"] = json!(["D3", "D9"]));
            world.request.attributes = AttributeSet::EMPTY.with(Attribute::SchoolEmail);
        }),
        case(R::PurposeNotForLogin, TheAsker, Some("5.1"), Some("D13"), |world| {
            world.request.channel = Channel::Login;
        }),
        case(
            R::DeidentificationMissing,
            Operator,
            Some("5.1"),
            Some("D16"),
            |world| {
                world.annex(|annex| annex["rows"][0]["purposes"] = json!(["D16"]));
                world.purpose("D16");
            },
        ),
        case(R::ReceiverMissing, TheAsker, Some("5.3"), Some("D5"), with_receivers),
        case(R::ReceiverMissing, TheAsker, Some("5.3"), Some("D12"), with_a_delivery),
        case(R::ReceiverMissing, TheAsker, Some("5.3"), Some("D12"), |world| {
            with_a_delivery(world);
            world.request.receiver = Some(id(World::WADDEN));
        }),
        case(R::ReceiverWithoutAgreement, Board, Some("5.3"), None, |world| {
            with_a_delivery(world);
            world.request.receiver = Some(id(World::OTHER_SUPPLIER));
        }),
        case(R::ReceiverNotReady, School, Some("5.3"), None, |world| {
            with_a_delivery(world);
            with_a_receiver(world);
            world.request.receiver = Some(id(World::OTHER_SUPPLIER));
            world.says_of(OF_THE_RECEIVER, StanceKind::Objection, "Hunze Hosting B.V.");
        }),
        case(R::ReceiverNotReady, School, Some("5.3"), None, |world| {
            with_receivers(world);
            with_a_receiver(world);
            world.request.receiver = Some(id(World::OTHER_SUPPLIER));
            world.says_of(OF_THE_RECEIVER, StanceKind::Objection, "Hunze Hosting B.V.");
        }),
        // Nobody may deliver to the operator of the service: at no school is its product switched on.
        case(R::ReceiverNotReady, School, Some("5.3"), None, |world| {
            with_a_delivery(world);
            with_a_receiver(world);
            world.request.receiver = Some(id(World::OTHER_SUPPLIER));
            world.inputs.activations.truncate(1);
        }),
        case(R::ReceiverNotReady, School, Some("5.3"), None, |world| {
            with_receivers(world);
            with_a_receiver(world);
            world.request.receiver = Some(id(World::OTHER_SUPPLIER));
            world.inputs.mandates.truncate(1);
        }),
        // A distributor delivers to suppliers.
        case(R::ReceiverNotReady, School, Some("5.3"), None, |world| {
            with_a_delivery(world);
            with_a_receiver(world);
            world.request.receiver = Some(id(World::OTHER_SUPPLIER));
            world.inputs.products[1].kind = SupplierKind::Distributor;
        }),
        case(R::ReceiverUnexpected, TheAsker, Some("5.3"), None, |world| {
            with_a_delivery(world);
            with_a_receiver(world);
            world.request.asker = Asker::Supplier(id(World::WADDEN));
            world.request.receiver = Some(id(World::OTHER_SUPPLIER));
        }),
        case(R::ReceiverUnexpected, TheAsker, Some("5.3"), None, |world| {
            world.request.receiver = Some(id(World::OTHER_SUPPLIER));
        }),
        case(R::ReceiverNotListed, Supplier, Some("5.3"), None, |world| {
            with_receivers(world);
            world.purpose("D11");
            world.request.receiver = Some(id(World::OTHER_SUPPLIER));
            with_a_receiver(world);
        }),
        case(R::ReceiverWithoutAgreement, Board, Some("5.3"), None, |world| {
            with_receivers(world);
            world.request.receiver = Some(id(World::OTHER_SUPPLIER));
        }),
        case(
            R::AttributeNotAgreed,
            Supplier,
            Some("5.3"),
            Some("birthDate"),
            |world| {
                world.request.required = AttributeSet::EMPTY.with(Attribute::BirthDate);
            },
        ),
        case(
            R::AttributeNotAgreed,
            Supplier,
            Some("5.3"),
            Some("birthDate"),
            |world| {
                world.request.direction = Direction::Intake;
            },
        ),
        held(R::AttributeNotAgreed, Supplier, Some("5.3"), Some("birthDate"), |_| {}),
        held(R::CategoryNarrowed, School, Some("2.3"), Some("groups"), |world| {
            world.narrows("D3", DataCategory::Class)
        }),
        held(R::AttributeNotNeeded, School, Some("5.1"), Some("givenName"), |world| {
            from_the_administration(world);
            world.request.attributes = AttributeSet::EMPTY.with(Attribute::GivenName);
        }),
        held(R::NotInLoginSet, Supplier, Some("7.4"), Some("familyName"), |world| {
            world.purpose("D13");
            world.request.attributes = AttributeSet::EMPTY.with(Attribute::FamilyName);
        }),
        case(
            R::SpecialGroundMissing,
            Supplier,
            Some("5.3"),
            Some("special_ground_missing"),
            |world| {
                world.annex(|annex| annex["rows"][0]["pupilCategories"] = json!(["CD1", "CD18"]));
            },
        ),
        case(R::PersonUnknown, School, None, None, |world| {
            world.about = About::Nobody
        }),
        case(R::PersonOfOtherKind, TheAsker, None, None, |world| {
            world.jorn.kind = PersonKind::Staff
        }),
        case(R::NotYetEnrolled, School, Some("5.1"), None, |world| {
            world.jorn.enrolment = Window::since(moment("2026-09-16T00:00:00Z"));
        }),
        case(R::HasLeft, School, Some("12.1"), None, |world| {
            world.jorn.enrolment = span("2024-08-01T00:00:00Z", "2026-09-15T09:00:00Z");
        }),
        case(R::RetentionOver, School, Some("12.1"), None, |world| {
            world.purpose("D14");
            world.jorn.enrolment = span("2024-08-01T00:00:00Z", "2026-07-17T09:00:00Z");
        }),
        case(R::RetentionOver, School, Some("12.1"), None, |world| {
            world.purpose("D15");
            world.annex(|annex| annex["retention"] = json!({"daysAfterEnd": 30}));
            world.jorn.enrolment = span("2024-08-01T00:00:00Z", "2026-09-15T00:00:00Z");
        }),
        case(R::ProcessingRestricted, School, Some("9.1"), None, |world| {
            world.jorn.restrictions = since_september();
        }),
        case(R::PersonObjected, School, Some("9.1"), None, |world| {
            world.jorn.objections = since_september();
        }),
        case(R::AccountKeyMissing, School, None, None, |world| {
            world.jorn.has_account_key = false;
        }),
        case(R::ConsentMissing, Person, Some("5.3"), Some("D3"), |world| {
            world.annex(|annex| annex["rows"][0]["restsOnConsent"] = json!(true));
        }),
        held(
            R::ConsentMissing,
            Person,
            Some("5.3"),
            Some("birthDate"),
            with_birth_date_on_consent,
        ),
        case(R::ConsentMissing, Person, Some("5.3"), Some("birthDate"), |world| {
            with_birth_date_on_consent(world);
            world.request.required = AttributeSet::EMPTY.with(Attribute::BirthDate);
        }),
        case(
            R::PlaceOutsideEea,
            School,
            Some("10.1"),
            Some("Hunze Hosting B.V."),
            |world| {
                world.annex(|annex| annex["places"][1]["backUpCountry"] = json!("US"));
            },
        ),
        case(
            R::PlaceOutsideEea,
            School,
            Some("10.1"),
            Some("Hunze Hosting B.V."),
            |world| {
                world.annex(|annex| annex["subProcessors"][0]["country"] = json!("GB"));
            },
        ),
        case(
            R::SubProcessorUnlisted,
            Supplier,
            Some("11.1"),
            Some("Elders Cloud B.V."),
            |world| {
                world.annex(|annex| annex["places"][1]["party"] = json!("Elders Cloud B.V."));
            },
        ),
        case(
            R::SubProcessorTooRecent,
            Board,
            Some("11.2"),
            Some("Hunze Hosting B.V."),
            |world| {
                world.annex(|annex| annex["subProcessors"][0]["announced"] = json!("2026-08-04"));
            },
        ),
        case(
            R::PlaceOutsideEea,
            School,
            Some("10.1"),
            Some("Hunze Hosting B.V."),
            |world| {
                world.annex(|annex| annex["subProcessors"][0]["country"] = json!("GB"));
                world.says(StanceKind::Permission, "Elders Cloud B.V.");
            },
        ),
        case(
            R::PlaceOutsideEea,
            School,
            Some("10.1"),
            Some("Hunze Hosting B.V."),
            |world| {
                world.annex(|annex| annex["subProcessors"][0]["country"] = json!("GB"));
                world.says(StanceKind::Permission, "Hunze Hosting B.V.");
                world.inputs.stances[0].agreement = id(14);
            },
        ),
        // A permission is of the words that were agreed.
        case(
            R::PlaceOutsideEea,
            School,
            Some("10.1"),
            Some("Hunze Hosting B.V."),
            |world| {
                world.annex(|annex| annex["subProcessors"][0]["country"] = json!("GB"));
                with_a_newer_version(world);
                world.says(StanceKind::Permission, "Hunze Hosting B.V.");
            },
        ),
        case(
            R::PlaceOutsideEea,
            School,
            Some("10.1"),
            Some("Hunze Hosting B.V."),
            |world| {
                world.annex(|annex| annex["subProcessors"][0]["country"] = json!("GB"));
                world.says(StanceKind::Permission, "Hunze Hosting B.V.");
                world.inputs.stances[0].window = span("2026-08-01T00:00:00Z", "2026-09-15T09:00:00Z");
            },
        ),
        case(
            R::SubProcessorObjected,
            School,
            Some("11.2"),
            Some("Hunze Hosting B.V."),
            |world| world.says(StanceKind::Objection, "Hunze Hosting B.V."),
        ),
        // An objection goes on when the annex changes.
        case(
            R::SubProcessorObjected,
            School,
            Some("11.2"),
            Some("Hunze Hosting B.V."),
            |world| {
                with_a_newer_version(world);
                world.says(StanceKind::Objection, "Hunze Hosting BV");
            },
        ),
        case(R::SecondFactorMissing, School, Some("7.2"), None, |world| {
            world.purpose("D13");
            world.request.channel = Channel::Login;
            world.annex(|annex| annex["secondFactor"] = json!(true));
        }),
        case(R::SenderUnbound, TheAsker, Some("7.2"), None, |world| {
            world.annex(|annex| annex["secondFactor"] = json!(true));
        }),
        case(R::DistributorNotInstructed, School, Some("5.5"), None, |world| {
            world.request.asker = Asker::Distributor(id(World::WADDEN));
        }),
        case(R::DistributorNotInstructed, School, Some("5.5"), None, |world| {
            world.distributes(span("2026-08-01T00:00:00Z", "2026-09-15T09:00:00Z"));
        }),
        case(R::DistributorNotInstructed, School, Some("5.5"), None, |world| {
            world.distributes(Window::since(moment("2026-08-01T00:00:00Z")));
            world.inputs.instructions[0].product = id(World::OTHER_PRODUCT);
        }),
        case(R::InstructionSuspended, School, Some("2.4"), None, |world| {
            world.distributes(Window::since(moment("2026-08-01T00:00:00Z")));
            world.inputs.instructions[0].suspensions = vec![Window::since(moment("2026-09-15T09:00:00Z"))];
        }),
    ]
}
