//! The port through which a bearer token becomes a [`Caller`].

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use crate::app::{App, caller::Caller, openid::TokenRefused, trace::TraceId};

/// Verifies access tokens: signature, issuer, audience, time, and that the client was not revoked.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Whose token this is, in a request of this trace.
    async fn authenticate(&self, token: &SecretString, trace: TraceId) -> Result<Caller, AuthenticationError>;
}

/// Why a token does not make a caller.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationError {
    /// The token is malformed, expired, revoked or not ours. The reason is for the log and holds nothing of the token.
    #[error("the access token is refused: {0}")]
    Invalid(&'static str),
    /// Whether it holds cannot be found out now; nobody is let in.
    #[error("the access token cannot be verified now")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[async_trait]
impl Authenticator for App {
    async fn authenticate(&self, token: &SecretString, trace: TraceId) -> Result<Caller, AuthenticationError> {
        let claims = self
            .tokens
            .verify(token.expose_secret(), self.now())
            .map_err(|refused| match refused {
                TokenRefused::Invalid => AuthenticationError::Invalid("not one of ours for this API"),
                TokenRefused::Expired => AuthenticationError::Invalid("expired"),
            })?;
        // A token of a person's login opens no API.
        if !claims.machine {
            return Err(AuthenticationError::Invalid("the token of a login"));
        }
        let client = self.active_client(claims.client).await;
        match client.map_err(|error| AuthenticationError::Unavailable(Box::new(error)))? {
            Some(client) => Ok(Caller {
                client: client.id,
                role: client.role,
                bound: claims.bound,
                trace,
                once: None,
            }),
            None => Err(AuthenticationError::Invalid("the client was revoked")),
        }
    }
}
