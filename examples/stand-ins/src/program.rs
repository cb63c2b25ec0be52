//! A program that calls Sluis: it makes its own key, proves itself with signed assertions (RFC 7523), and asks for
//! tokens that are bound to one school and one purpose (RFC 9396).

use std::sync::Arc;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use sluis_core::{
    random::{self, Random, SystemRandom},
    time::{Clock, SystemClock},
};

const KEY_ID: &str = "1";
/// The type of assertion that proves who a client is.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A program with a key of its own.
pub struct Program {
    private: EncodingKey,
    public: Value,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    http: reqwest::Client,
}

/// Why a program cannot do what it wants.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// No key can be made or used.
    #[error("no key can be made or used")]
    Key,
    /// Sluis does not answer.
    #[error("Sluis does not answer")]
    Unreachable(#[from] reqwest::Error),
    /// Sluis refuses a token.
    #[error("Sluis refuses a token: {0}")]
    TokenRefused(Value),
}

impl Program {
    /// A program with a new P-256 key.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn new() -> Result<Self, ProgramError> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| ProgramError::Key)?;
        let der = pair.to_pkcs8v1().map_err(|_| ProgramError::Key)?;
        let point = pair.public_key().as_ref();
        // SEC 1, 2.3.3: an uncompressed point is 04, then x, then y.
        let (x, y) = point
            .get(1..)
            .and_then(|point| point.split_at_checked(32))
            .ok_or(ProgramError::Key)?;
        let public = json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": KEY_ID,
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        });
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            private: EncodingKey::from_ec_der(der.as_ref()),
            public,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            http,
        })
    }

    /// Its public key as a JWK set: what the operator registers.
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.public] })
    }

    /// The client that it calls with; redirects are not followed.
    pub const fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// A text that nobody can guess.
    pub fn secret(&self) -> String {
        URL_SAFE_NO_PAD.encode(random::bytes::<32>(&*self.random))
    }

    /// Proves that this is the client, to one audience, for one minute, once.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn assertion(&self, client_id: &str, audience: &str) -> Result<String, ProgramError> {
        let now = self.clock.now().as_secs();
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": audience, "jti": self.secret(), "iat": now, "exp": now + 60,
        });
        let header = Header {
            kid: Some(KEY_ID.to_owned()),
            ..Header::new(Algorithm::ES256)
        };
        jsonwebtoken::encode(&header, &claims, &self.private).map_err(|_| ProgramError::Key)
    }

    /// Asks for a token at the issuer, bound to a school and a purpose if they are named.
    ///
    /// # Errors
    /// When Sluis does not answer or refuses.
    pub async fn token(
        &self,
        issuer: &str,
        client_id: &str,
        bound: Option<(&str, &str)>,
    ) -> Result<String, ProgramError> {
        let assertion = self.assertion(client_id, issuer)?;
        let mut form = vec![
            ("grant_type", "client_credentials".to_owned()),
            ("client_assertion_type", ASSERTION_TYPE.to_owned()),
            ("client_assertion", assertion),
        ];
        if let Some((school, purpose)) = bound {
            let details = json!([{ "type": "sluis", "school": school, "purpose": purpose }]);
            form.push(("authorization_details", details.to_string()));
        }
        self.exchange(issuer, &form)
            .await
            .and_then(|answer| match answer.get("access_token") {
                Some(Value::String(token)) => Ok(token.clone()),
                _ => Err(ProgramError::TokenRefused(answer)),
            })
    }

    /// Sends a form to the token endpoint; a refusal is an answer too.
    ///
    /// # Errors
    /// When Sluis does not answer.
    pub async fn exchange(&self, issuer: &str, form: &[(&str, String)]) -> Result<Value, ProgramError> {
        let response = self.http.post(format!("{issuer}/oidc/token")).form(form).send().await?;
        Ok(response.json().await?)
    }
}
