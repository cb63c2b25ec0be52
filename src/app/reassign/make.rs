//! Making changes of accounts: in one transaction with their records, and with a notice to the supplier for each school.

use std::collections::BTreeSet;

use sluis_core::{
    id::{AccountId, SchoolId, SupplierId},
    ledger::Owner,
    time::Timestamp,
};

use super::people::Persons;
use crate::app::{
    App,
    account_change::{AccountChange, AccountChangeKind, PlannedChange},
    act::ActOf,
    error::{AppError, ConflictCode},
    feed::{EventKind, Notice},
    store::Change,
};

/// A change, and the persons whom it is about as far as the rosters of the schools hold them.
pub(super) struct Plan {
    pub(super) planned: PlannedChange,
    pub(super) whom: Persons,
}

impl App {
    /// Makes all of these changes or none, after what comes before them. None when something that they rely on is not so any
    /// more: then nothing was done, and it is to be decided again.
    pub(super) async fn make(
        &self,
        mut act: ActOf<'_>,
        mut changes: Vec<Change>,
        plans: Vec<Plan>,
    ) -> Result<Option<Vec<AccountChange>>, AppError> {
        let mut made = Vec::with_capacity(plans.len());
        let (mut told, mut moved_on) = (BTreeSet::new(), BTreeSet::new());
        for Plan { planned, whom } in plans {
            let change = planned.change.clone();
            let name = match change.kind {
                AccountChangeKind::Merge => "account.merge",
                AccountChangeKind::Split => "account.split",
                AccountChangeKind::TakeOver => "account.taken-over",
                AccountChangeKind::Join => "account.join",
            };
            let concerned = planned.concerned();
            self.concern(&mut act, &change, name, &concerned, &whom).await?;
            // Keys that join accounts were delivered with a roster that is in force: it leads to this already.
            if change.kind != AccountChangeKind::Join {
                moved_on.extend(concerned);
            }
            told.extend(planned.schools.iter().map(|school| (change.supplier, *school)));
            changes.push(Change::AccountChanged(planned));
            made.push(change);
        }
        act.changes_policy_of(moved_on);
        changes.extend(self.notices(told, EventKind::AccountsChanged, self.now()).await?);
        match self.carry_out(act, changes).await {
            Ok(()) => Ok(Some(made)),
            Err(AppError::Conflict {
                code: ConflictCode::AlreadyDone,
                ..
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Records in the log of every school that is concerned: one about each of its persons, or one when it holds none.
    pub(super) async fn concern(
        &self,
        act: &mut ActOf<'_>,
        change: &AccountChange,
        name: &'static str,
        schools: &BTreeSet<SchoolId>,
        whom: &Persons,
    ) -> Result<(), AppError> {
        for school in schools {
            let mut persons = whom.iter().filter(|(at, _)| at == school).peekable();
            if persons.peek().is_none() {
                self.note(act, Owner::School(*school), name, "account_change", change.id);
            }
            for (_, person) in persons {
                self.note(act, Owner::School(*school), name, "account_change", change.id);
                self.about(act, *person).await?;
            }
        }
        Ok(())
    }

    /// One notice for each school, however many accounts it is about: a supplier that counts them and asks which they are
    /// must not learn how many of the persons are not available.
    pub(super) async fn notices(
        &self,
        told: BTreeSet<(SupplierId, SchoolId)>,
        kind: EventKind,
        at: Timestamp,
    ) -> Result<Vec<Change>, AppError> {
        let mut notices = Vec::with_capacity(told.len());
        for (supplier, school) in told {
            if self.supplies(supplier, school).await? {
                notices.push(Change::Noticed(Notice {
                    supplier,
                    kind,
                    school,
                    resource: *school.as_uuid(),
                    at,
                }));
            }
        }
        Ok(notices)
    }

    /// Whether a product of this supplier is on at a school: a supplier is told nothing of a school that has switched it off.
    async fn supplies(&self, supplier: SupplierId, school: SchoolId) -> Result<bool, AppError> {
        let now = self.now();
        let board = self
            .store
            .school(school)
            .await?
            .ok_or(AppError::NotFound("school"))?
            .board;
        let mandates = self.store.mandates(board).await?;
        let mut mandates = mandates.iter().filter(|mandate| mandate.supplier == supplier);
        if !mandates.any(|mandate| mandate.window.holds(now)) {
            return Ok(false);
        }
        for activation in self.store.activations(school).await? {
            let on = activation.window.holds(now) && activation.accepted_by_supplier_at.is_some();
            if !on {
                continue;
            }
            let product = self.store.product(activation.product).await?;
            if product.is_some_and(|product| product.supplier == supplier) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn new_change(
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
