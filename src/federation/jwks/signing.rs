//! The keys that sign our tokens: one active, and those that are still believed for a while after it took over.

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeyPair,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header,
    jwk::{AlgorithmParameters, Jwk, ThumbprintHash},
};
use serde::Serialize;
use sluis_core::time::Timestamp;
use zeroize::Zeroizing;

/// A private key as PKCS#8 in DER, wiped when dropped: what storage seals.
pub type Pkcs8 = Zeroizing<Vec<u8>>;

/// How long a new key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySize {
    /// 2048 bits.
    Rsa2048,
    /// 3072 bits.
    Rsa3072,
}

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The backend could not make one.
    #[error("no key could be generated")]
    NotGenerated,
    /// The bytes are no RSA private key in PKCS#8.
    #[error("the bytes are no RSA private key in PKCS#8")]
    NotRsaPkcs8,
    /// The key is shorter than 2048 bits.
    #[error("a signing key has at least 2048 bits")]
    TooShort,
    /// The same key stands in the set twice.
    #[error("the same key stands in the set twice")]
    Duplicate,
    /// The backend refused to sign.
    #[error("the token could not be signed")]
    NotSigned,
}

/// A key that signs. Its identifier is its thumbprint (RFC 7638).
pub struct SigningKey {
    private: EncodingKey,
    pkcs8: Pkcs8,
    public: PublicKey,
}

#[derive(Debug)]
struct PublicKey {
    jwk: RsaJwk,
    verifies: DecodingKey,
}

/// A key that signs no more, but whose tokens are believed until a moment.
#[derive(Debug)]
pub struct RetiringKey {
    public: PublicKey,
    until: Timestamp,
}

/// The public half of a key of ours (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RsaJwk {
    kty: &'static str,
    #[serde(rename = "use")]
    purpose: &'static str,
    alg: &'static str,
    kid: String,
    n: String,
    e: String,
}

/// The document at our `jwks_uri`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RsaJwks {
    keys: Vec<RsaJwk>,
}

/// Names one state of the set: the same on every replica that has the same keys, another after every rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyEpoch([u8; 32]);

/// The active key and the retiring ones.
#[derive(Debug)]
pub struct SigningKeys {
    active: SigningKey,
    retiring: Vec<RetiringKey>,
    epoch: KeyEpoch,
}

impl SigningKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// When the backend cannot.
    pub fn generate(size: KeySize) -> Result<Self, KeyError> {
        let size = match size {
            KeySize::Rsa2048 => aws_lc_rs::rsa::KeySize::Rsa2048,
            KeySize::Rsa3072 => aws_lc_rs::rsa::KeySize::Rsa3072,
        };
        let pair = KeyPair::generate(size).map_err(|_| KeyError::NotGenerated)?;
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| KeyError::NotGenerated)?;
        Self::from_pkcs8(der.as_ref())
    }

    /// Takes a key that was kept.
    ///
    /// # Errors
    /// When the bytes are no RSA private key of at least 2048 bits.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = KeyPair::from_pkcs8(der).map_err(|_| KeyError::NotRsaPkcs8)?;
        if pair.public_modulus_len() < 256 {
            return Err(KeyError::TooShort);
        }
        let base64 = Zeroizing::new(STANDARD.encode(der));
        let pem = Zeroizing::new(format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            *base64
        ));
        let private = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| KeyError::NotRsaPkcs8)?;
        let public = PublicKey::of(&private)?;
        Ok(Self {
            private,
            pkcs8: Zeroizing::new(der.to_vec()),
            public,
        })
    }

    /// The private key, for storage to seal.
    pub const fn to_pkcs8(&self) -> &Pkcs8 {
        &self.pkcs8
    }

    /// The identifier: the thumbprint of the public half.
    pub fn kid(&self) -> &str {
        &self.public.jwk.kid
    }

    /// Ends its signing. The private half is gone; tokens that it signed are believed until the moment.
    pub fn retire(self, until: Timestamp) -> RetiringKey {
        RetiringKey {
            public: self.public,
            until,
        }
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.kid())
    }
}

impl PublicKey {
    fn of(private: &EncodingKey) -> Result<Self, KeyError> {
        let jwk = Jwk::from_encoding_key(private, Algorithm::RS256).map_err(|_| KeyError::NotRsaPkcs8)?;
        let kid = jwk
            .thumbprint(ThumbprintHash::SHA256)
            .map_err(|_| KeyError::NotRsaPkcs8)?;
        let verifies = DecodingKey::from_jwk(&jwk).map_err(|_| KeyError::NotRsaPkcs8)?;
        let AlgorithmParameters::RSA(numbers) = jwk.algorithm else {
            return Err(KeyError::NotRsaPkcs8);
        };
        let jwk = RsaJwk {
            kty: "RSA",
            purpose: "sig",
            alg: "RS256",
            kid,
            n: numbers.n,
            e: numbers.e,
        };
        Ok(Self { jwk, verifies })
    }
}

