//! The roster of a school as the gate and the use cases see it: opened, in memory, at one epoch.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use sluis_core::{
    catalogue::Attribute,
    id::{GroupId, PersonId, SchoolId},
    identifier::EckIdRules,
    person::{PersonFacts, PersonKind, YearGroup},
    personal::Personal,
    time::{Timestamp, Window},
};
use zeroize::Zeroizing;

use crate::app::{
    App,
    error::AppError,
    sealing::{KeyScope, SealingKey},
    store::{StoreError, StoredGroup, StoredPerson},
};

/// Everybody in the roster of one school, at one epoch.
pub(in crate::app) struct Roster {
    pub(in crate::app) epoch: u64,
    pub(in crate::app) groups: BTreeMap<GroupId, StoredGroup>,
    pub(in crate::app) persons: Vec<Person>,
}

/// A person of the roster, opened.
#[derive(Clone)]
pub(in crate::app) struct Person {
    pub(in crate::app) id: PersonId,
    pub(in crate::app) key_hash: [u8; 32],
    pub(in crate::app) eck_hash: Option<[u8; 32]>,
    pub(in crate::app) content_hash: [u8; 32],
    pub(in crate::app) kept: KeptPerson,
    enrolment: Window,
    year_group: Option<YearGroup>,
}

/// What is kept of a person: what an active agreement needs, and the facts that the gate needs.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::app) struct KeptPerson {
    pub(in crate::app) kind: PersonKind,
    /// The key in the administration, unless it is a dummy.
    #[serde(with = "personal_text")]
    pub(in crate::app) source_key: Option<Personal<String>>,
    pub(in crate::app) groups: Vec<GroupId>,
    #[serde(with = "personal_text")]
    pub(in crate::app) year_group: Option<Personal<String>>,
    #[serde(with = "personal_text")]
    pub(in crate::app) enrolled_from: Option<Personal<String>>,
    #[serde(with = "personal_text")]
    pub(in crate::app) enrolled_until: Option<Personal<String>>,
    #[serde(with = "personal_values")]
    pub(in crate::app) values: BTreeMap<Attribute, Personal<String>>,
}

/// The labels under which keyed hashes are made; two of them never give the same hash for one value.
pub(in crate::app) mod label {
    pub(in crate::app) const ECK_ID: &str = "eck-id";
    pub(in crate::app) const PERSON_KEY: &str = "person-key";
    pub(in crate::app) const PERSON_CONTENT: &str = "person-content";
    pub(in crate::app) const GROUP_KEY: &str = "group-key";
    pub(in crate::app) const SUBJECT: &str = "subject";
    pub(in crate::app) const ACCOUNT: &str = "account";
}

