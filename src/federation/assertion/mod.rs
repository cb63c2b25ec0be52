//! How a program proves itself: a JWT that it signs with its own key (`private_key_jwt`; RFC 7521, RFC 7523).
//!
//! Promises: an assertion is believed only from the client that it names, for us alone, for a few minutes. It works
//! once if the caller notes its [replay key](VerifiedAssertion::replay_key) before going on. Deliberately absent: the
//! memory of used assertions and of clients (storage), shared secrets.

#[cfg(test)]
mod tests;

use aws_lc_rs::digest::{Context, SHA256};
use serde::Deserialize;
use sluis_core::{id::ClientId, time::Timestamp};

use super::{
    jwks::ClientJwks,
    token::{Compact, CompactError, NumericDate},
};

/// The one type of client assertion (RFC 7523, 2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What an assertion must be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertionTerms {
    /// Our names: the issuer and the address of the token endpoint.
    pub audiences: Vec<String>,
    /// How long one may live.
    pub lifetime_secs: i64,
    /// How far the clock of a client may be off.
    pub skew_secs: i64,
}

impl AssertionTerms {
    /// Assertions of five minutes at most, from clients whose clocks are within half a minute.
    pub fn new(issuer: impl Into<String>, token_endpoint: impl Into<String>) -> Self {
        Self {
            audiences: vec![issuer.into(), token_endpoint.into()],
            lifetime_secs: 300,
            skew_secs: 30,
        }
    }
}

/// An assertion that anybody may have written. It says which client to ask for its keys, and nothing more.
#[derive(Clone, PartialEq, Eq)]
pub struct UnverifiedAssertion {
    text: String,
    client: ClientId,
}

/// The client has proved itself, if this assertion was not used before.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an assertion works once: note its replay key"]
pub struct VerifiedAssertion {
    /// The client.
    pub client: ClientId,
    jti: String,
    /// From when on nobody can use it, so that it may be forgotten.
    pub expires: Timestamp,
}

/// Why an assertion is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// Not a signed JWT of acceptable size with the claims that it must have.
    #[error("the client assertion is not a signed JWT with `iss`, `sub`, `aud`, `exp` and `jti`")]
    Malformed,
    /// A JWT of another type.
    #[error("the `typ` of a client assertion is `JWT`, `client-authentication+jwt`, or absent")]
    WrongType,
    /// The algorithm does not go with the key.
    #[error("the client assertion is not signed with an algorithm of the registered key")]
    Algorithm,
    /// No registered key has this name, or several keys are registered and it names none.
    #[error("the `kid` of the client assertion names no registered key")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the signature of the client assertion is wrong")]
    Signature,
    /// Issuer and subject are not both the client.
    #[error("`iss` and `sub` of a client assertion are both the `client_id`")]
    NotTheClient,
    /// It is not for us, or for others too, who could use it here.
    #[error("`aud` of a client assertion is our issuer or token endpoint, and nobody else")]
    Audience,
    /// Its time is over.
    #[error("the client assertion has expired")]
    Expired,
    /// Its time has not come.
    #[error("`iat` or `nbf` of the client assertion lies in the future")]
    NotYetValid,
    /// It would live too long.
    #[error("the client assertion lives too long: `exp` is at most five minutes ahead")]
    LivesTooLong,
    /// Its name is empty or too long.
    #[error("the `jti` of a client assertion has 1 to 256 characters")]
    Jti,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: NumericDate,
    iat: Option<NumericDate>,
    nbf: Option<NumericDate>,
    jti: String,
}

