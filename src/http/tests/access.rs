//! Tokens and roles.

use actix_web::test::TestRequest;

use super::{ask, get, with_role};
use crate::app::caller::RoleKind;

fn with_authorization(value: &str) -> TestRequest {
    get("/v1/me").insert_header(("Authorization", value))
}

#[actix_web::test]
async fn without_a_token_the_challenge_names_no_error() {
    for request in [get("/v1/me"), with_authorization("Basic Ym9hcmQ6eA==")] {
        let reply = ask(request).await;
        reply.problem(401, "unauthenticated");
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
}

#[actix_web::test]
async fn a_bad_token_is_refused_without_saying_why() {
    for value in [
        "Bearer forged",
        "Bearer",
        "Bearer two words",
        "Bearer b\u{e9}",
        "Bearer ",
    ] {
        let reply = ask(with_authorization(value)).await;
        let body = reply.problem(401, "invalid_token");
        assert_eq!(
            reply.header("www-authenticate"),
            "Bearer error=\"invalid_token\"",
            "`{value}`"
        );
        assert!(!body.to_string().contains("unknown"), "the reason is for the log only");
    }
}

#[actix_web::test]
async fn two_tokens_are_one_too_many() {
    let request = with_authorization("Bearer board").append_header(("Authorization", "Bearer board"));
    ask(request).await.problem(401, "invalid_token");
}

#[actix_web::test]
async fn a_token_in_the_address_is_refused_even_beside_a_good_one() {
    let request = with_role(get("/v1/me?access_token=board"), RoleKind::Board);
    let reply = ask(request).await;
    reply.problem(400, "token_in_query");
    assert_eq!(reply.header("www-authenticate"), "Bearer error=\"invalid_request\"");
}

#[actix_web::test]
async fn when_tokens_cannot_be_verified_nobody_is_let_in() {
    ask(with_authorization("Bearer broken"))
        .await
        .problem(503, "unavailable");
}
