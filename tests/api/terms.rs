//! How a supplier wants a person to log in: passed on to Kennisnet, and held against what comes back.

use serde_json::{Value, json};
use sluis_core::time::Clock;
use sluis_stand_ins::kennisnet::Kennisnet;
use url::Url;

use crate::{
    browser::{Ended, assert_told, authorization_request, location},
    world::{Answer, INSIDE, World},
};

const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
const TWO_FACTORS: &str = "https://refeds.org/profile/mfa";
const HOUR: i64 = 3_600;

/// The login of somebody who logged in at school an hour ago, with these wishes of the supplier.
async fn an_hour_later(world: &World, wishes: &[(&str, &str)]) -> Ended {
    let request = world.to_kennisnet(&world.supplier, wishes).await;
    come(world, &request).await
}

async fn come(world: &World, request: &Url) -> Ended {
    let picked = Kennisnet::picked_earlier(request, &INSIDE.to_string(), HOUR);
    let back = world.from_kennisnet(&picked).await;
    world.come_back(&back).await
}

async fn claims(world: &World, ended: Ended) -> Value {
    let tokens = world.exchange(&world.supplier, &ended.code(), &[]).await.ok();
    world.claims(&tokens, world.supplier.client.id).await
}

#[actix_web::test]
async fn the_supplier_reads_when_and_how_the_person_logged_in() {
    let world = World::start().await;
    let now = world.service.clock.now().as_secs();
    let claims = claims(&world, an_hour_later(&world, &[]).await).await;
    assert_eq!(claims["auth_time"], now - HOUR);
    assert_eq!((&claims["iat"], &claims["acr"]), (&json!(now), &json!(PASSWORD)));
}

#[actix_web::test]
async fn who_must_log_in_again_does_so() {
    let world = World::start().await;
    let now = world.service.clock.now().as_secs();
    for wish in [
        ("prompt", "login"),
        ("prompt", "select_account"),
        ("max_age", "600"),
        ("max_age", "0"),
    ] {
        let claims = claims(&world, an_hour_later(&world, &[wish]).await).await;
        assert_eq!(claims["auth_time"], now, "{wish:?}");
    }
    let claims = claims(&world, an_hour_later(&world, &[("max_age", "7200")]).await).await;
    assert_eq!(claims["auth_time"], now - HOUR, "that is recent enough");
}

/// The address passes through the browser: whoever holds it can strike the wish out.
#[actix_web::test]
async fn a_wish_that_was_struck_out_on_the_way_is_missed() {
    let world = World::start().await;
    for wish in [("prompt", "login"), ("max_age", "600")] {
        let mut request = world.to_kennisnet(&world.supplier, &[wish]).await;
        let kept: Vec<_> = request
            .query_pairs()
            .into_owned()
            .filter(|(name, _)| name != wish.0)
            .collect();
        request.query_pairs_mut().clear().extend_pairs(kept);
        let told = come(&world, &request).await.told();
        assert_told(&told, "login_required");
    }
}

#[actix_web::test]
async fn the_way_to_log_in_that_is_asked_is_passed_on_if_kennisnet_is_known_to_have_it() {
    let world = World::start_with([("KENNISNET__ACR_VALUES", &format!("['{TWO_FACTORS}']"))]).await;
    let metadata = Answer::of(world.service.get("/.well-known/openid-configuration"))
        .await
        .ok();
    assert_eq!(metadata["acr_values_supported"], json!([TWO_FACTORS]));
    let wish = format!("unknown {TWO_FACTORS}");
    let claims = claims(&world, an_hour_later(&world, &[("acr_values", &wish)]).await).await;
    assert_eq!(claims["acr"], TWO_FACTORS);
}

#[actix_web::test]
async fn nobody_is_logged_in_without_being_asked() {
    let world = World::start().await;
    let request = authorization_request(world.supplier.client.id, &[("prompt", "none")]);
    let answer = location(&world.browse(&request).await);
    assert_told(&answer.query_pairs().into_owned().collect(), "login_required");
}
