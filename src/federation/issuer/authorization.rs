//! What a browser brings to the authorization endpoint, and what it takes back.
//!
//! An error is told to the supplier only at an address that it registered; before that is certain, the person stays
//! with us (RFC 6749, 4.1.2.1): a service that sends browsers to any address that is asked is a tool for thieves.

mod refusal;
mod return_address;
mod school_hint;
#[cfg(test)]
mod tests;

pub use refusal::{Refusal, RefusalCode};
pub use return_address::{ReturnAddressError, return_address};
pub use school_hint::{SchoolHint, SchoolHintError};

use serde::{Deserialize, Serialize};
use sluis_core::id::ClientId;
use url::Url;

use super::{Issuer, code::AuthorizationCode, parameters::Parameters};
use crate::federation::{
    pkce::{CodeChallenge, CodeVerifier},
    token::Scope,
};

const KNOWN: [&str; 17] = [
    "acr_values",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "login_hint",
    "max_age",
    "nonce",
    "prompt",
    "redirect_uri",
    "registration",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "school",
    "scope",
    "state",
];
/// Longer than any `state`, `nonce` or `acr_values` that makes sense; all are kept while the login lasts.
const MAX_OPAQUE: usize = 1024;

/// A request that names a client, not yet held against what that client registered.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    client: ClientId,
    redirect_uri: String,
    state: Option<String>,
    wanted: Result<Wanted, (RefusalCode, String)>,
}

/// Why the person stays with us and reads what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StayReason {
    /// No client is named, or twice, or in a form that no client has.
    #[error("`client_id` must name a registered client, once")]
    Client,
    /// No address to return to is named, or twice.
    #[error("`redirect_uri` must be there, once")]
    RedirectUri,
    /// The address is not one that the client registered, sign by sign.
    #[error("`redirect_uri` is not registered for this client; it is compared sign by sign")]
    RedirectUriNotRegistered,
}

/// Why no login begins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationError {
    /// The supplier is not told: it is not certain that the address is its own.
    #[error(transparent)]
    Stay(#[from] StayReason),
    /// The supplier is told, at its registered address.
    #[error(transparent)]
    Return(Box<Refusal>),
}

impl From<Refusal> for AuthorizationError {
    fn from(refusal: Refusal) -> Self {
        Self::Return(Box::new(refusal))
    }
}

/// A login that may begin. It is kept, sealed, until the code is exchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginRequest {
    /// The client that asked.
    pub client: ClientId,
    /// Where the browser returns to.
    pub redirect_uri: Url,
    /// What the client wants back unchanged.
    pub state: Option<String>,
    /// The rest of what it asked.
    #[serde(flatten)]
    pub wanted: Wanted,
}

/// What a client asked of a login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// What the tokens may be used for; holds `openid`.
    pub scope: Scope,
    /// What the id token is to repeat.
    pub nonce: Option<String>,
    /// What the exchange of the code must meet.
    pub challenge: CodeChallenge,
    /// The school of the person, if the client knows it.
    pub school: Option<SchoolHint>,
    /// Whether the person must prove who they are, although they did so lately.
    pub login_again: bool,
    /// Whether the person is to be asked who they are.
    pub select_account: bool,
    /// How many seconds ago they may have done so at most.
    pub max_age: Option<u32>,
    /// The levels of assurance that the client prefers, in order.
    pub acr_values: Vec<String>,
}

/// Why a code is not exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedeemError {
    /// Another client than the one that began the login.
    #[error("the code was issued to another client")]
    Client,
    /// Another address than the one that the code was sent to.
    #[error("`redirect_uri` is not the one of the authorization request")]
    RedirectUri,
    /// Not the proof that belongs to the challenge.
    #[error("`code_verifier` does not belong to the `code_challenge`")]
    Verifier,
}

impl AuthorizationRequest {
    /// Reads the pairs of the query, or of the form.
    ///
    /// # Errors
    /// When it is not clear which client asks, or where the browser is to return to.
    pub fn parse(pairs: &[(String, String)]) -> Result<Self, StayReason> {
        let given = Parameters::read(pairs, &KNOWN);
        let client = given.get("client_id").and_then(|id| ClientId::parse(id).ok());
        Ok(Self {
            client: client.ok_or(StayReason::Client)?,
            redirect_uri: given.get("redirect_uri").ok_or(StayReason::RedirectUri)?.to_owned(),
            state: given.get("state").map(str::to_owned),
            wanted: Wanted::read(&given),
        })
    }

