//! A service for measurements: the product of the examples, agreed and switched on at one school.

use std::sync::Arc;

use sluis::{
    app::{
        activation::ActivationScope,
        agree::AgreementOffer,
        caller::{Caller, Role},
        client::Client,
        enrol::ClientCreate,
        organisation::{OPERATOR, SLUIS, School},
        organise::{BoardCreate, ProductCreate, SchoolCreate, SupplierCreate},
        trace::TraceContext,
    },
    cli::assemble::Service,
    config::{Settings, source::Sources},
};
use sluis_core::{
    agreement::{Annex, SupplierKind},
    identifier::Brin6,
    random::SystemRandom,
    time::{Clock, SystemClock, Window},
};
use sluis_stand_ins::program::Program;
use tempfile::TempDir;

const ANNEX: &[u8] = include_bytes!("../../examples/agreements/rekenbaai.json");

const SLUIS_ANNEX: &[u8] = include_bytes!("../../examples/agreements/sluis.json");

/// A service with one school.
pub(super) struct Stage {
    pub(super) folder: TempDir,
    pub(super) settings: Settings,
    pub(super) service: Service,
    pub(super) school: School,
    pub(super) supplier: (Program, Client),
}

impl Stage {
    /// A service that will listen on this address, if somebody makes it listen; on a SQLite file, or on this PostgreSQL.
    pub(super) async fn at(address: &str, postgres: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let values = [
            ("SLUIS_SERVER__LISTEN", address.to_owned()),
            ("SLUIS_SERVER__PUBLIC_URL", format!("http://{address}")),
            ("SLUIS_TELEMETRY__METRICS_LISTEN", "127.0.0.1:0".to_owned()),
            ("SLUIS_STORAGE__SQLITE", path("sluis.db")),
            ("SLUIS_KEYS__MASTER_KEY_FILE", path("master.key")),
            ("SLUIS_KENNISNET__ECK_ID_SEGMENTS", "['pilot']".to_owned()),
            ("SLUIS_SERVER__RATE_PER_SECOND", "1000000".to_owned()),
            ("SLUIS_SERVER__RATE_BURST", "1000000".to_owned()),
            ("SLUIS_SERVER__ADDRESS_RATE_PER_SECOND", "1000000".to_owned()),
            ("SLUIS_SERVER__ADDRESS_RATE_BURST", "1000000".to_owned()),
        ];
        let postgres = postgres.map(|address| ("SLUIS_STORAGE__POSTGRES", address.to_owned()));
        let values = values.into_iter().chain(postgres);
        let values = values.map(|(name, value)| (name.to_owned(), value));
        let settings = Settings::load(&Sources::new().with_environment(values)).expect("settings");
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let service = Service::assemble(&settings, clock.clone(), random.clone())
            .await
            .expect("a service");
        let app = &service.app;
        let board = BoardCreate {
            name: "Board".to_owned(),
            oin: None,
        };
        let board = app.board_create(None, board).await.expect("a board");
        let brin = Brin6::parse("99ZZ00").expect("a BRIN");
        let school = SchoolCreate {
            board: board.id,
            name: "School".to_owned(),
            brin,
            oin: None,
            rio: None,
            digi_delivery_id: None,
        };
        let school = app.school_create(None, school).await.expect("a school");
        let supplier = SupplierCreate {
            name: "Supplier".to_owned(),
            kind: SupplierKind::Supplier,
            oin: None,
        };
        let supplier = app.supplier_create(None, supplier).await.expect("a supplier");
        let product = ProductCreate {
            supplier: supplier.id,
            name: "Rekenbaai".to_owned(),
        };
        let product = app.product_create(None, product).await.expect("a product");

        let program = Program::new().expect("a program");
        let register = |role, program: &Program| {
            let (name, jwks) = ("Program".to_owned(), program.jwks());
            app.client_create(
                None,
                ClientCreate {
                    name,
                    role,
                    jwks,
                    redirect_uris: Vec::new(),
                },
            )
        };
        let role = Role::Supplier {
            supplier: supplier.id,
            product: product.id,
        };
        let client = register(role, &program).await.expect("a client");
        let office = register(Role::Board(board.id), &program).await.expect("a client");
        let trace = TraceContext::start(&*random).id();
        let caller = |client: &Client| Caller {
            client: client.id,
            role: client.role,
            bound: None,
            trace,
            once: None,
        };
        let annex = Annex::parse(ANNEX).expect("an annex");
        let offer = AgreementOffer {
            board: board.id,
            window: Window::since(clock.now()),
            annex,
        };
        let agreement = app.agreement_offer(&caller(&client), offer).await.expect("an offer");
        let board_caller = caller(&office);
        app.agreement_accept(&board_caller, agreement.id, agreement.annex_hash)
            .await
            .expect("an acceptance");
        app.mandate_create(&board_caller, board.id, supplier.id, None)
            .await
            .expect("a mandate");
        let role = Role::Supplier {
            supplier: OPERATOR,
            product: SLUIS,
        };
        let operator = caller(&register(role, &program).await.expect("a client"));
        let offer = AgreementOffer {
            board: board.id,
            window: Window::since(clock.now()),
            annex: Annex::parse(SLUIS_ANNEX).expect("an annex"),
        };
        let agreement = app.agreement_offer(&operator, offer).await.expect("an offer");
        app.agreement_accept(&board_caller, agreement.id, agreement.annex_hash)
            .await
            .expect("an acceptance");
        let scope = ActivationScope::School;
        let activation = app
            .activation_create(&board_caller, school.id, product.id, scope, None)
            .await;
        let activation = activation.expect("an activation");
        app.activation_accept(&caller(&client), school.id, activation.id)
            .await
            .expect("an acceptance");
        Self {
            folder,
            settings,
            service,
            school,
            supplier: (program, client),
        }
    }

    pub(super) async fn stop(self) {
        self.service.stop().await;
    }
}
