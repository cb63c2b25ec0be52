//! Everything that somebody does is on record: in the log of the school or board that it concerns, and what the operator
//! does in the operator's log as well.

mod leaving;
mod refusals;
mod table;
mod walk;

use serde_json::{Value, json};
use sluis::app::caller::RoleKind::{self, Board, Distributor, Operator, School, Supplier};
use sluis_core::{
    agreement::Annex,
    ledger::{Outcome, Owner, RecordKind},
    time::Clock,
};
use sluis_stand_ins::administration::pupil;
use sluis_test_kit::{keys::ClientKeyPair, service::nobody};

use self::{
    table::{assert_told, gathered},
    walk::{Operation, Walk},
};
use crate::world::{INSIDE, World, annex};

fn id_of(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}

/// The annex, with a sub-processor that needs the school's permission, and a purpose that rests on consent.
fn abroad() -> Annex {
    let mut document = serde_json::to_value(annex().document()).unwrap();
    document["subProcessors"][0]["country"] = json!("US");
    document["rows"][3]["restsOnConsent"] = json!(true);
    Annex::parse(&serde_json::to_vec(&document).unwrap()).unwrap()
}

/// Writes everything that there is to read.
async fn make(walk: &mut Walk) {
    let body = json!({ "name": "Stichting Het Kompas" });
    walk.step("board_create", Operator, body).await;
    let body = json!({ "board": walk.things["board"], "name": "De Steven", "brin": "96ZZ" });
    walk.step("school_create", Operator, body).await;
    let body = json!({ "name": "Duin Uitgevers", "kind": "supplier" });
    walk.step("supplier_create", Operator, body).await;
    let body = json!({ "supplier": walk.things["supplier"], "name": "Taalhaven" });
    walk.step("product_create", Operator, body).await;
    let keys = ClientKeyPair::es256("test").jwks();
    let body = json!({ "name": "x", "role": "school", "school": walk.things["school"], "jwks": keys });
    let client = walk.step("client_create", Operator, body).await;
    walk.things.insert("client", id_of(&client));
    let body = json!({ "name": "x", "role": "board", "board": walk.things["board"], "jwks": keys });
    let of_board = walk.step("client_create:board", Operator, body).await;
    walk.things.insert("client-of-board", id_of(&of_board));
    let (supplier, product) = (&walk.things["supplier"], &walk.things["product"]);
    let body = json!({ "name": "x", "role": "supplier", "supplier": supplier, "product": product, "jwks": keys });
    let of_supplier = walk.step("client_create:supplier", Operator, body).await;
    walk.things.insert("client-of-supplier", id_of(&of_supplier));

    let now = walk.world.service.clock.now().to_string();
    let body = json!({ "board": walk.things["board"], "validFrom": now, "annex": abroad().document() });
    let lint = json!({ "annex": abroad().document() });
    walk.step("agreement_lint", Supplier, lint).await;
    let agreement = walk.step("agreement_create", Supplier, body).await;
    walk.things.insert("agreement", id_of(&agreement));
    let body = json!({ "annexHash": agreement["annexHash"] });
    let contact = walk
        .step("contact_create", Board, json!({ "code": "bestuurder-1" }))
        .await;
    walk.things.insert("contact", id_of(&contact));
    let mut by_contact = body.clone();
    by_contact["contact"] = contact["id"].clone();
    walk.step("agreement_accept", Board, by_contact).await;
    let except = json!({ "annexHash": agreement["annexHash"], "exceptSchools": [walk.things["location"]] });
    walk.step("agreement_cover", Board, except).await;
    let all = json!({ "annexHash": agreement["annexHash"], "exceptSchools": [] });
    walk.step("agreement_cover:all", Board, all).await;
    walk.step("agreement_suspend", Supplier, body.clone()).await;
    walk.step("agreement_resume", Supplier, body).await;
    let hash = agreement["annexHash"].as_str().unwrap().to_owned();
    walk.things.insert("hash", hash);
    let body = json!({ "agreement": agreement["id"], "module": "berichten" });
    let approval = walk.step("approval_create", School, body).await;
    walk.things.insert("approval", id_of(&approval));
    let body = json!({ "supplier": walk.things["supplier"] });
    let mandate = walk.step("mandate_create", Board, body).await;
    walk.things.insert("mandate", id_of(&mandate));
    let body = json!({ "product": walk.things["product"], "scope": { "kind": "school" } });
    let activation = walk.step("activation_create", School, body).await;
    walk.things.insert("activation", id_of(&activation));
    walk.step("activation_accept", Supplier, json!({})).await;

    let body = json!({ "agreement": agreement["id"], "purpose": "D14", "category": "CD27" });
    let narrowing = walk.step("narrowing_create", School, body).await;
    walk.things.insert("narrowing", id_of(&narrowing));
    walk.step("narrowing_end", Board, json!({})).await;
    let body = json!({ "agreement": agreement["id"], "kind": "objection", "party": "Hunze Hosting B.V." });
    let stance = walk.step("stance_create", School, body).await;
    walk.things.insert("stance", id_of(&stance));
    walk.step("stance_end", Board, json!({})).await;
    let body = json!({ "agreement": agreement["id"], "kind": "permission", "party": "Hunze Hosting B.V." });
    let permission = walk.step("stance_create:permission", School, body).await;
    walk.things.insert("stance", id_of(&permission));
    let body = json!({ "product": walk.things["routing"] });
    let instruction = walk.step("instruction_create", School, body).await;
    walk.things.insert("instruction", id_of(&instruction));
    walk.step("instruction_suspend", Board, json!({})).await;
    walk.step("instruction_resume", Board, json!({})).await;

    let body = walk.world.connection();
    let connection = walk.step("connection_create", School, body).await;
    walk.things.insert("connection", id_of(&connection));
    walk.step("connection_activate", School, json!({})).await;
    let run = walk.step("connection_pull", School, json!({})).await;
    walk.things.insert("run", id_of(&run));

    let body = json!({ "attributes": ["givenName"] });
    walk.step("learner_search", Supplier, body).await;
    let body = json!({ "school": walk.things["school"], "eckId": pupil(INSIDE).eck_id });
    let resolved = walk.step("account_resolve", Supplier, body).await;
    walk.things
        .insert("record", resolved["recordId"].as_str().unwrap().to_owned());
    let body = json!({ "supplier": walk.things["supplier"], "eckId": pupil(INSIDE).eck_id });
    let found = walk.step("account_search", School, body.clone()).await;
    let split = walk.step("account_split", School, body).await;
    assert_eq!(found["account"], split["from"]);
    walk.things.insert("change", id_of(&split));
    let body = json!({ "ground": "objection", "eckId": pupil(INSIDE).eck_id });
    let restriction = walk.step("restriction_create", School, body).await;
    walk.things.insert("restriction", id_of(&restriction));
    walk.step("restriction_end", School, json!({})).await;
    let body = json!({
        "product": walk.things["product"], "purpose": "D9", "givenBy": "guardian", "eckId": pupil(INSIDE).eck_id,
        "birthDate": "2016-05-12", "evidence": { "kind": "paper", "reference": "map 7" },
    });
    let consent = walk.step("consent_create", School, body).await;
    walk.things.insert("consent", id_of(&consent));
    walk.step("consent_withdraw", School, json!({ "by": "guardian" })).await;
    let now = walk.world.service.clock.now();
    let body = json!({
        "authority": "00000001001234567000", "law": "Leerplichtwet 1969, artikel 21", "reference": "brief 12",
        "verifiedAt": now, "informedAt": now, "validUntil": now.plus_secs(3_600), "attributes": ["givenName"],
        "eckId": pupil(INSIDE).eck_id,
    });
    let disclosure = walk.step("disclosure_create", School, body).await;
    walk.things.insert("disclosure", id_of(&disclosure));
    let body = json!({
        "toBrin": "98YY00", "basis": "request", "reference": "aanvraag 7", "eckId": pupil(INSIDE).eck_id,
    });
    let handover = walk.step("handover_create", School, body).await;
    walk.things.insert("handover", id_of(&handover));

    matters(walk).await;

    walk.step("activation_end", School, json!({})).await;
    let scope = json!({ "kind": "persons", "members": [walk.person().await] });
    let body = json!({ "product": walk.things["product"], "scope": scope });
    let activation = walk.step("activation_create:persons", School, body).await;
    walk.things.insert("activation", id_of(&activation));
    walk.step("activation_accept:persons", Supplier, json!({})).await;
}

