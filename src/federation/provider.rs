//! Sluis as an OpenID provider for suppliers, and the desk at which its access tokens are checked.
//!
//! Here the protocol meets the use cases: what is asked is parsed and believed by `issuer` and `assertion`, what may
//! be answered is decided by `app`.

use std::sync::Arc;

use async_trait::async_trait;
use sluis_core::{catalogue::Attribute, random::Random, time::Clock};

use super::{
    assertion::AssertionTerms,
    issuer::{
        Issuer,
        answer::{OAuthError, OAuthErrorCode, TokenResponse},
        authorization::{
            AuthorizationError, AuthorizationRequest, LoginRequest, RefusalCode, SchoolHint, return_address,
        },
        code::AuthorizationCode,
        id_token::IdToken,
        metadata::{EndpointPaths, Metadata},
        request::{Grant, TokenRequest},
    },
    jwks::{ClientJwks, SigningKeys},
    token::{AccessGrant, AccessToken, AccessVerifier, Scope, SluisDetails, Subject, Terms, TokenError},
};
use crate::app::{
    App,
    caller::Bound,
    client::Client,
    error::{AppError, Invalid},
    login::{self, BrowserSecret, LoginCode, LoginError, LoginTerms, Returned, SchoolChoice},
    openid::{
        BrowserAnswer, BrowserReply, Claims, LoginPage, LoginProblem, OpenIdProvider, Pairs, ProtocolError,
        TokenAnswer, TokenRefused, Tokens, WayBack,
    },
    trace::TraceId,
};

/// Where the endpoints are.
pub const PATHS: EndpointPaths = EndpointPaths {
    authorization: "/oidc/authorize",
    token: "/oidc/token",
    jwks: "/oidc/jwks",
};

/// The path that Kennisnet sends people back to.
pub const CALLBACK: &str = "/oidc/callback";

/// The desk at which access tokens are checked.
pub struct TokenDesk {
    keys: Arc<SigningKeys>,
    verifier: AccessVerifier,
}

impl TokenDesk {
    /// A desk for tokens signed with these keys on these terms; it remembers so many verified ones.
    pub fn new(keys: Arc<SigningKeys>, terms: Terms, capacity: u64) -> Self {
        Self {
            keys,
            verifier: AccessVerifier::new(terms, capacity),
        }
    }
}

impl Tokens for TokenDesk {
    fn verify(&self, token: &str, now: sluis_core::time::Timestamp) -> Result<Claims, TokenRefused> {
        let claims = self
            .verifier
            .verify(token, &self.keys, now)
            .map_err(|error| match error {
                TokenError::Expired => TokenRefused::Expired,
                _ => TokenRefused::Invalid,
            })?;
        Ok(Claims {
            client: claims.grant.client,
            machine: claims.grant.subject == Subject::Client,
            bound: claims.grant.bound,
        })
    }

    fn check_return_address(&self, address: &str) -> Result<url::Url, String> {
        return_address(address).map_err(|error| error.to_string())
    }

    fn check_keys(&self, jwks: &serde_json::Value) -> Result<String, Vec<Invalid>> {
        match ClientJwks::from_value(jwks) {
            Ok(keys) => Ok(keys.to_json().to_string()),
            Err(faults) => Err(faults
                .into_iter()
                .map(|fault| Invalid {
                    pointer: format!("/jwks{}", fault.pointer),
                    code: fault.kind.code(),
                    detail: fault.kind.to_string(),
                })
                .collect()),
        }
    }
}

/// The provider.
pub struct Provider {
    app: Arc<App>,
    issuer: Issuer,
    keys: Arc<SigningKeys>,
    terms: Terms,
    assertions: AssertionTerms,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    acr_values: Vec<String>,
}

impl Provider {
    /// A provider at this issuer, signing with these keys on these terms, taking client assertions on those.
    pub fn new(
        app: Arc<App>,
        issuer: Issuer,
        keys: Arc<SigningKeys>,
        terms: Terms,
        assertions: AssertionTerms,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        Self {
            app,
            issuer,
            keys,
            terms,
            assertions,
            clock,
            random,
            acr_values: Vec::new(),
        }
    }

    /// The same, which can ask people to log in by these ways.
    #[must_use]
    pub fn with_acr_values(mut self, acr_values: Vec<String>) -> Self {
        self.acr_values = acr_values;
        self
    }

