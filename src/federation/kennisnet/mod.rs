//! Login by Kennisnet Entree Federatie: Sluis as relying party (OpenID Connect Core 1.0, code flow with PKCE).
//!
//! Promises: a [`VerifiedLogin`] comes only from a code that we asked for (state, nonce, PKCE), an id token that verifies
//! by the provider's present keys and our clock, and userinfo of the same `sub`. No redirect of the provider is
//! followed, every answer has a time-out and a largest size, and a provider that is down fails at once for everybody.
//!
//! Left out on purpose: claims in the id token (Entree gives them by userinfo only), refresh tokens (a login is one
//! moment), logout (the federation publishes none), and any choice of school: that is a use case.

mod answer;
mod claims;
mod error;
mod login;
mod port;
mod provider;
mod settings;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use openidconnect::{
    AccessToken, AccessTokenHash, AuthenticationContextClass, AuthorizationCode, CsrfToken, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RequestTokenError, Scope, TokenResponse,
    core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreIdToken, CoreTokenResponse},
};
use sluis_core::{
    address::is_protected,
    identifier::leak_guard,
    random::Random,
    time::{Clock, Timestamp},
};
use url::Url;

use self::{
    answer::Transport,
    claims::Claims,
    provider::{Directory, Provider},
};
pub use self::{
    error::{AnswerError, Endpoint, IdTokenError, KennisnetError},
    login::{Affiliation, Callback, FederationSubject, Organisation, PendingLogin, VerifiedLogin},
    settings::{AttributeAliases, KennisnetSettings},
};
pub use openidconnect::IssuerUrl;

use crate::app::login::LoginTerms;

/// How old the id token of a fresh login may be, in seconds.
const FRESH_SECS: i64 = 600;

/// Longer than any `acr` value that makes sense.
const MAX_ACR: usize = 256;

/// The relying party towards one connection at Kennisnet.
pub struct Kennisnet {
    settings: KennisnetSettings,
    directory: Directory,
    transport: Transport,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// What a verified id token says.
struct Identity {
    sub: String,
    auth_time: Option<Timestamp>,
    acr: Option<String>,
}

impl Kennisnet {
    /// Prepares the connection; nothing is asked of the provider yet.
    ///
    /// The client must have been built with redirects off: otherwise a redirecting provider would be followed before the
    /// answer is refused.
    ///
    /// # Errors
    /// When an address in the settings is neither `https` nor on loopback.
    pub fn new(
        settings: KennisnetSettings,
        http: reqwest::Client,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, KennisnetError> {
        for (name, address) in [
            ("issuer", settings.issuer.url()),
            ("redirect_uri", &settings.redirect_uri),
        ] {
            if !is_protected(address) {
                return Err(KennisnetError::InsecureSetting { name });
            }
        }
        Ok(Self {
            directory: Directory::default(),
            transport: Transport::new(http, settings.timeout),
            settings,
            clock,
            random,
        })
    }

    /// Begins a login on these terms: where to send the browser, and what to keep (sealed) until it comes back.
    ///
    /// # Errors
    /// When the provider does not describe itself.
    pub async fn begin(&self, terms: &LoginTerms) -> Result<(Url, PendingLogin), KennisnetError> {
        let provider = self.provider().await?;
        let pending = PendingLogin::draw(self.clock.now(), terms, self.random.as_ref());
        let (state, nonce) = (CsrfToken::new(pending.state.clone()), Nonce::new(pending.nonce.clone()));
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(pending.code_verifier.clone()));
        let scopes = self.settings.scopes.iter().filter(|scope| *scope != "openid");
        let mut request = provider
            .client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
            .add_scopes(scopes.cloned().map(Scope::new))
            .set_pkce_challenge(challenge);
        // OpenID Connect Core 1.0, 3.1.2.1.
        if terms.again || terms.choose && !self.settings.select_account {
            request = request.add_prompt(CoreAuthPrompt::Login);
        }
        if terms.choose && self.settings.select_account {
            request = request.add_prompt(CoreAuthPrompt::SelectAccount);
        }
        if let Some(age) = terms.max_age {
            request = request.set_max_age(Duration::from_secs(age.into()));
        }
        for acr in terms
            .acr_values
            .iter()
            .filter(|acr| self.settings.acr_values.contains(*acr))
        {
            request = request.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        }
        let (address, ..) = request.url();
        Ok((address, pending))
    }

    /// Finishes a login with what the browser brought back.
    ///
    /// # Errors
    /// When anything about the answer, the tokens or the claims is not as it must be; see [`KennisnetError`].
    pub async fn finish(&self, pending: PendingLogin, callback: Callback) -> Result<VerifiedLogin, KennisnetError> {
        let now = self.clock.now();
        verify_slices_are_equal(pending.state.as_bytes(), callback.state.as_bytes())
            .map_err(|_| KennisnetError::StateMismatch)?;
        if now >= pending.begun_at.plus_secs(self.settings.login_secs) {
            return Err(KennisnetError::LoginExpired);
        }
        let provider = self.provider().await?;
        provider.check_sender(&self.settings.issuer, callback.iss.as_deref())?;
        let code = callback.into_code()?;
        let tokens = self.exchange(&provider, code, &pending).await?;
        let id_token = tokens.id_token().ok_or(IdTokenError::Missing)?;
        let nonce = Nonce::new(pending.nonce.clone());
        let identity = match self.verify(&provider, id_token, tokens.access_token(), &nonce) {
            // OpenID Connect Core 1.0, 10.1.1: an unknown key means that keys were rotated.
            Err(IdTokenError::UnknownKey) => {
                let renewed = self.directory.renew_keys(&provider, &self.transport, now).await?;
                self.verify(&renewed, id_token, tokens.access_token(), &nonce)?
            }
            outcome => outcome?,
        };
        pending.check_recency(identity.auth_time, self.settings.clock_skew_secs)?;
        let claims = self.userinfo(&provider, tokens.access_token()).await?;
        // OpenID Connect Core 1.0, 5.3.2: otherwise the userinfo could be of somebody else.
        if claims.sub() != Some(identity.sub.as_str()) {
            return Err(KennisnetError::SubjectMismatch);
        }
        self.resolve(identity, &claims)
    }

