//! Clients: the credentials of programs.

use sluis_core::{id::ClientId, time::Timestamp};
use url::Url;

use crate::app::caller::Role;

/// How many clients that are not revoked may act for one board, one school or one product.
pub const CLIENTS: u64 = 50;

/// A registered program and the public keys with which it proves itself (RFC 7523).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Our identifier; the `client_id`.
    pub id: ClientId,
    /// A name that a person recognises.
    pub name: String,
    /// What it acts for.
    pub role: Role,
    /// Its public keys as a JWK set (RFC 7517), checked when it was registered.
    pub jwks: String,
    /// Where a login may return to; compared exactly.
    pub redirect_uris: Vec<Url>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub revoked_at: Option<Timestamp>,
}
