//! Keys: ours, with which tokens are signed, and the public ones of clients.
//!
//! Promises: one crypto backend (aws-lc); no private key is printed or serialised by accident; a set of keys of a
//! client that is half right is refused whole, with everything that is wrong with it. Deliberately absent: storage,
//! fetching a `jwks_uri`, symmetric keys.

mod client;
mod fault;
mod signing;

pub use client::{ClientJwks, ClientKey};
pub use fault::{JwkFault, JwkFaultKind};
pub use signing::{KeyEpoch, KeyError, KeySize, Pkcs8, RetiringKey, RsaJwk, RsaJwks, SigningKey, SigningKeys};

/// Makes aws-lc the crypto backend of TLS and of tokens. To be called at the start of the program and of every test
/// that touches either; calling it again changes nothing.
pub fn install_crypto() {
    // An error means that a provider is in place already, and only aws-lc is compiled in.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}
