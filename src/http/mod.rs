//! The API by resource, OpenID endpoints, problems and the OpenAPI document.
//!
//! | module | promises |
//! |---|---|
//! | [`v1`] | one file per resource; what is registered there is served and documented |
//! | [`authentication`] | no handler reaches a use case without a verified caller whose role may take the action |
//! | [`input`], [`body`] | what clients send is read strictly, and all its errors come back at once |
//! | [`problem`], [`code`], [`reason`], [`response`] | every refusal is RFC 9457 with a code of one table, sent and documented alike |
//! | `middleware`, [`harden`], `limit` | what holds around every handler |
//! | `once` | a write that is sent again under its key is not done again |
//! | `oidc` | OpenID Connect and OAuth, in the forms of those protocols |
//! | [`openapi`] | the document, from the same registration as the server |
//! | [`health`], `pages` | for those who run the service, and for those who read a problem |
//! | [`server`] | listening and stopping |
//!
//! Deliberately absent: SQL, remote calls, decisions; TLS, which the proxy in front speaks.

pub mod answer;
pub mod authentication;
pub mod body;
pub mod code;
mod fallback;
mod glossary;
pub mod harden;
pub mod health;
pub mod input;
mod limit;
mod middleware;
mod oidc;
mod once;
pub mod openapi;
mod page;
mod pages;
pub mod problem;
pub mod reason;
mod refusal;
pub mod response;
pub mod server;
pub mod settings;
#[cfg(test)]
mod tests;
pub mod v1;

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use sluis_core::{random::Random, time::Clock};
use utoipa::openapi::OpenApi;

use self::{fallback::Methods, health::Check, limit::Limits, once::Writes, settings::Settings};
use crate::app::{authentication::Authenticator, evidence::PublicLog, openid::OpenIdProvider};

/// What the HTTP side is given by whoever puts the parts together.
pub struct Parts {
    /// How it behaves.
    pub settings: Settings,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The random source.
    pub random: Arc<dyn Random>,
    /// Verifies tokens.
    pub authenticator: Arc<dyn Authenticator>,
    /// Our OpenID provider.
    pub openid: Arc<dyn OpenIdProvider>,
    /// What of the ledger is for everybody.
    pub log: Arc<dyn PublicLog>,
    /// What must work before requests are welcome.
    pub checks: Vec<Arc<dyn Check>>,
    /// The figures, if a recorder is installed.
    pub metrics: Option<PrometheusHandle>,
}

/// The HTTP side, shared by all threads.
pub struct Http {
    settings: Settings,
    random: Arc<dyn Random>,
    authenticator: Arc<dyn Authenticator>,
    openid: Arc<dyn OpenIdProvider>,
    log: Arc<dyn PublicLog>,
    checks: Vec<Arc<dyn Check>>,
    metrics: Option<PrometheusHandle>,
    limits: Limits,
    document: OpenApi,
    methods: Methods,
    writes: Writes,
}

impl Http {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let Parts {
            settings,
            clock,
            random,
            authenticator,
            openid,
            log,
            checks,
            metrics,
        } = parts;
        let document = openapi::document(&settings.base);
        Self {
            limits: Limits::new(settings.address_rate, settings.client_rate, clock),
            methods: Methods::of(&document),
            writes: Writes::of(&document),
            document,
            settings,
            random,
            authenticator,
            openid,
            log,
            checks,
            metrics,
        }
    }
}
