//! Data that goes on to another party (D5, D11): only to whom the annex lists, who has an agreement too, and on record.

use serde_json::{Value, json};
use sluis::app::activation::ActivationScope;
use sluis_core::{agreement::Annex, id::SupplierId};

use crate::world::{Answer, IN_GROUP, Supplier, World, annex};

/// A world with another supplier, to whom data may go on by the annex.
async fn with_receiver() -> (World, Supplier) {
    let world = World::bare().await;
    let other = world.another_supplier().await;
    let mut document = serde_json::to_value(annex().document()).unwrap();
    document["rows"][0]["purposes"]
        .as_array_mut()
        .unwrap()
        .push(json!("D5"));
    document["receivers"] = json!([
        { "name": "Andere Leermiddelen B.V.", "supplier": other.supplier, "purposes": ["D5"] },
    ]);
    let annex = Annex::parse(&serde_json::to_vec(&document).unwrap()).unwrap();
    world.agree_about(&world.supplier, ActivationScope::School, annex).await;
    world.pull().await;
    (world, other)
}

async fn search(world: &World, purpose: &str, receiver: Option<SupplierId>) -> Answer {
    let token = world.supplier_token(purpose).await;
    let wanted = json!({ "attributes": ["givenName"], "limit": 200, "receiver": receiver });
    world.post(&world.of_school("learners/_search"), &token, wanted).await
}

#[actix_web::test]
async fn data_go_on_only_to_whom_the_annex_lists_and_who_has_an_agreement() {
    let (world, other) = with_receiver().await;
    let third = world.another_supplier().await;

    assert_eq!(search(&world, "D5", None).await.refusal(), ["receiver_missing"]);
    let refused = search(&world, "D5", Some(other.supplier)).await.refusal();
    assert_eq!(refused, ["receiver_without_agreement"]);
    world.agree(&other).await;
    let found = search(&world, "D5", Some(other.supplier)).await.ok();
    assert!(found["items"].as_array().unwrap().len() > IN_GROUP);
    world.agree(&third).await;
    assert_eq!(
        search(&world, "D5", Some(third.supplier)).await.refusal(),
        ["receiver_not_listed"]
    );
    assert_eq!(
        search(&world, "D1", Some(other.supplier)).await.refusal(),
        ["receiver_unexpected"]
    );

    let school = world.service.token(&world.school_client, None).await;
    let records = world.get(&world.of_school("records?limit=200"), &school).await.ok();
    let mut records = records["items"].as_array().unwrap().iter();
    let record = records.find(|record| record["id"] == found["recordId"]).unwrap();
    assert_eq!(
        (&record["purpose"], &record["receiver"]),
        (&json!("D5"), &json!(other.supplier))
    );
}

#[actix_web::test]
async fn a_receiver_is_stated_at_every_door() {
    let (world, other) = with_receiver().await;
    world.agree(&other).await;
    let token = world.supplier_token("D5").await;
    let eck_id = sluis_stand_ins::administration::pupil(crate::world::INSIDE).eck_id;
    let body = |receiver: Value| json!({ "school": world.school, "eckId": eck_id, "receiver": receiver });
    let resolve = async |receiver| world.post("/v1/accounts/_resolve", &token, body(receiver)).await;
    assert_eq!(resolve(Value::Null).await.refusal(), ["receiver_missing"]);
    resolve(json!(other.supplier)).await.ok();
    let ask = async |receiver: Value| {
        let question = json!({ "school": world.school, "attributes": ["givenName"], "receiver": receiver });
        world.post("/v1/decisions", &token, question).await.ok()["decision"].clone()
    };
    assert_eq!(
        (ask(Value::Null).await, ask(json!(other.supplier)).await),
        (json!("deny"), json!("permit"))
    );
}
