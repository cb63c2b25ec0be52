//! The courses of matters: what they ask of whom by when, and which step fits when.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::collections::BTreeSet;

use sluis_core::{
    agreement::{Model, Side},
    id::SupplierId,
    matter::{
        Agreed, AnswerOutcome, ConfirmOutcome, ContractStep, DutyCode, Fault, Incident, IncidentFacts, IncidentStep,
        Kind, Matter, Nature, Opening, Request, RequestStep, Right, Step, Verdict,
    },
    person::ConsentGiver,
    time::Timestamp,
};

mod papers;

const NOBODY: &str = "01990a3e-7c00-7000-8000-000000000001";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn agreed(model: Model) -> Agreed {
    Agreed {
        model: Some(model),
        ..Agreed::default()
    }
}

fn incident(found: &str, by: Side, told: &str) -> Matter {
    let incident = Incident {
        discovered_at: at(found),
        summary: "Een back-up was te lezen.".to_owned(),
        nature: BTreeSet::from([Nature::Read]),
        facts: IncidentFacts::default(),
    };
    Matter::open(Opening::Incident(Box::new(incident)), by, at(told))
}

fn due(matter: &Matter, code: DutyCode, agreed: &Agreed) -> Option<Timestamp> {
    let duties = matter.duties(agreed);
    duties.iter().find(|duty| duty.code == code).and_then(|duty| duty.due)
}

fn codes(faults: Vec<Fault>) -> Vec<String> {
    let code = |fault: &Fault| match fault {
        Fault::Invalid { field, code, .. } => format!("{field} {code}"),
        Fault::Already(_) => "already".to_owned(),
        Fault::NotReady(..) => "not ready".to_owned(),
        Fault::OtherSide(..) => "other side".to_owned(),
        Fault::Closed => "closed".to_owned(),
    };
    faults.iter().map(code).collect()
}

/// The words of a step are those of its kind and no other's, so that a step names its kind.
#[test]
fn kinds_are_read_back() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
    }
    assert_eq!(Kind::parse("dossier"), None);
    for code in DutyCode::ALL {
        let text = code.text();
        assert!(
            !text.nl.is_empty() && !text.en.is_empty() && text.nl != text.en,
            "{code:?}"
        );
    }
}

/// 24 hours from finding it (Qompas), 72 hours from being told (GDPR 33(1)): another clock for each.
#[test]
fn the_supplier_has_the_hours_that_are_agreed_and_the_school_72_from_being_told() {
    let told = incident("2026-11-02T08:00:00Z", Side::Supplier, "2026-11-03T12:00:00Z");
    let qompas = Agreed {
        breach_hours: Some(24),
        ..agreed(Model::V3_0)
    };
    assert_eq!(
        due(&told, DutyCode::TellOtherSide, &qompas),
        Some(at("2026-11-03T08:00:00Z"))
    );
    assert_eq!(
        due(&told, DutyCode::AssessIncident, &qompas),
        Some(at("2026-11-06T12:00:00Z"))
    );
    let late: Vec<_> = told
        .duties(&qompas)
        .iter()
        .filter(|duty| duty.is_late(at("2026-11-03T12:00:00Z")))
        .map(|duty| duty.code)
        .collect();
    assert_eq!(late, [DutyCode::TellOtherSide]);
    assert_eq!(due(&told, DutyCode::TellOtherSide, &agreed(Model::V4_0)), None);
    // What the school finds itself it knows from then on.
    let found = incident("2026-11-02T08:00:00Z", Side::Board, "2026-11-03T12:00:00Z");
    assert_eq!(
        due(&found, DutyCode::AssessIncident, &qompas),
        Some(at("2026-11-05T08:00:00Z"))
    );
}

/// Models 3.0 and mbo 3.0 know a notification by the processor for the schools together; 4.0 does not.
#[test]
fn a_joint_notification_is_for_the_models_that_know_it() {
    for (model, expected) in [
        (Model::V3_0, vec![]),
        (Model::Mbo3_0, vec![]),
        (Model::V4_0, vec!["jointly joint_notice_unknown"]),
        (Model::V4_0Coded, vec!["jointly joint_notice_unknown"]),
    ] {
        let mut told = incident("2026-11-02T08:00:00Z", Side::Supplier, "2026-11-02T09:00:00Z");
        let notified = IncidentStep::AuthorityNotified {
            at: at("2026-11-02T10:00:00Z"),
            reference: None,
            late: None,
            jointly: true,
        };
        let now = at("2026-11-02T11:00:00Z");
        let taken = told.take(Step::Incident(notified), Side::Supplier, now, &agreed(model));
        assert_eq!(
            taken.map_err(codes),
            if expected.is_empty() {
                Ok(())
            } else {
                Err(expected.into_iter().map(str::to_owned).collect())
            },
            "{model:?}"
        );
    }
}

