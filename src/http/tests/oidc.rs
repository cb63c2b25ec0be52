//! The forms of the OpenID endpoints; what they mean is tested with a whole service.

use std::collections::BTreeSet;

use actix_web::{http::Method, test::TestRequest};

use super::{Reply, ask, get, post};
use crate::http::fallback;

fn form(body: &'static str) -> TestRequest {
    post("/oidc/token")
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload(body)
}

/// Checks what holds for every error of the token endpoint (RFC 6749, 5.2).
fn assert_error(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status.as_u16(), status, "{}", reply.text());
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("pragma"), "no-cache");
    let body = reply.json();
    assert_eq!(body["error"], code);
    let description = body["error_description"].as_str().unwrap();
    assert!(
        !description.is_empty() && !description.contains(['"', '\\']),
        "{description}"
    );
}

#[actix_web::test]
async fn every_address_outside_the_document_is_there_and_knows_its_methods() {
    let outside: Vec<_> = fallback::outside().collect();
    for (method, path, reason) in &outside {
        assert!(!reason.is_empty(), "`{path}`");
        let address = path.replace("{code}", "refused");
        let of = |method: &str| TestRequest::with_uri(&address).method(Method::from_bytes(method.as_bytes()).unwrap());
        let there = ask(of(method)).await;
        assert!(
            !there.text().contains("\"not_found\""),
            "`{method} {path}`: {}",
            there.text()
        );
        let refused = ask(of("DELETE")).await;
        refused.problem(405, "method_not_allowed");
        let methods: BTreeSet<_> = refused.header("allow").split(", ").map(str::to_owned).collect();
        let known = outside.iter().filter(|(_, other, _)| other == path);
        assert_eq!(
            methods,
            known.map(|(method, ..)| (*method).to_owned()).collect(),
            "`{path}`"
        );
    }
}

#[actix_web::test]
async fn the_token_endpoint_takes_forms_only() {
    assert_error(&ask(form("a=1&a=2&b=")).await, 400, "invalid_client");
    for request in [
        post("/oidc/token"),
        post("/oidc/token").set_json("grant_type=client_credentials"),
        form("a=1").insert_header(("Content-Encoding", "gzip")),
        post("/oidc/token")
            .insert_header(("Content-Type", "application/x-www-form-urlencoded; charset=latin1"))
            .set_payload("a=1"),
    ] {
        assert_error(&ask(request).await, 415, "invalid_request");
    }
    let not_text = form("").set_payload(&b"a=\xff"[..]);
    assert_error(&ask(not_text).await, 400, "invalid_request");
    let large = form("").set_payload("a".repeat(64 * 1024 + 1));
    assert_error(&ask(large).await, 413, "invalid_request");
}

#[actix_web::test]
async fn parameters_in_the_address_of_the_token_endpoint_are_refused() {
    let request = post("/oidc/token?client_secret=s")
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload("a=1");
    let reply = ask(request).await;
    assert_error(&reply, 400, "invalid_request");
    assert!(reply.header("www-authenticate").is_empty());
}

#[actix_web::test]
async fn a_form_is_handed_on_with_its_duplicates_and_the_challenge_fits_the_attempt() {
    let reply = ask(form("a=1&a=2&b=")).await;
    assert!(reply.text().contains("3 'pairs' were read"), "{}", reply.text());
    assert_error(&reply, 400, "invalid_client");
    assert!(reply.header("www-authenticate").is_empty());
    for (tried, challenge) in [
        ("Bearer x", "Bearer realm=\"clients\""),
        ("Basic YTpi", "Basic realm=\"clients\""),
        ("DPoP x", "DPoP realm=\"clients\""),
        ("<script> x", "Bearer realm=\"clients\""),
    ] {
        let reply = ask(form("a=1").insert_header(("Authorization", tried))).await;
        assert_error(&reply, 401, "invalid_client");
        assert_eq!(reply.header("www-authenticate"), challenge, "{tried}");
    }
}

#[actix_web::test]
async fn keys_and_metadata_are_open_to_every_page_and_may_be_kept_for_a_while() {
    for path in ["/.well-known/openid-configuration", "/oidc/jwks"] {
        let reply = ask(get(path).insert_header(("Origin", "https://elsewhere.example"))).await;
        assert_eq!(reply.status, 200, "`{path}`");
        assert_eq!(reply.header("content-type"), "application/json");
        assert_eq!(reply.header("cache-control"), "public, max-age=300");
        assert_eq!(reply.header("access-control-allow-origin"), "*");
    }
}

#[actix_web::test]
async fn a_page_is_dutch_first_escaped_and_without_scripts() {
    let posted = post("/oidc/authorize")
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload("client_id=x");
    for request in [get("/oidc/authorize?client_id=x"), posted] {
        let reply = ask(request).await;
        assert_eq!(reply.status, 400);
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(reply.header("content-security-policy").contains("default-src 'none'"));
        let (dutch, english) = reply.text().split_once("<section lang=\"en\">").unwrap();
        assert!(dutch.contains("<html lang=\"nl\">") && dutch.contains("<h1>Het leermateriaal vroeg"));
        assert!(english.contains("<code>client_id</code> is &lt;none&gt;"), "{english}");
        assert!(!reply.text().contains("<script"));
    }
    let wrong = ask(post("/oidc/authorize").set_json("x")).await;
    assert!(wrong.status == 400 && wrong.text().contains("<code>application/x-www-form-urlencoded</code>"));
    let over = ask(get("/oidc/callback?state=x")).await;
    assert!(over.status == 400 && over.text().contains("<h1>Deze aanmelding is verlopen</h1>"));
}
