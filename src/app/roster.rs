//! The roster of a school as the gate and the use cases see it: opened, in memory, at one epoch.

mod personal;
mod registers;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, OnceLock},
};

use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use sluis_core::{
    catalogue::Attribute,
    id::{self, AccountId, GroupId, IdMap, PersonId, RestrictionId, SchoolId, SupplierId},
    identifier::EckIdRules,
    person::{PersonFacts, PersonKind, YearGroup},
    personal::Personal,
    time::{Timestamp, Window},
};
use zeroize::Zeroizing;

pub(in crate::app) use self::registers::Registers;
use self::registers::Told;

use crate::app::{
    App,
    account_key::{AccountKey, AccountKeyKind},
    consent::Consent,
    disclosure::OpenDisclosure,
    disclosure_sealed,
    error::AppError,
    handover::OpenHandover,
    handover_sealed,
    restriction::{Ground, Restriction},
    sealing::{KeyScope, SealingKey},
    store::{StoreError, StoredGroup, StoredPerson},
};

/// Everybody in the roster of one school, at one epoch.
pub(in crate::app) struct Roster {
    pub(in crate::app) epoch: u64,
    pub(in crate::app) groups: BTreeMap<GroupId, StoredGroup>,
    pub(in crate::app) persons: Vec<Person>,
    /// The restrictions and objections of the school, ended ones too.
    pub(in crate::app) restrictions: Vec<Restriction>,
    /// The consents that the school has on record, ended ones too.
    pub(in crate::app) consents: Vec<Consent>,
    /// The dossiers for next schools, those that are over too.
    pub(in crate::app) handovers: Vec<OpenHandover>,
    /// The disclosures to authorities, ended ones too.
    pub(in crate::app) disclosures: Vec<OpenDisclosure>,
    /// For each supplier that asked, the order in which it sees them.
    pub(in crate::app) listings: Cache<SupplierId, Arc<Listing>>,
    /// The accounts of those who were asked for one by one. Like those of a listing they hold at this epoch: whatever gives
    /// a person another account moves the epoch of every school that has seen the one before.
    pub(in crate::app) accounts: Cache<(SupplierId, PersonId), AccountId>,
    by_eck_hash: HashMap<(PersonKind, [u8; 32]), usize>,
    by_id: IdMap<id::Person, usize>,
}

/// How many suppliers' orders of one roster stay in memory.
const LISTINGS: u64 = 64;

/// How many accounts for each person of one roster stay in memory.
const ACCOUNTS: u64 = 4;

impl Roster {
    /// A roster that nobody has asked for yet.
    pub(in crate::app) fn new(
        epoch: u64,
        groups: BTreeMap<GroupId, StoredGroup>,
        mut persons: Vec<Person>,
        registers: Registers,
    ) -> Self {
        let (mut by_eck_hash, mut by_id) = (HashMap::new(), IdMap::default());
        let mut facts = registers.facts();
        let Registers {
            restrictions,
            consents,
            handovers,
            disclosures,
        } = registers;
        for (place, person) in persons.iter_mut().enumerate() {
            person.restrict(&restrictions);
            person.told = facts.remove(&person.id).unwrap_or_default();
            if let Some(hash) = person.eck_hash {
                by_eck_hash.entry((person.kept.kind, hash)).or_insert(place);
            }
            by_id.insert(person.id, place);
        }
        Self {
            epoch,
            groups,
            accounts: Cache::new(ACCOUNTS.saturating_mul(persons.len() as u64)),
            persons,
            restrictions,
            consents,
            handovers,
            disclosures,
            listings: Cache::new(LISTINGS),
            by_eck_hash,
            by_id,
        }
    }

    /// The same when this restriction has ended.
    pub(in crate::app) fn without(self, id: RestrictionId, at: Timestamp) -> Self {
        let mut restrictions = self.restrictions;
        for restriction in restrictions.iter_mut().filter(|restriction| restriction.id == id) {
            restriction.window.until = Some(at);
        }
        let registers = Registers {
            restrictions,
            consents: self.consents,
            handovers: self.handovers,
            disclosures: self.disclosures,
        };
        Self::new(self.epoch, self.groups, self.persons, registers)
    }

    /// The person of this kind with this keyed hash of an ECK iD; somebody may be a pupil here and work here too. INVARIANT:
    /// who is not there costs as much as who is: a walk through all of them would tell by its time who is unknown.
    pub(in crate::app) fn with_eck_hash(&self, kind: PersonKind, hash: [u8; 32]) -> Option<&Person> {
        let place = self.by_eck_hash.get(&(kind, hash))?;
        self.persons.get(*place)
    }

