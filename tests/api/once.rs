//! `Idempotency-Key`: a write that is sent again is not done again, and a key stands for one request of one client.

use reqwest::Response;
use rstest::rstest;
use serde_json::{Value, json};
use sluis::app::{
    caller::{Caller, Role},
    once::Begun,
};
use sluis_core::ledger::Owner;
use sluis_test_kit::service::RegisteredClient;

use crate::world::{Answer, World, caller, errors};

struct Desk {
    world: World,
    operator: RegisteredClient,
    token: String,
}

impl Desk {
    async fn open() -> Self {
        let world = World::bare().await;
        let operator = world.service.register(Role::Operator, &[]).await;
        let token = world.service.token(&operator, None).await;
        Self { world, operator, token }
    }

    async fn send(&self, token: &str, path: &str, key: &str, body: &Value) -> Response {
        let request = self.world.service.post(path).bearer_auth(token).json(body);
        request.header("Idempotency-Key", key).send().await.unwrap()
    }

    async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        Answer::read(self.send(&self.token, path, key, body).await).await
    }

    async fn boards(&self) -> usize {
        let boards = self.world.get("/v1/boards?limit=200", &self.token).await.ok();
        boards["items"].as_array().unwrap().len()
    }
}

fn board(name: &str) -> Value {
    json!({ "name": name })
}

#[actix_web::test]
async fn the_same_write_gets_the_same_answer_and_is_done_once() {
    let desk = Desk::open().await;
    let before = desk.boards().await;
    let first = desk.send(&desk.token, "/v1/boards", "one", &board("Het Kompas")).await;
    assert_eq!(
        (first.status().as_u16(), first.headers().get("idempotency-replayed")),
        (201, None)
    );
    let location = first.headers()["location"].clone();
    let made = Answer::read(first).await.ok();
    for key in ["one", "\"one\""] {
        let again = desk.send(&desk.token, "/v1/boards", key, &board("Het Kompas")).await;
        assert_eq!(
            (again.status().as_u16(), &again.headers()["location"]),
            (201, &location)
        );
        assert_eq!(again.headers()["idempotency-replayed"], "true");
        assert_eq!(again.headers()["content-type"], "application/json");
        assert_eq!(Answer::read(again).await.ok(), made);
    }
    assert_eq!(desk.boards().await, before + 1);
    let log = desk.world.service.records(Owner::Operator).await;
    let made = log.iter().filter(|record| record.draft.asker == Some(desk.operator.id));
    assert_eq!(made.count(), 1);
}

#[actix_web::test]
async fn a_key_stands_for_one_request() {
    let desk = Desk::open().await;
    desk.post("/v1/boards", "one", &board("Het Kompas")).await.ok();
    for (path, body) in [
        ("/v1/boards", board("De Steven")),
        ("/v1/suppliers", json!({ "name": "Het Kompas" })),
        ("/v1/boards?x=1", board("Het Kompas")),
    ] {
        desk.post(path, "one", &body)
            .await
            .problem(422, "idempotency_key_reused");
    }
    desk.post("/v1/boards", "two", &board("Het Kompas")).await.ok();
}

#[actix_web::test]
async fn a_key_is_its_clients_own() {
    let desk = Desk::open().await;
    desk.post("/v1/boards", "one", &board("Het Kompas")).await.ok();
    let other = desk.world.service.register(Role::Operator, &[]).await;
    let token = desk.world.service.token(&other, None).await;
    let before = desk.boards().await;
    let answer = desk.send(&token, "/v1/boards", "one", &board("De Steven")).await;
    assert_eq!(answer.status(), 201);
    assert_eq!(desk.boards().await, before + 1);
    let answer = desk.send("forged", "/v1/boards", "one", &board("Het Kompas")).await;
    Answer::read(answer).await.problem(401, "invalid_token");
}

