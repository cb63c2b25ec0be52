//! What persons ask about their own data: from the school to the suppliers that got them, and back.

use serde_json::{Value, json};
use sluis::app::caller::Role;
use sluis_core::{ledger::Owner, time::Clock};
use sluis_stand_ins::administration::pupil;

use crate::world::{Answer, INSIDE, OUTSIDE, World, errors};

async fn school(world: &World) -> String {
    world.service.token(&world.school_client, None).await
}

async fn ask(world: &World, right: &str) -> Answer {
    let body = json!({
        "school": world.school, "right": right, "receivedAt": world.service.clock.now(), "askedBy": "guardian",
        "eckId": pupil(INSIDE).eck_id,
    });
    world.post("/v1/subject-requests", &school(world).await, body).await
}

async fn step(world: &World, token: &str, matter: &Value, body: Value) -> Answer {
    let path = format!("/v1/matters/{}/_step", matter["id"].as_str().unwrap());
    world.post(&path, token, body).await
}

/// The account of somebody at the supplier, who gets it by asking.
async fn account(world: &World, number: u32) -> Value {
    let token = &world.supplier_token("D1").await;
    let body = json!({ "school": world.school, "eckId": pupil(number).eck_id });
    world.post("/v1/accounts/_resolve", token, body).await.ok()["account"].clone()
}

