//! The withdrawal fence: when an act has answered, no older permit takes effect.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use sluis::app::evidence::{Act, Committed};
use sluis_core::ledger::Record;
use sluis_test_kit::databases;

use super::*;

async fn withdraw(store: &EvidenceStore, number: u128) -> Committed {
    let act = Act {
        changes: Vec::new(),
        policy_of: vec![school(number)],
        drafts: vec![act(school(number))],
    };
    store.act(act).await.unwrap()[0]
}

#[tokio::test]
async fn a_permit_by_an_older_policy_is_refused_and_the_others_are_not() {
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        assert!(matches!(
            store.decision(entry(1, 0)).await.unwrap(),
            Recorded::Committed(_)
        ));
        withdraw(&store, 1).await;
        assert_eq!(
            store.decision(page(1, 0)).await.unwrap(),
            Recorded::Stale { current: 1 }
        );
        assert_eq!(
            store.decision(entry(1, 7)).await.unwrap(),
            Recorded::Stale { current: 1 }
        );
        for fresh in [entry(1, 1), entry(2, 0)] {
            assert!(matches!(store.decision(fresh).await.unwrap(), Recorded::Committed(_)));
        }
        assert_sound(&store, 4).await;
    }
}

#[tokio::test]
async fn what_belongs_to_no_school_has_no_fence() {
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        let entry = Entry::new(9, draft(Owner::Operator));
        assert!(matches!(store.decision(entry).await.unwrap(), Recorded::Committed(_)));
    }
}

/// Many decide by the policy that they read while it is withdrawn again and again; on PostgreSQL from two replicas.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_older_permit_takes_effect_after_a_withdrawal_however_it_is_hammered() {
    const WITHDRAWALS: u64 = 40;
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        let (other, _other_task) = match &database.database {
            Database::Sqlite(_) => (Arc::clone(&store), None),
            Database::Postgres(_) => {
                let (other, task) = start(&Database::open(&database.address).await.unwrap());
                (other, Some(task))
            }
        };
        let done = Arc::new(AtomicBool::new(false));
        // The epoch that deciders go by: it lags behind, as a cache does.
        let epoch = Arc::new(AtomicU64::new(0));
        let deciders = (0..24).map(|number| {
            let store = Arc::clone(if number % 2 == 0 { &store } else { &other });
            let (done, epoch) = (Arc::clone(&done), Arc::clone(&epoch));
            tokio::spawn(async move {
                let mut stale = 0;
                while !done.load(Ordering::Relaxed) {
                    let decided = store.decision(entry(1, epoch.load(Ordering::Relaxed))).await.unwrap();
                    stale += u64::from(matches!(decided, Recorded::Stale { .. }));
                }
                stale
            })
        });
        let deciders: Vec<_> = deciders.collect();
        let mut acts = BTreeMap::new();
        for withdrawal in 1..=WITHDRAWALS {
            acts.insert(withdrawal, withdraw(&other, 1).await.position);
            let refused = store.decision(entry(1, withdrawal - 1)).await.unwrap();
            assert_eq!(refused, Recorded::Stale { current: withdrawal });
            epoch.store(withdrawal, Ordering::Relaxed);
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        done.store(true, Ordering::Relaxed);
        let mut stale = 0;
        for decider in deciders {
            stale += decider.await.unwrap();
        }
        assert!(stale > 0, "the hammer hit nothing");

        let mut after = 0;
        let mut current = 0;
        let mut decisions = 0;
        loop {
            let records = store.records(Owner::School(school(1)), after, 1_000).await.unwrap();
            let Some(last) = records.last() else { break };
            after = last.record.sequence;
            for logged in records {
                let Record { draft, .. } = logged.record;
                match draft.policy_epoch {
                    None => {
                        current += 1;
                        assert_eq!(acts[&current], logged.position);
                    }
                    Some(epoch) => {
                        decisions += 1;
                        assert_eq!(epoch, current, "position {} on {}", logged.position, database.engine());
                    }
                }
            }
        }
        assert_eq!(current, WITHDRAWALS);
        assert!(decisions > 0);
        assert_sound(&store, after).await;
    }
}
