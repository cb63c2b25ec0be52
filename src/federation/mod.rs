//! Login by Kennisnet, our own issuer, tokens and keys.

pub mod kennisnet;
