//! Accounts and their keys.

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use sluis_core::{
    id::{AccountChangeId, AccountId, SchoolId, SupplierId},
    time::Timestamp,
};

use super::{Repository, account_change, organisation::start, parsed};
use crate::{
    app::{
        account_change::{AccountChange, MoveRole},
        account_key::{AccountKey, AccountKeyKind},
        store::{AccountStore, KeyOfAccount, Page, StoreError, StoredKeyOf},
    },
    storage::{Row, Statement, StorageError, WriteSet, params},
};

const ACCOUNT_KEY_LINK: Statement = Statement {
    name: "account_key_link",
    sql: "INSERT INTO account_keys (supplier, key_hash, kind, account, since) VALUES ($1, $2, $3, $4, $5) \
          ON CONFLICT (supplier, key_hash) DO NOTHING",
};
const ACCOUNT_KEY_KEEP: Statement = Statement {
    name: "account_key_keep",
    sql: "INSERT INTO account_keys_ended (supplier, account, key_hash, kind, since, until) \
          SELECT supplier, account, key_hash, kind, since, $4 FROM account_keys \
          WHERE supplier = $1 AND key_hash = $2 AND account = $3",
};
const ACCOUNT_KEY_MOVE: Statement = Statement {
    name: "account_key_move",
    sql: "UPDATE account_keys SET account = $4, since = $5 WHERE supplier = $1 AND key_hash = $2 AND account = $3",
};
/// The row is locked, and whoever moves the key meanwhile is waited for, or waits. The kind is written as it is known by now.
const ACCOUNT_KEY_HOLD: Statement = Statement {
    name: "account_key_hold",
    sql: "UPDATE account_keys SET kind = $4 WHERE supplier = $1 AND key_hash = $2 AND account = $3",
};
const ACCOUNT_SEEN: Statement = Statement {
    name: "account_seen",
    sql: "INSERT INTO account_schools (supplier, account, school) VALUES ($1, $2, $3) \
          ON CONFLICT (supplier, account, school) DO NOTHING",
};
const ACCOUNT_OF_KEY: Statement = Statement {
    name: "account_of_key",
    sql: "SELECT k.account, k.key_hash, k.kind, k.since, s.school FROM account_keys k \
          LEFT JOIN account_schools s ON s.supplier = k.supplier AND s.account = k.account AND s.school = $3 \
          WHERE k.supplier = $1 AND k.key_hash = $2",
};
pub(super) const ACCOUNT_KEYS: Statement = Statement {
    name: "account_keys",
    sql: "SELECT account, key_hash, kind, since FROM account_keys WHERE supplier = $1 AND account = $2 \
          ORDER BY since, key_hash",
};
const ACCOUNT_KEYS_ENDED: Statement = Statement {
    name: "account_keys_ended",
    sql: "SELECT account, key_hash, kind, since, until FROM account_keys_ended WHERE supplier = $1 AND account = $2 \
          ORDER BY until, since, key_hash",
};

