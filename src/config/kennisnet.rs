//! `kennisnet`: the login by Kennisnet's federation.

use std::collections::BTreeMap;

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
        /// How far Kennisnet's clock may be off.
        clock_skew: Period = "30s",
        /// How long a login may take, from the first redirect to the last.
        login_timeout: Period = "15m",
        /// How long one call to Kennisnet may take.
        timeout: Period = "5s",
    }
}

impl Kennisnet {
    fn check(&self) -> Vec<(&'static str, &'static str)> {
        let mut disagreements = Vec::new();
        if self.client_id.is_some() != self.client_secret.is_set() {
            let reason = "`kennisnet.client_id` and `kennisnet.client_secret` go together";
            disagreements.push(("kennisnet.client_id", reason));
        }
        // OpenID Connect Discovery 1.0, 3: an issuer is an https address without query and fragment.
        let issuer = Url::parse(&self.issuer).is_ok_and(|issuer| {
            matches!(issuer.scheme(), "https" | "http")
                && issuer.username().is_empty()
                && issuer.password().is_none()
                && issuer.query().is_none()
                && issuer.fragment().is_none()
        });
        if !issuer {
            disagreements.push((
                "kennisnet.issuer",
                "an address without user, password, query and fragment",
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
        disagreements
    }
}
