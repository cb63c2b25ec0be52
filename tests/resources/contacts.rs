//! Who may sign for a board, and the forms in which it accepts.

use serde_json::{Value, json};

use super::world::{NOBODY, Who, World, ids, text};

async fn offered(world: &World) -> (String, Value) {
    let offered = world.agreement().await;
    let accept = format!("/v1/agreements/{}/_accept", text(&offered["id"]));
    (accept, offered)
}

fn signed(offered: &Value, form: &str, value: Value) -> Value {
    json!({ "annexHash": offered["annexHash"], form: value })
}

/// How the board accepted, apart from who entered it.
fn acceptance(agreement: &Value) -> Value {
    let acceptances = agreement["acceptances"].as_array().unwrap();
    let mut own = acceptances.iter().find(|one| one["side"] == "board").unwrap().clone();
    own.as_object_mut().unwrap().remove("by");
    own
}

#[actix_web::test]
async fn a_contact_signs_while_it_may() {
    let world = World::start().await;
    let path = world.at_board("contacts");
    let code = json!({ "code": "bestuurder-1" });
    let contact = world.post(Who::Board, &path, &code).await.created();
    assert_eq!(
        (&contact["code"], &contact["validFrom"], contact.get("validUntil")),
        (&json!("bestuurder-1"), &json!(world.now()), None)
    );
    world.post(Who::Board, &path, &code).await.problem(409, "already_done");
    let this = format!("{path}/{}", text(&contact["id"]));
    assert_eq!(world.get(Who::Board, &this).await.with(200), contact);

    let (accept, offer) = offered(&world).await;
    let body = signed(&offer, "contact", contact["id"].clone());
    let accepted = world.post(Who::Board, &accept, &body).await.with(200);
    let expected = json!({
        "side": "board", "at": world.now(), "form": "contact", "contact": contact["id"],
    });
    assert_eq!(acceptance(&accepted), expected);
    // The supplier sees an id of ours, and nothing of the person.
    let seen = world
        .get(Who::Supplier, accept.trim_end_matches("/_accept"))
        .await
        .with(200);
    assert_eq!(acceptance(&seen), expected);
    assert!(!seen.to_string().contains("bestuurder"));

    let revoke = format!("{this}/_revoke");
    let other = world
        .post(Who::Board, &revoke, &json!({ "code": "bestuurder-2" }))
        .await;
    other.assert_errors(&[("/code", "other_contact")]);
    world.service.clock.advance_secs(1);
    let revoked = world.post(Who::Board, &revoke, &code).await.with(200);
    assert_eq!(revoked["validUntil"], world.now());
    world
        .post(Who::Board, &revoke, &code)
        .await
        .problem(409, "already_ended");
    let again = world.post(Who::Board, &path, &code).await.created();
    let list = world.get(Who::Board, &path).await.with(200);
    assert_eq!(ids(&list), [text(&contact["id"]), text(&again["id"])]);
}

#[actix_web::test]
async fn a_contact_without_authority_signs_nothing() {
    let world = World::start().await;
    let [own, elsewhere] = [
        (Who::Board, world.board.clone()),
        (Who::OtherBoard, world.other_board.clone()),
    ];
    let mut contacts = Vec::new();
    for (who, board) in [own, elsewhere] {
        let body = json!({ "code": "b1", "validUntil": world.in_secs(10) });
        let path = format!("/v1/boards/{board}/contacts");
        contacts.push(world.post(who, &path, &body).await.created());
    }
    world.service.clock.advance_secs(10);
    let (accept, offer) = offered(&world).await;
    for (contact, code) in [
        (&contacts[0]["id"], "contact_without_authority"),
        (&contacts[1]["id"], "contact_unknown"),
        (&json!(NOBODY), "contact_unknown"),
    ] {
        let refused = world
            .post(Who::Board, &accept, &signed(&offer, "contact", contact.clone()))
            .await;
        let detail = text(&refused.body["errors"][0]["detail"]);
        assert!(detail.ends_with("(model 4.0-coded, article 2.3)"), "{detail}");
        refused.assert_errors(&[("/contact", code)]);
    }
    let path = accept.trim_end_matches("/_accept");
    assert_eq!(world.get(Who::Board, path).await.with(200)["state"], "offered");
}

