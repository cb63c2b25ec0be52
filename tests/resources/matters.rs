//! Matters over HTTP: incidents with their clocks, enquiries, claims, documents, contracts, and the end of the data.

use serde_json::{Value, json};

use super::world::{Who, World, ids, text};

const HOUR: i64 = 3_600;
pub(super) const DAY: i64 = 24 * HOUR;

/// The agreement of the product, accepted by the board, with the school on it.
pub(super) async fn agreed(world: &World) -> Value {
    let offered = world.agreement().await;
    let accept = format!("/v1/agreements/{}/_accept", text(&offered["id"]));
    let signature = json!({ "annexHash": offered["annexHash"] });
    world.post(Who::Board, &accept, &signature).await.with(200);
    world.activation().await;
    offered
}

pub(super) async fn step(world: &World, who: Who, matter: &Value, body: Value) -> super::world::Answer {
    let path = format!("/v1/matters/{}/_step", text(&matter["id"]));
    world.post(who, &path, &body).await
}

/// The codes of the duties of a matter that are left, each with whose it is.
pub(super) fn left(matter: &Value) -> Vec<String> {
    let duties = matter["duties"].as_array().unwrap().iter();
    let open = duties.filter(|duty| duty.get("done").is_none());
    open.map(|duty| format!("{} {}", text(&duty["of"]), text(&duty["code"])))
        .collect()
}

fn duty<'a>(matter: &'a Value, code: &str) -> &'a Value {
    let duties = matter["duties"].as_array().unwrap();
    duties.iter().find(|duty| duty["code"] == code).unwrap()
}

fn breach(world: &World) -> Value {
    json!({
        "discoveredAt": world.now(), "summary": "Een back-up met resultaten was te lezen.", "nature": ["read"],
        "facts": { "beganAt": world.in_secs(-DAY), "risk": "present" },
    })
}

