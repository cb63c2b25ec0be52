//! Whom an incident may touch, counted from the records.

use serde_json::{Value, json};
use sluis_core::time::Clock;
use sluis_stand_ins::administration::pupil;

use crate::world::{IN_GROUP, INSIDE, OUTSIDE, World};

/// How many persons the supplier may know, and about how many something went meanwhile.
async fn affected(world: &World, incident: &Value) -> (u64, Option<u64>) {
    let school = world.service.token(&world.school_client, None).await;
    let path = format!("/v1/matters/{}/affected", incident["id"].as_str().unwrap());
    let found = world.get(&path, &school).await.ok();
    let items = found["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["school"]), (1, &json!(world.school)));
    (items[0]["persons"].as_u64().unwrap(), items[0]["during"].as_u64())
}

#[actix_web::test]
async fn a_school_counts_about_whom_something_went_before_and_meanwhile() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    let resolve = |number: u32| json!({ "school": world.school, "eckId": pupil(number).eck_id });
    world.post("/v1/accounts/_resolve", &token, resolve(INSIDE)).await.ok();
    // Who is refused is no more touched than who was never asked for.
    world
        .post("/v1/accounts/_resolve", &token, resolve(OUTSIDE))
        .await
        .refusal();
    let began = world.service.clock.now().plus_secs(60);
    world.service.clock.advance_secs(120);
    let own = world.service.token(&world.supplier.client, None).await;
    let body = json!({
        "discoveredAt": world.service.clock.now(), "summary": "Een back-up was te lezen.", "nature": ["read"],
        "facts": { "beganAt": began },
    });
    let incident = world.post("/v1/incidents", &own, body).await.ok();
    assert_eq!(affected(&world, &incident).await, (1, Some(0)));
    // Twice about one person is one person; a page is about all who are in it.
    let search = json!({ "attributes": ["givenName"] });
    for _ in 0..2 {
        world
            .post(&world.of_school("learners/_search"), &token, search.clone())
            .await
            .ok();
    }
    let whole = u64::try_from(IN_GROUP).unwrap();
    assert_eq!(affected(&world, &incident).await, (whole, Some(whole)));
    // The supplier does not learn how many there are.
    let path = format!("/v1/matters/{}/affected", incident["id"].as_str().unwrap());
    world.get(&path, &own).await.problem(403, "role_not_permitted");
    // What went after its end does not count.
    let over = json!({ "step": "supplemented", "facts": { "endedAt": began.plus_secs(30) } });
    let step = format!("/v1/matters/{}/_step", incident["id"].as_str().unwrap());
    world.post(&step, &own, over).await.ok();
    assert_eq!(affected(&world, &incident).await, (1, Some(0)));
}
