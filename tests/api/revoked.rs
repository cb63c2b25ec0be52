//! Nothing of what is remembered of a client outlives its revocation: neither what is released, nor what is refused.

use std::sync::Arc;

use serde_json::{Value, json};
use sluis_core::time::{Clock, FixedClock};
use sluis_test_kit::{
    databases::Schema,
    service::{Service, clock, nobody},
};

use crate::world::{Answer, World};

/// What a client may ask by what is remembered of it: the good questions, and those whose answers rest on no record.
fn questions(world: &World) -> Vec<(String, Value, u16)> {
    let school = world.school.to_string();
    let search = world.of_school("learners/_search");
    let elsewhere = format!("/v1/schools/{}/learners/_search", nobody());
    vec![
        ("/v1/decisions".to_owned(), json!({ "school": school }), 200),
        (search.clone(), json!({}), 200),
        ("/v1/decisions".to_owned(), json!({ "school": nobody() }), 404),
        (
            "/v1/decisions".to_owned(),
            json!({ "school": school, "purpose": "D23" }),
            400,
        ),
        ("/v1/accounts/_resolve".to_owned(), json!({}), 400),
        (search, json!({ "limit": 0 }), 400),
        (elsewhere, json!({}), 404),
    ]
}

async fn ask(service: &Service, path: &str, token: &str, body: &Value) -> Answer {
    Answer::of(service.post(path).bearer_auth(token).json(body)).await
}

/// Each question is the first one that somebody asks this service, which remembers the client, after the revocation by the
/// same service or another.
async fn nothing_is_left(world: &World, service: &Service) {
    for (path, body, status) in questions(world) {
        let client = world.service.register(world.supplier.role(), &[]).await;
        let bound = json!({ "type": "sluis", "purpose": "D1" });
        let token = service.token(&client, Some(bound)).await;
        for _ in 0..2 {
            let answer = ask(service, &path, &token, &body).await;
            assert_eq!(answer.status, status, "{path} {body} {}", answer.body);
        }
        world.revoke(client.id).await;
        for _ in 0..2 {
            ask(service, &path, &token, &body).await.problem(401, "invalid_token");
        }
    }
}

#[actix_web::test]
async fn a_revoked_client_learns_nothing_by_what_is_remembered_of_it() {
    let world = World::start().await;
    nothing_is_left(&world, &world.service).await;
}

#[actix_web::test]
async fn neither_does_it_on_another_replica() {
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
    // Both draw the same random numbers: by another clock they make other identifiers of them.
    let replica = Service::start_at(Arc::new(FixedClock::new(clock().now().plus_secs(1))), shared).await;
    nothing_is_left(&world, &replica).await;
}