    /// The client behind an assertion (RFC 6749, 5.2: `invalid_client`). Who is unknown or revoked and who does not
    /// hold the key get one and the same answer; only a holder of the key reads what else is wrong.
    async fn client(&self, request: &TokenRequest) -> Result<Client, OAuthError> {
        let refused = || OAuthError::new(OAuthErrorCode::InvalidClient, "the client assertion is not accepted");
        let id = request.assertion.client();
        let client = self
            .app
            .active_client(id)
            .await
            .map_err(unavailable)?
            .ok_or_else(refused)?;
        let keys = ClientJwks::parse(&client.jwks).map_err(|_| refused())?;
        let verified = request
            .assertion
            .verify(&keys, &self.assertions, self.clock.now())
            .map_err(|error| {
                tracing::info!(client.id = %id, error = &error as &dyn std::error::Error, "a client is not believed");
                if error.is_unproved() { refused() } else { error.into() }
            })?;
        if self
            .app
            .first_use(verified.replay_key(), verified.expires)
            .await
            .map_err(unavailable)?
        {
            Ok(client)
        } else {
            Err(OAuthError::new(
                OAuthErrorCode::InvalidClient,
                "the client assertion was used before",
            ))
        }
    }

    /// Ends a login that did not work: the person reads why and goes back from there, or goes back at once when there is
    /// nothing to read.
    async fn end(&self, request: &LoginRequest, error: LoginError) -> BrowserAnswer {
        let at_once = error.code().is_for_the_supplier();
        match self.way_back(request, error.code()).await {
            Some(back) if at_once => BrowserAnswer::Redirect(back.address),
            back => BrowserAnswer::Page(LoginPage {
                problem: LoginProblem::Login(error),
                back,
            }),
        }
    }

    /// INVARIANT: nobody is sent to an address unless it is one of a client that may call now; what held when the login
    /// began may have been revoked.
    async fn way_back(&self, request: &LoginRequest, code: LoginCode) -> Option<WayBack> {
        let (code, description) = told(code)?;
        let client = self.app.active_client(request.client).await.ok()??;
        let refusal = request.refuse(code, description);
        client.redirect_uris.contains(&request.redirect_uri).then_some(())?;
        Some(WayBack {
            product: self.app.product_of(&client).await.ok().flatten(),
            address: refusal.address(&self.issuer),
        })
    }

    fn access_token(&self, client: &Client, subject: Subject, bound: Option<Bound>) -> Result<AccessToken, OAuthError> {
        let grant = AccessGrant {
            client: client.id,
            subject,
            scope: Scope::default(),
            bound,
        };
        AccessToken::issue(&grant, &self.terms, &self.keys, self.clock.now(), &*self.random)
            .map_err(|_| OAuthError::new(OAuthErrorCode::TemporarilyUnavailable, "no token can be signed now"))
    }

    async fn answer(&self, form: &Pairs, trace: TraceId) -> Result<TokenResponse, OAuthError> {
        let request = TokenRequest::parse(form)?;
        let client = self.client(&request).await?;
        match request.grant {
            Grant::ClientCredentials { bound, .. } => {
                let token = self.access_token(&client, Subject::Client, bound)?;
                Ok(TokenResponse::new(&token, Scope::default(), bound.map(SluisDetails)))
            }
            Grant::AuthorizationCode {
                code,
                redirect_uri,
                verifier,
            } => {
                let belongs = |kept: &[u8]| {
                    serde_json::from_slice::<LoginRequest>(kept)
                        .is_ok_and(|request| request.redeem(client.id, &redirect_uri, &verifier).is_ok())
                };
                let release = self
                    .app
                    .login_redeem(&client, code.expose(), belongs, trace)
                    .await
                    .map_err(refuse)?;
                self.id_token(&client, &release)
            }
        }
    }