    /// The person with this id, at the same cost as one who is not there.
    pub(in crate::app) fn with_id(&self, id: PersonId) -> Option<&Person> {
        self.persons.get(*self.by_id.get(&id)?)
    }
}

/// The people of a roster in the order of one supplier: by the keyed hash of what identifies the account, so that the
/// order tells nothing about names or dates of enrolment. It lives as long as the roster at its epoch.
pub(in crate::app) struct Listing(Vec<Listed>);

/// A person in the order of a supplier.
pub(in crate::app) struct Listed {
    /// What leads to the account, the strongest first; never empty. The first one is the place in the order.
    pub(in crate::app) keys: Vec<AccountKey>,
    place_in_order: [u8; 32],
    /// The place among the persons of the roster.
    place: usize,
    /// The account, once it was read. INVARIANT: it never becomes another one at the same epoch.
    pub(in crate::app) account: OnceLock<AccountId>,
}

impl Listed {
    /// The person, in the roster that this listing is of.
    pub(in crate::app) fn person<'a>(&self, roster: &'a Roster) -> Option<&'a Person> {
        roster.persons.get(self.place)
    }

    /// The account; none before it was read.
    pub(in crate::app) fn account(&self) -> Option<AccountId> {
        self.account.get().copied()
    }
}

impl Listing {
    pub(in crate::app) fn of(roster: &Roster, school: SchoolId, key: &dyn SealingKey) -> Self {
        let persons = roster.persons.iter().enumerate();
        let listed = persons.filter_map(|(place, person)| {
            let keys = person.hashed_account_keys(school, key);
            Some(Listed {
                place_in_order: keys.first()?.hash,
                keys,
                place,
                account: OnceLock::new(),
            })
        });
        let mut listed: Vec<_> = listed.collect();
        listed.sort_unstable_by_key(|listed| listed.place_in_order);
        Self(listed)
    }

    /// Those behind a place in the order; who left the list meanwhile does not matter.
    pub(in crate::app) fn after(&self, hash: [u8; 32]) -> &[Listed] {
        let begin = self.0.partition_point(|listed| listed.place_in_order <= hash);
        self.0.get(begin..).unwrap_or_default()
    }

    /// Whether somebody stands at this place.
    pub(in crate::app) fn is_led_by(&self, hash: &[u8; 32]) -> bool {
        let at = self.0.binary_search_by(|listed| listed.place_in_order.cmp(hash));
        at.is_ok()
    }

    /// All of them.
    pub(in crate::app) fn all(&self) -> &[Listed] {
        &self.0
    }
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
    restrictions: Vec<Window>,
    objections: Vec<Window>,
    told: Told,
}

/// What is kept of a person: what an active agreement needs, and the facts that the gate needs.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::app) struct KeptPerson {
    pub(in crate::app) kind: PersonKind,
    /// The key in the administration, unless it is a dummy.
    #[serde(with = "personal::text")]
    pub(in crate::app) source_key: Option<Personal<String>>,
    pub(in crate::app) groups: Vec<GroupId>,
    #[serde(with = "personal::text")]
    pub(in crate::app) year_group: Option<Personal<String>>,
    #[serde(with = "personal::text")]
    pub(in crate::app) enrolled_from: Option<Personal<String>>,
    #[serde(with = "personal::text")]
    pub(in crate::app) enrolled_until: Option<Personal<String>>,
    /// Whether a first or last day was delivered that cannot be read. Such a person may have left: nobody gets anything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::app) enrolment_in_doubt: bool,
    #[serde(with = "personal::values")]
    pub(in crate::app) values: BTreeMap<Attribute, Personal<String>>,
}

/// The labels under which keyed hashes are made; two of them never give the same hash for one value.
pub(in crate::app) mod label {
    pub(in crate::app) const ECK_ID: &str = "eck-id";
    pub(in crate::app) const PERSON_KEY: &str = "person-key";
    pub(in crate::app) const PERSON_ID: &str = "person-id";
    pub(in crate::app) const PERSON_CONTENT: &str = "person-content";
    pub(in crate::app) const GROUP_KEY: &str = "group-key";
    pub(in crate::app) const ACCOUNT: &str = "account";
}

