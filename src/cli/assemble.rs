//! Puts the parts together: database, keys, evidence, tokens, Kennisnet, connectors, use cases.

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use metrics_exporter_prometheus::PrometheusHandle;
use sluis_core::{
    catalogue::Catalogue,
    ledger::NoteSigner,
    random::{self, Random},
    time::{Clock, Timestamp},
};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::{connect::Outbound, error::CliError, parts};
use crate::{
    app::{
        App, Parts,
        evidence::Evidence,
        login::{Begun, Identity, IdentityError, IdentityProvider, LoginTerms, Returned},
        openid::OpenIdProvider,
        sealing::Sealing,
        store::StoreError,
    },
    config::Settings,
    federation::{
        issuer::Issuer,
        jwks::{KeySize, SigningKey, SigningKeys, install_crypto},
        kennisnet::Kennisnet,
        provider::{CALLBACK, Provider, TokenDesk},
    },
    http::{self, Http, health::Check},
    storage::{
        Executor,
        evidence::{EvidenceStore, EvidenceTask},
        keyring::Keyring,
        repository::Repository,
    },
};

/// How many verified tokens are remembered.
const TOKENS: u64 = 100_000;

/// The parts of a service, put together.
pub struct Service {
    /// The use cases.
    pub app: Arc<App>,
    /// Our OpenID provider.
    pub openid: Arc<dyn OpenIdProvider>,
    /// What must work before requests are welcome.
    pub checks: Vec<Arc<dyn Check>>,
    /// The key file that this start made, if it made one.
    pub made_key_file: Option<PathBuf>,
    /// The records.
    pub records: Arc<dyn Evidence>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    evidence: EvidenceTask,
}

/// Sees what the use cases ask of the database and of the keys, and passes it on: for tests that count it.
pub trait Watch {
    /// Stands before the database.
    fn executor(&self, executor: Arc<dyn Executor>) -> Arc<dyn Executor>;
    /// Stands before the keys.
    fn sealing(&self, sealing: Arc<dyn Sealing>) -> Arc<dyn Sealing>;
}

/// Nobody watches.
impl Watch for () {
    fn executor(&self, executor: Arc<dyn Executor>) -> Arc<dyn Executor> {
        executor
    }

    fn sealing(&self, sealing: Arc<dyn Sealing>) -> Arc<dyn Sealing> {
        sealing
    }
}

