//! Telling a supplier, by way of the browser, that there is no login.

use std::fmt;

use url::Url;

use crate::federation::issuer::Issuer;

/// No login, told to the supplier at its registered address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {description}")]
pub struct Refusal {
    pub(super) redirect_uri: Url,
    pub(super) state: Option<String>,
    /// The code for programs.
    pub code: RefusalCode,
    /// The words for people who build them. Nothing in them is about a person.
    pub description: String,
}

/// Why there is no login (RFC 6749, 4.1.2.1; OpenID Connect Core 1.0, 3.1.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalCode {
    /// A parameter is missing, repeated or wrong.
    InvalidRequest,
    /// This client has no logins.
    UnauthorizedClient,
    /// The person, the school or the gate does not allow it.
    AccessDenied,
    /// Something else than the code flow.
    UnsupportedResponseType,
    /// The scope is wrong, or is none of OpenID Connect.
    InvalidScope,
    /// We failed.
    ServerError,
    /// We, or Kennisnet, cannot answer now.
    TemporarilyUnavailable,
    /// It cannot be done without the person.
    LoginRequired,
    /// `request` is not supported.
    RequestNotSupported,
    /// `request_uri` is not supported.
    RequestUriNotSupported,
    /// `registration` is not supported.
    RegistrationNotSupported,
}

impl RefusalCode {
    /// The code on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
        }
    }
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Refusal {
    /// The address to which the browser carries it.
    pub fn address(&self, issuer: &Issuer) -> Url {
        let told = [("error", self.code.as_str()), ("error_description", &self.description)];
        address(&self.redirect_uri, &told, self.state.as_deref(), issuer)
    }
}

/// The registered address with what the supplier is to know, its own state, and who tells it (RFC 9207).
pub(super) fn address(redirect_uri: &Url, told: &[(&str, &str)], state: Option<&str>, issuer: &Issuer) -> Url {
    let mut address = redirect_uri.clone();
    let mut query = address.query_pairs_mut();
    query.extend_pairs(told);
    query.extend_pairs(state.map(|state| ("state", state)));
    query.append_pair("iss", issuer.as_str());
    drop(query);
    address
}
