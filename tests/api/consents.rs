//! Consents: what an agreement rests on consent goes about who consented, from the answer on until the answer to a withdrawal.

use rstest::rstest;
use serde_json::{Value, json};
use sluis::app::activation::ActivationScope;
use sluis_core::{agreement::Annex, time::Clock};
use sluis_stand_ins::administration::pupil;

use crate::{
    rosters::{FIRST, snapshot},
    world::{Answer, INSIDE, World, annex, errors},
};

/// The annex, with the day of birth of pupils under D1 on consent, and all of D9.
pub(crate) fn on_consent() -> Annex {
    let mut document = serde_json::to_value(annex().document()).unwrap();
    let rows = document["rows"].as_array_mut().unwrap();
    rows[3]["restsOnConsent"] = json!(true);
    rows[3]["module"] = rows[0]["module"].clone();
    let mut born = rows[0].clone();
    born["purposes"] = json!(["D1"]);
    born["pupilCategories"] = json!(["CD20"]);
    born["restsOnConsent"] = json!(true);
    rows.push(born);
    rows[0]["pupilCategories"] = json!(["CD1", "CD3", "CD12", "CD22"]);
    Annex::parse(&serde_json::to_vec(&document).unwrap()).unwrap()
}

/// A school of which everybody is in scope, with a roster.
pub(crate) async fn consenting() -> World {
    let world = World::bare().await;
    world
        .agree_about(&world.supplier, ActivationScope::School, on_consent())
        .await;
    world.import(snapshot(FIRST)).await;
    world
}

/// A guardian consents for a pupil, with changes to what the school says.
pub(crate) async fn give(world: &World, changes: Value) -> Answer {
    let mut body = json!({
        "product": world.supplier.product, "purpose": "D9", "givenBy": "guardian", "eckId": pupil(INSIDE).eck_id,
        "birthDate": "2016-05-12", "evidence": { "kind": "portal", "reference": "formulier 118 van Jorn" },
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(body.as_object_mut().unwrap().remove(name)),
            value => body[name] = value.clone(),
        }
    }
    let token = world.service.token(&world.school_client, None).await;
    world.post(&world.of_school("consents"), &token, body).await
}

async fn withdraw(world: &World, given: &Value, by: &str) -> Answer {
    let token = world.service.token(&world.school_client, None).await;
    let path = format!("consents/{}/_withdraw", given["id"].as_str().unwrap());
    world.post(&world.of_school(&path), &token, json!({ "by": by })).await
}

async fn resolve(world: &World, purpose: &str, number: u32) -> Answer {
    let token = world.supplier_token(purpose).await;
    let body = json!({ "school": world.school, "eckId": pupil(number).eck_id });
    world.post("/v1/accounts/_resolve", &token, body).await
}

async fn listed(world: &World, purpose: &str) -> usize {
    let token = world.supplier_token(purpose).await;
    let path = world.of_school("learners/_search");
    let found = world.post(&path, &token, json!({ "limit": 200 })).await.ok();
    found["items"].as_array().unwrap().len()
}

#[actix_web::test]
async fn what_rests_on_consent_goes_about_who_consented_until_it_is_withdrawn() {
    let world = consenting().await;
    assert_eq!(resolve(&world, "D9", INSIDE).await.refusal(), ["person_not_available"]);
    assert_eq!(listed(&world, "D9").await, 0);
    let given = give(&world, json!({})).await.ok();
    assert_eq!(
        (&given["purpose"], &given["givenBy"]),
        (&json!("D9"), &json!("guardian"))
    );
    // The evening before the sixteenth birthday, in the Netherlands.
    assert_eq!(given["validUntil"], "2032-05-11T22:00:00.000Z");
    resolve(&world, "D9", INSIDE).await.ok();
    assert_eq!(listed(&world, "D9").await, 1, "and about nobody else");
    assert_eq!(
        resolve(&world, "D9", INSIDE + 1).await.refusal(),
        ["person_not_available"]
    );
    // Another guardian consents too; the withdrawal of one ends both.
    let other = json!({ "evidence": { "kind": "paper", "reference": "map 7" } });
    let other = give(&world, other).await.ok();
    world.service.clock.advance_secs(60);
    let withdrawn = withdraw(&world, &given, "guardian").await.ok();
    assert_eq!(withdrawn["withdrawnBy"], "guardian");
    assert_eq!(resolve(&world, "D9", INSIDE).await.refusal(), ["person_not_available"]);
    for consent in [&given, &other] {
        withdraw(&world, consent, "guardian")
            .await
            .problem(409, "already_ended");
    }
    let token = world.service.token(&world.school_client, None).await;
    let found = world.get(&world.of_school("consents"), &token).await.ok();
    let ends: Vec<_> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["validUntil"])
        .collect();
    assert_eq!(ends, [&withdrawn["validUntil"]; 2]);
    let mut items = found["items"].as_array().unwrap().iter();
    assert!(items.any(|item| item["evidence"]["reference"] == "formulier 118 van Jorn"));
}

