//! Whether the service can do its work: a service that cannot record says so, and releases nothing.

use reqwest::StatusCode;
use serde_json::{Value, json};
use sluis_test_kit::service::Service;

use crate::world::World;

/// What the service answers to whoever sends requests to it.
async fn ready(service: &Service) -> (StatusCode, Value) {
    let response = service.get("/health/ready").send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

fn word(database: &str, evidence: &str) -> Value {
    let status = if evidence == "up" { "up" } else { "down" };
    json!({ "status": status, "checks": { "database": database, "evidence": evidence } })
}

#[actix_web::test]
async fn a_service_that_cannot_record_is_not_ready_and_releases_nothing() {
    let world = World::start().await;
    let service = &world.service;
    let token = world.supplier_token("D1").await;
    let path = world.of_school("learners/_search");
    let search = async || world.post(&path, &token, json!({})).await;
    assert_eq!(ready(service).await, (StatusCode::OK, word("up", "up")));
    search().await.ok();

    service.disk_is_full().await;
    let refused = search().await;
    assert_eq!((refused.status, &refused.body["code"]), (503, &json!("unavailable")));
    assert_eq!(refused.body.get("items"), None);
    service.clock.advance_secs(2);
    assert_eq!(
        ready(service).await,
        (StatusCode::SERVICE_UNAVAILABLE, word("up", "down"))
    );

    service.disk_has_room().await;
    service.clock.advance_secs(2);
    assert_eq!(ready(service).await, (StatusCode::OK, word("up", "up")));
    search().await.ok();
}
