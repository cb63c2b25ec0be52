//! A whole service on a free port: its own router, a database of its own, a clock that stands still until it is set.
//!
//! The database is a SQLite file, or with `SLUIS_TEST_ENGINE=postgres` a schema on the server: the same tests hold on both.
#![expect(clippy::expect_used, reason = "a service that does not start stops the test")]

use std::{cell::Cell, env, fs::File, net::SocketAddr, sync::Arc, time::Duration};

use actix_web::dev::ServerHandle;
use reqwest::{Client, Response, redirect::Policy};
use rusqlite::Connection;
use serde_json::{Value, json};
use sluis::{
    app::{
        App,
        agree::AgreementOffer,
        caller::{Caller, Role},
        enrol::ClientCreate,
        evidence::Places,
        organisation::{OPERATOR, SLUIS},
        trace::TraceContext,
    },
    cli::assemble,
    config::{Settings, source::Sources},
    http::server::{Listening, listen},
};
use sluis_core::{
    agreement::Annex,
    id::{BoardId, ClientId},
    ledger::{Owner, Record},
    random::{SeededRandom, SystemRandom},
    time::{Clock, FixedClock, Timestamp, Window},
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    client::Ask,
    databases::Schema,
    keys::ClientKeyPair,
    trail,
    work::{Counter, Work},
};

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
    parts: assemble::Service,
    counter: Counter,
    _trail: trail::Kept,
    servers: Vec<ServerHandle>,
    kept: Kept,
}

/// What a service leaves when it has stopped: another process may go on with it.
pub struct Kept {
    /// The variables of the environment that it was started with.
    pub environment: Vec<(String, String)>,
    /// The folder with its key, and with its database if that is a file. It goes when this is dropped.
    pub folder: TempDir,
    /// The schema with its database, if that is on the server.
    schema: Option<Schema>,
}

impl Kept {
    /// A place for a service, on the engine that this run of the tests is for.
    async fn make() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let place = |name: &str| folder.path().join(name).display().to_string();
        let schema = match env::var("SLUIS_TEST_ENGINE").as_deref() {
            Ok("postgres") => Some(Schema::create().await.expect("SLUIS_TEST_ENGINE asks for a server")),
            Ok("sqlite") | Err(_) => None,
            Ok(other) => unreachable!("SLUIS_TEST_ENGINE is `sqlite` or `postgres`, not `{other}`"),
        };
        // The clock stands still, and so nothing that was spent on a rate comes back.
        let many = "1000000".to_owned();
        let mut own = vec![
            ("SERVER__PUBLIC_URL", BASE.to_owned()),
            ("STORAGE__SQLITE", place("sluis.db")),
            // Many tests share one disk.
            ("STORAGE__RESERVE_MIB", "1".to_owned()),
            ("KEYS__MASTER_KEY_FILE", place("master.key")),
            ("SYNCHRONISATION__PRIVATE_ADDRESSES", "true".to_owned()),
            ("SERVER__RATE_BURST", many.clone()),
            ("SERVER__ADDRESS_RATE_BURST", many),
        ];
        if let Some(schema) = &schema {
            own.push(("STORAGE__POSTGRES", schema.address.clone()));
            // Many tests share one server.
            own.push(("STORAGE__CONNECTIONS", "4".to_owned()));
        }
        Self {
            environment: own.into_iter().map(variable).collect(),
            folder,
            schema,
        }
    }

    /// Runs SQL past the service, in the words of each engine.
    async fn execute(&self, sqlite: &str, postgres: &str) {
        if let Some(schema) = &self.schema {
            return schema.execute(postgres).await;
        }
        let connection = Connection::open(self.folder.path().join("sluis.db")).expect("the file opens");
        connection.execute_batch(sqlite).expect("the SQL runs");
    }
}

/// The seed of the next service of this test: a test has a thread of its own, so that its services draw the same in every
/// run, and no two of them, which may be replicas, draw alike.
fn seed() -> u64 {
    thread_local! {
        static LAST: Cell<u64> = const { Cell::new(0) };
    }
    LAST.set(LAST.get() + 1);
    LAST.get()
}

/// A setting as a variable of the environment.
fn variable((name, value): (&str, String)) -> (String, String) {
    (format!("SLUIS_{name}"), value)
}

