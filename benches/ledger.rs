//! How fast evidence is recorded: group commit against one commit each, on both engines; and three replicas with a stream each
//! against one, on PostgreSQL.
//!
//! `cargo bench --bench ledger`. Variants take turns, the figure is the median of five rounds. PostgreSQL is measured
//! when a server is reachable (`SLUIS_TEST_POSTGRES_URL`).
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![expect(clippy::expect_used, reason = "a measurement that cannot be made has failed")]

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use sluis::{
    app::evidence::Entry,
    storage::{
        Database,
        evidence::{EvidenceTask, EvidenceWriter, Log},
    },
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

/// So many replicas on one database, each with a stream and a writer of its own.
async fn replicas(database: &TestDatabase, number: usize) -> Vec<(EvidenceWriter, EvidenceTask)> {
    let mut replicas = Vec::new();
    for _ in 0..number {
        let opened = Database::open(&database.address).await.expect("the database opens");
        replicas.push(EvidenceWriter::start(opened.log(&SystemRandom)));
    }
    replicas
}

/// So many wait at each of these replicas, again and again.
async fn side_by_side(replicas: &[(EvidenceWriter, EvidenceTask)], waiters: usize, each: u128) {
    let writers = replicas.iter().map(|(writer, _)| group_commit(writer, waiters, each));
    join_all(writers).await;
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

/// The same number of waiters and of records, at one replica and spread over three.
async fn measure_replicas(database: &TestDatabase) {
    let (waiters, each) = (192, 50_u128);
    let one = replicas(database, 1).await;
    let three = replicas(database, 3).await;
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    for replicas in [&one, &three] {
        side_by_side(replicas, 16, 10).await;
    }
    for _ in 0..ROUNDS {
        alone.push(timed(side_by_side(&one, waiters, each)).await);
        together.push(timed(side_by_side(&three, waiters / 3, each)).await);
    }
    let engine = database.engine();
    let base = row(engine, "1 replica, 192 wait", waiters * 50, median(alone), 0.0);
    row(
        engine,
        "3 replicas, 64 wait at each",
        waiters * 50,
        median(together),
        base,
    );
    for (_, task) in one.into_iter().chain(three) {
        task.stop().await;
    }
}

#[tokio::main]
async fn main() {
    println!("| engine   | variant                       | records/s | factor |");
    println!("|----------|-------------------------------|-----------|--------|");
    for database in databases::both().await {
        measure(&database).await;
        if let Database::Postgres(_) = &database.database {
            measure_replicas(&database).await;
        }
    }
}
