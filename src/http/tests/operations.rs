//! Health, figures, documentation and problem pages.

use std::sync::Arc;

use actix_web::{test::init_service, web::Data};
use sluis_core::gate::ReasonCode;

use super::{Fixed, ask, ask_with, get, parts, send, settings};
use crate::http::{Http, code::Code, server};

#[actix_web::test]
async fn a_live_service_is_ready_when_all_its_parts_are() {
    assert_eq!(ask(get("/health/live")).await.json()["status"], "up");
    let reply = ask(get("/health/ready")).await;
    assert_eq!(
        (reply.status.as_u16(), reply.json()["checks"]["storage"].as_str()),
        (200, Some("up"))
    );
    let mut parts = parts(settings());
    parts.checks.push(Arc::new(Fixed("evidence", false)));
    let reply = ask_with(parts, get("/health/ready")).await;
    assert_eq!(reply.status, 503);
    assert_eq!(
        reply.text(),
        r#"{"checks":{"evidence":"down","storage":"up"},"status":"down"}"#
    );
}

#[test]
fn figures_name_the_route_and_never_the_address() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        actix_web::rt::System::new().block_on(async {
            for path in ["/problems/refused", "/problems/refused?name=jan", "/nowhere/jan"] {
                ask(get(path)).await;
            }
            let mut parts = parts(settings());
            parts.metrics = Some(handle);
            let apart = init_service(server::operations_app(Data::new(Http::new(parts)))).await;
            let figures = send(&apart, get("/metrics")).await;
            assert!(figures.header("content-type").starts_with("text/plain; version=0.0.4"));
            let count = r#"sluis_http_requests_total{method="GET",route="/problems/{code}",status="200"} 2"#;
            assert!(figures.text().contains(count), "{}", figures.text());
            assert!(figures.text().contains(r#"route="unmatched",status="404"} 1"#));
            assert!(!figures.text().contains("jan"));
        });
    });
}

#[actix_web::test]
async fn figures_are_not_beside_the_api() {
    ask(get("/metrics")).await.problem(404, "not_found");
}

#[actix_web::test]
async fn every_problem_has_its_page_in_two_languages() {
    let list = ask(get("/problems")).await;
    for code in Code::ALL {
        let reply = ask(get(&format!("/problems/{}", code.as_str()))).await;
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        let texts = code.texts();
        assert!(reply.text().contains(texts.title) && reply.text().contains(texts.title_nl));
        assert!(list.text().contains(&format!("\"/problems/{}\"", code.as_str())));
    }
}

#[actix_web::test]
async fn every_reason_of_the_gate_has_its_page_in_two_languages() {
    let list = ask(get("/problems")).await;
    for code in ReasonCode::ALL {
        let page = ask(get(&format!("/problems/{}", code.as_str()))).await;
        assert_eq!(page.status, 200, "`{}`", code.as_str());
        assert!(page.text().contains("Who can fix it") && page.text().contains("Wie dit kan verhelpen"));
        assert!(page.text().contains("Who sees it") && page.text().contains("Wie dit ziet"));
        assert!(list.text().contains(&format!("/problems/{}", code.as_str())));
    }
}

#[actix_web::test]
async fn the_page_of_a_reason_has_the_article_in_the_numbering_of_each_model_and_who_sees_it() {
    let page = ask(get("/problems/purpose_not_agreed")).await;
    for expected in [
        "article 5.3 (model 4.0-coded)",
        "article 4.3 (model mbo-3.0)",
        "artikel 5.3 (model 3.0)",
        "whoever is refused",
    ] {
        assert!(page.text().contains(expected), "`{expected}`");
    }
    // Only model 4.0 has an article for it; in the others it follows from the annex as the limit.
    let page = ask(get("/problems/not_in_login_set")).await;
    let articles =
        "article 5.3 (model 3.0), article 7.4 (model 4.0), article 7.4 (model 4.0-coded), article 4.3 (model mbo-3.0).";
    assert!(page.text().contains(articles));
    // The mbo model knows no distributors.
    let page = ask(get("/problems/distributor_not_instructed")).await;
    assert!(page.text().contains("article 5.5 (model 4.0-coded).</p>"));
    let page = ask(get("/problems/processing_restricted")).await;
    assert!(
        page.text()
            .contains("a supplier sees <code>person_not_available</code>")
    );
    let page = ask(get("/problems/facts_unavailable")).await;
    assert!(!page.text().contains("model"));
}

#[actix_web::test]
async fn the_documentation_loads_nothing_from_elsewhere() {
    let page = ask(get("/docs/")).await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("http://") && !page.text().contains("https://"));
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
        let reply = ask(get(&format!("/docs/{file}"))).await;
        assert_eq!(reply.status, 200, "`{file}`");
        let policy = reply.header("content-security-policy");
        assert!(
            policy.contains("script-src 'self'") && !policy.contains("script-src 'self' 'unsafe"),
            "{policy}"
        );
    }
    assert_eq!(ask(get("/docs")).await.header("location"), "/docs/");
    assert_eq!(ask(get("/v1/openapi.json")).await.json()["info"]["title"], "Sluis");
}
