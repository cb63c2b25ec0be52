//! Connections of a school, and what came of each pull.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use sluis::app::organisation::{OPERATOR, SLUIS};
use sluis_core::time::Clock;
use sluis_stand_ins::administration::{Behaviour, Fault};
use sluis_test_kit::service::nobody;

use crate::world::{GROUP, IN_GROUP, World, elsewhere, errors};

/// Enters and activates the connection, and gives its path and a token of the school.
async fn active(world: &World) -> (String, String) {
    let token = world.service.token(&world.school_client, None).await;
    let path = world.of_school("connections");
    let connection = world.post(&path, &token, world.connection()).await.ok();
    let path = format!("{path}/{}", connection["id"].as_str().unwrap());
    world.post(&format!("{path}/_activate"), &token, json!({})).await.ok();
    (path, token)
}

#[actix_web::test]
async fn a_connection_is_entered_activated_pulled_and_ended() {
    let world = World::bare().await;
    world.agree(&world.supplier).await;
    let token = world.service.token(&world.school_client, None).await;
    let connections = world.of_school("connections");
    let request = world
        .service
        .post(&connections)
        .bearer_auth(&token)
        .json(&world.connection());
    let created = request.send().await.unwrap();
    assert_eq!(created.status(), 201);
    let location = created.headers()["location"].to_str().unwrap().to_owned();
    let connection: Value = created.json().await.unwrap();
    assert_eq!(
        location,
        format!("{connections}/{}", connection["id"].as_str().unwrap())
    );
    let members: Vec<_> = connection.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["createdAt", "dialect", "endpoint", "id", "school"]);

    let act = |verb: &str| {
        let (path, world, token) = (format!("{location}/{verb}"), &world, &token);
        async move { world.post(&path, token, json!({})).await }
    };
    act("_pull").await.problem(409, "not_ready");
    assert!(act("_activate").await.ok()["activatedAt"].is_string());
    act("_activate").await.problem(409, "already_done");

    let run = act("_pull").await.ok();
    assert_eq!(
        (&run["outcome"], &run["connection"]),
        (&json!("applied"), &connection["id"])
    );
    assert_eq!(run["counts"]["received"], run["counts"]["added"]);
    assert!(run["counts"]["withheldFields"].as_u64().unwrap() > 0 && run.get("reason").is_none());
    let again = act("_pull").await.ok();
    assert_eq!(again["counts"]["unchanged"], run["counts"]["received"]);
    assert_eq!(again["counts"]["changed"], 0);

    let runs = world.get(&world.of_school("runs"), &token).await.ok();
    assert_eq!(runs["items"].as_array().unwrap().len(), 2);
    let viewed = format!("runs/{}", run["id"].as_str().unwrap());
    assert_eq!(world.get(&world.of_school(&viewed), &token).await.ok(), run);
    let groups = world.get(&world.of_school("groups"), &token).await.ok();
    assert!(
        groups["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|group| group["name"] == GROUP)
    );

    assert!(act("_end").await.ok()["endedAt"].is_string());
    act("_end").await.problem(409, "already_ended");
    act("_pull").await.problem(409, "already_ended");
    act("_activate").await.problem(409, "already_ended");
    let listed = world.get(&connections, &token).await.ok();
    assert!(listed["items"][0]["endedAt"].is_string());
    assert!(!listed.to_string().contains("key-of-the-school"));
}

#[actix_web::test]
async fn what_a_school_enters_is_checked_and_its_secrets_are_not_repeated() {
    let world = World::bare().await;
    let token = world.service.token(&world.school_client, None).await;
    let body = json!({
        "dialect": "edexml", "endpoint": "http://administratie.example/uwlr", "authorisationKey": "",
        "clientCode": "secret\nof the school", "clientName": "Sluis 111222333", "branch": "00",
    });
    let answer = world.post(&world.of_school("connections"), &token, body).await;
    let text = answer.body.to_string();
    assert!(
        !text.contains("of the school") && !text.contains("111222333") && !text.contains("administratie"),
        "{text}"
    );
    let expected = errors([
        ("/dialect", "dialect_unknown"),
        ("/endpoint", "endpoint_not_permitted"),
        ("/authorisationKey", "invalid_length"),
        ("/clientCode", "invalid_length"),
        ("/clientName", "national_number"),
        ("/branch", "unknown_field"),
    ]);
    assert_eq!(answer.input_errors(), expected);
    assert_eq!(
        world.get(&world.of_school("connections"), &token).await.ok()["items"],
        json!([])
    );
}

