//! The public keys with which a client proves itself.

use std::collections::BTreeSet;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value, json};

use super::{JwkFault, JwkFaultKind};

const MAX_KEYS: usize = 16;
const MAX_BYTES: usize = 32 * 1024;
/// The members of a JWK that only a private key has (RFC 7518, 6.2.2 and 6.3.2; RFC 8037, 2).
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// The public keys of one client: at least one, each fit for one kind of signature.
#[derive(Debug, Clone)]
pub struct ClientJwks {
    keys: Vec<ClientKey>,
}

/// One public key of a client.
#[derive(Debug, Clone)]
pub struct ClientKey {
    kid: Option<String>,
    algorithms: Vec<Algorithm>,
    verifies: DecodingKey,
    jwk: Value,
}

impl ClientJwks {
    /// Reads a JWK set (RFC 7517) of public keys.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place. A set that is half right is refused whole.
    pub fn parse(json: &str) -> Result<Self, Vec<JwkFault>> {
        if json.len() > MAX_BYTES {
            return Err(vec![fault(String::new(), JwkFaultKind::TooLarge)]);
        }
        let set: Value = serde_json::from_str(json).map_err(|_| vec![fault(String::new(), JwkFaultKind::NotASet)])?;
        Self::from_value(&set)
    }

    /// Reads a JWK set that is already JSON.
    ///
    /// # Errors
    /// As [`ClientJwks::parse`].
    pub fn from_value(set: &Value) -> Result<Self, Vec<JwkFault>> {
        let whole = |kind| Err(vec![fault(String::new(), kind)]);
        let Some(members) = set.get("keys").and_then(Value::as_array) else {
            return whole(JwkFaultKind::NotASet);
        };
        if members.is_empty() {
            return whole(JwkFaultKind::Empty);
        }
        if members.len() > MAX_KEYS {
            return whole(JwkFaultKind::TooLarge);
        }
        let mut faults = Vec::new();
        let mut kids = BTreeSet::new();
        let mut keys = Vec::new();
        for (place, member) in members.iter().enumerate() {
            let mut reading = Reading {
                place: format!("/keys/{place}"),
                faults: &mut faults,
            };
            let Some(member) = member.as_object() else {
                reading.refuse("", JwkFaultKind::NotAKey);
                continue;
            };
            match member.get("kid").and_then(Value::as_str) {
                Some(kid) if !kids.insert(kid.to_owned()) => reading.refuse("kid", JwkFaultKind::KidRepeated),
                None if members.len() > 1 => reading.refuse("kid", JwkFaultKind::KidMissing),
                _ => {}
            }
            keys.extend(reading.key(member));
        }
        if faults.is_empty() {
            Ok(Self { keys })
        } else {
            Err(faults)
        }
    }

    /// The set as it is to be kept: public members only.
    pub fn to_json(&self) -> Value {
        json!({ "keys": self.keys.iter().map(|key| &key.jwk).collect::<Vec<_>>() })
    }

    /// The keys.
    pub fn keys(&self) -> &[ClientKey] {
        &self.keys
    }

    /// The key that a signature names. Without a name it is the only key; a key without a name answers to each.
    pub(crate) fn find(&self, kid: Option<&str>) -> Option<&ClientKey> {
        match (self.keys.as_slice(), kid) {
            ([only], None) => Some(only),
            ([only], Some(_)) if only.kid.is_none() => Some(only),
            (_, None) => None,
            (keys, Some(kid)) => keys.iter().find(|key| key.kid.as_deref() == Some(kid)),
        }
    }
}

impl ClientKey {
    fn of(kid: Option<String>, algorithms: Vec<Algorithm>, verifies: DecodingKey, mut jwk: Value) -> Self {
        if let Some(members) = jwk.as_object_mut() {
            members.insert("use".to_owned(), json!("sig"));
            members.extend(kid.iter().map(|kid| ("kid".to_owned(), json!(kid))));
            if let [only] = algorithms.as_slice() {
                members.insert("alg".to_owned(), json!(only));
            }
        }
        Self {
            kid,
            algorithms,
            verifies,
            jwk,
        }
    }

    /// Its identifier, if it has one.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The algorithms that go with this key, and no others.
    pub(crate) fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    pub(crate) const fn verifies(&self) -> &DecodingKey {
        &self.verifies
    }
}

fn fault(pointer: String, kind: JwkFaultKind) -> JwkFault {
    JwkFault { pointer, kind }
}

/// Reads one key and notes everything that is wrong with it.
struct Reading<'a> {
    place: String,
    faults: &'a mut Vec<JwkFault>,
}

