//! Keys of clients, and what they sign with them: right, and wrong in every way that a test asks for.
#![expect(clippy::expect_used, reason = "a harness that cannot make a key stops the test")]

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    hmac,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{
    Algorithm, EncodingKey,
    crypto::{CryptoProvider, aws_lc},
    jwk::Jwk,
};
use serde_json::{Map, Value, json};

/// The key pair of a client.
pub struct ClientKeyPair {
    algorithm: Algorithm,
    kid: String,
    private: EncodingKey,
    public: Value,
}

impl ClientKeyPair {
    /// A P-256 key that signs with ES256.
    pub fn es256(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a P-256 key can be made");
        let der = pair.to_pkcs8v1().expect("a P-256 key can be written");
        let point = pair.public_key().as_ref();
        let (x, y) = point.get(1..).expect("a point has a prefix").split_at(32);
        let public = json!({
            "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        });
        Self::of(Algorithm::ES256, kid, EncodingKey::from_ec_der(der.as_ref()), public)
    }

    /// An RSA key of 2048 bits that signs with RS256.
    pub fn rs256(kid: &str) -> Self {
        Self::rsa(Algorithm::RS256, kid, KeySize::Rsa2048)
    }

    /// An RSA key of 2048 bits that signs with PS256.
    pub fn ps256(kid: &str) -> Self {
        Self::rsa(Algorithm::PS256, kid, KeySize::Rsa2048)
    }

    /// An Ed25519 key.
    pub fn eddsa(kid: &str) -> Self {
        let pair = Ed25519KeyPair::generate().expect("an Ed25519 key can be made");
        let der = pair.to_pkcs8v1().expect("an Ed25519 key can be written");
        let public = json!({
            "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()),
        });
        Self::of(Algorithm::EdDSA, kid, EncodingKey::from_ed_der(der.as_ref()), public)
    }

    fn rsa(algorithm: Algorithm, kid: &str, size: KeySize) -> Self {
        install();
        let pair = RsaKeyPair::generate(size).expect("an RSA key can be made");
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).expect("an RSA key can be written");
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der.as_ref())
        );
        let private = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("an RSA key can be read");
        let public = Jwk::from_encoding_key(&private, algorithm).expect("an RSA key has a public half");
        let public = serde_json::to_value(public.algorithm).expect("a public key is JSON");
        Self::of(algorithm, kid, private, public)
    }

    fn of(algorithm: Algorithm, kid: &str, private: EncodingKey, public: Value) -> Self {
        Self {
            algorithm,
            kid: kid.to_owned(),
            private,
            public,
        }
    }

    /// The public half as a JWK (RFC 7517).
    pub fn jwk(&self) -> Value {
        let mut jwk = self.public.clone();
        if let Some(members) = jwk.as_object_mut() {
            members.insert("kid".to_owned(), json!(self.kid));
            members.insert("alg".to_owned(), json!(self.algorithm));
            members.insert("use".to_owned(), json!("sig"));
        }
        jwk
    }

    /// A JWK set with this key alone.
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.jwk()] })
    }

    /// An assertion with which this client proves itself (RFC 7523) to the audience for the next minute; its parts can
    /// be changed before it is signed.
    pub fn assertion(&self, client_id: &str, audience: &str, now_secs: i64) -> Jwt<'_> {
        self.jwt(json!({
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "iat": now_secs,
            "exp": now_secs + 60,
            "jti": unique(),
        }))
    }

    /// A JWT with these claims, to be signed with this key.
    pub fn jwt(&self, claims: Value) -> Jwt<'_> {
        let claims = match claims {
            Value::Object(claims) => claims,
            _ => Map::new(),
        };
        let header = Map::from_iter([
            ("typ".to_owned(), json!("JWT")),
            ("alg".to_owned(), json!(self.algorithm)),
            ("kid".to_owned(), json!(self.kid)),
        ]);
        Jwt {
            key: self,
            header,
            claims,
        }
    }

    fn sign(&self, message: &str) -> Vec<u8> {
        install();
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.private, self.algorithm);
        let signature = signature.expect("a client signs with its own key");
        URL_SAFE_NO_PAD.decode(signature).expect("a signature is base64url")
    }
}

/// A JWT that is not signed yet.
pub struct Jwt<'a> {
    key: &'a ClientKeyPair,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl Jwt<'_> {
    /// Sets a claim.
    #[must_use]
    pub fn with(mut self, claim: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(claim.to_owned(), value.into());
        self
    }

    /// Leaves a claim out.
    #[must_use]
    pub fn without(mut self, claim: &str) -> Self {
        self.claims.remove(claim);
        self
    }

    /// Sets a member of the header. The signature stays that of the key, whatever `alg` says.
    #[must_use]
    pub fn header(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.header.insert(member.to_owned(), value.into());
        self
    }

    /// Leaves a member of the header out.
    #[must_use]
    pub fn without_header(mut self, member: &str) -> Self {
        self.header.remove(member);
        self
    }

    /// Signs it with the key.
    pub fn sign(self) -> String {
        let key = self.key;
        forge(&self.header.into(), &self.claims.into(), |message| key.sign(message))
    }
}

/// A compact JWT with whatever header, claims and signature: the signature is made from the text before it.
pub fn forge(header: &Value, claims: &Value, signature: impl FnOnce(&str) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(signature(&message));
    format!("{message}.{signature}")
}

/// The signature of HS256 with this secret: for the attack that takes a public key for a shared one.
pub fn hs256(secret: &[u8], message: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
}

/// A text that does not occur twice.
pub fn unique() -> String {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).expect("the operating system gives randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}

fn install() {
    // An error means that a provider is in place already.
    let _: Result<(), &'static CryptoProvider> = aws_lc::DEFAULT_PROVIDER.install_default();
}