    async fn provider(&self) -> Result<Arc<Provider>, KennisnetError> {
        self.directory
            .provider(&self.settings, &self.transport, self.clock.now())
            .await
    }

    async fn exchange(
        &self,
        provider: &Provider,
        code: String,
        pending: &PendingLogin,
    ) -> Result<CoreTokenResponse, KennisnetError> {
        let failed = |error| KennisnetError::Provider {
            endpoint: Endpoint::Token,
            error,
        };
        provider
            .client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(pending.code_verifier.clone()))
            .request_async(&self.transport)
            .await
            .map_err(|error| match error {
                RequestTokenError::Request(error) => failed(error),
                RequestTokenError::ServerResponse(answer) => match answer.error() {
                    CoreErrorResponseType::InvalidGrant => KennisnetError::CodeRefused,
                    CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient => {
                        KennisnetError::ClientRefused
                    }
                    _ => KennisnetError::RequestRefused,
                },
                RequestTokenError::Parse(..) | RequestTokenError::Other(_) => failed(AnswerError::Malformed),
            })
    }

    /// OpenID Connect Core 1.0, 3.1.3.7.
    fn verify(
        &self,
        provider: &Provider,
        id_token: &CoreIdToken,
        access_token: &AccessToken,
        nonce: &Nonce,
    ) -> Result<Identity, IdTokenError> {
        let verifier = provider.verifier(&self.settings);
        let claims = id_token.claims(&verifier, nonce)?;
        // Steps 4 and 5. Further audiences were refused already.
        if claims
            .authorized_party()
            .is_some_and(|party| **party != self.settings.client_id)
        {
            return Err(IdTokenError::Audience);
        }
        // Steps 9 and 10, by our clock.
        let (now, skew) = (self.clock.now().as_secs(), self.settings.clock_skew_secs);
        if now.saturating_sub(skew) >= claims.expiration().timestamp() {
            return Err(IdTokenError::Expired);
        }
        let age = now.saturating_sub(claims.issue_time().timestamp());
        if age < -skew || age > FRESH_SECS.saturating_add(skew) {
            return Err(IdTokenError::NotFresh);
        }
        let auth_time = claims.auth_time().map(|moment| moment.timestamp());
        if auth_time.is_some_and(|moment| now.saturating_add(skew) < moment) {
            return Err(IdTokenError::NotFresh);
        }
        // 3.1.3.8: the access token belongs to this id token.
        if let Some(stated) = claims.access_token_hash() {
            let algorithm = id_token.signing_alg().map_err(|_| IdTokenError::Algorithm)?;
            let key = id_token.signing_key(&verifier).map_err(|_| IdTokenError::Signature)?;
            if AccessTokenHash::from_token(access_token, algorithm, key).ok().as_ref() != Some(stated) {
                return Err(IdTokenError::AccessToken);
            }
        }
        Ok(Identity {
            sub: claims.subject().to_string(),
            // A clock that is ahead within bounds does not make a login that is yet to come.
            auth_time: auth_time.map(|moment| Timestamp::from_millis(moment.min(now).saturating_mul(1_000))),
            acr: claims.auth_context_ref().map(|acr| acr.to_string()),
        })
    }

    async fn userinfo(&self, provider: &Provider, token: &AccessToken) -> Result<Claims, KennisnetError> {
        self.transport
            .userinfo(&provider.userinfo, token)
            .await
            .map_err(|error| KennisnetError::Provider {
                endpoint: Endpoint::Userinfo,
                error,
            })
    }

    fn resolve(&self, identity: Identity, claims: &Claims) -> Result<VerifiedLogin, KennisnetError> {
        let aliases = &self.settings.aliases;
        // It is passed on to suppliers: nothing that may be about the person goes along.
        let acr: Vec<String> = identity
            .acr
            .as_deref()
            .or_else(|| claims.acr())
            .unwrap_or_default()
            .split_whitespace()
            .filter(|acr| acr.len() <= MAX_ACR && leak_guard::find(acr).is_none())
            .map(str::to_owned)
            .collect();
        Ok(VerifiedLogin {
            eck_id: claims.eck_id(&aliases.eck_id, &self.settings.eck_id)?,
            uid: claims.key("uid", &aliases.uid)?,
            entree_uid: claims.key("entree_uid", &aliases.entree_uid)?,
            real_id: claims.key("real_id", &aliases.real_id)?,
            profile_id: claims.key("profile_id", &aliases.profile_id)?,
            affiliations: claims.affiliations(&aliases.affiliation),
            organisation: claims
                .organisation(&aliases.branch)
                .or_else(|| claims.organisation(&aliases.organisation)),
            given_name: claims.text(&aliases.given_name),
            name_infix: claims.text(&aliases.name_infix),
            family_name: claims.text(&aliases.family_name),
            email: claims.text(&aliases.email),
            second_factor: acr.iter().any(|acr| self.settings.second_factor.contains(acr)),
            auth_time: identity.auth_time,
            acr,
            authenticating_authority: claims.authenticating_authority(),
            subject: FederationSubject {
                issuer: self.settings.issuer.to_string(),
                sub: claims::key_without_national_number("sub", &identity.sub)?,
            },
            at: self.clock.now(),
        })
    }
}
