//! Accounts: the one identifier by which a supplier knows a person. Random, stable, another one at every supplier.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use sluis_core::id::{AccountId, ClientId, PersonId, SchoolId, SupplierId};

use crate::app::{
    App,
    account_key::{AccountKey, AccountKeyKind, KnownKeys, Resolution, TakenKey},
    error::AppError,
    gatekeeper::{ATTEMPTS, Standing},
    learner::About,
    reassign::Join,
    roster::{Listed, Listing, Person, Roster},
    sealing::KeyScope,
    store::{Change, KeyOfAccount, StoreError, StoredKeyOf},
};

/// Somebody of a school, with the keys of an account.
#[derive(Clone, Copy)]
struct Presented<'a> {
    person: PersonId,
    keys: &'a [AccountKey],
}

/// What is known of some keys at a supplier, and which accounts the school has seen.
struct Read {
    known: KnownKeys,
    unseen: Vec<KeyOfAccount>,
}

impl App {
    /// The people of a school in the order of a supplier.
    pub(in crate::app) async fn listing(
        &self,
        standing: &Standing,
        supplier: SupplierId,
    ) -> Result<Arc<Listing>, AppError> {
        self.listing_of(&standing.roster, standing.policy.school(), supplier)
            .await
    }

    /// The same of a roster that nothing is decided by.
    pub(in crate::app) async fn listing_of(
        &self,
        roster: &Roster,
        school: SchoolId,
        supplier: SupplierId,
    ) -> Result<Arc<Listing>, AppError> {
        if let Some(listing) = roster.listings.get(&supplier) {
            return Ok(listing);
        }
        let key = self.sealing.key(KeyScope::Supplier(supplier)).await?;
        let make = || Arc::new(Listing::of(roster, school, &*key));
        Ok(roster.listings.get_with(supplier, make))
    }

    /// Reads the accounts of these people that were not read yet, and opens those that are not there, for a client that was
    /// not revoked.
    pub(in crate::app) async fn open_accounts(
        &self,
        asker: ClientId,
        supplier: SupplierId,
        standing: &Standing,
        listed: &[&Listed],
    ) -> Result<(), AppError> {
        let unread = listed.iter().filter(|listed| listed.account().is_none());
        let unread: Vec<_> = unread
            .filter_map(|listed| Some((listed, listed.person(&standing.roster)?.id)))
            .collect();
        if unread.is_empty() {
            return Ok(());
        }
        let presented = unread.iter().map(|(listed, person)| Presented {
            person: *person,
            keys: &listed.keys,
        });
        let presented: Vec<_> = presented.collect();
        let school = standing.policy.school();
        let accounts = self.accounts(asker, supplier, school, &presented).await?;
        for ((listed, _), account) in unread.into_iter().zip(accounts) {
            listed.account.get_or_init(|| account);
        }
        Ok(())
    }

    /// The account of one person at a supplier; it is opened when it is not there, for a client that was not revoked. That of
    /// somebody in the roster is read once.
    pub(in crate::app) async fn account_of(
        &self,
        asker: ClientId,
        supplier: SupplierId,
        standing: &Standing,
        about: About<'_>,
    ) -> Result<AccountId, AppError> {
        let school = standing.policy.school();
        match about {
            About::Enrolled(person) => {
                let (known, of) = (&standing.roster.accounts, (supplier, person.id));
                if let Some(account) = known.get(&of) {
                    return Ok(account);
                }
                let account = self.read_account(asker, supplier, school, person).await?;
                known.insert(of, account);
                Ok(account)
            }
            About::LoggedIn(person) => self.read_account(asker, supplier, school, person).await,
            About::School | About::Nobody => Err(AppError::NotFound("account")),
        }
    }

    async fn read_account(
        &self,
        asker: ClientId,
        supplier: SupplierId,
        school: SchoolId,
        person: &Person,
    ) -> Result<AccountId, AppError> {
        let key = self.sealing.key(KeyScope::Supplier(supplier)).await?;
        let keys = person.hashed_account_keys(school, &*key);
        if keys.is_empty() {
            // The gate permits nobody without one: record and answer agree.
            return Err(AppError::NotFound("account"));
        }
        let presented = Presented {
            person: person.id,
            keys: &keys,
        };
        let accounts = self.accounts(asker, supplier, school, &[presented]).await?;
        accounts.first().copied().ok_or(AppError::NotFound("account"))
    }

