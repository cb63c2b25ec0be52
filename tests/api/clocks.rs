//! Clocks that disagree: what was taken back stays taken back, whoever's clock is behind.

use std::sync::Arc;

use serde_json::json;
use sluis_core::time::{Clock, FixedClock, Timestamp};
use sluis_test_kit::{
    databases::Schema,
    service::{RegisteredClient, Service, clock},
};

use crate::world::{Answer, World};

/// How far one clock is ahead of the other.
const AHEAD: i64 = 5;

async fn search(service: &Service, world: &World, token: &str) -> Answer {
    let path = world.of_school("learners/_search");
    Answer::of(service.post(&path).bearer_auth(token).json(&json!({}))).await
}

/// How many purposes are permitted at the schools of this supplier.
async fn purposes(service: &Service, token: &str) -> usize {
    let reaches = Answer::of(service.get("/v1/me").bearer_auth(token)).await.ok();
    let schools = reaches["schools"].as_array().unwrap().iter();
    schools.map(|school| school["purposes"].as_array().unwrap().len()).sum()
}

fn bound(world: &World) -> serde_json::Value {
    json!({ "type": "sluis", "school": world.school, "purpose": "D1" })
}

async fn token(service: &Service, world: &World, client: &RegisteredClient) -> String {
    service.token(client, Some(bound(world))).await
}

fn now(service: &Service) -> Timestamp {
    service.clock.now()
}

#[actix_web::test]
async fn a_clock_that_is_set_back_brings_nothing_back() {
    let world = World::start().await;
    let service = &world.service;
    let (start, token) = (now(service), token(service, &world, &world.supplier.client).await);
    search(service, &world, &token).await.ok();
    assert!(purposes(service, &token).await > 0);
    service.clock.advance_secs(AHEAD);
    world.switch_off().await;
    service.clock.set(start);
    let refused = search(service, &world, &token).await.refusal();
    assert_eq!(refused, ["activation_ended"]);
    assert_eq!(purposes(service, &token).await, 0);

    service.clock.advance_secs(AHEAD);
    world.revoke(world.supplier.client.id).await;
    service.clock.set(start);
    search(service, &world, &token).await.problem(401, "invalid_token");
}

/// The moment of a later act by a clock that is behind does not replace the earlier, greater one.
#[actix_web::test]
async fn the_moment_of_a_school_does_not_go_back() {
    let world = World::start().await;
    let service = &world.service;
    let (start, token) = (now(service), token(service, &world, &world.supplier.client).await);
    service.clock.advance_secs(AHEAD);
    world.switch_off().await;
    service.clock.set(start);
    let other = world.another_supplier().await;
    world.agree(&other).await;
    assert_eq!(search(service, &world, &token).await.refusal(), ["activation_ended"]);
}

#[actix_web::test]
async fn a_replica_whose_clock_is_behind_obeys_at_once() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("master.key").display().to_string();
    let shared = [
        ("STORAGE__POSTGRES", schema.address.as_str()),
        ("KEYS__MASTER_KEY_FILE", key.as_str()),
    ];
    let world = World::start_with(shared).await;
    let behind = Service::start_at(Arc::new(FixedClock::new(clock().now())), shared).await;
    let token = token(&behind, &world, &world.supplier.client).await;
    search(&behind, &world, &token).await.ok();
    assert!(purposes(&behind, &token).await > 0);
    world.service.clock.advance_secs(AHEAD);
    world.switch_off().await;
    let refused = search(&behind, &world, &token).await.refusal();
    assert_eq!(refused, ["activation_ended"]);
    assert_eq!(purposes(&behind, &token).await, 0);
}
