//! Use cases, and the ports they need. Knows neither SQL nor HTTP.
//!
//! | ports | implemented by |
//! |---|---|
//! | [`store`], [`sealing`], [`evidence`] | `storage` |
//! | [`openid`] (tokens, our provider), [`login`] (Kennisnet) | `federation` |
//! | [`pull`] (connectors) | `cli`, from the connector crates |
//!
//! Everything about persons goes through `gatekeeper`: there is no other door.

mod account;
pub mod account_change;
pub mod account_key;
mod act;
pub mod action;
mod activate;
pub mod activation;
mod admit;
pub mod agree;
pub mod agreement;
pub mod agreement_step;
pub mod authentication;
pub mod authorise;
pub mod caller;
pub mod client;
pub mod compare;
pub mod connection;
pub mod consent;
pub mod consents;
pub mod contact;
pub mod cover;
pub mod disclosure;
mod disclosure_sealed;
pub mod disclosures;
pub mod enrol;
pub mod error;
pub mod evidence;
pub mod feed;
pub mod gatekeeper;
pub mod handover;
pub mod handover_fetch;
mod handover_sealed;
pub mod handovers;
mod inspect;
pub mod instruct;
pub mod instruction;
pub mod intake;
pub mod judge;
mod known;
pub mod learner;
pub mod life;
pub mod link;
pub mod login;
mod look;
pub mod matter;
pub mod matters;
pub mod narrow;
pub mod narrowing;
pub mod once;
pub mod openid;
pub mod organisation;
pub mod organise;
mod policy;
pub mod pull;
pub mod reach;
pub mod reason;
pub mod reassign;
pub mod register;
pub mod restrict;
pub mod restriction;
mod roster;
mod run;
pub mod sealing;
mod secret;
pub mod stance;
pub mod store;
pub mod subject;
pub mod take_stance;
pub mod trace;
pub mod whom;
pub mod words;

use std::{
    num::NonZeroU8,
    sync::{Arc, Weak},
};

use moka::future::Cache;
use sluis_core::{
    catalogue::Catalogue,
    gate::SchoolPolicy,
    id::{ClientId, SchoolId},
    identifier::EckIdRules,
    random::Random,
    time::Clock,
};
use tokio::{runtime::Handle, sync::Semaphore};
use tokio_util::task::TaskTracker;

use self::{
    caller::Role,
    error::AppError,
    evidence::Evidence,
    intake::ShrinkGuard,
    login::IdentityProvider,
    openid::Tokens,
    policy::Annexes,
    pull::Connectors,
    roster::Roster,
    sealing::Sealing,
    store::{Store, StoreError},
};

/// How many policies stay in memory.
const POLICIES: u64 = 100_000;

/// How many annexes stay in memory.
const ANNEXES: u64 = 10_000;

/// Of how many clients it is remembered what they act for.
const ROLES: u64 = 100_000;

/// The parts that the use cases are put together from.
pub struct Parts {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The random source.
    pub random: Arc<dyn Random>,
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// The records.
    pub evidence: Arc<dyn Evidence>,
    /// The keys.
    pub sealing: Arc<dyn Sealing>,
    /// Access tokens and keys of clients.
    pub tokens: Arc<dyn Tokens>,
    /// Where people log in.
    pub identities: Arc<dyn IdentityProvider>,
    /// The administration systems.
    pub connectors: Arc<dyn Connectors>,
    /// Purposes, categories and attributes.
    pub catalogue: &'static Catalogue,
    /// The settings of the use cases.
    pub settings: AppSettings,
}

/// The settings of the use cases.
#[derive(Debug, Clone)]
pub struct AppSettings {
    /// Which ECK iDs are taken in.
    pub eck_ids: EckIdRules,
    /// How long somebody may take to log in, in seconds.
    pub login_secs: i64,
    /// How long an authorization code is good for, in seconds.
    pub code_secs: i64,
    /// When a delivery is too small to be believed.
    pub shrink_guard: ShrinkGuard,
    /// How many deliveries are asked from administration systems at once.
    pub pulls_at_once: usize,
    /// For how many calendar years after its own the key of a year is kept by which records know persons.
    pub subject_retention_years: NonZeroU8,
    /// How many persons of opened rosters stay in memory.
    pub persons_in_memory: u64,
}

/// The use cases.
pub struct App {
    /// For work that must come to its end even when its caller goes away.
    me: Weak<Self>,
    runtime: Handle,
    detached: TaskTracker,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    store: Arc<dyn Store>,
    evidence: Arc<dyn Evidence>,
    sealing: Arc<dyn Sealing>,
    tokens: Arc<dyn Tokens>,
    identities: Arc<dyn IdentityProvider>,
    connectors: Arc<dyn Connectors>,
    catalogue: &'static Catalogue,
    settings: AppSettings,
    annexes: Annexes,
    pulls: Semaphore,
    policies: Cache<SchoolId, Arc<SchoolPolicy>>,
    rosters: Cache<SchoolId, Arc<Roster>>,
    /// What clients act for, those revoked meanwhile too: it never changes.
    roles: moka::sync::Cache<ClientId, Role>,
}

impl App {
    /// Puts the use cases together, on the present runtime.
    pub fn new(parts: Parts) -> Arc<Self> {
        let weigh = |_: &SchoolId, roster: &Arc<Roster>| u32::try_from(roster.persons.len()).unwrap_or(u32::MAX);
        Arc::new_cyclic(|me| Self {
            me: me.clone(),
            runtime: Handle::current(),
            detached: TaskTracker::new(),
            clock: parts.clock,
            random: parts.random,
            store: parts.store,
            evidence: parts.evidence,
            sealing: parts.sealing,
            tokens: parts.tokens,
            identities: parts.identities,
            connectors: parts.connectors,
            catalogue: parts.catalogue,
            annexes: Annexes::new(ANNEXES),
            pulls: Semaphore::new(parts.settings.pulls_at_once),
            policies: Cache::new(POLICIES),
            rosters: Cache::builder()
                .weigher(weigh)
                .max_capacity(parts.settings.persons_in_memory)
                .build(),
            roles: moka::sync::Cache::new(ROLES),
            settings: parts.settings,
        })
    }

    fn me(&self) -> Result<Arc<Self>, AppError> {
        self.me
            .upgrade()
            .ok_or(AppError::Unavailable(StoreError::Corrupt("service")))
    }

    /// Does work that comes to its end whether or not somebody waits for it. It is not on the runtime of the caller: that
    /// of an HTTP worker ends with its last request.
    async fn detached<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, AppError>> + Send + 'static,
    ) -> Result<T, AppError> {
        self.detached
            .spawn_on(work, &self.runtime)
            .await
            .map_err(|ended| AppError::Unavailable(StoreError::Unavailable(Box::new(ended))))?
    }

    /// Waits for the work that comes to its end whether or not somebody waits for it.
    pub async fn finish(&self) {
        self.detached.close();
        self.detached.wait().await;
    }

    /// The catalogue.
    pub const fn catalogue(&self) -> &'static Catalogue {
        self.catalogue
    }
}
