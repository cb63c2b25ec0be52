//! Asking the gate: 200 whatever it says, nothing is released, and it is on record as an evaluation.

use serde_json::{Value, json};
use sluis_test_kit::service::{RegisteredClient, nobody};

use crate::world::{Answer, World, elsewhere, errors};

async fn ask(world: &World, client: &RegisteredClient, body: Value) -> Answer {
    let token = world.service.token(client, None).await;
    world.post("/v1/decisions", &token, body).await
}

#[actix_web::test]
async fn a_supplier_asks_about_its_own_product() {
    let world = World::start().await;
    let question = json!({ "school": world.school, "purpose": "D1", "attributes": ["givenName", "birthDate"] });
    let answer = ask(&world, &world.supplier.client, question).await.ok();
    assert_eq!(
        (&answer["decision"], &answer["released"]),
        (&json!("permit"), &json!(["givenName"]))
    );
    assert_eq!(answer["withheld"][0]["attribute"], "birthDate");
    assert_eq!(answer["reasons"], json!([]));

    let school = world.service.token(&world.school_client, None).await;
    let records = world.get(&world.of_school("records?limit=200"), &school).await.ok();
    let record = records["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|record| record["id"] == answer["recordId"]);
    assert_eq!(record.unwrap()["kind"], "evaluation");
}

#[actix_web::test]
async fn a_denial_is_an_answer_with_all_its_reasons() {
    let world = World::bare().await;
    let question = json!({ "school": world.school, "purpose": "D6" });
    let answer = ask(&world, &world.supplier.client, question).await.ok();
    assert_eq!((&answer["decision"], &answer["released"]), (&json!("deny"), &json!([])));
    let codes: Vec<_> = answer["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| &reason["code"])
        .collect();
    assert_eq!(codes, ["agreement_missing", "mandate_missing", "activation_missing"]);
    for reason in answer["reasons"].as_array().unwrap() {
        assert!(reason["whoCanFix"].is_string() && reason["explanation"].is_string());
    }
}

#[actix_web::test]
async fn school_and_board_ask_about_any_product_of_their_own_schools() {
    let world = World::start().await;
    let question = json!({ "school": world.school, "product": world.supplier.product, "purpose": "D1" });
    for client in [&world.school_client, &world.board_client] {
        assert_eq!(ask(&world, client, question.clone()).await.ok()["decision"], "permit");
    }
    let unnamed = json!({ "school": world.school, "purpose": "D1" });
    let answer = ask(&world, &world.school_client, unnamed).await;
    assert_eq!(answer.input_errors(), errors([("/product", "required")]));
    let unknown = json!({ "school": world.school, "product": nobody(), "purpose": "D1" });
    ask(&world, &world.school_client, unknown)
        .await
        .problem(404, "product_not_found");
    let stranger = elsewhere(&world.service).await;
    ask(&world, &stranger, question).await.problem(404, "school_not_found");
}

#[actix_web::test]
async fn a_supplier_asks_about_no_other_product() {
    let world = World::start().await;
    let other = world.another_supplier().await;
    let question = json!({ "school": world.school, "product": world.supplier.product, "purpose": "D1" });
    let answer = ask(&world, &other.client, question).await;
    assert_eq!(answer.input_errors(), errors([("/product", "product_of_another")]));
}

#[actix_web::test]
async fn staff_are_decided_about_by_their_own_categories() {
    let world = World::start().await;
    let question =
        |kind| json!({ "school": world.school, "purpose": "D9", "personKind": kind, "attributes": ["gender"] });
    let answer = ask(&world, &world.supplier.client, question("staff")).await.ok();
    let codes: Vec<_> = answer["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| &reason["code"])
        .collect();
    assert_eq!(codes, ["module_not_approved"]);
    let answer = ask(&world, &world.supplier.client, question("parent")).await;
    assert_eq!(answer.input_errors(), errors([("/personKind", "invalid_value")]));
}

#[actix_web::test]
async fn wherever_the_purpose_is_stated_it_must_be_the_same() {
    let world = World::start().await;
    let question = json!({ "school": world.school, "purpose": "D1" });
    let with_header = |token: String, purpose| {
        let request = world.service.post("/v1/decisions").bearer_auth(token).json(&question);
        Answer::of(request.header("Purpose-Code", purpose))
    };
    let unbound = || world.service.token(&world.supplier.client, None);
    with_header(unbound().await, "D1").await.ok();
    with_header(unbound().await, "D4")
        .await
        .problem(400, "purpose_mismatch");
    let bound = world.supplier_token("D4").await;
    world
        .post("/v1/decisions", &bound, question.clone())
        .await
        .problem(400, "purpose_mismatch");
    let silent = json!({ "school": world.school });
    assert_eq!(
        world.post("/v1/decisions", &bound, silent.clone()).await.ok()["decision"],
        "permit"
    );
    let answer = ask(&world, &world.supplier.client, silent).await.ok();
    assert_eq!(answer["reasons"][0]["code"], "purpose_missing");
    let unknown = json!({ "school": world.school, "purpose": "D23" });
    let answer = ask(&world, &world.supplier.client, unknown).await;
    assert_eq!(answer.input_errors(), errors([("/purpose", "purpose_unknown")]));
}
