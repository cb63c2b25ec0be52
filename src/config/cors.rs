//! `cors`: which web pages may call.

use url::{Origin, Url};

use super::key::section;

section! {
    /// Which web pages may call.
    Cors = "cors" {
        /// Origins of web pages whose scripts may call the API: `https://app.example`. None by default.
        allowed_origins: Vec<Url> = [(); 0],
    }
}

impl Cors {
    /// The origins as a browser sends them.
    pub fn origins(&self) -> impl Iterator<Item = String> + '_ {
        self.allowed_origins
            .iter()
            .map(|url| url.origin().ascii_serialization())
    }

    fn check(&self) -> Vec<(&'static str, &'static str)> {
        let is_origin = |url: &Url| {
            matches!(url.origin(), Origin::Tuple(..))
                && url.path() == "/"
                && url.query().is_none()
                && url.fragment().is_none()
        };
        if self.allowed_origins.iter().all(is_origin) {
            Vec::new()
        } else {
            vec![(
                "cors.allowed_origins",
                "an origin is scheme, host and perhaps a port, and nothing else",
            )]
        }
    }
}
