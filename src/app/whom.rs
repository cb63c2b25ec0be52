//! Whom a school means: somebody of its roster, by an identifier in the body of a request.

use std::collections::BTreeSet;

use sluis_core::{id::PersonId, identifier::EckId, person::PersonKind, personal::Personal};

use crate::app::{
    error::Invalid,
    restriction::Restriction,
    roster::{self, Person, Roster, label},
    sealing::SealingKey,
};

/// How a school names a person.
#[derive(Debug)]
pub enum Whom {
    /// Who has this ECK iD.
    EckId(EckId),
    /// Who has this key in the administration.
    SourceKey(Personal<String>),
}

impl Whom {
    /// The person of this kind in the roster, if it holds them.
    pub(in crate::app) fn find<'a>(
        &self,
        kind: PersonKind,
        roster: &'a Roster,
        key: &dyn SealingKey,
    ) -> Option<&'a Person> {
        match self {
            Self::EckId(eck_id) => {
                let hash = key.hash(label::ECK_ID, eck_id.expose().as_bytes());
                roster.with_eck_hash(kind, hash)
            }
            Self::SourceKey(source) => {
                let hash = roster::key_hash(kind, source.expose(), key);
                let mut persons = roster.persons.iter();
                persons.find(|person| person.kept.kind == kind && person.key_hash == hash)
            }
        }
    }

    /// The ids by which the school may know the person: that of the roster first, and the one that follows from the ECK iD, by
    /// which it knows who is in no roster yet or any more. None for a key that nobody of the roster has.
    pub(in crate::app) fn ids(&self, kind: PersonKind, roster: &Roster, key: &dyn SealingKey) -> Vec<PersonId> {
        let mut ids: Vec<_> = self
            .find(kind, roster, key)
            .map(|person| person.id)
            .into_iter()
            .collect();
        if let Self::EckId(eck_id) = self {
            let derived = roster::person_id(kind, eck_id.expose(), key);
            if !ids.contains(&derived) {
                ids.push(derived);
            }
        }
        ids
    }

    /// All ids by which the records of the school may know the person, as far as the school still has them: those of
    /// [`ids`](Self::ids), the one that follows from the ECK iD that the roster has for a key, and those that restrictions
    /// of the person were placed by. INVARIANT: as at the intake, two different ECK iDs are two persons: where a
    /// restriction knows another one too, it says nothing of this person.
    pub(in crate::app) fn ids_in_records(
        &self,
        kind: PersonKind,
        roster: &Roster,
        key: &dyn SealingKey,
    ) -> Vec<PersonId> {
        let mut ids = self.ids(kind, roster, key);
        let found = self.find(kind, roster, key);
        let eck_id = match self {
            Self::EckId(eck_id) => Some(eck_id.expose()),
            Self::SourceKey(_) => found.and_then(|person| person.kept.eck_id()),
        };
        let eck_hash = eck_id.map(|eck_id| roster::eck_hash(eck_id, key));
        let source_key = match self {
            Self::EckId(_) => found.map(|person| person.key_hash),
            Self::SourceKey(source) => Some(roster::key_hash(kind, source.expose(), key)),
        };
        let is_theirs = |restriction: &&Restriction| {
            let known_by = &restriction.known_by;
            let eck_ids: BTreeSet<_> = known_by.eck_ids.iter().chain(eck_hash.as_ref()).collect();
            let by_eck_id = eck_hash.is_some_and(|hash| known_by.eck_ids.contains(&hash));
            let by_key = source_key.is_some_and(|hash| known_by.source_keys.contains(&hash));
            (by_eck_id || by_key) && eck_ids.len() <= 1
        };
        let restricted = roster.restrictions.iter().filter(is_theirs);
        let derived = eck_id.map(|eck_id| roster::person_id(kind, eck_id, key));
        for id in derived
            .into_iter()
            .chain(restricted.map(|restriction| restriction.person))
        {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// The roster does not hold them.
    pub(in crate::app) fn unknown(&self) -> Invalid {
        let name = match self {
            Self::EckId(_) => "ECK iD",
            Self::SourceKey(_) => "key",
        };
        let detail = format!("the roster of the school holds nobody of this kind with this {name}");
        self.refused("person_unknown", detail)
    }

    /// A supplier may not name them.
    pub(in crate::app) fn not_for_suppliers(&self) -> Invalid {
        let detail = "only the school and its board ask about one person";
        self.refused("not_for_suppliers", detail.to_owned())
    }

    fn refused(&self, code: &'static str, detail: String) -> Invalid {
        let pointer = match self {
            Self::EckId(_) => "/eckId",
            Self::SourceKey(_) => "/sourceKey",
        };
        Invalid {
            pointer: pointer.to_owned(),
            code,
            detail,
        }
    }
}
