//! The port to our own issuer: access tokens of callers, and the OpenID provider that suppliers log people in with.

use async_trait::async_trait;
use sluis_core::{id::ClientId, time::Timestamp};
use url::Url;

use crate::app::{
    App,
    caller::Bound,
    client::Client,
    error::{AppError, Invalid},
    login::{BrowserSecret, LoginCode, LoginError},
    trace::TraceId,
};

/// Verifies what callers show.
pub trait Tokens: Send + Sync {
    /// Verifies an access token (RFC 9068).
    ///
    /// # Errors
    /// When it is not one of ours, not for this API, or not valid now.
    fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenRefused>;

    /// Checks an address that a login may return to (RFC 9700, 2.1).
    ///
    /// # Errors
    /// What is wrong with it.
    fn check_return_address(&self, address: &str) -> Result<Url, String>;

    /// Checks the public keys of a client (RFC 7517) and gives them in the form in which they are kept.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    fn check_keys(&self, jwks: &serde_json::Value) -> Result<String, Vec<Invalid>>;
}

/// What a verified access token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// The client.
    pub client: ClientId,
    /// Whether the client acts for itself; a token of a person's login opens no API.
    pub machine: bool,
    /// What the token is bound to.
    pub bound: Option<Bound>,
}

/// Why an access token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// Not a token of ours for this API: `invalid_token`.
    #[error("the access token is not valid")]
    Invalid,
    /// It was valid: `invalid_token`, ask for a new one.
    #[error("the access token has expired")]
    Expired,
}

/// Names and values of a query or form, in order, duplicates and all.
pub type Pairs = Vec<(String, String)>;

/// What a browser gets.
pub enum BrowserAnswer {
    /// It goes elsewhere.
    Redirect(Url),
    /// It shows why the login did not work.
    Page(LoginPage),
}

/// A page that says why a login did not work.
pub struct LoginPage {
    /// Why.
    pub problem: LoginProblem,
    /// The way back to the supplier, if it is certain where that is.
    pub back: Option<WayBack>,
}

/// The way back to the supplier, who learns an error code and nothing about the person (RFC 6749, 4.1.2.1).
pub struct WayBack {
    /// The product that the person wanted, if its name can be read.
    pub product: Option<String>,
    /// The registered address of the supplier with the error.
    pub address: Url,
}

impl From<LoginProblem> for LoginPage {
    /// A page without a way back.
    fn from(problem: LoginProblem) -> Self {
        Self { problem, back: None }
    }
}

/// What a browser gets, and what it keeps of the logins that it began.
pub struct BrowserReply {
    /// What it gets.
    pub answer: BrowserAnswer,
    /// The secret of a login that begins, to be kept for so many seconds.
    pub keep: Option<(BrowserSecret, i64)>,
    /// The names of logins whose secrets it keeps no longer.
    pub forget: Vec<String>,
}

/// What a page says about a login that did not work.
pub enum LoginProblem {
    /// The request of the supplier cannot be answered: its client or its address to return to is not registered.
    Request(String),
    /// The login itself did not work.
    Login(LoginError),
}

impl LoginProblem {
    /// The code of this problem.
    pub const fn code(&self) -> LoginCode {
        match self {
            Self::Request(_) => LoginCode::RequestInvalid,
            Self::Login(error) => error.code(),
        }
    }
}

/// An error in the form of RFC 6749, 5.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtocolError {
    /// The status of the answer.
    pub status: u16,
    /// The code, for example `invalid_client`.
    pub error: &'static str,
    /// What to do about it, without repeating what was sent.
    pub description: String,
}

/// The answer of the token endpoint. It holds secrets and personal data: it is written once and never printed.
pub struct TokenAnswer(pub serde_json::Value);

/// Sluis as an OpenID provider for suppliers. It is asked by the thread that serves the request.
#[async_trait(?Send)]
pub trait OpenIdProvider: Send + Sync {
    /// The metadata (OpenID Connect Discovery 1.0, 3; RFC 8414).
    fn metadata(&self) -> serde_json::Value;

    /// The public keys (RFC 7517).
    fn jwks(&self) -> serde_json::Value;

    /// A supplier sends a person here to log in.
    async fn authorize(&self, query: Pairs) -> BrowserReply;

    /// Kennisnet sends the person back, in a browser that keeps these secrets.
    async fn callback(&self, query: Pairs, browser: Vec<BrowserSecret>, trace: TraceId) -> BrowserReply;

    /// A client asks for a token.
    async fn token(&self, form: Pairs, trace: TraceId) -> Result<TokenAnswer, ProtocolError>;
}

impl BrowserReply {
    /// The same, and the browser keeps the secret of this login no longer.
    #[must_use]
    pub fn forgetting(mut self, login: String) -> Self {
        self.forget.push(login);
        self
    }
}

impl From<BrowserAnswer> for BrowserReply {
    /// The browser keeps what it has.
    fn from(answer: BrowserAnswer) -> Self {
        Self {
            answer,
            keep: None,
            forget: Vec::new(),
        }
    }
}

impl App {
    /// A client that may call now. It is read each time: a revocation bites at once, whatever our clock shows.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn active_client(&self, client: ClientId) -> Result<Option<Client>, AppError> {
        let found = self.store.client(client).await?;
        Ok(found.filter(|client| client.revoked_at.is_none()))
    }

    /// The name of the product that a client acts for.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn product_of(&self, client: &Client) -> Result<Option<String>, AppError> {
        let Some(product) = client.role.product() else {
            return Ok(None);
        };
        Ok(self.store.product(product).await?.map(|product| product.name))
    }

    /// Takes note of something that may be used once, such as the `jti` of a client assertion.
    ///
    /// # Errors
    /// When the store does not answer: then it must be refused.
    pub async fn first_use(&self, key: [u8; 32], expires_at: Timestamp) -> Result<bool, AppError> {
        Ok(self.store.first_use(key, expires_at, self.now()).await?)
    }
}
