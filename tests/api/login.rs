//! A pupil logs in by Kennisnet, and the supplier gets an account with exactly the agreed attributes.

use serde_json::{Value, json};
use sluis_core::{id::AccountId, time::Clock};
use sluis_stand_ins::administration::pupil;

use crate::{
    browser::{VERIFIER, authorization_request, location},
    world::{Answer, BACK, GROUP, INSIDE, OUTSIDE, World},
};

/// The claims of an id token that are no attributes.
pub(crate) const PROTOCOL: [&str; 9] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "at_hash",
];

/// The claims of a login that works.
async fn claims(world: &World, username: &str) -> Value {
    let supplier = &world.supplier;
    let code = world.log_in(supplier, username).await.code();
    let tokens = world.exchange(supplier, &code, &[]).await.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    world.claims(&tokens, supplier.client.id).await
}

#[actix_web::test]
async fn the_supplier_gets_an_account_and_exactly_the_agreed_attributes() {
    let world = World::start().await;
    let claims = claims(&world, &INSIDE.to_string()).await;
    AccountId::parse(claims["sub"].as_str().unwrap()).unwrap();
    let now = world.service.clock.now().as_secs();
    assert_eq!((&claims["iat"], &claims["auth_time"]), (&json!(now), &json!(now)));
    assert!(claims["exp"].as_i64().unwrap() > now);
    let mut released = claims.as_object().unwrap().clone();
    released.retain(|claim, _| !PROTOCOL.contains(&claim.as_str()));
    let pupil = pupil(INSIDE);
    let names: Vec<_> = released.keys().map(String::as_str).collect();
    assert_eq!(names, ["eckId", "givenName", "groups", "yearGroup"]);
    assert_eq!(released["givenName"], pupil.given_name);
    assert_eq!(released["eckId"], pupil.eck_id);
    assert_eq!(released["yearGroup"], pupil.group.year_group.to_string());
    let groups = released["groups"].as_array().unwrap();
    assert!(groups.iter().any(|group| group["name"] == GROUP), "{groups:?}");
}

#[actix_web::test]
async fn the_account_is_the_same_each_time_and_another_one_at_another_supplier() {
    let world = World::start().await;
    let first = claims(&world, &INSIDE.to_string()).await["sub"].clone();
    assert_eq!(claims(&world, &INSIDE.to_string()).await["sub"], first);
    let classmate = (INSIDE + 1).to_string();
    assert_ne!(claims(&world, &classmate).await["sub"], first);

    let other = world.another_supplier().await;
    world.agree(&other).await;
    let code = world.log_in(&other, &INSIDE.to_string()).await.code();
    let tokens = world.exchange(&other, &code, &[]).await.ok();
    let elsewhere = world.claims(&tokens, other.client.id).await;
    assert_ne!(elsewhere["sub"], first);
}

#[actix_web::test]
async fn the_account_of_a_login_is_the_account_of_the_list() {
    let world = World::start().await;
    let account = claims(&world, &INSIDE.to_string()).await["sub"].clone();
    let token = world.supplier_token("D1").await;
    let body = json!({ "school": world.school, "eckId": pupil(INSIDE).eck_id });
    let resolved = world.post("/v1/accounts/_resolve", &token, body).await.ok();
    assert_eq!(resolved["account"], account);
}

#[actix_web::test]
async fn of_several_locations_it_is_the_one_whose_roster_holds_the_person() {
    let world = World::start().await;
    world.another_location().await;
    claims(&world, &INSIDE.to_string()).await;
}

#[actix_web::test]
async fn the_access_token_of_a_login_opens_no_api() {
    let world = World::start().await;
    let code = world.log_in(&world.supplier, &INSIDE.to_string()).await.code();
    let tokens = world.exchange(&world.supplier, &code, &[]).await.ok();
    let token = tokens["access_token"].as_str().unwrap();
    world.get("/v1/me", token).await.problem(401, "invalid_token");
}

