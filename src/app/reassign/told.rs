//! What a supplier learns of changed accounts: a feed that says that something changed, and through the gate what.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sluis_core::{
    catalogue::AttributeSet,
    gate::{self, SubjectFacts},
    id::{AccountChangeId, AccountId, PersonId, RecordId, SchoolId, SupplierId},
    ledger::{Outcome, PageLine, RecordKind},
    person::PersonKind,
};

use crate::app::{
    App,
    account_change::AccountChange,
    caller::Caller,
    error::AppError,
    feed::FeedEvent,
    gatekeeper::{Judged, Wanted, bound, refusal},
    learner::supplier_of,
    roster::{Listing, Person, Roster},
    store::Page,
};

/// How many changes are read at once, those that are not told too: a page costs the same whoever of them is available.
pub(super) const READ_AT_ONCE: u16 = 200;

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
    /// The changes of which all persons are available, the oldest first.
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

    /// The changed accounts of a school, each when all persons whom it is about are available for the purpose. When they
    /// become available again it is in the list again: it tells how accounts stand, not what was told before.
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
            let available = |person: &&Person| of_school.person(&person.facts()).is_permit();
            let (mut items, mut lines) = (Vec::new(), Vec::new());
            let limit = usize::from(search.limit);
            let mut after = search.after;
            while items.len() <= limit {
                let page = Page {
                    after,
                    limit: READ_AT_ONCE,
                };
                let changes = self.store.account_changes_told(supplier, school, page).await?;
                let is_last = changes.len() < usize::from(READ_AT_ONCE);
                after = changes.last().map(|change| change.id);
                let holders = self.holders(supplier, &changes, &listing, &standing.roster).await?;
                for change in changes {
                    let Some(about) = persons_of(&change, school, &holders, &standing.roster) else {
                        continue;
                    };
                    // INVARIANT: all of them, or a supplier learns of one by whom another was told apart from.
                    if about.is_empty() || !about.values().all(available) {
                        continue;
                    }
                    items.push(change);
                    if items.len() > limit {
                        // There is one more.
                        break;
                    }
                    lines.extend(about.keys().map(|person| PageLine {
                        subject: standing.subject(*person),
                        outcome: Outcome::Permit,
                        categories: Vec::new(),
                    }));
                }
                if is_last {
                    break;
                }
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

    /// Who of the listing has one of the accounts of these changes now.
    pub(super) async fn holders<'a>(
        &self,
        supplier: SupplierId,
        changes: &[AccountChange],
        listing: &Listing,
        roster: &'a Roster,
    ) -> Result<HashMap<AccountId, Vec<&'a Person>>, AppError> {
        let accounts = changes
            .iter()
            .flat_map(|change| change.from.into_iter().chain([change.into]));
        let accounts: BTreeSet<_> = accounts.collect();
        let leading = self
            .store
            .keys_leading_to(supplier, accounts.into_iter().collect())
            .await?;
        let leading: HashMap<_, _> = leading.iter().map(|stored| (stored.key.hash, stored.account)).collect();
        let mut holders: HashMap<AccountId, Vec<&Person>> = HashMap::new();
        for listed in listing.all() {
            let Some(person) = listed.person(roster) else {
                continue;
            };
            for account in listed.keys.iter().filter_map(|key| leading.get(&key.hash)) {
                holders.entry(*account).or_default().push(person);
            }
        }
        Ok(holders)
    }
}

/// The persons of the roster whom a change is about: everybody who has one of its accounts now, and the one whom it names.
/// None when the roster does not hold that one any more.
pub(super) fn persons_of<'a>(
    change: &AccountChange,
    school: SchoolId,
    holders: &HashMap<AccountId, Vec<&'a Person>>,
    roster: &'a Roster,
) -> Option<BTreeMap<PersonId, &'a Person>> {
    let accounts = change.from.into_iter().chain([change.into]);
    let theirs = accounts.filter_map(|account| holders.get(&account)).flatten();
    let mut persons: BTreeMap<_, _> = theirs.map(|person| (person.id, *person)).collect();
    if let Some(named) = change.person.filter(|_| change.school == school) {
        persons.insert(named, roster.with_id(named)?);
    }
    Some(persons)
}