#[actix_web::test]
async fn what_was_refused_is_decided_anew() {
    let desk = Desk::open().await;
    let wrong = json!({ "name": "" });
    for _ in 0..2 {
        desk.post("/v1/boards", "one", &wrong)
            .await
            .problem(400, "invalid_input");
    }
    desk.post("/v1/boards", "one", &board("Het Kompas")).await.ok();
    let oin = json!({ "name": "De Steven", "oin": "00000003123456780000" });
    desk.post("/v1/boards", "two", &oin).await.ok();
    for _ in 0..2 {
        desk.post("/v1/boards", "three", &oin)
            .await
            .problem(409, "already_exists");
    }
}

#[actix_web::test]
async fn a_key_is_remembered_for_a_day() {
    let desk = Desk::open().await;
    let made = desk.post("/v1/boards", "one", &board("Het Kompas")).await.ok();
    desk.world.service.clock.advance_secs(86_399);
    let token = desk.world.service.token(&desk.operator, None).await;
    let again = desk.send(&token, "/v1/boards", "one", &board("Het Kompas")).await;
    assert_eq!(Answer::read(again).await.ok(), made);
    desk.world.service.clock.advance_secs(1);
    let another = desk.send(&token, "/v1/boards", "one", &board("De Steven")).await;
    assert_eq!(another.status(), 201);
}

#[actix_web::test]
async fn while_the_first_is_under_way_the_second_is_told_to_wait() {
    let desk = Desk::open().await;
    let (client, app) = (desk.operator.id, &desk.world.service.app);
    let body = board("Het Kompas");
    let asked = [b"POST\0/v1/boards\0\0None\0".as_slice(), body.to_string().as_bytes()].concat();
    let Begun::First(_) = app.once_begin(client, "one", &asked, 30).await.unwrap() else {
        panic!("the key is new");
    };
    let answer = desk.send(&desk.token, "/v1/boards", "one", &body).await;
    assert_eq!(answer.headers()["retry-after"], "1");
    Answer::read(answer).await.problem(409, "idempotency_in_progress");
    // The process that began it has died: nothing was done, and it is done now.
    desk.world.service.clock.advance_secs(30);
    desk.post("/v1/boards", "one", &body).await.ok();
}

#[actix_web::test]
async fn what_was_done_and_not_answered_is_not_done_again() {
    let desk = Desk::open().await;
    let (client, app) = (desk.operator.id, &desk.world.service.app);
    let body = board("Het Kompas");
    let asked = [b"POST\0/v1/boards\0\0None\0".as_slice(), body.to_string().as_bytes()].concat();
    let Begun::First(attempt) = app.once_begin(client, "one", &asked, 30).await.unwrap() else {
        panic!("the key is new");
    };
    let caller = Caller {
        once: Some(attempt),
        ..caller(&desk.operator, Role::Operator)
    };
    app.once_spend(&caller).await.unwrap();
    desk.post("/v1/boards", "one", &body)
        .await
        .problem(409, "idempotency_in_progress");
    desk.world.service.clock.advance_secs(30);
    let before = desk.boards().await;
    desk.post("/v1/boards", "one", &body)
        .await
        .problem(409, "idempotency_outcome_unknown");
    assert_eq!(desk.boards().await, before);
}

#[rstest]
#[case("")]
#[case("a b")]
#[case("\"open")]
#[actix_web::test]
async fn a_malformed_key_is_refused(#[case] key: &str) {
    let desk = Desk::open().await;
    let answer = desk.post("/v1/boards", key, &board("Het Kompas")).await;
    assert_eq!(answer.input_errors(), errors([("Idempotency-Key", "invalid_value")]));
}

#[actix_web::test]
async fn a_question_is_answered_anew_whatever_key_comes_along() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    let log = Owner::School(world.school);
    let before = world.service.records(log).await.len();
    for _ in 0..2 {
        let request = world
            .service
            .post(&world.of_school("learners/_search"))
            .bearer_auth(&token);
        let request = request.header("Idempotency-Key", "one").json(&json!({ "limit": 1 }));
        Answer::of(request).await.ok();
    }
    assert_eq!(world.service.records(log).await.len(), before + 2);
}
