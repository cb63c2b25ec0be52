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

/// The keys of a supplier, kept from one delivery to the next as the tables keep them.
#[derive(Default)]
struct Kept {
    keys: BTreeMap<(AccountKeyKind, [u8; 32]), AccountId>,
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
        known
    }

    fn see(&mut self, keys: &[AccountKey]) -> AccountId {
        let mut known = self.known();
        let resolution = known.resolve(keys, || {
            self.opened += 1;
            AccountId::from_uuid(Uuid::from_u128(self.opened))
        });
        let taken = resolution.take.iter().map(|(key, _)| key);
        for key in resolution.link.iter().chain(taken) {
            self.keys.insert((key.kind, key.hash), resolution.account);
        }
        let again = self
            .known()
            .resolve(keys, || unreachable!("the account is known by now"));
        assert_eq!(
            (again.account, again.link.len(), again.take.len()),
            (resolution.account, 0, 0),
            "what was put on record settles it"
        );
        resolution.account
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
fn the_eck_id_decides_when_both_lead_somewhere() {
    let mut kept = Kept::default();
    let elsewhere = kept.see(&[eck(1)]);
    let here = kept.see(&[source(1)]);
    assert_ne!(elsewhere, here);
    assert_eq!(kept.see(&[eck(1), source(1)]), elsewhere);
    assert_eq!(kept.see(&[source(1)]), elsewhere);
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
}
