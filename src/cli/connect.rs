//! The way out: one HTTP client for all calls, and the connectors that use it.

use std::time::Duration;

use sluis_connector_port::Connector;
use sluis_uwlr::{Credentials, Settings as UwlrSettings, Uwlr};

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
    pull_timeout: Duration,
}

impl Outbound {
    /// The way out on these settings.
    ///
    /// # Errors
    /// When the client cannot be built.
    pub fn new(settings: &Settings) -> Result<Self, CliError> {
        let pull_timeout = settings.synchronisation.timeout.as_duration();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(pull_timeout)
            .build()?;
        Ok(Self { client, pull_timeout })
    }

    /// The client; clones share their connections.
    pub fn client(&self) -> reqwest::Client {
        self.client.clone()
    }
}

impl Connectors for Outbound {
    fn connect(&self, connection: &Connection) -> Result<Box<dyn Connector>, ConnectRefused> {
        match connection.dialect {
            Dialect::Uwlr22 => {
                let given = connection.credentials.clone();
                let credentials =
                    Credentials::new(given.client_name.into(), given.client_code, given.authorisation_key)
                        .map_err(|_| ConnectRefused::Credentials)?;
                let settings = UwlrSettings::new(connection.endpoint.clone(), credentials)
                    .map_err(|_| ConnectRefused::Address)?
                    .with_time_out(self.pull_timeout);
                Ok(Box::new(Uwlr::new(self.client(), settings)))
            }
            Dialect::Edexml => Err(ConnectRefused::NotPulled),
        }
    }
}