    /// The client that asks. It has not proved itself.
    pub const fn client(&self) -> ClientId {
        self.client
    }

    /// Holds the request against the addresses that the client registered.
    ///
    /// # Errors
    /// [`AuthorizationError::Stay`] when the address is none of them; else everything that is wrong with the request.
    pub fn accept(self, registered: &[Url]) -> Result<LoginRequest, AuthorizationError> {
        // RFC 9700, 2.1: exact comparison, no patterns, no parsing of what was sent.
        let redirect_uri = registered
            .iter()
            .find(|address| address.as_str() == self.redirect_uri)
            .ok_or(StayReason::RedirectUriNotRegistered)?
            .clone();
        match self.wanted {
            Ok(wanted) => Ok(LoginRequest {
                client: self.client,
                redirect_uri,
                state: self.state,
                wanted,
            }),
            Err((code, description)) => Err(Refusal {
                redirect_uri,
                state: self.state,
                code,
                description,
            }
            .into()),
        }
    }
}

impl Wanted {
    fn read(given: &Parameters<'_>) -> Result<Self, (RefusalCode, String)> {
        let mut faults = Faults::default();
        for name in given.repeated() {
            faults.add(RefusalCode::InvalidRequest, format!("`{name}` was sent more than once"));
        }
        for (name, code) in [
            ("request", RefusalCode::RequestNotSupported),
            ("request_uri", RefusalCode::RequestUriNotSupported),
            ("registration", RefusalCode::RegistrationNotSupported),
        ] {
            if given.get(name).is_some() {
                faults.add(code, format!("`{name}` is not supported"));
            }
        }
        match given.get("response_type") {
            Some("code") => {}
            Some(_) => faults.add(RefusalCode::UnsupportedResponseType, "`response_type` is `code`"),
            None => faults.missing(given, "response_type", "`response_type` is missing"),
        }
        if given.get("response_mode").is_some_and(|mode| mode != "query") {
            faults.add(RefusalCode::InvalidRequest, "`response_mode` is `query`");
        }
        for name in ["state", "nonce", "acr_values"] {
            if given.get(name).is_some_and(|value| value.len() > MAX_OPAQUE) {
                faults.add(
                    RefusalCode::InvalidRequest,
                    format!("`{name}` has at most {MAX_OPAQUE} characters"),
                );
            }
        }
        let scope = faults.scope(given);
        let challenge = faults.challenge(given);
        let school = faults.school(given);
        let prompt = faults.prompt(given);
        let max_age = given.get("max_age").and_then(|text| {
            let age = text.parse().ok();
            if age.is_none() {
                faults.add(RefusalCode::InvalidRequest, "`max_age` is a number of seconds");
            }
            age
        });
        match (scope, challenge) {
            (Some(scope), Some(challenge)) if faults.0.is_empty() => Ok(Self {
                scope,
                nonce: given.get("nonce").map(str::to_owned),
                challenge,
                school,
                login_again: prompt.contains(&"login"),
                select_account: prompt.contains(&"select_account"),
                max_age,
                acr_values: given.get("acr_values").map_or_else(Vec::new, |values| {
                    values.split_whitespace().map(str::to_owned).collect()
                }),
            }),
            _ => Err(faults.told()),
        }
    }
}

/// Everything that is wrong with a request, in the order in which it was found.
#[derive(Default)]
struct Faults(Vec<(RefusalCode, String)>);

impl Faults {
    fn add(&mut self, code: RefusalCode, description: impl Into<String>) {
        self.0.push((code, description.into()));
    }

    /// Notes that a parameter is not there as it must be, unless it was refused already for being there twice.
    fn missing(&mut self, given: &Parameters<'_>, name: &str, description: &str) {
        if !given.is_repeated(name) {
            self.add(RefusalCode::InvalidRequest, description);
        }
    }

