//! A stand-in supplier: a web site where a pupil logs in through Sluis and sees what the supplier got, and nothing else.

use std::{
    collections::HashMap,
    io,
    net::{TcpListener, ToSocketAddrs},
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::ServerHandle,
    get,
    http::header::LOCATION,
    web::{Data, Query},
};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use url::Url;

use crate::program::{ASSERTION_TYPE, Program, ProgramError};

/// A running stand-in. It goes on until it is stopped or the program ends.
pub struct Supplier {
    url: String,
    site: Arc<Site>,
    server: ServerHandle,
}

struct Site {
    program: Program,
    url: String,
    /// The issuer and the client id, once the supplier is registered.
    registration: Mutex<Option<(String, String)>>,
    /// The verifier of each login that is under way, by its state.
    verifiers: Mutex<HashMap<String, String>>,
}

/// What the supplier got for a login.
pub struct LoggedIn {
    /// The claims of the id token.
    pub claims: Value,
}

/// Why a login did not end with an id token.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The supplier is not registered yet.
    #[error("the supplier is not registered yet")]
    NotRegistered,
    /// The browser brought back something that does not belong to a login here.
    #[error("this answer belongs to no login")]
    UnknownState,
    /// The exchange did not work.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The login or its exchange was refused.
    #[error("the login was refused: {0}")]
    Refused(Value),
}

impl Supplier {
    /// Starts to serve on an address; port 0 takes a free one.
    ///
    /// # Errors
    /// When the address is taken.
    pub fn start(address: impl ToSocketAddrs, program: Program) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let url = format!("http://{}", listener.local_addr()?);
        let site = Arc::new(Site {
            program,
            url: url.clone(),
            registration: Mutex::default(),
            verifiers: Mutex::default(),
        });
        let shared = Data::from(site.clone());
        let server = HttpServer::new(move || App::new().app_data(shared.clone()).service(login).service(back))
            .workers(1)
            .disable_signals()
            .listen(listener)?
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self {
            url,
            site,
            server: handle,
        })
    }

    /// Where a person begins to log in.
    pub fn login_address(&self) -> String {
        format!("{}/login", self.url)
    }

    /// Where a login returns to: what the operator registers.
    pub fn return_address(&self) -> String {
        self.site.return_address()
    }

    /// The program behind the site.
    pub fn program(&self) -> &Program {
        &self.site.program
    }

    /// Tells the site who it is at Sluis.
    pub fn register(&self, issuer: &str, client_id: &str) {
        *lock(&self.site.registration) = Some((issuer.to_owned(), client_id.to_owned()));
    }

    /// Begins a login without a browser: where to send the person.
    ///
    /// # Errors
    /// When the supplier is not registered.
    pub fn begin(&self) -> Result<Url, LoginError> {
        self.site.begin()
    }

    /// Ends a login without a browser: with the address that the person came back to.
    ///
    /// # Errors
    /// When it belongs to no login, or Sluis refuses.
    pub async fn finish(&self, address: &Url) -> Result<LoggedIn, LoginError> {
        let query: HashMap<String, String> = address.query_pairs().into_owned().collect();
        self.site.finish(&query).await
    }

    /// Stops to serve.
    pub async fn stop(self) {
        self.server.stop(false).await;
    }
}

impl Site {
    fn return_address(&self) -> String {
        format!("{}/return", self.url)
    }

    fn begin(&self) -> Result<Url, LoginError> {
        let (issuer, client_id) = lock(&self.registration).clone().ok_or(LoginError::NotRegistered)?;
        let (state, verifier) = (self.program.secret(), self.program.secret());
        // RFC 7636, 4.2: S256.
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        let mut address = Url::parse(&format!("{issuer}/oidc/authorize")).map_err(|_| LoginError::NotRegistered)?;
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("scope", "openid")
            .append_pair("client_id", &client_id)
            .append_pair("redirect_uri", &self.return_address())
            .append_pair("state", &state)
            .append_pair("nonce", &self.program.secret())
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        lock(&self.verifiers).insert(state, verifier);
        Ok(address)
    }

    async fn finish(&self, query: &HashMap<String, String>) -> Result<LoggedIn, LoginError> {
        let (issuer, client_id) = lock(&self.registration).clone().ok_or(LoginError::NotRegistered)?;
        let verifier = query.get("state").and_then(|state| lock(&self.verifiers).remove(state));
        // RFC 6749, 4.1.2.1: the login did not work, and Sluis has told the person why.
        if let (Some(_), Some(error)) = (&verifier, query.get("error")) {
            return Err(LoginError::Refused(Value::from(error.as_str())));
        }
        let (Some(verifier), Some(code)) = (verifier, query.get("code")) else {
            return Err(LoginError::UnknownState);
        };
        let form = [
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.clone()),
            ("redirect_uri", self.return_address()),
            ("code_verifier", verifier),
            ("client_assertion_type", ASSERTION_TYPE.to_owned()),
            ("client_assertion", self.program.assertion(&client_id, &issuer)?),
        ];
        let answer = self.program.exchange(&issuer, &form).await?;
        // The token comes straight from the issuer over a connection that we opened (OpenID Connect Core 1.0, 3.1.3.7,
        // step 6): a demonstration reads it without checking its signature; a real supplier's library checks it.
        let claims = answer
            .get("id_token")
            .and_then(Value::as_str)
            .and_then(|token| token.split('.').nth(1))
            .and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok())
            .and_then(|claims| serde_json::from_slice(&claims).ok());
        claims
            .map(|claims| LoggedIn { claims })
            .ok_or(LoginError::Refused(answer))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[get("/login")]
async fn login(site: Data<Site>) -> HttpResponse {
    match site.begin() {
        Ok(address) => HttpResponse::Found()
            .insert_header((LOCATION, address.as_str()))
            .finish(),
        Err(error) => HttpResponse::ServiceUnavailable().body(error.to_string()),
    }
}

#[get("/return")]
async fn back(site: Data<Site>, query: Query<HashMap<String, String>>) -> HttpResponse {
    let (mut response, title, body) = match site.finish(&query).await {
        Ok(logged_in) => {
            let claims = serde_json::to_string_pretty(&logged_in.claims).unwrap_or_default();
            (HttpResponse::Ok(), "Welkom bij Rekenbaai", claims)
        }
        Err(error) => (HttpResponse::BadRequest(), "Inloggen lukte niet", error.to_string()),
    };
    let body = body.replace('&', "&amp;").replace('<', "&lt;");
    response.content_type("text/html; charset=utf-8").body(format!(
        "<!doctype html><html lang=\"nl\"><meta charset=\"utf-8\"><title>{title}</title>\
         <h1>{title}</h1><p>Dit, en niets anders, kreeg de leverancier. \
         <span lang=\"en\">This, and nothing else, is what the supplier got.</span></p><pre>{body}</pre></html>"
    ))
}
