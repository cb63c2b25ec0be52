//! Disclosures: a school gives an authority what a law asks for, once it has verified that, and no more.

use serde_json::{Value, json};
use sluis::app::activation::ActivationScope;
use sluis_core::{ledger::Owner, time::Clock};
use sluis_stand_ins::administration::pupil;

use crate::{
    rosters::{FIRST, snapshot},
    world::{Answer, INSIDE, World, errors},
};

const AUTHORITY: &str = "00000001001234567000";
const ANOTHER: &str = "00000001001234567001";

async fn asked() -> World {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::School).await;
    world.import(snapshot(FIRST)).await;
    world
}

async fn by_school(world: &World, path: &str, body: Value) -> Answer {
    let token = world.service.token(&world.school_client, None).await;
    world.post(&world.of_school(path), &token, body).await
}

async fn place(world: &World, changes: Value) -> Answer {
    let now = world.service.clock.now();
    let mut body = json!({
        "authority": AUTHORITY, "law": "Leerplichtwet 1969, artikel 21", "reference": "brief over Noor",
        "verifiedAt": now, "informedAt": now, "validUntil": now.plus_secs(3_600),
        "attributes": ["givenName", "health"], "eckId": pupil(INSIDE).eck_id,
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(body.as_object_mut().unwrap().remove(name)),
            value => body[name] = value.clone(),
        }
    }
    by_school(world, "disclosures", body).await
}

async fn give(world: &World, disclosure: &Value, authority: &str) -> Answer {
    let path = format!("disclosures/{}/_release", disclosure["id"].as_str().unwrap());
    by_school(world, &path, json!({ "authority": authority })).await
}

#[actix_web::test]
async fn what_a_law_asks_for_is_given_to_that_authority_until_it_ends() {
    let world = asked().await;
    let disclosure = place(&world, json!({})).await.ok();
    assert_eq!(disclosure["reference"], "brief over Noor");
    let given = give(&world, &disclosure, AUTHORITY).await.ok();
    let names: Vec<_> = given["attributes"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["givenName"],
        "what the roster holds of what was disclosed, and nothing else"
    );
    assert_eq!(
        give(&world, &disclosure, ANOTHER).await.refusal(),
        ["disclosure_missing"]
    );
    let records = world.service.records(Owner::School(world.school)).await;
    let draft = &records[records.len() - 2].draft;
    assert_eq!((draft.name.as_str(), draft.released.len()), ("disclosure.release", 2));
    assert!(draft.subject.is_some());
    let end = format!("disclosures/{}/_end", disclosure["id"].as_str().unwrap());
    let ended = by_school(&world, &end, json!({ "by": "authority" })).await.ok();
    assert_eq!(ended["endedBy"], "authority");
    assert_eq!(
        give(&world, &disclosure, AUTHORITY).await.refusal(),
        ["disclosure_missing"]
    );
    by_school(&world, &end, json!({ "by": "school" }))
        .await
        .problem(409, "already_ended");
}

#[actix_web::test]
async fn a_restriction_stops_it_unless_the_law_asks_it_all_the_same() {
    let world = asked().await;
    let disclosure = place(&world, json!({})).await.ok();
    let body = json!({ "ground": "restriction", "eckId": pupil(INSIDE).eck_id });
    by_school(&world, "restrictions", body).await.ok();
    let refused = give(&world, &disclosure, AUTHORITY).await.refusal();
    assert_eq!(refused, ["processing_restricted"]);
    place(&world, json!({ "inSpiteOfRestriction": true })).await.ok();
    give(&world, &disclosure, AUTHORITY).await.ok();
}

#[actix_web::test]
async fn what_cannot_be_is_refused_with_the_article_and_nothing_changes() {
    let world = asked().await;
    let records = world.service.records(Owner::School(world.school)).await.len();
    for (changes, place_of_error, code) in [
        (json!({ "informedAt": null }), "/informedAt", "one_needed"),
        (
            json!({ "verifiedAt": "2090-01-01T00:00:00Z" }),
            "/verifiedAt",
            "in_future",
        ),
        (
            json!({ "informedAt": "2090-01-01T00:00:00Z" }),
            "/informedAt",
            "in_future",
        ),
        (
            json!({ "validUntil": "2020-01-01T00:00:00Z" }),
            "/validUntil",
            "in_past",
        ),
        (json!({ "attributes": [] }), "/attributes", "nothing_disclosed"),
    ] {
        let refused = place(&world, changes).await;
        let detail = refused.body["errors"][0]["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("model 4.0, article 6.3"), "{detail}");
        assert_eq!(refused.input_errors(), errors([(place_of_error, code)]));
    }
    for (changes, place_of_error, code) in [
        (
            json!({ "notInformedBecause": "x" }),
            "/notInformedBecause",
            "one_too_many",
        ),
        (json!({ "law": null }), "/law", "missing"),
        (json!({ "authority": "1" }), "/authority", "invalid_value"),
        (
            json!({ "eckId": null, "sourceKey": "nobody" }),
            "/sourceKey",
            "person_unknown",
        ),
    ] {
        assert_eq!(
            place(&world, changes).await.input_errors(),
            errors([(place_of_error, code)])
        );
    }
    assert_eq!(world.service.records(Owner::School(world.school)).await.len(), records);
    let secret = json!({ "informedAt": null, "notInformedBecause": "de wet verbiedt het" });
    let placed = place(&world, secret).await.ok();
    assert_eq!(placed["notInformedBecause"], "de wet verbiedt het");
}
