//! The use cases over a database that fails, or stops to wait, where a test tells it to; and an administration system that
//! delivers what a test tells it to.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use sluis::{
    app::{
        App, AppSettings, Parts,
        activation::ActivationScope,
        agree::AgreementOffer,
        caller::{Caller, Role},
        client::Client,
        connection::{Connection, Dialect, Run},
        enrol::ClientCreate,
        error::Invalid,
        evidence::{
            Act, Committed, Entry, Evidence, ExportFrom, LoggedRecord, PageAbout, Places, RecordAbout, RecordProof,
            Recorded, StreamCheckpoint,
        },
        intake::ShrinkGuard,
        link::ConnectionCreate,
        login::{Begun, Identity, IdentityError, IdentityProvider, LoginTerms, Returned},
        openid::{Claims, TokenRefused, Tokens},
        organisation::{OPERATOR, SLUIS, School},
        organise::{BoardCreate, ProductCreate, SchoolCreate, SupplierCreate},
        pull::{ConnectRefused, Connectors},
        store::{Change, RosterStore, StoreError},
        trace::TraceContext,
    },
    storage::{
        Executor, Fault, Priority, Query, Row, StorageError, WriteSet,
        evidence::{EvidenceStore, EvidenceTask},
        repository::Repository,
    },
};
use sluis_connector_port::{Connector, ConnectorError, Dialect as Spoken, Pull, PullRequest, roster::Snapshot};
use sluis_core::{
    agreement::{Annex, SupplierKind},
    catalogue::Catalogue,
    id::{ConnectionId, RecordId, SchoolId},
    identifier::{Brin6, EckIdRules},
    ledger::{Digest, NoteSigner, Owner, Report, SchoolExport, VerifierKey},
    random::SystemRandom,
    time::{Clock, FixedClock, Timestamp, Window},
};
use sluis_test_kit::{databases::TestDatabase, service::clock};
use tokio::sync::Notify;
use url::Url;

/// What happens to the pieces of a roster.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trip {
    /// The disk is full from this piece on, counted from 0.
    FailAt(usize),
    /// This piece waits until it is told to go on.
    WaitAt(usize),
}

/// A door to a database that trips.
pub(super) struct Tripping {
    inner: Arc<dyn Executor>,
    trip: Mutex<Option<Trip>>,
    pieces: AtomicUsize,
    pub(super) waits: Notify,
    pub(super) go_on: Notify,
}

impl Tripping {
    pub(super) fn set(&self, trip: Option<Trip>) {
        self.pieces.store(0, Ordering::SeqCst);
        *self.trip.lock().unwrap() = trip;
    }
}

#[async_trait]
impl Executor for Tripping {
    async fn read_together(&self, queries: Vec<Query>) -> Result<Vec<Vec<Row>>, StorageError> {
        self.inner.read_together(queries).await
    }

    async fn now(&self) -> Result<Timestamp, StorageError> {
        self.inner.now().await
    }

    async fn write(&self, writes: WriteSet, priority: Priority) -> Result<Vec<u64>, StorageError> {
        if priority == Priority::Bulk {
            let piece = self.pieces.fetch_add(1, Ordering::SeqCst);
            let trip = *self.trip.lock().unwrap();
            match trip {
                Some(Trip::FailAt(from)) if piece >= from => {
                    return Err(StorageError::Unavailable {
                        cause: Fault {
                            code: String::new(),
                            message: "the disk is full".to_owned(),
                        },
                    });
                }
                Some(Trip::WaitAt(at)) if piece == at => {
                    self.waits.notify_one();
                    self.go_on.notified().await;
                }
                _ => {}
            }
        }
        self.inner.write(writes, priority).await
    }
}

/// Evidence that does not take the last transaction of a run.
pub(super) struct Stubborn {
    inner: EvidenceStore,
    pub(super) refuses: Mutex<bool>,
}

