//! People who came over from another school of the board, and keep their accounts.

use std::collections::{BTreeSet, HashMap, HashSet};

use sluis_core::{
    id::{AccountId, SchoolId, SupplierId},
    ledger::Owner,
};

use super::{lookup::Seen, make::Plan, people::People};
use crate::app::{
    App,
    account_change::{AccountChange, AccountChangeKind, PlannedChange},
    account_key::{AccountKey, AccountKeyKind},
    act::ActOf,
    caller::Caller,
    error::{AppError, Invalid},
    gatekeeper::ATTEMPTS,
    sealing::KeyScope,
    store::StoreError,
};

/// How many people come over in one transaction.
const AT_ONCE: usize = 100;

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
    /// when staff moved. Whoever the other school still has keeps an account there of their own. At most 100 people at
    /// once, so that nobody else's decision waits for long: it is asked again until nobody comes over any more.
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
            return Err(AppError::Invalid(vec![Invalid::at(
                "/fromSchool",
                "same_school",
                detail,
            )]));
        }
        self.supplier_view(take.supplier).await?;
        for _ in 0..ATTEMPTS {
            let people = self.people(take.supplier, [school, former]).await?;
            let plans = self.newcomers(caller, school, take, &people).await?;
            let mut act = ActOf::of(caller);
            for owner in [school, former] {
                self.note(&mut act, Owner::School(owner), "account.take-over", "school", former);
            }
            if let Some(made) = self.make(act, people.held().collect(), plans).await? {
                return Ok(made);
            }
            self.forget_people(&people).await;
        }
        Err(StoreError::Conflict.into())
    }

    /// What is to be changed for those who came over.
    async fn newcomers(
        &self,
        caller: &Caller,
        school: SchoolId,
        take: AccountTakeOver,
        people: &People,
    ) -> Result<Vec<Plan>, AppError> {
        let AccountTakeOver {
            supplier,
            from_school: former,
            source_keys,
        } = take;
        let key = self.sealing.key(KeyScope::Supplier(supplier)).await?;
        let (Some((roster, listing)), Some((_, there))) = (people.at(school), people.at(former)) else {
            return Ok(Vec::new());
        };
        let still_there: HashSet<_> = there.all().iter().flat_map(|listed| &listed.keys).collect();
        let own: Vec<_> = listing.all().iter().map(|listed| listed.keys.as_slice()).collect();
        let accounts = self.find_accounts(supplier, school, &own).await?;
        let held: HashSet<_> = accounts.iter().flatten().copied().collect();
        let mut newcomers = Vec::new();
        for (listed, from) in listing.all().iter().zip(accounts) {
            let Some(person) = listed.person(roster) else { continue };
            let mut before = person.hashed_account_keys(former, &*key);
            before.retain(|key| source_keys || key.kind == AccountKeyKind::EckId);
            if before.iter().any(|key| still_there.contains(key)) {
                continue;
            }
            // Who has an account here already is somebody else, for all that a key of an administration tells.
            before.retain(|key| key.kind == AccountKeyKind::EckId || from.is_none());
            newcomers.push((person.id, &listed.keys, from, before));
        }
        let before: Vec<_> = newcomers.iter().map(|(.., before)| before.as_slice()).collect();
        let theirs = self.find_accounts(supplier, former, &before).await?;
        let mut claims: HashMap<AccountId, usize> = HashMap::new();
        for into in theirs.iter().flatten() {
            *claims.entry(*into).or_default() += 1;
        }
        let mut plans = Vec::new();
        for ((person, own, from, _), into) in newcomers.into_iter().zip(theirs) {
            // INVARIANT: an account that somebody of the school has is nobody else's there, and two people who both come out at
            // one account are not told apart by a guess.
            let free = |into: &AccountId| !held.contains(into) && claims.get(into) == Some(&1);
            let Some(into) = into.filter(free) else { continue };
            let mut change = self.new_change(school, supplier, AccountChangeKind::TakeOver, from, into);
            change.person = Some(person);
            plans.extend(self.plan_take_over(caller, change, own).await?);
            if plans.len() == AT_ONCE {
                break;
            }
        }
        Ok(plans)
    }

    /// None when a school of another board has seen one of the accounts.
    async fn plan_take_over(
        &self,
        caller: &Caller,
        change: AccountChange,
        own: &[AccountKey],
    ) -> Result<Option<Plan>, AppError> {
        let AccountChange {
            school, supplier, into, ..
        } = change;
        let mut moved = Vec::new();
        let (mut seen, mut schools) = (Vec::new(), BTreeSet::from([school]));
        for account in change.from.into_iter().chain([into]) {
            let of = self.store.account_schools(supplier, account).await?;
            if !self.all_within_reach(caller, &of).await? {
                return Ok(None);
            }
            let of = Seen::of(account, of);
            seen.push(of.by);
            schools.extend(of.schools);
        }
        if let Some(from) = change.from {
            moved = self.current_keys(supplier, from).await?;
        }
        let planned = PlannedChange {
            moved,
            linked: self.unknown_keys(supplier, school, own.to_vec()).await?,
            stayed: self.current_keys(supplier, into).await?,
            seen,
            schools,
            change,
        };
        let whom = planned.change.person.map(|person| (school, person));
        Ok(Some(Plan {
            whom: whom.into_iter().collect(),
            planned,
        }))
    }
}
