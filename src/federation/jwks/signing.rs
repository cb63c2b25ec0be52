//! The keys that sign our tokens: one for what others read, one for what we alone read, and those that are still believed
//! for a while after another took over.

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeyPair,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
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

/// What a new key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySize {
    /// RSA of 2048 bits: signs with RS256.
    Rsa2048,
    /// RSA of 3072 bits: signs with RS256.
    Rsa3072,
    /// A point on P-256: signs with ES256, faster and in a quarter of the length.
    P256,
}

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The backend could not make one.
    #[error("no key could be generated")]
    NotGenerated,
    /// The bytes are no private key of RSA or on P-256 in PKCS#8.
    #[error("the bytes are no private key of RSA or on P-256 in PKCS#8")]
    NotPkcs8,
    /// The key is shorter than 2048 bits.
    #[error("a signing key of RSA has at least 2048 bits")]
    TooShort,
    /// Others expect RS256 (OpenID Connect Core 1.0, 15.1).
    #[error("what others read is signed with a key of RSA")]
    NotRsa,
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
    kid: String,
    algorithm: Algorithm,
    verifies: DecodingKey,
    /// For others. What is signed by a key without it nobody but us verifies.
    jwk: Option<RsaJwk>,
}

/// A key of ours, as a token that names it is verified.
pub(crate) struct Believed<'a> {
    /// The key.
    pub(crate) key: &'a DecodingKey,
    /// The one algorithm that it signs with.
    pub(crate) algorithm: Algorithm,
    /// The moment until which it is believed, if it retires.
    pub(crate) until: Option<Timestamp>,
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

/// The active key, the one for access tokens, and the retiring ones.
#[derive(Debug)]
pub struct SigningKeys {
    active: SigningKey,
    access: Option<SigningKey>,
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
            KeySize::P256 => return Self::generate_p256(),
        };
        let pair = KeyPair::generate(size).map_err(|_| KeyError::NotGenerated)?;
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| KeyError::NotGenerated)?;
        Self::from_pkcs8(der.as_ref())
    }

    fn generate_p256() -> Result<Self, KeyError> {
        let made = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| KeyError::NotGenerated)?;
        let der = made.to_pkcs8v1().map_err(|_| KeyError::NotGenerated)?;
        Self::from_pkcs8(der.as_ref())
    }

    /// Takes a key that was kept.
    ///
    /// # Errors
    /// When the bytes are no private key on P-256, nor one of RSA of at least 2048 bits.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let on_p256 = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).is_ok();
        if !on_p256 {
            let pair = KeyPair::from_pkcs8(der).map_err(|_| KeyError::NotPkcs8)?;
            if pair.public_modulus_len() < 256 {
                return Err(KeyError::TooShort);
            }
        }
        let base64 = Zeroizing::new(STANDARD.encode(der));
        let pem = Zeroizing::new(format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            *base64
        ));
        let (private, algorithm) = if on_p256 {
            (EncodingKey::from_ec_pem(pem.as_bytes()), Algorithm::ES256)
        } else {
            (EncodingKey::from_rsa_pem(pem.as_bytes()), Algorithm::RS256)
        };
        let private = private.map_err(|_| KeyError::NotPkcs8)?;
        let public = PublicKey::of(&private, algorithm)?;
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
        &self.public.kid
    }

    fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, KeyError> {
        let mut header = Header::new(self.public.algorithm);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.kid().to_owned());
        jsonwebtoken::encode(&header, claims, &self.private).map_err(|_| KeyError::NotSigned)
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
    fn of(private: &EncodingKey, algorithm: Algorithm) -> Result<Self, KeyError> {
        let jwk = Jwk::from_encoding_key(private, algorithm).map_err(|_| KeyError::NotPkcs8)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyError::NotPkcs8)?;
        let verifies = DecodingKey::from_jwk(&jwk).map_err(|_| KeyError::NotPkcs8)?;
        let jwk = match jwk.algorithm {
            AlgorithmParameters::RSA(numbers) => Some(RsaJwk {
                kty: "RSA",
                purpose: "sig",
                alg: "RS256",
                kid: kid.clone(),
                n: numbers.n,
                e: numbers.e,
            }),
            _ => None,
        };
        Ok(Self {
            kid,
            algorithm,
            verifies,
            jwk,
        })
    }
}

impl SigningKeys {
    /// The set of one active key and those that retire.
    ///
    /// # Errors
    /// When a key stands in it twice, or the active one is not of RSA.
    pub fn new(active: SigningKey, retiring: Vec<RetiringKey>) -> Result<Self, KeyError> {
        Self::of(active, None, retiring)
    }

    /// The same set, with a key for access tokens: nobody but us verifies those.
    ///
    /// # Errors
    /// When the key stands in the set already.
    pub fn with_access(self, access: SigningKey) -> Result<Self, KeyError> {
        Self::of(self.active, Some(access), self.retiring)
    }