#[actix_web::test]
async fn a_breach_runs_by_its_clocks_from_the_supplier_to_the_authority_and_the_persons() {
    let mut world = World::start().await;
    agreed(&world).await;
    let told = world.post(Who::Supplier, "/v1/incidents", &breach(&world)).await;
    let location = told.headers["location"].to_str().unwrap().to_owned();
    let told = told.with(201);
    assert_eq!(location, format!("/v1/matters/{}", text(&told["id"])));
    assert_eq!(
        (&told["board"], &told["schools"]),
        (&json!(world.board), &json!([world.school]))
    );
    assert_eq!(
        told["missing"],
        json!([
            "cause",
            "found_by",
            "measures",
            "protection",
            "persons",
            "consequences",
            "categories"
        ])
    );
    assert_eq!(left(&told), ["supplier complete_notice", "board assess_incident"]);
    let assess = duty(&told, "assess_incident");
    assert_eq!(assess["due"], json!(world.in_secs(72 * HOUR)));
    assert_eq!(assess["article"], "model 4.0-coded, article 8.5; GDPR 33(1)");
    // Who has nothing to do with it does not find it.
    for who in [Who::OtherBoard, Who::OtherSchool, Who::OtherSupplier, Who::Distributor] {
        world.get(who, &location).await.problem(404, "matter_not_found");
    }
    assert_eq!(world.get(Who::School, &location).await.with(200), told);

    // The supplier does not judge, nobody notifies before the school has.
    let risk = json!({ "step": "assessed", "verdict": "high_risk" });
    let refused = step(&world, Who::Supplier, &told, risk.clone())
        .await
        .problem(409, "other_side");
    assert!(text(&refused["detail"]).contains("article 8.5"), "{refused}");
    let notified = json!({ "step": "authority_notified", "at": world.now() });
    step(&world, Who::Board, &told, notified)
        .await
        .problem(409, "not_ready");
    world.wait_secs(HOUR).await;
    let judged = step(&world, Who::School, &told, risk).await.with(200);
    assert_eq!(
        left(&judged),
        [
            "supplier complete_notice",
            "board notify_authority",
            "board inform_persons"
        ]
    );

    // The supplier adds what was missing; what it said before stays.
    let facts = json!({
        "cause": "Een open poort.", "foundBy": "Een melding.", "measures": "Poort gesloten.", "protection": "none",
        "groups": "Leerlingen van groep 7", "persons": 27, "consequences": "Resultaten kunnen bekend zijn.",
        "categories": ["CD1", "CD22"],
    });
    let added = step(
        &world,
        Who::Supplier,
        &told,
        json!({ "step": "supplemented", "facts": facts }),
    )
    .await
    .with(200);
    assert_eq!(added["missing"], json!([]));
    assert_eq!(left(&added), ["board notify_authority", "board inform_persons"]);
    assert_eq!(added["steps"][1]["said"]["facts"]["persons"], 27);

    // After three days a notification says why it is late; a moment to come is none.
    world.wait_secs(72 * HOUR).await;
    let late = json!({ "step": "authority_notified", "at": world.now() });
    let errors = step(&world, Who::Board, &told, late).await;
    errors.assert_errors(&[("/late", "reason_of_delay_needed")]);
    let late = json!({ "step": "authority_notified", "at": world.in_secs(60), "late": "Vakantie." });
    step(&world, Who::Board, &told, late)
        .await
        .assert_errors(&[("/at", "in_the_future")]);
    let joint = json!({ "step": "authority_notified", "at": world.in_secs(-DAY), "jointly": true });
    step(&world, Who::Supplier, &told, joint)
        .await
        .assert_errors(&[("/jointly", "joint_notice_unknown")]);
    let calendar = world.get(Who::Board, "/v1/duties").await.with(200);
    let of = |duty: &Value| (text(&duty["code"]), duty["late"].as_bool().unwrap());
    let calendar: Vec<_> = calendar["items"].as_array().unwrap().iter().map(of).collect();
    assert_eq!(
        calendar,
        [
            ("notify_authority".to_owned(), true),
            ("inform_persons".to_owned(), false)
        ]
    );
    let late =
        json!({ "step": "authority_notified", "at": world.now(), "late": "Vakantie.", "reference": "AP-2026-1" });
    let notified = step(&world, Who::Board, &told, late.clone()).await.with(200);
    assert_eq!(duty(&notified, "notify_authority")["late"], true);
    step(&world, Who::Board, &told, late).await.problem(409, "already_done");

    // Not closed while the persons have yet to be told.
    let close = json!({ "step": "incident_closed" });
    step(&world, Who::Board, &told, close.clone())
        .await
        .problem(409, "not_ready");
    let informed = json!({ "step": "persons_informed", "at": world.now(), "how": "Brief aan de ouders." });
    step(&world, Who::School, &told, informed).await.with(200);
    let closed = step(&world, Who::Board, &told, close.clone()).await.with(200);
    assert_eq!(
        (closed["closedAt"].clone(), left(&closed).len()),
        (json!(world.now()), 0)
    );
    step(&world, Who::Board, &told, close)
        .await
        .problem(409, "already_ended");
    assert_eq!(world.get(Who::Board, "/v1/duties").await.with(200)["items"], json!([]));
    assert_eq!(
        ids(&world.get(Who::Board, "/v1/matters?open=true").await.with(200)),
        [""; 0]
    );
    assert_eq!(
        ids(&world.get(Who::Supplier, "/v1/matters?kind=incident").await.with(200)),
        [text(&told["id"])]
    );
    assert_eq!(
        ids(&world.get(Who::Supplier, "/v1/matters?kind=claim").await.with(200)),
        [""; 0]
    );
    assert_eq!(ids(&world.get(Who::OtherBoard, "/v1/matters").await.with(200)), [""; 0]);
    // The supplier heard of what the school did.
    let events = world.get(Who::Supplier, "/v1/events").await.with(200);
    let events: Vec<_> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| text(&event["kind"]))
        .collect();
    assert_eq!(
        events,
        [
            "agreement_accepted",
            "matter_moved",
            "matter_moved",
            "matter_moved",
            "matter_moved"
        ]
    );
}

