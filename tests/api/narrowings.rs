//! A school takes a category from a purpose: it bites at once, goes on when the annex changes, and rosters keep it no longer than
//! another purpose needs it.

use serde_json::{Value, json};
use sluis_core::time::Clock;

use crate::world::{Answer, World, annex};

async fn search(world: &World, purpose: &str) -> Answer {
    let token = world.supplier_token(purpose).await;
    let wanted = json!({ "attributes": ["givenName", "groups"] });
    world.post(&world.of_school("learners/_search"), &token, wanted).await
}

/// What comes with a pupil, and why the rest does not.
fn said(found: &Value) -> (Vec<&str>, Vec<[&str; 3]>) {
    let items = found["items"].as_array().unwrap();
    let attributes = items[0]["attributes"].as_object().unwrap();
    let held = found["withheld"].as_array().into_iter().flatten();
    let held = held.map(|held| {
        let reason = &held["reason"];
        [&held["attribute"], &reason["code"], &reason["whoCanFix"]].map(|value| value.as_str().unwrap())
    });
    (attributes.keys().map(String::as_str).collect(), held.collect())
}

async fn take_away(world: &World, token: &str, agreement: &Value, purpose: &str) -> Value {
    let body = json!({ "agreement": agreement, "purpose": purpose, "category": "CD20" });
    world.post(&world.of_school("narrowings"), token, body).await.ok()
}

#[actix_web::test]
async fn what_a_school_takes_from_a_purpose_does_not_go_from_that_moment_on() {
    let world = World::start().await;
    let school = world.service.token(&world.school_client, None).await;
    let board = world.service.token(&world.board_client, None).await;
    let supplier = world.service.token(&world.supplier.client, None).await;
    let agreements = world.get("/v1/agreements", &supplier).await.ok();
    let agreement = &agreements["items"][0]["id"];
    assert_eq!(
        said(&search(&world, "D3").await.ok()),
        (vec!["givenName", "groups"], vec![])
    );

    let made = take_away(&world, &school, agreement, "D3").await;
    let found = search(&world, "D3").await.ok();
    assert_eq!(
        said(&found),
        (vec!["givenName"], vec![["groups", "category_narrowed", "school"]])
    );
    let cited = &found["withheld"][0]["reason"]["article"];
    assert_eq!(cited, &json!({ "model": "4.0-coded", "number": "2.3" }));
    // For another purpose it goes as before.
    assert_eq!(said(&search(&world, "D1").await.ok()).0, ["givenName", "groups"]);

    // Other words about the same product change nothing of it.
    world.service.clock.advance_secs(60);
    let mut document = serde_json::to_value(annex().document()).unwrap();
    document["version"]["number"] = json!("2.0");
    let now = world.service.clock.now().to_string();
    let offer = json!({ "board": world.board, "validFrom": now, "annex": document });
    let newer = world.post("/v1/agreements", &supplier, offer).await.ok();
    let accept = format!("/v1/agreements/{}/_accept", newer["id"].as_str().unwrap());
    let hash = json!({ "annexHash": newer["annexHash"] });
    world.post(&accept, &board, hash).await.ok();
    assert_eq!(said(&search(&world, "D3").await.ok()).0, ["givenName"]);
    let body = json!({ "agreement": newer["id"], "purpose": "D3", "category": "CD20" });
    let twice = world.post(&world.of_school("narrowings"), &board, body).await;
    twice.problem(409, "already_done");

    let end = format!("narrowings/{}/_end", made["id"].as_str().unwrap());
    world.post(&world.of_school(&end), &board, json!({})).await.ok();
    assert_eq!(said(&search(&world, "D3").await.ok()).0, ["givenName", "groups"]);
}

/// What is less from a moment on is less at once, also by a clock that is behind.
#[actix_web::test]
async fn a_clock_that_is_set_back_brings_nothing_back() {
    let world = World::start().await;
    let school = world.service.token(&world.school_client, None).await;
    let supplier = world.service.token(&world.supplier.client, None).await;
    let agreements = world.get("/v1/agreements", &supplier).await.ok();
    let agreement = &agreements["items"][0]["id"];
    let start = world.service.clock.now();
    world.service.clock.advance_secs(5);
    take_away(&world, &school, agreement, "D3").await;
    world.service.clock.set(start);
    assert_eq!(said(&search(&world, "D3").await.ok()).0, ["givenName"]);
    world.service.clock.advance_secs(10);
    let body = json!({ "agreement": agreement, "kind": "objection", "party": "Hunze Hosting B.V." });
    world.post(&world.of_school("stances"), &school, body).await.ok();
    world.service.clock.set(start);
    assert_eq!(search(&world, "D3").await.refusal(), ["sub_processor_objected"]);
}
