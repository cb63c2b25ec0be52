//! What evidence promises, on both engines.

mod fence;
mod independent;
mod recording;
mod replicas;
mod room;
mod streams;
mod verifying;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use sluis::{
    app::{
        evidence::{Entry, Evidence, LoggedRecord, Places, Recorded},
        sealing::{KeyScope, Sealing, SealingKey, Subjects},
        store::StoreError,
    },
    storage::{
        Database, Statement,
        evidence::{EvidenceStore, EvidenceTask},
        params,
        repository::Repository,
    },
};
use sluis_core::{
    id::SchoolId,
    ledger::{Digest, NoteSigner, Outcome, Owner, PageLine, RecordDraft, RecordKind},
    random::SystemRandom,
    time::{Timestamp, Year},
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

    async fn subjects(&self, _: SchoolId, _: Year) -> Result<Subjects, StoreError> {
        Err(StoreError::Corrupt("no keys here"))
    }

    async fn subjects_of_all_years(&self, _: SchoolId) -> Result<Vec<Subjects>, StoreError> {
        Err(StoreError::Corrupt("no keys here"))
    }

    async fn subjects_until(&self, _: Year) -> Result<Vec<(SchoolId, Year)>, StoreError> {
        Err(StoreError::Corrupt("no keys here"))
    }

    async fn forget_subjects(&self, _: SchoolId, _: Year) {}
}

fn start(database: &Database) -> (Arc<EvidenceStore>, EvidenceTask) {
    let repository = Repository::new(database.executor(), Arc::new(Unsealed));
    let signer = NoteSigner::from_seed("sluis.example/log/1", &[7; 32]).unwrap();
    let (store, task) = EvidenceStore::start(database, repository, signer, &SystemRandom);
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

/// The last record of an owner in each stream.
const ENDS: Statement = Statement {
    name: "test_ends",
    sql: "SELECT stream, sequence FROM ledger_heads WHERE owner = $1 ORDER BY stream",
};

/// What is on record of a school at this moment: up to which record, in each stream.
async fn on_record(database: &Database, number: u128) -> Places {
    let key = Owner::School(school(number)).key();
    let rows = database.executor().read(&ENDS, params![key]).await.unwrap();
    let places = rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap()));
    places.collect()
}

/// Every record of a school, over all streams, page by page.
async fn all_records(store: &EvidenceStore, number: u128) -> Vec<LoggedRecord> {
    let (mut all, mut places) = (Vec::new(), Places::default());
    loop {
        let page = store.records(Owner::School(school(number)), &places, 1_000).await;
        let page = page.unwrap();
        if page.is_empty() {
            return all;
        }
        places = places.past(&page);
        all.extend(page);
    }
}

/// `answered` is what was on record when each withdrawal of school 1 had been answered. A permit by the policy before a
/// withdrawal stands within that; in a stream no permit is by an older policy than one before it. How many permits, and how
/// many withdrawals there are.
async fn assert_fenced(store: &EvidenceStore, answered: &[Places]) -> (u64, u64) {
    let (mut permits, mut withdrawals) = (0, 0);
    let mut newest = std::collections::BTreeMap::new();
    let records = all_records(store, 1).await;
    for logged in &records {
        let (stream, sequence) = (logged.stream, logged.record.sequence);
        let Some(epoch) = logged.record.draft.policy_epoch else {
            withdrawals += 1;
            continue;
        };
        permits += 1;
        if let Some(places) = answered.get(usize::try_from(epoch).unwrap()) {
            assert!(
                sequence <= places.in_stream(stream),
                "permit {sequence} in stream {stream} by epoch {epoch}, which had ended"
            );
        }
        let before = newest.insert(stream, epoch).unwrap_or_default();
        assert!(
            before <= epoch,
            "permit {sequence} in stream {stream} goes back to epoch {epoch}"
        );
    }
    assert_sound(store, u64::try_from(records.len()).unwrap()).await;
    (permits, withdrawals)
}

/// The whole ledger is sound and has so many records.
async fn assert_sound(store: &EvidenceStore, records: u64) {
    let report = store.verify().await.unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.records, records);
}
