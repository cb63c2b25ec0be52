use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn eck(number: u8) -> AccountKey {
    AccountKey {
        kind: AccountKeyKind::EckId,
        hash: [number; 32],
    }
}

fn source(number: u8) -> AccountKey {
    AccountKey {
        kind: AccountKeyKind::SourceKey,
        hash: [number | 0x80; 32],
    }
}

/// Two accounts that were joined by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Joined {
    key: AccountKey,
    from: AccountId,
    into: AccountId,
    undone: bool,
}

/// The keys of a supplier, kept from one delivery to the next as the tables keep them.
#[derive(Default)]
struct Kept {
    keys: BTreeMap<(AccountKeyKind, [u8; 32]), AccountId>,
    joined: Vec<Joined>,
    opened: u128,
}

impl Kept {
    fn known(&self) -> KnownKeys {
        let mut known = KnownKeys::default();
        for ((kind, hash), account) in &self.keys {
            known.learn(
                AccountKey {
                    kind: *kind,
                    hash: *hash,
                },
                *account,
            );
        }
        for joined in self.joined.iter().filter(|joined| joined.undone) {
            known.learn_apart(joined.from, joined.into);
        }
        known
    }

    fn see(&mut self, keys: &[AccountKey]) -> AccountId {
        let mut known = self.known();
        let to_join = known.to_join(keys);
        let resolution = known.resolve(keys, || {
            self.opened += 1;
            AccountId::from_uuid(Uuid::from_u128(self.opened))
        });
        let into = resolution.account;
        for key in &resolution.link {
            self.keys.insert((key.kind, key.hash), into);
        }
        for TakenKey { key, from, joins } in resolution.take {
            self.keys.insert((key.kind, key.hash), into);
            if joins {
                assert_eq!(
                    to_join,
                    Some((from, into)),
                    "whoever joins can ask first whether they are apart"
                );
                let undone = false;
                self.joined.push(Joined {
                    key,
                    from,
                    into,
                    undone,
                });
            }
        }
        let again = self
            .known()
            .resolve(keys, || unreachable!("the account is known by now"));
        assert_eq!(
            (again.account, again.link.len(), again.take.len()),
            (into, 0, 0),
            "what was put on record settles it"
        );
        into
    }

    fn leads(&self, key: AccountKey) -> Option<AccountId> {
        self.keys.get(&(key.kind, key.hash)).copied()
    }

    /// Undoes a join, if the key still leads where it led since.
    fn undo(&mut self, number: usize) -> Option<Joined> {
        let joined = *self.joined.get(number)?;
        if joined.undone || self.leads(joined.key) != Some(joined.into) {
            return None;
        }
        self.joined[number].undone = true;
        self.keys.insert((joined.key.kind, joined.key.hash), joined.from);
        Some(joined)
    }

    /// Where an account went by all that was joined and not undone.
    fn now(&self, mut account: AccountId) -> AccountId {
        while let Some(joined) = self
            .joined
            .iter()
            .find(|joined| joined.from == account && !joined.undone)
        {
            account = joined.into;
        }
        account
    }

    fn are_apart(&self, from: AccountId, into: AccountId) -> bool {
        let mut undone = self.joined.iter().filter(|joined| joined.undone);
        undone.any(|joined| (joined.from, joined.into) == (from, into))
    }
}

#[test]
fn an_account_stays_when_an_eck_id_comes_goes_and_comes_back() {
    let mut kept = Kept::default();
    let account = kept.see(&[source(1)]);
    for keys in [
        vec![eck(1), source(1)],
        vec![source(1)],
        vec![eck(1)],
        vec![eck(1), source(2)],
        vec![source(2)],
    ] {
        assert_eq!(kept.see(&keys), account, "{keys:?}");
    }
}

#[test]
fn a_key_of_the_administration_that_goes_to_somebody_else_takes_no_account_along() {
    let mut kept = Kept::default();
    let left = kept.see(&[eck(1), source(1)]);
    let new = kept.see(&[eck(2), source(1)]);
    assert_ne!(left, new);
    assert_eq!(kept.see(&[source(1)]), new, "the key leads to whom it was given last");
    assert_eq!(
        kept.see(&[eck(1), source(2)]),
        left,
        "who came back has the account still"
    );
}

#[test]
fn an_account_that_a_key_stood_in_for_is_joined_to_that_of_the_eck_id_on_record() {
    let mut kept = Kept::default();
    let elsewhere = kept.see(&[eck(1)]);
    let here = kept.see(&[source(1)]);
    assert_ne!(elsewhere, here);
    assert_eq!(kept.see(&[eck(1), source(1)]), elsewhere);
    assert_eq!(kept.see(&[source(1)]), elsewhere);
    let joined = kept.joined.clone();
    assert_eq!(joined.len(), 1);
    assert_eq!((joined[0].from, joined[0].into), (here, elsewhere));
    // Undone, and not done again by the same keys.
    kept.undo(0).unwrap();
    assert_eq!(kept.see(&[eck(1), source(1)]), elsewhere);
    assert_eq!(kept.see(&[source(1)]), here);
    assert_eq!(kept.joined.len(), 1);
}

#[test]
fn a_key_that_went_to_somebody_else_joins_nobody() {
    let mut kept = Kept::default();
    let left = kept.see(&[eck(1), source(1)]);
    let new = kept.see(&[eck(2)]);
    assert_eq!(kept.see(&[eck(2), source(1)]), new);
    assert_eq!(kept.see(&[eck(1)]), left);
    assert_eq!(kept.joined, []);
}