/// A matter of each kind, and a step in one.
async fn matters(walk: &mut Walk) {
    let now = walk.world.service.clock.now().to_string();
    let agreement = walk.things["agreement"].clone();
    let body = json!({ "agreement": agreement, "what": "liability", "receivedAt": now, "summary": "Een schadeclaim." });
    walk.step("claim_create", Supplier, body).await;
    let body = json!({
        "school": walk.things["school"], "right": "access", "receivedAt": now, "askedBy": "guardian",
        "eckId": pupil(INSIDE).eck_id,
    });
    let request = walk.step("request_create", School, body).await;
    walk.things.insert("matter", id_of(&request));
    walk.step(
        "matter_step:identity",
        School,
        json!({ "step": "identity_established" }),
    )
    .await;
    walk.step("request_access", School, json!({ "language": "nl" })).await;
    let body = json!({ "what": "complaint", "receivedAt": now, "summary": "Een klacht over de inlog." });
    walk.step("enquiry_create", School, body).await;
    let body = json!({ "agreement": agreement, "reference": "2026-0117", "startsOn": "2026-08-01" });
    walk.step("contract_create", Board, body).await;
    let body = json!({ "what": "certificate", "title": "ISO/IEC 27001", "issuedOn": "2025-01-01" });
    let filed = walk.step("filing_create:distributor", Distributor, body.clone()).await;
    walk.routing.insert("matter", id_of(&filed));
    walk.step("filing_create", Supplier, body).await;
    let body = json!({ "discoveredAt": now, "summary": "Een back-up was te lezen.", "nature": ["read"] });
    let incident = walk.step("incident_create", Supplier, body).await;
    walk.things.insert("matter", id_of(&incident));
    let body = json!({ "step": "supplemented", "facts": { "beganAt": now, "cause": "Een open poort." } });
    walk.step("matter_step:supplemented", Supplier, body).await;
    walk.step("matter_step", School, json!({ "step": "assessed", "verdict": "risk" }))
        .await;
}

