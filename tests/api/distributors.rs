//! Distributors: nothing passes without an instruction of the school that holds, and what is delivered goes to a supplier that
//! has an agreement too.

use serde_json::{Value, json};
use sluis::app::{
    activation::ActivationScope,
    organisation::OPERATOR,
    reason::{RunReason, StopCode},
};
use sluis_core::{agreement::Annex, id::SupplierId};
use sluis_test_kit::service::RegisteredClient;

use crate::{
    account_changes::about_accounts,
    party,
    world::{Answer, IN_GROUP, Supplier, World, annex},
};

struct Deliveries {
    world: World,
    distributor: Supplier,
    receiver: Supplier,
    /// A token of the school.
    school: String,
    instruction: String,
}

/// A world with a distributor that is instructed, whose own agreement lists names for deliveries, and another supplier.
async fn with_distributor() -> Deliveries {
    let mut purposes = annex().document().rows[0].purposes.clone();
    purposes.push("D12".to_owned());
    with_distributor_for(&purposes).await
}

/// The same, where its annex has one row, with these purposes.
async fn with_distributor_for(purposes: &[String]) -> Deliveries {
    let world = World::bare().await;
    let (distributor, receiver) = (world.distributor().await, world.another_supplier().await);
    let mut document = serde_json::to_value(annex().document()).unwrap();
    document["rows"].as_array_mut().unwrap().truncate(1);
    document["rows"][0]["purposes"] = json!(purposes);
    let annex = Annex::parse(&serde_json::to_vec(&document).unwrap()).unwrap();
    world.agree_about(&distributor, ActivationScope::School, annex).await;
    let school = world.service.token(&world.school_client, None).await;
    let body = json!({ "product": distributor.product });
    let instruction = world.post(&world.of_school("instructions"), &school, body).await.ok();
    world.pull().await;
    Deliveries {
        instruction: instruction["id"].as_str().unwrap().to_owned(),
        world,
        distributor,
        receiver,
        school,
    }
}

async fn token(world: &World, client: &RegisteredClient, purpose: &str) -> String {
    let bound = json!({ "type": "sluis", "school": world.school, "purpose": purpose });
    world.service.token(client, Some(bound)).await
}

async fn search(world: &World, by: &Supplier, purpose: &str, receiver: Option<SupplierId>) -> Answer {
    let token = token(world, &by.client, purpose).await;
    let wanted = json!({ "attributes": ["givenName", "birthDate"], "limit": 200, "receiver": receiver });
    world.post(&world.of_school("learners/_search"), &token, wanted).await
}

/// The decision about a delivery, as this client is told it.
async fn ask(world: &World, client: &RegisteredClient, about: &Supplier, receiver: SupplierId) -> Value {
    let question = json!({
        "school": world.school, "product": about.product, "attributes": ["givenName"], "purpose": "D12",
        "receiver": receiver,
    });
    let token = world.service.token(client, None).await;
    world.post("/v1/decisions", &token, question).await.ok()
}

