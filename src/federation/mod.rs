//! Login by Kennisnet, our own issuer, tokens and keys.

pub mod assertion;
pub mod jwks;
pub mod kennisnet;
pub mod token;
