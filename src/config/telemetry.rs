//! `telemetry`: logs and metrics.

use std::net::SocketAddr;

use serde::Deserialize;

use super::key::section;

section! {
    /// Logs and metrics.
    Telemetry = "telemetry" {
        /// `json` (one object per line) or `text`.
        log_format: LogFormat = "json",
        /// `error`, `warn`, `info`, `debug` or `trace`, for what Sluis itself says; other crates say only warnings.
        log_level: LogLevel = "info",
        /// Address and port of the Prometheus metrics, apart from the API; without a value there are none.
        metrics_listen: Option<SocketAddr> = "127.0.0.1:9464",
    }
}

impl Telemetry {
    const fn check(&self) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For people.
    Text,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What needs a person.
    Error,
    /// And what is odd.
    Warn,
    /// And what happens.
    Info,
    /// And how.
    Debug,
    /// And every step.
    Trace,
}
