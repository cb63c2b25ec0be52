//! Merging, splitting and taking over accounts, and undoing it: acts of a school or its board.
//!
//! Nobody changes what a school of another board sees: an account that such a school has seen too is left alone, with an
//! explanation. Each school that is concerned has records of its own about its persons, can look the change up, and its
//! answers rely on the new state at once. What is decided by rosters is decided again when one of them changes meanwhile.

mod heard;
mod join;
mod lookup;
mod make;
mod people;
mod take_over;
mod told;

use std::collections::BTreeSet;

use sluis_core::id::{AccountChangeId, AccountId, SchoolId, SupplierId};

use self::{
    make::Plan,
    people::{People, Persons},
};
use crate::app::{
    App,
    account_change::{AccountChange, AccountChangeKind, MoveRole, PlannedChange, PlannedUndo},
    account_key::AccountKey,
    act::ActOf,
    caller::Caller,
    error::{AppError, ConflictCode, Invalid, already, ended},
    feed::EventKind,
    gatekeeper::{ATTEMPTS, Standing},
    look::LooksAt,
    store::{Change, Page, StoreError},
};

pub(in crate::app) use self::join::Join;
pub use self::{
    lookup::{AccountFound, AccountSearch, DatedKey},
    take_over::AccountTakeOver,
    told::{AccountChangeSearch, AccountChanges},
};

/// Two accounts that are one person's.
#[derive(Debug, Clone, Copy)]
pub struct AccountMerge {
    /// At which supplier.
    pub supplier: SupplierId,
    /// The account that goes.
    pub from: AccountId,
    /// The account that stays.
    pub into: AccountId,
    /// The school knows that two persons of its roster are one.
    pub same_person: bool,
}