/// The annex of the operator of this service.
const SLUIS_ANNEX: &[u8] = include_bytes!("../../../examples/agreements/sluis.json");

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
        Self::start_beside(Arc::clone(&clock), clock, settings).await
    }

    /// The same at a database with a clock of its own.
    pub async fn start_beside<'a>(
        clock: Arc<FixedClock>,
        database_clock: Arc<FixedClock>,
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut kept = Kept::make().await;
        let settings = settings.into_iter().map(|(name, value)| (name, value.to_owned()));
        kept.environment.extend(settings.map(variable));
        let sources = Sources::new().with_environment(kept.environment.clone());
        let settings = Settings::load(&sources).expect("the settings are good");
        let random = Arc::new(SeededRandom::new(seed()));
        let trail = trail::keep();
        let counter = Counter::with_database_clock(database_clock);
        let assembled = assemble::Service::assemble_watched(&settings, clock.clone(), random.clone(), &counter)
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
        let servers = listener.servers.iter().map(actix_web::dev::Server::handle).collect();
        for server in listener.servers {
            drop(tokio::spawn(server));
        }
        let client = Client::builder().redirect(Policy::none()).build();
        Self {
            clock,
            app: assembled.app.clone(),
            address: listener.address,
            client: client.expect("a client can be made"),
            parts: assembled,
            counter,
            _trail: trail,
            servers,
            kept,
        }
    }

    /// What was asked of the database and of the keys so far.
    pub fn work(&self) -> Work {
        self.counter.work()
    }

    /// What is on record about an owner, in order.
    pub async fn records(&self, owner: Owner) -> Vec<Record> {
        let records = self.parts.records.records(owner, &Places::default(), 1_000).await;
        let records = records.expect("the ledger can be read");
        records.into_iter().map(|logged| logged.record).collect()
    }

    /// The disk with the evidence is full, until [`Service::disk_has_room`].
    pub async fn disk_is_full(&self) {
        let full = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
        let sqlite = format!(
            "CREATE TRIGGER full_ledger BEFORE UPDATE ON ledger_streams {full};
             CREATE TRIGGER full_probe BEFORE INSERT ON evidence_probe {full}"
        );
        let postgres = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
                          $$ BEGIN RAISE disk_full; END $$;
                        CREATE TRIGGER full_ledger BEFORE UPDATE ON ledger_streams EXECUTE FUNCTION full_disk();
                        CREATE TRIGGER full_probe BEFORE INSERT ON evidence_probe EXECUTE FUNCTION full_disk()";
        self.kept.execute(&sqlite, postgres).await;
    }

    /// Accounts as they are right after the upgrade from the time when they had one key each: no school has been seen with
    /// any, and the kind of a key is not known.
    pub async fn accounts_of_before(&self) {
        let sql = "UPDATE account_keys SET kind = 'eckId'; DELETE FROM account_schools";
        self.kept.execute(sql, sql).await;
    }

    /// There is room again.
    pub async fn disk_has_room(&self) {
        let sqlite = "DROP TRIGGER full_ledger; DROP TRIGGER full_probe";
        self.kept.execute(sqlite, "DROP FUNCTION full_disk CASCADE").await;
    }

    /// Stops it, and gives what is left.
    pub async fn stop(self) -> Kept {
        for server in self.servers {
            server.stop(true).await;
        }
        drop(self.app);
        self.parts.stop().await;
        if self.kept.schema.is_some() {
            return self.kept;
        }
        // The threads of the servers let go of the file a little after they have ended.
        let lock = File::open(self.kept.folder.path().join("sluis.db.lock")).expect("the lock of the database");
        for _ in 0..1_000 {
            if lock.try_lock().is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.kept
    }

    /// Where a path of this service is really to be found; a whole address under [`BASE`] may be given too.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{}", self.address, path.strip_prefix(BASE).unwrap_or(path))
    }

    /// A `GET` without a token.
    pub fn get(&self, path: &str) -> Ask {
        Ask::get(&self.client, &self.url(path))
    }

    /// A `POST` without a token.
    pub fn post(&self, path: &str) -> Ask {
        Ask::post(&self.client, &self.url(path))
    }

    /// A `GET` of an address elsewhere, as a browser of a person makes it.
    pub fn elsewhere(&self, url: &str) -> Ask {
        Ask::get(&self.client, url)
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

    /// The agreement of a board with the operator of the service, signed by both: without it no roster comes in.
    pub async fn agree_with_operator(&self, board: BoardId, window: Window) {
        self.agree_with_operator_about(board, window, sluis_annex()).await;
    }

    /// The same about another annex.
    pub async fn agree_with_operator_about(&self, board: BoardId, window: Window, annex: Annex) {
        let operator = Role::Supplier {
            supplier: OPERATOR,
            product: SLUIS,
        };
        let operator = self.caller(operator).await;
        let offer = AgreementOffer { board, window, annex };
        let offered = self.app.agreement_offer(&operator, offer).await.expect("an offer");
        let board = self.caller(Role::Board(board)).await;
        let accepted = self.app.agreement_accept(&board, offered.id, offered.annex_hash).await;
        accepted.expect("the board accepts");
    }

    /// A new client of this role as the use cases know it, without a token: for what is not the subject of a test.
    pub async fn caller(&self, role: Role) -> Caller {
        Caller {
            client: self.register(role, &[]).await.id,
            role,
            bound: None,
            trace: TraceContext::start(&SystemRandom).id(),
            once: None,
        }
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

/// The annex of the operator, as the examples have it.
pub fn sluis_annex() -> Annex {
    Annex::parse(SLUIS_ANNEX).expect("the annex of the examples is good")
}

/// The clock of tests.
pub fn clock() -> FixedClock {
    FixedClock::new(Timestamp::parse(NOW).expect("a moment"))
}

/// What an id that nobody has looks like.
pub fn nobody() -> Uuid {
    Uuid::from_u128(0x0199_0a3e_7c00_7000_8000_0000_0000_0001)
}