const ACCOUNT_KEY_UNLINK: Statement = Statement {
    name: "account_key_unlink",
    sql: "DELETE FROM account_keys WHERE supplier = $1 AND key_hash = $2 AND account = $3",
};
const KEY_HISTORY: Statement = Statement {
    name: "key_history",
    sql: "SELECT account, key_hash, kind, since, until FROM account_keys_ended WHERE supplier = $1 AND key_hash = $2 \
          ORDER BY until, since, account",
};
pub(super) const ACCOUNT_SCHOOLS: Statement = Statement {
    name: "account_schools",
    sql: "SELECT school FROM account_schools WHERE supplier = $1 AND account = $2 ORDER BY school",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[
    &ACCOUNT_KEY_LINK,
    &ACCOUNT_KEY_KEEP,
    &ACCOUNT_KEY_MOVE,
    &ACCOUNT_KEY_HOLD,
    &ACCOUNT_SEEN,
    &ACCOUNT_OF_KEY,
    &ACCOUNT_KEYS,
    &ACCOUNT_KEYS_ENDED,
    &ACCOUNT_KEY_UNLINK,
    &KEY_HISTORY,
    &ACCOUNT_SCHOOLS,
];

/// How many point reads run beside each other.
const ABREAST: usize = 16;

/// A key leads somewhere from now on. INVARIANT: one that leads somewhere already is a conflict, so that two who open an
/// account at once never open two.
pub(super) fn link(set: &mut WriteSet, of: &KeyOfAccount, at: Timestamp) {
    let values = params![of.supplier, of.key.hash, of.key.kind.as_str(), of.account, at];
    set.one(&ACCOUNT_KEY_LINK, values);
}

/// A key leads elsewhere from now on; where it led before is kept.
pub(super) fn move_to(set: &mut WriteSet, of: &KeyOfAccount, into: AccountId, at: Timestamp) {
    set.one(&ACCOUNT_KEY_KEEP, params![of.supplier, of.key.hash, of.account, at]);
    set.one(
        &ACCOUNT_KEY_MOVE,
        params![of.supplier, of.key.hash, of.account, into, at],
    );
}

/// A key leads nowhere from now on; where it led before is kept.
pub(super) fn unlink(set: &mut WriteSet, of: &KeyOfAccount, at: Timestamp) {
    set.one(&ACCOUNT_KEY_KEEP, params![of.supplier, of.key.hash, of.account, at]);
    set.one(&ACCOUNT_KEY_UNLINK, params![of.supplier, of.key.hash, of.account]);
}

/// A key leads to its account until the transaction ends. INVARIANT: an act that moves the key comes before it, and makes this
/// a conflict, or after it, and sees what was written.
pub(super) fn hold(set: &mut WriteSet, of: &KeyOfAccount) {
    let values = params![of.supplier, of.key.hash, of.account, of.key.kind.as_str()];
    set.one(&ACCOUNT_KEY_HOLD, values);
}

/// Schools see an account, while the key leads to it.
pub(super) fn seen(set: &mut WriteSet, of: &KeyOfAccount, schools: impl IntoIterator<Item = SchoolId>) {
    hold(set, of);
    for school in schools {
        set.any(&ACCOUNT_SEEN, params![of.supplier, of.account, school]);
    }
}

fn key(row: &Row) -> Result<StoredKeyOf, StorageError> {
    let kind: String = row.get(2)?;
    Ok(StoredKeyOf {
        account: row.get(0)?,
        key: AccountKey {
            kind: parsed("kind", AccountKeyKind::parse(&kind).ok())?,
            hash: row.get(1)?,
        },
        since: row.get(3)?,
        until: None,
    })
}

fn key_and_seen(row: &Row) -> Result<(StoredKeyOf, bool), StorageError> {
    Ok((key(row)?, row.get::<Option<SchoolId>>(4)?.is_some()))
}

fn ended_key(row: &Row) -> Result<StoredKeyOf, StorageError> {
    let until = Some(row.get(4)?);
    Ok(StoredKeyOf { until, ..key(row)? })
}

#[async_trait]
impl AccountStore for Repository {
    async fn keys_of_accounts(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        key_hashes: Vec<[u8; 32]>,
    ) -> Result<Vec<(StoredKeyOf, bool)>, StoreError> {
        stream::iter(key_hashes)
            .map(|hash| self.one(&ACCOUNT_OF_KEY, params![supplier, hash, school], key_and_seen))
            .buffer_unordered(ABREAST)
            .try_filter_map(|found| async move { Ok(found) })
            .try_collect()
            .await
    }

    async fn account_history(&self, supplier: SupplierId, account: AccountId) -> Result<Vec<StoredKeyOf>, StoreError> {
        let ended = self.list(&ACCOUNT_KEYS_ENDED, params![supplier, account], ended_key);
        let mut keys = ended.await?;
        keys.extend(self.list(&ACCOUNT_KEYS, params![supplier, account], key).await?);
        Ok(keys)
    }

    async fn key_history(&self, supplier: SupplierId, key_hash: [u8; 32]) -> Result<Vec<StoredKeyOf>, StoreError> {
        self.list(&KEY_HISTORY, params![supplier, key_hash], ended_key).await
    }

    async fn account_schools(&self, supplier: SupplierId, account: AccountId) -> Result<Vec<SchoolId>, StoreError> {
        self.list(&ACCOUNT_SCHOOLS, params![supplier, account], |row| row.get(0))
            .await
    }

    async fn account_changes(
        &self,
        school: SchoolId,
        page: Page<sluis_core::id::AccountChange>,
    ) -> Result<Vec<AccountChange>, StoreError> {
        let values = params![school, start(page.after), page.limit];
        self.list(&account_change::ACCOUNT_CHANGES, values, account_change::change)
            .await
    }

    async fn account_change(&self, school: SchoolId, id: AccountChangeId) -> Result<Option<AccountChange>, StoreError> {
        self.one(
            &account_change::ACCOUNT_CHANGE,
            params![school, id],
            account_change::change,
        )
        .await
    }

    async fn account_changes_told(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        page: Page<sluis_core::id::AccountChange>,
    ) -> Result<Vec<AccountChange>, StoreError> {
        let values = params![school, supplier, start(page.after), page.limit];
        self.list(&account_change::ACCOUNT_CHANGES_TOLD, values, account_change::change)
            .await
    }

    async fn changes_between(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        from: AccountId,
        into: AccountId,
    ) -> Result<Vec<AccountChange>, StoreError> {
        let values = params![school, supplier, from, into];
        self.list(&account_change::ACCOUNT_CHANGES_BETWEEN, values, account_change::change)
            .await
    }

    async fn keys_leading_to(
        &self,
        supplier: SupplierId,
        accounts: Vec<AccountId>,
    ) -> Result<Vec<StoredKeyOf>, StoreError> {
        let found: Vec<_> = stream::iter(accounts)
            .map(|account| self.list(&ACCOUNT_KEYS, params![supplier, account], key))
            .buffer_unordered(ABREAST)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn account_moves(&self, change: AccountChangeId) -> Result<Vec<(AccountKey, MoveRole)>, StoreError> {
        self.list(
            &account_change::ACCOUNT_MOVES,
            params![change],
            account_change::key_moved,
        )
        .await
    }
}
