//! The token endpoint: what proves a client, and the ways in which it does not.

use reqwest::Response;
use serde_json::{Value, json};
use sluis_core::time::Clock;
use sluis_test_kit::{
    keys::{ClientKeyPair, Jwt, forge, hs256},
    service::{BASE, nobody},
};

use crate::world::World;

const TYPE: (&str, &str) = (
    "client_assertion_type",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
);
const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// Asks a token with this assertion.
async fn ask(world: &World, assertion: &str) -> Response {
    let form = [GRANT, TYPE, ("client_assertion", assertion)];
    world.service.post("/oidc/token").form(&form).send().await.unwrap()
}

/// An assertion of the supplier, to be spoiled.
fn good(world: &World) -> Jwt<'_> {
    let client = &world.supplier.client;
    let now = world.service.clock.now().as_secs();
    client.keys.assertion(&client.id.to_string(), BASE, now)
}

/// Checks an error (RFC 6749, 5.2), and gives its words.
async fn refused(response: Response, status: u16, error: &str) -> String {
    // RFC 6749, 5.2: nobody here tried the header `Authorization`.
    let challenged = response.headers().contains_key("www-authenticate");
    assert_eq!((response.status().as_u16(), challenged), (status, false));
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["content-type"], "application/json");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"], error, "{body}");
    body["error_description"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_token_is_for_the_school_and_purpose_that_were_asked() {
    let world = World::bare().await;
    let details = json!([{ "type": "sluis", "school": world.school, "purpose": "D1" }]);
    let form = [GRANT, ("authorization_details", &details.to_string())];
    let response = world.service.ask_token(&world.supplier.client, &form).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["pragma"], "no-cache");
    let body: Value = response.json().await.unwrap();
    assert_eq!(
        (&body["token_type"], &body["authorization_details"]),
        (&json!("Bearer"), &details)
    );
    assert!(body.get("id_token").is_none() && body["expires_in"].as_i64().unwrap() > 0);
    let me = world.get("/v1/me", body["access_token"].as_str().unwrap()).await.ok();
    assert_eq!((&me["purpose"], &me["role"]), (&json!("D1"), &json!("supplier")));
}

#[actix_web::test]
async fn a_token_expires() {
    let world = World::bare().await;
    let token = world.service.token(&world.supplier.client, None).await;
    world.get("/v1/me", &token).await.ok();
    world.service.clock.advance_secs(3_600);
    world.get("/v1/me", &token).await.problem(401, "invalid_token");
}

#[actix_web::test]
async fn an_assertion_works_once() {
    let world = World::bare().await;
    let assertion = good(&world).sign();
    assert_eq!(ask(&world, &assertion).await.status(), 200);
    let words = refused(ask(&world, &assertion).await, 400, "invalid_client").await;
    assert!(words.contains("used before"), "{words}");
}

#[actix_web::test]
async fn what_does_not_prove_the_client_is_refused() {
    let world = World::bare().await;
    let now = world.service.clock.now().as_secs();
    let client = world.supplier.client.id.to_string();
    let claims = json!({
        "iss": client, "sub": client, "aud": BASE, "iat": now, "exp": now + 60, "jti": "one",
    });
    let public = world.supplier.client.keys.jwks().to_string();
    let hmac = json!({ "alg": "HS256", "typ": "JWT", "kid": "test" });
    for (what, assertion) in [
        (
            "expired",
            good(&world).with("iat", now - 200).with("exp", now - 100).sign(),
        ),
        (
            "for another service",
            good(&world).with("aud", "https://elsewhere.example").sign(),
        ),
        ("of an unknown key", good(&world).header("kid", "other").sign()),
        (
            "without a signature",
            forge(&json!({ "alg": "none" }), &claims, |_| Vec::new()),
        ),
        (
            "signed with the public key",
            forge(&hmac, &claims, |text| hs256(public.as_bytes(), text)),
        ),
        ("no assertion at all", "x.y.z".to_owned()),
    ] {
        let response = ask(&world, &assertion).await;
        assert_eq!(response.status(), 400, "{what}");
        refused(response, 400, "invalid_client").await;
    }
}