fn codes(decision: &Value) -> Vec<&str> {
    let reasons = decision["reasons"].as_array().unwrap().iter();
    reasons.map(|reason| reason["code"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_distributor_passes_only_on_an_instruction_that_holds_and_is_not_disputed() {
    let Deliveries {
        world,
        distributor,
        receiver,
        school,
        instruction,
    } = with_distributor().await;
    world.agree(&receiver).await;
    let to = receiver.supplier;
    // Whoever asks gets the same answer: the distributor, its school, and who searches.
    let refused = async |code: &str| {
        assert_eq!(search(&world, &distributor, "D12", Some(to)).await.refusal(), [code]);
        for client in [&distributor.client, &world.school_client, &world.board_client] {
            assert_eq!(codes(&ask(&world, client, &distributor, to).await), [code]);
        }
    };
    let permitted = async || {
        let found = search(&world, &distributor, "D12", Some(to)).await.ok();
        assert!(found["items"].as_array().unwrap().len() > IN_GROUP);
        let first = found["items"][0]["attributes"].as_object().unwrap();
        assert_eq!(
            first.keys().collect::<Vec<_>>(),
            ["givenName"],
            "blind to what its agreement does not list"
        );
        for client in [&distributor.client, &world.school_client] {
            assert_eq!(ask(&world, client, &distributor, to).await["decision"], "permit");
        }
    };

    let step = async |step: &str| {
        let path = world.of_school(&format!("instructions/{instruction}/{step}"));
        world.post(&path, &school, json!({})).await.ok()
    };
    permitted().await;
    step("_suspend").await;
    refused("instruction_suspended").await;
    step("_resume").await;
    permitted().await;
    step("_end").await;
    refused("distributor_not_instructed").await;
}

#[actix_web::test]
async fn a_distributor_delivers_to_another_that_has_an_agreement_and_the_record_says_to_whom() {
    let Deliveries {
        world,
        distributor,
        receiver,
        school,
        ..
    } = with_distributor().await;

    assert_eq!(
        search(&world, &distributor, "D12", None).await.refusal(),
        ["receiver_missing"]
    );
    let itself = search(&world, &distributor, "D12", Some(distributor.supplier)).await;
    assert_eq!(itself.refusal(), ["receiver_missing"]);
    let to = receiver.supplier;
    let refused = search(&world, &distributor, "D12", Some(to)).await.refusal();
    assert_eq!(refused, ["receiver_without_agreement"]);
    world.agree(&receiver).await;
    let found = search(&world, &distributor, "D12", Some(to)).await.ok();
    let refused = search(&world, &distributor, "D1", Some(to)).await.refusal();
    assert_eq!(refused, ["receiver_unexpected"]);

    let records = world.get(&world.of_school("records?limit=200"), &school).await.ok();
    let mut records = records["items"].as_array().unwrap().iter();
    let record = records.find(|record| record["id"] == found["recordId"]).unwrap();
    assert_eq!(
        (&record["purpose"], &record["receiver"], &record["product"]),
        (&json!("D12"), &json!(to), &json!(distributor.product))
    );
}

#[actix_web::test]
async fn a_delivery_goes_to_no_operator_no_distributor_and_nobody_whom_the_school_has_stopped() {
    let Deliveries {
        world,
        distributor,
        receiver,
        school,
        ..
    } = with_distributor().await;
    let to = async |supplier| search(&world, &distributor, "D12", Some(supplier)).await;
    assert_eq!(to(OPERATOR).await.refusal(), ["receiver_not_ready"]);
    let other = party::distributor(&world.service, "Slenk Distributie B.V.", "Lijst").await;
    world.agree(&other).await;
    assert_eq!(to(other.supplier).await.refusal(), ["receiver_not_ready"]);

    world.agree(&receiver).await;
    to(receiver.supplier).await.ok();
    let token = world.service.token(&receiver.client, None).await;
    let agreements = world.get("/v1/agreements", &token).await.ok();
    let agreement = &agreements["items"][0]["id"];
    let body = json!({ "agreement": agreement, "kind": "objection", "party": "Hunze Hosting B.V." });
    world.post(&world.of_school("stances"), &school, body).await.ok();
    assert_eq!(to(receiver.supplier).await.refusal(), ["receiver_not_ready"]);
}

#[actix_web::test]
async fn nothing_is_taken_in_for_a_distributor_that_was_not_instructed() {
    let world = World::bare().await;
    let distributor = world.distributor().await;
    world.agree_about(&distributor, ActivationScope::School, annex()).await;
    assert_eq!(world.pulled().await, Some(RunReason::Stopped(StopCode::NothingAgreed)));
    let school = world.service.token(&world.school_client, None).await;
    let body = json!({ "product": distributor.product });
    world.post(&world.of_school("instructions"), &school, body).await.ok();
    world.pull_again().await;
}

/// It can learn what changed only under a purpose that has a receiver.
#[actix_web::test]
async fn a_distributor_that_delivers_hears_of_accounts_that_changed() {
    let Deliveries {
        world,
        distributor,
        receiver,
        school,
        ..
    } = with_distributor_for(&["D12".to_owned()]).await;
    world.agree(&receiver).await;
    let found = search(&world, &distributor, "D12", Some(receiver.supplier)).await.ok();
    let [into, from] = [0, 1].map(|place| &found["items"][place]["account"]);
    world.service.clock.advance_secs(60);
    let merge = json!({ "supplier": distributor.supplier, "from": from, "into": into, "samePerson": true });
    world
        .post(&world.of_school("accounts/_merge"), &school, merge)
        .await
        .ok();
    let token = world.service.token(&distributor.client, None).await;
    let events = world.get("/v1/events", &token).await.ok();
    assert_eq!(about_accounts(&events)[0]["kind"], "accounts_changed");
}
