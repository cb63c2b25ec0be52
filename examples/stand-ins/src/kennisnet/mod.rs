//! A stand-in for Kennisnet Entree Federatie: an OpenID provider with invented people, served over HTTP.
//!
//! It behaves as the real one does where a relying party can notice: Entree's claim names, claims by userinfo only, a
//! `sub` per client, RS256, a code that works once and whose second use withdraws what the first one gave. Instead of a
//! school's login it shows a page to pick somebody; a program adds `pick=<username>` to the authorization request. Like
//! the real one it has people log in again for `prompt=login` or a short `max_age`, and passes `acr_values` on.

mod endpoint;
mod key;
mod page;
mod session;
#[cfg(test)]
mod tests;

use std::{
    io,
    net::{TcpListener, ToSocketAddrs},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use actix_web::{App, HttpServer, dev::ServerHandle, middleware::from_fn, web};
use sluis_core::{
    random::{Random, SystemRandom},
    time::{Clock, SystemClock},
};
use url::Url;

use self::{key::KeyRing, session::Sessions};
use crate::seen::seen;

/// Somebody who can log in. Invented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// By which the person is picked; not passed on.
    pub username: String,
    /// First name.
    pub given_name: String,
    /// What the person is at school.
    pub role: Role,
    /// The school: a BRIN with or without branch.
    pub brin: String,
    /// The ECK iD, if the school passes it on.
    pub eck_id: Option<String>,
}

/// What a person is at school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Learns there.
    Pupil,
    /// Teaches there.
    Teacher,
    /// Somebody else, for example a parent. The page offers nobody of these.
    Other,
}

/// Who may ask, and who can log in.
#[derive(Clone)]
pub struct Options {
    /// The client id of the one relying party.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Where it may have people sent back.
    pub redirect_uris: Vec<String>,
    /// Who can log in.
    pub persons: Vec<Person>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where codes and tokens come from.
    pub random: Arc<dyn Random>,
}

impl Options {
    /// The options of a provider with one client, by the clock and random source of the machine.
    pub fn new(client_id: &str, client_secret: &str, redirect_uri: &str, persons: Vec<Person>) -> Self {
        Self {
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            redirect_uris: vec![redirect_uri.to_owned()],
            persons,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        }
    }
}

/// Why the stand-in could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum KennisnetError {
    /// The address cannot be used.
    #[error("the stand-in for Kennisnet cannot listen on its address")]
    Address(#[source] io::Error),
    /// No key could be made.
    #[error("the stand-in for Kennisnet cannot make a key")]
    Key,
}

/// A running stand-in. It goes on until it is stopped or the program ends.
pub struct Kennisnet {
    issuer: String,
    provider: Arc<Provider>,
    server: ServerHandle,
}

/// What the endpoints share.
struct Provider {
    issuer: String,
    options: Options,
    keys: Mutex<KeyRing>,
    sessions: Mutex<Sessions>,
}

impl Kennisnet {
    /// Starts to serve on an address, within the runtime of the caller; port 0 takes a free one.
    ///
    /// # Errors
    /// When the address is taken or no key can be made.
    pub fn start(address: impl ToSocketAddrs, options: Options) -> Result<Self, KennisnetError> {
        let listener = TcpListener::bind(address).map_err(KennisnetError::Address)?;
        let issuer = format!("http://{}", listener.local_addr().map_err(KennisnetError::Address)?);
        let provider = Arc::new(Provider {
            issuer: issuer.clone(),
            keys: Mutex::new(KeyRing::generate()?),
            sessions: Mutex::new(Sessions::default()),
            options,
        });
        let shared = web::Data::from(provider.clone());
        let server = HttpServer::new(move || {
            App::new()
                .wrap(from_fn(seen))
                .app_data(shared.clone())
                .service(endpoint::discovery)
                .service(endpoint::authorize)
                .service(endpoint::exchange)
                .service(endpoint::userinfo)
                .service(endpoint::certs)
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .map_err(KennisnetError::Address)?
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self {
            issuer,
            provider,
            server: handle,
        })
    }

    /// The issuer, exactly as it stands in discovery and tokens.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Signs with a new key from now on. The one before stays published, those before it go.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn rotate_keys(&self) -> Result<(), KennisnetError> {
        let next = key::Key::generate()?;
        self.provider.keys().rotate(next);
        Ok(())
    }

    /// The address of an authorization request with somebody picked, so that a program needs no click.
    pub fn picked(authorization_request: &Url, username: &str) -> Url {
        let mut address = authorization_request.clone();
        address.query_pairs_mut().append_pair("pick", username);
        address
    }

    /// The same of somebody who logged in at their school so many seconds ago, and has to do so again only if the
    /// request asks it.
    pub fn picked_earlier(authorization_request: &Url, username: &str, secs: i64) -> Url {
        let mut address = Self::picked(authorization_request, username);
        address.query_pairs_mut().append_pair("ago", &secs.to_string());
        address
    }

    /// Stops to serve.
    pub async fn stop(self) {
        self.server.stop(false).await;
    }
}

impl Provider {
    fn keys(&self) -> MutexGuard<'_, KeyRing> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn person(&self, username: &str) -> Option<&Person> {
        self.options.persons.iter().find(|person| person.username == username)
    }
}
