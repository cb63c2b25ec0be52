//! The HTTP side through its own router: real layers, a stand-in for the verification of tokens.

mod access;
mod document;
mod failures;
mod headers;
mod oidc;
mod operations;
mod reading;

use std::sync::Arc;

use actix_http::Request;
use actix_web::{
    Error, HttpResponse,
    body::{MessageBody, to_bytes},
    dev::{Service, ServiceResponse},
    http::StatusCode,
    test::{TestRequest, init_service},
    web::Data,
};
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sluis_core::{
    id::{BoardId, ClientId, ProductId, SchoolId, SupplierId},
    ledger::Digest,
    random::SeededRandom,
    time::{FixedClock, Timestamp},
};
use uuid::Uuid;

use crate::{
    app::{
        authentication::{AuthenticationError, Authenticator},
        caller::{Caller, Role, RoleKind},
        error::AppError,
        evidence::{PublicLog, StreamCheckpoint},
        login::{BrowserSecret, LoginError},
        openid::{BrowserAnswer, BrowserReply, LoginProblem, OpenIdProvider, Pairs, ProtocolError, TokenAnswer},
        trace::TraceId,
    },
    http::{Http, Parts, health::Check, server, settings::Settings},
};

/// A token is the name of a role, for example `board`; `broken` cannot be verified now; others are invalid.
struct ByName;

#[async_trait]
impl Authenticator for ByName {
    async fn authenticate(&self, token: &SecretString, trace: TraceId) -> Result<Caller, AuthenticationError> {
        // Asking a database takes a while.
        tokio::task::yield_now().await;
        let supplier = SupplierId::from_uuid(Uuid::from_u128(3));
        let product = ProductId::from_uuid(Uuid::from_u128(4));
        let role = match token.expose_secret() {
            "operator" => Role::Operator,
            "board" => Role::Board(BoardId::from_uuid(Uuid::from_u128(1))),
            "school" => Role::School(SchoolId::from_uuid(Uuid::from_u128(2))),
            "supplier" => Role::Supplier { supplier, product },
            "distributor" => Role::Distributor { supplier, product },
            "broken" => return Err(AuthenticationError::Unavailable("no keys".into())),
            _ => return Err(AuthenticationError::Invalid("unknown")),
        };
        Ok(Caller {
            client: ClientId::from_uuid(Uuid::from_u128(5)),
            role,
            bound: None,
            trace,
            once: None,
        })
    }

    async fn recall(&self, token: &SecretString, trace: TraceId) -> Result<Caller, AuthenticationError> {
        self.authenticate(token, trace).await
    }

    async fn confirm(&self, _: ClientId) -> Result<(), AuthenticationError> {
        Ok(())
    }
}

/// A provider that has nothing to say: its own tests are elsewhere, and those of its endpoints too.
struct Silent;

#[async_trait(?Send)]
impl OpenIdProvider for Silent {
    fn metadata(&self) -> Value {
        json!({ "issuer": "https://sluis.example" })
    }
    fn jwks(&self) -> Value {
        json!({ "keys": [] })
    }
    async fn authorize(&self, _: Pairs) -> BrowserReply {
        BrowserAnswer::Page(LoginProblem::Request("`client_id` is <none>".to_owned()).into()).into()
    }
    async fn callback(&self, _: Pairs, _: Vec<BrowserSecret>, _: TraceId) -> BrowserReply {
        BrowserAnswer::Page(LoginProblem::Login(LoginError::Unknown).into()).into()
    }
    async fn token(&self, form: Pairs, _: TraceId) -> Result<TokenAnswer, ProtocolError> {
        Err(ProtocolError {
            status: 401,
            error: "invalid_client",
            description: format!("{} \"pairs\" were read", form.len()),
        })
    }
}

/// A log without a record.
struct NoLog;

#[async_trait]
impl PublicLog for NoLog {
    fn verifier_key(&self) -> String {
        "sluis.example+00000000+AQ".to_owned()
    }
    async fn checkpoints(&self) -> Result<Vec<StreamCheckpoint>, AppError> {
        Ok(Vec::new())
    }
    async fn consistency(&self, _: u64, _: u64, _: u64) -> Result<Vec<Digest>, AppError> {
        Err(AppError::NotFound("checkpoint"))
    }
}

struct Fixed(&'static str, bool);

#[async_trait]
impl Check for Fixed {
    fn name(&self) -> &'static str {
        self.0
    }
    async fn works(&self) -> bool {
        self.1
    }
}

fn parts(settings: Settings) -> Parts {
    Parts {
        settings,
        clock: Arc::new(FixedClock::new(Timestamp::from_millis(1_788_000_000_000))),
        random: Arc::new(SeededRandom::new(7)),
        authenticator: Arc::new(ByName),
        openid: Arc::new(Silent),
        log: Arc::new(NoLog),
        checks: vec![Arc::new(Fixed("storage", true))],
        metrics: None,
    }
}

fn settings() -> Settings {
    Settings {
        base: "https://sluis.example".to_owned(),
        body_limit: 1_000,
        ..Settings::default()
    }
}

/// What came back.
struct Reply {
    status: StatusCode,
    headers: actix_web::http::header::HeaderMap,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
    /// Checks what holds for every problem, and gives its body.
    fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(self.header("api-version"), "1.0.0");
        let body = self.json();
        assert_eq!(body["status"], status);
        assert_eq!(body["code"], code);
        assert_eq!(body["type"], format!("https://sluis.example/problems/{code}"));
        for text in ["title", "detail"] {
            assert!(body[text].as_str().is_some_and(|text| !text.is_empty()), "`{text}`");
        }
        body
    }
}

async fn ask_with(parts: Parts, request: TestRequest) -> Reply {
    let app = init_service(server::app(Data::new(Http::new(parts)))).await;
    send(&app, request).await
}

async fn ask(request: TestRequest) -> Reply {
    ask_with(parts(settings()), request).await
}

async fn send<B: MessageBody + 'static>(
    app: &impl Service<Request, Response = ServiceResponse<B>, Error = Error>,
    request: TestRequest,
) -> Reply {
    let response: HttpResponse = match app.call(request.to_request()).await {
        Ok(response) => response.into_parts().1.map_into_boxed_body(),
        Err(error) => error.error_response(),
    };
    let (status, headers) = (response.status(), response.headers().clone());
    let body = to_bytes(response.into_body()).await.unwrap_or_default().to_vec();
    Reply { status, headers, body }
}

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

fn post(path: &str) -> TestRequest {
    TestRequest::post().uri(path)
}

/// A request with the token of a role.
fn with_role(request: TestRequest, role: RoleKind) -> TestRequest {
    request.insert_header(("Authorization", format!("Bearer {}", role.as_str())))
}