#[test]
fn what_is_judged_no_breach_asks_nothing_more_and_a_new_judgement_asks_again() {
    let none = Agreed::default();
    let mut told = incident("2026-11-02T08:00:00Z", Side::Board, "2026-11-02T09:00:00Z");
    let now = at("2026-11-02T11:00:00Z");
    let judge = |verdict| Step::Incident(IncidentStep::Assessed { verdict, why: None });
    let open = |matter: &Matter| {
        let duties = matter.duties(&none);
        duties
            .iter()
            .filter(|duty| duty.is_open())
            .map(|duty| duty.code)
            .collect::<Vec<_>>()
    };
    told.take(judge(Verdict::NoBreach), Side::Board, now, &none).unwrap();
    assert_eq!(open(&told), []);
    told.take(judge(Verdict::HighRisk), Side::Board, now, &none).unwrap();
    let expected = [
        DutyCode::CompleteNotice,
        DutyCode::NotifyAuthority,
        DutyCode::InformPersons,
    ];
    assert_eq!(open(&told), expected);
    let close = Step::Incident(IncidentStep::IncidentClosed);
    assert_eq!(
        told.take(close, Side::Board, now, &none).map_err(codes),
        Err(vec!["not ready".to_owned()])
    );
}

fn request(right: Right, received: &str) -> Matter {
    let request = Request {
        right,
        received_at: at(received),
        asked_by: ConsentGiver::Guardian,
    };
    Matter::open(Opening::Request(Box::new(request)), Side::Board, at(received))
}

#[test]
fn a_request_is_answered_within_a_month_or_three_when_that_is_said_in_the_first() {
    let none = Agreed::default();
    let mut asked = request(Right::Access, "2026-11-02T08:00:00Z");
    assert_eq!(
        due(&asked, DutyCode::AnswerRequest, &none),
        Some(at("2026-12-02T23:00:00Z"))
    );
    let extend = || {
        Step::Request(RequestStep::Extended {
            why: "Veel verzoeken.".to_owned(),
        })
    };
    let mut late = asked.clone();
    let refused = late.take(extend(), Side::Board, at("2026-12-03T08:00:00Z"), &none);
    assert_eq!(refused.map_err(codes), Err(vec!["not ready".to_owned()]));
    asked
        .take(extend(), Side::Board, at("2026-12-02T22:59:00Z"), &none)
        .unwrap();
    assert_eq!(
        due(&asked, DutyCode::AnswerRequest, &none),
        Some(at("2027-02-02T23:00:00Z"))
    );
    assert_eq!(
        asked
            .take(extend(), Side::Board, at("2026-12-02T22:59:30Z"), &none)
            .map_err(codes),
        Err(vec!["already".to_owned()])
    );
}

#[test]
fn what_is_erased_goes_on_to_the_suppliers_that_got_it_and_each_confirms() {
    let none = Agreed::default();
    let supplier = SupplierId::parse(NOBODY).unwrap();
    let now = at("2026-11-03T08:00:00Z");
    let mut asked = request(Right::Erasure, "2026-11-02T08:00:00Z");
    let mut take = |step, by| asked.take(Step::Request(step), by, now, &none).map_err(codes);
    let carry = || RequestStep::CarriedOn {
        suppliers: BTreeSet::from([supplier]),
    };
    let answer = || RequestStep::Answered {
        outcome: AnswerOutcome::Partly,
        at: now,
        why: Some("Resultaten blijven twee jaar.".to_owned()),
    };
    let one = |code: &str| Err(vec![code.to_owned()]);
    // Nothing is done for somebody of whom it is not sure who it is.
    assert_eq!(take(carry(), Side::Board), one("not ready"));
    assert_eq!(take(answer(), Side::Board), one("not ready"));
    assert_eq!(
        take(RequestStep::IdentityEstablished, Side::Supplier),
        one("other side")
    );
    assert_eq!(take(RequestStep::IdentityEstablished, Side::Board), Ok(()));
    let confirm = |outcome| RequestStep::Confirmed {
        supplier,
        outcome,
        why: None,
    };
    assert_eq!(take(confirm(ConfirmOutcome::Done), Side::Supplier), one("not ready"));
    assert_eq!(take(answer(), Side::Board), Ok(()));
    assert_eq!(take(RequestStep::RequestClosed, Side::Board), one("not ready"));
    assert_eq!(take(carry(), Side::Board), Ok(()));
    assert_eq!(
        take(confirm(ConfirmOutcome::Refused), Side::Supplier),
        one("why reason_needed")
    );
    assert_eq!(take(RequestStep::RequestClosed, Side::Board), one("not ready"));
    assert_eq!(take(confirm(ConfirmOutcome::Done), Side::Supplier), Ok(()));
    assert_eq!(take(RequestStep::RequestClosed, Side::Board), Ok(()));
    assert_eq!(take(answer(), Side::Board), one("closed"));
}

