//! Whatever the operator reaches of a school or board is on record there and in the operator's own log, before it is answered,
//! and the school can read it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sluis::app::{
    action,
    caller::{Role, RoleKind},
};
use sluis_core::ledger::{Owner, RecordKind};
use sluis_test_kit::keys::ClientKeyPair;

use crate::{
    rosters::{FIRST, snapshot},
    world::{Answer, World},
};

/// What the operator may ask and what reaches no school and no board in particular: itself, suppliers and their products, and
/// lists, whose pages have what public registers have. This list may only shrink.
const REACHES_NOBODY: [&str; 9] = [
    "board_list",
    "me_view",
    "product_create",
    "product_list",
    "product_view",
    "school_list",
    "supplier_create",
    "supplier_list",
    "supplier_view",
];

/// The operations that the operator may ask, each with its method and path.
fn of_the_operator(document: &Value) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let scope = operation["security"][0]["bearer"][0].as_str();
            let action = scope.map(|scope| action::ALL.iter().find(|action| action.name == scope).unwrap());
            if action.is_some_and(|action| (action.permits)(RoleKind::Operator)) {
                let id = operation["operationId"].as_str().unwrap();
                found.push((id.to_owned(), method.clone(), path.clone()));
            }
        }
    }
    found
}

/// How many records of the operator's access there are.
async fn accesses(world: &World, owner: Owner) -> Vec<String> {
    let records = world.service.records(owner).await.into_iter();
    let accesses = records.filter(|record| record.draft.kind == RecordKind::OperatorAccess);
    accesses.map(|record| record.draft.name.as_str().to_owned()).collect()
}

#[actix_web::test]
async fn every_operation_by_which_the_operator_reaches_a_school_is_on_the_schools_record() {
    let world = World::bare().await;
    let operator = world.service.register(Role::Operator, &[]).await;
    let of_school = world.service.register(Role::School(world.school), &[]).await;
    let document = world.service.get("/v1/openapi.json").send().await.unwrap();
    let document: Value = document.json().await.unwrap();
    let (board, school) = (Owner::Board(world.board), Owner::School(world.school));
    let client = json!({
        "name": "x", "role": "school", "school": world.school, "jwks": ClientKeyPair::es256("test").jwks(),
    });
    let reaches: [(&str, Value, Owner, &str); 7] = [
        (
            "board_create",
            json!({ "name": "Stichting Het Kompas" }),
            Owner::Operator,
            "board.create",
        ),
        ("board_view", json!({}), board, "board.view"),
        (
            "school_create",
            json!({ "board": world.board, "name": "De Steven", "brin": "96ZZ" }),
            board,
            "school.create",
        ),
        ("school_view", json!({}), school, "school.view"),
        ("client_create", client, school, "client.create"),
        ("client_view", json!({}), school, "client.view"),
        ("client_revoke", json!({}), school, "client.revoke"),
    ];
    let operations = of_the_operator(&document);
    let all: BTreeSet<_> = operations.iter().map(|(id, ..)| id.as_str()).collect();
    let told: BTreeSet<_> = reaches.iter().map(|(id, ..)| *id).chain(REACHES_NOBODY).collect();
    assert_eq!(told, all, "an operation of the operator is not told of here");

    for (id, body, owner, name) in reaches {
        let (_, method, path) = operations.iter().find(|(known, ..)| known == id).unwrap();
        let path = path
            .replace("{board}", &world.board.to_string())
            .replace("{school}", &world.school.to_string())
            .replace("{client}", &of_school.id.to_string());
        let token = world.service.token(&operator, None).await;
        let before = accesses(&world, owner).await;
        let own = world.service.records(Owner::Operator).await.len();
        let request = match method.as_str() {
            "get" => world.service.get(&format!("/v1{path}")),
            _ => world.service.post(&format!("/v1{path}")).json(&body),
        };
        let answer = Answer::of(request.bearer_auth(token)).await.ok();
        let logs = match id {
            "board_create" => {
                let made = serde_json::from_value(answer["id"].clone()).unwrap();
                accesses(&world, Owner::Board(made)).await
            }
            _ => accesses(&world, owner).await[before.len()..].to_vec(),
        };
        assert_eq!(logs, [name], "`{id}`");
        let own = world.service.records(Owner::Operator).await.split_off(own);
        let own = own.iter().map(|record| (record.draft.kind, record.draft.name.as_str()));
        assert!(own.eq([(RecordKind::Act, name)]), "`{id}` in the operator's own log");
        if id == "school_create" {
            let made = serde_json::from_value(answer["id"].clone()).unwrap();
            assert_eq!(accesses(&world, Owner::School(made)).await, [name]);
        }
    }

    // Lists name nobody in particular, and what the school asks itself is no access of the operator.
    let before = accesses(&world, school).await;
    let token = world.service.token(&operator, None).await;
    for list in ["/v1/schools", "/v1/boards"] {
        world.get(list, &token).await.ok();
    }
    let by_school = world.service.token(&world.school_client, None).await;
    world
        .get(&format!("/v1/schools/{}", world.school), &by_school)
        .await
        .ok();
    assert_eq!(accesses(&world, school).await, before);
    let shown = world.get(&world.of_school("records?limit=200"), &by_school).await.ok();
    let shown = shown["items"].as_array().unwrap().iter();
    let mut shown = shown.filter(|record| record["kind"] == "operator_access" && record["asker"] == json!(operator.id));
    assert!(
        shown.any(|record| record["name"] == "school.view"),
        "the school reads it"
    );
}

#[actix_web::test]
async fn what_the_operator_does_at_the_command_line_is_on_the_schools_record_and_its_own() {
    let world = World::bare().await;
    world.agree(&world.supplier).await;
    let school = Owner::School(world.school);
    let before = accesses(&world, school).await.len();
    let own = world.service.records(Owner::Operator).await.len();
    let app = &world.service.app;
    let brin = snapshot(FIRST).school.brin.unwrap();
    app.roster_import(brin, snapshot(FIRST), true).await.unwrap();
    world.import(snapshot(FIRST)).await;
    world.service.register(Role::School(world.school), &[]).await;
    let records = world.service.records(school).await;
    let by_cli = records.iter().filter(|record| record.draft.channel.as_str() == "cli");
    assert!(by_cli.clone().all(|record| record.draft.asker.is_none()));
    let names: Vec<_> = by_cli.map(|record| record.draft.name.as_str()).collect();
    let done = ["roster.import-dry-run", "roster.import", "client.create"];
    assert_eq!(names[before..], done);
    let own = world.service.records(Owner::Operator).await.split_off(own);
    let own = own.iter().map(|record| (record.draft.kind, record.draft.name.as_str()));
    assert!(own.eq(done.map(|name| (RecordKind::Act, name))));
    let first = records
        .iter()
        .position(|record| record.draft.name.as_str() == "roster.import");
    let permitted = records
        .iter()
        .position(|record| record.draft.name.as_str() == "roster.pull");
    assert!(first < permitted, "before anything comes in");
}

#[actix_web::test]
async fn without_a_record_the_operator_sees_nothing() {
    let world = World::bare().await;
    let operator = world.service.register(Role::Operator, &[]).await;
    let token = world.service.token(&operator, None).await;
    world.service.disk_is_full().await;
    for path in [
        format!("/v1/schools/{}", world.school),
        format!("/v1/boards/{}", world.board),
        format!("/v1/clients/{}", world.school_client.id),
    ] {
        world.get(&path, &token).await.problem(503, "unavailable");
    }
    world.service.disk_has_room().await;
    world.get(&format!("/v1/schools/{}", world.school), &token).await.ok();
}
