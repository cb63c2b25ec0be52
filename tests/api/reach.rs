//! What a product would get at a school, purpose by purpose: an evaluation, on record as one.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sluis_core::{
    ledger::{Outcome, Owner, RecordKind},
    time::Clock,
};
use sluis_test_kit::service::{BASE, nobody};

use crate::world::{World, errors};

/// The line of a purpose and kind of person.
fn line<'a>(reach: &'a Value, purpose: &str, kind: &str) -> &'a Value {
    let mut lines = reach["purposes"].as_array().unwrap().iter();
    let line = lines.find(|line| line["purpose"] == purpose && line["personKind"] == kind);
    line.unwrap_or_else(|| panic!("no line about {purpose} and {kind}"))
}

fn codes(reasons: &Value) -> Vec<&str> {
    let reasons = reasons.as_array().unwrap().iter();
    reasons.map(|reason| reason["code"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_supplier_sees_all_that_it_would_get_and_what_is_missing() {
    let world = World::start().await;
    let token = world.service.token(&world.supplier.client, None).await;
    let log = Owner::School(world.school);
    let before = world.service.records(log).await.len();
    let reach = world.get(&world.of_school("reach"), &token).await.ok();
    let now = json!(world.service.clock.now());
    assert_eq!(
        (&reach["product"], &reach["since"]),
        (&json!(world.supplier.product), &now)
    );
    let agreements = world.get("/v1/agreements", &token).await.ok();
    let agreement = &agreements["items"][0];
    assert_eq!(
        reach["agreement"],
        json!({ "id": agreement["id"], "annexHash": agreement["annexHash"], "model": "4.0-coded", "validFrom": now })
    );

    let lines = reach["purposes"].as_array().unwrap();
    let asked: BTreeSet<_> = lines
        .iter()
        .map(|line| (line["purpose"].as_str().unwrap(), line["personKind"].as_str().unwrap()))
        .collect();
    assert_eq!(
        (lines.len(), asked.len()),
        (44, 44),
        "22 purposes, of pupils and of staff"
    );

    // What the gate answers to each question by itself is what stands here.
    for (purpose, kind) in &asked {
        let body = json!({ "school": world.school, "purpose": purpose, "personKind": kind });
        let mut alone = world.post("/v1/decisions", &token, body).await.ok();
        alone.as_object_mut().unwrap().remove("recordId");
        let mut told = line(&reach, purpose, kind).clone();
        told.as_object_mut()
            .unwrap()
            .retain(|name, _| name != "purpose" && name != "personKind");
        assert_eq!(told, alone, "{purpose} of {kind}");
    }
    let learning = line(&reach, "D1", "pupil");
    assert_eq!(learning["decision"], "permit");
    let withheld = learning["withheld"].as_array().unwrap();
    let birth = withheld.iter().find(|held| held["attribute"] == "birthDate").unwrap();
    assert_eq!(birth["reason"]["code"], "attribute_not_agreed");
    assert_eq!(birth["reason"]["article"]["model"], "4.0-coded");
    let messages = line(&reach, "D9", "staff");
    assert_eq!(
        (&messages["decision"], &messages["released"]),
        (&json!("deny"), &json!([]))
    );
    let [reason] = messages["reasons"].as_array().unwrap().as_slice() else {
        panic!("{messages}")
    };
    assert_eq!(
        (&reason["code"], &reason["whoCanFix"], &reason["missing"]),
        (
            &json!("module_not_approved"),
            &json!("school"),
            &json!({ "kind": "module", "name": "berichten" })
        )
    );

    let records = world.service.records(log).await;
    let record = records
        .iter()
        .find(|record| json!(record.draft.id) == reach["recordId"])
        .unwrap();
    let draft = &record.draft;
    assert_eq!((draft.kind, draft.outcome), (RecordKind::Evaluation, Outcome::Permit));
    assert_eq!(
        (draft.name.as_str(), draft.asker, draft.subject),
        ("reach.view", Some(world.supplier.client.id), None)
    );
    let released: BTreeSet<_> = draft.released.iter().map(|code| code.as_str()).collect();
    let told: BTreeSet<_> = lines
        .iter()
        .flat_map(|line| line["released"].as_array().unwrap())
        .map(|name| name.as_str().unwrap())
        .collect();
    assert_eq!(released, told);
    let own = records[before..]
        .iter()
        .filter(|record| record.draft.name.as_str() == "reach.view");
    assert_eq!(own.count(), 1, "one look is one record");
}

#[actix_web::test]
async fn school_and_board_see_the_same_of_any_product() {
    let world = World::start().await;
    let other = world.another_supplier().await;
    for client in [&world.school_client, &world.board_client] {
        let token = world.service.token(client, None).await;
        let of = |product: &dyn std::fmt::Display| world.of_school(&format!("reach?product={product}"));
        let reach = world.get(&of(&world.supplier.product), &token).await.ok();
        assert_eq!(line(&reach, "D1", "pupil")["decision"], "permit");
        let records = world.service.records(Owner::School(world.school)).await;
        let draft = &records.last().unwrap().draft;
        assert_eq!(
            (draft.asker, draft.product),
            (Some(client.id), Some(world.supplier.product))
        );
        // Nothing was ever agreed about the other product.
        let reach = world.get(&of(&other.product), &token).await.ok();
        assert_eq!((reach.get("since"), reach.get("agreement")), (None, None));
        assert_eq!(
            codes(&line(&reach, "D1", "pupil")["reasons"]),
            ["agreement_missing", "mandate_missing", "activation_missing"]
        );
        world
            .get(&of(&nobody()), &token)
            .await
            .problem(404, "product_not_found");
        let unnamed = world.get(&world.of_school("reach"), &token).await;
        assert_eq!(unnamed.input_errors(), errors([("product", "required")]));
    }
}

#[actix_web::test]
async fn a_school_that_never_had_the_product_looks_like_one_that_is_not_there() {
    let world = World::start().await;
    let other = world.another_supplier().await;
    let token = world.service.token(&other.client, None).await;
    let log = Owner::School(world.school);
    let before = world.service.records(log).await.len();
    let mut answers = Vec::new();
    for school in [world.school.to_string(), nobody().to_string()] {
        let path = format!("/v1/schools/{school}/reach");
        let mut answer = world.get(&path, &token).await.problem(404, "school_not_found");
        let trace = answer.as_object_mut().unwrap().remove("traceId");
        assert!(trace.is_some());
        assert_eq!(answer["type"], format!("{BASE}/problems/school_not_found"));
        answers.push(answer);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(world.service.records(log).await.len(), before);

    let another = format!("reach?product={}", other.product);
    let token = world.service.token(&world.supplier.client, None).await;
    let answer = world.get(&world.of_school(&another), &token).await;
    assert_eq!(answer.input_errors(), errors([("product", "product_of_another")]));
}

#[actix_web::test]
async fn what_was_switched_off_is_still_told_with_the_reason() {
    let world = World::start().await;
    world.switch_off().await;
    let token = world.service.token(&world.supplier.client, None).await;
    let reach = world.get(&world.of_school("reach"), &token).await.ok();
    assert_eq!(reach.get("since"), None);
    assert!(reach["agreement"].is_object(), "the agreement holds all the same");
    assert_eq!(codes(&line(&reach, "D1", "pupil")["reasons"]), ["activation_ended"]);
    let records = world.service.records(Owner::School(world.school)).await;
    let draft = &records.last().unwrap().draft;
    assert_eq!((draft.kind, draft.outcome), (RecordKind::Evaluation, Outcome::Deny));
    assert!(draft.released.is_empty());
}

#[actix_web::test]
async fn the_receiver_counts_for_the_purposes_that_have_one() {
    let world = World::start().await;
    let token = world.service.token(&world.supplier.client, None).await;
    let alone = world.get(&world.of_school("reach"), &token).await.ok();
    assert!(codes(&line(&alone, "D5", "pupil")["reasons"]).contains(&"receiver_missing"));
    let receiver = world.another_supplier().await.supplier;
    let path = world.of_school(&format!("reach?receiver={receiver}"));
    let reach = world.get(&path, &token).await.ok();
    let reasons = codes(&line(&reach, "D5", "pupil")["reasons"]);
    assert!(reasons.contains(&"receiver_not_listed") && !reasons.contains(&"receiver_missing"));
    assert_eq!(line(&reach, "D1", "pupil"), line(&alone, "D1", "pupil"));
    let records = world.service.records(Owner::School(world.school)).await;
    assert_eq!(records.last().unwrap().draft.receiver, Some(receiver));
}
