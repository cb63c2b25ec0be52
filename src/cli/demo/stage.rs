//! The stage: Sluis itself and the stand-ins around it.

use std::{io::Write, net::TcpListener, ops::RangeInclusive, sync::Arc};

use sluis_core::{
    ledger::VerifierKey,
    random::{self, SystemRandom},
    time::{Clock, SystemClock},
};
use sluis_stand_ins::{
    administration::{self, Administration, pupil},
    kennisnet::{self, Kennisnet},
    program::Program,
    supplier::Supplier,
};

use super::StoryError;
use crate::{
    app::{caller::Role, enrol::ClientCreate, evidence::PublicLog},
    cli::{assemble::Service, error::CliError, parts},
    config::{Settings, source::Sources},
    federation::{jwks::install_crypto, provider::CALLBACK},
    http::server,
};

/// Who may log in at the stand-in of Kennisnet: pupils of the group that the product is on for, and of another.
const PUPILS: [RangeInclusive<u32>; 2] = [31..=36, 46..=51];

/// Everything that runs.
pub(super) struct Stage {
    /// The address of Sluis, without a slash at the end; its issuer.
    pub(super) base: String,
    pub(super) kennisnet: Kennisnet,
    pub(super) administration: Administration,
    pub(super) supplier: Supplier,
    /// The operator's program and its client id.
    pub(super) operator: (Program, String),
    pub(super) clock: Arc<dyn Clock>,
    service: Service,
    servers: Vec<actix_web::dev::ServerHandle>,
    folder: Folder,
}

/// The folder of the demo, with its database and its key. It goes when this is dropped, also when the start failed.
struct Folder(std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // It is not there yet when the start failed early.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// What the receiving application is called in the administration system.
pub(super) const CLIENT_NAME: &str = "Sluis";
pub(super) const CLIENT_CODE: &str = "sluis-demo";
pub(super) const AUTHORISATION_KEY: &str = "school-key-99zz";

impl Stage {
    /// Starts everything. The database is in a folder of its own, which goes when the demo ends.
    pub(super) async fn build(port: u16) -> Result<Self, CliError> {
        install_crypto();
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let address = free_address(port)?;
        let base = format!("http://{address}");
        let folder =
            Folder(std::env::temp_dir().join(format!("sluis-demo-{}", hex::encode(random::bytes::<6>(&*random)))));

        let kennisnet = Kennisnet::start(
            ("127.0.0.1", 0),
            kennisnet::Options::new(
                "sluis.demo",
                "kennisnet-secret",
                &format!("{base}{CALLBACK}"),
                persons(),
            ),
        )
        .map_err(StoryError::from)?;
        let options = administration::Options::new(CLIENT_NAME, CLIENT_CODE, AUTHORISATION_KEY);
        let administration = Administration::start(("127.0.0.1", 0), options)?;
        let supplier = Supplier::start(("127.0.0.1", 0), Program::new().map_err(StoryError::from)?)?;

        let settings = settings(&base, &address, &folder.0, kennisnet.issuer())?;
        let service = Service::assemble(&settings, clock.clone(), random).await?;
        let http = service.http(&settings, None);
        let listener = server::listen(http, Arc::clone(&service.app), &parts::listening(&settings))?;
        let servers = listener.servers.iter().map(actix_web::dev::Server::handle).collect();
        for server in listener.servers {
            tokio::spawn(server);
        }
        let operator = Program::new().map_err(StoryError::from)?;
        let input = ClientCreate {
            name: "Operator of the demo".to_owned(),
            role: Role::Operator,
            jwks: operator.jwks(),
            redirect_uris: Vec::new(),
        };
        let client = service.app.client_create(None, input).await?;
        Ok(Self {
            base,
            kennisnet,
            administration,
            supplier,
            operator: (operator, client.id.to_string()),
            clock,
            service,
            servers,
            folder,
        })
    }

    /// The key with which exports are checked, as an auditor would get it: out of band.
    pub(super) fn verifier_key(&self) -> Option<VerifierKey> {
        VerifierKey::parse(&self.service.app.verifier_key()).ok()
    }

    /// Where a person can look.
    pub(super) fn describe(&self, out: &mut (dyn Write + Send)) -> std::io::Result<()> {
        let base = &self.base;
        writeln!(out, "\nlook around (stop with Ctrl-C):")?;
        writeln!(out, "  API documentation      {base}/docs/")?;
        writeln!(out, "  log in as a pupil      {}", self.supplier.login_address())?;
        writeln!(
            out,
            "    (the product is on again: the first six of the list are in its group and get in, the others read why not)"
        )?;
        writeln!(
            out,
            "  stand-in of Kennisnet  {}/.well-known/openid-configuration",
            self.kennisnet.issuer()
        )?;
        writeln!(
            out,
            "  stand-in of a UWLR administration system  {}",
            self.administration.url()
        )?;
        writeln!(out, "  health                 {base}/health/ready")?;
        Ok(())
    }

    /// Stops everything and takes the folder away.
    pub(super) async fn stop(self) -> Result<(), CliError> {
        for server in self.servers {
            server.stop(true).await;
        }
        self.service.stop().await;
        self.kennisnet.stop().await;
        self.administration.stop().await;
        self.supplier.stop().await;
        drop(self.folder);
        Ok(())
    }
}

fn free_address(port: u16) -> Result<String, CliError> {
    // Sluis must know its address before it listens, since its tokens name it: a taken port is exchanged for a free one.
    let taken = TcpListener::bind(("127.0.0.1", port)).or_else(|_| TcpListener::bind(("127.0.0.1", 0)))?;
    Ok(taken.local_addr()?.to_string())
}

fn settings(base: &str, address: &str, folder: &std::path::Path, kennisnet: &str) -> Result<Settings, CliError> {
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let values = [
        ("SERVER__LISTEN", address.to_owned()),
        ("SERVER__PUBLIC_URL", base.to_owned()),
        ("STORAGE__SQLITE", path("sluis.db")),
        ("KEYS__MASTER_KEY_FILE", path("master.key")),
        ("SYNCHRONISATION__PRIVATE_ADDRESSES", "true".to_owned()),
        // Another service on this machine may have the port of the metrics.
        ("TELEMETRY__METRICS_LISTEN", String::new()),
        ("KENNISNET__ISSUER", kennisnet.to_owned()),
        ("KENNISNET__CLIENT_ID", "sluis.demo".to_owned()),
        ("KENNISNET__CLIENT_SECRET", "kennisnet-secret".to_owned()),
        ("KENNISNET__ECK_ID_SEGMENTS", "['pilot']".to_owned()),
    ];
    let values = values.map(|(name, value)| (format!("SLUIS_{name}"), value));
    Ok(Settings::load(&Sources::new().with_environment(values))?)
}

fn persons() -> Vec<kennisnet::Person> {
    let brin = format!("{}{}", administration::BRIN, administration::BRANCH);
    PUPILS
        .into_iter()
        .flatten()
        .map(pupil)
        .map(|pupil| kennisnet::Person {
            username: pupil.user_name,
            given_name: pupil.given_name.to_owned(),
            role: kennisnet::Role::Pupil,
            brin: brin.clone(),
            eck_id: Some(pupil.eck_id),
        })
        .collect()
}
