//! All ids by which the records of a school may know one person: the roster gave the person another one when they came back,
//! or had them by none before they logged in.
//!
//! Promises: as at the intake, two different ECK iDs are two persons, and the key of the administration stands in where one
//! side has none. What is searched is what the school still has: its roster, what the roster knew before, and its
//! restrictions. Deliberately absent: another ECK iD of the same person, and the one that somebody had under a key that is now
//! another person's of the roster, who has none. Nothing tells them from somebody else's, so that the school searches by each.

use std::collections::BTreeSet;

use sluis_core::{
    id::{PersonId, SchoolId},
    person::PersonKind,
};

use crate::app::{
    App,
    error::AppError,
    restriction::Restriction,
    roster::{Roster, eck_hash, key_hash, person_id},
    sealing::SealingKey,
    store::PersonBefore,
    whom::Whom,
};

/// What one person is and was known by.
#[derive(Default)]
struct Known {
    /// Who of the roster has the key that is searched by.
    holder: Option<PersonId>,
    eck_hash: Option<[u8; 32]>,
    key_hashes: BTreeSet<[u8; 32]>,
    ids: Vec<PersonId>,
}

impl App {
    /// The ids, that of the roster first; none for a key that nobody has, or that came with several ECK iDs.
    pub(in crate::app) async fn ids_in_records(
        &self,
        school: SchoolId,
        whom: &Whom,
        kind: PersonKind,
        roster: &Roster,
        key: &dyn SealingKey,
    ) -> Result<Vec<PersonId>, AppError> {
        let found = whom.find(kind, roster, key);
        let mut known = Known::default();
        let eck_id = match whom {
            Whom::EckId(eck_id) => Some(eck_id.expose()),
            Whom::SourceKey(source) => {
                known.holder = found.map(|person| person.id);
                known.key_hashes.insert(key_hash(kind, source.expose(), key));
                found.and_then(|person| person.kept.eck_id())
            }
        };
        known.eck_hash = eck_id.map(|eck_id| eck_hash(eck_id, key));
        known.key_hashes.extend(found.map(|person| person.key_hash));
        let derived = eck_id.map(|eck_id| person_id(kind, eck_id, key));
        for id in whom.ids(kind, roster, key).into_iter().chain(derived) {
            known.add(id);
        }
        self.follow(school, known, roster).await
    }

    /// The ids of who has, or had, this one. The id that follows from an ECK iD is among them while the roster holds the
    /// person.
    pub(in crate::app) async fn ids_of(
        &self,
        school: SchoolId,
        person: PersonId,
        roster: &Roster,
        key: &dyn SealingKey,
    ) -> Result<Vec<PersonId>, AppError> {
        let mut known = Known {
            holder: Some(person),
            ids: vec![person],
            ..Known::default()
        };
        match roster.with_id(person) {
            Some(held) => {
                known.eck_hash = held.eck_hash;
                known.key_hashes.insert(held.key_hash);
                if let Some(eck_id) = held.kept.eck_id() {
                    known.add(person_id(held.kept.kind, eck_id, key));
                }
            }
            None => {
                known.learn(&self.store.persons_before_of(school, person).await?);
            }
        }
        self.follow(school, known, roster).await
    }

    /// Goes on from what is known of a person to what the school knew them by before.
    async fn follow(&self, school: SchoolId, mut known: Known, roster: &Roster) -> Result<Vec<PersonId>, AppError> {
        loop {
            let mut before = Vec::new();
            if let Some(hash) = known.eck_hash {
                before.extend(self.store.persons_before_by_eck(school, hash).await?);
            }
            for hash in &known.key_hashes {
                before.extend(self.store.persons_before_by_key(school, *hash).await?);
            }
            if !known.learn(&before) {
                break;
            }
        }
        for restriction in &roster.restrictions {
            if known.is_meant_by(restriction) {
                known.add(restriction.person);
            }
        }
        Ok(known.ids)
    }
}

impl Known {
    /// Takes note of those who had the ECK iD or one of the keys; whether that leads on.
    fn learn(&mut self, before: &[PersonBefore]) -> bool {
        let keys = self.key_hashes.len();
        let eck_hash = self.eck_hash;
        if eck_hash.is_none() {
            let of_holder = before
                .iter()
                .filter(|before| self.holder.is_none_or(|id| id == before.id));
            let all: BTreeSet<_> = of_holder.filter_map(|before| before.eck_hash).collect();
            self.eck_hash = all.first().copied().filter(|_| all.len() == 1);
        }
        for before in before {
            if before.eck_hash.is_none_or(|hash| self.eck_hash == Some(hash)) {
                self.key_hashes.insert(before.key_hash);
                self.add(before.id);
            }
        }
        self.key_hashes.len() > keys || self.eck_hash != eck_hash
    }

    /// Whether a restriction is about this person, and not about two that had one key.
    fn is_meant_by(&self, restriction: &Restriction) -> bool {
        let known_by = &restriction.known_by;
        let by_eck_id = self.eck_hash.is_some_and(|hash| known_by.eck_ids.contains(&hash));
        let by_key = !known_by.source_keys.is_disjoint(&self.key_hashes);
        let others = known_by.eck_ids.iter().filter(|hash| self.eck_hash != Some(**hash));
        (by_eck_id || by_key) && others.count() == 0
    }

    fn add(&mut self, id: PersonId) {
        if !self.ids.contains(&id) {
            self.ids.push(id);
        }
    }
}