#[async_trait]
impl Evidence for Stubborn {
    async fn decision(&self, entry: Entry) -> Result<Recorded, StoreError> {
        self.inner.decision(entry).await
    }
    async fn tend(&self) {
        self.inner.tend().await;
    }
    async fn act(&self, act: Act) -> Result<Vec<Committed>, StoreError> {
        let replaces = act
            .changes
            .iter()
            .any(|change| matches!(change, Change::RosterReplaced(..)));
        if replaces && *self.refuses.lock().unwrap() {
            return Err(StoreError::Unavailable("the disk is full".into()));
        }
        self.inner.act(act).await
    }
    async fn records(&self, owner: Owner, after: &Places, limit: u16) -> Result<Vec<LoggedRecord>, StoreError> {
        self.inner.records(owner, after, limit).await
    }
    async fn records_about(
        &self,
        owner: Owner,
        subjects: &[Digest],
        page: &PageAbout,
    ) -> Result<Vec<RecordAbout>, StoreError> {
        self.inner.records_about(owner, subjects, page).await
    }
    async fn persons_reached(
        &self,
        owner: Owner,
        product: sluis_core::id::ProductId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<u64, StoreError> {
        self.inner.persons_reached(owner, product, from, until).await
    }
    async fn ends(&self, owner: Owner) -> Result<Places, StoreError> {
        self.inner.ends(owner).await
    }
    async fn export(&self, owner: Owner, known: &ExportFrom, limit: u16) -> Result<SchoolExport, StoreError> {
        self.inner.export(owner, known, limit).await
    }
    async fn verify(&self) -> Result<Report, StoreError> {
        self.inner.verify().await
    }
    async fn checkpoints(&self) -> Result<Vec<StreamCheckpoint>, StoreError> {
        self.inner.checkpoints().await
    }
    async fn consistency(&self, stream: u64, from: u64, to: u64) -> Result<Vec<Digest>, StoreError> {
        self.inner.consistency(stream, from, to).await
    }
    async fn proof(&self, owner: Owner, record: RecordId) -> Result<RecordProof, StoreError> {
        self.inner.proof(owner, record).await
    }
    fn verifier_key(&self) -> &VerifierKey {
        self.inner.verifier_key()
    }
}

/// An administration system that delivers when it is told to.
#[derive(Default)]
pub(super) struct Administration {
    delivery: Mutex<Option<Snapshot>>,
    slow: Mutex<bool>,
    unusable: Mutex<bool>,
    pub(super) asked: Notify,
    pub(super) answers: Notify,
    under_way: AtomicUsize,
    /// How many were asked at once, at most.
    pub(super) most: AtomicUsize,
    /// How many were asked.
    pub(super) all: AtomicUsize,
}

impl Administration {
    pub(super) fn delivers(&self, snapshot: Snapshot) {
        *self.delivery.lock().unwrap() = Some(snapshot);
    }

    /// Whether it may be called at all.
    pub(super) fn may_be_called(&self, allowed: bool) {
        *self.unusable.lock().unwrap() = !allowed;
    }

    /// From now on it waits until it is told to answer.
    pub(super) fn is_slow(&self) {
        *self.slow.lock().unwrap() = true;
    }
}

struct Asked(Arc<Administration>);

#[async_trait]
impl Connector for Asked {
    fn dialect(&self) -> Spoken {
        Spoken::new("uwlr-2.2")
    }

