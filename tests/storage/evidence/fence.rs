//! The withdrawal fence: when an act has answered, no older permit takes effect.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sluis::app::{
    account_key::{AccountKey, AccountKeyKind},
    caller::Role,
    client::Client,
    evidence::{Act, Committed},
    organisation::Supplier,
    store::{Change, KeyOfAccount, Store},
};
use sluis_core::{
    agreement::SupplierKind,
    id::{ClientId, Id, SupplierId},
    random,
};
use sluis_test_kit::databases;

use super::*;

async fn withdraw(store: &EvidenceStore, number: u128) -> Committed {
    let act = Act {
        changes: Vec::new(),
        policy_of: vec![school(number)],
        drafts: vec![act(school(number))],
        ..Act::default()
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
        let mut answered = Vec::new();
        for withdrawal in 1..=WITHDRAWALS {
            withdraw(&other, 1).await;
            answered.push(on_record(&database.database, 1).await);
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

        let (permits, withdrawals) = assert_fenced(&store, &answered).await;
        assert_eq!(withdrawals, WITHDRAWALS);
        assert!(permits > 0);
    }
}

fn client() -> Client {
    Client {
        id: Id::generate(NOW, &SystemRandom),
        name: "Rekenbaai".to_owned(),
        role: Role::Operator,
        jwks: "{}".to_owned(),
        redirect_uris: Vec::new(),
        created_at: NOW,
        revoked_at: None,
    }
}

fn asked_by(client: &Client) -> Entry {
    let mut draft = draft(Owner::School(school(1)));
    draft.asker = Some(client.id);
    Entry::new(0, draft)
}

/// Acts of a client until it is revoked: every second one changes something, the others are looks. Whether it ended so.
async fn act_until_revoked(store: Arc<EvidenceStore>, client: Client, answered: Arc<AtomicBool>) -> Option<u64> {
    let mut afterwards = 0;
    for number in 0_u64.. {
        let mut draft = act(school(1));
        draft.asker = Some(client.id);
        let act = Act {
            changes: Vec::new(),
            policy_of: if number % 2 == 0 { vec![school(2)] } else { Vec::new() },
            drafts: vec![draft],
            ..Act::default()
        };
        match store.act(act).await {
            Ok(_) => afterwards += u64::from(answered.load(Ordering::SeqCst)),
            Err(StoreError::Revoked) => return None,
            Err(other) => panic!("{other:?}"),
        }
        if afterwards > 5 {
            break;
        }
    }
    Some(afterwards)
}

/// Many decide and act for a client while it is revoked, on PostgreSQL at two replicas: when that has answered, no permit of it comes
/// any more. The permits of another client in the same batches go on. Tried by hand: when decisions take no fence of their
/// client, permits come later.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn when_a_client_is_revoked_nothing_of_it_takes_effect_any_more() {
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        let (other_store, _other_task) = match &database.database {
            Database::Sqlite(_) => (Arc::clone(&store), None),
            Database::Postgres(_) => {
                let (other, task) = start(&Database::open(&database.address).await.unwrap());
                (other, Some(task))
            }
        };
        let (revoked, other) = (client(), client());
        let repository = Repository::new(database.database.executor(), Arc::new(Unsealed));
        let added = [&revoked, &other].map(|client| Change::ClientAdded(client.clone()));
        repository.apply(added.into(), false).await.unwrap();
        let answered = Arc::new(AtomicBool::new(false));
        let deciders = (0..16).map(|number| {
            let store = Arc::clone(if number % 2 == 0 { &store } else { &other_store });
            let asks = if number < 4 { other.clone() } else { revoked.clone() };
            let answered = Arc::clone(&answered);
            tokio::spawn(async move {
                let mut afterwards = 0;
                loop {
                    match store.decision(asked_by(&asks)).await.unwrap() {
                        Recorded::Committed(_) => afterwards += u64::from(answered.load(Ordering::SeqCst)),
                        Recorded::Revoked => return None,
                        Recorded::Stale { .. } => unreachable!("no policy moves here"),
                    }
                    if afterwards > 50 {
                        return Some(afterwards);
                    }
                }
            })
        });
        let mut deciders: Vec<_> = deciders.collect();
        for number in 0..4 {
            let store = Arc::clone(if number % 2 == 0 { &store } else { &other_store });
            deciders.push(tokio::spawn(act_until_revoked(
                store,
                revoked.clone(),
                Arc::clone(&answered),
            )));
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let act = Act {
            changes: vec![Change::ClientRevoked(revoked.id, NOW)],
            policy_of: Vec::new(),
            drafts: vec![draft(Owner::Operator)],
            ..Act::default()
        };
        store.act(act).await.unwrap();
        let ends = on_record(&database.database, 1).await;
        answered.store(true, Ordering::SeqCst);
        for store in [&store, &other_store] {
            assert_eq!(store.decision(asked_by(&revoked)).await.unwrap(), Recorded::Revoked);
            let ended = act_until_revoked(Arc::clone(store), revoked.clone(), Arc::clone(&answered)).await;
            assert_eq!(ended, None, "it acts once more");
        }
        let mut ended = 0;
        for decider in deciders {
            ended += u64::from(decider.await.unwrap().is_none());
        }
        assert_eq!(ended, 16);
        let mut permits = 0;
        for logged in all_records(&store, 1).await {
            if logged.record.draft.asker == Some(revoked.id) {
                permits += 1;
                let sequence = logged.record.sequence;
                assert!(
                    sequence <= ends.in_stream(logged.stream),
                    "permit {sequence} in stream {} behind the revocation",
                    logged.stream
                );
            }
        }
        assert!(permits > 0, "nothing was asked before the revocation");
        assert_eq!(store.verify().await.unwrap().findings, []);
    }
}