    fn of(active: SigningKey, access: Option<SigningKey>, retiring: Vec<RetiringKey>) -> Result<Self, KeyError> {
        if active.public.jwk.is_none() {
            return Err(KeyError::NotRsa);
        }
        let signing = std::iter::once(&active).chain(&access).map(SigningKey::kid);
        let mut kids: Vec<&str> = signing
            .chain(retiring.iter().map(|key| key.public.kid.as_str()))
            .collect();
        kids.sort_unstable();
        if kids.is_sorted_by(|a, b| a < b) {
            let epoch = KeyEpoch::of(&active, access.as_ref(), &retiring);
            Ok(Self {
                active,
                access,
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
    /// When the new key is in the set already, or is not of RSA.
    pub fn rotate(self, next: SigningKey, until: Timestamp) -> Result<Self, KeyError> {
        let mut retiring = self.retiring;
        retiring.push(self.active.retire(until));
        Self::of(next, self.access, retiring)
    }

    /// Names this state of the set.
    pub const fn epoch(&self) -> KeyEpoch {
        self.epoch
    }

    /// The public document: the active key first, then those that are still believed; none that only we verify by.
    pub fn jwks(&self, now: Timestamp) -> RsaJwks {
        let retiring = self.retiring.iter().filter(|key| now < key.until);
        RsaJwks {
            keys: std::iter::once(&self.active.public)
                .chain(retiring.map(|key| &key.public))
                .filter_map(|key| key.jwk.clone())
                .collect(),
        }
    }

    /// The key with this identifier, if it is believed.
    pub(crate) fn find(&self, kid: &str, now: Timestamp) -> Option<Believed<'_>> {
        let signing = std::iter::once(&self.active).chain(&self.access);
        let retiring = self.retiring.iter().filter(|key| now < key.until);
        let mut believed = signing
            .map(|key| (&key.public, None))
            .chain(retiring.map(|key| (&key.public, Some(key.until))));
        let (public, until) = believed.find(|(public, _)| public.kid == kid)?;
        Some(Believed {
            key: &public.verifies,
            algorithm: public.algorithm,
            until,
        })
    }

    /// Signs claims for others as a JWT of this type.
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, KeyError> {
        self.active.sign(typ, claims)
    }

    /// Signs claims for ourselves as a JWT of this type.
    pub(crate) fn sign_for_us(&self, typ: &str, claims: &impl Serialize) -> Result<String, KeyError> {
        self.access.as_ref().unwrap_or(&self.active).sign(typ, claims)
    }
}

impl KeyEpoch {
    fn of(active: &SigningKey, access: Option<&SigningKey>, retiring: &[RetiringKey]) -> Self {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(active.kid().as_bytes());
        // A thumbprint has a fixed length: no two sets run together to the same bytes.
        hash.update(&[u8::from(access.is_some())]);
        hash.update(access.map_or("", SigningKey::kid).as_bytes());
        for key in retiring {
            hash.update(key.public.kid.as_bytes());
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

    fn p256() -> SigningKey {
        install_crypto();
        SigningKey::generate(KeySize::P256).unwrap()
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
        let jwk = key.public.jwk.unwrap();
        assert_eq!(jwk.n.len(), 512, "base64url of 384 bytes");
    }

    #[test]
    fn other_bytes_are_refused() {
        install_crypto();
        assert_eq!(SigningKey::from_pkcs8(b"no key").unwrap_err(), KeyError::NotPkcs8);
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
    fn the_key_for_access_tokens_is_kept_and_named_and_in_no_document() {
        let access = p256();
        let kept = SigningKey::from_pkcs8(access.to_pkcs8()).unwrap();
        assert_eq!(access.kid(), kept.kid());
        let keys = SigningKeys::new(key(), vec![]).unwrap();
        let (before, now) = (keys.epoch(), Timestamp::from_millis(0));
        let kid = access.kid().to_owned();
        let keys = keys.with_access(access).unwrap();
        assert_ne!(keys.epoch(), before);
        assert_eq!(
            keys.find(&kid, now).map(|found| found.algorithm),
            Some(Algorithm::ES256)
        );
        assert_eq!(keys.jwks(now).keys.len(), 1);
        let keys = keys.rotate(key(), now).unwrap();
        assert!(
            keys.find(&kid, now).is_some(),
            "the rotation of the other key leaves it alone"
        );
    }

    #[test]
    fn what_others_read_is_signed_with_rsa() {
        assert_eq!(SigningKeys::new(p256(), vec![]).unwrap_err(), KeyError::NotRsa);
        let keys = SigningKeys::new(key(), vec![]).unwrap();
        assert_eq!(keys.rotate(p256(), Timestamp::default()).unwrap_err(), KeyError::NotRsa);
    }

    #[test]
    fn a_key_stands_in_the_set_once() {
        let access = p256();
        let again = SigningKey::from_pkcs8(access.to_pkcs8())
            .unwrap()
            .retire(Timestamp::from_millis(1));
        let twice = SigningKeys::new(key(), vec![again]).unwrap().with_access(access);
        assert_eq!(twice.unwrap_err(), KeyError::Duplicate);
        let active = key();
        let again = SigningKey::from_pkcs8(active.to_pkcs8()).unwrap();
        let twice = SigningKeys::new(active, vec![again.retire(Timestamp::from_millis(1))]);
        assert_eq!(twice.unwrap_err(), KeyError::Duplicate);
    }
}
