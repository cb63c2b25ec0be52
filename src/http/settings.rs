//! How the HTTP side behaves. `cli` fills this in from the settings of the operator.

use std::{num::NonZeroU32, time::Duration};

use governor::Quota;
use ipnet::IpNet;

/// How the HTTP side behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How the outside world reaches this service, without a slash at the end.
    pub base: String,
    /// The origins whose pages may call the API from a browser, as a browser sends them.
    pub allowed_origins: Vec<String>,
    /// The networks of our own proxies, which append to `X-Forwarded-For`; from others that header is not believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The largest body that is read, in bytes.
    pub body_limit: usize,
    /// After this long a request is given up.
    pub timeout: Duration,
    /// What one client may ask; without a value there is no limit.
    pub client_rate: Option<Rate>,
    /// What one network address may ask; without a value there is no limit.
    pub address_rate: Option<Rate>,
}

/// A number of requests over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests per second, on the average.
    pub per_second: NonZeroU32,
    /// Requests at once before the average counts.
    pub burst: NonZeroU32,
}

impl From<Rate> for Quota {
    fn from(rate: Rate) -> Self {
        Self::per_second(rate.per_second).allow_burst(rate.burst)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base: "http://localhost:8080".to_owned(),
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            body_limit: 1024 * 1024,
            timeout: Duration::from_secs(30),
            client_rate: None,
            address_rate: None,
        }
    }
}