fn words(matter: &Value, list: &str, field: &str) -> Vec<String> {
    let items = matter[list].as_array().unwrap().iter();
    items.map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn an_erasure_goes_on_to_who_got_data_and_each_sees_its_own_part_of_it() {
    let world = World::start().await;
    let other = world.another_supplier().await;
    let token = world.service.token(&world.supplier.client, None).await;
    let account = account(&world, INSIDE).await;
    let asked = ask(&world, "erasure").await.ok();
    assert!(!asked.to_string().contains(&pupil(INSIDE).eck_id));
    let path = format!("/v1/matters/{}", asked["id"].as_str().unwrap());
    // The supplier learns of it when it has something to do in it.
    world.get(&path, &token).await.problem(404, "matter_not_found");
    let school = school(&world).await;
    let carry = json!({ "step": "carried_on" });
    step(&world, &school, &asked, carry.clone())
        .await
        .problem(409, "not_ready");
    step(&world, &school, &asked, json!({ "step": "identity_established" }))
        .await
        .ok();
    let nobody = json!({ "step": "carried_on", "suppliers": [other.supplier] });
    let refused = step(&world, &school, &asked, nobody).await.input_errors();
    assert_eq!(refused, errors([("/suppliers", "supplier_without_data")]));
    let carried = step(&world, &school, &asked, carry).await.ok();
    assert_eq!(
        carried["steps"][1]["said"]["suppliers"],
        json!([world.supplier.supplier])
    );

    let events = world.get("/v1/events", &token).await.ok();
    let last = events["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["kind"], &last["resource"]),
        (&json!("matter_opened"), &asked["id"])
    );
    let seen = world.get(&path, &token).await.ok();
    assert_eq!(
        (&seen["account"], &seen["facts"]["right"]),
        (&account, &json!("erasure"))
    );
    assert_eq!(words(&seen, "steps", "step"), ["carried_on"]);
    let other_token = world.service.token(&other.client, None).await;
    world.get(&path, &other_token).await.problem(404, "matter_not_found");
    // It answers for itself, and for nobody else.
    let answered = json!({ "step": "answered", "outcome": "granted", "at": world.service.clock.now() });
    step(&world, &token, &asked, answered.clone())
        .await
        .problem(409, "other_side");
    let refusing = json!({ "step": "confirmed", "outcome": "refused" });
    let refused = step(&world, &token, &asked, refusing).await.input_errors();
    assert_eq!(refused, errors([("/why", "reason_needed")]));
    let done = json!({ "step": "confirmed", "outcome": "done", "supplier": other.supplier });
    let done = step(&world, &token, &asked, done).await.ok();
    assert_eq!(done["steps"][1]["said"]["supplier"], json!(world.supplier.supplier));
    step(&world, &school, &asked, answered).await.ok();
    let closed = step(&world, &school, &asked, json!({ "step": "request_closed" }))
        .await
        .ok();
    let all = [
        "identity_established",
        "carried_on",
        "confirmed",
        "answered",
        "request_closed",
    ];
    assert_eq!(words(&closed, "steps", "step"), all);
    // What the person was told is no business of the supplier.
    let seen = world.get(&path, &token).await.ok();
    assert_eq!(words(&seen, "steps", "step"), ["carried_on", "confirmed"]);

    // Each of it is on record about the person, and the school finds it by the person.
    let found = world
        .post(
            &world.of_school("records/_search"),
            &school,
            json!({ "eckId": pupil(INSIDE).eck_id }),
        )
        .await;
    let names = words(&found.ok(), "items", "name");
    let of = |name: &str| names.iter().filter(|found| *found == name).count();
    assert_eq!((of("request.open"), of("request.step"), of("request.view")), (1, 5, 2));
    let owner = Owner::Board(world.board);
    let on_board = world.service.records(owner).await;
    assert!(
        !on_board
            .iter()
            .any(|record| record.draft.name.as_str().starts_with("request."))
    );
}

#[actix_web::test]
async fn a_supplier_sends_a_request_on_by_the_account_that_it_knows() {
    let world = World::start().await;
    let token = world.service.token(&world.supplier.client, None).await;
    let account = account(&world, INSIDE).await;
    let body = |account: &Value| {
        json!({
            "school": world.school, "right": "access", "receivedAt": world.service.clock.now(), "askedBy": "person",
            "account": account,
        })
    };
    let sent = world.post("/v1/subject-requests", &token, body(&account)).await.ok();
    assert_eq!((&sent["openedBy"], &sent["account"]), (&json!("supplier"), &account));
    let open = words(&sent, "duties", "code");
    // What the school has to do is the school's to see.
    assert_eq!(open, ["forward_request"]);
    // The school reads of whom it is in its records.
    let school = school(&world).await;
    let found = world
        .post(
            &world.of_school("records/_search"),
            &school,
            json!({ "eckId": pupil(INSIDE).eck_id }),
        )
        .await;
    assert!(words(&found.ok(), "items", "name").contains(&"request.open".to_owned()));
    let found = world
        .post(
            &world.of_school("records/_search"),
            &school,
            json!({ "eckId": pupil(OUTSIDE).eck_id }),
        )
        .await;
    assert!(!words(&found.ok(), "items", "name").contains(&"request.open".to_owned()));

    // An account of nobody, and one of a person at another school, are unknown alike.
    let unknown = json!("01990a3e-7c00-7000-8000-000000000001");
    let refused = world
        .post("/v1/subject-requests", &token, body(&unknown))
        .await
        .input_errors();
    assert_eq!(refused, errors([("/account", "account_unknown")]));
    let mut named = body(&account);
    named.as_object_mut().unwrap().remove("account");
    named["eckId"] = json!(pupil(INSIDE).eck_id);
    let refused = world
        .post("/v1/subject-requests", &token, named.clone())
        .await
        .input_errors();
    assert_eq!(refused, errors([("/eckId", "not_for_suppliers")]));
    let refused = world
        .post("/v1/subject-requests", &school, body(&account))
        .await
        .input_errors();
    assert_eq!(refused, errors([("/account", "not_for_schools")]));
    named["receivedAt"] = json!("2999-01-01T00:00:00Z");
    let foreign = world.service.register(Role::Operator, &[]).await;
    let foreign = world.service.token(&foreign, None).await;
    world
        .post("/v1/subject-requests", &foreign, named.clone())
        .await
        .problem(403, "role_not_permitted");
    let refused = world.post("/v1/subject-requests", &school, named).await.input_errors();
    assert_eq!(refused, errors([("/receivedAt", "in_the_future")]));
}
