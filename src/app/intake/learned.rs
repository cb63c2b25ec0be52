//! What restrictions know their persons by, once a delivery is in.

use sluis_core::id::RestrictionId;

use super::Intake;
use crate::app::{restriction::KnownBy, store::RosterChange};

/// Restrictions with all that they know their persons by from now on.
pub(in crate::app) type Learned = Vec<(RestrictionId, KnownBy)>;

impl Intake<'_> {
    /// INVARIANT: who is restricted is so by every key that a delivery ever had of them, before any of these is taken away.
    pub(super) fn learned(&self, changes: &[RosterChange]) -> Learned {
        let held = self.held.persons.iter();
        let held = held.map(|person| (person.id, person.key_hash, person.eck_hash));
        let kept = changes.iter().filter_map(|change| match change {
            RosterChange::PersonKept(stored) => Some((stored.id, stored.key_hash, stored.eck_hash)),
            _ => None,
        });
        let open = self
            .held
            .restrictions
            .iter()
            .filter(|known| known.window.until.is_none());
        let grown = open.filter_map(|restriction| {
            let mut known_by = restriction.known_by.clone();
            let mut grown = false;
            for (person, key, eck_id) in held.clone().chain(kept.clone()) {
                if restriction.means(person, &key, eck_id.as_ref()) {
                    grown |= known_by.learn(key, eck_id);
                }
            }
            grown.then_some((restriction.id, known_by))
        });
        grown.collect()
    }
}