/// RFC 7519, 4.1.3: one text, or an array of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl UnverifiedAssertion {
    /// Looks which client an assertion names, without believing it.
    ///
    /// INVARIANT: everything that is wrong with the form of an assertion is found here, whoever it names, so that
    /// nobody learns from a malformed one which clients there are.
    ///
    /// # Errors
    /// When it is no JWT of the right type with the claims that it must have, or names nothing that could be a client.
    pub fn peek(text: &str) -> Result<Self, AssertionError> {
        let token = Compact::parse(text)?;
        // A JWT that was signed for something else is no assertion (RFC 8725, 3.11).
        if !matches!(token.typ(), None | Some("JWT" | "client-authentication+jwt")) {
            return Err(AssertionError::WrongType);
        }
        let claims: Claims = token.unverified()?;
        let client = ClientId::parse(&claims.sub).map_err(|_| AssertionError::NotTheClient)?;
        Ok(Self {
            text: text.to_owned(),
            client,
        })
    }

    /// The client that it names.
    pub const fn client(&self) -> ClientId {
        self.client
    }

    /// Believes the assertion, or says why not.
    ///
    /// # Errors
    /// One for each check of RFC 7523, 3.
    pub fn verify(
        &self,
        keys: &ClientJwks,
        terms: &AssertionTerms,
        now: Timestamp,
    ) -> Result<VerifiedAssertion, AssertionError> {
        let token = Compact::parse(&self.text)?;
        let key = keys.find(token.kid()).ok_or(AssertionError::UnknownKey)?;
        // INVARIANT: the key decides which algorithms there are, the header only chooses among them.
        let algorithm = token.algorithm(key.algorithms()).ok_or(AssertionError::Algorithm)?;
        // The claims were read before: what cannot be read now is the signature.
        let claims: Claims = token
            .verify(key.verifies(), algorithm)
            .map_err(|_| AssertionError::Signature)?;
        if claims.iss != claims.sub || claims.sub != self.client.to_string() {
            return Err(AssertionError::NotTheClient);
        }
        if !claims.aud.is_only(&terms.audiences) {
            return Err(AssertionError::Audience);
        }
        if !(1..=256).contains(&claims.jti.len()) {
            return Err(AssertionError::Jti);
        }
        let expires = claims.times(terms, now)?;
        Ok(VerifiedAssertion {
            client: self.client,
            jti: claims.jti,
            expires,
        })
    }
}

impl AssertionError {
    /// Whether the sender has not shown that it holds a key of the client: it gets the answer that a client gets whom
    /// nobody knows.
    pub const fn is_unproved(self) -> bool {
        matches!(self, Self::UnknownKey | Self::Algorithm | Self::Signature)
    }
}

impl std::fmt::Debug for UnverifiedAssertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UnverifiedAssertion(of {})", self.client)
    }
}

impl Claims {
    /// Checks the times; the moment from which on the assertion is refused by every replica.
    fn times(&self, terms: &AssertionTerms, now: Timestamp) -> Result<Timestamp, AssertionError> {
        let NumericDate(exp) = self.exp;
        let refused_from = exp.plus_secs(terms.skew_secs);
        if now >= refused_from {
            return Err(AssertionError::Expired);
        }
        let begins = self.iat.max(self.nbf).map(|NumericDate(moment)| moment);
        if begins.is_some_and(|begins| now.plus_secs(terms.skew_secs) < begins) {
            return Err(AssertionError::NotYetValid);
        }
        let made = self.iat.map_or(now, |NumericDate(iat)| iat.min(now));
        if made.plus_secs(terms.lifetime_secs.saturating_add(terms.skew_secs)) < exp {
            return Err(AssertionError::LivesTooLong);
        }
        // A replica whose clock is behind ours still takes it for as long: what was used is remembered until then.
        Ok(refused_from.plus_secs(terms.skew_secs))
    }
}

impl Audience {
    /// Whether it names us, and nobody else: whoever else it is for could use it here (RFC 9700, 4.4).
    fn is_only(&self, ours: &[String]) -> bool {
        match self {
            Self::One(audience) => ours.contains(audience),
            Self::Many(audiences) => !audiences.is_empty() && audiences.iter().all(|audience| ours.contains(audience)),
        }
    }
}

impl VerifiedAssertion {
    /// What to note until [`expires`](Self::expires): a second assertion with this key is a replay. A hash, so that
    /// names which clients choose have one length and tell nothing.
    pub fn replay_key(&self) -> [u8; 32] {
        let mut hash = Context::new(&SHA256);
        hash.update(b"client-assertion");
        hash.update(self.client.as_bytes());
        hash.update(self.jti.as_bytes());
        let mut key = [0; 32];
        key.copy_from_slice(hash.finish().as_ref());
        key
    }
}

impl From<CompactError> for AssertionError {
    fn from(error: CompactError) -> Self {
        match error {
            CompactError::Malformed => Self::Malformed,
            CompactError::Signature => Self::Signature,
        }
    }
}