impl SigningKeys {
    /// The set of one active key and those that retire.
    ///
    /// # Errors
    /// When a key stands in it twice.
    pub fn new(active: SigningKey, retiring: Vec<RetiringKey>) -> Result<Self, KeyError> {
        let mut kids: Vec<&str> = std::iter::once(active.kid())
            .chain(retiring.iter().map(|key| key.public.jwk.kid.as_str()))
            .collect();
        kids.sort_unstable();
        if kids.is_sorted_by(|a, b| a < b) {
            let epoch = KeyEpoch::of(&active, &retiring);
            Ok(Self {
                active,
                retiring,
                epoch,
            })
        } else {
            Err(KeyError::Duplicate)
        }
    }

    /// The set after a rotation: a new key signs, the one before is believed until the moment.
    ///
    /// # Errors
    /// When the new key is in the set already.
    pub fn rotate(self, next: SigningKey, until: Timestamp) -> Result<Self, KeyError> {
        let mut retiring = self.retiring;
        retiring.push(self.active.retire(until));
        Self::new(next, retiring)
    }

    /// Names this state of the set.
    pub const fn epoch(&self) -> KeyEpoch {
        self.epoch
    }

    /// The public document: the active key first, then those that are still believed.
    pub fn jwks(&self, now: Timestamp) -> RsaJwks {
        let retiring = self.retiring.iter().filter(|key| now < key.until);
        RsaJwks {
            keys: std::iter::once(&self.active.public)
                .chain(retiring.map(|key| &key.public))
                .map(|key| key.jwk.clone())
                .collect(),
        }
    }

    /// The key with this identifier and the moment until which it is believed.
    pub(crate) fn find(&self, kid: &str, now: Timestamp) -> Option<(&DecodingKey, Option<Timestamp>)> {
        if self.active.kid() == kid {
            return Some((&self.active.public.verifies, None));
        }
        self.retiring
            .iter()
            .find(|key| key.public.jwk.kid == kid && now < key.until)
            .map(|key| (&key.public.verifies, Some(key.until)))
    }

    /// Signs claims as a JWT of this type with the active key.
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, KeyError> {
        let mut header = Header::new(Algorithm::RS256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.active.kid().to_owned());
        jsonwebtoken::encode(&header, claims, &self.active.private).map_err(|_| KeyError::NotSigned)
    }
}

impl KeyEpoch {
    fn of(active: &SigningKey, retiring: &[RetiringKey]) -> Self {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(active.kid().as_bytes());
        for key in retiring {
            // A thumbprint has a fixed length: no two sets run together to the same bytes.
            hash.update(key.public.jwk.kid.as_bytes());
            hash.update(&key.until.as_millis().to_be_bytes());
        }
        let mut epoch = [0; 32];
        epoch.copy_from_slice(hash.finish().as_ref());
        Self(epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::federation::jwks::install_crypto;

    fn key() -> SigningKey {
        install_crypto();
        SigningKey::generate(KeySize::Rsa2048).unwrap()
    }

    #[test]
    fn a_kept_key_is_the_same_key() {
        let made = key();
        let kept = SigningKey::from_pkcs8(made.to_pkcs8()).unwrap();
        assert_eq!(made.kid(), kept.kid());
        assert_eq!(kept.kid().len(), 43, "base64url of a SHA-256");
        assert_eq!(format!("{kept:?}"), format!("SigningKey({})", made.kid()));
    }

    #[test]
    fn a_longer_key_is_made_when_asked() {
        install_crypto();
        let key = SigningKey::generate(KeySize::Rsa3072).unwrap();
        assert_eq!(key.public.jwk.n.len(), 512, "base64url of 384 bytes");
    }

    #[test]
    fn other_bytes_are_refused() {
        install_crypto();
        assert_eq!(SigningKey::from_pkcs8(b"no key").unwrap_err(), KeyError::NotRsaPkcs8);
    }

    #[test]
    fn the_document_shows_public_numbers_only_and_forgets_keys_in_time() {
        let first = key();
        let kid = first.kid().to_owned();
        let until = Timestamp::from_millis(1_000);
        let keys = SigningKeys::new(first, vec![]).unwrap();
        let before = keys.epoch();
        let keys = keys.rotate(key(), until).unwrap();
        assert_ne!(keys.epoch(), before);

        let early = serde_json::to_value(keys.jwks(Timestamp::from_millis(999))).unwrap();
        assert_eq!(early["keys"][1]["kid"], kid.as_str());
        let members: Vec<_> = early["keys"][0].as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
        assert!(keys.find(&kid, Timestamp::from_millis(999)).is_some());

        let late = serde_json::to_value(keys.jwks(until)).unwrap();
        assert_eq!(late["keys"].as_array().unwrap().len(), 1);
        assert!(keys.find(&kid, until).is_none());
    }

    #[test]
    fn a_key_stands_in_the_set_once() {
        let active = key();
        let again = SigningKey::from_pkcs8(active.to_pkcs8()).unwrap();
        let twice = SigningKeys::new(active, vec![again.retire(Timestamp::from_millis(1))]);
        assert_eq!(twice.unwrap_err(), KeyError::Duplicate);
    }
}
