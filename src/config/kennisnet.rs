//! `kennisnet`: the login by Kennisnet's federation.

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::address::is_protected;
use url::Url;

use super::{key::section, period::Period, secret::Secret};

section! {
    /// The login by Kennisnet's federation.
    Kennisnet = "kennisnet" {
        /// The issuer exactly as Kennisnet writes it; its discovery document is read from there.
        issuer: String = "https://oidcng.entree.kennisnet.nl",
        /// The client id that Kennisnet gave. Without it nobody can log in.
        client_id: Option<String>,
        /// The client secret that Kennisnet gave.
        client_secret: Secret,
        /// Where Kennisnet sends the browser back to; without a value, the callback under `server.public_url`.
        redirect_url: Option<Url>,
        /// Segments of an ECK iD that are accepted. `pilot` is for tests only.
        eck_id_segments: Vec<String> = ["201703"],
        /// Scopes to ask; `openid` is always asked.
        scopes: Vec<String> = ["openid", "profile"],
        /// Claim names by which an attribute may arrive, in order: `{ eck_id = ["eckId"] }`. Attributes that are not named keep Kennisnet's own names.
        aliases: BTreeMap<String, Vec<String>> = BTreeMap::<String, Vec<String>>::new(),
        /// Values of `acr` that stand for a second factor.
        second_factor: Vec<String> = [(); 0],
        /// Further values of `acr` that Kennisnet understands. Of the `acr_values` that a supplier asks, these and those of `second_factor` are passed on: Kennisnet would refuse a login for one that it does not know.
        acr_values: Vec<String> = [(); 0],
        /// Whether Kennisnet understands `prompt=select_account`. If not, it is asked to have the person log in again instead.
        select_account: bool = false,
        /// How far Kennisnet's clock may be off.
        clock_skew: Period = "30s",
        /// How long a login may take, from the first redirect to the last.
        login_timeout: Period = "15m",
        /// How long one call to Kennisnet may take.
        timeout: Period = "5s",
    }
}

impl Kennisnet {
    /// The ways to log in that Kennisnet can be asked for, each once.
    pub fn known_acr_values(&self) -> Vec<String> {
        let mut known: Vec<String> = self.acr_values.iter().chain(&self.second_factor).cloned().collect();
        let mut seen = BTreeSet::new();
        known.retain(|value| seen.insert(value.clone()));
        known
    }

    fn check(&self) -> Vec<(&'static str, &'static str)> {
        let mut disagreements = Vec::new();
        if self.client_id.is_some() != self.client_secret.is_set() {
            let reason = "`kennisnet.client_id` and `kennisnet.client_secret` go together";
            disagreements.push(("kennisnet.client_id", reason));
        }
        // OpenID Connect Discovery 1.0, 3: an issuer is an https address without query and fragment.
        let issuer = Url::parse(&self.issuer).is_ok_and(|issuer| {
            is_protected(&issuer)
                && issuer.username().is_empty()
                && issuer.password().is_none()
                && issuer.query().is_none()
                && issuer.fragment().is_none()
        });
        if !issuer {
            disagreements.push((
                "kennisnet.issuer",
                "an `https` address (`http` only on loopback) without user, password, query and fragment",
            ));
        }
        let segment = |text: &String| {
            !text.is_empty()
                && !text.starts_with("sp")
                && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        if self.eck_id_segments.is_empty() || !self.eck_id_segments.iter().all(segment) {
            let reason = "at least one, of lower-case letters and digits; `sp...` is a stem pseudonym, which never leaves a school";
            disagreements.push(("kennisnet.eck_id_segments", reason));
        }
        // OpenID Connect Core 1.0, 3.1.2.1: they travel as a list with a space between them.
        if self
            .known_acr_values()
            .iter()
            .any(|value| value.is_empty() || value.contains(char::is_whitespace))
        {
            disagreements.push((
                "kennisnet.acr_values",
                "words without spaces, as are those of `second_factor`",
            ));
        }
        disagreements
    }
}