#[actix_web::test]
async fn what_goes_without_consent_goes_on_and_the_rest_is_added() {
    let world = consenting().await;
    let groups = async || {
        let found = resolve(&world, "D1", INSIDE).await.ok();
        (
            found["attributes"]["givenName"].is_string(),
            found["attributes"]["groups"].is_array(),
        )
    };
    assert_eq!(groups().await, (true, false));
    let given = give(&world, json!({ "purpose": "D1" })).await.ok();
    assert_eq!(groups().await, (true, true));
    // A consent is for one purpose.
    assert_eq!(resolve(&world, "D9", INSIDE).await.refusal(), ["person_not_available"]);
    withdraw(&world, &given, "person").await.ok();
    assert_eq!(groups().await, (true, false));
}

#[actix_web::test]
async fn at_sixteen_the_consent_of_a_guardian_is_over_and_the_pupil_is_asked() {
    let world = consenting().await;
    let now = world.service.clock.now();
    // Sixteen within two days, whatever the hour.
    let tomorrow = now.plus_secs(24 * 3_600).to_string();
    let (year, rest) = tomorrow.split_at(4);
    let born = format!("{}{}", year.parse::<i32>().unwrap() - 16, &rest[..6]);
    let given = give(&world, json!({ "birthDate": born })).await.ok();
    assert!(given["validUntil"].as_str().unwrap() <= tomorrow.as_str());
    resolve(&world, "D9", INSIDE).await.ok();
    let alone = json!({ "birthDate": born, "givenBy": "person" });
    let refused = give(&world, alone.clone()).await;
    assert_eq!(refused.input_errors(), errors([("/givenBy", "minor_alone")]));
    world.service.clock.advance_secs(2 * 24 * 3_600);
    assert_eq!(resolve(&world, "D9", INSIDE).await.refusal(), ["person_not_available"]);
    let late = give(&world, json!({ "birthDate": born })).await;
    assert_eq!(late.input_errors(), errors([("/givenBy", "guardian_of_sixteen")]));
    give(&world, alone).await.ok();
    resolve(&world, "D9", INSIDE).await.ok();
}

/// The records of the pages that a supplier was shown, the latest last.
async fn pages(world: &World) -> Vec<Value> {
    let token = world.service.token(&world.school_client, None).await;
    let found = world.get(&world.of_school("records?limit=200"), &token).await.ok();
    let all = found["items"].as_array().unwrap().iter();
    all.filter(|record| record["name"] == "learner.search")
        .cloned()
        .collect()
}

