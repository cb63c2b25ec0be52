//! Making changes of accounts: in one transaction with their records, and with a notice to the supplier for each school.

use std::collections::BTreeSet;

use sluis_core::{
    id::{AccountId, SchoolId, SupplierId},
    ledger::Owner,
};

use super::{heard::ToTell, people::Persons};
use crate::app::{
    App,
    account_change::{AccountChange, AccountChangeKind, PlannedChange},
    act::ActOf,
    error::{AppError, ConflictCode},
    feed::EventKind,
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
        let (mut told, mut moved_on) = (ToTell::new(), BTreeSet::new());
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
            for school in &planned.schools {
                told.entry((change.supplier, *school)).or_default().push(change.clone());
            }
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
