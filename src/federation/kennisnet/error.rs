//! Why a login by Kennisnet did not succeed. No message holds anything about a person, a token or an answer.

use std::{fmt, sync::Arc};

use openidconnect::{ClaimsVerificationError, SignatureVerificationError};
use sluis_core::identifier::EckIdError;

/// Why a login could not begin or finish.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KennisnetError {
    /// A setting names an address that anybody could listen in on.
    #[error("setting `{name}` must be an `https` address, or on loopback")]
    InsecureSetting {
        /// The setting.
        name: &'static str,
    },
    /// The provider did not answer as it should; later it may.
    #[error("Kennisnet's {endpoint} endpoint {error}")]
    Provider {
        /// What was asked.
        endpoint: Endpoint,
        /// What went wrong.
        error: AnswerError,
    },
    /// The answer belongs to another login, or to none.
    #[error("the answer does not belong to the login that was begun")]
    StateMismatch,
    /// The answer says that it comes from somebody else, or does not say where it comes from although it must.
    #[error("the answer does not come from Kennisnet")]
    SenderMismatch,
    /// The person did not log in as lately as was asked, or the provider does not say when: begin again.
    #[error("the person did not log in as lately as was asked")]
    NotRecent,
    /// The login took too long: begin again.
    #[error("the login took too long")]
    LoginExpired,
    /// The person, or the school's own login, did not go on.
    #[error("the login was not completed at the school's side")]
    Declined,
    /// The answer holds neither a code nor an error.
    #[error("the answer holds no code")]
    CodeMissing,
    /// The code was used, has expired or is not ours: begin again.
    #[error("Kennisnet does not accept the code")]
    CodeRefused,
    /// Our client id or secret is not accepted: the operator must mend the settings.
    #[error("Kennisnet does not accept the client's credentials")]
    ClientRefused,
    /// Our request is not accepted: the operator must mend the settings.
    #[error("Kennisnet does not accept the request as it is configured")]
    RequestRefused,
    /// The id token is not to be trusted.
    #[error("the id token is refused: {0}")]
    IdToken(#[from] IdTokenError),
    /// Userinfo is about somebody else.
    #[error("userinfo and id token are about different persons")]
    SubjectMismatch,
    /// The ECK iD is of a form that must not enter: a stem pseudonym, a test value, capitals.
    #[error("the ECK iD is refused")]
    EckId(#[from] EckIdError),
    /// More than one ECK iD came.
    #[error("more than one ECK iD came")]
    EckIdAmbiguous,
    /// An identifier holds what seems to be a national number.
    #[error("attribute `{attribute}` seems to hold a national number")]
    NationalNumber {
        /// The attribute.
        attribute: &'static str,
    },
}

/// What was asked of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// The page where people log in.
    Authorization,
    /// Its description of itself.
    Discovery,
    /// Its keys.
    Keys,
    /// The exchange of a code.
    Token,
    /// The claims about a person.
    Userinfo,
}

/// What was wrong with an answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AnswerError {
    /// No connection.
    #[error("cannot be reached")]
    Unreachable(#[source] Arc<reqwest::Error>),
    /// No complete answer in time.
    #[error("does not answer in time")]
    TimedOut,
    /// An answer larger than any honest one.
    #[error("answers with more than it may")]
    TooLarge,
    /// It points to another place, which is not followed.
    #[error("redirects, which is not followed")]
    Redirected,
    /// A status that tells of a failure.
    #[error("answers with status {0}")]
    Status(u16),
    /// Not of the form that the standard asks.
    #[error("answers in a form that cannot be read")]
    Malformed,
    /// It describes an endpoint that anybody could listen in on, or leaves out one that is needed.
    #[error("describes an endpoint that cannot be used")]
    UnusableEndpoint,
}

/// Why an id token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// There is none.
    #[error("there is none")]
    Missing,
    /// It is not of a kind that we read: encrypted, nested, another type.
    #[error("it is of a kind that is not read")]
    Unsupported,
    /// It is unsigned, or signed by another method than RS256 or ES256.
    #[error("its signature method is not accepted")]
    Algorithm,
    /// No published key fits, also after asking anew.
    #[error("its key is unknown")]
    UnknownKey,
    /// The signature is wrong.
    #[error("its signature is wrong")]
    Signature,
    /// Another issuer.
    #[error("it is of another issuer")]
    Issuer,
    /// Not for us, or not for us alone.
    #[error("it is not for us alone")]
    Audience,
    /// It has expired.
    #[error("it has expired")]
    Expired,
    /// It was not issued just now.
    #[error("it was not issued just now")]
    NotFresh,
    /// It belongs to another login.
    #[error("it belongs to another login")]
    Nonce,
    /// It belongs to another access token.
    #[error("it belongs to another access token")]
    AccessToken,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authorization => "authorization",
            Self::Discovery => "discovery",
            Self::Keys => "key",
            Self::Token => "token",
            Self::Userinfo => "userinfo",
        })
    }
}

impl From<ClaimsVerificationError> for IdTokenError {
    /// Keeps the kind and drops the text, which repeats claims.
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::InvalidIssuer(_) => Self::Issuer,
            ClaimsVerificationError::InvalidAudience(_) => Self::Audience,
            ClaimsVerificationError::InvalidNonce(_) => Self::Nonce,
            ClaimsVerificationError::Expired(_) => Self::Expired,
            ClaimsVerificationError::SignatureVerification(cause) => match cause {
                SignatureVerificationError::NoMatchingKey => Self::UnknownKey,
                SignatureVerificationError::NoSignature
                | SignatureVerificationError::DisallowedAlg(_)
                | SignatureVerificationError::UnsupportedAlg(_) => Self::Algorithm,
                _ => Self::Signature,
            },
            _ => Self::Unsupported,
        }
    }
}