impl App {
    /// Merges two accounts: from now on the one that stays is that of everybody whom the other one was of.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Invalid`] for accounts that the school has not seen, and when rosters hold two
    /// persons; [`AppError::Conflict`] when a school of another board has seen one of the accounts, and when they were merged
    /// before.
    pub async fn account_merge(
        &self,
        caller: &Caller,
        school: SchoolId,
        merge: AccountMerge,
    ) -> Result<AccountChange, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        self.supplier_view(merge.supplier).await?;
        for _ in 0..ATTEMPTS {
            if let Some(change) = self.merge(caller, school, merge).await? {
                return Ok(change);
            }
        }
        Err(StoreError::Conflict.into())
    }

    /// None when something has changed meanwhile.
    async fn merge(
        &self,
        caller: &Caller,
        school: SchoolId,
        merge: AccountMerge,
    ) -> Result<Option<AccountChange>, AppError> {
        let AccountMerge {
            supplier, from, into, ..
        } = merge;
        let mut wrong = Vec::new();
        if from == into {
            wrong.push(Invalid::at(
                "/into",
                "same_account",
                "an account is not merged into itself",
            ));
        }
        for (pointer, account) in [("/from", from), ("/into", into)] {
            let schools = self.store.account_schools(supplier, account).await?;
            if !self.any_within_reach(caller, &schools).await? {
                let detail = "no school within reach has seen an account with this id at this supplier";
                wrong.push(Invalid::at(pointer, "account_unknown", detail));
            }
        }
        if !wrong.is_empty() {
            return Err(AppError::Invalid(wrong));
        }
        // INVARIANT: who has either account at a school of another board never comes to share it by this.
        let [gone, kept] = [
            self.seen(caller, supplier, from).await?,
            self.seen(caller, supplier, into).await?,
        ];
        let (moved, stayed) = (
            self.current_keys(supplier, from).await?,
            self.current_keys(supplier, into).await?,
        );
        if moved.is_empty() && self.is_merged(supplier, school, from, into).await? {
            return Err(already("these accounts were merged before"));
        }
        let schools: BTreeSet<_> = gone.schools.into_iter().chain(kept.schools).collect();
        // INVARIANT: at every school that has seen them, whichever the act is in the name of, or two persons of another
        // school would come to share an account without anybody having said that they are one.
        let people = self.people(supplier, schools.iter().copied().chain([school])).await?;
        let (mut whom, others) = (people.with(&moved), people.with(&stayed));
        if !merge.same_person && !whom.is_empty() && !others.is_subset(&whom) {
            let detail = "the rosters hold two persons with these accounts; say `samePerson` if they are one";
            return Err(AppError::Invalid(vec![Invalid::at(
                "/samePerson",
                "two_persons",
                detail,
            )]));
        }
        whom.extend(others);
        let planned = PlannedChange {
            change: self.new_change(school, supplier, AccountChangeKind::Merge, Some(from), into),
            moved,
            linked: Vec::new(),
            stayed,
            seen: vec![gone.by, kept.by],
            schools,
        };
        self.make_one(caller, Plan { planned, whom }, &people).await
    }

    async fn make_one(&self, caller: &Caller, plan: Plan, people: &People) -> Result<Option<AccountChange>, AppError> {
        let made = self
            .make(ActOf::of(caller), people.held().collect(), vec![plan])
            .await?;
        if made.is_none() {
            self.forget_people(people).await;
        }
        Ok(made.and_then(|made| made.into_iter().next()))
    }

    /// Gives a person of the roster a new account, when the present one is somebody else's too.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Invalid`] when the roster does not hold the person; [`AppError::Conflict`] when the
    /// person has no account yet, or when a school of another board has seen it.
    pub async fn account_split(
        &self,
        caller: &Caller,
        school: SchoolId,
        split: AccountSearch,
    ) -> Result<AccountChange, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        self.supplier_view(split.supplier).await?;
        for _ in 0..ATTEMPTS {
            if let Some(change) = self.split(caller, school, &split).await? {
                return Ok(change);
            }
        }
        Err(StoreError::Conflict.into())
    }

    /// None when something has changed meanwhile.
    async fn split(
        &self,
        caller: &Caller,
        school: SchoolId,
        split: &AccountSearch,
    ) -> Result<Option<AccountChange>, AppError> {
        let supplier = split.supplier;
        let roster = self.roster_now(school).await?;
        let person = self.person_of(&roster, school, split).await?;
        let keys = self.keys_at(supplier, school, person).await?;
        let Some(from) = self.find_account(supplier, school, &keys).await? else {
            return Err(AppError::Conflict {
                code: ConflictCode::NotReady,
                detail: "the person has no account at this supplier yet".to_owned(),
            });
        };
        let seen = self.seen(caller, supplier, from).await?;
        let current = self.current_keys(supplier, from).await?;
        let is_current = |key: &AccountKey| current.iter().any(|other| other.hash == key.hash);
        let own = |key: &AccountKey| keys.iter().any(|other| other.hash == key.hash);
        let stayed = current.iter().filter(|key| !own(key)).copied().collect();
        let (moved, rest): (Vec<_>, Vec<_>) = keys.iter().copied().partition(is_current);
        // A key that leads elsewhere is not this person's to take along.
        let linked = self.unknown_keys(supplier, school, rest).await?;
        let schools: BTreeSet<_> = seen.schools.into_iter().chain([school]).collect();
        let people = self.people(supplier, schools.iter().copied()).await?;
        let mut whom = people.with(&current);
        whom.insert((school, person.id));
        let mut change = self.new_change(school, supplier, AccountChangeKind::Split, Some(from), self.new_id());
        change.person = Some(person.id);
        let planned = PlannedChange {
            change,
            moved,
            linked,
            stayed,
            seen: vec![seen.by],
            schools,
        };
        self.make_one(caller, Plan { planned, whom }, &people).await
    }

    /// The changes of accounts of a school. Looking is itself on record, about each of the persons whom they are about.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else.
    pub async fn account_change_list(
        &self,
        caller: &Caller,
        school: SchoolId,
        page: Page<sluis_core::id::AccountChange>,
    ) -> Result<Vec<AccountChange>, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let found = self.store.account_changes(school, page).await?;
        let at = ("school", school);
        let whom = async |standing: &Standing| {
            let persons = self.persons_at(school, &standing.roster, &found).await?;
            Ok(LooksAt::List(persons))
        };
        self.looks(caller, school, "account_change.list", at, whom).await?;
        Ok(found)
    }

    /// One change of accounts of a school. Looking is itself on record, about the persons whom it is about.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn account_change_view(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: AccountChangeId,
    ) -> Result<AccountChange, AppError> {
        let change = self.account_change(caller, school, id).await?;
        let at = ("account_change", id);
        let whom = async |standing: &Standing| {
            let of = std::slice::from_ref(&change);
            let persons = self.persons_at(school, &standing.roster, of).await?;
            Ok(match persons.first() {
                Some(one) if persons.len() == 1 => LooksAt::One(*one),
                _ => LooksAt::List(persons),
            })
        };
        self.looks(caller, school, "account_change.view", at, whom).await?;
        Ok(change)
    }

    async fn account_change(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: AccountChangeId,
    ) -> Result<AccountChange, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let found = self.store.account_change(school, id).await?;
        found.ok_or(AppError::NotFound("account_change"))
    }

    /// Undoes a change of accounts: every key that it moved leads where it led before.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Conflict`] when it was undone before, when a school of another board has seen one of
    /// the accounts since, or when something was built on it: a later change, or a key that came to lead to one of them.
    pub async fn account_change_undo(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: AccountChangeId,
    ) -> Result<AccountChange, AppError> {
        for _ in 0..ATTEMPTS {
            if let Some(change) = self.undo(caller, school, id).await? {
                return Ok(change);
            }
        }
        Err(self.why_not_undone(school, id).await?)
    }

    /// None when something has changed meanwhile.
    async fn undo(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: AccountChangeId,
    ) -> Result<Option<AccountChange>, AppError> {
        let mut change = self.account_change(caller, school, id).await?;
        if change.undone_at.is_some() {
            return Err(ended("this change was undone before"));
        }
        let at = self.now();
        let keys = self.store.account_moves(id).await?;
        let of_role = |role| {
            keys.iter()
                .filter(move |(_, of)| *of == role)
                .map(|(key, _)| *key)
                .collect()
        };
        let (moved, linked) = (of_role(MoveRole::Moved), of_role(MoveRole::Linked));
        let mut seen = Vec::new();
        let mut schools = BTreeSet::new();
        let mut whom = Persons::new();
        let mut people = People::default();
        if change.kind == AccountChangeKind::Join {
            // A join moved a key of this school alone, and so does undoing it: who else has seen the accounts sees no change.
            schools.insert(change.school);
        } else {
            let mut keys = Vec::new();
            for account in change.from.into_iter().chain([change.into]) {
                let of = self.seen(caller, change.supplier, account).await?;
                schools.extend(&of.schools);
                seen.push(of.by);
                keys.extend(self.current_keys(change.supplier, account).await?);
            }
            people = self.people(change.supplier, schools.iter().copied()).await?;
            whom = people.with(&keys);
        }
        whom.extend(change.person.map(|person| (change.school, person)));
        let told = schools
            .iter()
            .map(|school| ((change.supplier, *school), vec![change.clone()]))
            .collect();
        let mut changes = self.notices(told, EventKind::AccountsChangeUndone, at).await?;
        changes.extend(people.held());
        schools.insert(change.school);
        let mut act = ActOf::of(caller);
        self.concern(&mut act, &change, "account_change.undo", &schools, &whom)
            .await?;
        act.changes_policy_of(schools);
        changes.push(Change::AccountChangeUndone(PlannedUndo {
            change: change.clone(),
            moved,
            linked,
            seen,
            at,
        }));
        match self.carry_out(act, changes).await {
            Ok(()) => {
                change.undone_at = Some(at);
                Ok(Some(change))
            }
            Err(AppError::Conflict {
                code: ConflictCode::AlreadyDone,
                ..
            }) => {
                self.forget_people(&people).await;
                self.forget(change.school).await;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Somebody else was first: with the same, or with something else.
    async fn why_not_undone(&self, school: SchoolId, id: AccountChangeId) -> Result<AppError, AppError> {
        let now = self.store.account_change(school, id).await?;
        if now.is_some_and(|change| change.undone_at.is_some()) {
            return Ok(ended("this change was undone before"));
        }
        Ok(AppError::Conflict {
            code: ConflictCode::NotReady,
            detail: "something was built on this change since: make another change instead".to_owned(),
        })
    }
}
