//! Keys of the invented provider.

use std::sync::LazyLock;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RsaKeyPair},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, crypto, jwk::Jwk};
use serde_json::{Value, json};

pub(super) struct Signer {
    pub(super) kid: &'static str,
    pub(super) algorithm: Algorithm,
    key: EncodingKey,
}

/// The key that the provider starts with.
pub(super) static OLD: LazyLock<Signer> = LazyLock::new(|| rsa("old"));
/// The key that it rotates to.
pub(super) static NEW: LazyLock<Signer> = LazyLock::new(|| rsa("new"));
/// A key of the other accepted kind.
pub(super) static CURVE: LazyLock<Signer> = LazyLock::new(|| {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    Signer {
        kid: "curve",
        algorithm: Algorithm::ES256,
        key: EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref()),
    }
});

fn rsa(kid: &'static str) -> Signer {
    let der: Pkcs8V1Der<'_> = RsaKeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der.as_ref())
    );
    Signer {
        kid,
        algorithm: Algorithm::RS256,
        key: EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(),
    }
}

impl Signer {
    /// Signs whatever the header claims to be.
    pub(super) fn sign(&self, header: &Value, claims: &Value) -> String {
        sign_by(&self.key, self.algorithm, header, claims)
    }

    /// The public key as it is published.
    pub(super) fn public(&self) -> Value {
        let mut key = serde_json::to_value(Jwk::from_encoding_key(&self.key, self.algorithm).unwrap()).unwrap();
        key["kid"] = json!(self.kid);
        key["use"] = json!("sig");
        key
    }
}

/// A token under any key and header.
pub(super) fn sign_by(key: &EncodingKey, algorithm: Algorithm, header: &Value, claims: &Value) -> String {
    let message = message(header, claims);
    let signature = crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// A token without its signature.
pub(super) fn message(header: &Value, claims: &Value) -> String {
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    format!("{header}.{claims}")
}

/// The key document.
pub(super) fn published(signers: &[&Signer]) -> Value {
    json!({"keys": signers.iter().map(|signer| signer.public()).collect::<Vec<_>>()})
}
