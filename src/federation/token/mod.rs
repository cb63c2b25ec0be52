//! Access tokens: short, signed by us, for our API alone (RFC 9068).
//!
//! Promises: a token is believed only if every check of its type, algorithm, key, signature, issuer, audience and time
//! holds at the moment of the call; the time is that of our clock. Deliberately absent: revocation (the gate asks the
//! state of things on each call), refresh tokens, encryption.

mod access;
mod compact;
mod date;
mod details;
mod scope;
mod verifier;

#[cfg(test)]
mod attacks;

pub use access::{AccessClaims, AccessGrant, AccessToken, Subject, Terms};
pub use details::{DETAILS_TYPE, DetailsFault, SluisDetails};
pub use scope::{Scope, ScopeError};
pub use verifier::AccessVerifier;

pub(crate) use compact::{Compact, CompactError};
pub(crate) use date::NumericDate;

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a signed JWT of acceptable size with the claims that it must have.
    #[error("the token is malformed")]
    Malformed,
    /// A JWT, but not an access token.
    #[error("the token is not of type `at+jwt`")]
    WrongType,
    /// Signed in a way that we never sign.
    #[error("the token is not signed with the algorithm of its key")]
    Algorithm,
    /// Signed with a key that is not ours, or not any more.
    #[error("the token is signed with an unknown key")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the signature of the token is wrong")]
    Signature,
    /// Issued by somebody else.
    #[error("the token is from another issuer")]
    Issuer,
    /// Meant for somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the token is not valid yet")]
    NotYetValid,
}

impl TokenError {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "token_malformed",
            Self::WrongType => "token_wrong_type",
            Self::Algorithm => "token_algorithm",
            Self::UnknownKey => "token_unknown_key",
            Self::Signature => "token_signature",
            Self::Issuer => "token_issuer",
            Self::Audience => "token_audience",
            Self::Expired => "token_expired",
            Self::NotYetValid => "token_not_yet_valid",
        }
    }
}

impl From<CompactError> for TokenError {
    fn from(error: CompactError) -> Self {
        match error {
            CompactError::Malformed => Self::Malformed,
            CompactError::Signature => Self::Signature,
        }
    }
}
