//! Streams of the log: each replica has one, none is left behind, and acts take turns all the same. Tried by hand: when acts
//! take no turn, more clients are added than may be.

use std::{
    num::NonZeroUsize,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use sluis::{
    app::{
        caller::Role,
        client::{CLIENTS, Client},
        evidence::{Act, Committed},
        organisation::Board,
        store::{Change, Store},
    },
    storage::{
        Limits, StorageError,
        postgres::{IsolationLevel, Postgres, Transaction, Work, bind},
    },
};
use sluis_core::id::{BoardId, Id};
use sluis_test_kit::databases;
use tokio::sync::Notify;

use super::*;

const AGE: Statement = Statement {
    name: "test_age_leases",
    sql: "UPDATE ledger_streams SET lease_until = 0 WHERE holder IS NOT NULL",
};
const HELD: Statement = Statement {
    name: "test_held",
    sql: "SELECT stream FROM ledger_streams WHERE holder IS NOT NULL AND lease_until > 0 ORDER BY stream",
};
const LOCKED: Statement = Statement {
    name: "test_lock_stream",
    sql: "SELECT stream FROM ledger_streams WHERE stream = $1 FOR UPDATE",
};

/// All leases run out at once, as if nobody had been heard of for a while.
struct LeasesRunOut;

#[async_trait]
impl Work for LeasesRunOut {
    type Output = ();

    async fn run(&self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
        bind::execute(transaction, &AGE, &params![]).await?;
        Ok(())
    }
}

async fn leases_run_out(database: &Database) {
    let isolation = IsolationLevel::ReadCommitted;
    server(database).transaction(isolation, &LeasesRunOut).await.unwrap();
}

fn server(database: &Database) -> &Postgres {
    match database {
        Database::Postgres(postgres) => postgres,
        Database::Sqlite(_) => panic!("it was asked for"),
    }
}

async fn held(database: &Database) -> Vec<u64> {
    let rows = database.executor().read(&HELD, params![]).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

async fn replica(address: &str) -> (Arc<EvidenceStore>, EvidenceTask) {
    // Many tests share one server.
    let limits = Limits {
        connections: const { NonZeroUsize::new(3).unwrap() },
        ..Limits::default()
    };
    start(&Database::open_within(address, limits).await.unwrap())
}

/// Decides at a replica, and tells where the record stands.
async fn decide(store: &EvidenceStore) -> Committed {
    match store.decision(entry(1, 0)).await.unwrap() {
        Recorded::Committed(committed) => committed,
        other => panic!("nothing was withdrawn: {other:?}"),
    }
}

fn place(committed: Committed) -> (u64, u64) {
    (committed.stream, committed.sequence)
}

#[tokio::test]
async fn each_replica_appends_to_a_stream_of_its_own_and_a_school_reads_all_of_them() {
    let Some(database) = databases::postgres().await else {
        return;
    };
    let mut replicas = Vec::new();
    for _ in 0..3 {
        replicas.push(replica(&database.address).await);
    }
    for round in 1..=5 {
        for (number, (store, _task)) in (1..).zip(&replicas) {
            assert_eq!(place(decide(store).await), (number, round));
        }
    }
    let (store, _task) = &replicas[0];
    let (mut read, mut places) = (Vec::new(), Places::default());
    loop {
        let page = store.records(Owner::School(school(1)), &places, 4).await.unwrap();
        let Some(last) = page.last() else { break };
        assert_eq!(last.record.draft.owner, Owner::School(school(1)));
        places = places.past(&page);
        read.extend(page.iter().map(|logged| (logged.stream, logged.record.sequence)));
        // What comes while it is read is read too, once.
        if read.len() == 8 {
            decide(&replicas[2].0).await;
        }
    }
    read.sort_unstable();
    let all = (1..=3).flat_map(|stream| (1..=5).map(move |sequence| (stream, sequence)));
    assert_eq!(read, all.chain([(3, 6)]).collect::<Vec<_>>());
    assert_sound(store, 16).await;
}

#[tokio::test]
async fn a_stream_that_was_left_is_gone_on_with_by_whoever_comes_next() {
    let Some(database) = databases::postgres().await else {
        return;
    };
    let (first, first_task) = replica(&database.address).await;
    let (second, second_task) = replica(&database.address).await;
    assert_eq!(
        [place(decide(&first).await), place(decide(&second).await)],
        [(1, 1), (2, 1)]
    );
    first_task.stop().await;
    second_task.stop().await;
    assert_eq!(held(&database.database).await, [0_u64; 0]);
    let (third, _task) = replica(&database.address).await;
    let (fourth, _task) = replica(&database.address).await;
    assert_eq!(
        [place(decide(&third).await), place(decide(&fourth).await)],
        [(1, 2), (2, 2)]
    );
    assert_sound(&third, 4).await;
}

#[tokio::test]
async fn the_stream_of_a_killed_replica_is_taken_when_its_lease_has_run_out_and_not_before() {
    let Some(database) = databases::postgres().await else {
        return;
    };
    let (sound, _task) = replica(&database.address).await;
    decide(&sound).await;
    let wire = super::wire::Wire::to(&database.address, super::wire::Flow::Broken).await;
    let (killed, _killed_task) = replica(&wire.address).await;
    assert_eq!(place(decide(&killed).await), (2, 1));
    drop(wire);
    assert!(killed.decision(entry(1, 0)).await.is_err());
    let (third, _task) = replica(&database.address).await;
    assert_eq!(place(decide(&third).await), (3, 1), "the lease of stream 2 holds");
    leases_run_out(&database.database).await;
    sound.tend().await;
    third.tend().await;
    let (fourth, _task) = replica(&database.address).await;
    assert_eq!(place(decide(&fourth).await), (2, 2));
    assert_sound(&sound, 4).await;
}

#[tokio::test]
async fn a_replica_that_lost_its_stream_goes_on_with_another() {
    let Some(database) = databases::postgres().await else {
        return;
    };
    let (slow, _task) = replica(&database.address).await;
    assert_eq!(place(decide(&slow).await), (1, 1));
    leases_run_out(&database.database).await;
    assert_eq!(place(decide(&slow).await), (1, 2), "nobody took it meanwhile");
    leases_run_out(&database.database).await;
    let (quick, _task) = replica(&database.address).await;
    assert_eq!(place(decide(&quick).await), (1, 3));
    assert_eq!(place(decide(&slow).await), (2, 1));
    assert_sound(&slow, 4).await;
}

#[tokio::test]
async fn an_idle_replica_keeps_its_stream_by_tending_it() {
    let Some(database) = databases::postgres().await else {
        return;
    };
    let (idle, _task) = replica(&database.address).await;
    idle.tend().await;
    assert_eq!(
        held(&database.database).await,
        [0_u64; 0],
        "who has recorded nothing holds nothing"
    );
    decide(&idle).await;
    leases_run_out(&database.database).await;
    idle.tend().await;
    assert_eq!(held(&database.database).await, [1]);
    let (other, _task) = replica(&database.address).await;
    assert_eq!(place(decide(&other).await), (2, 1));
}

/// Leases run out all the time and new replicas come, while three record and act: whoever holds what at which moment, each
/// record is in the tree and in the chain once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn however_streams_change_hands_nothing_is_lost_and_no_tree_forks() {
    let Some(database) = databases::postgres().await else {
        return;
    };
    let done = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    let mut recorders = Vec::new();
    for number in 0..3 {
        let (store, task) = replica(&database.address).await;
        tasks.push(task);
        for turn in 0..4 {
            let (store, done) = (Arc::clone(&store), Arc::clone(&done));
            recorders.push(tokio::spawn(async move {
                let mut recorded = 0_u64;
                while !done.load(Ordering::Relaxed) {
                    if turn == 0 {
                        let drafts = vec![act(school(number))];
                        store
                            .act(Act {
                                drafts,
                                ..Act::default()
                            })
                            .await
                            .unwrap();
                    } else {
                        decide(&store).await;
                    }
                    recorded += 1;
                }
                recorded
            }));
        }
    }
    let mut recorded = 0;
    for _ in 0..12 {
        leases_run_out(&database.database).await;
        let (newcomer, task) = replica(&database.address).await;
        decide(&newcomer).await;
        recorded += 1;
        tasks.push(task);
    }
    done.store(true, Ordering::Relaxed);
    for recorder in recorders {
        recorded += recorder.await.unwrap();
    }
    let (store, _task) = replica(&database.address).await;
    assert_sound(&store, recorded).await;
}

/// A transaction that has locked a stream and stays.
struct Locked {
    stream: i64,
    reached: Notify,
    go: Notify,
}

#[async_trait]
impl Work for Locked {
    type Output = ();

    async fn run(&self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
        bind::query(transaction, &LOCKED, &params![self.stream]).await?;
        self.reached.notify_one();
        self.go.notified().await;
        Ok(())
    }
}

#[tokio::test]
async fn a_replica_waits_for_no_stream_but_its_own() {
    let Some(database) = databases::postgres().await else {
        return;
    };
    let (first, _task) = replica(&database.address).await;
    let (second, _task) = replica(&database.address).await;
    decide(&first).await;
    decide(&second).await;
    let postgres = server(&database.database);
    let locked = Locked {
        stream: 1,
        reached: Notify::new(),
        go: Notify::new(),
    };
    let others = async {
        locked.reached.notified().await;
        decide(&second).await;
        let drafts = vec![act(school(1))];
        second
            .act(Act {
                drafts,
                policy_of: vec![school(1)],
                ..Act::default()
            })
            .await
            .unwrap();
        let own = tokio::time::timeout(Duration::from_millis(100), decide(&first)).await;
        assert!(own.is_err(), "stream 1 is locked");
        locked.go.notify_one();
    };
    let (held, ()) = tokio::join!(postgres.transaction(IsolationLevel::ReadCommitted, &locked), others);
    held.unwrap();
}

fn client(board: BoardId) -> Client {
    Client {
        id: Id::generate(NOW, &SystemRandom),
        name: "Sluiswachter".to_owned(),
        role: Role::Board(board),
        jwks: "{}".to_owned(),
        redirect_uris: Vec::new(),
        created_at: NOW,
        revoked_at: None,
    }
}

/// An act reads how many there are and adds one: two at once would both find the last place free.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acts_take_turns_over_all_replicas_so_that_a_limit_holds() {
    let Some(database) = databases::postgres().await else {
        return;
    };
    let board = Board {
        id: Id::generate(NOW, &SystemRandom),
        name: "Stichting De Sluiswachter".to_owned(),
        oin: None,
        created_at: NOW,
    };
    let repository = Repository::new(database.database.executor(), Arc::new(Unsealed));
    repository
        .apply(vec![Change::BoardAdded(board.clone())], false)
        .await
        .unwrap();
    let replicas = [
        replica(&database.address).await,
        replica(&database.address).await,
        replica(&database.address).await,
    ];
    let adding = (0..60).map(|number: usize| {
        let (store, _task) = &replicas[number % replicas.len()];
        let (store, added) = (Arc::clone(store), client(board.id));
        tokio::spawn(async move {
            let act = Act {
                changes: vec![Change::ClientAdded(added)],
                drafts: vec![draft(Owner::Board(board.id))],
                ..Act::default()
            };
            match store.act(act).await {
                Ok(_) => true,
                Err(StoreError::Conflict) => false,
                Err(other) => panic!("{other:?}"),
            }
        })
    });
    let mut added = 0;
    for adding in adding.collect::<Vec<_>>() {
        added += u64::from(adding.await.unwrap());
    }
    assert_eq!(added, CLIENTS);
}
