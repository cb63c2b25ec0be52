//! The port through which a bearer token becomes a [`Caller`].

use async_trait::async_trait;
use secrecy::SecretString;

use crate::app::caller::Caller;

/// Verifies access tokens: signature, issuer, audience, time, and that the client was not revoked.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Whose token this is.
    async fn authenticate(&self, token: &SecretString) -> Result<Caller, AuthenticationError>;
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