impl Reading<'_> {
    fn refuse(&mut self, member: &str, kind: JwkFaultKind) {
        let pointer = if member.is_empty() {
            self.place.clone()
        } else {
            format!("{}/{member}", self.place)
        };
        self.faults.push(fault(pointer, kind));
    }

    fn key(&mut self, jwk: &Map<String, Value>) -> Option<ClientKey> {
        for member in PRIVATE {
            if jwk.contains_key(member) {
                self.refuse(member, JwkFaultKind::Private);
            }
        }
        if jwk.get("use").is_some_and(|value| value != "sig") {
            self.refuse("use", JwkFaultKind::Use);
        }
        let kid = self.kid(jwk);
        let text = |member: &str| jwk.get(member).and_then(Value::as_str).unwrap_or_default();
        match (text("kty"), text("crv")) {
            ("RSA", _) => self.rsa(jwk, kid),
            ("EC", "P-256") => self.p256(jwk, kid),
            ("OKP", "Ed25519") => self.ed25519(jwk, kid),
            ("oct", _) => {
                self.refuse("kty", JwkFaultKind::Symmetric);
                None
            }
            ("EC" | "OKP", _) => {
                self.refuse("crv", JwkFaultKind::Unsupported);
                None
            }
            _ => {
                self.refuse("kty", JwkFaultKind::Unsupported);
                None
            }
        }
    }

    fn kid(&mut self, jwk: &Map<String, Value>) -> Option<String> {
        let kid = jwk.get("kid")?;
        match kid.as_str() {
            Some(kid) if (1..=256).contains(&kid.len()) => Some(kid.to_owned()),
            _ => {
                self.refuse("kid", JwkFaultKind::KidMissing);
                None
            }
        }
    }

    fn rsa(&mut self, jwk: &Map<String, Value>, kid: Option<String>) -> Option<ClientKey> {
        let algorithms = self.algorithms(jwk, &[Algorithm::RS256, Algorithm::PS256]);
        let (n, e) = (self.number(jwk, "n"), self.number(jwk, "e"));
        let (n, e) = (n?, e?);
        let before = self.faults.len();
        if !(2048..=8192).contains(&bits(&n)) {
            self.refuse("n", JwkFaultKind::Length);
        } else if !odd(&n) {
            self.refuse("n", JwkFaultKind::NotAPublicKey);
        }
        if bits(&e) < 17 {
            self.refuse("e", JwkFaultKind::Exponent);
        } else if !odd(&e) || bits(&e) > 33 {
            self.refuse("e", JwkFaultKind::NotAPublicKey);
        }
        let sound = self.faults.len() == before;
        let jwk = json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(&n), "e": URL_SAFE_NO_PAD.encode(&e) });
        sound.then(|| ClientKey::of(kid, algorithms, DecodingKey::from_rsa_raw_components(&n, &e), jwk))
    }

    fn p256(&mut self, jwk: &Map<String, Value>, kid: Option<String>) -> Option<ClientKey> {
        let algorithms = self.algorithms(jwk, &[Algorithm::ES256]);
        let (x, y) = (self.number(jwk, "x"), self.number(jwk, "y"));
        let (x, y) = (x?, y?);
        // RFC 7518, 6.2.1.2: the full length of the field. Points that are not on the curve are refused here too.
        let point = [[0x04].as_slice(), &x, &y].concat();
        if x.len() != 32 || y.len() != 32 || ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).is_err() {
            self.refuse("x", JwkFaultKind::NotAPublicKey);
            return None;
        }
        let jwk = json!({
            "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(&x), "y": URL_SAFE_NO_PAD.encode(&y),
        });
        Some(ClientKey::of(kid, algorithms, DecodingKey::from_ec_der(&point), jwk))
    }

    fn ed25519(&mut self, jwk: &Map<String, Value>, kid: Option<String>) -> Option<ClientKey> {
        let algorithms = self.algorithms(jwk, &[Algorithm::EdDSA]);
        let x = self.number(jwk, "x")?;
        if x.len() != 32 || ParsedPublicKey::new(&ED25519, &x).is_err() {
            self.refuse("x", JwkFaultKind::NotAPublicKey);
            return None;
        }
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(&x) });
        Some(ClientKey::of(kid, algorithms, DecodingKey::from_ed_der(&x), jwk))
    }

    fn number(&mut self, jwk: &Map<String, Value>, member: &str) -> Option<Vec<u8>> {
        let Some(text) = jwk.get(member).and_then(Value::as_str) else {
            self.refuse(member, JwkFaultKind::Missing);
            return None;
        };
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| !bytes.is_empty());
        if bytes.is_none() {
            self.refuse(member, JwkFaultKind::NotAPublicKey);
        }
        bytes
    }

    /// What the key may sign with: the one algorithm that it names, or all that go with its type.
    fn algorithms(&mut self, jwk: &Map<String, Value>, fitting: &[Algorithm]) -> Vec<Algorithm> {
        let Some(named) = jwk.get("alg") else {
            return fitting.to_vec();
        };
        let named = named.as_str().and_then(|name| name.parse().ok());
        let algorithm = named.filter(|algorithm| fitting.contains(algorithm));
        if algorithm.is_none() {
            self.refuse("alg", JwkFaultKind::Algorithm);
        }
        algorithm.into_iter().collect()
    }
}

/// The length of a number, leading zeros not counted.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number
        .get(zeros)
        .map_or(0, |first| (number.len() - zeros) * 8 - first.leading_zeros() as usize)
}

/// Whether a number is odd, as the product of two odd primes and each usable exponent is. The backend does not look.
fn odd(number: &[u8]) -> bool {
    number.last().is_some_and(|last| last % 2 == 1)
}

#[cfg(test)]
mod tests;
