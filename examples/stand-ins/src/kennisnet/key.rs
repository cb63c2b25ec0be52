//! Signing keys (RS256).

use aws_lc_rs::{
    digest::{SHA256, digest},
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};
use serde::Serialize;

use super::KennisnetError;

/// The key that signs, and the one before it, which is still published.
pub(super) struct KeyRing {
    present: Key,
    previous: Option<Key>,
}

pub(super) struct Key {
    private: EncodingKey,
    public: Jwk,
}

impl KeyRing {
    pub(super) fn generate() -> Result<Self, KennisnetError> {
        Ok(Self {
            present: Key::generate()?,
            previous: None,
        })
    }

    pub(super) fn rotate(&mut self, next: Key) {
        self.previous = Some(std::mem::replace(&mut self.present, next));
    }

    pub(super) fn published(&self) -> JwkSet {
        let keys = std::iter::once(&self.present).chain(&self.previous);
        JwkSet {
            keys: keys.map(|key| key.public.clone()).collect(),
        }
    }

    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, jsonwebtoken::errors::Error> {
        let header = Header {
            kid: self.present.public.common.key_id.clone(),
            ..Header::new(Algorithm::RS256)
        };
        jsonwebtoken::encode(&header, claims, &self.present.private)
    }
}

impl Key {
    pub(super) fn generate() -> Result<Self, KennisnetError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KennisnetError::Key)?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KennisnetError::Key)?;
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der.as_ref())
        );
        let private = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| KennisnetError::Key)?;
        let mut public = Jwk::from_encoding_key(&private, Algorithm::RS256).map_err(|_| KennisnetError::Key)?;
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        public.common.key_id = Some(
            public
                .thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256)
                .map_err(|_| KennisnetError::Key)?,
        );
        Ok(Self { private, public })
    }
}

/// The SHA-256 of a text.
pub(super) fn sha256(text: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    hash
}

/// The PKCE challenge of a verifier (RFC 7636, 4.6).
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(verifier))
}

/// The `at_hash` of an access token (OpenID Connect Core 1.0, 3.1.3.6).
pub(super) fn half_hash(token: &str) -> String {
    let hash = sha256(token);
    let (half, _) = hash.split_at(16);
    URL_SAFE_NO_PAD.encode(half)
}