    fn scope(&mut self, given: &Parameters<'_>) -> Option<Scope> {
        let scope = given.get("scope").and_then(|text| Scope::parse(text).ok());
        // OpenID Connect Core 1.0, 3.1.2.1: without `openid` the request is not one of OpenID Connect.
        let scope = scope.filter(|scope| scope.holds("openid"));
        if scope.is_none() && !given.is_repeated("scope") {
            self.add(
                RefusalCode::InvalidScope,
                "`scope` is a list of words that holds `openid`",
            );
        }
        // RFC 6749, 3.3: what a login does not give is left out, and the answer says what was given.
        scope.map(|_| Scope::from_iter(["openid"]))
    }

    fn challenge(&mut self, given: &Parameters<'_>) -> Option<CodeChallenge> {
        // RFC 7636, 4.3: without a method it would be `plain`.
        if given.get("code_challenge_method") != Some("S256") {
            self.missing(given, "code_challenge_method", "`code_challenge_method` is `S256`");
        }
        let challenge = given.get("code_challenge").map(CodeChallenge::parse);
        match challenge {
            Some(Ok(challenge)) => return Some(challenge),
            Some(Err(error)) => self.add(RefusalCode::InvalidRequest, error.to_string()),
            None => self.missing(given, "code_challenge", "`code_challenge` is missing: PKCE is required"),
        }
        None
    }

    /// `school` must be understood; `login_hint` is a hint, and may be about a person: it is forgotten if it is no
    /// school.
    fn school(&mut self, given: &Parameters<'_>) -> Option<SchoolHint> {
        let hint = given.get("login_hint").and_then(|text| SchoolHint::parse(text).ok());
        match given.get("school").map(SchoolHint::parse) {
            Some(Ok(school)) => Some(school),
            Some(Err(error)) => {
                self.add(RefusalCode::InvalidRequest, error.to_string());
                None
            }
            None => hint,
        }
    }

    fn prompt<'a>(&mut self, given: &Parameters<'a>) -> Vec<&'a str> {
        let words: Vec<&str> = given
            .get("prompt")
            .map_or_else(Vec::new, |text| text.split(' ').collect());
        let known = ["none", "login", "consent", "select_account"];
        if words.iter().any(|word| !known.contains(word)) || (words.contains(&"none") && words.len() > 1) {
            self.add(
                RefusalCode::InvalidRequest,
                "`prompt` is `none`, or of `login`, `consent`, `select_account`",
            );
        } else if words.contains(&"none") {
            // OpenID Connect Core 1.0, 3.1.2.6: nobody is logged in with us between two logins.
            self.add(RefusalCode::LoginRequired, "the person must log in");
        }
        words
    }

    /// The code of the first fault, and the words of all.
    fn told(self) -> (RefusalCode, String) {
        let code = self.0.first().map_or(RefusalCode::InvalidRequest, |(code, _)| *code);
        let words: Vec<String> = self.0.into_iter().map(|(_, description)| description).collect();
        (code, words.join("; "))
    }
}

impl LoginRequest {
    /// The address to which the browser carries the code (RFC 6749, 4.1.2; RFC 9207).
    pub fn answer(&self, code: &AuthorizationCode, issuer: &Issuer) -> Url {
        refusal::address(
            &self.redirect_uri,
            &[("code", code.expose())],
            self.state.as_deref(),
            issuer,
        )
    }

    /// Ends the login without a code.
    pub fn refuse(&self, code: RefusalCode, description: impl Into<String>) -> Refusal {
        Refusal {
            redirect_uri: self.redirect_uri.clone(),
            state: self.state.clone(),
            code,
            description: description.into(),
        }
    }

    /// Whether the code of this login may be exchanged by this client, with this address and proof.
    ///
    /// # Errors
    /// The first of RFC 6749, 4.1.3, and RFC 7636, 4.6, that does not hold.
    pub fn redeem(&self, client: ClientId, redirect_uri: &str, verifier: &CodeVerifier) -> Result<(), RedeemError> {
        if client != self.client {
            Err(RedeemError::Client)
        } else if redirect_uri != self.redirect_uri.as_str() {
            Err(RedeemError::RedirectUri)
        } else if !self.wanted.challenge.is_met_by(verifier) {
            Err(RedeemError::Verifier)
        } else {
            Ok(())
        }
    }
}