impl Service {
    /// Opens the database, the keys and everything else that these settings name.
    ///
    /// # Errors
    /// When one of them cannot be used; nothing listens then.
    pub async fn assemble(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, CliError> {
        Self::assemble_watched(settings, clock, random, &()).await
    }

    /// The same, with somebody who watches.
    ///
    /// # Errors
    /// As [`assemble`](Self::assemble).
    pub async fn assemble_watched(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        watch: &dyn Watch,
    ) -> Result<Self, CliError> {
        install_crypto();
        let database = parts::database(settings).await?;
        let executor = watch.executor(database.executor());
        let master = parts::master_key(settings);
        let keyring = Keyring::open(Arc::clone(&executor), &master, Arc::clone(&random), Arc::clone(&clock)).await?;
        let made_key_file = keyring.made_key_file().map(ToOwned::to_owned);
        let sealing = watch.sealing(Arc::new(keyring));
        let repository = Repository::new(Arc::clone(&executor), Arc::clone(&sealing));

        let seed = repository.service_secret("checkpoint-key", clock.now(), || {
            Ok(Zeroizing::new(random::bytes::<32>(&*random).to_vec()))
        });
        let seed = seed.await?;
        let seed: &[u8; 32] = seed
            .as_slice()
            .try_into()
            .map_err(|_| StoreError::Corrupt("checkpoint key"))?;
        let signer = NoteSigner::from_seed(&parts::origin(settings), seed)?;
        let (evidence, task) = EvidenceStore::start(&database, repository.clone(), signer, &*random);
        let evidence = Arc::new(evidence);

        let keys = Arc::new(token_keys(&repository, &*clock).await?);
        let terms = parts::access_terms(settings);
        let outbound = Outbound::new(settings)?;
        let identities: Arc<dyn IdentityProvider> = match parts::kennisnet(settings, CALLBACK)? {
            Some(kennisnet) => {
                let client = outbound.client();
                Arc::new(Kennisnet::new(
                    kennisnet,
                    client,
                    Arc::clone(&clock),
                    Arc::clone(&random),
                )?)
            }
            None => Arc::new(NoIdentityProvider),
        };
        let app = App::new(Parts {
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
            store: Arc::new(repository),
            evidence: Arc::clone(&evidence) as _,
            sealing,
            tokens: Arc::new(TokenDesk::new(Arc::clone(&keys), terms.clone(), TOKENS)),
            identities,
            connectors: Arc::new(outbound),
            catalogue: Catalogue::built_in(),
            settings: parts::app(settings),
        });
        let issuer = Issuer::parse(&settings.server.public_url)?;
        let assertions = parts::assertion_terms(settings);
        let provider = Provider::new(
            Arc::clone(&app),
            issuer,
            keys,
            terms,
            assertions,
            Arc::clone(&clock),
            Arc::clone(&random),
        )
        .with_acr_values(settings.kennisnet.known_acr_values());
        Ok(Self {
            app,
            openid: Arc::new(provider),
            checks: vec![
                Arc::new(DatabaseCheck(executor)),
                Arc::new(EvidenceCheck::new(Arc::clone(&evidence), Arc::clone(&clock))),
            ],
            made_key_file,
            records: evidence,
            clock,
            random,
            evidence: task,
        })
    }

    /// The HTTP side of this service, ready to listen.
    pub fn http(&self, settings: &Settings, metrics: Option<PrometheusHandle>) -> Http {
        Http::new(http::Parts {
            settings: parts::http(settings),
            clock: Arc::clone(&self.clock),
            random: Arc::clone(&self.random),
            authenticator: Arc::clone(&self.app) as _,
            openid: Arc::clone(&self.openid),
            log: Arc::clone(&self.app) as _,
            checks: self.checks.clone(),
            metrics,
        })
    }

    /// Takes nothing more, records what waits, and ends.
    pub async fn stop(self) {
        self.evidence.stop().await;
    }
}

/// The keys that tokens are signed with: made by the first start, the same for all replicas.
async fn token_keys(repository: &Repository, clock: &dyn Clock) -> Result<SigningKeys, CliError> {
    let kept = async |name: &'static str, size: KeySize| {
        let der = repository.service_secret(name, clock.now(), || {
            let key = SigningKey::generate(size).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
            Ok(Zeroizing::new(key.to_pkcs8().to_vec()))
        });
        Ok::<_, CliError>(SigningKey::from_pkcs8(&der.await?)?)
    };
    let keys = SigningKeys::new(kept("token-key", KeySize::Rsa2048).await?, Vec::new())?;
    Ok(keys.with_access(kept("access-token-key", KeySize::P256).await?)?)
}

/// Without a client at Kennisnet nobody logs in; everything else works.
struct NoIdentityProvider;

#[async_trait]
impl IdentityProvider for NoIdentityProvider {
    async fn begin(&self, _: &LoginTerms) -> Result<Begun, IdentityError> {
        Err(IdentityError::Unavailable)
    }

    async fn finish(&self, _: &[u8], _: Returned) -> Result<Identity, IdentityError> {
        Err(IdentityError::Unavailable)
    }
}

struct DatabaseCheck(Arc<dyn Executor>);

#[async_trait]
impl Check for DatabaseCheck {
    fn name(&self) -> &'static str {
        "database"
    }

    async fn works(&self) -> bool {
        self.0.ping().await.is_ok()
    }
}

/// How long an answer about evidence holds: whoever asks all the time does not make us write all the time.
const PROBE_MILLIS: i64 = 2_000;

struct EvidenceCheck {
    evidence: Arc<EvidenceStore>,
    clock: Arc<dyn Clock>,
    last: Mutex<Option<(Timestamp, bool)>>,
}

impl EvidenceCheck {
    fn new(evidence: Arc<EvidenceStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            evidence,
            clock,
            last: Mutex::default(),
        }
    }
}

#[async_trait]
impl Check for EvidenceCheck {
    fn name(&self) -> &'static str {
        "evidence"
    }

    /// Whoever asks meanwhile waits for the same answer.
    async fn works(&self) -> bool {
        let mut last = self.last.lock().await;
        let now = self.clock.now();
        if let Some((asked, works)) = *last
            && (0..PROBE_MILLIS).contains(&(now.as_millis() - asked.as_millis()))
        {
            return works;
        }
        let works = self.evidence.is_writable(now).await;
        *last = Some((now, works));
        works
    }
}
