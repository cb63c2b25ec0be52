//! Everything that somebody does is on record: in the log of the school or board that it concerns, and what the operator
//! does in the operator's log as well.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sluis::app::caller::Role;
use sluis_core::{
    id::ClientId,
    ledger::{Outcome, Owner, RecordKind},
    time::Clock,
};
use sluis_stand_ins::administration::pupil;
use sluis_test_kit::{
    keys::ClientKeyPair,
    service::{RegisteredClient, nobody},
};

use crate::world::{Answer, INSIDE, World, annex};

/// What releases or asks instead of writing: decided and recorded anew each time, whatever key comes along.
const ASKS: [&str; 8] = [
    "account_change_search",
    "account_resolve",
    "account_search",
    "board_record_export",
    "decision_create",
    "learner_search",
    "record_export",
    "record_search",
];

/// Who does it.
struct By {
    client: ClientId,
    token: String,
}

impl By {
    async fn new(world: &World, client: &RegisteredClient) -> Self {
        Self {
            client: client.id,
            token: world.service.token(client, None).await,
        }
    }
}

/// Does every writing operation of the document, and looks for its records.
struct Walk {
    world: World,
    document: Value,
    /// The things made so far, by the name of their parameter.
    things: BTreeMap<&'static str, String>,
    done: BTreeSet<&'static str>,
}

impl Walk {
    /// The operations that write or release: all that are not read by `GET`.
    fn operations(&self) -> BTreeMap<&str, &str> {
        let paths = self.document["paths"].as_object().unwrap();
        let posts = paths.iter().filter_map(|(path, item)| {
            let operation = item.as_object().unwrap().iter().find(|(method, _)| *method != "get")?;
            Some((operation.1["operationId"].as_str().unwrap(), path.as_str()))
        });
        posts.collect()
    }

    /// Does it, and asserts that each of these logs has a new record of this client.
    async fn step(&mut self, id: &'static str, by: &By, body: Value, logs: &[Owner]) -> Value {
        let mut path = self.operations()[id].to_owned();
        for (name, thing) in &self.things {
            path = path.replace(&format!("{{{name}}}"), thing);
        }
        let mut before = Vec::new();
        for log in logs {
            before.push(self.world.service.records(*log).await.len());
        }
        let ask = async || {
            let request = self.world.service.post(&format!("/v1{path}")).bearer_auth(&by.token);
            let request = request.header("Purpose-Code", "D1").header("Idempotency-Key", id);
            let response = request.json(&body).send().await.unwrap();
            let again = response.headers().contains_key("idempotency-replayed");
            let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap().to_owned();
            let location = response.headers().get("location").map(text);
            (Answer::read(response).await.ok(), location, again)
        };
        let (answer, location, again) = ask().await;
        assert!(!again);
        for (log, before) in logs.iter().zip(before) {
            let records = self.world.service.records(*log).await;
            let mut new = records[before..].iter();
            let found = new.any(|record| record.draft.asker == Some(by.client));
            assert!(found, "`{id}` leaves no record in the log of {log}");
        }
        if !ASKS.contains(&id) {
            let records = self.world.service.records(Owner::Operator).await.len();
            assert_eq!(ask().await, (answer.clone(), location, true), "`{id}` is done twice");
            assert_eq!(self.world.service.records(Owner::Operator).await.len(), records);
        }
        self.done.insert(id);
        answer
    }
}