impl KeptPerson {
    /// The ECK iD, if it is kept.
    pub(in crate::app) fn eck_id(&self) -> Option<&str> {
        self.values
            .get(&Attribute::EckId)
            .map(|eck_id| eck_id.expose().as_str())
    }
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
            restrictions: &self.restrictions,
            objections: &self.objections,
            consents: &self.told.consents,
            has_account_key: self.has_account_key(),
            grants: self.told.grants(),
        }
    }

    /// Whether a restriction is about this person.
    pub(in crate::app) fn is_meant_by(&self, restriction: &Restriction) -> bool {
        restriction.means(self.id, &self.key_hash, self.eck_hash.as_ref())
    }

    /// Takes on what a school has on record about this person.
    pub(in crate::app) fn restrict(&mut self, restrictions: &[Restriction]) {
        let about: Vec<_> = restrictions.iter().filter(|other| self.is_meant_by(other)).collect();
        let windows = |ground| {
            let of_ground = about.iter().filter(|restriction| restriction.ground == ground);
            of_ground.map(|restriction| restriction.window).collect()
        };
        (self.restrictions, self.objections) = (windows(Ground::Restriction), windows(Ground::Objection));
    }

    /// Takes on the consents of this person.
    pub(in crate::app) fn consent(&mut self, consents: &[Consent]) {
        let own = consents.iter().filter(|consent| consent.person == self.id);
        self.told.consents = own.map(Consent::fact).collect();
    }

    /// What leads to the account of this person at a supplier, the strongest first: the ECK iD (for staff with the
    /// school), then the key of the administration at this school. Never an e-mail address or a name; none, no account.
    pub(in crate::app) fn account_keys(&self, school: SchoolId) -> Vec<(AccountKeyKind, Zeroizing<String>)> {
        let kind = self.kept.kind;
        let eck_id = self.kept.eck_id().map(|eck_id| match kind {
            PersonKind::Pupil => format!("eck:{eck_id}"),
            PersonKind::Staff => format!("staff-eck:{school}:{eck_id}"),
        });
        let source_key = self.kept.source_key.as_ref();
        let source_key = source_key.map(|key| format!("{}:{school}:{}", kind.as_str(), key.expose()));
        let keys = [(AccountKeyKind::EckId, eck_id), (AccountKeyKind::SourceKey, source_key)];
        let present = keys.into_iter().filter_map(|(kind, key)| Some((kind, key?)));
        present.map(|(kind, key)| (kind, Zeroizing::new(key))).collect()
    }

    /// The same, as a supplier's accounts are found by.
    pub(in crate::app) fn hashed_account_keys(&self, school: SchoolId, key: &dyn SealingKey) -> Vec<AccountKey> {
        let keys = self.account_keys(school).into_iter();
        let hashed = keys.map(|(kind, text)| AccountKey {
            kind,
            hash: key.hash(label::ACCOUNT, text.as_bytes()),
        });
        hashed.collect()
    }

    /// Whether [`account_keys`](Self::account_keys) gives one.
    fn has_account_key(&self) -> bool {
        self.kept.source_key.is_some() || self.kept.values.contains_key(&Attribute::EckId)
    }

    /// Somebody whom no roster holds, as a login describes them; never kept. Without an ECK iD it is nobody.
    pub(in crate::app) fn of_login(kept: KeptPerson, key: &dyn SealingKey) -> Option<Self> {
        let eck_id = kept.eck_id()?;
        let id = person_id(kept.kind, eck_id, key);
        Some(Self {
            id,
            key_hash: [0; 32],
            eck_hash: Some(eck_hash(eck_id, key)),
            content_hash: [0; 32],
            enrolment: Window::since(BEGINNING_OF_TIME),
            year_group: None,
            restrictions: Vec::new(),
            objections: Vec::new(),
            told: Told::default(),
            kept,
        })
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
        let enrolment = if kept.enrolment_in_doubt {
            Window::since(END_OF_TIME)
        } else {
            Window {
                from: midnight(&kept.enrolled_from)?.unwrap_or(BEGINNING_OF_TIME),
                until: midnight(&kept.enrolled_until)?,
            }
        };
        let year_group = kept.year_group.as_ref().map(|year| YearGroup::parse(year.expose()));
        Ok(Self {
            id: stored.id,
            key_hash: stored.key_hash,
            eck_hash: stored.eck_hash,
            content_hash: stored.content_hash,
            enrolment,
            year_group: year_group
                .transpose()
                .map_err(|_| StoreError::Corrupt("year group of a person"))?,
            restrictions: Vec::new(),
            objections: Vec::new(),
            told: Told::default(),
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
            Some(source) => key_hash(kept.kind, source.expose(), key),
            // INVARIANT: a dummy key never matches, so that two pupils are never taken for one.
            None => key.hash(label::PERSON_KEY, id.as_bytes()),
        };
        let eck_hash = kept
            .values
            .get(&Attribute::EckId)
            .map(|eck_id| eck_hash(eck_id.expose(), key));
        Ok(StoredPerson {
            id,
            key_hash,
            eck_hash,
            content_hash: key.hash(label::PERSON_CONTENT, &plain),
            sealed: key.seal(&place(school, id), &plain)?,
        })
    }
}

