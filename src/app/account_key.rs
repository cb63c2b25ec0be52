//! Whose an account is: ordered keys of a person, and the rule by which they lead to one account. Pure, without storage.
//!
//! Promises: over any history of deliveries and logins no two persons share an account as long as their administration
//! gives no key of a person to another, and no person loses an account unnoticed while one of its keys is delivered. An ECK
//! iD leads; the key of the administration stands in where none is delivered. When two accounts turn out to be one person's,
//! because a key that stood in comes with an ECK iD that leads elsewhere, they are joined, and that is for the caller to put on
//! record. Deliberately absent: names, dates of birth and e-mail addresses, which never identify an account. What the keys
//! cannot tell (another ECK iD of the same person, two keys of one) is for a school to say.

use std::collections::{HashMap, HashSet};

use sluis_core::id::AccountId;

/// What kind of key leads to an account, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKeyKind {
    /// The ECK iD; of staff together with the school.
    EckId,
    /// The key of the administration at one school.
    SourceKey,
}

/// The text names no kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key of an account is `eckId` or `sourceKey`")]
pub struct AccountKeyKindError;

impl AccountKeyKind {
    /// All kinds, the strongest first.
    pub const ALL: [Self; 2] = [Self::EckId, Self::SourceKey];

    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EckId => "eckId",
            Self::SourceKey => "sourceKey",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// When no kind has it.
    pub fn parse(text: &str) -> Result<Self, AccountKeyKindError> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or(AccountKeyKindError)
    }
}

/// One key of a person at a supplier, as a keyed hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountKey {
    /// Its kind.
    pub kind: AccountKeyKind,
    /// The keyed hash of it under the supplier's key.
    pub hash: [u8; 32],
}

/// What is known of keys and accounts at one supplier.
#[derive(Debug, Default)]
pub struct KnownKeys {
    accounts: HashMap<[u8; 32], AccountId>,
    /// The accounts that an ECK iD leads to.
    led: HashSet<AccountId>,
    /// The keys that somebody was resolved by here.
    claimed: HashSet<[u8; 32]>,
    /// Of whom a school said that they are two persons': from the one nothing goes to the other by itself.
    apart: HashSet<(AccountId, AccountId)>,
}

/// The account of a person, and what must be put on record before it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The account.
    pub account: AccountId,
    /// The key that it was found by; none when it is new.
    pub by: Option<AccountKey>,
    /// Keys that led nowhere and lead to this account from now on.
    pub link: Vec<AccountKey>,
    /// Keys that led to another account.
    pub take: Vec<TakenKey>,
}

/// A key that leads elsewhere from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenKey {
    /// The key.
    pub key: AccountKey,
    /// Where it led.
    pub from: AccountId,
    /// Whether the two accounts are joined: no ECK iD leads to [`from`](Self::from), so that it was of whom the key is of.
    /// Otherwise the administration gave the key to somebody else, and that account stays with whom it was of.
    pub joins: bool,
}

impl KnownKeys {
    /// Takes note of where a key leads.
    pub fn learn(&mut self, key: AccountKey, account: AccountId) {
        self.accounts.insert(key.hash, account);
        if key.kind == AccountKeyKind::EckId {
            self.led.insert(account);
        }
    }

    /// Takes note that an ECK iD leads to an account.
    pub fn learn_led(&mut self, account: AccountId) {
        self.led.insert(account);
    }

    /// Takes note that a school told two accounts apart: no key is taken from the one for the other.
    pub fn learn_apart(&mut self, from: AccountId, into: AccountId) {
        self.apart.insert((from, into));
    }

    /// The accounts that weaker keys than the first lead to, as far as nobody has said yet whether an ECK iD does.
    pub fn in_doubt(&self, keys: &[AccountKey]) -> Vec<AccountId> {
        let stand_ins = keys.iter().filter(|key| is_stand_in(**key, keys));
        let accounts = stand_ins.filter_map(|key| self.accounts.get(&key.hash));
        accounts
            .filter(|account| !self.led.contains(account))
            .copied()
            .collect()
    }

    /// The two accounts that [`resolve`](Self::resolve) would join, if nobody has told them apart.
    pub fn to_join(&self, keys: &[AccountKey]) -> Option<(AccountId, AccountId)> {
        let (_, into) = self.found(keys)?;
        let from = self.in_doubt(keys).into_iter().find(|from| *from != into)?;
        Some((from, into))
    }

    /// The account of who presents these keys, the strongest first; `fresh` is that of somebody new. What follows is known
    /// afterwards: the next one who presents a key of them finds it.
    pub fn resolve(&mut self, keys: &[AccountKey], fresh: impl FnOnce() -> AccountId) -> Resolution {
        // INVARIANT: an account that an ECK iD leads to is never given to who comes with another one: the administration
        // gave its key to somebody else.
        let known = self.found(keys);
        let known = known.filter(|(by, account)| !is_stand_in(*by, keys) || !self.led.contains(account));
        let by = known.map(|(by, _)| by);
        let account = known.map_or_else(fresh, |(_, account)| account);
        let (mut link, mut take) = (Vec::new(), Vec::new());
        for key in keys {
            match self.accounts.get(&key.hash).copied() {
                None => link.push(*key),
                // A delivery that has one key twice: the first one keeps it.
                Some(from) if from != account && !self.claimed.contains(&key.hash) => {
                    let joins = !self.led.contains(&from);
                    if joins && self.apart.contains(&(from, account)) {
                        continue;
                    }
                    take.push(TakenKey { key: *key, from, joins });
                }
                Some(_) => continue,
            }
            self.learn(*key, account);
        }
        self.claimed.extend(keys.iter().map(|key| key.hash));
        Resolution {
            account,
            by,
            link,
            take,
        }
    }

    /// The strongest key that leads somewhere.
    fn found(&self, keys: &[AccountKey]) -> Option<(AccountKey, AccountId)> {
        let mut leading = keys
            .iter()
            .filter_map(|key| Some((*key, *self.accounts.get(&key.hash)?)));
        leading.next()
    }
}

/// Whether somebody was found by a weaker key than they have.
fn is_stand_in(by: AccountKey, keys: &[AccountKey]) -> bool {
    keys.iter().any(|key| key.kind < by.kind)
}

#[cfg(test)]
mod tests;
