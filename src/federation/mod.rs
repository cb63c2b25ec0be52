//! Login by Kennisnet, our own issuer, tokens and keys.

pub mod assertion;
pub mod issuer;
pub mod jwks;
pub mod kennisnet;
pub mod pkce;
pub mod provider;
pub mod token;