    async fn pull(&self, _: PullRequest) -> Result<Pull, ConnectorError> {
        let system = &self.0;
        system.all.fetch_add(1, Ordering::SeqCst);
        let now = system.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        system.most.fetch_max(now, Ordering::SeqCst);
        system.asked.notify_one();
        if *system.slow.lock().unwrap() {
            system.answers.notified().await;
        }
        system.under_way.fetch_sub(1, Ordering::SeqCst);
        let delivery = system.delivery.lock().unwrap().clone();
        Ok(delivery.map_or(Pull::NoData, |snapshot| Pull::Snapshot(Box::new(snapshot))))
    }
}

struct System(Arc<Administration>);

impl Connectors for System {
    fn connect(&self, _: &Connection) -> Result<Box<dyn Connector>, ConnectRefused> {
        match *self.0.unusable.lock().unwrap() {
            true => Err(ConnectRefused::Address),
            false => Ok(Box::new(Asked(Arc::clone(&self.0)))),
        }
    }
}

struct Nobody;

impl Tokens for Nobody {
    fn verify(&self, _: &str, _: Timestamp) -> Result<Claims, TokenRefused> {
        Err(TokenRefused::Invalid)
    }
    fn check_return_address(&self, _: &str) -> Result<Url, String> {
        Err("nowhere".to_owned())
    }
    fn check_keys(&self, keys: &serde_json::Value) -> Result<String, Vec<Invalid>> {
        Ok(keys.to_string())
    }
}

#[async_trait]
impl IdentityProvider for Nobody {
    async fn begin(&self, _: &LoginTerms) -> Result<Begun, IdentityError> {
        Err(IdentityError::Unavailable)
    }
    async fn finish(&self, _: &[u8], _: Returned) -> Result<Identity, IdentityError> {
        Err(IdentityError::Unavailable)
    }
}

/// Schools of one board, and everything around them.
pub(super) struct World {
    pub(super) app: Arc<App>,
    pub(super) clock: Arc<FixedClock>,
    pub(super) store: Repository,
    pub(super) door: Arc<Tripping>,
    pub(super) evidence: Arc<Stubborn>,
    pub(super) administration: Arc<Administration>,
    pub(super) schools: Vec<School>,
    pub(super) board: Caller,
    _task: EvidenceTask,
}

fn caller(client: &Client) -> Caller {
    Caller {
        client: client.id,
        role: client.role,
        bound: None,
        trace: TraceContext::start(&SystemRandom).id(),
        once: None,
    }
}

impl World {
    /// Schools (99ZZ00, 99ZZ01, ...) at which everything is agreed and nobody is known.
    pub(super) async fn with_schools(database: &TestDatabase, number: usize) -> Self {
        let clock = Arc::new(clock());
        let door = Arc::new(Tripping {
            inner: database.database.executor(),
            trip: Mutex::default(),
            pieces: AtomicUsize::default(),
            waits: Notify::new(),
            go_on: Notify::new(),
        });
        let sealing = Arc::new(database.keyring().await);
        let store = Repository::new(Arc::clone(&door) as _, Arc::clone(&sealing) as _);
        let signer = NoteSigner::from_seed("sluis.example/log/1", &[7; 32]).unwrap();
        let (inner, task) = EvidenceStore::start(&database.database, store.clone(), signer, &SystemRandom);
        let evidence = Arc::new(Stubborn {
            inner,
            refuses: Mutex::new(false),
        });
        let administration = Arc::new(Administration::default());
        let app = App::new(Parts {
            clock: Arc::clone(&clock) as _,
            random: Arc::new(SystemRandom),
            store: Arc::new(store.clone()),
            evidence: Arc::clone(&evidence) as _,
            sealing,
            tokens: Arc::new(Nobody),
            identities: Arc::new(Nobody),
            connectors: Arc::new(System(Arc::clone(&administration))),
            catalogue: Catalogue::built_in(),
            settings: AppSettings {
                eck_ids: EckIdRules::default(),
                login_secs: 60,
                code_secs: 60,
                shrink_guard: ShrinkGuard {
                    minimum: 5,
                    percent: 50,
                },
                pulls_at_once: 2,
                subject_retention_years: const { std::num::NonZeroU8::new(7).unwrap() },
                persons_in_memory: 10_000,
            },
        });
        let board = app
            .board_create(
                None,
                BoardCreate {
                    name: "Stichting De Vuurtoren".to_owned(),
                    oin: None,
                },
            )
            .await
            .unwrap();
        let mut schools = Vec::new();
        for branch in 0..number {
            let school = SchoolCreate {
                board: board.id,
                name: "De Baken".to_owned(),
                brin: Brin6::parse(&format!("99ZZ{branch:02}")).unwrap(),
                oin: None,
                rio: None,
                digi_delivery_id: None,
            };
            schools.push(app.school_create(None, school).await.unwrap());
        }
        let board = register(&app, Role::Board(board.id)).await;
        agree(&app, &*clock, &board, &schools).await;
        Self {
            app,
            clock,
            store,
            door,
            evidence,
            administration,
            schools,
            board,
            _task: task,
        }
    }

    pub(super) fn school(&self) -> SchoolId {
        self.schools[0].id
    }

