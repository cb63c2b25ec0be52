//! A stand-in for a school administration system in the manner of ParnasSys: UWLR 2.2 over HTTP, with an invented school.
//!
//! It behaves as a real one does where a caller can notice: the order in which it checks, the documented faults with
//! HTTP status 500, the whole school in every answer, fields that nobody asked for. It always sends the data, as the
//! widespread library for this standard does; what it answers can be changed while it runs.

mod fault;
mod message;
mod people;
mod request;
mod service;

use std::{
    io,
    net::{TcpListener, ToSocketAddrs},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use actix_web::{App, HttpServer, dev::ServerHandle, middleware::from_fn, web};

pub use self::{
    fault::Fault,
    message::write_edexml,
    people::{GROUPS, Group, Pupil, STAFF, StaffMember, pupil, staff_member},
};

use crate::seen::seen;

/// The BRIN of the invented school.
pub const BRIN: &str = "99ZZ";
/// Its branch.
pub const BRANCH: &str = "00";

/// Who may ask, and how large the school is.
#[derive(Clone)]
pub struct Options {
    /// The name of the one receiving application (klantnaam).
    pub client_name: String,
    /// Its code (klantcode).
    pub client_code: String,
    /// The key that the school was given (autorisatiesleutel).
    pub authorisation_key: String,
    /// How many pupils the school has.
    pub pupils: u32,
}

impl Options {
    /// The options of a school of sixty pupils.
    pub fn new(client_name: &str, client_code: &str, authorisation_key: &str) -> Self {
        Self {
            client_name: client_name.to_owned(),
            client_code: client_code.to_owned(),
            authorisation_key: authorisation_key.to_owned(),
            pupils: 60,
        }
    }
}

/// What the system does with a request that is in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// It sends the whole school.
    Normal,
    /// It says that nothing changed, to whom names a moment; others get the whole school.
    Unchanged,
    /// It says that it has no data.
    NoData,
    /// It reports a fault.
    Fault(Fault),
    /// It breaks off halfway.
    Truncated,
    /// It forgets all pupils but this many.
    Only(u32),
    /// It knows the ECK iDs of this many pupils and of no staff.
    EckIdsOf(u32),
    /// It sends the whole school after this time.
    Slow(Duration),
}

/// A running stand-in. It goes on until it is stopped or the program ends.
pub struct Administration {
    url: String,
    school: Arc<School>,
    server: ServerHandle,
}

/// What the endpoint shares with whoever holds the stand-in.
struct School {
    options: Options,
    behaviour: Mutex<Behaviour>,
    requests: AtomicU32,
}

impl Administration {
    /// Starts to serve on an address, within the runtime of the caller; port 0 takes a free one.
    ///
    /// # Errors
    /// When the address cannot be used.
    pub fn start(address: impl ToSocketAddrs, options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let url = format!("http://{}/uwlr2.2", listener.local_addr()?);
        let school = Arc::new(School {
            options,
            behaviour: Mutex::new(Behaviour::Normal),
            requests: AtomicU32::new(0),
        });
        let shared = web::Data::from(school.clone());
        let app = move || {
            App::new()
                .wrap(from_fn(seen))
                .app_data(shared.clone())
                .service(service::pupil_data)
        };
        let server = HttpServer::new(app)
            .workers(1)
            .disable_signals()
            .listen(listener)?
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self {
            url,
            school,
            server: handle,
        })
    }

    /// The address of the service.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Changes what the system does from the next request on.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.school.behaviour.lock().unwrap_or_else(PoisonError::into_inner) = behaviour;
    }

    /// How many requests came in so far.
    pub fn requests(&self) -> u32 {
        self.school.requests.load(Ordering::SeqCst)
    }

    /// Stops to serve.
    pub async fn stop(self) {
        self.server.stop(false).await;
    }
}

impl School {
    fn behaviour(&self) -> Behaviour {
        *self.behaviour.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