#[rstest]
#[case::nothing(Behaviour::NoData, "no_data")]
#[case::most_pupils_gone(Behaviour::Only(5), "shrink_guard")]
#[case::cut_off(Behaviour::Truncated, "data_truncated")]
#[case::a_fault(Behaviour::Fault(Fault::Internal), "system_internal_fault")]
#[case::not_now(Behaviour::Fault(Fault::TemporarilyUnavailable), "system_temporarily_unavailable")]
#[case::key_refused(Behaviour::Fault(Fault::InvalidAuthorisation), "school_activation_refused")]
#[actix_web::test]
async fn what_cannot_be_believed_leaves_the_roster_as_it_was(#[case] behaviour: Behaviour, #[case] reason: &str) {
    let world = World::start().await;
    let (connection, token) = active(&world).await;
    world.administration.behave(behaviour);
    let run = world.post(&format!("{connection}/_pull"), &token, json!({})).await.ok();
    assert_eq!((&run["outcome"], &run["reason"]), (&json!("refused"), &json!(reason)));
    assert_eq!(run["counts"]["removed"], 0);
    let supplier = world.supplier_token("D1").await;
    let found = world
        .post(&world.of_school("learners/_search"), &supplier, json!({ "limit": 200 }))
        .await
        .ok();
    assert_eq!(found["items"].as_array().unwrap().len(), IN_GROUP);
}

#[actix_web::test]
async fn a_slow_system_is_not_waited_for() {
    let world = World::start_with([("SYNCHRONISATION__TIMEOUT", "3s")]).await;
    let (connection, token) = active(&world).await;
    world.administration.behave(Behaviour::Slow(Duration::from_secs(60)));
    let run = world.post(&format!("{connection}/_pull"), &token, json!({})).await.ok();
    assert_eq!(
        (&run["outcome"], &run["reason"]),
        (&json!("refused"), &json!("system_timed_out"))
    );
}

