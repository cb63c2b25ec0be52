//! What every answer carries.

use std::{num::NonZeroU32, sync::Arc};

use actix_web::test::{TestRequest, init_service};
use actix_web::web::Data;
use sluis_core::time::{FixedClock, Timestamp};

use super::{ask, ask_with, get, parts, post, send, settings, with_role};
use crate::{
    app::caller::RoleKind,
    http::{
        Http, server,
        settings::{Rate, Settings},
    },
};

#[actix_web::test]
async fn every_answer_has_the_version_and_the_security_headers() {
    let requests = [
        with_role(get("/v1/me"), RoleKind::Board),
        get("/v1/me"),
        get("/nowhere"),
        post("/v1/me"),
        get("/v1/openapi.json"),
        get("/health/live"),
        get("/problems/refused"),
        get("/docs/"),
    ];
    for request in requests {
        let reply = ask(request).await;
        assert_eq!(reply.header("api-version"), "1.0.0");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(
            reply
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
        assert!(reply.header("strict-transport-security").starts_with("max-age="));
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("x-frame-options"), "DENY");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert!(!reply.header("content-type").is_empty());
    }
}

#[actix_web::test]
async fn the_trace_goes_on_and_problems_name_it() {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request = get("/v1/me").insert_header(("traceparent", format!("00-{trace}-00f067aa0ba902b7-01")));
    let reply = ask(request).await;
    assert_eq!(reply.problem(401, "unauthenticated")["traceId"], trace);
    assert!(reply.header("traceparent").starts_with(&format!("00-{trace}-")));
    let fresh = ask(get("/v1/me")).await.json()["traceId"].as_str().unwrap().to_owned();
    assert_eq!(fresh.len(), 32);
    assert_ne!(fresh, trace);
}

#[actix_web::test]
async fn the_document_is_open_to_every_page_and_the_api_to_those_on_the_list() {
    let from = |path: &str, origin: &str| get(path).insert_header(("Origin", origin.to_owned()));
    let listed = || {
        parts(Settings {
            allowed_origins: vec!["https://app.example".to_owned()],
            ..settings()
        })
    };
    let allowed = "access-control-allow-origin";
    let reply = ask(from("/v1/openapi.json", "https://anywhere.example")).await;
    assert_eq!((reply.status.as_u16(), reply.header(allowed)), (200, "*"));
    let reply = ask_with(listed(), from("/v1/me", "https://app.example")).await;
    assert_eq!(reply.header(allowed), "https://app.example");
    let reply = ask_with(listed(), from("/v1/me", "https://anywhere.example")).await;
    assert_eq!(reply.header(allowed), "");
    let preflight = |origin: &str| {
        TestRequest::with_uri("/v1/me")
            .method(actix_web::http::Method::OPTIONS)
            .insert_header(("Origin", origin.to_owned()))
            .insert_header(("Access-Control-Request-Method", "GET"))
    };
    let reply = ask_with(listed(), preflight("https://app.example")).await;
    assert_eq!(
        (reply.status.as_u16(), reply.header(allowed)),
        (200, "https://app.example")
    );
    let reply = ask_with(listed(), preflight("https://anywhere.example")).await;
    assert_eq!((reply.status.as_u16(), reply.header(allowed)), (400, ""));
}

#[actix_web::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let rate = Some(Rate {
        per_second: NonZeroU32::new(1).unwrap(),
        burst: NonZeroU32::new(2).unwrap(),
    });
    for (client_rate, address_rate) in [(rate, None), (None, rate)] {
        let clock = Arc::new(FixedClock::new(Timestamp::from_millis(1_788_000_000_000)));
        let mut parts = parts(Settings {
            client_rate,
            address_rate,
            ..settings()
        });
        parts.clock = clock.clone();
        let app = init_service(server::app(Data::new(Http::new(parts)))).await;
        let ask = || send(&app, with_role(get("/v1/me"), RoleKind::Board));
        assert_ne!(ask().await.status, 429);
        assert_ne!(ask().await.status, 429);
        let reply = ask().await;
        reply.problem(429, "too_many_requests");
        assert_eq!(reply.header("retry-after"), "1");
        clock.advance_secs(1);
        assert_ne!(ask().await.status, 429);
    }
}

#[actix_web::test]
async fn only_our_own_proxies_say_who_asks() {
    let rate = Some(Rate {
        per_second: NonZeroU32::new(1).unwrap(),
        burst: NonZeroU32::new(1).unwrap(),
    });
    let from = |peer: &str, forwarded: &'static str| {
        get("/health/live")
            .peer_addr(format!("{peer}:4000").parse().unwrap())
            .insert_header(("X-Forwarded-For", forwarded))
    };
    let app = init_service(server::app(Data::new(Http::new(parts(Settings {
        address_rate: rate,
        trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
        ..settings()
    })))))
    .await;
    // Through the proxy each client counts by itself, whatever it writes in front.
    assert_eq!(send(&app, from("10.0.0.1", "192.0.2.1")).await.status, 200);
    assert_eq!(send(&app, from("10.0.0.1", "192.0.2.2, 10.0.0.9")).await.status, 200);
    assert_eq!(send(&app, from("10.0.0.1", "203.0.113.7, 192.0.2.1")).await.status, 429);
    // From elsewhere the header is not believed.
    assert_eq!(send(&app, from("192.0.2.50", "198.51.100.1")).await.status, 200);
    assert_eq!(send(&app, from("192.0.2.50", "198.51.100.2")).await.status, 429);
}
