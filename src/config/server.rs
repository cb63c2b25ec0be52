//! `server`: how the service listens and what it bears.

use std::{
    net::{IpAddr, SocketAddr},
    num::{NonZeroU32, NonZeroUsize},
};

use ipnet::IpNet;
use sluis_core::address::is_protected;
use url::Url;

use super::{key::section, period::Period};

section! {
    /// How the service listens and what it bears.
    Server = "server" {
        /// Address and port to listen on.
        listen: SocketAddr = "127.0.0.1:8080",
        /// The address that others know the service by: issuer of its tokens and base of its links. `https`, except on loopback.
        public_url: Url = "http://localhost:8080",
        /// Addresses or networks of our own proxies; from others `X-Forwarded-For` is not believed.
        trusted_proxies: Vec<Network> = [(); 0],
        /// Threads that answer requests; without a value, one per processor.
        workers: Option<NonZeroUsize>,
        /// The largest request body, in bytes.
        body_limit: NonZeroUsize = 1_048_576,
        /// Requests per second that one client may make, on the average.
        rate_per_second: NonZeroU32 = 50,
        /// Requests that one client may make at once before the rate counts.
        rate_burst: NonZeroU32 = 200,
        /// The same for one network address, which may stand for a whole school.
        address_rate_per_second: NonZeroU32 = 200,
        /// Requests that one network address may make at once before the rate counts.
        address_rate_burst: NonZeroU32 = 1000,
        /// How long the head of a request may take to arrive.
        head_timeout: Period = "5s",
        /// How long an answer may take before the caller gets a 503.
        request_timeout: Period = "30s",
        /// How long an idle connection is kept. Longer than the proxy keeps it, so that the proxy is the one that closes.
        keep_alive: Period = "75s",
        /// How long a stop waits for requests that are under way.
        stop_timeout: Period = "30s",
    }
}

impl Server {
    fn check(&self) -> Vec<(&'static str, &'static str)> {
        let url = &self.public_url;
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let open = url.username().is_empty() && url.password().is_none();
        let mut disagreements = Vec::new();
        if !is_protected(url) {
            disagreements.push(("server.public_url", "it begins with `https://`, except on loopback"));
        }
        if !(plain && open) {
            disagreements.push((
                "server.public_url",
                "it has a host and perhaps a port, and nothing else",
            ));
        }
        disagreements
    }
}

/// An address or a network: `10.0.0.1`, `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Network(IpNet);

impl Network {
    /// The network; an address is a network of one.
    pub const fn net(self) -> IpNet {
        self.0
    }
}

impl TryFrom<String> for Network {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
            .map(Self)
            .map_err(|_| "a network is written as `10.0.0.1` or `10.0.0.0/8`")
    }
}
