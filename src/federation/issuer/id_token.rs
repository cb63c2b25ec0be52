//! The id token: who logged in, for one supplier (OpenID Connect Core 1.0, 2).

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Map, Value};
use sluis_core::{
    id::{AccountId, ClientId},
    time::Timestamp,
};

use crate::federation::{
    jwks::{KeyError, SigningKeys},
    token::{AccessToken, NumericDate},
};

/// The claims that are ours to say; no attribute may take their place.
const RESERVED: [&str; 15] = [
    "acr",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "c_hash",
    "exp",
    "iat",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "sid",
    "sub",
];

/// What an id token is to say. It holds personal data: there is no `Debug`.
pub struct IdToken<'a> {
    /// Who says it: us.
    pub issuer: &'a str,
    /// The client that the person logged in to.
    pub client: ClientId,
    /// The account of the person at its supplier: another at every supplier.
    pub account: AccountId,
    /// What the client sent along.
    pub nonce: Option<&'a str>,
    /// When the person proved who they are, as far as it is known (OpenID Connect Core 1.0, 2).
    pub auth_time: Option<Timestamp>,
    /// How well.
    pub acr: Option<&'a str>,
    /// How long the token lives.
    pub lifetime_secs: i64,
    /// The attributes that the gate released.
    pub released: &'a Map<String, Value>,
}

/// Why there is no id token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// An attribute has the name of a claim of the protocol.
    #[error("an attribute cannot be called `{0}`")]
    Reserved(&'static str),
    /// It could not be signed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

#[derive(Serialize)]
struct Wire<'a> {
    iss: &'a str,
    sub: AccountId,
    aud: ClientId,
    iat: NumericDate,
    exp: NumericDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<NumericDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
    at_hash: String,
    #[serde(flatten)]
    released: &'a Map<String, Value>,
}

impl IdToken<'_> {
    /// Signs it, tied to the access token that goes with it.
    ///
    /// # Errors
    /// When an attribute has the name of a claim of the protocol, or the backend refuses to sign.
    pub fn issue(
        &self,
        access_token: &AccessToken,
        keys: &SigningKeys,
        now: Timestamp,
    ) -> Result<String, IdTokenError> {
        if let Some(name) = RESERVED.into_iter().find(|name| self.released.contains_key(*name)) {
            return Err(IdTokenError::Reserved(name));
        }
        let wire = Wire {
            iss: self.issuer,
            sub: self.account,
            aud: self.client,
            iat: NumericDate(now),
            exp: NumericDate(now.plus_secs(self.lifetime_secs)),
            auth_time: self.auth_time.map(NumericDate),
            nonce: self.nonce,
            acr: self.acr,
            at_hash: at_hash(access_token.as_str()),
            released: self.released,
        };
        Ok(keys.sign("JWT", &wire)?)
    }
}

/// OpenID Connect Core 1.0, 3.1.3.6: the left half of the hash that the algorithm uses.
fn at_hash(access_token: &str) -> String {
    let hash = digest(&SHA256, access_token.as_bytes());
    let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
    use serde_json::json;
    use sluis_core::random::SystemRandom;

    use super::*;
    use crate::federation::{
        jwks::{KeySize, SigningKey, install_crypto},
        token::{AccessGrant, Scope, Subject, Terms, TokenError},
    };

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
    const ISSUER: &str = "https://sluis.example";

    fn keys() -> SigningKeys {
        install_crypto();
        SigningKeys::new(SigningKey::generate(KeySize::Rsa2048).unwrap(), vec![]).unwrap()
    }

    fn access_token(keys: &SigningKeys, client: ClientId, account: AccountId) -> AccessToken {
        let grant = AccessGrant {
            client,
            subject: Subject::Account(account),
            scope: Scope::parse("openid").unwrap(),
            bound: None,
        };
        AccessToken::issue(&grant, &Terms::new(ISSUER, ISSUER), keys, NOW, &SystemRandom).unwrap()
    }

    fn issue(keys: &SigningKeys, released: &Map<String, Value>) -> Result<(String, String), IdTokenError> {
        let client = ClientId::generate(NOW, &SystemRandom);
        let account = AccountId::generate(NOW, &SystemRandom);
        let access_token = access_token(keys, client, account);
        let id_token = IdToken {
            issuer: ISSUER,
            client,
            account,
            nonce: Some("once"),
            auth_time: Some(NOW.plus_secs(-20)),
            acr: Some("strong"),
            lifetime_secs: 300,
            released,
        };
        let text = id_token.issue(&access_token, keys, NOW)?;
        Ok((text, access_token.as_str().to_owned()))
    }

    #[test]
    fn a_client_can_believe_it_with_our_public_document() {
        let keys = keys();
        let released = Map::from_iter([("given_name".to_owned(), json!("Noor"))]);
        let (text, access_token) = issue(&keys, &released).unwrap();

        let set: JwkSet = serde_json::from_value(serde_json::to_value(keys.jwks(NOW)).unwrap()).unwrap();
        let kid = jsonwebtoken::decode_header(&text).unwrap().kid.unwrap();
        let key = DecodingKey::from_jwk(set.find(&kid).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_issuer(&[ISSUER]);
        let claims: Value = jsonwebtoken::decode(&text, &key, &validation).unwrap().claims;

        assert_eq!(claims["given_name"], "Noor");
        assert_eq!(claims["nonce"], "once");
        assert_eq!(claims["acr"], "strong");
        assert_eq!(claims["iat"], 1_790_000_000);
        assert_eq!(claims["exp"], 1_790_000_300);
        assert_eq!(claims["auth_time"], 1_789_999_980);
        assert_ne!(claims["sub"], claims["aud"]);
        assert_eq!(claims["at_hash"], at_hash(&access_token));
    }

    #[test]
    fn the_hash_is_that_of_the_standard() {
        // OpenID Connect Core 1.0, appendix A.3, with RS256.
        assert_eq!(
            at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
    }

    #[test]
    fn an_attribute_cannot_take_the_place_of_a_claim_of_the_protocol() {
        let keys = keys();
        for name in RESERVED {
            let released = Map::from_iter([(name.to_owned(), json!("other"))]);
            assert_eq!(issue(&keys, &released).err(), Some(IdTokenError::Reserved(name)));
        }
    }

    #[test]
    fn an_id_token_is_no_access_token() {
        let keys = keys();
        let (text, _) = issue(&keys, &Map::new()).unwrap();
        let terms = Terms::new(ISSUER, ISSUER);
        assert_eq!(
            AccessToken::verify(&text, &keys, &terms, NOW),
            Err(TokenError::WrongType)
        );
    }
}
