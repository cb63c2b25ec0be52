//! The way out: the HTTP clients for calls to other systems, and the connectors that use them.
//!
//! Where Kennisnet is, the operator says. Where an administration system is, a school says: it must not make this service
//! call into the operator's own network (server-side request forgery). A name is judged by what it resolves to, at the
//! moment of the call.

use std::{net::IpAddr, time::Duration};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use sluis_connector_port::Connector;
use sluis_uwlr::{Credentials, Settings as UwlrSettings, Uwlr};
use url::{Host, Url};

use super::error::CliError;
use crate::{
    app::{
        connection::{Connection, Dialect},
        pull::{ConnectRefused, Connectors},
    },
    config::Settings,
};

/// How long it may take to reach another system.
const CONNECT: Duration = Duration::from_secs(5);

/// Calls to other systems: redirects are never followed, and everything has a time-out.
pub struct Outbound {
    client: reqwest::Client,
    to_schools: reqwest::Client,
    pull_timeout: Duration,
    private_addresses: bool,
}

impl Outbound {
    /// The way out on these settings.
    ///
    /// # Errors
    /// When a client cannot be built.
    pub fn new(settings: &Settings) -> Result<Self, CliError> {
        let synchronisation = &settings.synchronisation;
        let pull_timeout = synchronisation.timeout.as_duration();
        let builder = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(CONNECT)
                .timeout(pull_timeout)
        };
        let private_addresses = synchronisation.private_addresses;
        let to_schools = if private_addresses {
            builder()
        } else {
            builder().dns_resolver(PublicOnly).no_proxy()
        };
        Ok(Self {
            client: builder().build()?,
            to_schools: to_schools.build()?,
            pull_timeout,
            private_addresses,
        })
    }

    /// The client for calls to where the operator says; clones share their connections.
    pub fn client(&self) -> reqwest::Client {
        self.client.clone()
    }

    fn may_call(&self, endpoint: &Url) -> bool {
        self.private_addresses
            || match endpoint.host() {
                Some(Host::Ipv4(address)) => is_public(address.into()),
                Some(Host::Ipv6(address)) => is_public(address.into()),
                // A name is judged when it is resolved.
                Some(Host::Domain(_)) => endpoint.scheme() == "https",
                None => false,
            }
    }
}

/// Resolves names to public addresses only.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<_> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(std::io::Error::other("the name leads to no public address").into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the internet at large (IANA special-purpose registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, third, _] = address.octets();
            let special = address.is_unspecified()
                || address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_multicast()
                || address.is_broadcast()
                || address.is_documentation();
            let shared = first == 100 && (64..128).contains(&second);
            let reserved = first == 0 || first >= 240 || (first, second, third) == (192, 0, 0);
            let benchmarks = first == 198 && (18..20).contains(&second);
            !(special || shared || reserved || benchmarks)
        }
        IpAddr::V6(address) => {
            let embedded = address.to_ipv4_mapped().is_none_or(|address| is_public(address.into()));
            // Only 2000::/3 is given out.
            let global = address.segments().first().is_some_and(|first| first & 0xe000 == 0x2000);
            embedded && global
        }
    }
}

impl Connectors for Outbound {
    fn connect(&self, connection: &Connection) -> Result<Box<dyn Connector>, ConnectRefused> {
        match connection.dialect {
            Dialect::Uwlr22 if !self.may_call(&connection.endpoint) => Err(ConnectRefused::Address),
            Dialect::Uwlr22 => {
                let given = connection.credentials.clone();
                let credentials =
                    Credentials::new(given.client_name.into(), given.client_code, given.authorisation_key)
                        .map_err(|_| ConnectRefused::Credentials)?;
                let settings = UwlrSettings::new(connection.endpoint.clone(), credentials)
                    .map_err(|_| ConnectRefused::Address)?
                    .with_time_out(self.pull_timeout);
                Ok(Box::new(Uwlr::new(self.to_schools.clone(), settings)))
            }
            Dialect::Edexml => Err(ConnectRefused::NotPulled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_internet_at_large_is_public() {
        for address in ["93.184.215.14", "2a00:1450:400e:80e::200e"] {
            assert!(is_public(address.parse().unwrap()), "`{address}`");
        }
        for address in [
            "127.0.0.1",
            "10.0.0.5",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.8",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:10.0.0.5",
            "64:ff9b::a00:5",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "`{address}`");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_resolved() {
        let resolved = PublicOnly.resolve("localhost".parse().unwrap()).await;
        assert!(resolved.is_err());
    }
}
