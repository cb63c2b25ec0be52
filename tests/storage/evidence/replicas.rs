//! The withdrawal fence with several replicas on one PostgreSQL, when one of them pauses, hangs or is killed.
//!
//! Each replica appends to a stream of its own, so that the fence alone keeps permits and withdrawals apart. That these tests
//! can fail was tried by hand: when the replicas take no fence, the hammer and the hung replica leave permits behind the
//! withdrawal. They do not notice when the idle time-out is as long as the lock time-out, since the replica hangs here
//! before anybody waits: that has a test in `tests/storage/postgres.rs`.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use rstest::rstest;
use sluis::app::evidence::{Act, Committed};
use sluis_test_kit::databases;

use super::{
    wire::{Flow, Wire},
    *,
};

async fn withdraw(store: &EvidenceStore) -> Committed {
    let act = Act {
        changes: Vec::new(),
        policy_of: vec![school(1)],
        drafts: vec![act(school(1))],
        ..Act::default()
    };
    store.act(act).await.unwrap()[0]
}

/// Decides by what it holds until it is recorded, as a use case does; a replica whose connection was ended may refuse.
async fn decide_until_recorded(store: &EvidenceStore, epoch: u64) {
    for _ in 0..20 {
        if let Ok(Recorded::Committed(_)) = store.decision(entry(1, epoch)).await {
            return;
        }
    }
    panic!("the replica does not come back");
}

/// One replica falls silent or is killed at each step of the transaction that records its permit. The withdrawal at another
/// replica is answered all the same, and no permit by the policy before it stands behind it, then or later.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_hangs_or_is_killed_holds_up_no_withdrawal_and_slips_nothing_in(
    #[values(Flow::Silent, Flow::Broken)] then: Flow,
    #[values(1, 2, 3, 4, 5, 6)] step: usize,
) {
    let Some(database) = databases::postgres().await else {
        return;
    };
    let wire = Wire::to(&database.address, then).await;
    let (sound, _sound_task) = start(&database.database);
    let (third, _third_task) = start(&Database::open(&database.address).await.unwrap());
    let (failing, _failing_task) = start(&Database::open(&wire.address).await.unwrap());
    for store in [&sound, &third, &failing] {
        decide_until_recorded(store, 0).await;
    }
    wire.arm(step);
    let decision = tokio::spawn({
        let failing = Arc::clone(&failing);
        async move { failing.decision(entry(1, 0)).await }
    });
    let fell = tokio::time::timeout(Duration::from_secs(20), wire.has_fallen());
    fell.await.expect("the transaction has so many steps");
    // The others go on deciding meanwhile, and the withdrawal comes.
    withdraw(&sound).await;
    let answered = on_record(&database.database, 1).await;
    let refused = third.decision(entry(1, 0)).await.unwrap();
    assert_eq!(refused, Recorded::Stale { current: 1 });
    wire.set(Flow::Open);
    match decision.await.unwrap() {
        // That it was committed before the withdrawal is seen below.
        Ok(Recorded::Committed(_)) => {}
        Ok(Recorded::Stale { current }) => assert_eq!(current, 1),
        Ok(Recorded::Revoked) => panic!("nobody was revoked"),
        Err(error) => assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}"),
    }
    if then == Flow::Silent {
        decide_until_recorded(&failing, 1).await;
    }
    let (permits, withdrawals) = assert_fenced(&sound, &[answered]).await;
    assert!(permits >= 3 && withdrawals == 1);
}

/// Three replicas decide by policies that lag behind, while a school withdraws again and again; one of them pauses now and
/// then for longer than a transaction takes, and one is killed on the way.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_older_permit_takes_effect_on_three_replicas_one_pausing_and_one_killed() {
    const WITHDRAWALS: u64 = 40;
    let Some(database) = databases::postgres().await else {
        return;
    };
    let pausing = Wire::to(&database.address, Flow::Silent).await;
    let killed = Wire::to(&database.address, Flow::Broken).await;
    let (sound, _sound_task) = start(&database.database);
    let (second, _second_task) = start(&Database::open(&pausing.address).await.unwrap());
    let (third, _third_task) = start(&Database::open(&killed.address).await.unwrap());
    let replicas = [Arc::clone(&sound), second, third];
    let done = Arc::new(AtomicBool::new(false));
    let epoch = Arc::new(AtomicU64::new(0));
    let deciders = (0..24).map(|number| {
        let store = Arc::clone(&replicas[number % replicas.len()]);
        let (done, epoch) = (Arc::clone(&done), Arc::clone(&epoch));
        tokio::spawn(async move {
            let (mut stale, mut failed) = (0_u64, 0_u64);
            while !done.load(Ordering::Relaxed) {
                match store.decision(entry(1, epoch.load(Ordering::Relaxed))).await {
                    Ok(Recorded::Stale { .. }) => stale += 1,
                    Ok(Recorded::Committed(_)) => {}
                    Err(StoreError::Unavailable(_)) => failed += 1,
                    other => panic!("{other:?}"),
                }
                tokio::task::yield_now().await;
            }
            (stale, failed)
        })
    });
    let deciders: Vec<_> = deciders.collect();
    let mut answered = Vec::new();
    for withdrawal in 1..=WITHDRAWALS {
        let pause = Duration::from_millis(3 * (withdrawal % 7));
        if withdrawal % 4 == 0 {
            pausing.set(Flow::Silent);
            tokio::time::sleep(pause).await;
        }
        if withdrawal == WITHDRAWALS / 2 {
            killed.arm(2);
        }
        let act = tokio::spawn({
            let sound = Arc::clone(&sound);
            async move { withdraw(&sound).await }
        });
        if withdrawal % 4 == 0 {
            tokio::time::sleep(pause).await;
            pausing.set(Flow::Open);
        }
        act.await.unwrap();
        answered.push(on_record(&database.database, 1).await);
        let refused = sound.decision(entry(1, withdrawal - 1)).await.unwrap();
        assert_eq!(refused, Recorded::Stale { current: withdrawal });
        // The caches of the replicas lag behind.
        epoch.store(withdrawal, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    killed.set(Flow::Broken);
    done.store(true, Ordering::Relaxed);
    let (mut stale, mut failed) = (0, 0);
    for decider in deciders {
        let (of_stale, of_failed) = decider.await.unwrap();
        stale += of_stale;
        failed += of_failed;
    }
    assert!(stale > 0, "the hammer hit nothing");
    assert!(failed > 0, "nobody was killed");
    let (permits, withdrawals) = assert_fenced(&sound, &answered).await;
    assert!(permits > 0);
    assert_eq!(withdrawals, WITHDRAWALS);
}