#[actix_web::test]
async fn every_operation_that_writes_or_releases_leaves_just_these_records_and_no_write_is_done_twice() {
    let mut walk = Walk::begin().await;
    make(&mut walk).await;
    walk.step("client_revoke", Operator, json!({})).await;
    for (step, client) in [
        ("client_revoke:board", "client-of-board"),
        ("client_revoke:supplier", "client-of-supplier"),
    ] {
        let client = walk.things[client].clone();
        walk.things.insert("client", client);
        walk.step(step, Operator, json!({})).await;
    }
    let body = json!({ "authority": "00000001001234567000" });
    walk.step("disclosure_release", School, body).await;
    walk.step("disclosure_end", School, json!({ "by": "authority" })).await;
    walk.step("handover_refuse", School, json!({ "by": "school" })).await;
    walk.leave_the_other_location(pupil(INSIDE).eck_id).await;
    let undone = walk.step("account_change_undo", School, json!({})).await;
    let body = json!({ "supplier": walk.things["supplier"], "from": undone["into"], "into": undone["from"] });
    walk.step("account_merge", School, body).await;
    let body = json!({ "supplier": walk.things["supplier"], "fromSchool": walk.things["location"] });
    walk.step("account_take_over", Board, body).await;
    walk.step("account_change_search", Supplier, json!({})).await;
    let body = json!({ "school": walk.things["school"] });
    walk.step("decision_create", Supplier, body).await;
    walk.step("record_export", School, json!({ "known": [] })).await;
    let body = json!({ "eckId": pupil(INSIDE).eck_id });
    walk.step("record_search", School, body).await;
    walk.step("board_record_export", Board, json!({ "known": [] })).await;

    walk.step("stance_end:permission", School, json!({})).await;
    walk.step("connection_end", School, json!({})).await;
    walk.step("instruction_end", Board, json!({})).await;
    walk.step("activation_end:persons", School, json!({})).await;
    walk.step("approval_withdraw", School, json!({})).await;
    let body = json!({ "annexHash": walk.things["hash"] });
    walk.step("agreement_end", Board, body).await;
    let body = json!({ "agreement": walk.things["agreement"] });
    walk.step("ending_create", Board, body).await;
    walk.step("contact_revoke", Board, json!({ "code": "bestuurder-1" }))
        .await;
    walk.step("mandate_revoke", Board, json!({})).await;

    assert_eq!(walk.done, walk.writes(), "an operation is not walked through");
    assert_told(
        "tests/api/acts/writes.txt",
        include_str!("acts/writes.txt"),
        &walk.lines,
    );
}

