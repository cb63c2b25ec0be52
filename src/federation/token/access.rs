//! Issuing access tokens, and believing them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};
use sluis_core::{
    id::{AccountId, ClientId},
    random::{self, Random},
    time::Timestamp,
};

use super::{Compact, NumericDate, Scope, SluisDetails, TokenError};
use crate::{
    app::caller::Bound,
    federation::jwks::{KeyError, SigningKeys},
};

/// RFC 9068, 2.1: tells an access token from every other JWT that we sign.
const TYPE: &str = "at+jwt";

/// What all access tokens of this service have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Who issues them: us.
    pub issuer: String,
    /// Whom they are for: our API.
    pub audience: String,
    /// How long one lives, and the id token that comes with it.
    pub lifetime_secs: i64,
    /// How far the clock of another replica may be ahead of ours.
    pub skew_secs: i64,
}

impl Terms {
    /// Tokens of five minutes, between replicas whose clocks are within five seconds.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            lifetime_secs: 300,
            skew_secs: 5,
        }
    }
}

/// For whom a token speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// For the client itself.
    Client,
    /// For the person behind an account, who logged in.
    Account(AccountId),
}

/// What a token is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessGrant {
    /// The client.
    pub client: ClientId,
    /// For whom it speaks.
    pub subject: Subject,
    /// What it may be used for.
    pub scope: Scope,
    /// The school and purpose that it is bound to, if any.
    pub bound: Option<Bound>,
}

/// A token that was just signed.
pub struct AccessToken {
    text: String,
    expires: Timestamp,
    lifetime_secs: i64,
}

/// What a verified token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// What was granted.
    pub grant: AccessGrant,
    /// Names this token among all.
    pub token_id: String,
    /// Since when it is good.
    pub issued: Timestamp,
    /// From when on it is not.
    pub expires: Timestamp,
}

/// The claims on the wire (RFC 9068, 2.2).
#[derive(Serialize, Deserialize)]
struct Wire {
    iss: String,
    sub: String,
    client_id: ClientId,
    aud: String,
    iat: NumericDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<NumericDate>,
    exp: NumericDate,
    jti: String,
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<SluisDetails>,
}

impl AccessToken {
    /// Signs a token for our API.
    ///
    /// # Errors
    /// When the backend refuses to sign.
    pub fn issue(
        grant: &AccessGrant,
        terms: &Terms,
        keys: &SigningKeys,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Self, KeyError> {
        let expires = now.plus_secs(terms.lifetime_secs);
        let wire = Wire {
            iss: terms.issuer.clone(),
            sub: match grant.subject {
                Subject::Client => grant.client.to_string(),
                Subject::Account(account) => account.to_string(),
            },
            client_id: grant.client,
            aud: terms.audience.clone(),
            iat: NumericDate(now),
            nbf: None,
            exp: NumericDate(expires),
            jti: URL_SAFE_NO_PAD.encode(random::bytes::<16>(random)),
            scope: grant.scope.clone(),
            authorization_details: grant.bound.map(SluisDetails),
        };
        Ok(Self {
            text: keys.sign_for_us(TYPE, &wire)?,
            expires,
            lifetime_secs: terms.lifetime_secs,
        })
    }

    /// Believes a token, or says why not.
    ///
    /// # Errors
    /// One for each check of RFC 9068, 4.
    pub fn verify(text: &str, keys: &SigningKeys, terms: &Terms, now: Timestamp) -> Result<AccessClaims, TokenError> {
        Self::verify_with_key(text, keys, terms, now).map(|(claims, _)| claims)
    }

    /// As [`AccessToken::verify`]; also the moment until which the key is believed, if it retires.
    pub(super) fn verify_with_key(
        text: &str,
        keys: &SigningKeys,
        terms: &Terms,
        now: Timestamp,
    ) -> Result<(AccessClaims, Option<Timestamp>), TokenError> {
        let token = Compact::parse(text)?;
        if token.typ() != Some(TYPE) {
            return Err(TokenError::WrongType);
        }
        // RFC 9068, 2.1: RS256 must be among those that are taken.
        let algorithm = token.algorithm(&[Algorithm::RS256, Algorithm::ES256]);
        let algorithm = algorithm.ok_or(TokenError::Algorithm)?;
        let kid = token.kid().ok_or(TokenError::UnknownKey)?;
        let known = keys.find(kid, now).ok_or(TokenError::UnknownKey)?;
        // RFC 8725, 3.1: a key is used with its own algorithm, never with the one that a header asks for.
        if known.algorithm != algorithm {
            return Err(TokenError::Algorithm);
        }
        let wire: Wire = token.verify(known.key, algorithm)?;
        if wire.iss != terms.issuer {
            return Err(TokenError::Issuer);
        }
        if wire.aud != terms.audience {
            return Err(TokenError::Audience);
        }
        let claims = wire.into_claims()?;
        claims.check(now, terms.skew_secs)?;
        Ok((claims, known.until))
    }

    /// The text to send.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// From when on it is not good.
    pub const fn expires(&self) -> Timestamp {
        self.expires
    }

    /// How long it is good.
    pub const fn expires_in_secs(&self) -> i64 {
        self.lifetime_secs
    }
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AccessToken([secret], until {})", self.expires)
    }
}

impl Wire {
    fn into_claims(self) -> Result<AccessClaims, TokenError> {
        let subject = if self.sub == self.client_id.to_string() {
            Subject::Client
        } else {
            Subject::Account(AccountId::parse(&self.sub).map_err(|_| TokenError::Malformed)?)
        };
        Ok(AccessClaims {
            grant: AccessGrant {
                client: self.client_id,
                subject,
                scope: self.scope,
                bound: self.authorization_details.map(|SluisDetails(bound)| bound),
            },
            token_id: self.jti,
            issued: self.nbf.map_or(self.iat.0, |NumericDate(nbf)| nbf.max(self.iat.0)),
            expires: self.exp.0,
        })
    }
}

impl AccessClaims {
    /// Whether the moment lies in their time. What is over is over, however the clocks differ.
    pub(super) fn check(&self, now: Timestamp, skew_secs: i64) -> Result<(), TokenError> {
        if now >= self.expires {
            Err(TokenError::Expired)
        } else if now.plus_secs(skew_secs) < self.issued {
            Err(TokenError::NotYetValid)
        } else {
            Ok(())
        }
    }
}
