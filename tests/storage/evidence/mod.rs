//! What evidence promises, on both engines.

mod fence;
mod independent;
mod recording;
mod replicas;
mod room;
mod verifying;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use sluis::{
    app::{
        evidence::{Entry, Evidence, Recorded},
        sealing::{KeyScope, Sealing, SealingKey},
        store::StoreError,
    },
    storage::{
        Database,
        evidence::{EvidenceStore, EvidenceTask},
        repository::Repository,
    },
};
use sluis_core::{
    id::SchoolId,
    ledger::{Digest, NoteSigner, Outcome, Owner, PageLine, RecordDraft, RecordKind},
    random::SystemRandom,
    time::Timestamp,
};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// Nothing in these tests is sealed.
struct Unsealed;

#[async_trait]
impl Sealing for Unsealed {
    async fn key(&self, _: KeyScope) -> Result<Arc<dyn SealingKey>, StoreError> {
        Err(StoreError::Corrupt("no keys here"))
    }
}

fn start(database: &Database) -> (Arc<EvidenceStore>, EvidenceTask) {
    let repository = Repository::new(database.executor(), Arc::new(Unsealed));
    let signer = NoteSigner::from_seed("sluis.example/log/1", &[7; 32]).unwrap();
    let (store, task) = EvidenceStore::start(database, repository, signer);
    (Arc::new(store), task)
}

fn school(number: u128) -> SchoolId {
    SchoolId::from_uuid(Uuid::from_u128(number))
}

fn draft(owner: Owner) -> RecordDraft {
    RecordDraft::new(
        RecordKind::Decision,
        Outcome::Permit,
        owner,
        "learner_search",
        "rest",
        NOW,
        &SystemRandom,
    )
}

fn act(school: SchoolId) -> RecordDraft {
    let owner = Owner::School(school);
    RecordDraft::new(
        RecordKind::Act,
        Outcome::Done,
        owner,
        "activation_end",
        "rest",
        NOW,
        &SystemRandom,
    )
}

fn entry(number: u128, epoch: u64) -> Entry {
    Entry::new(epoch, draft(Owner::School(school(number))))
}

fn page(number: u128, epoch: u64) -> Entry {
    let line = |subject, outcome| PageLine {
        categories: vec!["CD1".into(), "CD4".into()],
        outcome,
        subject: Digest::from_bytes([subject; 32]),
    };
    let lines = vec![line(1, Outcome::Permit), line(2, Outcome::Deny)];
    Entry::page(epoch, draft(Owner::School(school(number))), lines)
}

/// Records so many decisions at once, for two schools in turns; every third is a page.
async fn record(store: &Arc<EvidenceStore>, number: u128) -> Vec<Recorded> {
    let decisions = (0..number).map(|n| {
        let store = Arc::clone(store);
        let entry = if n % 3 == 0 { page(n % 2, 0) } else { entry(n % 2, 0) };
        tokio::spawn(async move { store.decision(entry).await.unwrap() })
    });
    let mut recorded = Vec::new();
    for decision in decisions.collect::<Vec<_>>() {
        recorded.push(decision.await.unwrap());
    }
    recorded
}

/// The epoch of a school, as a decision by a wrong one is told.
async fn epoch(store: &EvidenceStore, number: u128) -> u64 {
    match store.decision(entry(number, u64::MAX)).await.unwrap() {
        Recorded::Stale { current } => current,
        other => panic!("no epoch is that high: {other:?}"),
    }
}

/// The whole ledger is sound and has so many records.
async fn assert_sound(store: &EvidenceStore, records: u64) {
    let report = store.verify().await.unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.records, records);
}