const LINKED: Statement = Statement {
    name: "test_linked",
    sql: "SELECT key_hash FROM account_keys",
};

/// Links keys for a client until it is revoked; how often it did.
async fn open_until_revoked(repository: Repository, supplier: SupplierId, client: ClientId) -> usize {
    let mut opened = 0;
    loop {
        let of = KeyOfAccount {
            supplier,
            account: Id::generate(NOW, &SystemRandom),
            key: AccountKey {
                kind: AccountKeyKind::EckId,
                hash: random::bytes(&SystemRandom),
            },
        };
        let changes = vec![Change::AccountKeyLinked(of, NOW), Change::AskedBy(client)];
        match repository.apply(changes, false).await {
            Ok(()) => opened += 1,
            Err(StoreError::Revoked) => return opened,
            Err(other) => panic!("{other:?}"),
        }
    }
}

/// Many open accounts for a client while it is revoked by another replica: what is there when that has answered is all there
/// ever is. Tried by hand: without the fence of the client some are opened later.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn when_a_client_is_revoked_no_account_is_opened_for_it_any_more() {
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        let executor = match &database.database {
            Database::Sqlite(_) => database.database.executor(),
            Database::Postgres(_) => Database::open(&database.address).await.unwrap().executor(),
        };
        let repository = Repository::new(Arc::clone(&executor), Arc::new(Unsealed));
        let supplier = Supplier {
            id: Id::generate(NOW, &SystemRandom),
            name: "Rekenbaai".to_owned(),
            kind: SupplierKind::Supplier,
            oin: None,
            created_at: NOW,
        };
        let of = supplier.id;
        repository
            .apply(vec![Change::SupplierAdded(supplier)], false)
            .await
            .unwrap();
        let mut before = 0;
        for _ in 0..10 {
            let revoked = client();
            repository
                .apply(vec![Change::ClientAdded(revoked.clone())], false)
                .await
                .unwrap();
            let opener = || tokio::spawn(open_until_revoked(repository.clone(), of, revoked.id));
            let openers: Vec<_> = (0..8).map(|_| opener()).collect();
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            let act = Act {
                changes: vec![Change::ClientRevoked(revoked.id, NOW)],
                policy_of: Vec::new(),
                drafts: vec![draft(Owner::Operator)],
                ..Act::default()
            };
            store.act(act).await.unwrap();
            let answered = executor.read(&LINKED, Vec::new()).await.unwrap().len();
            for opener in openers {
                before += opener.await.unwrap();
            }
            assert_eq!(answered, before, "opened after the revocation");
        }
        assert!(before > 0, "nothing was opened before");
    }
}