#[actix_web::test]
async fn a_page_says_on_record_and_in_the_answer_what_went() {
    let world = consenting().await;
    give(&world, json!({ "purpose": "D1" })).await.ok();
    let token = world.supplier_token("D1").await;
    let body = json!({ "limit": 200, "attributes": ["givenName", "groups"] });
    let found = world
        .post(&world.of_school("learners/_search"), &token, body)
        .await
        .ok();
    let items = found["items"].as_array().unwrap().iter();
    assert_eq!(items.filter(|item| item["attributes"]["groups"].is_array()).count(), 1);
    assert_eq!(found["withheld"], json!([]));
    let page = pages(&world).await.pop().unwrap();
    let released: Vec<_> = page["released"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    assert!(released.contains(&"groups"), "{page}");
}

#[actix_web::test]
async fn a_withdrawal_wins_over_what_was_given_before_and_is_entered_later() {
    let world = consenting().await;
    let given = give(&world, json!({})).await.ok();
    let before = world.service.clock.now().to_string();
    world.service.clock.advance_secs(60);
    withdraw(&world, &given, "guardian").await.ok();
    let late = give(&world, json!({ "givenAt": before })).await;
    assert_eq!(late.input_errors(), errors([("/givenAt", "withdrawn_since")]));
    assert_eq!(resolve(&world, "D9", INSIDE).await.refusal(), ["person_not_available"]);
    world.service.clock.advance_secs(60);
    give(&world, json!({})).await.ok();
    resolve(&world, "D9", INSIDE).await.ok();
}

#[actix_web::test]
async fn a_consent_to_other_words_is_asked_anew() {
    let world = consenting().await;
    give(&world, json!({})).await.ok();
    resolve(&world, "D9", INSIDE).await.ok();
    world.service.clock.advance_secs(60);
    let mut newer = serde_json::to_value(on_consent().document()).unwrap();
    newer["version"]["number"] = json!("1.3");
    let supplier = world.service.token(&world.supplier.client, None).await;
    let from = world.service.clock.now().to_string();
    let offer = json!({ "board": world.board, "validFrom": from, "annex": newer });
    let offered = world.post("/v1/agreements", &supplier, offer).await.ok();
    let board = world.service.token(&world.board_client, None).await;
    let accept = format!("/v1/agreements/{}/_accept", offered["id"].as_str().unwrap());
    let body = json!({ "annexHash": offered["annexHash"] });
    world.post(&accept, &board, body).await.ok();
    assert_eq!(resolve(&world, "D9", INSIDE).await.refusal(), ["person_not_available"]);
    give(&world, json!({})).await.ok();
    resolve(&world, "D9", INSIDE).await.ok();
}

#[rstest]
#[case::minor(json!({ "givenBy": "person" }), "/givenBy", "minor_alone")]
#[case::no_birth_date(json!({ "birthDate": null }), "/birthDate", "birth_date_needed")]
#[case::nothing_rests_on_it(json!({ "purpose": "D2" }), "/purpose", "nothing_rests_on_consent")]
#[case::unknown(json!({ "eckId": null, "sourceKey": "nobody" }), "/sourceKey", "person_unknown")]
#[case::future(json!({ "givenAt": "2099-01-01T00:00:00Z" }), "/givenAt", "in_future")]
#[case::past(json!({ "validUntil": "2020-01-01T00:00:00Z" }), "/validUntil", "ends_before_begins")]
#[actix_web::test]
async fn what_is_no_consent_is_refused_and_changes_nothing(
    #[case] changes: Value,
    #[case] place: &str,
    #[case] code: &str,
) {
    let world = consenting().await;
    let refused = give(&world, changes).await;
    assert!(refused.input_errors().contains(&(place.to_owned(), code.to_owned())));
    assert_eq!(resolve(&world, "D9", INSIDE).await.refusal(), ["person_not_available"]);
    let token = world.service.token(&world.school_client, None).await;
    let found = world.get(&world.of_school("consents"), &token).await.ok();
    assert_eq!(found["items"], json!([]));
}

/// What the agreement says about the day of birth rests on consent, and nothing else does.
fn born_on_consent() -> Annex {
    let mut document = serde_json::to_value(annex().document()).unwrap();
    let rows = document["rows"].as_array_mut().unwrap();
    let mut born = rows[0].clone();
    born["purposes"] = json!(["D1"]);
    born["pupilCategories"] = json!(["CD14"]);
    born["staffCategories"] = json!([]);
    born["restsOnConsent"] = json!(true);
    rows.push(born);
    Annex::parse(&serde_json::to_vec(&document).unwrap()).unwrap()
}

#[actix_web::test]
async fn what_only_a_row_on_consent_needs_is_kept_of_who_consented_and_no_longer_than_that_holds() {
    let world = World::bare().await;
    world
        .agree_about(&world.supplier, ActivationScope::School, born_on_consent())
        .await;
    world.import(snapshot(FIRST)).await;
    let held = async |number| {
        let found = resolve(&world, "D1", number).await.ok();
        found["attributes"]["birthDate"].is_string()
    };
    let consent = json!({ "purpose": "D1" });
    let given = give(&world, consent.clone()).await.ok();
    assert!(!held(INSIDE).await, "nobody had consented when the roster came in");
    world.import(snapshot(FIRST)).await;
    assert_eq!((held(INSIDE).await, held(INSIDE + 1).await), (true, false));

    world.service.clock.advance_secs(60);
    withdraw(&world, &given, "guardian").await.ok();
    assert!(!held(INSIDE).await, "at once");
    world.import(snapshot(FIRST)).await;
    world.service.clock.advance_secs(60);
    give(&world, consent).await.ok();
    assert!(!held(INSIDE).await, "it was not kept any more");
    world.import(snapshot(FIRST)).await;
    assert!(held(INSIDE).await);

    // What comes in is on record: for some, by consent, and for nobody else.
    let token = world.service.token(&world.school_client, None).await;
    let found = world.get(&world.of_school("records?limit=200"), &token).await.ok();
    let pulls = found["items"].as_array().unwrap().iter();
    let pulls = pulls.filter(|record| record["name"] == "roster.pull");
    let born = pulls.map(|record| {
        let released = record["released"].as_array().unwrap();
        released.contains(&json!("birthDate"))
    });
    assert_eq!(born.collect::<Vec<_>>(), [false, true, false, true]);
}
