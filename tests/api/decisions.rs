//! Asking the gate: 200 whatever it says, nothing is released, and it is on record as an evaluation.

use serde_json::{Value, json};
use sluis_core::ledger::{Owner, RecordKind};
use sluis_stand_ins::administration::{Behaviour, pupil, staff_member};
use sluis_test_kit::service::{RegisteredClient, nobody};

use crate::world::{Answer, INSIDE, OUTSIDE, World, elsewhere, errors};

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

/// The question of a school about one person.
fn about(world: &World, person: Value) -> Value {
    let mut body = json!({ "school": world.school, "product": world.supplier.product, "purpose": "D1" });
    let person = person.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(person);
    body
}

#[actix_web::test]
async fn a_school_learns_every_reason_about_one_of_its_people() {
    let world = World::start().await;
    let school = world.service.token(&world.school_client, None).await;
    let restrict = async |ground: &str, number| {
        let body = json!({ "ground": ground, "eckId": pupil(number).eck_id });
        let placed = world.post(&world.of_school("restrictions"), &school, body).await.ok();
        placed["subject"].clone()
    };
    let subject = restrict("restriction", OUTSIDE).await;
    restrict("objection", OUTSIDE).await;
    let last = INSIDE + 14;
    world.administration.behave(Behaviour::Only(last - 1));
    world.pull_again().await;
    let unknown = format!("https://ketenid.nl/pilot/{}", "0a".repeat(64));
    for (person, reasons) in [
        (json!({ "eckId": pupil(INSIDE).eck_id }), vec![]),
        (json!({ "sourceKey": pupil(INSIDE).key }), vec![]),
        (
            json!({ "eckId": pupil(OUTSIDE).eck_id }),
            vec!["person_out_of_scope", "processing_restricted", "person_objected"],
        ),
        (json!({ "eckId": pupil(last).eck_id }), vec!["person_unknown"]),
        (json!({ "eckId": unknown }), vec!["person_unknown"]),
        (json!({ "sourceKey": "nobody" }), vec!["person_unknown"]),
        (json!({ "sourceKey": staff_member(1).key }), vec!["person_unknown"]),
    ] {
        for client in [&world.school_client, &world.board_client] {
            let answer = ask(&world, client, about(&world, person.clone())).await.ok();
            let decision = if reasons.is_empty() { "permit" } else { "deny" };
            let told: Vec<_> = answer["reasons"].as_array().unwrap().iter().collect();
            let codes: Vec<_> = told.iter().map(|reason| reason["code"].as_str().unwrap()).collect();
            assert_eq!((&answer["decision"], &codes), (&json!(decision), &reasons), "{person}");
            let records = world.service.records(Owner::School(world.school)).await;
            let draft = &records.last().unwrap().draft;
            assert_eq!((draft.kind, draft.asker), (RecordKind::Evaluation, Some(client.id)));
            // Who is not of this school is nobody in its records.
            assert_eq!(
                draft.subject.is_some(),
                !reasons.contains(&"person_unknown"),
                "{person}"
            );
            if reasons.contains(&"processing_restricted") {
                assert_eq!(json!(draft.subject), subject);
            }
        }
    }
    // Staff are looked for among staff.
    let teacher = json!({ "sourceKey": staff_member(1).key, "personKind": "staff" });
    let answer = ask(&world, &world.school_client, about(&world, teacher)).await.ok();
    assert_eq!(answer["reasons"][0]["code"], "person_out_of_scope");
}

#[actix_web::test]
async fn a_supplier_may_not_ask_about_one_person_whoever_it_is() {
    let world = World::start().await;
    let before = world.service.records(Owner::School(world.school)).await.len();
    let unknown = format!("https://ketenid.nl/pilot/{}", "0a".repeat(64));
    for eck_id in [pupil(INSIDE).eck_id, unknown] {
        let question = json!({ "school": world.school, "purpose": "D1", "eckId": eck_id });
        let answer = ask(&world, &world.supplier.client, question).await;
        assert_eq!(answer.input_errors(), errors([("/eckId", "not_for_suppliers")]));
    }
    let question = json!({ "school": world.school, "product": nobody(), "purpose": "D1", "sourceKey": "L31" });
    let answer = ask(&world, &world.supplier.client, question).await;
    assert_eq!(
        answer.input_errors(),
        errors([("/sourceKey", "not_for_suppliers"), ("/product", "product_of_another")])
    );
    let after = world.service.records(Owner::School(world.school)).await.len();
    assert_eq!(after, before, "nothing was asked of the gate");
}

#[actix_web::test]
async fn how_a_person_is_named_is_checked_as_everywhere() {
    let world = World::start().await;
    let eck_id = pupil(INSIDE).eck_id;
    for (person, expected) in [
        (
            json!({ "eckId": eck_id, "sourceKey": "L31" }),
            ("/sourceKey", "one_too_many"),
        ),
        (
            json!({ "eckId": eck_id.to_uppercase() }),
            ("/eckId", "eck_id_upper_case"),
        ),
        (
            json!({ "eckId": eck_id.replace("/pilot/", "/201703/") }),
            ("/eckId", "eck_id_segment"),
        ),
        (json!({ "sourceKey": "111222333" }), ("/sourceKey", "national_number")),
    ] {
        let answer = ask(&world, &world.school_client, about(&world, person)).await;
        assert_eq!(answer.input_errors(), errors([expected]));
    }
}
