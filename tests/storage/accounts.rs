//! Changes of accounts over random histories, on both engines: keys lead where a naive model says, and undoing restores.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};
use sluis::{
    app::{
        account_change::{AccountChange, AccountChangeKind, PlannedChange, PlannedUndo},
        account_key::{AccountKey, AccountKeyKind},
        evidence::{Act, Evidence},
        organisation::{Board, School, Supplier},
        store::{AccountStore, Change, KeyOfAccount, Store, StoreError},
    },
    storage::{
        Statement, StorageError,
        evidence::EvidenceStore,
        params,
        postgres::{IsolationLevel, Postgres, PostgresOptions, Transaction, Work, bind},
        repository::Repository,
    },
};
use sluis_core::{
    agreement::SupplierKind,
    id::{AccountId, Id, SchoolId, SupplierId},
    identifier::Brin6,
    ledger::{NoteSigner, Outcome, Owner, RecordDraft, RecordKind},
    random::SystemRandom,
    time::Timestamp,
};
use sluis_test_kit::databases;
use tokio::sync::Notify;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// How many keys and accounts a history is about: few, so that they meet.
const KEYS: u8 = 8;
const ACCOUNTS: u8 = 4;

#[derive(Debug, Clone)]
enum Step {
    /// A key is seen for the first time.
    Link {
        key: u8,
        account: u8,
    },
    Merge {
        from: u8,
        into: u8,
    },
    /// A key came with a stronger one.
    Join {
        key: u8,
        into: u8,
    },
    /// Those of the keys that lead to the account get a new one.
    Split {
        account: u8,
        keys: BTreeSet<u8>,
    },
    /// One of the changes so far.
    Undo {
        change: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let (key, account) = (0..KEYS, 0..ACCOUNTS);
    prop_oneof![
        (key.clone(), account.clone()).prop_map(|(key, account)| Step::Link { key, account }),
        (account.clone(), account.clone()).prop_map(|(from, into)| Step::Merge { from, into }),
        (key.clone(), account.clone()).prop_map(|(key, into)| Step::Join { key, into }),
        (account, proptest::collection::btree_set(key, 1..4)).prop_map(|(account, keys)| Step::Split { account, keys }),
        (0..8_usize).prop_map(|change| Step::Undo { change }),
    ]
}

/// A change that was made, as the model remembers it.
struct Made {
    change: AccountChange,
    moved: BTreeSet<u8>,
    /// The keys that led to either account right after it.
    after: BTreeSet<u8>,
    undone: bool,
}

/// One supplier, in a store and in a naive model of it.
struct World<'a> {
    repository: &'a Repository,
    school: SchoolId,
    supplier: SupplierId,
    keys: BTreeMap<u8, AccountId>,
    changes: Vec<Made>,
    at: Timestamp,
}

fn key(number: u8) -> AccountKey {
    AccountKey {
        kind: AccountKeyKind::SourceKey,
        hash: [number; 32],
    }
}

fn account(number: u8) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(u128::from(number) + 1))
}