#[actix_web::test]
async fn an_incident_that_is_no_breach_ends_there_and_bad_reports_change_nothing() {
    let world = World::start().await;
    let unused = world.post(Who::Supplier, "/v1/incidents", &breach(&world)).await;
    unused.problem(409, "not_ready");
    agreed(&world).await;
    let wrong = json!({
        "discoveredAt": world.in_secs(60), "summary": "x", "nature": ["read", "no_data"], "product": world.product,
        "facts": { "endedAt": world.in_secs(-DAY), "beganAt": world.in_secs(-HOUR), "risk": "huge", "categories": ["CD99"] },
    });
    let refused = world.post(Who::Supplier, "/v1/incidents", &wrong).await;
    refused.assert_errors(&[
        ("/facts/categories/0", "invalid_value"),
        ("/facts/risk", "invalid_value"),
    ]);
    let wrong = json!({
        "discoveredAt": world.in_secs(60), "summary": "x", "nature": ["read", "no_data"],
        "facts": { "endedAt": world.in_secs(-DAY), "beganAt": world.in_secs(-HOUR) },
    });
    let refused = world.post(Who::Supplier, "/v1/incidents", &wrong).await;
    refused.assert_errors(&[
        ("/discoveredAt", "in_the_future"),
        ("/endedAt", "dates_contradict"),
        ("/nature", "nature_contradicts"),
    ]);
    let mut elsewhere = breach(&world);
    elsewhere["schools"] = json!([world.school, world.other_school]);
    let refused = world.post(Who::Supplier, "/v1/incidents", &elsewhere).await;
    refused.assert_errors(&[("/schools/1", "school_unknown")]);
    assert_eq!(ids(&world.get(Who::Board, "/v1/matters").await.with(200)), [""; 0]);

    let told = json!({ "discoveredAt": world.now(), "summary": "Storing bij de hosting.", "nature": ["unavailable"] });
    let told = world.post(Who::Supplier, "/v1/incidents", &told).await.with(201);
    let judged = json!({ "step": "assessed", "verdict": "no_breach", "why": "Geen gegevens geraakt." });
    let judged = step(&world, Who::Board, &told, judged).await.with(200);
    assert_eq!(left(&judged), [""; 0]);
    let excused = json!({ "step": "persons_excused", "ground": "measures", "why": "x" });
    step(&world, Who::Board, &told, excused).await.problem(409, "not_ready");
    let odd = json!({ "step": "assessed", "verdict": "risk", "party": "x", "at": world.now() });
    let refused = step(&world, Who::Board, &told, odd).await;
    refused.assert_errors(&[("/at", "not_for_this_step"), ("/party", "not_for_this_step")]);
    let other = step(&world, Who::Board, &told, json!({ "step": "contract_confirmed" })).await;
    other.assert_errors(&[("/step", "step_of_another_kind")]);
    step(&world, Who::Board, &told, json!({ "step": "incident_closed" }))
        .await
        .with(200);
}

#[actix_web::test]
async fn enquiries_and_claims_go_to_the_side_that_has_to_know() {
    let world = World::start().await;
    let agreement = agreed(&world).await["id"].clone();
    let asking = json!({
        "what": "disclosure", "receivedAt": world.now(), "summary": "Een vordering.", "agreement": agreement,
        "answerBy": "2020-01-01",
    });
    let refused = world.post(Who::Supplier, "/v1/enquiries", &asking).await;
    refused.assert_errors(&[
        ("/answerBy", "dates_contradict"),
        ("/from", "missing"),
        ("/law", "missing"),
        ("/verified", "not_verified"),
    ]);
    let without = json!({ "what": "complaint", "receivedAt": world.now(), "summary": "Een klacht." });
    let refused = world.post(Who::Supplier, "/v1/enquiries", &without).await;
    refused.assert_errors(&[("/agreement", "missing")]);
    let asking = json!({
        "what": "authority", "receivedAt": world.now(), "summary": "Vragen over bewaartermijnen.", "agreement": agreement,
        "from": "Autoriteit Persoonsgegevens",
    });
    let sent_on = world.post(Who::Supplier, "/v1/enquiries", &asking).await.with(201);
    assert_eq!(left(&sent_on), ["board answer_enquiry"]);
    let answer = json!({ "step": "enquiry_answered", "at": world.now(), "reference": "brief 12" });
    step(&world, Who::Supplier, &sent_on, answer.clone())
        .await
        .problem(409, "other_side");
    step(&world, Who::Board, &sent_on, json!({ "step": "enquiry_closed" }))
        .await
        .problem(409, "not_ready");
    step(&world, Who::Board, &sent_on, answer).await.with(200);
    step(&world, Who::Board, &sent_on, json!({ "step": "enquiry_closed" }))
        .await
        .with(200);

    let fine = json!({
        "agreement": agreement, "what": "fine_intended", "receivedAt": world.now(), "summary": "Voornemen tot een boete.",
    });
    let told = world.post(Who::Supplier, "/v1/claims", &fine).await.with(201);
    assert_eq!(left(&told), ["supplier hear_other_side"]);
    assert_eq!(
        duty(&told, "hear_other_side")["article"],
        "model 4.0-coded, article 13.5; GDPR 83"
    );
    let close = json!({ "step": "claim_closed", "outcome": "Geen boete." });
    step(&world, Who::Supplier, &told, close.clone())
        .await
        .problem(409, "not_ready");
    step(
        &world,
        Who::Supplier,
        &told,
        json!({ "step": "view_given", "view": "x" }),
    )
    .await
    .problem(409, "other_side");
    step(
        &world,
        Who::Board,
        &told,
        json!({ "step": "view_given", "view": "Wij delen dit." }),
    )
    .await
    .with(200);
    step(&world, Who::Supplier, &told, close).await.with(200);
    let missing = json!({ "step": "claim_closed" });
    step(&world, Who::Supplier, &told, missing)
        .await
        .assert_errors(&[("/outcome", "missing")]);
}

