//! Resolving one account by ECK iD: unknown and not permitted look alike, and no identifier is ever repeated.

use rstest::rstest;
use serde_json::{Value, json};
use sluis_stand_ins::administration::pupil;
use sluis_test_kit::service::nobody;

use crate::world::{Answer, INSIDE, OUTSIDE, World, errors};

async fn resolve(world: &World, purpose: &str, body: Value) -> Answer {
    let token = world.service.token(&world.supplier.client, None).await;
    let request = world
        .service
        .post("/v1/accounts/_resolve")
        .bearer_auth(token)
        .json(&body);
    Answer::of(request.header("Purpose-Code", purpose)).await
}

#[actix_web::test]
async fn an_account_comes_with_the_agreed_attributes() {
    let world = World::start().await;
    let pupil = pupil(INSIDE);
    let body = json!({
        "school": world.school, "eckId": pupil.eck_id, "attributes": ["givenName", "familyName", "email"],
    });
    let found = resolve(&world, "D1", body.clone()).await.ok();
    let expected = json!({ "givenName": pupil.given_name, "familyName": pupil.family_name });
    assert_eq!(found["attributes"], expected);
    assert_eq!(found["withheld"][0]["attribute"], "email");
    assert!(found["recordId"].is_string());
    let again = resolve(&world, "D4", body).await.ok();
    assert_eq!(
        again["account"], found["account"],
        "an account does not depend on the purpose"
    );
}

#[actix_web::test]
async fn unknown_and_not_permitted_look_alike() {
    let world = World::start().await;
    let unknown = format!("https://ketenid.nl/pilot/{}", "0a".repeat(64));
    let mut answers = Vec::new();
    for eck_id in [unknown, pupil(OUTSIDE).eck_id] {
        let body = json!({ "school": world.school, "eckId": eck_id });
        let mut answer = resolve(&world, "D1", body).await.problem(403, "refused");
        for member in ["recordId", "traceId"] {
            answer.as_object_mut().unwrap().remove(member).unwrap();
        }
        answers.push(answer);
    }
    assert_eq!(answers[0]["reasons"][0]["code"], "person_not_available");
    assert_eq!(answers[0], answers[1]);
}

#[actix_web::test]
async fn what_else_is_missing_is_told_before_anything_about_a_person() {
    let world = World::start().await;
    for eck_id in [pupil(INSIDE).eck_id, pupil(OUTSIDE).eck_id] {
        let body = json!({ "school": world.school, "eckId": eck_id });
        assert_eq!(resolve(&world, "D6", body).await.refusal(), ["purpose_not_agreed"]);
    }
}

#[rstest]
#[case::upper_case("https://ketenid.nl/pilot/{AB}", "eck_id_upper_case")]
#[case::upper_case_host("https://KetenID.nl/pilot/{ab}", "eck_id_upper_case")]
#[case::stem_pseudonym("https://ketenid.nl/sppilot/{ab}", "eck_id_stem_pseudonym")]
#[case::another_segment("https://ketenid.nl/201703/{ab}", "eck_id_segment")]
#[case::short("https://ketenid.nl/pilot/ab", "eck_id_shape")]
#[case::no_address("{ab}", "eck_id_shape")]
#[case::national_number("111222333", "national_number")]
#[actix_web::test]
async fn what_is_no_eck_id_of_this_service_is_refused_and_not_repeated(#[case] form: &str, #[case] code: &str) {
    let world = World::bare().await;
    let eck_id = form.replace("{ab}", &"ab".repeat(64)).replace("{AB}", &"AB".repeat(64));
    let answer = resolve(&world, "D1", json!({ "school": world.school, "eckId": eck_id })).await;
    let text = answer.body.to_string().to_lowercase();
    assert!(!text.contains("abab") && !text.contains("111222333"), "{text}");
    assert_eq!(answer.input_errors(), errors([("/eckId", code)]));
}

#[actix_web::test]
async fn all_errors_come_at_once() {
    let world = World::bare().await;
    let eck_id = format!("https://ketenid.nl/pilot/{}", "AB".repeat(64));
    let body = json!({ "school": "99ZZ", "eckId": eck_id, "attributes": ["x", "givenName", "y"] });
    let expected = errors([
        ("/school", "invalid_value"),
        ("/eckId", "eck_id_upper_case"),
        ("/attributes/0", "attribute_unknown"),
        ("/attributes/2", "attribute_unknown"),
        ("Purpose-Code", "purpose_unknown"),
    ]);
    assert_eq!(resolve(&world, "X1", body).await.input_errors(), expected);
    let expected = errors([("/school", "missing"), ("/eckId", "missing")]);
    assert_eq!(resolve(&world, "D1", json!({})).await.input_errors(), expected);
}

#[actix_web::test]
async fn a_school_that_is_not_there_is_not_found() {
    let world = World::bare().await;
    let body = json!({ "school": nobody(), "eckId": pupil(INSIDE).eck_id });
    resolve(&world, "D1", body).await.problem(404, "school_not_found");
}

#[actix_web::test]
async fn a_revoked_client_resolves_nobody() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    world.revoke(world.supplier.client.id).await;
    let body = json!({ "school": world.school, "eckId": pupil(INSIDE).eck_id });
    world
        .post("/v1/accounts/_resolve", &token, body)
        .await
        .problem(401, "invalid_token");
}