#[actix_web::test]
async fn an_order_or_a_signed_document_is_an_acceptance_as_well() {
    let world = World::start().await;
    let (accept, offer) = offered(&world).await;
    world.service.clock.advance_secs(60);
    let order = json!({ "reference": "2026-00417", "confirmedAt": world.in_secs(-30) });
    let accepted = world
        .post(Who::Board, &accept, &signed(&offer, "order", order.clone()))
        .await
        .with(200);
    let expected = json!({ "side": "board", "at": world.now(), "form": "order", "order": order });
    assert_eq!(acceptance(&accepted), expected);

    let (accept, offer) = offered(&world).await;
    let document = json!({
        "sha256": "0a".repeat(32), "reference": "Archief 2026/88", "signedAt": world.in_secs(-86_400),
    });
    let accepted = world
        .post(Who::Board, &accept, &signed(&offer, "document", document.clone()))
        .await
        .with(200);
    let expected = json!({ "side": "board", "at": world.now(), "form": "document", "document": document });
    assert_eq!(acceptance(&accepted), expected);

    let (accept, offer) = offered(&world).await;
    let body = json!({ "annexHash": offer["annexHash"] });
    let accepted = world.post(Who::Board, &accept, &body).await.with(200);
    assert_eq!(acceptance(&accepted)["form"], "program");
}

#[actix_web::test]
async fn contradictory_forms_are_refused_and_nothing_is_accepted() {
    let world = World::start().await;
    world.service.clock.advance_secs(60);
    let (accept, offer) = offered(&world).await;
    let order = |secs: i64| json!({ "reference": "7", "confirmedAt": world.in_secs(secs) });
    let document = |secs: i64| json!({ "sha256": "0a".repeat(32), "reference": "7", "signedAt": world.in_secs(secs) });
    for (form, value, place, code) in [
        ("order", order(1), "/order/confirmedAt", "moment_to_come"),
        ("order", order(-1), "/order/confirmedAt", "before_the_offer"),
        ("order", json!({ "reference": "7" }), "/order/confirmedAt", "missing"),
        ("document", document(1), "/document/signedAt", "moment_to_come"),
        (
            "document",
            json!({ "sha256": "0A", "reference": "7", "signedAt": world.now() }),
            "/document/sha256",
            "invalid_value",
        ),
    ] {
        let refused = world.post(Who::Board, &accept, &signed(&offer, form, value)).await;
        refused.assert_errors(&[(place, code)]);
    }
    let mut both = signed(&offer, "order", order(0));
    both["document"] = document(0);
    let refused = world.post(Who::Board, &accept, &both).await;
    refused.assert_errors(&[("/document", "not_together")]);
    let path = accept.trim_end_matches("/_accept");
    assert_eq!(world.get(Who::Board, path).await.with(200), offer);
}

#[actix_web::test]
async fn a_code_is_neither_a_name_nor_a_national_number() {
    let world = World::start().await;
    let path = world.at_board("contacts");
    for code in ["Anna de Boer", "", "123456782", "é"] {
        let refused = world.post(Who::Board, &path, &json!({ "code": code })).await;
        assert!(code.is_empty() || !refused.body.to_string().contains(code));
        refused.assert_errors(&[("/code", "invalid_value")]);
    }
    let over = json!({ "code": "b1", "validUntil": world.now() });
    let refused = world.post(Who::Board, &path, &over).await;
    refused.assert_errors(&[("/validUntil", "moment_past")]);
    let unknown = world.get(Who::Board, &format!("{path}/{NOBODY}")).await;
    unknown.problem(404, "contact_not_found");
}
