//! What the keys tell by themselves: two accounts are one person's, and are joined.
//!
//! A roster without ECK iDs opens accounts by the keys of the administration. When the ECK iD comes and leads to another
//! account (the person had logged in before, or goes to another school too), that one is the person's from then on. The other
//! one would be nobody's, with all that the supplier stored under it: so this is a change like those that a school decides,
//! on record, told to the supplier, and it can be undone. It changes nothing at another school.

use std::collections::BTreeSet;

use sluis_core::id::{AccountId, PersonId, SchoolId, SupplierId};

use super::{make::Plan, people::Persons};
use crate::app::{
    App,
    account_change::{AccountChangeKind, PlannedChange},
    account_key::AccountKey,
    act::ActOf,
    error::AppError,
    store::Change,
};

/// A key that joins two accounts.
pub(in crate::app) struct Join {
    /// Who has it, at the school that delivered it.
    pub(in crate::app) person: PersonId,
    /// The key.
    pub(in crate::app) key: AccountKey,
    /// The account that it led to.
    pub(in crate::app) from: AccountId,
    /// The account that the stronger key leads to.
    pub(in crate::app) into: AccountId,
}

impl App {
    /// Joins accounts, after what comes before it. False when a key leads elsewhere by now, and then nothing is changed.
    pub(in crate::app) async fn accounts_join(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        joins: Vec<Join>,
        before: Vec<Change>,
    ) -> Result<bool, AppError> {
        let plans = joins.into_iter().map(|join| {
            let mut change = self.new_change(school, supplier, AccountChangeKind::Join, Some(join.from), join.into);
            change.person = Some(join.person);
            Plan {
                planned: PlannedChange {
                    change,
                    moved: vec![join.key],
                    linked: Vec::new(),
                    stayed: Vec::new(),
                    seen: Vec::new(),
                    schools: BTreeSet::from([school]),
                },
                whom: Persons::from([(school, join.person)]),
            }
        });
        let plans = plans.collect();
        let made = self.make(ActOf::of_service(), before, plans).await?;
        if made.is_none() {
            self.forget(school).await;
        }
        Ok(made.is_some())
    }
}
