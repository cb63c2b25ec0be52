//! UWLR 2.2: pupils and groups pulled from a school administration system over SOAP, all in one message.
//!
//! | module | promises |
//! |---|---|
//! | [`settings`] | where a system is and with which credentials, checked beforehand |
//! | `request` | the message that is sent: strictly by the schema |
//! | `transport` | one HTTP request, bounded in time and size |
//! | `answer` | what came back: a roster, no change, no data, or a fault; taken leniently, checked ourselves |
//!
//! Deliberately absent: the staged exchange (its parts are no consistent snapshot), results (the other direction), and
//! repetition (that is for the caller).

mod answer;
mod request;
pub mod settings;
mod transport;

use async_trait::async_trait;
use sluis_connector_port::{Connector, ConnectorError, Dialect, Pull, PullRequest, ReadError};
use sluis_edexml::ReadOptions;

pub use crate::{
    settings::{Credentials, Settings, SettingsError},
    transport::client,
};

/// The dialect.
pub const DIALECT: Dialect = Dialect::new("uwlr-2.2");

/// A connection to one administration system with the key of one school.
#[derive(Debug, Clone)]
pub struct Uwlr {
    client: reqwest::Client,
    settings: Settings,
}

impl Uwlr {
    /// Connects with a client that is shared; it must not follow redirects, as [`client`] builds it.
    pub const fn new(client: reqwest::Client, settings: Settings) -> Self {
        Self { client, settings }
    }
}

#[async_trait]
impl Connector for Uwlr {
    fn dialect(&self) -> Dialect {
        DIALECT
    }

    #[tracing::instrument(name = "uwlr.pull", skip_all, fields(school.brin = %request.school))]
    async fn pull(&self, request: PullRequest) -> Result<Pull, ConnectorError> {
        let message = request::message(&self.settings, &request);
        let response = transport::send(&self.client, &self.settings, message).await?;
        let since = request.since;
        let options = ReadOptions {
            school: request.school,
            school_year: Some(request.school_year),
            eck_id_rules: request.eck_id_rules,
            limits: self.settings.limits,
        };
        // A large school is some ten megabytes: not on the thread that answers others.
        let pull = tokio::task::spawn_blocking(move || answer::pull(&response, &options))
            .await
            .map_err(|_| ReadError::Unreadable)??;
        match pull {
            Pull::Unchanged if since.is_none() => Err(ConnectorError::UnaskedUnchanged),
            pull => Ok(pull),
        }
    }
}