    fn id_token(&self, client: &Client, release: &login::LoginRelease) -> Result<TokenResponse, OAuthError> {
        let unsigned = || OAuthError::new(OAuthErrorCode::TemporarilyUnavailable, "no token can be signed now");
        let request: LoginRequest = serde_json::from_slice(&release.kept).map_err(|_| unsigned())?;
        let learner = &release.resolved.learner;
        let Ok(serde_json::Value::Object(released)) = serde_json::to_value(&learner.attributes) else {
            return Err(unsigned());
        };
        let token = self.access_token(client, Subject::Account(learner.account), None)?;
        let id_token = IdToken {
            issuer: self.issuer.as_str(),
            client: client.id,
            account: learner.account,
            nonce: request.wanted.nonce.as_deref(),
            auth_time: release.authenticated_at,
            acr: release.acr.as_deref(),
            lifetime_secs: self.terms.lifetime_secs,
            released: &released,
        };
        let id_token = id_token
            .issue(&token, &self.keys, self.clock.now())
            .map_err(|_| unsigned())?;
        Ok(TokenResponse::new(&token, request.wanted.scope, None).with_id_token(id_token))
    }
}

#[async_trait(?Send)]
impl OpenIdProvider for Provider {
    fn metadata(&self) -> serde_json::Value {
        let attributes = Attribute::ALL
            .into_iter()
            .map(|attribute| attribute.as_str().to_owned());
        serde_json::to_value(
            Metadata::new(&self.issuer, PATHS, [], attributes).with_acr_values(self.acr_values.clone()),
        )
        .unwrap_or_default()
    }

    fn jwks(&self) -> serde_json::Value {
        serde_json::to_value(self.keys.jwks(self.clock.now())).unwrap_or_default()
    }

    async fn authorize(&self, query: Pairs) -> BrowserReply {
        let stay = |reason: &dyn std::fmt::Display| page(LoginProblem::Request(reason.to_string()));
        let request = match AuthorizationRequest::parse(&query) {
            Ok(request) => request,
            Err(reason) => return stay(&reason),
        };
        let client = match self.app.active_client(request.client()).await {
            Ok(Some(client)) => client,
            Ok(None) => return stay(&"`client_id` must name a registered client, once"),
            Err(error) => return page(LoginProblem::Login(error.into())),
        };
        let request = match request.accept(&client.redirect_uris) {
            Ok(request) => request,
            Err(AuthorizationError::Stay(reason)) => return stay(&reason),
            Err(AuthorizationError::Return(refusal)) => {
                return BrowserAnswer::Redirect(refusal.address(&self.issuer)).into();
            }
        };
        if client.role.product().is_none() {
            // Before Kennisnet is asked anything about a person.
            let refusal = request.refuse(RefusalCode::UnauthorizedClient, "only for a product do people log in");
            return BrowserAnswer::Redirect(refusal.address(&self.issuer)).into();
        }
        let school = request.wanted.school.as_ref().map(|hint| match hint {
            SchoolHint::Id(school) => SchoolChoice::School(*school),
            SchoolHint::Institution(institution) => SchoolChoice::Institution(*institution),
            SchoolHint::Branch(branch) => SchoolChoice::Branch(*branch),
        });
        let terms = LoginTerms {
            again: request.wanted.login_again,
            choose: request.wanted.select_account,
            max_age: request.wanted.max_age,
            acr_values: request.wanted.acr_values.clone(),
        };
        let Ok(kept) = serde_json::to_vec(&request) else {
            return stay(&"the request cannot be kept");
        };
        let asked = login::LoginRequest {
            client: client.id,
            school,
            terms,
            kept,
        };
        match self.app.login_begin(asked).await {
            Ok(begun) => BrowserReply {
                answer: BrowserAnswer::Redirect(begun.address),
                keep: Some((begun.browser, begun.secs)),
                forget: Vec::new(),
            },
            Err(error) => self.end(&request, error).await.into(),
        }
    }