    /// Takes in a file of the first school.
    pub(super) async fn import(&self, snapshot: Snapshot) -> Run {
        let brin = self.schools[0].brin;
        self.app.roster_import(brin, snapshot, false).await.unwrap()
    }

    /// A connection of a school, entered and activated.
    pub(super) async fn connect(&self, school: SchoolId) -> ConnectionId {
        let input = ConnectionCreate {
            dialect: Dialect::Uwlr22,
            endpoint: Url::parse("https://las.example/").unwrap(),
            authorisation_key: "key".into(),
            client_code: "code".into(),
            client_name: "Sluis".to_owned(),
        };
        let connection = self.app.connection_create(&self.board, school, input).await.unwrap();
        let id = connection.id;
        self.app.connection_activate(&self.board, school, id).await.unwrap();
        id
    }

    /// Begins a pull in a task of its own.
    pub(super) fn pull(&self, connection: ConnectionId) -> tokio::task::JoinHandle<Run> {
        let (app, board, school) = (Arc::clone(&self.app), self.board.clone(), self.school());
        tokio::spawn(async move { app.connection_pull(&board, school, connection).await.unwrap() })
    }

    /// The names of groups, and the sealed values of persons as they are stored.
    pub(super) async fn roster(&self) -> (Vec<String>, BTreeMap<[u8; 16], Vec<u8>>) {
        let roster = self.store.roster(self.school()).await.unwrap();
        let groups = roster.groups.into_iter().map(|group| group.name).collect();
        let persons = roster.persons.into_iter();
        let persons = persons.map(|person| (*person.id.as_bytes(), person.sealed)).collect();
        (groups, persons)
    }

    /// Outcome and reason of the runs of the first school, the newest first.
    pub(super) async fn runs(&self) -> Vec<(&'static str, String)> {
        let runs = self.store.runs(self.school(), 100).await.unwrap();
        runs.into_iter().map(|run| outcome(&run)).collect()
    }
}

/// Outcome and reason of a run.
pub(super) fn outcome(run: &Run) -> (&'static str, String) {
    let end = run.end.as_ref();
    let reason = end
        .and_then(|end| end.reason)
        .map_or_else(String::new, |reason| reason.as_str().to_owned());
    (end.map_or("under way", |end| end.outcome.as_str()), reason)
}

async fn register(app: &App, role: Role) -> Caller {
    let input = ClientCreate {
        name: "program".to_owned(),
        role,
        jwks: serde_json::json!({ "keys": [] }),
        redirect_uris: Vec::new(),
    };
    caller(&app.client_create(None, input).await.unwrap())
}

async fn agree(app: &App, clock: &dyn Clock, board: &Caller, schools: &[School]) {
    let supplier = SupplierCreate {
        name: "Wadden Leermiddelen B.V.".to_owned(),
        kind: SupplierKind::Supplier,
        oin: None,
    };
    let supplier = app.supplier_create(None, supplier).await.unwrap().id;
    let name = "Rekenbaai".to_owned();
    let product = app
        .product_create(None, ProductCreate { supplier, name })
        .await
        .unwrap()
        .id;
    let seller = register(app, Role::Supplier { supplier, product }).await;
    let operator = Role::Supplier {
        supplier: OPERATOR,
        product: SLUIS,
    };
    let operator = register(app, operator).await;
    let rekenbaai = include_bytes!("../../../examples/agreements/rekenbaai.json");
    let sluis = include_bytes!("../../../examples/agreements/sluis.json");
    for (by, annex) in [(&seller, rekenbaai.as_slice()), (&operator, sluis)] {
        let offer = AgreementOffer {
            board: schools[0].board,
            window: Window::since(clock.now()),
            annex: Annex::parse(annex).unwrap(),
        };
        let agreement = app.agreement_offer(by, offer).await.unwrap();
        app.agreement_accept(board, agreement.id, agreement.annex_hash)
            .await
            .unwrap();
    }
    app.mandate_create(board, schools[0].board, supplier, None)
        .await
        .unwrap();
    for school in schools {
        let scope = ActivationScope::School;
        let activation = app.activation_create(board, school.id, product, scope, None).await;
        app.activation_accept(&seller, school.id, activation.unwrap().id)
            .await
            .unwrap();
    }
}