impl Person {
    /// What the gate needs to know.
    pub(in crate::app) fn facts(&self) -> PersonFacts<'_> {
        PersonFacts {
            person: self.id,
            kind: self.kept.kind,
            enrolment: self.enrolment,
            groups: &self.kept.groups,
            year_group: self.year_group,
            restriction: None,
            objection: None,
        }
    }

    /// What identifies the account of this person at a supplier: the ECK iD (for staff with the school), or without
    /// one the key of the administration at this school. Never an e-mail address or a name; none, no account.
    pub(in crate::app) fn account_key(&self, school: SchoolId) -> Option<Zeroizing<String>> {
        let eck_id = self.kept.values.get(&Attribute::EckId);
        match (self.kept.kind, eck_id, &self.kept.source_key) {
            (PersonKind::Pupil, Some(eck_id), _) => Some(format!("eck:{}", eck_id.expose())),
            (PersonKind::Staff, Some(eck_id), _) => Some(format!("staff-eck:{school}:{}", eck_id.expose())),
            (PersonKind::Pupil, None, Some(key)) => Some(format!("pupil:{school}:{}", key.expose())),
            (PersonKind::Staff, None, Some(key)) => Some(format!("staff:{school}:{}", key.expose())),
            (_, None, None) => None,
        }
        .map(Zeroizing::new)
    }

    /// Opens a person as it is kept.
    pub(in crate::app) fn open(
        school: SchoolId,
        stored: &StoredPerson,
        key: &dyn SealingKey,
    ) -> Result<Self, StoreError> {
        let plain = key.open(&place(school, stored.id), &stored.sealed)?;
        let kept = serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("person"))?;
        let kept: KeptPerson = kept;
        let midnight = |day: &Option<Personal<String>>| day.as_ref().and_then(|day| midnight(day.expose()));
        Ok(Self {
            id: stored.id,
            key_hash: stored.key_hash,
            eck_hash: stored.eck_hash,
            content_hash: stored.content_hash,
            enrolment: Window {
                from: midnight(&kept.enrolled_from).unwrap_or(Timestamp::from_millis(i64::MIN)),
                until: midnight(&kept.enrolled_until),
            },
            year_group: kept
                .year_group
                .as_ref()
                .and_then(|year| YearGroup::parse(year.expose()).ok()),
            kept,
        })
    }

    /// Seals a person to be kept.
    pub(in crate::app) fn seal(
        school: SchoolId,
        id: PersonId,
        kept: &KeptPerson,
        key: &dyn SealingKey,
    ) -> Result<StoredPerson, StoreError> {
        let plain =
            Zeroizing::new(serde_json::to_vec(kept).map_err(|_| StoreError::Corrupt("a person cannot be written"))?);
        let key_hash = match &kept.source_key {
            Some(source) => key.hash(
                label::PERSON_KEY,
                format!("{}:{}", kept.kind.as_str(), source.expose()).as_bytes(),
            ),
            // INVARIANT: a dummy key never matches, so that two pupils are never taken for one.
            None => key.hash(label::PERSON_KEY, id.as_bytes()),
        };
        let eck_hash = kept
            .values
            .get(&Attribute::EckId)
            .map(|eck_id| key.hash(label::ECK_ID, eck_id.expose().as_bytes()));
        Ok(StoredPerson {
            id,
            key_hash,
            eck_hash,
            content_hash: key.hash(label::PERSON_CONTENT, &plain),
            sealed: key.seal(&place(school, id), &plain)?,
        })
    }
}

/// The beginning of a day in the Netherlands; from `uitstroomdatum` on, a pupil has left.
fn midnight(day: &str) -> Option<Timestamp> {
    let day: jiff::civil::Date = day.parse().ok()?;
    let zone = jiff::tz::TimeZone::get("Europe/Amsterdam").ok()?;
    Some(Timestamp::from_millis(
        day.to_zoned(zone).ok()?.timestamp().as_millisecond(),
    ))
}

fn place(school: SchoolId, person: PersonId) -> String {
    format!("roster_persons/{school}/{person}")
}

impl App {
    /// The roster of a school, from the cache when it is of this epoch.
    pub(in crate::app) async fn roster(&self, school: SchoolId, epoch: u64) -> Result<Arc<Roster>, AppError> {
        if let Some(cached) = self.rosters.get(&school).await
            && cached.epoch == epoch
        {
            return Ok(cached);
        }
        let roster = Arc::new(self.open_roster(school).await?);
        self.rosters.insert(school, Arc::clone(&roster)).await;
        Ok(roster)
    }

    /// Reads and opens the roster of a school.
    pub(in crate::app) async fn open_roster(&self, school: SchoolId) -> Result<Roster, AppError> {
        let stored = self.store.roster(school).await?;
        let key = self.sealing.key(KeyScope::School(school)).await?;
        let persons = stored
            .persons
            .iter()
            .map(|person| Person::open(school, person, &*key))
            .collect::<Result<_, _>>()?;
        let groups = stored.groups.into_iter().map(|group| (group.id, group)).collect();
        Ok(Roster {
            epoch: stored.epoch,
            groups,
            persons,
        })
    }

    /// The rules for ECK iDs of this service.
    pub fn eck_id_rules(&self) -> &EckIdRules {
        &self.settings.eck_ids
    }
}

mod personal_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use sluis_core::personal::Personal;

    pub(super) fn serialize<S: Serializer>(value: &Option<Personal<String>>, serializer: S) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Personal::expose).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Personal<String>>, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map(Personal::new))
    }
}

mod personal_values {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};
    use sluis_core::{catalogue::Attribute, personal::Personal};

    pub(super) fn serialize<S: Serializer>(
        values: &BTreeMap<Attribute, Personal<String>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(values.iter().map(|(attribute, value)| (attribute, value.expose())))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Attribute, Personal<String>>, D::Error> {
        let values = BTreeMap::<Attribute, String>::deserialize(deserializer)?;
        Ok(values
            .into_iter()
            .map(|(attribute, value)| (attribute, Personal::new(value)))
            .collect())
    }
}