#[test]
fn a_key_that_one_delivery_has_twice_stays_with_the_first() {
    let mut known = KnownKeys::default();
    let ids = [1, 2].map(|number| AccountId::from_uuid(Uuid::from_u128(number)));
    let first = known.resolve(&[eck(1), source(1)], || ids[0]);
    let second = known.resolve(&[eck(2), source(1)], || ids[1]);
    assert_eq!((first.account, second.account), (ids[0], ids[1]));
    assert_eq!((second.link, second.take), (vec![eck(2)], vec![]));
}

/// What a school delivers of a person at one moment: whether the ECK iD is in it, and which key, if any.
#[derive(Debug, Clone, Copy)]
struct Delivered {
    person: u8,
    eck_id: bool,
    key: Option<u8>,
}

/// What happens next.
#[derive(Debug, Clone, Copy)]
enum Step {
    Delivered(Delivered),
    /// A school undoes what was joined then.
    Undone(usize),
}

fn delivered() -> impl Strategy<Value = Delivered> {
    (0..6_u8, any::<bool>(), proptest::option::of(0..8_u8)).prop_map(|(person, eck_id, key)| Delivered {
        person,
        eck_id,
        key,
    })
}

proptest! {
    /// Over any history in which the ECK iD of each person is known once: nobody shares, nobody loses. A key goes from one
    /// person to the next only in a delivery with the ECK iD of the next: without it nobody could know.
    #[test]
    fn no_two_persons_share_an_account_and_nobody_loses_one(history in proptest::collection::vec(delivered(), 1..60)) {
        let mut kept = Kept::default();
        let mut accounts: BTreeMap<u8, AccountId> = BTreeMap::new();
        let mut holders: BTreeMap<u8, u8> = BTreeMap::new();
        for Delivered { person, eck_id, key } in history {
            let own = |key: &u8| holders.get(key).is_none_or(|holder| *holder == person);
            let first = !accounts.contains_key(&person);
            let eck_id = eck_id || first || key.as_ref().is_some_and(|key| !own(key));
            let known_by_key = key.is_some_and(|key| holders.get(&key) == Some(&person));
            if !eck_id && !known_by_key {
                // Nothing that is delivered says who this is.
                continue;
            }
            let mut keys = Vec::new();
            keys.extend(eck_id.then(|| eck(person)));
            keys.extend(key.map(source));
            let account = kept.see(&keys);
            prop_assert_eq!(*accounts.entry(person).or_insert(account), account, "a person lost an account");
            if let Some(key) = key {
                holders.insert(key, person);
            }
        }
        let different: BTreeSet<_> = accounts.values().collect();
        prop_assert_eq!(different.len(), accounts.len(), "two persons share an account");
    }

    /// Over any history in which a key goes to the next person only when the ECK iD of the one before is known with it: first
    /// deliveries may have no ECK iD, logins have no key, and schools undo what was joined. Nobody shares; an account changes
    /// only by a join that is on record; undoing restores, and stays.
    #[test]
    fn nobody_shares_an_account_and_none_is_lost_off_the_record(
        history in proptest::collection::vec(prop_oneof![
            8 => delivered().prop_map(Step::Delivered),
            1 => (0..4_usize).prop_map(Step::Undone),
        ], 1..80),
    ) {
        let mut kept = Kept::default();
        let mut owners: BTreeMap<AccountId, u8> = BTreeMap::new();
        let mut holders: BTreeMap<u8, u8> = BTreeMap::new();
        // The account that each key was last answered with, for whom it is of.
        let mut given: BTreeMap<(u8, AccountKeyKind, [u8; 32]), AccountId> = BTreeMap::new();
        for step in history {
            let Delivered { person, eck_id, key } = match step {
                Step::Delivered(delivered) => delivered,
                Step::Undone(number) => {
                    if let Some(joined) = kept.undo(number) {
                        prop_assert_eq!(kept.leads(joined.key), Some(joined.from), "undoing restores");
                        let theirs = given.iter_mut().filter(|((_, kind, hash), _)| (*kind, *hash) == (joined.key.kind, joined.key.hash));
                        theirs.for_each(|(_, account)| *account = joined.from);
                    }
                    continue;
                }
            };
            let holder = key.and_then(|key| holders.get(&key).copied());
            if let Some(holder) = holder.filter(|holder| *holder != person) {
                let known = kept.leads(eck(holder));
                if !eck_id || known.is_none() || known != key.and_then(|key| kept.leads(source(key))) {
                    continue;
                }
            }
            let mut keys = Vec::new();
            keys.extend(eck_id.then(|| eck(person)));
            keys.extend(key.map(source));
            if keys.is_empty() {
                continue;
            }
            let joined = kept.joined.len();
            let account = kept.see(&keys);
            prop_assert_eq!(*owners.entry(account).or_insert(person), person, "two persons share an account");
            for key in keys {
                let before = given.get(&(person, key.kind, key.hash)).copied();
                let apart = before.is_some_and(|before| kept.are_apart(before, account));
                if let Some(before) = before.filter(|_| !apart) {
                    prop_assert_eq!(kept.now(before), account, "an account was lost off the record");
                }
                given.insert((person, key.kind, key.hash), if apart { kept.leads(key).unwrap() } else { account });
            }
            let made = &kept.joined[joined..];
            let again = |new: &Joined| kept.joined[..joined].iter().any(|old| old.undone && (old.from, old.into) == (new.from, new.into));
            prop_assert!(!made.iter().any(again), "what a school told apart was joined again");
            if let Some(key) = key {
                holders.insert(key, person);
                given.retain(|(other, kind, hash), _| *other == person || (*kind, *hash) != (source(key).kind, source(key).hash));
            }
        }
    }
}