#[actix_web::test]
async fn the_metadata_lead_to_the_endpoints_that_are_there() {
    let world = World::bare().await;
    let metadata = Answer::of(world.service.get("/.well-known/openid-configuration"))
        .await
        .ok();
    assert_eq!(metadata["subject_types_supported"], json!(["pairwise"]));
    for name in ["authorization_endpoint", "jwks_uri", "token_endpoint"] {
        let address = metadata[name].as_str().unwrap();
        assert_ne!(world.browse(address).await.status(), 404, "`{name}`");
    }
    let keys = Answer::of(world.service.get("/oidc/jwks")).await.ok();
    let keys = keys["keys"].as_array().unwrap();
    assert!(
        !keys.is_empty() && keys.iter().all(|key| key.get("d").is_none()),
        "{keys:?}"
    );
}

#[actix_web::test]
async fn a_login_may_begin_with_a_form() {
    let world = World::start().await;
    let address = authorization_request(world.supplier.client.id, &[]);
    let (path, query) = address.split_once('?').unwrap();
    let request = world.service.post(path).body(query.to_owned());
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 303);
    assert!(location(&answer).as_str().starts_with(world.kennisnet.issuer()));
}

#[actix_web::test]
async fn a_code_works_once() {
    let world = World::start().await;
    let code = world.log_in(&world.supplier, &INSIDE.to_string()).await.code();
    world.exchange(&world.supplier, &code, &[]).await.ok();
    refused(world.exchange(&world.supplier, &code, &[]).await);
}

#[actix_web::test]
async fn a_code_works_only_for_whom_and_how_it_was_asked() {
    let world = World::start().await;
    let other = world.another_supplier().await;
    let another_verifier = VERIFIER.replace("test", "thief");
    for changes in [
        ("code_verifier", another_verifier.as_str()),
        ("redirect_uri", "https://app.rekenbaai.example/other"),
    ] {
        let code = world.log_in(&world.supplier, &INSIDE.to_string()).await.code();
        refused(world.exchange(&world.supplier, &code, &[changes]).await);
    }
    let code = world.log_in(&world.supplier, &INSIDE.to_string()).await.code();
    refused(world.exchange(&other, &code, &[]).await);
    // Whoever it was made for can still use it: others cannot take it away.
    world.exchange(&world.supplier, &code, &[]).await.ok();
}

#[actix_web::test]
async fn a_code_does_not_wait() {
    let world = World::start().await;
    let code = world.log_in(&world.supplier, &INSIDE.to_string()).await.code();
    world.service.clock.advance_secs(61);
    refused(world.exchange(&world.supplier, &code, &[]).await);
}

#[actix_web::test]
async fn what_is_withdrawn_after_the_login_is_not_in_the_exchange() {
    let world = World::start().await;
    let code = world.log_in(&world.supplier, &INSIDE.to_string()).await.code();
    world.switch_off().await;
    let body = refused(world.exchange(&world.supplier, &code, &[]).await);
    let description = body["error_description"].as_str().unwrap();
    assert!(description.contains("activation_ended"), "{description}");
}

#[actix_web::test]
async fn both_decisions_of_a_login_are_on_record() {
    let world = World::start().await;
    claims(&world, &INSIDE.to_string()).await;
    world.log_in(&world.supplier, &OUTSIDE.to_string()).await.page();
    let token = world.service.token(&world.school_client, None).await;
    let records = world.get(&world.of_school("records?limit=200"), &token).await.ok();
    let logins: Vec<_> = records["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|record| record["kind"] == "login")
        .map(|record| {
            (
                record["name"].clone(),
                record["outcome"].clone(),
                record["reasons"].clone(),
            )
        })
        .collect();
    let expected = [
        (json!("login.return"), json!("permit"), json!([])),
        (json!("login.release"), json!("permit"), json!([])),
        (json!("login.return"), json!("deny"), json!(["person_out_of_scope"])),
    ];
    assert_eq!(logins, expected);
}

fn refused(answer: Answer) -> Value {
    assert_eq!(
        (answer.status, &answer.body["error"]),
        (400, &json!("invalid_grant")),
        "{}",
        answer.body
    );
    assert!(answer.body.get("id_token").is_none() && answer.body.get("access_token").is_none());
    assert!(!answer.body.to_string().contains(BACK));
    answer.body
}
