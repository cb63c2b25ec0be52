//! Asking the provider: one request, one answer, in time, of limited size, from the place that was asked.

use std::{pin::Pin, sync::Arc, time::Duration};

use openidconnect::{AccessToken, AsyncHttpClient, HttpRequest, HttpResponse, UserInfoUrl, http};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};

use super::{AnswerError, claims::Claims};

/// The largest answer that is read.
const LARGEST: usize = 256 * 1024;

pub(super) struct Transport {
    client: reqwest::Client,
    timeout: Duration,
}

impl Transport {
    pub(super) const fn new(client: reqwest::Client, timeout: Duration) -> Self {
        Self { client, timeout }
    }

    /// Answers that are no answer (redirects, failures of the server) are errors; refusals are for the caller to read.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, AnswerError> {
        let mut request = reqwest::Request::try_from(request).map_err(|_| AnswerError::Malformed)?;
        *request.timeout_mut() = Some(self.timeout);
        let asked = request.url().clone();
        let mut response = self.client.execute(request).await.map_err(failed)?;
        if response.status().is_redirection() || *response.url() != asked {
            return Err(AnswerError::Redirected);
        }
        if response.status().is_server_error() {
            return Err(AnswerError::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len().saturating_add(chunk.len()) > LARGEST {
                return Err(AnswerError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = http::Response::new(body);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        Ok(answer)
    }

    /// Asks for the claims about a person (OpenID Connect Core 1.0, 5.3). Not by the library: it refuses standard
    /// claims that come as lists, and stops the thread on a token that is no header value.
    pub(super) async fn userinfo(&self, address: &UserInfoUrl, token: &AccessToken) -> Result<Claims, AnswerError> {
        let mut bearer =
            HeaderValue::try_from(format!("Bearer {}", token.secret())).map_err(|_| AnswerError::Malformed)?;
        bearer.set_sensitive(true);
        let request = http::Request::get(address.as_str())
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, bearer)
            .body(Vec::new())
            .map_err(|_| AnswerError::Malformed)?;
        let answer = self.send(request).await?;
        if answer.status() != http::StatusCode::OK {
            return Err(AnswerError::Status(answer.status().as_u16()));
        }
        Claims::parse(answer.body()).ok_or(AnswerError::Malformed)
    }
}

/// Requests of the OpenID Connect library go the same way. A closure would do, but its future could not be sent.
impl<'c> AsyncHttpClient<'c> for Transport {
    type Error = AnswerError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, AnswerError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

fn failed(error: reqwest::Error) -> AnswerError {
    if error.is_timeout() {
        AnswerError::TimedOut
    } else {
        AnswerError::Unreachable(Arc::new(error.without_url()))
    }
}
