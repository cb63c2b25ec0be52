//! Contracts, documents that run out, and the end of data.

use sluis_core::{
    agreement::{AnnexDocument, Model, Side},
    matter::{
        Agreed, Contract, ContractStep, DayOfYear, DutyCode, Ending, EndingStep, Filing, FilingKind, Matter,
        NoticeTerm, Opening, ReturnFormat, Step,
    },
};

use super::{agreed, at, codes, due};

fn contract(ends_on: Option<&str>, renews: Option<u32>, notice: Option<NoticeTerm>) -> Contract {
    Contract {
        reference: "2026-1".to_owned(),
        starts_on: "2024-08-01".parse().unwrap(),
        ends_on: ends_on.map(|day| day.parse().unwrap()),
        renews_months: renews,
        notice,
    }
}

/// Qubo: notice before 1 July, for a contract without an end; others so many months before a term that is renewed.
#[test]
fn notice_is_due_before_a_day_of_the_year_or_months_before_the_term_that_runs() {
    let july = NoticeTerm::BeforeDay(DayOfYear::parse("07-01").unwrap());
    let months = NoticeTerm::MonthsBefore(2);
    for (contract, now, by) in [
        (
            contract(None, None, Some(july)),
            "2026-11-29T10:00:00Z",
            Some("2027-06-30T22:00:00Z"),
        ),
        (contract(None, None, None), "2026-11-29T10:00:00Z", None),
        (
            contract(Some("2025-07-31"), Some(12), Some(months)),
            "2026-11-29T10:00:00Z",
            Some("2027-05-30T22:00:00Z"),
        ),
        // The term of this year cannot be ended any more: the next one.
        (
            contract(Some("2025-07-31"), Some(12), Some(months)),
            "2027-06-15T10:00:00Z",
            Some("2028-05-30T22:00:00Z"),
        ),
        (
            contract(Some("2025-02-28"), Some(1), Some(months)),
            "2025-05-10T10:00:00Z",
            Some("2025-05-27T22:00:00Z"),
        ),
        (
            contract(Some("2027-07-31"), None, Some(months)),
            "2026-11-29T10:00:00Z",
            Some("2027-05-30T22:00:00Z"),
        ),
    ] {
        assert_eq!(
            contract.notice_by(at(now)).map(|by| by.to_string().replace(".000", "")),
            by.map(str::to_owned),
            "{contract:?} at {now}"
        );
    }
}

/// A term that is over is no end of the agreement by itself, but something to decide on; letting it go on asks again a year later.
#[test]
fn a_contract_ends_by_notice_and_its_renewal_is_decided_on_each_time() {
    let none = Agreed::default();
    let confirmed = |contract: Contract| {
        let mut entered = Matter::open(
            Opening::Contract(Box::new(contract)),
            Side::Board,
            at("2024-08-01T10:00:00Z"),
        );
        let confirm = Step::Contract(ContractStep::ContractConfirmed);
        entered
            .take(confirm, Side::Supplier, at("2024-08-02T10:00:00Z"), &none)
            .unwrap();
        entered
    };
    let now = at("2025-01-10T10:00:00Z");
    let go_on = || Step::Contract(ContractStep::ContractContinued);
    let mut fixed = confirmed(contract(Some("2025-07-31"), None, Some(NoticeTerm::MonthsBefore(2))));
    assert_eq!(
        due(&fixed, DutyCode::DecideOnRenewal, &none),
        Some(at("2025-07-31T22:00:00Z"))
    );
    assert_eq!(
        fixed.take(go_on(), Side::Board, now, &none).map_err(codes),
        Err(vec!["not ready".to_owned()])
    );
    let mut renewed = confirmed(contract(
        Some("2025-07-31"),
        Some(12),
        Some(NoticeTerm::MonthsBefore(2)),
    ));
    assert_eq!(
        due(&renewed, DutyCode::DecideOnRenewal, &none),
        Some(at("2025-05-30T22:00:00Z"))
    );
    assert_eq!(
        renewed.take(go_on(), Side::Supplier, now, &none).map_err(codes),
        Err(vec!["other side".to_owned()])
    );
    renewed.take(go_on(), Side::Board, now, &none).unwrap();
    assert_eq!(
        due(&renewed, DutyCode::DecideOnRenewal, &none),
        Some(at("2026-05-30T22:00:00Z"))
    );
    let notice = |day: &str| {
        Step::Contract(ContractStep::NoticeGiven {
            ends_on: day.parse().unwrap(),
            why: None,
        })
    };
    let late = renewed.take(notice("2025-02-10"), Side::Board, now, &none);
    assert_eq!(late.map_err(codes), Err(vec!["endsOn notice_too_late".to_owned()]));
    renewed.take(notice("2025-07-31"), Side::Supplier, now, &none).unwrap();
    let Matter::Contract(course) = &renewed else {
        panic!("another kind")
    };
    assert_eq!(course.ends_at(), Some(at("2025-07-31T22:00:00Z")));
    assert!(renewed.duties(&none).iter().all(|duty| !duty.is_open()));
}