/// The keyed hash of the key of a person in the administration.
pub(in crate::app) fn key_hash(kind: PersonKind, source: &str, key: &dyn SealingKey) -> [u8; 32] {
    let text = Zeroizing::new(format!("{}:{source}", kind.as_str()));
    key.hash(label::PERSON_KEY, text.as_bytes())
}

/// The keyed hash of an ECK iD.
pub(in crate::app) fn eck_hash(eck_id: &str, key: &dyn SealingKey) -> [u8; 32] {
    key.hash(label::ECK_ID, eck_id.as_bytes())
}

/// The id of who is known by an ECK iD. INVARIANT: it follows from the ECK iD under the school's key, so that who logged in
/// before a roster came is the same subject in the records when it does.
pub(in crate::app) fn person_id(kind: PersonKind, eck_id: &str, key: &dyn SealingKey) -> PersonId {
    let hash = key.hash(label::PERSON_ID, format!("{}:{eck_id}", kind.as_str()).as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(hash.split_at(16).0);
    // RFC 9562, 5.8.
    PersonId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

const BEGINNING_OF_TIME: Timestamp = Timestamp::from_millis(i64::MIN);
const END_OF_TIME: Timestamp = Timestamp::from_millis(i64::MAX);

/// The beginning of a day in the Netherlands; from `uitstroomdatum` on, a pupil has left. INVARIANT: a day that cannot be
/// read is never taken for a missing one, or whoever has left would be enrolled again.
fn midnight(day: &Option<Personal<String>>) -> Result<Option<Timestamp>, StoreError> {
    let Some(day) = day else { return Ok(None) };
    let unreadable = || StoreError::Corrupt("enrolment of a person");
    let day: jiff::civil::Date = day.expose().parse().map_err(|_| unreadable())?;
    let zone = jiff::tz::TimeZone::get("Europe/Amsterdam").map_err(|_| unreadable())?;
    Ok(Some(match day.to_zoned(zone) {
        Ok(midnight) => Timestamp::from_millis(midnight.timestamp().as_millisecond()),
        // `9999-12-31`, as administrations write "without end", lies beyond the clock.
        Err(_) if day.year() > 0 => END_OF_TIME,
        Err(_) => BEGINNING_OF_TIME,
    }))
}

fn place(school: SchoolId, person: PersonId) -> String {
    format!("roster_persons/{school}/{person}")
}

impl App {
    /// The roster of a school, from the cache when it is of this epoch; opened once however many ask.
    pub(in crate::app) async fn roster(&self, school: SchoolId, epoch: u64) -> Result<Arc<Roster>, AppError> {
        if let Some(cached) = self.rosters.get(&school).await {
            if cached.epoch == epoch {
                return Ok(cached);
            }
            self.rosters.invalidate(&school).await;
        }
        let load = async { Ok::<_, AppError>(Arc::new(self.open_roster(school).await?)) };
        self.rosters.try_get_with(school, load).await.map_err(AppError::of_all)
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
        let handovers = stored
            .handovers
            .into_iter()
            .map(|handover| handover_sealed::open(handover, &*key));
        let disclosures = stored.disclosures.into_iter();
        let disclosures = disclosures.map(|disclosure| disclosure_sealed::open(disclosure, &*key));
        let registers = Registers {
            restrictions: stored.restrictions,
            consents: stored.consents,
            handovers: handovers.collect::<Result<_, _>>()?,
            disclosures: disclosures.collect::<Result<_, _>>()?,
        };
        Ok(Roster::new(stored.epoch, groups, persons, registers))
    }

    /// The rules for ECK iDs of this service.
    pub fn eck_id_rules(&self) -> &EckIdRules {
        &self.settings.eck_ids
    }
}