    async fn callback(&self, query: Pairs, browser: Vec<BrowserSecret>, trace: TraceId) -> BrowserReply {
        // What is said twice is not believed (RFC 6749, 3.1).
        let once = |name: &str| {
            let mut values = query
                .iter()
                .filter(|(key, _)| key == name)
                .map(|(_, value)| value.clone());
            values.next().filter(|_| values.next().is_none())
        };
        let Some(state) = once("state") else {
            return page(LoginProblem::Login(LoginError::Unknown));
        };
        let name = BrowserSecret::name_of(&state);
        let returned = Returned {
            state,
            code: once("code"),
            error: once("error"),
            issuer: once("iss"),
        };
        let ended = match self.app.login_return(returned, &browser, trace).await {
            Ok(ended) => ended,
            // The login may wait for another browser, or for this one once we answer again.
            Err(error @ (LoginError::OtherBrowser | LoginError::App(_))) => return page(LoginProblem::Login(error)),
            Err(error) => return page(LoginProblem::Login(error)).forgetting(name),
        };
        let request = serde_json::from_slice::<LoginRequest>(&ended.request.kept);
        let code = ended
            .outcome
            .and_then(|code| AuthorizationCode::parse(&code).map_err(|_| LoginError::Unknown));
        let answer = match (code, request) {
            (Ok(code), Ok(request)) => BrowserAnswer::Redirect(request.answer(&code, &self.issuer)),
            (Err(error), Ok(request)) => self.end(&request, error).await,
            (Ok(_), Err(_)) => BrowserAnswer::Page(LoginProblem::Login(LoginError::Unknown).into()),
            (Err(error), Err(_)) => BrowserAnswer::Page(LoginProblem::Login(error).into()),
        };
        BrowserReply::from(answer).forgetting(name)
    }

    async fn token(&self, form: Pairs, trace: TraceId) -> Result<TokenAnswer, ProtocolError> {
        let answer = self.answer(&form, trace).await.map_err(|error| ProtocolError {
            status: error.code().status(),
            error: error.code().as_str(),
            description: error.description().to_owned(),
        })?;
        Ok(TokenAnswer(serde_json::to_value(answer).unwrap_or_default()))
    }
}

fn page(problem: LoginProblem) -> BrowserReply {
    BrowserAnswer::Page(problem.into()).into()
}

/// What a supplier is told of a login that did not work (RFC 6749, 4.1.2.1; OpenID Connect Core 1.0, 3.1.2.6). Nothing in
/// it tells who is unknown from who is not permitted. `None`: it is not certain who would be told.
const fn told(code: LoginCode) -> Option<(RefusalCode, &'static str)> {
    Some(match code {
        LoginCode::RequestInvalid | LoginCode::OtherBrowser => return None,
        LoginCode::Expired | LoginCode::NotRecent => (RefusalCode::LoginRequired, "the person has to log in again"),
        LoginCode::Declined
        | LoginCode::IdentifierForbidden
        | LoginCode::SchoolUnknown
        | LoginCode::RoleUnknown
        | LoginCode::SchoolAmbiguous
        | LoginCode::Refused => (RefusalCode::AccessDenied, "there is no login; the person can read why"),
        LoginCode::AnswerRefused => (RefusalCode::ServerError, "the answer of Kennisnet cannot be used"),
        LoginCode::Unavailable => (
            RefusalCode::TemporarilyUnavailable,
            "a part that is needed does not answer",
        ),
    })
}

fn unavailable(error: AppError) -> OAuthError {
    tracing::error!(error = &error as &dyn std::error::Error, "a client cannot be checked");
    OAuthError::new(OAuthErrorCode::TemporarilyUnavailable, "clients cannot be checked now")
}

fn refuse(error: login::RedeemError) -> OAuthError {
    match error {
        login::RedeemError::InvalidGrant => OAuthError::new(
            OAuthErrorCode::InvalidGrant,
            "the code is unknown, used, expired or not yours",
        ),
        login::RedeemError::App(AppError::Refused(refusal)) => {
            let codes: Vec<_> = refusal.reasons.iter().map(|reason| reason.code.as_str()).collect();
            let description = format!(
                "the gate refuses the release: {}; record {}",
                codes.join(", "),
                refusal.record
            );
            OAuthError::new(OAuthErrorCode::InvalidGrant, description)
        }
        login::RedeemError::App(error) => unavailable(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_says_what_a_supplier_is_told() {
        let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md")).unwrap();
        for code in LoginCode::ALL {
            let start = format!("| `{}` |", code.as_str());
            let row = manual.lines().find(|line| line.starts_with(&start));
            let told = match (told(code), code.is_for_the_supplier()) {
                (None, _) => "nothing".to_owned(),
                (Some((told, _)), true) => format!("`{told}`, at once"),
                (Some((told, _)), false) => format!("`{told}`, by the link on the page"),
            };
            assert!(
                row.is_some_and(|row| row.ends_with(&format!("| {told} |"))),
                "{start} {told}"
            );
        }
    }
}
