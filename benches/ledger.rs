//! How fast evidence is recorded: group commit against one commit each, on both engines.
//!
//! `cargo bench --bench ledger`. Variants take turns, the figure is the median of five rounds. PostgreSQL is measured
//! when a server is reachable (`SLUIS_TEST_POSTGRES_URL`).
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![expect(clippy::expect_used, reason = "a measurement that cannot be made has failed")]

use std::{sync::Arc, time::Duration};

use sluis::{
    app::evidence::Entry,
    storage::evidence::{EvidenceWriter, Log},
};
use sluis_core::{
    id::SchoolId,
    ledger::{Outcome, Owner, RecordDraft, RecordKind},
    random::SystemRandom,
    time::{Clock, SystemClock},
};
use sluis_test_kit::databases::{self, TestDatabase};

const ROUNDS: usize = 5;
const SCHOOLS: u128 = 20;
const WAITERS: usize = 64;

fn entry(number: u128) -> Entry {
    let school = Owner::School(SchoolId::from_uuid(uuid::Uuid::from_u128(number % SCHOOLS)));
    let (kind, outcome) = (RecordKind::Decision, Outcome::Permit);
    let now = SystemClock.now();
    let mut draft = RecordDraft::new(kind, outcome, school, "learner_search", "rest", now, &SystemRandom);
    draft.purpose = Some("D3".into());
    draft.released = vec!["eckId".into(), "givenName".into(), "groups".into()];
    Entry::new(0, draft)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement is made with the machine's own clock"
)]
async fn timed(work: impl Future<Output = ()>) -> Duration {
    let start = std::time::Instant::now();
    work.await;
    start.elapsed()
}

/// One after the other, each with a commit of its own.
async fn one_commit_each(log: &dyn Log, number: u128) {
    for n in 0..number {
        log.append(vec![Arc::new(entry(n))]).await.expect("recorded");
    }
}

/// So many wait at the same time, each for its own record, again and again.
async fn group_commit(writer: &EvidenceWriter, waiters: usize, each: u128) {
    let waiting = (0..waiters).map(|_| {
        let writer = writer.clone();
        tokio::spawn(async move {
            for n in 0..each {
                writer.record(entry(n)).await.expect("recorded");
            }
        })
    });
    for waiter in waiting.collect::<Vec<_>>() {
        waiter.await.expect("the waiter ends");
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn row(engine: &str, what: &str, records: usize, time: Duration, base: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some thousands of records")]
    let rate = records as f64 / time.as_secs_f64();
    let factor = if base > 0.0 { rate / base } else { 1.0 };
    println!("| {engine:8} | {what:29} | {rate:9.0} | {factor:6.1} |");
    rate
}

async fn measure(database: &TestDatabase) {
    let log = database.database.log(&SystemRandom);
    let (writer, task) = EvidenceWriter::start(Arc::clone(&log));
    let (alone, each) = (300_u128, 150_u128);
    let (mut single, mut lone, mut many, mut flood) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    group_commit(&writer, WAITERS, 20).await;
    for _ in 0..ROUNDS {
        single.push(timed(one_commit_each(log.as_ref(), alone)).await);
        lone.push(timed(group_commit(&writer, 1, alone)).await);
        many.push(timed(group_commit(&writer, WAITERS, each)).await);
        flood.push(timed(group_commit(&writer, 1_024, 20)).await);
    }
    let engine = database.engine();
    let base = row(engine, "one commit each", 300, median(single), 0.0);
    row(engine, "group commit, 1 waits", 300, median(lone), base);
    row(engine, "group commit, 64 wait", WAITERS * 150, median(many), base);
    row(engine, "group commit, 1,024 wait", 1_024 * 20, median(flood), base);
    task.stop().await;
}

#[tokio::main]
async fn main() {
    println!("| engine   | variant                       | records/s | factor |");
    println!("|----------|-------------------------------|-----------|--------|");
    for database in databases::both().await {
        measure(&database).await;
    }
}
