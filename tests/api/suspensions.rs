//! A side that can no longer comply, and a school that is excepted: nothing passes from the answer on, by no token.

use serde_json::{Value, json};
use sluis_core::ledger::Owner;

use crate::world::{Answer, World};

async fn search(world: &World, token: &str) -> Answer {
    let wanted = json!({ "attributes": ["givenName"] });
    world.post(&world.of_school("learners/_search"), token, wanted).await
}

/// The agreement of the product, and what is said about it.
async fn agreement(world: &World, token: &str) -> (String, Value) {
    let agreements = world.get("/v1/agreements", token).await.ok();
    let own = &agreements["items"][0];
    let path = format!("/v1/agreements/{}", own["id"].as_str().unwrap());
    (path, json!({ "annexHash": own["annexHash"] }))
}

#[actix_web::test]
async fn a_suspension_bites_at_once_for_tokens_from_before_and_is_on_record() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    search(&world, &token).await.ok();
    let supplier = world.service.token(&world.supplier.client, None).await;
    let (path, hash) = agreement(&world, &supplier).await;
    for (step, refused) in [("_suspend", true), ("_resume", false)] {
        world
            .post(&format!("{path}/{step}"), &supplier, hash.clone())
            .await
            .ok();
        let answer = search(&world, &token).await;
        if refused {
            assert_eq!(answer.refusal(), ["agreement_suspended_by_supplier"]);
        } else {
            answer.ok();
        }
    }
    let records = world.service.records(Owner::School(world.school)).await;
    let names = records.iter().map(|record| record.draft.name.as_str());
    let steps: Vec<_> = names.filter(|name| name.starts_with("agreement.")).collect();
    assert!(steps.ends_with(&["agreement.suspend", "agreement.resume"]), "{steps:?}");
    let reasons = records.iter().flat_map(|record| &record.draft.reasons);
    let told = reasons.filter(|code| code.as_str() == "agreement_suspended_by_supplier");
    assert_eq!(told.count(), 1);
}

#[actix_web::test]
async fn an_excepted_school_and_an_end_bite_at_once() {
    let world = World::start().await;
    let location = world.another_location().await;
    let token = world.supplier_token("D1").await;
    let supplier = world.service.token(&world.supplier.client, None).await;
    let board = world.service.token(&world.board_client, None).await;
    let (path, hash) = agreement(&world, &supplier).await;
    let mut only = hash.clone();
    only["onlySchools"] = json!([location]);
    search(&world, &token).await.ok();
    world.post(&format!("{path}/_cover"), &board, only).await.ok();
    assert_eq!(search(&world, &token).await.refusal(), ["agreement_excepts_school"]);
    world.post(&format!("{path}/_cover"), &board, hash.clone()).await.ok();
    search(&world, &token).await.ok();
    world.post(&format!("{path}/_end"), &board, hash).await.ok();
    assert_eq!(search(&world, &token).await.refusal(), ["agreement_ended"]);
}
