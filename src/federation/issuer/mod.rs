//! Sluis as an OpenID provider for suppliers: code flow with PKCE, and client credentials.
//!
//! | module | promises |
//! |---|---|
//! | [`authorization`] | a login begins only for a known client with a registered address to return to |
//! | [`code`] | the secret that a browser carries from us to the supplier |
//! | [`request`] | what comes to the token endpoint |
//! | [`answer`] | what goes out from it, in the form of RFC 6749 |
//! | [`id_token`] | who logged in, and the attributes that were released |
//! | [`metadata`] | what this provider can do |
//!
//! Deliberately absent: implicit and password grants, refresh tokens, request objects, sessions.

pub mod answer;
pub mod authorization;
pub mod code;
pub mod id_token;
pub mod metadata;
mod parameters;
pub mod request;

use std::fmt;

use serde::{Serialize, Serializer};
use sluis_core::address::is_protected;
use url::Url;

/// The name of this provider: its address, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(String);

/// The address cannot be an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an issuer is an `https` address (`http` only on loopback) without user, path, query and fragment")]
pub struct IssuerError;

impl Issuer {
    /// The issuer that is known by this address.
    ///
    /// # Errors
    /// When the address has more than scheme, host and port, or somebody on the way can listen in.
    pub fn parse(address: &Url) -> Result<Self, IssuerError> {
        let plain = is_protected(address)
            && address.username().is_empty()
            && address.password().is_none()
            && address.path() == "/"
            && address.query().is_none()
            && address.fragment().is_none();
        if plain {
            Ok(Self(address.origin().ascii_serialization()))
        } else {
            Err(IssuerError)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of a place under it; the path begins with a slash.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Issuer> for String {
    fn from(issuer: Issuer) -> Self {
        issuer.0
    }
}

impl Serialize for Issuer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(text: &str) -> Result<String, IssuerError> {
        Issuer::parse(&Url::parse(text).unwrap()).map(String::from)
    }

    #[test]
    fn an_issuer_has_no_slash_at_the_end() {
        assert_eq!(issuer("https://sluis.example/").as_deref(), Ok("https://sluis.example"));
        assert_eq!(issuer("http://localhost:8080").as_deref(), Ok("http://localhost:8080"));
    }

    #[test]
    fn other_addresses_are_refused() {
        for text in [
            "https://sluis.example/base",
            "https://sluis.example/?a=b",
            "https://sluis.example/#a",
            "https://user@sluis.example",
            "https://:secret@sluis.example",
            "mailto:sluis@sluis.example",
        ] {
            assert_eq!(issuer(text), Err(IssuerError), "`{text}` must be refused");
        }
    }
}
