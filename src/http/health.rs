//! Whether the process lives and can do its work, and its figures. These addresses are outside the API and its document.

use actix_web::{HttpResponse, get, web::Data};
use async_trait::async_trait;
use futures::future::join_all;
use serde_json::json;

use crate::http::Http;

/// Something that must work before requests are welcome: a database, a key, evidence.
#[async_trait]
pub trait Check: Send + Sync {
    /// A word for it, shown to whoever may ask.
    fn name(&self) -> &'static str;
    /// Whether it works now.
    async fn works(&self) -> bool;
}

/// The process answers; nothing else is asked.
#[get("/health/live")]
pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "up" }))
}

/// Every check works: 200; else 503, and the answer names those that do not.
#[get("/health/ready")]
pub(super) async fn ready(http: Data<Http>) -> HttpResponse {
    let outcomes = join_all(
        http.checks
            .iter()
            .map(|check| async { (check.name(), check.works().await) }),
    )
    .await;
    let up = outcomes.iter().all(|(_, works)| *works);
    let word = |works: bool| if works { "up" } else { "down" };
    let checks: serde_json::Map<_, _> = outcomes
        .iter()
        .map(|(name, works)| ((*name).to_owned(), word(*works).into()))
        .collect();
    let mut response = if up {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    response.json(json!({ "status": word(up), "checks": checks }))
}

/// The figures in the text format of Prometheus.
#[get("/metrics")]
pub(super) async fn metrics(http: Data<Http>) -> HttpResponse {
    match &http.metrics {
        Some(handle) => HttpResponse::Ok()
            .content_type("text/plain; version=0.0.4; charset=utf-8")
            .body(handle.render()),
        None => HttpResponse::NotFound().finish(),
    }
}
