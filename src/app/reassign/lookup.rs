//! What is known of accounts: for the school that asks, and for the acts that change them.

use sluis_core::{
    id::{AccountId, SchoolId, SupplierId},
    person::PersonKind,
    time::Timestamp,
};

use crate::app::{
    App,
    account_change::SeenBy,
    account_key::{AccountKey, AccountKeyKind},
    caller::Caller,
    error::{AppError, ConflictCode},
    look::LooksAt,
    roster::{Person, Roster},
    sealing::KeyScope,
    store::StoredKeyOf,
    whom::Whom,
};

/// Whose account is looked for.
#[derive(Debug)]
pub struct AccountSearch {
    /// At which supplier.
    pub supplier: SupplierId,
    /// Whom.
    pub whom: Whom,
    /// Pupil or staff.
    pub kind: PersonKind,
}

/// What is known of the account of a person at a supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFound {
    /// The account; none before the supplier saw the person for the first time.
    pub account: Option<AccountId>,
    /// What leads or led to it, and where else the keys of this person lead or led. Where a school out of the caller's reach
    /// has seen the account too, only the keys that the caller's school delivers.
    pub keys: Vec<DatedKey>,
}

/// A key, where it leads or led, and when. The key itself stays inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatedKey {
    /// Its kind.
    pub kind: AccountKeyKind,
    /// The account.
    pub account: AccountId,
    /// Since when.
    pub since: Timestamp,
    /// Until when; none while it does.
    pub until: Option<Timestamp>,
}

/// The schools that have seen an account, all within reach of the caller.
pub(super) struct Seen {
    pub(super) by: SeenBy,
    pub(super) schools: Vec<SchoolId>,
}

impl From<StoredKeyOf> for DatedKey {
    fn from(stored: StoredKeyOf) -> Self {
        Self {
            kind: stored.key.kind,
            account: stored.account,
            since: stored.since,
            until: stored.until,
        }
    }
}

impl App {
    /// The account of a person of the roster, with its history. Looking is itself on record.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else or an unknown supplier, [`AppError::Invalid`] when the roster does
    /// not hold the person.
    pub async fn account_search(
        &self,
        caller: &Caller,
        school: SchoolId,
        search: AccountSearch,
    ) -> Result<AccountFound, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let supplier = self.supplier_view(search.supplier).await?.id;
        let roster = self.roster_now(school).await?;
        let person = self.person_of(&roster, school, &search).await?;
        let keys = self.keys_at(supplier, school, person).await?;
        let account = self.find_account(supplier, school, &keys).await?;
        let (at, person) = (("supplier", supplier), person.id);
        self.looks(caller, school, "account.search", at, async |_| Ok(LooksAt::One(person)))
            .await?;
        let hashes: Vec<_> = keys.iter().map(|key| key.hash).collect();
        let mut history = Vec::new();
        if let Some(account) = account {
            // INVARIANT: the key of an administration elsewhere says that the person goes to school there too, and since when.
            let schools = self.store.account_schools(supplier, account).await?;
            let whole = self.all_within_reach(caller, &schools).await?;
            let all = self.store.account_history(supplier, account).await?;
            history.extend(
                all.into_iter()
                    .filter(|stored| whole || hashes.contains(&stored.key.hash)),
            );
        }
        let elsewhere = |stored: &StoredKeyOf| Some(stored.account) != account;
        for hash in &hashes {
            let earlier = self.store.key_history(supplier, *hash).await?;
            history.extend(earlier.into_iter().filter(elsewhere));
        }
        let now = self.store.keys_of_accounts(supplier, school, hashes).await?.into_iter();
        history.extend(now.map(|(stored, _)| stored).filter(elsewhere));
        let keys = history.into_iter().map(DatedKey::from).collect();
        Ok(AccountFound { account, keys })
    }

    pub(super) async fn person_of<'a>(
        &self,
        roster: &'a Roster,
        school: SchoolId,
        search: &AccountSearch,
    ) -> Result<&'a Person, AppError> {
        let key = self.sealing.key(KeyScope::School(school)).await?;
        let found = search.whom.find(search.kind, roster, &*key);
        found.ok_or_else(|| AppError::Invalid(vec![search.whom.unknown()]))
    }

    pub(super) async fn keys_at(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        person: &Person,
    ) -> Result<Vec<AccountKey>, AppError> {
        let key = self.sealing.key(KeyScope::Supplier(supplier)).await?;
        Ok(person.hashed_account_keys(school, &*key))
    }

    pub(super) async fn current_keys(
        &self,
        supplier: SupplierId,
        account: AccountId,
    ) -> Result<Vec<AccountKey>, AppError> {
        let history = self.store.account_history(supplier, account).await?;
        let current = history.into_iter().filter(|stored| stored.until.is_none());
        Ok(current.map(|stored| stored.key).collect())
    }

    /// Those of the keys that lead nowhere.
    pub(super) async fn unknown_keys(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        mut keys: Vec<AccountKey>,
    ) -> Result<Vec<AccountKey>, AppError> {
        let hashes = keys.iter().map(|key| key.hash).collect();
        let known = self.store.keys_of_accounts(supplier, school, hashes).await?;
        keys.retain(|key| !known.iter().any(|(stored, _)| stored.key.hash == key.hash));
        Ok(keys)
    }

    pub(super) async fn is_merged(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        from: AccountId,
        into: AccountId,
    ) -> Result<bool, AppError> {
        let changes = self.store.changes_between(supplier, school, from, into).await?;
        Ok(changes.iter().any(|change| change.undone_at.is_none()))
    }

    /// The schools that have seen an account, if the caller decides for all of them.
    pub(super) async fn seen(
        &self,
        caller: &Caller,
        supplier: SupplierId,
        account: AccountId,
    ) -> Result<Seen, AppError> {
        let schools = self.store.account_schools(supplier, account).await?;
        if self.all_within_reach(caller, &schools).await? {
            return Ok(Seen::of(account, schools));
        }
        Err(AppError::Conflict {
            code: ConflictCode::NotReady,
            detail: "a school out of the caller's reach has seen this account too".to_owned(),
        })
    }

    pub(super) async fn all_within_reach(&self, caller: &Caller, schools: &[SchoolId]) -> Result<bool, AppError> {
        for school in schools {
            if !self.is_within_reach(caller, *school).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) async fn any_within_reach(&self, caller: &Caller, schools: &[SchoolId]) -> Result<bool, AppError> {
        for school in schools {
            if self.is_within_reach(caller, *school).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) async fn is_within_reach(&self, caller: &Caller, school: SchoolId) -> Result<bool, AppError> {
        match self.controlled_school(caller, school).await {
            Ok(_) => Ok(true),
            Err(AppError::NotFound(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }
}

impl Seen {
    pub(super) fn of(account: AccountId, schools: Vec<SchoolId>) -> Self {
        let by = SeenBy {
            account,
            schools: u64::try_from(schools.len()).unwrap_or(u64::MAX),
        };
        Self { by, schools }
    }
}
