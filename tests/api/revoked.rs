//! Nothing of what is remembered of a client outlives its revocation: neither what is released, nor what is refused.

use std::sync::Arc;

use serde_json::{Value, json};
use sluis_core::{
    ledger::Owner,
    time::{Clock, FixedClock},
};
use sluis_stand_ins::administration::pupil;
use sluis_test_kit::{
    databases::Schema,
    service::{Service, clock, nobody},
};

use crate::{
    account_joins::known_elsewhere,
    rosters::{FIRST, snapshot},
    world::{Answer, INSIDE, World},
};

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

/// A token of a client of the supplier that is remembered here, and has been revoked.
async fn revoked(world: &World) -> String {
    let client = world.service.register(world.supplier.role(), &[]).await;
    let bound = json!({ "type": "sluis", "school": world.school, "purpose": "D1" });
    let token = world.service.token(&client, Some(bound)).await;
    let question = json!({ "school": world.school });
    ask(&world.service, "/v1/decisions", &token, &question).await.ok();
    world.revoke(client.id).await;
    token
}

/// What the school finds of the account of the pupil.
async fn account(world: &World) -> Value {
    let token = world.service.token(&world.school_client, None).await;
    let body = json!({ "supplier": world.supplier.supplier, "eckId": pupil(INSIDE).eck_id });
    world
        .post(&world.of_school("accounts/_search"), &token, body)
        .await
        .ok()
}

#[actix_web::test]
async fn it_opens_no_account_either() {
    let world = World::start().await;
    let one = json!({ "school": world.school, "eckId": pupil(INSIDE).eck_id });
    for (path, body) in [
        ("/v1/accounts/_resolve", one),
        (&world.of_school("learners/_search"), json!({})),
    ] {
        let token = revoked(&world).await;
        ask(&world.service, path, &token, &body)
            .await
            .problem(401, "invalid_token");
        let found = account(&world).await;
        assert_eq!(
            (&found["account"], &found["keys"]),
            (&json!(null), &json!([])),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn nor_does_it_join_any() {
    let (world, ..) = known_elsewhere().await;
    let token = revoked(&world).await;
    world.import(snapshot(FIRST)).await;
    let body = json!({ "school": world.school, "eckId": pupil(INSIDE).eck_id });
    let answer = ask(&world.service, "/v1/accounts/_resolve", &token, &body).await;
    answer.problem(401, "invalid_token");
    let records = world.service.records(Owner::School(world.school)).await;
    let joins = records
        .iter()
        .filter(|record| record.draft.name.as_str() == "account.join");
    assert_eq!(joins.count(), 0);
}
