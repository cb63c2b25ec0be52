//! People who came over from another school of the board, and keep their accounts.

use std::collections::HashSet;

use sluis_core::{
    id::{AccountId, SchoolId, SupplierId},
    ledger::Owner,
};

use super::{invalid, lookup::Seen};
use crate::app::{
    App,
    account_change::{AccountChange, AccountChangeKind, PlannedChange},
    account_key::{AccountKey, AccountKeyKind},
    act::ActOf,
    caller::Caller,
    error::AppError,
    roster::Person,
    sealing::KeyScope,
};

/// People who came over from another school of the board.
#[derive(Debug, Clone, Copy)]
pub struct AccountTakeOver {
    /// At which supplier.
    pub supplier: SupplierId,
    /// The school that they came from.
    pub from_school: SchoolId,
    /// The keys of the administration stayed the same: who has no ECK iD is known by them.
    pub source_keys: bool,
}

impl App {
    /// Lets the people of a school keep the accounts that they had at another one: after a merger or division of schools, or
    /// when staff moved. Whoever the other school still has keeps an account there of their own.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for schools of somebody else and an unknown supplier.
    pub async fn account_take_over(
        &self,
        caller: &Caller,
        school: SchoolId,
        take: AccountTakeOver,
    ) -> Result<Vec<AccountChange>, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let former = self.controlled_school(caller, take.from_school).await?.id;
        if former == school {
            let detail = "people come over from another school";
            return Err(AppError::Invalid(vec![invalid("/fromSchool", "same_school", detail)]));
        }
        let supplier = self.supplier_view(take.supplier).await?.id;
        let key = self.sealing.key(KeyScope::Supplier(supplier)).await?;
        let still_there: HashSet<_> = self
            .open_roster(former)
            .await?
            .persons
            .iter()
            .flat_map(|person| person.hashed_account_keys(former, &*key))
            .collect();
        let mut plans = Vec::new();
        let mut taken = HashSet::new();
        for person in &self.open_roster(school).await?.persons {
            let own = person.hashed_account_keys(school, &*key);
            let mut before = person.hashed_account_keys(former, &*key);
            before.retain(|key| take.source_keys || key.kind == AccountKeyKind::EckId);
            if before.iter().any(|key| still_there.contains(key)) {
                continue;
            }
            let from = self.find_account(supplier, school, &own).await?;
            // Who has an account here already is somebody else, for all that a key of an administration tells.
            before.retain(|key| key.kind == AccountKeyKind::EckId || from.is_none());
            let Some(into) = self.find_account(supplier, former, &before).await? else {
                continue;
            };
            // Two people who both come out at one account are not told apart by a guess.
            if from == Some(into) || !taken.insert(into) {
                continue;
            }
            if let Some(plan) = self
                .plan_take_over(caller, school, supplier, person, own, from, into)
                .await?
            {
                plans.push(plan);
            }
        }
        let mut act = ActOf::of(caller);
        for owner in [school, former] {
            self.note(&mut act, Owner::School(owner), "account.take-over", "school", former);
        }
        self.make(act, Vec::new(), plans).await
    }

    #[expect(clippy::too_many_arguments, reason = "one step of a loop, apart for its length")]
    async fn plan_take_over(
        &self,
        caller: &Caller,
        school: SchoolId,
        supplier: SupplierId,
        person: &Person,
        own: Vec<AccountKey>,
        from: Option<AccountId>,
        into: AccountId,
    ) -> Result<Option<(PlannedChange, Vec<SchoolId>)>, AppError> {
        let mut change = self.new_change(school, supplier, AccountChangeKind::TakeOver, from, into);
        change.person = Some(person.id);
        let mut moved = Vec::new();
        let (mut seen, mut schools) = (Vec::new(), Vec::new());
        for account in from.into_iter().chain([into]) {
            let of = self.store.account_schools(supplier, account).await?;
            if !self.all_within_reach(caller, &of).await? {
                return Ok(None);
            }
            let of = Seen::of(account, of);
            seen.push(of.by);
            schools.extend(of.schools);
        }
        if let Some(from) = from {
            moved = self.current_keys(supplier, from).await?;
        }
        let linked = self.unknown_keys(supplier, school, own).await?;
        let planned = PlannedChange {
            change,
            moved,
            linked,
            stayed: self.current_keys(supplier, into).await?,
            seen,
        };
        Ok(Some((planned, schools)))
    }
}
