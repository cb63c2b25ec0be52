//! Instructing distributors, suspending that and ending it.

use serde_json::{Value, json};

use super::world::{NOBODY, Who, World, ids, text};

fn spans(instruction: &Value) -> usize {
    instruction["suspensions"].as_array().unwrap().len()
}

#[actix_web::test]
async fn an_instruction_is_given_once_suspended_resumed_and_ended() {
    let world = World::start().await;
    let path = world.at_school("instructions");
    let body = json!({ "product": world.routing, "validUntil": "2027-08-01T00:00:00Z" });
    let given = world.post(Who::School, &path, &body).await.created();
    assert_eq!(
        (&given["school"], &given["product"], spans(&given)),
        (&json!(world.school), &json!(world.routing), 0)
    );
    assert_eq!(
        (&given["validFrom"], &given["validUntil"]),
        (&json!(world.now()), &json!("2027-08-01T00:00:00.000Z"))
    );
    for who in [Who::School, Who::Board] {
        world.post(who, &path, &body).await.problem(409, "already_done");
    }

    let this = format!("{path}/{}", text(&given["id"]));
    let [suspend, resume, end] = ["_suspend", "_resume", "_end"].map(|step| format!("{this}/{step}"));
    world.step(Who::School, &resume).await.problem(409, "not_ready");
    for round in 1..=2 {
        let suspended = world.step(Who::School, &suspend).await.with(200);
        assert_eq!(spans(&suspended), round);
        assert_eq!(suspended["suspensions"][round - 1].get("validUntil"), None);
        world.step(Who::Board, &suspend).await.problem(409, "already_done");
        assert_eq!(world.get(Who::School, &this).await.with(200), suspended);
        world.service.clock.advance_secs(1);
        let resumed = world.step(Who::Board, &resume).await.with(200);
        assert_eq!(resumed["suspensions"][round - 1]["validUntil"], world.now());
        assert_eq!(world.get(Who::Board, &this).await.with(200), resumed);
    }

    let ended = world.step(Who::School, &end).await.with(200);
    assert_eq!(ended["validUntil"], world.now());
    for step in [&end, &suspend, &resume] {
        world.step(Who::School, step).await.problem(409, "already_ended");
    }
    let again = world.post(Who::Board, &path, &body).await.created();
    let list = world.get(Who::School, &path).await.with(200);
    assert_eq!(ids(&list), [text(&given["id"]), text(&again["id"])]);
}

#[actix_web::test]
async fn only_a_distributor_is_instructed_and_for_a_time_to_come() {
    let world = World::start().await;
    let path = world.at_school("instructions");
    let to_supplier = json!({ "product": world.product, "validUntil": world.now() });
    let refused = world.post(Who::School, &path, &to_supplier).await;
    refused.assert_errors(&[("/product", "party_is_no_distributor"), ("/validUntil", "moment_past")]);
    let of_nobody = json!({ "product": NOBODY });
    let refused = world.post(Who::School, &path, &of_nobody).await;
    refused.problem(404, "product_not_found");
    assert_eq!(ids(&world.get(Who::School, &path).await.with(200)), [""; 0]);
    for step in ["_suspend", "_resume", "_end"] {
        let unknown = world.step(Who::School, &format!("{path}/{NOBODY}/{step}")).await;
        unknown.problem(404, "instruction_not_found");
    }
}

#[actix_web::test]
async fn a_distributor_reads_its_own_instructions_once_its_product_is_switched_on() {
    let world = World::start().await;
    let path = world.at_school("instructions");
    let body = json!({ "product": world.routing });
    let given = world.post(Who::School, &path, &body).await.created();
    let unseen = world.get(Who::Distributor, &path).await;
    unseen.problem(404, "school_not_found");
    let switching = json!({ "product": world.routing, "scope": { "kind": "school" } });
    let activations = world.at_school("activations");
    world.post(Who::School, &activations, &switching).await.created();
    let seen = world.get(Who::Distributor, &path).await.with(200);
    assert_eq!(seen["items"], json!([given]));
    let one = format!("{path}/{}", text(&given["id"]));
    assert_eq!(world.get(Who::Distributor, &one).await.with(200), given);
}
