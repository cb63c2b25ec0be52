//! Which browser began a login: only that one may bring its answer back.
//!
//! Without this, somebody could log in as themselves and have another person's browser bring the answer (login CSRF), or
//! begin a login and have another person log in for it: RFC 6749, 10.12; RFC 9700, 2.1 and 4.7.

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{Context, SHA256},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::app::secret::secret_hash;

/// How many signs name a login among those of one browser.
const NAME: usize = 22;

/// The secret that a browser keeps for one login that it began. Each login has its own, so that several may go on at
/// once, and one that is planted beforehand is of no use.
#[derive(Clone)]
pub struct BrowserSecret {
    /// Names the login among those of this browser. It follows from its `state`, and is no secret.
    pub login: String,
    /// The secret. We keep its hash only.
    pub secret: Zeroizing<String>,
}

impl BrowserSecret {
    /// The name of the login with this `state`, among those of one browser.
    pub fn name_of(state: &str) -> String {
        let mut hash = Context::new(&SHA256);
        hash.update(b"browser-login");
        hash.update(state.as_bytes());
        let mut name = URL_SAFE_NO_PAD.encode(hash.finish());
        name.truncate(NAME);
        name
    }
}

/// Whether the browser that shows these secrets began the login with this `state`.
pub(super) fn began(shown: &[BrowserSecret], state: &str, kept: &[u8; 32]) -> bool {
    let name = BrowserSecret::name_of(state);
    shown
        .iter()
        .filter(|shown| shown.login == name)
        .any(|shown| verify_slices_are_equal(&secret_hash(shown.secret.as_bytes()), kept).is_ok())
}
