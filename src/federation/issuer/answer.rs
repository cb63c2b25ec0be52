//! What the token endpoint answers (RFC 6749, 5).

use std::fmt;

use serde::{Serialize, Serializer};

use super::authorization::RedeemError;
use crate::federation::{
    assertion::AssertionError,
    token::{AccessToken, Scope, SluisDetails},
};

/// A good answer. It holds secrets: it has no telling `Debug`, and is never to be cached.
#[derive(Serialize)]
pub struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Scope::is_empty")]
    scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<SluisDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// A refusal. Everything that is wrong is in the description; the code is that of the gravest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{error}: {error_description}")]
pub struct OAuthError {
    error: OAuthErrorCode,
    error_description: String,
}

/// Why there is no token (RFC 6749, 5.2; RFC 9396, 5), the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OAuthErrorCode {
    /// We cannot answer now.
    TemporarilyUnavailable,
    /// The client has not proved itself.
    InvalidClient,
    /// A parameter is missing, repeated or wrong.
    InvalidRequest,
    /// A grant that we do not have.
    UnsupportedGrantType,
    /// A grant that this client does not have.
    UnauthorizedClient,
    /// The code is unknown, used, over, or of somebody else.
    InvalidGrant,
    /// The scope is wrong or more than the client may have.
    InvalidScope,
    /// The authorization details are wrong or more than the client may have.
    InvalidAuthorizationDetails,
}

impl TokenResponse {
    /// An answer with an access token of this scope, bound as said.
    pub fn new(token: &AccessToken, scope: Scope, bound: Option<SluisDetails>) -> Self {
        Self {
            access_token: token.as_str().to_owned(),
            token_type: "Bearer",
            expires_in: token.expires_in_secs(),
            scope,
            authorization_details: bound,
            id_token: None,
        }
    }

    /// Adds the id token of a login.
    #[must_use]
    pub fn with_id_token(mut self, id_token: String) -> Self {
        self.id_token = Some(id_token);
        self
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenResponse([secret])")
    }
}

impl OAuthError {
    /// A refusal. The description holds no quotation marks and no backslashes (RFC 6749, 5.2).
    pub fn new(error: OAuthErrorCode, description: impl Into<String>) -> Self {
        Self {
            error,
            error_description: description.into(),
        }
    }

    /// One refusal of everything that is wrong; `None` if nothing is.
    pub(super) fn of_all(mut faults: Vec<Self>) -> Option<Self> {
        faults.sort_by_key(|fault| fault.error);
        let error = faults.first()?.error;
        let words: Vec<String> = faults.into_iter().map(|fault| fault.error_description).collect();
        Some(Self::new(error, words.join("; ")))
    }

    /// The code.
    pub const fn code(&self) -> OAuthErrorCode {
        self.error
    }

    /// The words for people who build clients.
    pub fn description(&self) -> &str {
        &self.error_description
    }
}

impl OAuthErrorCode {
    /// The code on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::InvalidClient => "invalid_client",
            Self::InvalidRequest => "invalid_request",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
        }
    }

    /// The HTTP status that goes with it.
    pub const fn status(self) -> u16 {
        match self {
            Self::TemporarilyUnavailable => 503,
            Self::InvalidClient => 401,
            _ => 400,
        }
    }
}

impl fmt::Display for OAuthErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for OAuthErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl From<AssertionError> for OAuthError {
    fn from(error: AssertionError) -> Self {
        Self::new(OAuthErrorCode::InvalidClient, error.to_string())
    }
}

impl From<RedeemError> for OAuthError {
    fn from(error: RedeemError) -> Self {
        Self::new(OAuthErrorCode::InvalidGrant, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sluis_core::{id::ClientId, random::SystemRandom, time::Timestamp};

    use super::*;
    use crate::{
        app::caller::Bound,
        federation::{
            jwks::{KeySize, SigningKey, SigningKeys, install_crypto},
            token::{AccessGrant, Subject, Terms},
        },
    };

    #[test]
    fn a_good_answer_has_the_form_of_the_standard_and_is_not_printed() {
        install_crypto();
        let keys = SigningKeys::new(SigningKey::generate(KeySize::Rsa2048).unwrap(), vec![]).unwrap();
        let grant = AccessGrant {
            client: ClientId::generate(Timestamp::default(), &SystemRandom),
            subject: Subject::Client,
            scope: Scope::parse("b a").unwrap(),
            bound: Some(Bound {
                school: None,
                purpose: sluis_core::catalogue::Purpose::from_number(4),
            }),
        };
        let terms = Terms::new("https://sluis.example", "https://sluis.example");
        let token = AccessToken::issue(&grant, &terms, &keys, Timestamp::default(), &SystemRandom).unwrap();
        let answer = TokenResponse::new(&token, grant.scope, grant.bound.map(SluisDetails));
        assert_eq!(
            serde_json::to_value(&answer).unwrap(),
            json!({
                "access_token": token.as_str(),
                "token_type": "Bearer",
                "expires_in": 300,
                "scope": "a b",
                "authorization_details": [{ "type": "sluis", "purpose": "D4" }],
            })
        );
        assert!(!format!("{answer:?}").contains(token.as_str()));
        let answer = TokenResponse::new(&token, Scope::default(), None).with_id_token("id".to_owned());
        let members: Vec<_> = serde_json::to_value(&answer)
            .unwrap()
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        assert_eq!(members, ["access_token", "expires_in", "id_token", "token_type"]);
    }

    #[test]
    fn a_refusal_has_the_form_of_the_standard() {
        let refusal = OAuthError::from(AssertionError::Expired);
        assert_eq!(refusal.code().status(), 401);
        assert_eq!(
            serde_json::to_value(&refusal).unwrap(),
            json!({ "error": "invalid_client", "error_description": "the client assertion has expired" })
        );
        let refusal = OAuthError::from(RedeemError::Verifier);
        assert_eq!(
            (refusal.code().as_str(), refusal.code().status()),
            ("invalid_grant", 400)
        );
        let refusal = OAuthError::new(OAuthErrorCode::TemporarilyUnavailable, "try again later");
        assert_eq!(refusal.code().status(), 503);
    }
}
