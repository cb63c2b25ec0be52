//! Merging, splitting and taking over accounts, and undoing it: acts of a school or its board.
//!
//! Nobody changes what a school of another board sees: an account that such a school has seen too is left alone, with an
//! explanation. Each school that is concerned has a record of its own, and its answers rely on the new state at once.

mod join;
mod lookup;
mod take_over;
mod told;

use std::collections::BTreeSet;

use sluis_core::{
    id::{AccountChangeId, AccountId, SchoolId, SupplierId},
    ledger::Owner,
    time::Timestamp,
};

use crate::app::{
    App,
    account_change::{AccountChange, AccountChangeKind, MoveRole, PlannedChange, PlannedUndo},
    act::ActOf,
    agree::{already, ended},
    caller::Caller,
    error::{AppError, ConflictCode, Invalid},
    feed::{EventKind, Notice},
    store::{Change, Page},
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
    /// [`AppError::NotFound`]; [`AppError::Invalid`] for accounts that the school has not seen, and when the roster holds two
    /// persons; [`AppError::Conflict`] when a school of another board has seen one of the accounts, and when they were merged
    /// before.
    pub async fn account_merge(
        &self,
        caller: &Caller,
        school: SchoolId,
        merge: AccountMerge,
    ) -> Result<AccountChange, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let AccountMerge {
            supplier, from, into, ..
        } = merge;
        let supplier = self.supplier_view(supplier).await?.id;
        let mut wrong = Vec::new();
        if from == into {
            wrong.push(invalid("/into", "same_account", "an account is not merged into itself"));
        }
        for (pointer, account) in [("/from", from), ("/into", into)] {
            let schools = self.store.account_schools(supplier, account).await?;
            if !self.any_within_reach(caller, &schools).await? {
                let detail = "no school within reach has seen an account with this id at this supplier";
                wrong.push(invalid(pointer, "account_unknown", detail));
            }
        }
        if !wrong.is_empty() {
            return Err(AppError::Invalid(wrong));
        }
        let holders = [from, into].map(|account| self.holders(supplier, school, account));
        let [first, second] = futures::future::try_join_all(holders)
            .await?
            .try_into()
            .unwrap_or_default();
        if !merge.same_person && !first.is_empty() && second.iter().any(|person| !first.contains(person)) {
            let detail = "the roster holds two persons with these accounts; say `samePerson` if they are one";
            return Err(AppError::Invalid(vec![invalid("/samePerson", "two_persons", detail)]));
        }
        // INVARIANT: who has either account at a school of another board never comes to share it by this.
        let [gone, kept] = [
            self.seen(caller, supplier, from).await?,
            self.seen(caller, supplier, into).await?,
        ];
        let moved = self.current_keys(supplier, from).await?;
        if moved.is_empty() && self.is_merged(school, from, into).await? {
            return Err(already("these accounts were merged before"));
        }
        let change = self.new_change(school, supplier, AccountChangeKind::Merge, Some(from), into);
        let planned = PlannedChange {
            change,
            moved,
            linked: Vec::new(),
            stayed: self.current_keys(supplier, into).await?,
            seen: vec![gone.by, kept.by],
        };
        let schools = gone.schools.into_iter().chain(kept.schools).collect();
        let made = self
            .make(ActOf::of(caller), Vec::new(), vec![(planned, schools)])
            .await?;
        made.into_iter().next().ok_or(AppError::NotFound("account_change"))
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
        let supplier = self.supplier_view(split.supplier).await?.id;
        let person = self.person_of(school, &split.whom, split.kind).await?;
        let keys = self.keys_at(supplier, school, &person).await?;
        let Some(from) = self.find_account(supplier, school, &keys).await? else {
            return Err(AppError::Conflict {
                code: ConflictCode::NotReady,
                detail: "the person has no account at this supplier yet".to_owned(),
            });
        };
        let seen = self.seen(caller, supplier, from).await?;
        let current = self.current_keys(supplier, from).await?;
        let stayed = current.iter().filter(|key| !keys.contains(key)).copied().collect();
        let (moved, rest): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| current.contains(key));
        // A key that leads elsewhere is not this person's to take along.
        let linked = self.unknown_keys(supplier, school, rest).await?;
        let mut change = self.new_change(school, supplier, AccountChangeKind::Split, Some(from), self.new_id());
        change.person = Some(person.id);
        let planned = PlannedChange {
            change,
            moved,
            linked,
            stayed,
            seen: vec![seen.by],
        };
        let made = self
            .make(ActOf::of(caller), Vec::new(), vec![(planned, seen.schools)])
            .await?;
        made.into_iter().next().ok_or(AppError::NotFound("account_change"))
    }

    /// The changes of accounts of a school.
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
        Ok(self.store.account_changes(school, page).await?)
    }

    /// One change of accounts of a school.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn account_change_view(
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
        let mut change = self.account_change_view(caller, school, id).await?;
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
        let mut schools = BTreeSet::from([change.school]);
        // A join moved a key of this school alone, and so does undoing it: who else has seen the accounts sees no change.
        let others = change.from.into_iter().chain([change.into]);
        for account in others.filter(|_| change.kind != AccountChangeKind::Join) {
            let of = self.seen(caller, change.supplier, account).await?;
            schools.extend(&of.schools);
            seen.push(of.by);
        }
        let mut act = ActOf::of(caller);
        self.concern(&mut act, &change, "account_change.undo", &schools).await?;
        act.changes_policy_of(schools);
        let notice = notice(&change, EventKind::AccountsChangeUndone, at);
        let planned = PlannedUndo {
            change: change.clone(),
            moved,
            linked,
            seen,
            at,
        };
        let changes = vec![Change::AccountChangeUndone(planned), Change::Noticed(notice)];
        self.carry_out(act, changes).await.map_err(|error| match error {
            AppError::Conflict {
                code: ConflictCode::AlreadyDone,
                ..
            } => AppError::Conflict {
                code: ConflictCode::NotReady,
                detail: "something was built on this change since: make another change instead".to_owned(),
            },
            other => other,
        })?;
        change.undone_at = Some(at);
        Ok(change)
    }

    /// Makes all of these changes or none, after what comes before them.
    async fn make(
        &self,
        mut act: ActOf<'_>,
        mut changes: Vec<Change>,
        plans: Vec<(PlannedChange, Vec<SchoolId>)>,
    ) -> Result<Vec<AccountChange>, AppError> {
        let mut made = Vec::with_capacity(plans.len());
        for (planned, mut schools) in plans {
            let change = planned.change.clone();
            schools.push(change.school);
            let name = match change.kind {
                AccountChangeKind::Merge => "account.merge",
                AccountChangeKind::Split => "account.split",
                AccountChangeKind::TakeOver => "account.taken-over",
                AccountChangeKind::Join => "account.join",
            };
            let schools = schools.into_iter().collect();
            self.concern(&mut act, &change, name, &schools).await?;
            // Keys that join accounts were delivered with a roster that is in force: it leads to this already.
            if change.kind != AccountChangeKind::Join {
                act.changes_policy_of(schools);
            }
            changes.push(Change::AccountChanged(planned));
            changes.push(Change::Noticed(notice(
                &change,
                EventKind::AccountsChanged,
                change.made_at,
            )));
            made.push(change);
        }
        self.carry_out(act, changes).await?;
        Ok(made)
    }

    /// A record in the log of every school that is concerned.
    async fn concern(
        &self,
        act: &mut ActOf<'_>,
        change: &AccountChange,
        name: &'static str,
        schools: &BTreeSet<SchoolId>,
    ) -> Result<(), AppError> {
        for school in schools {
            self.note(act, Owner::School(*school), name, "account_change", change.id);
            // Another school knows the person by another id.
            if let Some(person) = change.person.filter(|_| *school == change.school) {
                self.about(act, person).await?;
            }
        }
        Ok(())
    }

    fn new_change(
        &self,
        school: SchoolId,
        supplier: SupplierId,
        kind: AccountChangeKind,
        from: Option<AccountId>,
        into: AccountId,
    ) -> AccountChange {
        AccountChange {
            id: self.new_id(),
            school,
            supplier,
            kind,
            from,
            into,
            person: None,
            made_at: self.now(),
            undone_at: None,
        }
    }
}

fn notice(change: &AccountChange, kind: EventKind, at: Timestamp) -> Notice {
    Notice {
        supplier: change.supplier,
        kind,
        school: change.school,
        resource: *change.id.as_uuid(),
        at,
    }
}

fn invalid(pointer: &str, code: &'static str, detail: &str) -> Invalid {
    Invalid {
        pointer: pointer.to_owned(),
        code,
        detail: detail.to_owned(),
    }
}