    /// The accounts of who presents these keys at a school, in this order; those that are not there are opened, and what
    /// the keys newly tell is put on record.
    async fn accounts(
        &self,
        asker: ClientId,
        supplier: SupplierId,
        school: SchoolId,
        persons: &[Presented<'_>],
    ) -> Result<Vec<AccountId>, AppError> {
        let all_keys: Vec<_> = persons.iter().map(|presented| presented.keys).collect();
        for _ in 0..ATTEMPTS {
            let Read { mut known, unseen } = self.read_keys(supplier, school, &all_keys).await?;
            let now = self.now();
            let (mut accounts, mut joins) = (Vec::with_capacity(persons.len()), Vec::new());
            // INVARIANT: before any key is moved, since an account is seen by a key that leads to it. Otherwise whoever has a
            // key that is taken from an account which the school has not seen would get no answer, for good.
            let seen = unseen.into_iter().map(|of| Change::AccountSeen(of, school));
            let mut changes: Vec<_> = seen.collect();
            for Presented { person, keys } in persons {
                let Resolution {
                    account,
                    by,
                    link,
                    take,
                } = known.resolve(keys, || self.new_id());
                let of = |key, account| KeyOfAccount { supplier, account, key };
                if !(link.is_empty() && take.is_empty()) {
                    // What is put on record relies on where this key leads.
                    changes.extend(by.map(|key| Change::AccountKeyHeld(of(key, account))));
                }
                changes.extend(link.iter().map(|key| Change::AccountKeyLinked(of(*key, account), now)));
                for TakenKey { key, from, joins: join } in take {
                    if join {
                        joins.push(Join {
                            person: *person,
                            key,
                            from,
                            into: account,
                        });
                    } else {
                        changes.push(Change::AccountKeyMoved(of(key, from), account, now));
                    }
                }
                changes.extend(link.first().map(|key| Change::AccountSeen(of(*key, account), school)));
                accounts.push(account);
            }
            if changes.is_empty() && joins.is_empty() {
                return Ok(accounts);
            }
            // INVARIANT: a client is remembered, and whether it was revoked is known for certain only where something is written.
            changes.push(Change::AskedBy(asker));
            // What is stored counts, and is read again: another request may have been first.
            if !joins.is_empty() {
                self.accounts_join(supplier, school, joins, changes).await?;
                continue;
            }
            match self.store.apply(changes, false).await {
                Ok(()) | Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(AppError::Unavailable(StoreError::Conflict))
    }

    async fn read_keys(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        persons: &[&[AccountKey]],
    ) -> Result<Read, AppError> {
        // INVARIANT: a key is of the kind that it is presented as. Of keys from before they had kinds the table says that
        // they are ECK iDs, and the key of somebody's own would keep them from their account.
        let presented: HashMap<_, _> = persons.iter().copied().flatten().map(|key| (key.hash, *key)).collect();
        let hashes = presented.keys().copied().collect();
        let mut known = KnownKeys::default();
        let mut unseen = HashMap::new();
        for (stored, seen) in self.store.keys_of_accounts(supplier, school, hashes).await? {
            let Some(key) = presented.get(&stored.key.hash).copied() else {
                continue;
            };
            let account = stored.account;
            known.learn(key, account);
            if !seen {
                unseen.insert(account, KeyOfAccount { supplier, account, key });
            }
        }
        let in_doubt: HashSet<_> = persons.iter().flat_map(|keys| known.in_doubt(keys)).collect();
        for account in in_doubt {
            let history = self.store.account_history(supplier, account).await?;
            let mut others = history.iter().filter(|stored| stored.until.is_none());
            let leads = |stored: &StoredKeyOf| stored.key.kind == AccountKeyKind::EckId;
            if others.any(|stored| leads(stored) && !presented.contains_key(&stored.key.hash)) {
                known.learn_led(account);
            }
        }
        let to_join: HashSet<_> = persons.iter().filter_map(|keys| known.to_join(keys)).collect();
        for (from, into) in to_join {
            let changes = self.store.changes_between(supplier, school, from, into).await?;
            if changes.iter().any(|change| change.undone_at.is_some()) {
                known.learn_apart(from, into);
            }
        }
        Ok(Read {
            known,
            unseen: unseen.into_values().collect(),
        })
    }

    /// The account that these keys lead to; none is opened.
    pub(in crate::app) async fn find_account(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        keys: &[AccountKey],
    ) -> Result<Option<AccountId>, AppError> {
        let found = self.find_accounts(supplier, school, &[keys]).await?;
        Ok(found.into_iter().next().flatten())
    }

    /// The accounts that the keys of each of these people lead to, in this order; none is opened.
    pub(in crate::app) async fn find_accounts(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        persons: &[&[AccountKey]],
    ) -> Result<Vec<Option<AccountId>>, AppError> {
        let Read { mut known, .. } = self.read_keys(supplier, school, persons).await?;
        let mut opened = HashSet::new();
        let mut found = Vec::with_capacity(persons.len());
        for keys in persons {
            let fresh = || {
                let account = self.new_id();
                opened.insert(account);
                account
            };
            let account = known.resolve(keys, fresh).account;
            found.push((!opened.contains(&account)).then_some(account));
        }
        Ok(found)
    }

    /// Behind whom a supplier's list goes on: the place of the one with this account; none when it is nobody's.
    pub(in crate::app) async fn place_of(
        &self,
        supplier: SupplierId,
        account: AccountId,
        listing: &Listing,
    ) -> Result<Option<[u8; 32]>, AppError> {
        let history = self.store.account_history(supplier, account).await?;
        let mut led = history.iter().filter(|stored| listing.is_led_by(&stored.key.hash));
        // Who left the list meanwhile keeps the place all the same: a list does not begin anew for that.
        let strongest = || {
            history
                .iter()
                .min_by_key(|stored| (stored.until.is_some(), stored.key.kind))
        };
        Ok(led.next().or_else(strongest).map(|stored| stored.key.hash))
    }
}