impl World<'_> {
    async fn apply(&self, change: Change) -> Result<(), StoreError> {
        self.repository.apply(vec![change], false).await
    }

    fn leading_to(&self, accounts: [AccountId; 2]) -> BTreeSet<u8> {
        let keys = self.keys.iter().filter(|(_, account)| accounts.contains(account));
        keys.map(|(key, _)| *key).collect()
    }

    async fn make(&mut self, kind: AccountChangeKind, from: AccountId, into: AccountId, moved: BTreeSet<u8>) {
        let stayed = self.leading_to([from, into]);
        let change = AccountChange {
            id: Id::generate(self.at, &SystemRandom),
            school: self.school,
            supplier: self.supplier,
            kind,
            from: Some(from),
            into,
            person: None,
            made_at: self.at,
            undone_at: None,
        };
        let planned = PlannedChange {
            change: change.clone(),
            moved: moved.iter().copied().map(key).collect(),
            linked: Vec::new(),
            stayed: stayed.difference(&moved).copied().map(key).collect(),
            seen: Vec::new(),
            schools: BTreeSet::from([self.school]),
        };
        self.apply(Change::AccountChanged(planned)).await.unwrap();
        self.keys.extend(moved.iter().map(|key| (*key, into)));
        let after = self.leading_to([from, into]);
        self.changes.push(Made {
            change,
            moved,
            after,
            undone: false,
        });
    }

    /// Undoes a change; whether it could be.
    async fn undo(&mut self, number: usize) -> bool {
        let made = &self.changes[number];
        let (from, into) = (made.change.from.unwrap(), made.change.into);
        let built_on = !self.leading_to([from, into]).is_subset(&made.after);
        let moved_on = made.moved.iter().any(|key| self.keys[key] != into);
        let planned = PlannedUndo {
            change: made.change.clone(),
            moved: made.moved.iter().copied().map(key).collect(),
            linked: Vec::new(),
            seen: Vec::new(),
            at: self.at,
        };
        let built_on = built_on && made.change.kind != AccountChangeKind::Join;
        let expected = !(made.undone || built_on || moved_on);
        match self.apply(Change::AccountChangeUndone(planned)).await {
            Ok(()) => assert!(expected, "undone, though something was built on it"),
            Err(StoreError::Conflict) => assert!(!expected, "refused, though nothing was built on it"),
            Err(error) => panic!("{error:?}"),
        }
        if expected {
            let made = &mut self.changes[number];
            made.undone = true;
            self.keys.extend(made.moved.iter().map(|key| (*key, from)));
        }
        expected
    }

    async fn step(&mut self, step: &Step) {
        self.at = self.at.plus_secs(1);
        match step {
            Step::Link {
                key: number,
                account: of,
            } => {
                let linked = KeyOfAccount {
                    supplier: self.supplier,
                    account: account(*of),
                    key: key(*number),
                };
                let result = self.apply(Change::AccountKeyLinked(linked, self.at)).await;
                // A key that leads somewhere goes nowhere else by being seen.
                assert_eq!(result.is_ok(), !self.keys.contains_key(number), "{result:?}");
                self.keys.entry(*number).or_insert(account(*of));
            }
            Step::Merge { from, into } if from != into => {
                let moved = self.leading_to([account(*from); 2]);
                self.make(AccountChangeKind::Merge, account(*from), account(*into), moved)
                    .await;
            }
            Step::Join { key, into } => {
                let from = self.keys.get(key).copied().filter(|from| *from != account(*into));
                if let Some(from) = from {
                    let moved = BTreeSet::from([*key]);
                    self.make(AccountChangeKind::Join, from, account(*into), moved).await;
                }
            }
            Step::Split { account: of, keys } => {
                let moved: BTreeSet<_> = self.leading_to([account(*of); 2]).intersection(keys).copied().collect();
                let fresh = Id::generate(self.at, &SystemRandom);
                if !moved.is_empty() {
                    self.make(AccountChangeKind::Split, account(*of), fresh, moved).await;
                }
            }
            Step::Undo { change } if *change < self.changes.len() => drop(self.undo(*change).await),
            Step::Merge { .. } | Step::Undo { .. } => {}
        }
        self.compare().await;
    }

    async fn compare(&self) {
        let hashes = (0..KEYS).map(|number| key(number).hash).collect();
        let found = self.repository.keys_of_accounts(self.supplier, self.school, hashes);
        let found: BTreeMap<_, _> = found
            .await
            .unwrap()
            .into_iter()
            .map(|(stored, _)| (stored.key.hash[0], stored.account))
            .collect();
        assert_eq!(found, self.keys);
    }
}

async fn parties(repository: &Repository) -> SchoolId {
    let board = Board {
        id: Id::generate(NOW, &SystemRandom),
        name: "Stichting De Vuurtoren".to_owned(),
        oin: None,
        created_at: NOW,
    };
    let school = School {
        id: Id::generate(NOW, &SystemRandom),
        board: board.id,
        name: "De Baken".to_owned(),
        brin: Brin6::parse("99ZZ00").unwrap(),
        oin: None,
        rio: None,
        digi_delivery_id: None,
        created_at: NOW,
    };
    let id = school.id;
    let changes = vec![Change::BoardAdded(board), Change::SchoolAdded(school)];
    repository.apply(changes, false).await.unwrap();
    id
}

async fn supplier(repository: &Repository) -> SupplierId {
    let supplier = Supplier {
        id: Id::generate(NOW, &SystemRandom),
        name: "Wadden Leermiddelen B.V.".to_owned(),
        kind: SupplierKind::Supplier,
        oin: None,
        created_at: NOW,
    };
    let id = supplier.id;
    repository
        .apply(vec![Change::SupplierAdded(supplier)], false)
        .await
        .unwrap();
    id
}

#[tokio::test]
async fn keys_lead_where_the_model_says_and_undoing_restores() {
    let strategy = (vec((0..KEYS, 0..ACCOUNTS), 1..12), vec(step(), 1..20));
    for database in databases::both().await {
        let keyring = Arc::new(database.keyring().await);
        let repository = Repository::new(database.database.executor(), keyring);
        let school = parties(&repository).await;
        let mut runner = TestRunner::deterministic();
        for _ in 0..24 {
            let (links, steps) = strategy.new_tree(&mut runner).unwrap().current();
            let mut world = World {
                repository: &repository,
                school,
                supplier: supplier(&repository).await,
                keys: BTreeMap::new(),
                changes: Vec::new(),
                at: NOW,
            };
            for (key, account) in links {
                world.step(&Step::Link { key, account }).await;
            }
            let before = world.keys.clone();
            for step in steps
                .iter()
                .filter(|step| !matches!(step, Step::Link { .. } | Step::Undo { .. }))
            {
                world.step(step).await;
            }
            for number in (0..world.changes.len()).rev() {
                assert!(world.undo(number).await, "the latest change can always be undone");
            }
            assert_eq!(world.keys, before, "undoing everything restores everything");
            world.compare().await;
            for step in &steps {
                world.step(step).await;
            }
        }
    }
}

