//! The port through which a bearer token becomes a [`Caller`].

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use sluis_core::id::ClientId;

use crate::app::{
    App,
    caller::{Caller, Role},
    client::Client,
    openid::{Claims, TokenRefused},
    trace::TraceId,
};

/// Verifies access tokens: signature, issuer, audience, time, and that the client was not revoked.
///
/// What a client is never changes but for its revocation, so what it acts for may be remembered, and only that. When a call
/// that revokes has answered, on whichever replica, nobody gets an answer by a token of the client: what an answer may rest
/// on is either [`authenticate`](Self::authenticate) before anything is read, or
/// [`recall`](Self::recall) with the commit of a record of this client, or `recall` with [`confirm`](Self::confirm) after
/// everything was read.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Whose token this is, in a request of this trace. The client is read anew.
    async fn authenticate(&self, token: &SecretString, trace: TraceId) -> Result<Caller, AuthenticationError>;

    /// The same, by what is remembered of the client if anything is.
    async fn recall(&self, token: &SecretString, trace: TraceId) -> Result<Caller, AuthenticationError>;

    /// Whether a client may still call. It is read anew.
    async fn confirm(&self, client: ClientId) -> Result<(), AuthenticationError>;
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
        let claims = self.claims_of_machine(token)?;
        let role = self.role_now(claims.client).await?;
        Ok(caller(claims, role, trace))
    }

    async fn recall(&self, token: &SecretString, trace: TraceId) -> Result<Caller, AuthenticationError> {
        let claims = self.claims_of_machine(token)?;
        let role = match self.roles.get(&claims.client) {
            Some(role) => role,
            None => self.role_now(claims.client).await?,
        };
        Ok(caller(claims, role, trace))
    }

    async fn confirm(&self, client: ClientId) -> Result<(), AuthenticationError> {
        self.role_now(client).await.map(drop)
    }
}

impl App {
    fn claims_of_machine(&self, token: &SecretString) -> Result<Claims, AuthenticationError> {
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
        Ok(claims)
    }

    /// What a client acts for, unless it was revoked: read at this moment, and remembered.
    async fn role_now(&self, client: ClientId) -> Result<Role, AuthenticationError> {
        let active = self.active_client(client).await;
        match active.map_err(|error| AuthenticationError::Unavailable(Box::new(error)))? {
            Some(Client { role, .. }) => {
                self.roles.insert(client, role);
                Ok(role)
            }
            None => {
                self.roles.invalidate(&client);
                Err(AuthenticationError::Invalid("the client was revoked"))
            }
        }
    }
}

const fn caller(claims: Claims, role: Role, trace: TraceId) -> Caller {
    Caller {
        client: claims.client,
        role,
        bound: claims.bound,
        trace,
        once: None,
    }
}