#[actix_web::test]
async fn an_unknown_client_and_a_wrong_signature_look_alike() {
    let world = World::bare().await;
    let now = world.service.clock.now().as_secs();
    let thief = ClientKeyPair::es256("test");
    let stranger = thief.assertion(&nobody().to_string(), BASE, now).sign();
    let stranger = refused(ask(&world, &stranger).await, 400, "invalid_client").await;
    let client = world.supplier.client.id.to_string();
    let good = good(&world).sign();
    let (unsigned, _) = good.rsplit_once('.').unwrap();
    for forged in [
        thief.assertion(&client, BASE, now).sign(),
        thief.assertion(&client, BASE, now).header("kid", "other").sign(),
        ClientKeyPair::rs256("test").assertion(&client, BASE, now).sign(),
        format!("{unsigned}.no-signature"),
        // What would be told to the client itself.
        thief.assertion(&client, "https://elsewhere.example", now).sign(),
        thief.assertion(&client, BASE, now - 3_600).sign(),
    ] {
        assert_eq!(
            refused(ask(&world, &forged).await, 400, "invalid_client").await,
            stranger
        );
    }
    world.revoke(world.supplier.client.id).await;
    assert_eq!(refused(ask(&world, &good).await, 400, "invalid_client").await, stranger);
}

#[actix_web::test]
async fn the_form_of_an_assertion_is_judged_alike_whoever_it_names() {
    let world = World::bare().await;
    let now = world.service.clock.now().as_secs();
    let thief = ClientKeyPair::es256("test");
    let mut told = Vec::new();
    for client in [nobody().to_string(), world.supplier.client.id.to_string()] {
        let forged = || thief.assertion(&client, BASE, now);
        for assertion in [forged().header("typ", "at+jwt").sign(), forged().without("jti").sign()] {
            told.push(refused(ask(&world, &assertion).await, 400, "invalid_client").await);
        }
    }
    assert_eq!(told[..2], told[2..]);
}

#[actix_web::test]
async fn a_revoked_client_gets_no_token_and_its_tokens_end_at_once() {
    let world = World::bare().await;
    let token = world.service.token(&world.supplier.client, None).await;
    world.revoke(world.supplier.client.id).await;
    world.get("/v1/me", &token).await.problem(401, "invalid_token");
    refused(ask(&world, &good(&world).sign()).await, 400, "invalid_client").await;
}

#[actix_web::test]
async fn what_is_wrong_with_a_request_is_told_in_the_words_of_the_standard() {
    let world = World::bare().await;
    let client = &world.supplier.client;
    for (form, status, error) in [
        (vec![("grant_type", "password")], 400, "unsupported_grant_type"),
        (vec![], 400, "invalid_request"),
        (vec![GRANT, GRANT], 400, "invalid_request"),
        (vec![GRANT, ("client_secret", "s")], 400, "invalid_client"),
        (
            vec![GRANT, ("authorization_details", "[{\"type\":\"other\"}]")],
            400,
            "invalid_authorization_details",
        ),
        (
            vec![
                GRANT,
                ("authorization_details", "[{\"type\":\"sluis\",\"purpose\":\"D23\"}]"),
            ],
            400,
            "invalid_authorization_details",
        ),
        (vec![("grant_type", "authorization_code")], 400, "invalid_request"),
    ] {
        let response = world.service.ask_token(client, &form).await;
        let status_is = response.status().as_u16();
        assert_eq!(status_is, status, "{form:?}");
        refused(response, status, error).await;
    }
}

#[actix_web::test]
async fn a_code_that_nobody_gave_out_is_refused() {
    let world = World::bare().await;
    for code in ["x", &"A".repeat(43)] {
        let answer = world.exchange(&world.supplier, code, &[]).await;
        assert_eq!(
            (answer.status, answer.body["error"].as_str()),
            (400, Some("invalid_grant"))
        );
    }
}
