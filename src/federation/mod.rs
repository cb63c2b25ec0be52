//! Login by Kennisnet, our own issuer, tokens and keys.