#[actix_web::test]
async fn a_pull_comes_to_its_end_also_when_the_caller_is_told_to_look_later() {
    let world = World::start_with([("SERVER__REQUEST_TIMEOUT", "3s")]).await;
    let (connection, token) = active(&world).await;
    world.administration.behave(Behaviour::Slow(Duration::from_secs(5)));
    let answer = world.post(&format!("{connection}/_pull"), &token, json!({})).await;
    answer.problem(503, "timed_out");
    loop {
        let runs = world.get(&world.of_school("runs"), &token).await.ok();
        if runs["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|run| run["outcome"] == "applied")
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[actix_web::test]
async fn without_an_agreement_nothing_comes_in() {
    let world = World::bare().await;
    let (connection, token) = active(&world).await;
    let run = world.post(&format!("{connection}/_pull"), &token, json!({})).await.ok();
    assert_eq!(
        (&run["outcome"], &run["reason"]),
        (&json!("refused"), &json!("nothing_agreed"))
    );
    assert_eq!(world.administration.requests(), 0, "nobody was even asked");
    assert_eq!(
        world.get(&world.of_school("groups"), &token).await.ok()["items"],
        json!([])
    );
}

#[actix_web::test]
async fn without_an_agreement_of_board_and_operator_no_connection_starts() {
    let world = World::before_all().await;
    world.agree(&world.supplier).await;
    let token = world.service.token(&world.school_client, None).await;
    let path = world.of_school("connections");
    let connection = world.post(&path, &token, world.connection()).await.ok();
    let activate = format!("{path}/{}/_activate", connection["id"].as_str().unwrap());
    let refused = world.post(&activate, &token, json!({})).await.problem(409, "not_ready");
    assert!(
        refused["detail"]
            .as_str()
            .unwrap()
            .contains("`operator_agreement_missing`"),
        "{refused}"
    );
    world.agree_with_operator(None).await;
    world.post(&activate, &token, json!({})).await.ok();
}

#[actix_web::test]
async fn when_the_agreement_with_the_operator_ends_nothing_comes_in_any_more() {
    let world = World::before_all().await;
    world.agree(&world.supplier).await;
    let until = world.service.clock.now().plus_secs(3_600);
    world.agree_with_operator(Some(until)).await;
    let (connection, token) = active(&world).await;
    let pull = format!("{connection}/_pull");
    assert_eq!(world.post(&pull, &token, json!({})).await.ok()["outcome"], "applied");
    let (asked, permit) = (world.administration.requests(), last_pull(&world, &token).await);
    assert_eq!(
        (&permit["outcome"], &permit["purpose"]),
        (&json!("permit"), &json!("D12"))
    );
    assert!(permit["agreement"]["id"].is_string(), "{permit}");

    world.service.clock.set(until);
    let token = world.service.token(&world.school_client, None).await;
    let run = world.post(&pull, &token, json!({})).await.ok();
    assert_eq!(
        (&run["outcome"], &run["reason"]),
        (&json!("refused"), &json!("operator_agreement_ended"))
    );
    assert_eq!(world.administration.requests(), asked, "nobody was asked");
    let deny = last_pull(&world, &token).await;
    assert_eq!(
        (&deny["outcome"], &deny["reasons"]),
        (&json!("deny"), &json!(["operator_agreement_ended"]))
    );
}

/// The last record about whether a pull may be made.
async fn last_pull(world: &World, token: &str) -> Value {
    let records = world.get(&world.of_school("records?limit=200"), token).await.ok();
    let mut records = records["items"].as_array().unwrap().iter();
    records.rfind(|record| record["name"] == "roster.pull").unwrap().clone()
}

#[actix_web::test]
async fn nothing_is_switched_on_for_the_operator_itself() {
    let world = World::bare().await;
    let board = world.service.token(&world.board_client, None).await;
    let path = format!("/v1/boards/{}/mandates", world.board);
    let refused = world.post(&path, &board, json!({ "supplier": OPERATOR })).await;
    assert_eq!(refused.input_errors(), errors([("/supplier", "party_is_operator")]));
    let body = json!({ "product": SLUIS, "scope": { "kind": "school" } });
    let refused = world.post(&world.of_school("activations"), &board, body).await;
    assert_eq!(refused.input_errors(), errors([("/product", "party_is_operator")]));
}

#[actix_web::test]
async fn a_foreign_school_looks_as_if_it_were_not_there() {
    let world = World::start().await;
    let (connection, own) = active(&world).await;
    let stranger = elsewhere(&world.service).await;
    let token = world.service.token(&stranger, None).await;
    for list in ["connections", "runs", "groups", "records"] {
        world
            .get(&world.of_school(list), &token)
            .await
            .problem(404, "school_not_found");
    }
    for verb in ["_activate", "_pull", "_end"] {
        let path = format!("{connection}/{verb}");
        world
            .post(&path, &token, json!({}))
            .await
            .problem(404, "school_not_found");
    }
    let path = world.of_school("connections");
    world
        .post(&path, &token, world.connection())
        .await
        .problem(404, "school_not_found");
    let path = format!("{path}/{}/_activate", nobody());
    world
        .post(&path, &own, json!({}))
        .await
        .problem(404, "connection_not_found");
    let path = world.of_school(&format!("runs/{}", nobody()));
    world.get(&path, &own).await.problem(404, "run_not_found");
    let path = world.of_school("runs/1");
    assert_eq!(
        world.get(&path, &own).await.input_errors(),
        errors([("run", "invalid_value")])
    );
}
