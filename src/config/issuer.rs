//! `issuer`: the tokens that Sluis itself gives out.

use super::{key::section, period::Period};

section! {
    /// The tokens that Sluis itself gives out.
    Issuer = "issuer" {
        /// How long an access token is good for, and the ID token that comes with it.
        token_lifetime: Period = "5m",
        /// How long an authorization code is good for.
        code_lifetime: Period = "60s",
        /// The longest life that a client may give its assertion.
        assertion_lifetime: Period = "5m",
    }
}

/// Above this a withdrawn client would still hold tokens that verify.
const LONGEST_TOKEN_SECS: u64 = 3_600;
/// RFC 6749, 4.1.2: a code lives ten minutes at most.
const LONGEST_CODE_SECS: u64 = 600;

impl Issuer {
    fn check(&self) -> Vec<(&'static str, &'static str)> {
        let mut disagreements = Vec::new();
        for (key, period) in [
            ("issuer.token_lifetime", self.token_lifetime),
            ("issuer.assertion_lifetime", self.assertion_lifetime),
        ] {
            if period.as_secs() > LONGEST_TOKEN_SECS {
                disagreements.push((key, "at most `1h`"));
            }
        }
        if self.code_lifetime.as_secs() > LONGEST_CODE_SECS {
            disagreements.push(("issuer.code_lifetime", "at most `10m`"));
        }
        disagreements
    }
}
