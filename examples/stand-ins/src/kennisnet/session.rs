//! Codes and access tokens that were given out.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sluis_core::{
    random::{self, Random},
    time::Timestamp,
};

const CODE_SECS: i64 = 60;
/// How long an access token works, in seconds.
pub(super) const TOKEN_SECS: i64 = 3_600;

#[derive(Default)]
pub(super) struct Sessions {
    codes: HashMap<String, Code>,
    tokens: HashMap<String, Token>,
}

/// What a code stands for.
pub(super) struct Grant {
    pub(super) username: String,
    pub(super) redirect_uri: String,
    pub(super) nonce: Option<String>,
    pub(super) challenge: String,
    pub(super) auth_time: Timestamp,
    pub(super) acr: &'static str,
}

enum Code {
    Open { grant: Grant, until: Timestamp },
    Used { token: String },
}

struct Token {
    username: String,
    acr: &'static str,
    until: Timestamp,
}

impl Sessions {
    /// A code for a grant.
    pub(super) fn open(&mut self, grant: Grant, now: Timestamp, random: &dyn Random) -> String {
        let code = draw(random);
        let until = now.plus_secs(CODE_SECS);
        self.codes.insert(code.clone(), Code::Open { grant, until });
        code
    }

    /// Exchanges a code once, if its grant is what the client says. Using it again withdraws the token.
    pub(super) fn exchange(
        &mut self,
        code: &str,
        fits: impl FnOnce(&Grant) -> bool,
        now: Timestamp,
        random: &dyn Random,
    ) -> Option<(Grant, String)> {
        match self.codes.remove(code)? {
            Code::Used { token } => {
                self.tokens.remove(&token);
                None
            }
            Code::Open { grant, until } if now < until && fits(&grant) => {
                let token = draw(random);
                self.codes.insert(code.to_owned(), Code::Used { token: token.clone() });
                self.tokens.retain(|_, token| now < token.until);
                self.tokens.insert(
                    token.clone(),
                    Token {
                        username: grant.username.clone(),
                        acr: grant.acr,
                        until: now.plus_secs(TOKEN_SECS),
                    },
                );
                Some((grant, token))
            }
            Code::Open { .. } => None,
        }
    }

    /// Whose token it is and how they logged in, while it works.
    pub(super) fn of(&self, token: &str, now: Timestamp) -> Option<(&str, &'static str)> {
        self.tokens
            .get(token)
            .filter(|token| now < token.until)
            .map(|token| (token.username.as_str(), token.acr))
    }
}

fn draw(random: &dyn Random) -> String {
    URL_SAFE_NO_PAD.encode(random::bytes::<32>(random))
}