/// What a supplier tells after an incident was closed opens it again, to be judged anew.
#[test]
fn what_is_told_after_an_incident_was_closed_opens_it_again() {
    let none = Agreed::default();
    let mut told = incident("2026-11-02T08:00:00Z", Side::Supplier, "2026-11-02T09:00:00Z");
    let judge = |verdict| Step::Incident(IncidentStep::Assessed { verdict, why: None });
    let close = || Step::Incident(IncidentStep::IncidentClosed);
    let first = at("2026-11-02T11:00:00Z");
    told.take(judge(Verdict::NoBreach), Side::Board, first, &none).unwrap();
    told.take(close(), Side::Board, first, &none).unwrap();
    assert_eq!(told.closed_at(), Some(first));
    assert_eq!(
        told.take(judge(Verdict::Risk), Side::Board, first, &none)
            .map_err(codes),
        Err(vec!["closed".to_owned()])
    );
    let facts = IncidentFacts {
        persons: Some(214),
        ..IncidentFacts::default()
    };
    let later = at("2026-11-09T11:00:00Z");
    let more = Step::Incident(IncidentStep::Supplemented { facts: Box::new(facts) });
    told.take(more, Side::Supplier, later, &none).unwrap();
    assert_eq!(told.closed_at(), None);
    assert_eq!(
        told.take(close(), Side::Board, later, &none).map_err(codes),
        Err(vec!["not ready".to_owned()])
    );
    let open: Vec<_> = told.duties(&none).into_iter().filter(|duty| duty.is_open()).collect();
    let of: Vec<_> = open.iter().map(|duty| (duty.code, duty.due)).collect();
    assert_eq!(of, [(DutyCode::AssessIncident, Some(at("2026-11-12T11:00:00Z")))]);
    told.take(judge(Verdict::NoBreach), Side::Board, later, &none).unwrap();
    told.take(close(), Side::Board, later, &none).unwrap();
    assert_eq!(told.closed_at(), Some(later));
}

/// A matter is read back from its steps as it was.
#[test]
fn a_matter_is_its_opening_and_its_steps() {
    let none = Agreed::default();
    let mut told = incident("2026-11-02T08:00:00Z", Side::Supplier, "2026-11-02T09:00:00Z");
    let facts = IncidentFacts {
        persons: Some(7),
        ..IncidentFacts::default()
    };
    let now = at("2026-11-02T11:00:00Z");
    for (step, by) in [
        (IncidentStep::Supplemented { facts: Box::new(facts) }, Side::Supplier),
        (
            IncidentStep::Assessed {
                verdict: Verdict::Risk,
                why: None,
            },
            Side::Board,
        ),
    ] {
        told.take(Step::Incident(step), by, now, &none).unwrap();
    }
    let opening = serde_json::to_string(&told.opening()).unwrap();
    let mut read = Matter::open(
        serde_json::from_str(&opening).unwrap(),
        told.opened_by(),
        told.opened_at(),
    );
    for taken in told.steps() {
        let text = serde_json::to_string(&taken.step).unwrap();
        assert!(
            read.put(serde_json::from_str(&text).unwrap(), taken.by, taken.at),
            "{text}"
        );
    }
    assert_eq!(read, told);
    let another = Step::Contract(ContractStep::ContractConfirmed);
    assert_eq!(
        read.take(another.clone(), Side::Board, now, &none).map_err(codes),
        Err(vec!["step step_of_another_kind".to_owned()])
    );
    assert!(!read.put(another, Side::Board, now));
}
