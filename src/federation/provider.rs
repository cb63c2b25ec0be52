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
        authorization::{AuthorizationError, AuthorizationRequest, LoginRequest, SchoolHint, return_address},
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
    login::{self, LoginError, Returned, SchoolChoice},
    openid::{
        BrowserAnswer, Claims, LoginProblem, OpenIdProvider, Pairs, ProtocolError, TokenAnswer, TokenRefused, Tokens,
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
        }
    }

    /// The client behind an assertion. An unknown client and a wrong signature get the same answer.
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
        let verified = request.assertion.verify(&keys, &self.assertions, self.clock.now())?;
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
            acr: None,
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
        serde_json::to_value(Metadata::new(&self.issuer, PATHS, [], attributes)).unwrap_or_default()
    }

    fn jwks(&self) -> serde_json::Value {
        serde_json::to_value(self.keys.jwks(self.clock.now())).unwrap_or_default()
    }

    async fn authorize(&self, query: Pairs) -> BrowserAnswer {
        let stay = |reason: &dyn std::fmt::Display| BrowserAnswer::Page(LoginProblem::Request(reason.to_string()));
        let request = match AuthorizationRequest::parse(&query) {
            Ok(request) => request,
            Err(reason) => return stay(&reason),
        };
        let client = match self.app.active_client(request.client()).await {
            Ok(Some(client)) => client,
            Ok(None) => return stay(&"`client_id` must name a registered client, once"),
            Err(error) => return BrowserAnswer::Page(LoginProblem::Login(error.into())),
        };
        let request = match request.accept(&client.redirect_uris) {
            Ok(request) => request,
            Err(AuthorizationError::Stay(reason)) => return stay(&reason),
            Err(AuthorizationError::Return(refusal)) => return BrowserAnswer::Redirect(refusal.address(&self.issuer)),
        };
        let school = request.wanted.school.as_ref().map(|hint| match hint {
            SchoolHint::Id(school) => SchoolChoice::School(*school),
            SchoolHint::Institution(institution) => SchoolChoice::Institution(*institution),
            SchoolHint::Branch(branch) => SchoolChoice::Branch(*branch),
        });
        let Ok(kept) = serde_json::to_vec(&request) else {
            return stay(&"the request cannot be kept");
        };
        match self
            .app
            .login_begin(login::LoginRequest {
                client: client.id,
                school,
                kept,
            })
            .await
        {
            Ok(address) => BrowserAnswer::Redirect(address),
            Err(error) => BrowserAnswer::Page(LoginProblem::Login(error)),
        }
    }

    async fn callback(&self, query: Pairs, trace: TraceId) -> BrowserAnswer {
        // What is said twice is not believed (RFC 6749, 3.1).
        let once = |name: &str| {
            let mut values = query
                .iter()
                .filter(|(key, _)| key == name)
                .map(|(_, value)| value.clone());
            values.next().filter(|_| values.next().is_none())
        };
        let Some(state) = once("state") else {
            return BrowserAnswer::Page(LoginProblem::Login(LoginError::Unknown));
        };
        let returned = Returned {
            state,
            code: once("code"),
            error: once("error"),
            issuer: once("iss"),
        };
        let ended = match self.app.login_return(returned, trace).await {
            Ok(ended) => ended,
            Err(error) => return BrowserAnswer::Page(LoginProblem::Login(error)),
        };
        let request = serde_json::from_slice::<LoginRequest>(&ended.request.kept);
        match (ended.outcome, request) {
            (Ok(code), Ok(request)) => match AuthorizationCode::parse(&code) {
                Ok(code) => BrowserAnswer::Redirect(request.answer(&code, &self.issuer)),
                Err(_) => BrowserAnswer::Page(LoginProblem::Login(LoginError::Unknown)),
            },
            (Err(error), _) => BrowserAnswer::Page(LoginProblem::Login(error)),
            (Ok(_), Err(_)) => BrowserAnswer::Page(LoginProblem::Login(LoginError::Unknown)),
        }
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
