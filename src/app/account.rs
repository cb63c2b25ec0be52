//! Accounts: the one identifier by which a supplier knows a person. Random, stable, another one at every supplier.

use std::{collections::HashMap, sync::Arc};

use sluis_core::id::{AccountId, SchoolId, SupplierId};

use crate::app::{
    App,
    error::AppError,
    gatekeeper::Standing,
    roster::{Listed, Listing, Person, label},
    sealing::KeyScope,
    store::{Change, StoreError, StoredAccount},
};

impl App {
    /// The people of a school in the order of a supplier.
    pub(in crate::app) async fn listing(
        &self,
        standing: &Standing,
        supplier: SupplierId,
    ) -> Result<Arc<Listing>, AppError> {
        if let Some(listing) = standing.roster.listings.get(&supplier) {
            return Ok(listing);
        }
        let key = self.sealing.key(KeyScope::Supplier(supplier)).await?;
        let school = standing.policy.school();
        let make = || Arc::new(Listing::of(&standing.roster, school, &*key));
        Ok(standing.roster.listings.get_with(supplier, make))
    }

    /// Reads the accounts of these people that were not read yet, and opens those that are not there.
    pub(in crate::app) async fn open_accounts(&self, supplier: SupplierId, listed: &[&Listed]) -> Result<(), AppError> {
        let unread: Vec<_> = listed.iter().filter(|listed| listed.account().is_none()).collect();
        if unread.is_empty() {
            return Ok(());
        }
        let hashes = unread.iter().map(|listed| listed.hash).collect();
        let accounts = self.accounts(supplier, hashes).await?;
        for listed in unread {
            let account = accounts.get(&listed.hash).ok_or(StoreError::Corrupt("account"))?;
            listed.account.get_or_init(|| *account);
        }
        Ok(())
    }

    /// The account of one person at a supplier; it is opened when it is not there.
    pub(in crate::app) async fn account_of(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        person: &Person,
    ) -> Result<AccountId, AppError> {
        // The gate permits nobody without one: record and answer agree.
        let account_key = person.account_key(school).ok_or(AppError::NotFound("account"))?;
        let key = self.sealing.key(KeyScope::Supplier(supplier)).await?;
        let hash = key.hash(label::ACCOUNT, account_key.as_bytes());
        let accounts = self.accounts(supplier, vec![hash]).await?;
        accounts.get(&hash).copied().ok_or(AppError::NotFound("account"))
    }

    /// The accounts of these keys; those that are not there are opened.
    async fn accounts(
        &self,
        supplier: SupplierId,
        hashes: Vec<[u8; 32]>,
    ) -> Result<HashMap<[u8; 32], AccountId>, AppError> {
        let found = self.known_accounts(supplier, hashes.clone()).await?;
        let now = self.now();
        let missing: Vec<_> = hashes
            .iter()
            .filter(|hash| !found.contains_key(*hash))
            .map(|hash| {
                let account = StoredAccount {
                    id: self.new_id(),
                    supplier,
                    key_hash: *hash,
                    created_at: now,
                };
                Change::AccountOpened(account)
            })
            .collect();
        if missing.is_empty() {
            return Ok(found);
        }
        self.store.apply(missing, false).await?;
        // Another request may have opened some of them first: what is stored counts.
        self.known_accounts(supplier, hashes).await
    }

    async fn known_accounts(
        &self,
        supplier: SupplierId,
        hashes: Vec<[u8; 32]>,
    ) -> Result<HashMap<[u8; 32], AccountId>, AppError> {
        let found = self.store.accounts(supplier, hashes).await?;
        Ok(found
            .into_iter()
            .map(|account| (account.key_hash, account.id))
            .collect())
    }
}
