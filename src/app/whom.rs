//! Whom a school means: somebody of its roster, by an identifier in the body of a request.

use sluis_core::{id::PersonId, identifier::EckId, person::PersonKind, personal::Personal};

use crate::app::{
    error::Invalid,
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