#[actix_web::test]
async fn what_a_supplier_files_is_for_every_board_with_an_agreement_and_runs_out() {
    let world = World::start().await;
    let filing = json!({
        "what": "security_annex", "title": "Bijlage 2", "issuedOn": "2026-01-01", "validUntil": "2030-01-01",
        "measures": [
            { "name": "Logging", "status": "met" },
            { "name": "Logische toegang", "status": "not_met", "note": "Tweede factor volgt.", "by": "2030-06-01" },
        ],
    });
    world
        .post(Who::Supplier, "/v1/filings", &filing)
        .await
        .problem(409, "not_ready");
    let offered = agreed(&world).await;
    let mut wrong = filing.clone();
    wrong["validUntil"] = json!("2025-01-01");
    wrong["measures"][1]["by"] = json!("2020-01-01");
    let refused = world.post(Who::Supplier, "/v1/filings", &wrong).await;
    refused.assert_errors(&[
        ("/measures", "measure_without_date"),
        ("/validUntil", "dates_contradict"),
    ]);
    let filed = world.post(Who::Supplier, "/v1/filings", &filing).await.with(201);
    assert_eq!((filed.get("board"), left(&filed).len()), (None, 2));
    let path = format!("/v1/matters/{}", text(&filed["id"]));
    for who in [Who::Board, Who::School, Who::Supplier] {
        assert_eq!(world.get(who, &path).await.with(200)["facts"]["title"], "Bijlage 2");
    }
    assert_eq!(
        ids(&world.get(Who::School, "/v1/matters?kind=filing").await.with(200)).len(),
        1
    );
    world.get(Who::OtherBoard, &path).await.problem(404, "matter_not_found");
    let met = json!({ "step": "measure_met", "name": "Logische toegang" });
    step(&world, Who::Board, &filed, met.clone())
        .await
        .problem(409, "other_side");
    let unknown = json!({ "step": "measure_met", "name": "Logging" });
    step(&world, Who::Supplier, &filed, unknown)
        .await
        .assert_errors(&[("/name", "measure_unknown")]);
    let met = step(&world, Who::Supplier, &filed, met).await.with(200);
    assert_eq!(left(&met), ["supplier renew_filing"]);
    // What is filed for everybody nobody changes for the others; what is filed under an agreement its board reviews.
    for who in [Who::School, Who::Board] {
        let review = json!({ "step": "reviewed" });
        step(&world, who, &filed, review).await.problem(409, "other_side");
    }
    let report = json!({
        "what": "audit_report", "title": "Audit 2026", "issuedOn": "2026-01-01", "agreement": offered["id"],
    });
    let report = world.post(Who::Supplier, "/v1/filings", &report).await.with(201);
    step(&world, Who::School, &report, json!({ "step": "reviewed" }))
        .await
        .problem(409, "other_side");
    step(
        &world,
        Who::Board,
        &report,
        json!({ "step": "reviewed", "note": "In orde." }),
    )
    .await
    .with(200);
    let soon = world
        .get(Who::School, "/v1/duties?until=2029-01-01T00:00:00Z")
        .await
        .with(200);
    assert_eq!(soon["items"], json!([]));
    let later = world
        .get(Who::School, "/v1/duties?until=2031-01-01T00:00:00Z")
        .await
        .with(200);
    assert_eq!(later["items"].as_array().unwrap().len(), 1);
}