fn id_of(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn every_operation_that_writes_or_releases_leaves_a_record_and_no_write_is_done_twice() {
    let world = World::bare().await;
    let operator = world.service.register(Role::Operator, &[]).await;
    let document = world.service.get("/v1/openapi.json").send().await.unwrap();
    let (board_log, school_log) = (Owner::Board(world.board), Owner::School(world.school));
    let things = [
        ("board", world.board.to_string()),
        ("school", world.school.to_string()),
        ("supplier", world.supplier.supplier.to_string()),
        ("product", world.supplier.product.to_string()),
    ];
    let mut walk = Walk {
        document: document.json().await.unwrap(),
        world,
        things: things.into(),
        done: BTreeSet::new(),
    };
    let operator = By::new(&walk.world, &operator).await;
    let board = By::new(&walk.world, &walk.world.board_client).await;
    let school = By::new(&walk.world, &walk.world.school_client).await;
    let supplier = By::new(&walk.world, &walk.world.supplier.client).await;

    let log = &[Owner::Operator];
    walk.step(
        "board_create",
        &operator,
        json!({ "name": "Stichting Het Kompas" }),
        log,
    )
    .await;
    let body = json!({ "board": walk.things["board"], "name": "De Steven", "brin": "96ZZ" });
    walk.step("school_create", &operator, body, &[Owner::Operator, board_log])
        .await;
    let body = json!({ "name": "Duin Uitgevers", "kind": "supplier" });
    walk.step("supplier_create", &operator, body, log).await;
    let body = json!({ "supplier": walk.things["supplier"], "name": "Taalhaven" });
    walk.step("product_create", &operator, body, log).await;
    let keys = ClientKeyPair::es256("test").jwks();
    let body = json!({ "name": "x", "role": "school", "school": walk.things["school"], "jwks": keys });
    let logs = &[Owner::Operator, school_log];
    let client = walk.step("client_create", &operator, body, logs).await;
    walk.things.insert("client", id_of(&client));
    walk.step("client_revoke", &operator, json!({}), logs).await;

    let now = walk.world.service.clock.now().to_string();
    let body = json!({ "board": walk.things["board"], "validFrom": now, "annex": annex().document() });
    let agreement = walk.step("agreement_create", &supplier, body, &[board_log]).await;
    walk.things.insert("agreement", id_of(&agreement));
    let body = json!({ "annexHash": agreement["annexHash"] });
    walk.step("agreement_accept", &board, body, &[board_log, school_log])
        .await;
    let body = json!({ "agreement": agreement["id"], "module": "berichten" });
    let approval = walk.step("approval_create", &school, body, &[school_log]).await;
    walk.things.insert("approval", id_of(&approval));
    let body = json!({ "supplier": walk.things["supplier"] });
    let mandate = walk
        .step("mandate_create", &board, body, &[board_log, school_log])
        .await;
    walk.things.insert("mandate", id_of(&mandate));
    let body = json!({ "product": walk.things["product"], "scope": { "kind": "school" } });
    let activation = walk.step("activation_create", &school, body, &[school_log]).await;
    walk.things.insert("activation", id_of(&activation));
    walk.step("activation_accept", &supplier, json!({}), &[school_log])
        .await;

    let body = json!({ "agreement": agreement["id"], "kind": "objection", "party": "Hunze Hosting B.V." });
    let stance = walk.step("stance_create", &school, body, &[school_log]).await;
    walk.things.insert("stance", id_of(&stance));
    walk.step("stance_end", &board, json!({}), &[school_log]).await;

    let distributor = walk.world.distributor().await;
    let body = json!({ "product": distributor.product });
    let instruction = walk.step("instruction_create", &school, body, &[school_log]).await;
    walk.things.insert("instruction", id_of(&instruction));
    for step in ["instruction_suspend", "instruction_resume", "instruction_end"] {
        walk.step(step, &board, json!({}), &[school_log]).await;
    }

    let body = walk.world.connection();
    let connection = walk.step("connection_create", &school, body, &[school_log]).await;
    walk.things.insert("connection", id_of(&connection));
    walk.step("connection_activate", &school, json!({}), &[school_log])
        .await;
    walk.step("connection_pull", &school, json!({}), &[school_log]).await;

    let body = json!({ "attributes": ["givenName"] });
    walk.step("learner_search", &supplier, body, &[school_log]).await;
    let body = json!({ "school": walk.things["school"], "eckId": pupil(INSIDE).eck_id });
    walk.step("account_resolve", &supplier, body, &[school_log]).await;
    let body = json!({ "supplier": walk.things["supplier"], "eckId": pupil(INSIDE).eck_id });
    let found = walk.step("account_search", &school, body.clone(), &[school_log]).await;
    let split = walk.step("account_split", &school, body, &[school_log]).await;
    assert_eq!(found["account"], split["from"]);
    walk.things.insert("change", id_of(&split));
    walk.step("account_change_undo", &school, json!({}), &[school_log])
        .await;
    let body = json!({ "supplier": walk.things["supplier"], "from": split["into"], "into": split["from"] });
    walk.step("account_merge", &school, body, &[school_log]).await;
    let other = walk.world.another_location().await;
    let body = json!({ "supplier": walk.things["supplier"], "fromSchool": other });
    walk.step("account_take_over", &board, body, &[school_log]).await;
    walk.step("account_change_search", &supplier, json!({}), &[school_log])
        .await;
    let body = json!({ "school": walk.things["school"] });
    walk.step("decision_create", &supplier, body, &[school_log]).await;
    walk.step("record_export", &school, json!({ "known": [] }), &[school_log])
        .await;
    let body = json!({ "eckId": pupil(INSIDE).eck_id });
    walk.step("record_search", &school, body, &[school_log]).await;
    walk.step("board_record_export", &board, json!({ "known": [] }), &[board_log])
        .await;

    let body = json!({ "ground": "objection", "eckId": pupil(INSIDE).eck_id });
    let restriction = walk.step("restriction_create", &school, body, &[school_log]).await;
    walk.things.insert("restriction", id_of(&restriction));
    walk.step("restriction_end", &school, json!({}), &[school_log]).await;

    walk.step("connection_end", &school, json!({}), &[school_log]).await;
    walk.step("activation_end", &school, json!({}), &[school_log]).await;
    walk.step("approval_withdraw", &school, json!({}), &[school_log]).await;
    walk.step("mandate_revoke", &board, json!({}), &[board_log, school_log])
        .await;

    let all: BTreeSet<_> = walk.operations().into_keys().collect();
    assert_eq!(walk.done, all, "an operation is not walked through");
}

#[actix_web::test]
async fn what_the_operator_makes_is_in_the_log_of_whom_it_concerns_from_the_first_line() {
    let world = World::bare().await;
    for (owner, names) in [
        (Owner::Board(world.board), ["board.create", "school.create"]),
        (Owner::School(world.school), ["school.create", "client.create"]),
    ] {
        let records = world.service.records(owner).await;
        let first: Vec<_> = records
            .iter()
            .take(2)
            .map(|record| record.draft.name.as_str())
            .collect();
        assert_eq!(first, names);
    }
}

#[actix_web::test]
async fn a_client_that_looks_what_it_may_do_is_on_the_record_of_each_school() {
    let world = World::start().await;
    let log = Owner::School(world.school);
    let before = world.service.records(log).await.len();
    let token = world.service.token(&world.supplier.client, None).await;
    let me = world.get("/v1/me", &token).await.ok();
    let records = world.service.records(log).await;
    let [record] = &records[before..] else {
        panic!("one look is one record");
    };
    let draft = &record.draft;
    assert_eq!((draft.kind, draft.outcome), (RecordKind::Evaluation, Outcome::Permit));
    assert_eq!(
        (draft.name.as_str(), draft.asker),
        ("me.view", Some(world.supplier.client.id))
    );
    let released: Vec<_> = draft.released.iter().map(|code| code.as_str()).collect();
    assert_eq!(me["schools"][0]["attributes"], json!(released));

    let school = world.service.token(&world.school_client, None).await;
    world.get("/v1/me", &school).await.ok();
    let nothing = world.service.records(log).await.len();
    assert_eq!(
        nothing,
        before + 1,
        "a school that looks at itself asks the gate nothing"
    );
}

#[actix_web::test]
async fn a_filter_that_is_not_released_is_refused_on_record() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    let log = Owner::School(world.school);
    for (body, code) in [
        (
            json!({ "attributes": ["givenName"], "group": nobody() }),
            "filter_not_released",
        ),
        (json!({ "cursor": "AZkKPnwAcACAAAAAAAAAAQ" }), "cursor_unknown"),
    ] {
        let before = world.service.records(log).await.len();
        let answer = world.post(&world.of_school("learners/_search"), &token, body).await;
        answer.problem(400, "invalid_input");
        let records = world.service.records(log).await;
        let [record] = &records[before..] else {
            panic!("a refusal is one record");
        };
        let draft = &record.draft;
        let reasons: Vec<_> = draft.reasons.iter().map(|code| code.as_str()).collect();
        assert_eq!((draft.outcome, reasons), (Outcome::Deny, vec![code]));
        assert!(draft.released.is_empty() && draft.withheld.is_empty());
    }
}
