//! When a supplier hears that accounts changed.
//!
//! Promises: it hears of it when it can learn at that moment what changed, and else of nothing: who heard that something changed
//! and found nothing would know that it is about somebody who is not available. When the restriction of such a person ends it
//! hears of it then. Deliberately absent: an event when somebody comes back to the roster or into the scope of a product; who asks
//! what changed finds it.

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::{
    agreement::SupplierKind,
    catalogue::{AttributeSet, Purpose},
    gate::{self, Asker, Assurance, Channel, Direction, Request},
    id::{PersonId, ProductId, SchoolId, SupplierId},
    person::PersonKind,
    time::Timestamp,
};

use super::told::{READ_AT_ONCE, persons_of};
use crate::app::{
    App,
    account_change::AccountChange,
    error::AppError,
    feed::{EventKind, Notice},
    restriction::Restriction,
    roster::{Person, Roster},
    store::{Change, Page},
};

/// The changes that suppliers may hear of, at each school.
pub(super) type ToTell = BTreeMap<(SupplierId, SchoolId), Vec<AccountChange>>;

/// A supplier, as it asks a school what changed.
struct Hearer<'a> {
    supplier: SupplierId,
    asker: Asker,
    /// Those that the school ever switched on, by their suppliers: the gate says whether they still are.
    products: &'a BTreeMap<SupplierId, BTreeSet<ProductId>>,
    school: SchoolId,
}

impl Hearer<'_> {
    fn notice(&self, kind: EventKind, at: Timestamp) -> Change {
        Change::Noticed(Notice {
            supplier: self.supplier,
            kind,
            school: Some(self.school),
            resource: *self.school.as_uuid(),
            at,
        })
    }
}

impl App {
    /// One notice for each school, however many accounts it is about: a supplier that counts them and asks which they are
    /// must not learn how many of the persons are not available.
    pub(super) async fn notices(&self, told: ToTell, kind: EventKind, at: Timestamp) -> Result<Vec<Change>, AppError> {
        let mut notices = Vec::new();
        for ((supplier, school), changes) in told {
            let products = self.products_of_suppliers(school).await?;
            if !products.contains_key(&supplier) {
                continue;
            }
            let roster = self.roster_now(school).await?;
            notices.extend(self.facts_held(&roster, school).await?);
            let of = self.hearer(supplier, &products, school).await?;
            if self.learns_of(&of, &roster, &changes, |_| true).await? {
                notices.push(of.notice(kind, at));
            }
        }
        Ok(notices)
    }

    /// For each supplier that can learn of changed accounts of a person because a restriction ends: the roster is that without it.
    pub(in crate::app) async fn heard_again(
        &self,
        roster: &Roster,
        ended: &Restriction,
        at: Timestamp,
    ) -> Result<Vec<Change>, AppError> {
        let school = ended.school;
        let mut notices = self.facts_held(roster, school).await?;
        let products = self.products_of_suppliers(school).await?;
        for supplier in products.keys().copied() {
            let of = self.hearer(supplier, &products, school).await?;
            let mut after = None;
            loop {
                let page = Page {
                    after,
                    limit: READ_AT_ONCE,
                };
                let changes = self.store.account_changes_told(supplier, school, page).await?;
                let is_theirs = |person: &Person| person.is_meant_by(ended);
                if self.learns_of(&of, roster, &changes, is_theirs).await? {
                    notices.push(of.notice(EventKind::AccountsChanged, at));
                    break;
                }
                if changes.len() < usize::from(READ_AT_ONCE) {
                    break;
                }
                after = changes.last().map(|change| change.id);
            }
        }
        Ok(notices)
    }

    /// INVARIANT: whether a supplier may learn of something is told by facts that are in force when it is told, or a replica that
    /// has not heard of a withdrawal would still tell.
    async fn facts_held(&self, roster: &Roster, school: SchoolId) -> Result<Vec<Change>, AppError> {
        let epochs = BTreeSet::from([roster.epoch, self.policy(school).await?.epoch()]);
        Ok(epochs
            .into_iter()
            .map(|epoch| Change::EpochHeld(school, epoch))
            .collect())
    }

    /// Whether a supplier may learn of one of these changes for some purpose: of one that is about such a person.
    async fn learns_of(
        &self,
        of: &Hearer<'_>,
        roster: &Roster,
        changes: &[AccountChange],
        such: impl Fn(&Person) -> bool,
    ) -> Result<bool, AppError> {
        let Hearer {
            supplier,
            asker,
            products,
            school,
        } = *of;
        let policy = self.policy(school).await?;
        let listing = self.listing_of(roster, school, supplier).await?;
        let holders = self.holders(supplier, changes, &listing, roster).await?;
        let about = changes
            .iter()
            .filter_map(|change| persons_of(change, school, &holders, roster));
        let about: Vec<BTreeMap<PersonId, &Person>> = about
            .filter(|persons| persons.values().any(|person| such(person)))
            .collect();
        if about.is_empty() {
            return Ok(false);
        }
        let at = policy.moment(self.now());
        let receivers: Vec<_> = products.keys().copied().collect();
        for product in products.get(&supplier).into_iter().flatten() {
            let wanted = Purpose::ALL.into_iter().flat_map(|purpose| {
                let receivers = match asker.names_receiver(purpose) {
                    true => receivers.iter().copied().map(Some).collect(),
                    false => vec![None],
                };
                let kinds = PersonKind::ALL.into_iter();
                kinds.flat_map(move |kind| {
                    receivers
                        .clone()
                        .into_iter()
                        .map(move |receiver| (purpose, kind, receiver))
                })
            });
            for (purpose, person_kind, receiver) in wanted {
                let request = Request {
                    asker,
                    product: *product,
                    school,
                    purpose: Some(purpose),
                    receiver,
                    channel: Channel::Api,
                    direction: Direction::Release,
                    person_kind,
                    attributes: AttributeSet::default(),
                    required: AttributeSet::default(),
                    assurance: Assurance::default(),
                    at,
                };
                let of_school = gate::decide_school(&request, Some(&policy), self.catalogue);
                let available = |person: &&Person| of_school.person(&person.facts()).is_permit();
                if about.iter().any(|persons| persons.values().all(available)) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    async fn hearer<'a>(
        &self,
        supplier: SupplierId,
        products: &'a BTreeMap<SupplierId, BTreeSet<ProductId>>,
        school: SchoolId,
    ) -> Result<Hearer<'a>, AppError> {
        let asker = match self.supplier_view(supplier).await?.kind {
            SupplierKind::Supplier => Asker::Supplier(supplier),
            SupplierKind::Distributor => Asker::Distributor(supplier),
        };
        Ok(Hearer {
            supplier,
            asker,
            products,
            school,
        })
    }

    /// The products that a school ever switched on, by their suppliers.
    async fn products_of_suppliers(
        &self,
        school: SchoolId,
    ) -> Result<BTreeMap<SupplierId, BTreeSet<ProductId>>, AppError> {
        let activations = self.store.activations(school).await?;
        let all: BTreeSet<_> = activations.iter().map(|activation| activation.product).collect();
        let mut products: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for id in all {
            if let Some(product) = self.store.product(id).await? {
                products.entry(product.supplier).or_default().insert(id);
            }
        }
        Ok(products)
    }
}
