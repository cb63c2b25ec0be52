//! Who has an account, by the rosters of the schools that an act is about.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use sluis_core::id::{PersonId, SchoolId, SupplierId};

use crate::app::{
    App,
    account_change::AccountChange,
    account_key::AccountKey,
    error::AppError,
    roster::{Listing, Roster},
    store::Change,
};

/// Persons, each at the school that knows them by this id.
pub(super) type Persons = BTreeSet<(SchoolId, PersonId)>;

/// The people of some schools, as one supplier would know them.
#[derive(Default)]
pub(super) struct People {
    schools: BTreeMap<SchoolId, (Arc<Roster>, Arc<Listing>)>,
}

impl App {
    /// The people of these schools, as their rosters are now.
    pub(super) async fn people(
        &self,
        supplier: SupplierId,
        schools: impl IntoIterator<Item = SchoolId>,
    ) -> Result<People, AppError> {
        let mut people = People::default();
        for school in schools.into_iter().collect::<BTreeSet<_>>() {
            let roster = self.roster_now(school).await?;
            let listing = self.listing_of(&roster, school, supplier).await?;
            people.schools.insert(school, (roster, listing));
        }
        Ok(people)
    }

    /// The roster of a school at the epoch of its policy.
    pub(super) async fn roster_now(&self, school: SchoolId) -> Result<Arc<Roster>, AppError> {
        let epoch = self.policy(school).await?.epoch();
        self.roster(school, epoch).await
    }

    /// The persons of a school whom these changes are about: whoever of this roster has one of the accounts, and those whom it named.
    pub(super) async fn persons_at(
        &self,
        school: SchoolId,
        roster: &Roster,
        changes: &[AccountChange],
    ) -> Result<BTreeSet<PersonId>, AppError> {
        let named = changes.iter().filter(|change| change.school == school);
        let mut persons: BTreeSet<_> = named.filter_map(|change| change.person).collect();
        let suppliers: BTreeSet<_> = changes.iter().map(|change| change.supplier).collect();
        for supplier in suppliers {
            let of_supplier: Vec<_> = changes
                .iter()
                .filter(|change| change.supplier == supplier)
                .cloned()
                .collect();
            let listing = self.listing_of(roster, school, supplier).await?;
            let holders = self.holders(supplier, &of_supplier, &listing, roster).await?;
            persons.extend(holders.values().flatten().map(|person| person.id));
        }
        Ok(persons)
    }

    /// Reads these people anew at the next question: something has changed.
    pub(super) async fn forget_people(&self, people: &People) {
        for school in people.schools.keys() {
            self.forget(*school).await;
        }
    }
}

impl People {
    /// Who of them has one of these keys.
    pub(super) fn with(&self, keys: &[AccountKey]) -> Persons {
        let wanted: HashSet<_> = keys.iter().map(|key| key.hash).collect();
        let mut found = Persons::new();
        for (school, (roster, listing)) in &self.schools {
            let all = listing.all().iter();
            let theirs = all.filter(|listed| listed.keys.iter().any(|key| wanted.contains(&key.hash)));
            let persons = theirs.filter_map(|listed| listed.person(roster));
            found.extend(persons.map(|person| (*school, person.id)));
        }
        found
    }

    /// The roster of one of the schools, and everybody in it who has a key.
    pub(super) fn at(&self, school: SchoolId) -> Option<(&Roster, &Listing)> {
        let (roster, listing) = self.schools.get(&school)?;
        Some((roster, listing))
    }

    /// INVARIANT: what is decided by these people is done only while nothing of them has changed: a pull that brings somebody
    /// back, or a second person, comes before it or after it.
    pub(super) fn held(&self) -> impl Iterator<Item = Change> {
        let schools = self.schools.iter();
        schools.map(|(school, (roster, _))| Change::EpochHeld(*school, roster.epoch))
    }
}
