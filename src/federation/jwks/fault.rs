//! What can be wrong with the public keys of a client.

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at `{pointer}`: {kind}")]
pub struct JwkFault {
    /// A JSON pointer (RFC 6901) into the set; empty for the set itself.
    pub pointer: String,
    /// What is wrong there.
    pub kind: JwkFaultKind,
}

/// What is wrong with a key or a set of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwkFaultKind {
    /// Not JSON, or not a set.
    #[error("this is not a JWK set (RFC 7517): an object with an array `keys`")]
    NotASet,
    /// The set is larger than anybody needs.
    #[error("the set is too large: at most 16 keys and 32768 bytes")]
    TooLarge,
    /// There is no key in it.
    #[error("the set has no key")]
    Empty,
    /// A key is not an object.
    #[error("a key is an object")]
    NotAKey,
    /// The member holds a private key. It must be thought of as known to others.
    #[error("this is part of a private key: send public keys only, and replace this key")]
    Private,
    /// A shared secret.
    #[error("a shared secret is not accepted: register a public key")]
    Symmetric,
    /// A type or curve of key that is not accepted.
    #[error("accepted are RSA, EC with curve `P-256`, and OKP with curve `Ed25519`")]
    Unsupported,
    /// The key is not for signatures.
    #[error("the key must be for signatures: `use` is `sig` or absent")]
    Use,
    /// The algorithm does not go with the type of key.
    #[error("accepted are `RS256` and `PS256` for RSA, `ES256` for EC, `EdDSA` for OKP")]
    Algorithm,
    /// A needed member is absent or not text.
    #[error("this member must be there, and be text")]
    Missing,
    /// A member is not base64url, or the numbers are no key.
    #[error("this is not the base64url form of a valid public key")]
    NotAPublicKey,
    /// An RSA key that is too short.
    #[error("an RSA key has 2048 to 8192 bits")]
    Length,
    /// An RSA exponent that is too small.
    #[error("the exponent of an RSA key is at least 65537")]
    Exponent,
    /// Among several keys each needs an identifier.
    #[error("with more than one key, each needs a `kid`: text of 1 to 256 characters")]
    KidMissing,
    /// Two keys have the same identifier.
    #[error("another key in the set has the same `kid`")]
    KidRepeated,
}

impl JwkFaultKind {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotASet => "jwks_malformed",
            Self::TooLarge => "jwks_too_large",
            Self::Empty => "jwks_empty",
            Self::NotAKey => "jwk_malformed",
            Self::Private => "jwk_private",
            Self::Symmetric => "jwk_symmetric",
            Self::Unsupported => "jwk_unsupported",
            Self::Use => "jwk_use",
            Self::Algorithm => "jwk_algorithm",
            Self::Missing => "jwk_member_missing",
            Self::NotAPublicKey => "jwk_invalid",
            Self::Length => "jwk_length",
            Self::Exponent => "jwk_exponent",
            Self::KidMissing => "jwk_kid_missing",
            Self::KidRepeated => "jwk_kid_repeated",
        }
    }
}
