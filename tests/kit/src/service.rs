//! A whole service on a free port: its own router, a SQLite file of its own, a clock that stands still until it is set.
#![expect(clippy::expect_used, reason = "a service that does not start stops the test")]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use serde_json::{Value, json};
use sluis::{
    app::{App, caller::Role, enrol::ClientCreate},
    cli::assemble,
    config::{Settings, source::Sources},
    http::server::{Listening, listen},
};
use sluis_core::{
    id::ClientId,
    random::SeededRandom,
    time::{Clock, FixedClock, Timestamp},
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::keys::ClientKeyPair;

/// How the service calls itself; that it listens elsewhere is for the test to know.
pub const BASE: &str = "https://sluis.example";

/// The moment at which the clock stands at first: a school day in November 2026.
pub const NOW: &str = "2026-11-23T09:00:00Z";

/// A running service. It goes when this is dropped.
pub struct Service {
    /// Its clock.
    pub clock: Arc<FixedClock>,
    /// Its use cases.
    pub app: Arc<App>,
    address: SocketAddr,
    client: Client,
    _parts: assemble::Service,
    _folder: TempDir,
}

/// A registered client with its keys.
pub struct RegisteredClient {
    /// Its id.
    pub id: ClientId,
    /// What it signs with.
    pub keys: ClientKeyPair,
}

impl Service {
    /// Starts a service.
    pub async fn start() -> Self {
        Self::start_at(Arc::new(clock()), []).await
    }

    /// Starts a service by this clock, with these settings (names as in the environment, without `SLUIS_`).
    pub async fn start_at<'a>(clock: Arc<FixedClock>, settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let place = |name: &str| folder.path().join(name).display().to_string();
        // The clock stands still, and so nothing that was spent on a rate comes back.
        let many = "1000000".to_owned();
        let own = [
            ("SERVER__PUBLIC_URL", BASE.to_owned()),
            ("STORAGE__SQLITE", place("sluis.db")),
            ("KEYS__MASTER_KEY_FILE", place("master.key")),
            ("SYNCHRONISATION__PRIVATE_ADDRESSES", "true".to_owned()),
            ("SERVER__RATE_BURST", many.clone()),
            ("SERVER__ADDRESS_RATE_BURST", many),
        ];
        let settings = settings.into_iter().map(|(name, value)| (name, value.to_owned()));
        let variables = own.into_iter().chain(settings);
        let variables = variables.map(|(name, value)| (format!("SLUIS_{name}"), value));
        let settings = Settings::load(&Sources::new().with_environment(variables)).expect("the settings are good");
        let random = Arc::new(SeededRandom::new(1));
        let assembled = assemble::Service::assemble(&settings, clock.clone(), random.clone())
            .await
            .expect("the parts fit together");
        let http = assembled.http(&settings, None);
        let listening = Listening {
            address: ([127, 0, 0, 1], 0).into(),
            operations: None,
            workers: Some(1),
            head_timeout: Duration::from_secs(5),
            keep_alive: Duration::from_secs(5),
            stop_timeout: Duration::from_secs(1),
        };
        let listener = listen(http, assembled.app.clone(), &listening).expect("a port is free");
        for server in listener.servers {
            drop(tokio::spawn(server));
        }
        let client = Client::builder().redirect(Policy::none()).build();
        Self {
            clock,
            app: assembled.app.clone(),
            address: listener.address,
            client: client.expect("a client can be made"),
            _parts: assembled,
            _folder: folder,
        }
    }

    /// Where a path of this service is really to be found; a whole address under [`BASE`] may be given too.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{}", self.address, path.strip_prefix(BASE).unwrap_or(path))
    }

    /// A `GET` without a token.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    /// A `POST` without a token.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.url(path))
    }

    /// Registers a client.
    pub async fn register(&self, role: Role, redirect_uris: &[&str]) -> RegisteredClient {
        let keys = ClientKeyPair::es256("test");
        let input = ClientCreate {
            name: "test".to_owned(),
            role,
            jwks: keys.jwks(),
            redirect_uris: redirect_uris.iter().map(|&address| address.to_owned()).collect(),
        };
        let client = self.app.client_create(None, input).await.expect("the client is good");
        RegisteredClient { id: client.id, keys }
    }

    /// An assertion of a client for our token endpoint, good for the next minute.
    pub fn assertion(&self, client: &RegisteredClient) -> String {
        let now = self.clock.now().as_secs();
        client.keys.assertion(&client.id.to_string(), BASE, now).sign()
    }

    /// The form with which a client asks something of the token endpoint, proved by a new assertion.
    pub async fn ask_token(&self, client: &RegisteredClient, more: &[(&str, &str)]) -> Response {
        let assertion = self.assertion(client);
        let proof = [
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", &assertion),
        ];
        let form: Vec<_> = proof.iter().chain(more).collect();
        let request = self.post("/oidc/token").form(&form);
        request.send().await.expect("the service answers")
    }

    /// An access token of a client, bound to a school and a purpose if they are given.
    pub async fn token(&self, client: &RegisteredClient, bound: Option<Value>) -> String {
        let details = bound.map(|bound| json!([bound]).to_string());
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(details.as_deref().map(|details| ("authorization_details", details)));
        let response = self.ask_token(client, &form).await;
        let answer: Value = response.json().await.expect("the token endpoint answers JSON");
        let token = answer.get("access_token").and_then(Value::as_str);
        assert!(token.is_some(), "no token: {answer}");
        token.unwrap_or_default().to_owned()
    }
}

/// The clock of tests.
pub fn clock() -> FixedClock {
    FixedClock::new(Timestamp::parse(NOW).expect("a moment"))
}

/// What an id that nobody has looks like.
pub fn nobody() -> Uuid {
    Uuid::from_u128(0x0199_0a3e_7c00_7000_8000_0000_0000_0001)
}