/// What an operation asks for besides its path.
fn query(walk: &Walk, operation: &str, by: Option<RoleKind>) -> String {
    match (operation, by) {
        ("consistency_view", _) => "?stream=1&from=1&to=2".to_owned(),
        ("reach_view", Some(Board | School)) => format!("?product={}", walk.things["product"]),
        _ => String::new(),
    }
}

#[actix_web::test]
async fn every_operation_that_reads_leaves_just_these_records() {
    let mut walk = Walk::begin().await;
    make(&mut walk).await;
    walk.lines.clear();
    for read in walk.reads() {
        let parties = read.by.clone().map(|roles| roles.into_iter().map(Some).collect());
        for by in parties.unwrap_or_else(|| vec![None]) {
            walk.read(&read, by, &query(&walk, &read.id, by)).await;
        }
        if read.id == "client_view" {
            let (of_board, of_supplier) = (walk.world.board_client.id, walk.world.supplier.client.id);
            for (of, client) in [("board", of_board), ("supplier", of_supplier)] {
                walk.things.insert("client", client.to_string());
                let id = format!("client_view:{of}");
                walk.read(&Operation { id, ..read.clone() }, Some(Operator), "").await;
            }
        }
    }
    let lines = gathered(walk.lines);
    assert_told("tests/api/acts/reads.txt", include_str!("acts/reads.txt"), &lines);
}

#[actix_web::test]
async fn what_the_operator_makes_is_in_the_log_of_whom_it_concerns_from_the_first_line() {
    let world = World::bare().await;
    for (owner, names) in [
        (Owner::Board(world.board), ["board.create", "school.create"]),
        (Owner::School(world.school), ["school.create", "client.create"]),
    ] {
        let records = world.service.records(owner).await;
        let first: Vec<_> = records
            .iter()
            .take(2)
            .map(|record| record.draft.name.as_str())
            .collect();
        assert_eq!(first, names);
    }
}

#[actix_web::test]
async fn a_client_that_looks_what_it_may_do_is_on_the_record_of_each_school() {
    let world = World::start().await;
    let log = Owner::School(world.school);
    let before = world.service.records(log).await.len();
    let token = world.service.token(&world.supplier.client, None).await;
    let me = world.get("/v1/me", &token).await.ok();
    let records = world.service.records(log).await;
    let [record] = &records[before..] else {
        panic!("one look is one record");
    };
    let draft = &record.draft;
    assert_eq!((draft.kind, draft.outcome), (RecordKind::Evaluation, Outcome::Permit));
    assert_eq!(
        (draft.name.as_str(), draft.asker),
        ("me.view", Some(world.supplier.client.id))
    );
    let released: Vec<_> = draft.released.iter().map(|code| code.as_str()).collect();
    assert_eq!(me["schools"][0]["attributes"], json!(released));

    let school = world.service.token(&world.school_client, None).await;
    world.get("/v1/me", &school).await.ok();
    let nothing = world.service.records(log).await.len();
    assert_eq!(
        nothing,
        before + 1,
        "a school that looks at itself asks the gate nothing"
    );
}

#[actix_web::test]
async fn a_filter_that_is_not_released_is_refused_on_record() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    let log = Owner::School(world.school);
    for (body, code) in [
        (
            json!({ "attributes": ["givenName"], "group": nobody() }),
            "filter_not_released",
        ),
        (json!({ "cursor": "AZkKPnwAcACAAAAAAAAAAQ" }), "cursor_unknown"),
    ] {
        let before = world.service.records(log).await.len();
        let answer = world.post(&world.of_school("learners/_search"), &token, body).await;
        answer.problem(400, "invalid_input");
        let records = world.service.records(log).await;
        let [record] = &records[before..] else {
            panic!("a refusal is one record");
        };
        let draft = &record.draft;
        let reasons: Vec<_> = draft.reasons.iter().map(|code| code.as_str()).collect();
        assert_eq!((draft.outcome, reasons), (Outcome::Deny, vec![code]));
        assert!(draft.released.is_empty() && draft.withheld.is_empty());
    }
}
