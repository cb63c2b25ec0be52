//! What a supplier learns of changed accounts: a feed that says that something changed, and through the gate what.

use std::collections::HashSet;

use sluis_core::{
    catalogue::AttributeSet,
    gate::{self, SubjectFacts},
    id::{AccountChangeId, RecordId, SchoolId, SupplierId},
    ledger::{Outcome, PageLine, RecordKind},
    person::PersonKind,
};

use crate::app::{
    App,
    account_change::AccountChange,
    caller::Caller,
    error::AppError,
    feed::FeedEvent,
    gatekeeper::{Judged, Standing, Wanted, bound, refusal},
    learner::supplier_of,
    roster::{Listing, Person},
    store::Page,
};

/// Which changes a supplier asks for.
#[derive(Debug, Clone, Copy)]
pub struct AccountChangeSearch {
    /// Why.
    pub wanted: Wanted,
    /// Pupils or staff.
    pub kind: PersonKind,
    /// The last change of the page before.
    pub after: Option<AccountChangeId>,
    /// How many at most.
    pub limit: u16,
}

/// A page of changes.
#[derive(Debug)]
pub struct AccountChanges {
    /// The changes about persons who are available, the oldest first.
    pub items: Vec<AccountChange>,
    /// The cursor of the next page.
    pub next: Option<AccountChangeId>,
    /// The record of this release.
    pub record: RecordId,
}

impl App {
    /// What happened that a supplier should look at. Nothing in it is about a person.
    ///
    /// # Errors
    /// [`AppError::NotYours`] for who is no supplier.
    pub async fn event_list(&self, caller: &Caller, after: u64, limit: u16) -> Result<Vec<FeedEvent>, AppError> {
        let (supplier, _) = supplier_of(caller)?;
        Ok(self.store.events(supplier, after, limit).await?)
    }

    /// The changed accounts of a school, as far as the persons are available for the purpose. Who becomes available again is
    /// in the list again: it tells how accounts stand, not what was told before.
    ///
    /// # Errors
    /// As [`learner_search`](App::learner_search).
    pub async fn account_change_search(
        &self,
        caller: &Caller,
        school: SchoolId,
        search: AccountChangeSearch,
    ) -> Result<AccountChanges, AppError> {
        let (supplier, _) = supplier_of(caller)?;
        let wanted = Wanted {
            // An account is no attribute; nothing else goes.
            attributes: Some(AttributeSet::default()),
            ..bound(caller, school, search.wanted)?
        };
        let request = self.release_request(caller, school, wanted, search.kind)?;
        self.through_the_gate(school, async |standing| {
            let decision = self.decide(&request, standing, SubjectFacts::School);
            let name = "account_change.search";
            let draft = self.decision_draft(
                RecordKind::Page,
                caller,
                school,
                standing.at(),
                name,
                Some(&request),
                &decision,
            );
            let record = draft.id;
            if !decision.is_permit() {
                return Ok(Judged {
                    draft,
                    lines: None,
                    answer: Err(refusal(&decision, &caller.role, record)),
                });
            }
            let listing = self.listing(standing, supplier).await?;
            let asked = standing.now(&request);
            let of_school = gate::decide_school(&asked, Some(&standing.policy), self.catalogue);
            let available = |person: &Person| of_school.person(&person.facts()).is_permit();
            let (mut items, mut lines) = (Vec::new(), Vec::new());
            let limit = usize::from(search.limit);
            for change in self.changes_at(supplier, school, search.after).await? {
                let holders = self.holders_of(&change, &listing, standing).await?;
                let holders = holders.into_iter().filter(|person| available(person));
                let subjects: Vec<_> = holders.map(|person| standing.subject(person.id)).collect();
                if subjects.is_empty() {
                    continue;
                }
                if items.len() == limit {
                    // There is one more.
                    items.push(change);
                    break;
                }
                items.push(change);
                lines.extend(subjects.into_iter().map(|subject| PageLine {
                    subject,
                    outcome: Outcome::Permit,
                    categories: Vec::new(),
                }));
            }
            let more = items.len() > limit;
            items.truncate(limit);
            let next = items.last().filter(|_| more).map(|change| change.id);
            Ok(Judged {
                draft,
                lines: Some(lines),
                answer: Ok(AccountChanges { items, next, record }),
            })
        })
        .await?
    }

    async fn changes_at(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        after: Option<AccountChangeId>,
    ) -> Result<Vec<AccountChange>, AppError> {
        let page = Page { after, limit: u16::MAX };
        let mut changes = self.store.account_changes(school, page).await?;
        changes.retain(|change| change.supplier == supplier);
        Ok(changes)
    }

    /// The persons of the roster whom a change is about: who has one of its accounts now.
    async fn holders_of<'a>(
        &self,
        change: &AccountChange,
        listing: &Listing,
        standing: &'a Standing,
    ) -> Result<Vec<&'a Person>, AppError> {
        let mut keys = HashSet::new();
        for account in change.from.into_iter().chain([change.into]) {
            keys.extend(self.current_keys(change.supplier, account).await?);
        }
        let listed = listing.all().iter();
        let theirs = listed.filter(|listed| listed.keys.iter().any(|key| keys.contains(key)));
        Ok(theirs.filter_map(|listed| listed.person(&standing.roster)).collect())
    }
}
