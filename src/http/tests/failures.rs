//! Everything that goes wrong is a problem, and says nothing about how we are made.

use std::time::Duration;

use actix_web::{
    HttpResponse,
    test::init_service,
    web::{self, Data, Path, ServiceConfig},
};
use sluis_core::{
    agreement::Model,
    catalogue::Purpose,
    gate::{Missing, Reason, ReasonCode},
    id::{RecordId, SchoolId},
};
use uuid::Uuid;

use super::{Reply, ask, get, parts, post, send, settings};
use crate::{
    app::{
        error::{AppError, BindingError, ConflictCode, Invalid, Refusal},
        store::StoreError,
    },
    http::{Http, code::Code, problem::Problem, server, settings::Settings},
};

async fn broken() -> Result<HttpResponse, Problem> {
    Err(Problem::new(Code::Internal).because("secret of the house"))
}
async fn panics() -> HttpResponse {
    panic!("secret of the house")
}
async fn slow() -> HttpResponse {
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    HttpResponse::Ok().finish()
}
async fn bare() -> HttpResponse {
    HttpResponse::Conflict().body("secret of the house")
}
async fn protocol() -> HttpResponse {
    HttpResponse::BadRequest().json(serde_json::json!({ "error": "invalid_grant" }))
}
async fn by_id(school: Path<SchoolId>) -> HttpResponse {
    HttpResponse::Ok().body(school.to_string())
}
async fn refused() -> Result<HttpResponse, Problem> {
    let code = ReasonCode::PurposeNotAgreed;
    let reason = Reason {
        code,
        article: code.clause().and_then(|clause| clause.article(Model::V4_0Coded)),
        missing: Missing::Purpose(Purpose::parse("D5").unwrap()),
    };
    let refused = AppError::Refused(Box::new(Refusal {
        reasons: vec![reason],
        record: RecordId::from_uuid(Uuid::from_u128(9)),
    }));
    Err(refused.into())
}
async fn use_case(name: Path<String>) -> Result<HttpResponse, Problem> {
    let store = StoreError::Unavailable("secret of the house".into());
    let conflict = |code| AppError::Conflict {
        code,
        detail: "the activation has ended".to_owned(),
    };
    Err(match name.as_str() {
        "not-found" => AppError::NotFound("school"),
        "not-yours" => AppError::NotYours,
        "conflict" => conflict(ConflictCode::AlreadyEnded),
        "invalid" => AppError::Invalid(vec![Invalid {
            pointer: "/annex/rows/0".to_owned(),
            code: "annex_defect",
            detail: "the row names no purpose".to_owned(),
        }]),
        "purpose" => BindingError::PurposeMismatch.into(),
        _ => store.into(),
    }
    .into())
}

fn register(config: &mut ServiceConfig) {
    config
        .service(web::resource("/broken").to(broken))
        .service(web::resource("/panics").to(panics))
        .service(web::resource("/slow").to(slow))
        .service(web::resource("/bare").to(bare))
        .service(web::resource("/protocol").to(protocol))
        .service(web::resource("/refused").to(refused))
        .service(web::resource("/use-case/{name}").to(use_case))
        .service(web::resource("/by-id/{school}").to(by_id));
}

async fn ask_broken(path: &str) -> Reply {
    let settings = Settings {
        timeout: Duration::from_millis(50),
        ..settings()
    };
    let http = Data::new(Http::new(parts(settings)));
    let app = init_service(server::with(http, register)).await;
    send(&app, get(path)).await
}

#[actix_web::test]
async fn causes_and_panics_are_never_sent() {
    for path in ["/broken", "/panics"] {
        let reply = ask_broken(path).await;
        let body = reply.problem(500, "internal");
        assert!(!reply.text().contains("secret"));
        assert_eq!(body["traceId"].as_str().map(str::len), Some(32));
    }
}

#[actix_web::test]
async fn what_takes_too_long_is_given_up() {
    ask_broken("/slow").await.problem(503, "timed_out");
}

#[actix_web::test]
async fn bare_failures_become_problems_and_those_of_a_protocol_keep_their_form() {
    let reply = ask_broken("/bare").await;
    reply.problem(400, "malformed_request");
    assert!(!reply.text().contains("secret"));
    let reply = ask_broken("/protocol").await;
    assert_eq!(
        (reply.status.as_u16(), reply.text()),
        (400, "{\"error\":\"invalid_grant\"}")
    );
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn a_refusal_lists_its_reasons() {
    let body = ask_broken("/refused").await.problem(403, "refused");
    let reason = &body["reasons"][0];
    assert_eq!(reason["code"], "purpose_not_agreed");
    assert_eq!(
        reason["missing"],
        serde_json::json!({ "kind": "purpose", "name": "D5" })
    );
    assert_eq!(reason["article"]["model"], "4.0-coded");
    assert_eq!(reason["whoCanFix"], "supplier");
    assert_eq!(body["recordId"], "00000000-0000-0000-0000-000000000009");
    assert_eq!(body.get("errors"), None);
}

#[actix_web::test]
async fn what_a_use_case_refuses_has_its_code() {
    for (name, status, code) in [
        ("not-found", 404, "school_not_found"),
        ("not-yours", 403, "not_yours"),
        ("conflict", 409, "already_ended"),
        ("invalid", 400, "invalid_input"),
        ("purpose", 400, "purpose_mismatch"),
        ("store", 503, "unavailable"),
    ] {
        let reply = ask_broken(&format!("/use-case/{name}")).await;
        let body = reply.problem(status, code);
        assert!(!reply.text().contains("secret"));
        match name {
            "conflict" => assert_eq!(body["detail"], "the activation has ended"),
            "invalid" => assert_eq!(body["errors"][0]["pointer"], "/annex/rows/0"),
            _ => {}
        }
    }
}

#[actix_web::test]
async fn an_id_that_is_none_is_named_without_its_value() {
    let reply = ask_broken("/by-id/SOME-VALUE").await;
    let body = reply.problem(400, "invalid_input");
    assert_eq!(body["errors"][0]["parameter"], "school");
    assert!(!reply.text().contains("SOME-VALUE"));
}

#[actix_web::test]
async fn what_does_not_exist_is_not_found_also_with_a_slash_at_the_end() {
    for path in [
        "/nowhere",
        "/v1",
        "/v1/",
        "/v1/me/",
        "/v1//me",
        "/v1/nowhere",
        "/health/live/",
        "/problems/no_such",
        "/docs/none",
    ] {
        ask(get(path)).await.problem(404, "not_found");
    }
}

#[actix_web::test]
async fn another_method_is_told_which_ones_exist() {
    for path in ["/v1/me", "/health/ready", "/problems/refused", "/v1/openapi.json"] {
        let reply = ask(post(path)).await;
        reply.problem(405, "method_not_allowed");
        assert_eq!(reply.header("allow"), "GET", "`{path}`");
    }
}

#[actix_web::test]
async fn a_client_that_takes_no_json_gets_none() {
    for accept in ["text/html", "application/json;q=0", "*/*, application/json;q=0"] {
        let request = get("/v1/me").insert_header(("Accept", accept));
        ask(request).await.problem(406, "not_acceptable");
    }
    for accept in ["*/*", "text/html, application/*;q=0.1", "application/json"] {
        let request = get("/v1/me").insert_header(("Accept", accept));
        ask(request).await.problem(401, "unauthenticated");
    }
}