const HELD: Statement = Statement {
    name: "test_key_held",
    sql: "UPDATE account_keys SET kind = kind WHERE supplier = $1 AND key_hash = $2 RETURNING key_hash",
};
const LINKED: Statement = Statement {
    name: "test_key_linked",
    sql: "INSERT INTO account_keys (supplier, key_hash, kind, account, since) VALUES ($1, $2, 'sourceKey', $3, 1) \
          RETURNING key_hash",
};

/// Somebody is found by a key and links another one by it, and waits before it is committed.
struct Linking {
    supplier: SupplierId,
    reached: Arc<Notify>,
    go: Arc<Notify>,
}

#[async_trait]
impl Work for Linking {
    type Output = ();

    async fn run(&self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
        bind::query(transaction, &HELD, &params![self.supplier, key(1).hash]).await?;
        let values = params![self.supplier, key(3).hash, account(2)];
        bind::query(transaction, &LINKED, &values).await?;
        self.reached.notify_one();
        self.go.notified().await;
        Ok(())
    }
}

#[tokio::test]
async fn undoing_leaves_nobody_behind_who_linked_a_key_at_the_same_moment() {
    for database in databases::both().await {
        if database.engine() != "postgres" {
            // One writer at a time.
            continue;
        }
        let repository = Repository::new(database.database.executor(), Arc::new(database.keyring().await));
        let mut world = World {
            repository: &repository,
            school: parties(&repository).await,
            supplier: supplier(&repository).await,
            keys: BTreeMap::new(),
            changes: Vec::new(),
            at: NOW,
        };
        for key in [1, 2] {
            world.step(&Step::Link { key, account: key }).await;
        }
        world.step(&Step::Merge { from: 1, into: 2 }).await;
        let signer = NoteSigner::from_seed("sluis.example/log/1", &[7; 32]).unwrap();
        let (evidence, _task) = EvidenceStore::start(&database.database, repository.clone(), signer, &SystemRandom);
        let owner = Owner::School(world.school);
        let (kind, done) = (RecordKind::Act, Outcome::Done);
        let undoing = Act {
            changes: vec![Change::AccountChangeUndone(PlannedUndo {
                change: world.changes[0].change.clone(),
                moved: vec![key(1)],
                linked: Vec::new(),
                seen: Vec::new(),
                at: NOW,
            })],
            policy_of: vec![world.school],
            drafts: vec![RecordDraft::new(
                kind,
                done,
                owner,
                "account_change.undo",
                "api",
                NOW,
                &SystemRandom,
            )],
            ..Act::default()
        };
        let other = Postgres::open(PostgresOptions::parse(&database.address).unwrap())
            .await
            .unwrap();
        let (reached, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let work = Linking {
            supplier: world.supplier,
            reached: Arc::clone(&reached),
            go: Arc::clone(&go),
        };
        let linking = other.transaction(IsolationLevel::Serializable, &work);
        let undo = async {
            reached.notified().await;
            let undo = evidence.act(undoing);
            tokio::pin!(undo);
            let early = tokio::time::timeout(Duration::from_millis(200), &mut undo).await;
            assert!(early.is_err(), "it waits for who holds the key");
            go.notify_one();
            undo.await
        };
        let (linked, undone) = tokio::join!(linking, undo);
        linked.unwrap();
        assert!(matches!(undone, Err(StoreError::Conflict)), "{undone:?}");
        world.keys.insert(3, account(2));
        world.compare().await;
    }
}

#[tokio::test]
async fn what_never_moved_on_is_held_too() {
    for database in databases::both().await {
        let repository = Repository::new(database.database.executor(), Arc::new(database.keyring().await));
        let school = parties(&repository).await;
        let held = async |epoch| repository.apply(vec![Change::EpochHeld(school, epoch)], false).await;
        held(0).await.unwrap();
        assert!(matches!(held(1).await, Err(StoreError::Conflict)));
        let signer = NoteSigner::from_seed("sluis.example/log/1", &[7; 32]).unwrap();
        let (evidence, _task) = EvidenceStore::start(&database.database, repository.clone(), signer, &SystemRandom);
        let act = Act {
            policy_of: vec![school],
            ..Act::default()
        };
        evidence.act(act).await.unwrap();
        held(1).await.unwrap();
        assert!(matches!(held(0).await, Err(StoreError::Conflict)));
    }
}
