//! Changes of accounts over random histories, on both engines: keys lead where a naive model says, and undoing restores.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};
use sluis::{
    app::{
        account_change::{AccountChange, AccountChangeKind, PlannedChange, PlannedUndo},
        account_key::{AccountKey, AccountKeyKind},
        organisation::{Board, School, Supplier, SupplierKind},
        store::{AccountStore, Change, KeyOfAccount, Store, StoreError},
    },
    storage::repository::Repository,
};
use sluis_core::{
    id::{AccountId, Id, SchoolId, SupplierId},
    identifier::Brin6,
    random::SystemRandom,
    time::Timestamp,
};
use sluis_test_kit::databases;
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
