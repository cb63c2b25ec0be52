//! Decisions and acts are on record, all of them and only they.

use std::collections::BTreeSet;

use sluis::{
    app::{
        evidence::Act,
        organisation::Board,
        store::{Change, OrganisationStore, Page},
    },
    storage::repository::Repository,
};
use sluis_core::id::BoardId;
use sluis_test_kit::databases;

use super::*;

fn board(number: u128) -> Board {
    Board {
        id: BoardId::from_uuid(Uuid::from_u128(number)),
        name: "Stichting De Sluiswachter".to_owned(),
        oin: None,
        created_at: NOW,
    }
}

#[tokio::test]
async fn decisions_at_the_same_moment_are_all_recorded_once_and_in_order() {
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        let recorded = record(&store, 700).await;
        let positions: BTreeSet<u64> = recorded
            .iter()
            .map(|recorded| match recorded {
                Recorded::Committed(committed) => committed.position,
                other => panic!("nothing changed: {other:?}"),
            })
            .collect();
        assert_eq!(positions, (0..700).collect(), "{}", database.engine());
        assert_sound(&store, 700).await;

        let owner = Owner::School(school(1));
        let first = store.records(owner, &Places::default(), 200).await.unwrap();
        let rest = Places::default().past(&first);
        let rest = store.records(owner, &rest, 200).await.unwrap();
        let sequences: Vec<u64> = first.iter().chain(&rest).map(|logged| logged.record.sequence).collect();
        assert_eq!(sequences, (1..=350).collect::<Vec<_>>());
        assert!(first.iter().all(|logged| logged.record.draft.owner == owner));
    }
}

#[tokio::test]
async fn what_is_recorded_is_there_after_a_restart() {
    for database in databases::both().await {
        let (store, task) = start(&database.database);
        record(&store, 20).await;
        task.stop().await;
        assert!(!store.is_writable(NOW).await);
        assert!(matches!(
            store.decision(entry(1, 0)).await,
            Err(StoreError::Unavailable(_))
        ));
        drop(store);

        let database = database.reopen().await;
        let (store, _task) = start(&database.database);
        record(&store, 20).await;
        assert_sound(&store, 40).await;
    }
}

#[tokio::test]
async fn an_entry_that_is_refused_does_not_take_others_with_it() {
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        let twice = entry(1, 0);
        store.decision(twice.clone()).await.unwrap();
        let decisions = (0..50).map(|number| {
            let store = Arc::clone(&store);
            let entry = if number == 20 { twice.clone() } else { entry(number, 0) };
            tokio::spawn(async move { store.decision(entry).await.is_ok() })
        });
        let mut recorded = 0;
        for decision in decisions.collect::<Vec<_>>() {
            recorded += u64::from(decision.await.unwrap());
        }
        assert_eq!(recorded, 49, "{}", database.engine());
        assert_sound(&store, 50).await;
    }
}

#[tokio::test]
async fn an_act_changes_and_is_recorded_together() {
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        let acted = store
            .act(Act {
                changes: vec![Change::BoardAdded(board(1))],
                policy_of: vec![school(1), school(2), school(1)],
                drafts: vec![act(school(1)), act(school(2))],
                ..Act::default()
            })
            .await
            .unwrap();
        let places: Vec<_> = acted.iter().map(|done| (done.position, done.sequence)).collect();
        assert_eq!(places, [(0, 1), (1, 1)]);
        let repository = Repository::new(database.database.executor(), Arc::new(Unsealed));
        assert!(repository.board(board(1).id).await.unwrap().is_some());
        for number in [1, 2] {
            assert_eq!(epoch(&store, number).await, 1, "named twice, it moves on once");
        }
        assert_sound(&store, 2).await;
    }
}

/// As when the process or the server dies half way: the transaction does not commit.
#[tokio::test]
async fn a_failure_half_way_leaves_nothing() {
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        let recorded = act(school(1));
        let first = Act {
            drafts: vec![recorded.clone()],
            ..Act::default()
        };
        store.act(first).await.unwrap();
        let failing = [
            // The last statement fails: a record with this id is there.
            (vec![Change::BoardAdded(board(1))], vec![act(school(1)), recorded]),
            // The second change fails.
            (
                vec![Change::BoardAdded(board(1)), Change::BoardAdded(board(1))],
                vec![act(school(1))],
            ),
        ];
        for (changes, drafts) in failing {
            let failed = store
                .act(Act {
                    changes,
                    policy_of: vec![school(1)],
                    drafts,
                    ..Act::default()
                })
                .await;
            assert!(
                matches!(failed, Err(StoreError::Duplicate)),
                "{}: {failed:?}",
                database.engine()
            );
        }
        let repository = Repository::new(database.database.executor(), Arc::new(Unsealed));
        let all = Page { after: None, limit: 10 };
        assert_eq!(repository.boards(all).await.unwrap(), []);
        assert_eq!(epoch(&store, 1).await, 0);
        assert_sound(&store, 1).await;
        record(&store, 4).await;
        assert_sound(&store, 5).await;
    }
}
