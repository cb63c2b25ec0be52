//! Who processes, and where: without the school's permission nothing goes outside the EEA, and an objection bites at once.

use serde_json::{Value, json};
use sluis::app::activation::ActivationScope;
use sluis_core::{agreement::Annex, time::Clock};

use crate::world::{Answer, World, annex};

const HOST: &str = "Hunze Hosting B.V.";

/// A world in which the sub-processor of the annex is in this country.
async fn with_host_in(country: &str) -> (World, Value) {
    let world = World::bare().await;
    let mut document = serde_json::to_value(annex().document()).unwrap();
    document["subProcessors"][0]["country"] = json!(country);
    let annex = Annex::parse(&serde_json::to_vec(&document).unwrap()).unwrap();
    world.agree_about(&world.supplier, ActivationScope::School, annex).await;
    world.pull().await;
    let token = world.service.token(&world.supplier.client, None).await;
    let agreements = world.get("/v1/agreements", &token).await.ok();
    (world, agreements["items"][0]["id"].clone())
}

async fn search(world: &World) -> Answer {
    let token = world.supplier_token("D1").await;
    let wanted = json!({ "attributes": ["givenName"] });
    world.post(&world.of_school("learners/_search"), &token, wanted).await
}

async fn end(world: &World, token: &str, stance: &Value) {
    let path = format!("stances/{}/_end", stance["id"].as_str().unwrap());
    world.post(&world.of_school(&path), token, json!({})).await.ok();
}

#[actix_web::test]
async fn outside_the_eea_nothing_is_released_without_the_permission_of_the_school() {
    let (world, agreement) = with_host_in("US").await;
    let school = world.service.token(&world.school_client, None).await;
    let refused = search(&world).await.problem(403, "refused");
    let reason = &refused["reasons"][0];
    assert_eq!(
        (&reason["code"], &reason["missing"]["name"], &reason["whoCanFix"]),
        (&json!("place_outside_eea"), &json!(HOST), &json!("school"))
    );
    let body = json!({ "agreement": agreement, "kind": "permission", "party": HOST });
    let stance = world.post(&world.of_school("stances"), &school, body).await.ok();
    search(&world).await.ok();
    end(&world, &school, &stance).await;
    assert_eq!(search(&world).await.refusal(), ["place_outside_eea"]);
}

#[actix_web::test]
async fn an_objection_to_a_sub_processor_bites_at_once_and_can_be_withdrawn() {
    let (world, agreement) = with_host_in("NL").await;
    let board = world.service.token(&world.board_client, None).await;
    search(&world).await.ok();
    let body = json!({ "agreement": agreement, "kind": "objection", "party": HOST });
    let stance = world.post(&world.of_school("stances"), &board, body).await.ok();
    assert_eq!(search(&world).await.refusal(), ["sub_processor_objected"]);
    end(&world, &board, &stance).await;
    search(&world).await.ok();
}

#[actix_web::test]
async fn an_objection_goes_on_when_the_annex_changes_and_the_roster_is_kept_meanwhile() {
    let (world, agreement) = with_host_in("NL").await;
    let school = world.service.token(&world.school_client, None).await;
    let body = json!({ "agreement": agreement, "kind": "objection", "party": HOST });
    let stance = world.post(&world.of_school("stances"), &school, body).await.ok();

    world.service.clock.advance_secs(60);
    let supplier = world.service.token(&world.supplier.client, None).await;
    let mut document = serde_json::to_value(annex().document()).unwrap();
    document["version"]["number"] = json!("2.0");
    document["subProcessors"][0]["name"] = json!("Hunze Hosting BV");
    document["places"][1]["party"] = json!("Hunze Hosting BV");
    let now = world.service.clock.now().to_string();
    let offer = json!({ "board": world.board, "validFrom": now, "annex": document });
    let newer = world.post("/v1/agreements", &supplier, offer).await.ok();
    let board = world.service.token(&world.board_client, None).await;
    let accept = format!("/v1/agreements/{}/_accept", newer["id"].as_str().unwrap());
    let hash = json!({ "annexHash": newer["annexHash"] });
    world.post(&accept, &board, hash).await.ok();

    assert_eq!(search(&world).await.refusal(), ["sub_processor_objected"]);
    let twice = json!({ "agreement": newer["id"], "kind": "objection", "party": "Hunze Hosting BV" });
    let stances = world.of_school("stances");
    world.post(&stances, &school, twice).await.problem(409, "already_done");
    world.pull_again().await;
    end(&world, &school, &stance).await;
    search(&world).await.ok();
}
