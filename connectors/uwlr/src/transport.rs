//! One HTTP request, bounded in time and size.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, header, redirect::Policy};
use sluis_connector_port::{ConnectorError, ReadError};

use crate::{request::ACTION, settings::Settings};

const CONNECT_TIME_OUT: Duration = Duration::from_secs(10);

/// An answer that came in whole.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    /// How long the system asks to wait, when it says so in seconds.
    pub(crate) retry_after: Option<Duration>,
    /// Whether the answer says that it is a page for people.
    pub(crate) is_page: bool,
    pub(crate) body: Vec<u8>,
}

/// A client for administration systems: redirects off, so that credentials go nowhere else.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client() -> Result<Client, reqwest::Error> {
    Client::builder()
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIME_OUT)
        .user_agent(concat!("sluis/", env!("CARGO_PKG_VERSION")))
        .build()
}

pub(crate) async fn send(client: &Client, settings: &Settings, message: String) -> Result<Received, ConnectorError> {
    let response = client
        .post(settings.endpoint.clone())
        .timeout(settings.time_out)
        .header(header::CONTENT_TYPE, "text/xml; charset=utf-8")
        .header(header::ACCEPT, "text/xml")
        .header("SOAPAction", ACTION)
        .body(message)
        .send()
        .await
        .map_err(not_sent)?;
    receive(response, settings.limits.bytes).await
}

async fn receive(mut response: Response, limit: u64) -> Result<Received, ConnectorError> {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let status = response.status();
    let retry_after = header(header::RETRY_AFTER)
        .and_then(|text| text.parse().ok())
        .map(Duration::from_secs);
    let is_page = header(header::CONTENT_TYPE).is_some_and(|text| text.to_ascii_lowercase().starts_with("text/html"));

    // Counted after decompression: a small answer may unfold into a large one.
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken_off(&error))? {
        body.extend_from_slice(&chunk);
        if u64::try_from(body.len()).is_ok_and(|length| length > limit) {
            return Err(ReadError::TooLarge { limit }.into());
        }
    }
    Ok(Received {
        status,
        retry_after,
        is_page,
        body,
    })
}

fn not_sent(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() {
        ConnectorError::TimedOut
    } else {
        ConnectorError::Unreachable {
            cause: error.without_url().into(),
        }
    }
}

fn broken_off(error: &reqwest::Error) -> ConnectorError {
    if error.is_timeout() {
        ConnectorError::TimedOut
    } else {
        ReadError::Truncated.into()
    }
}
