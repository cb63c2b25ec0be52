//! The relying party against a provider that is honest, hostile or broken as each test asks.

mod attack;
mod attributes;
mod keys;
mod login;
mod outage;
mod recency;
mod signer;

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;
use serde_json::{Value, json};
use sluis_core::{
    identifier::EckIdRules,
    random::SeededRandom,
    time::{FixedClock, Timestamp},
};
use url::Url;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use self::signer::{OLD, Signer};
use super::{Callback, IssuerUrl, Kennisnet, KennisnetError, KennisnetSettings, PendingLogin, VerifiedLogin};
use crate::app::login::LoginTerms;

const CLIENT: &str = "sluis.example.nl";
const SUB: &str = "5f0c1a52-0000-3000-8000-0000000000aa";

/// A provider and the relying party that trusts it.
struct Federation {
    server: MockServer,
    clock: Arc<FixedClock>,
    kennisnet: Kennisnet,
    metadata: Value,
    published: Vec<&'static Signer>,
}

/// What the provider and the browser will say in one login; a test changes what it is about.
struct Story {
    signer: &'static Signer,
    header: Value,
    claims: Value,
    id_token: Option<String>,
    token: Option<ResponseTemplate>,
    userinfo: ResponseTemplate,
    callback: Callback,
}

impl Federation {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut KennisnetSettings)) -> Self {
        let server = MockServer::start().await;
        let issuer = server.uri();
        let mut settings = KennisnetSettings::new(
            IssuerUrl::new(issuer.clone()).unwrap(),
            CLIENT.to_owned(),
            SecretString::from("a secret of a test"),
            Url::parse("https://sluis.example.nl/login/kennisnet").unwrap(),
        );
        settings.eck_id = EckIdRules::new(["201703".to_owned()]);
        settings.timeout = Duration::from_secs(20);
        change(&mut settings);
        let clock = Arc::new(FixedClock::new(Timestamp::parse("2026-09-01T08:00:00Z").unwrap()));
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let kennisnet = Kennisnet::new(settings, http, clock.clone(), Arc::new(SeededRandom::new(1))).unwrap();
        Self {
            metadata: json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/oidc/authorize"),
                "token_endpoint": format!("{issuer}/oidc/token"),
                "userinfo_endpoint": format!("{issuer}/oidc/userinfo"),
                "jwks_uri": format!("{issuer}/oidc/certs"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            }),
            published: vec![&OLD],
            server,
            clock,
            kennisnet,
        }
    }

    /// One login, from the first click to the verdict.
    async fn login(&self, change: impl FnOnce(&mut Story)) -> Result<VerifiedLogin, KennisnetError> {
        self.login_on(&LoginTerms::default(), change).await
    }

    /// The same, on terms of the supplier.
    async fn login_on(
        &self,
        terms: &LoginTerms,
        change: impl FnOnce(&mut Story),
    ) -> Result<VerifiedLogin, KennisnetError> {
        let _directory = self.serve_directory().await;
        let (_, pending) = self.kennisnet.begin(terms).await?;
        let mut story = self.story(&pending);
        change(&mut story);
        let token = story.token.take().unwrap_or_else(|| {
            let id_token = story
                .id_token
                .take()
                .unwrap_or_else(|| story.signer.sign(&story.header, &story.claims));
            ResponseTemplate::new(200).set_body_json(json!({
                "access_token": "an-access-token", "token_type": "Bearer", "expires_in": 3600, "id_token": id_token,
            }))
        });
        let _token = Mock::given(method("POST"))
            .and(path("/oidc/token"))
            .respond_with(token)
            .mount_as_scoped(&self.server)
            .await;
        let _userinfo = Mock::given(method("GET"))
            .and(path("/oidc/userinfo"))
            .respond_with(story.userinfo)
            .mount_as_scoped(&self.server)
            .await;
        self.kennisnet.finish(pending, story.callback).await
    }

    async fn serve_directory(&self) -> [wiremock::MockGuard; 2] {
        [
            Mock::given(path("/.well-known/openid-configuration"))
                .respond_with(ResponseTemplate::new(200).set_body_json(&self.metadata))
                .mount_as_scoped(&self.server)
                .await,
            Mock::given(path("/oidc/certs"))
                .respond_with(ResponseTemplate::new(200).set_body_json(signer::published(&self.published)))
                .mount_as_scoped(&self.server)
                .await,
        ]
    }

    fn story(&self, pending: &PendingLogin) -> Story {
        let now = self.clock_secs();
        Story {
            signer: &OLD,
            header: json!({"alg": "RS256", "kid": OLD.kid, "typ": "JWT"}),
            claims: json!({
                "iss": self.server.uri(), "aud": CLIENT, "sub": SUB, "nonce": pending.nonce,
                "iat": now, "exp": now + 3600,
            }),
            id_token: None,
            token: None,
            userinfo: ResponseTemplate::new(200).set_body_json(pupil()),
            callback: Callback {
                state: pending.state.clone(),
                code: Some("a-code".to_owned()),
                error: None,
                iss: None,
            },
        }
    }

    fn clock_secs(&self) -> i64 {
        sluis_core::time::Clock::now(self.clock.as_ref()).as_secs()
    }

    async fn asked(&self, at: &str) -> usize {
        let requests = self.server.received_requests().await.unwrap();
        requests.iter().filter(|request| request.url.path() == at).count()
    }
}

impl Story {
    fn userinfo(&mut self, claims: Value) {
        self.userinfo = ResponseTemplate::new(200).set_body_json(claims);
    }
}

fn eck_id(segment: &str) -> String {
    format!("https://ketenid.nl/{segment}/{}", "0123456789abcdef".repeat(8))
}

/// An invented pupil, by Entree's own names.
fn pupil() -> Value {
    json!({
        "sub": SUB,
        "uid": "abcdefghijklmno@waterkant",
        "givenName": "Sanne",
        "eduPersonAffiliation": "student",
        "nlEduPersonHomeOrganizationId": "99ZZ",
        "nlEduPersonHomeOrganization": "De Waterkant",
        "eckId": eck_id("201703"),
    })
}