/// The mbo model lists certificates with a year to run.
#[test]
fn certificates_of_mbo_have_a_year_to_run() {
    let filing = |until: Option<&str>| Filing {
        what: FilingKind::Certificate,
        title: "ISO/IEC 27001".to_owned(),
        issued_on: "2025-01-01".parse().unwrap(),
        valid_until: until.map(|day| day.parse().unwrap()),
        reference: None,
        sha256: None,
        measures: Vec::new(),
    };
    let now = at("2026-11-29T10:00:00Z");
    for (until, model, expected) in [
        (Some("2027-11-29"), Model::Mbo3_0, vec![]),
        (Some("2027-11-28"), Model::Mbo3_0, vec!["validUntil less_than_a_year"]),
        (None, Model::Mbo3_0, vec!["validUntil less_than_a_year"]),
        (Some("2027-11-28"), Model::V4_0, vec![]),
        (Some("2026-11-28"), Model::V4_0, vec!["validUntil in_the_past"]),
        (Some("2024-11-28"), Model::V4_0, vec!["validUntil dates_contradict"]),
    ] {
        let opening = Opening::Filing(Box::new(filing(until)));
        assert_eq!(
            codes(opening.faults(Side::Supplier, now, &agreed(model))),
            expected,
            "{until:?} {model:?}"
        );
    }
}

fn annex(name: &str) -> AnnexDocument {
    let path = format!("{}/../examples/agreements/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Qubo: twelve months without an answer to the question of return, and staff within a month of notice.
#[test]
fn the_terms_of_an_ending_are_those_of_the_document() {
    let qubo = Agreed::of(&annex("qubo"));
    assert_eq!(
        (qubo.months_without_answer, qubo.months_staff_after_notice),
        (Some(12), Some(1))
    );
    assert_eq!(qubo.notice_before, Some(DayOfYear::parse("07-01").unwrap()));
    let qompas = Agreed::of(&annex("qompas"));
    assert_eq!(
        (qompas.breach_hours, qompas.report_before),
        (Some(24), Some(DayOfYear::parse("07-01").unwrap()))
    );

    let qubo = Agreed {
        sub_processors: vec!["Hosting B.V.".to_owned()],
        ..qubo
    };
    let end = at("2026-07-31T22:00:00Z");
    let ending = Ending {
        ends_at: end,
        notice_at: Some(at("2026-05-10T10:00:00Z")),
    };
    let mut matter = Matter::open(Opening::Ending(Box::new(ending)), Side::Board, end);
    assert_eq!(
        due(&matter, DutyCode::DestroyStaffData, &qubo),
        Some(at("2026-06-10T22:00:00Z"))
    );
    assert_eq!(
        due(&matter, DutyCode::DestroyData, &qubo),
        Some(at("2027-08-01T22:00:00Z"))
    );
    let destroyed = |moment: &str| {
        Step::Ending(EndingStep::Destroyed {
            at: at(moment),
            how: "Sleutels vernietigd.".to_owned(),
        })
    };
    // The school has not answered: within the twelve months nothing is destroyed.
    let within = matter.take(
        destroyed("2027-07-31T10:00:00Z"),
        Side::Supplier,
        at("2027-08-02T10:00:00Z"),
        &qubo,
    );
    assert_eq!(within.map_err(codes), Err(vec!["not ready".to_owned()]));
    let mut answered = matter.clone();
    matter
        .take(
            destroyed("2027-08-02T09:00:00Z"),
            Side::Supplier,
            at("2027-08-02T10:00:00Z"),
            &qubo,
        )
        .unwrap();
    let asked = EndingStep::ReturnAsked {
        format: ReturnFormat::Csv,
    };
    let late = matter.take(
        Step::Ending(asked.clone()),
        Side::Board,
        at("2027-08-03T10:00:00Z"),
        &qubo,
    );
    assert_eq!(late.map_err(codes), Err(vec!["not ready".to_owned()]));
    // Who has asked gets it first, however long that takes.
    answered
        .take(Step::Ending(asked), Side::Board, at("2027-07-01T10:00:00Z"), &qubo)
        .unwrap();
    let first = answered.take(
        destroyed("2028-08-02T09:00:00Z"),
        Side::Supplier,
        at("2028-08-02T10:00:00Z"),
        &qubo,
    );
    assert_eq!(first.map_err(codes), Err(vec!["not ready".to_owned()]));
}
