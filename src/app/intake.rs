//! Intake: which persons and fields of a delivery are kept, and what differs from what is held.
//!
//! Three things are kept apart. A field that the system delivers for nobody is *not delivered*: what is held stays. A
//! field that it delivers for others is *empty* here, and is emptied. A person who is absent from a complete delivery
//! is *removed*, unless too many would be: then the delivery is refused (shrink guard).
//!
//! Of a kind of person (pupils, staff) of whom nothing may come in, or no agreement needs anything, nobody comes in: they are
//! counted as left out. Who is held of it stays as is; what suppliers get of them goes by their own agreements. Of who consented
//! comes in what a row on consent needs, and it goes with the next delivery after the consent ended.
//!
//! The same holds for groups: without a section of groups, groups stay and so does who is in them; when nobody's
//! membership is delivered, who is in the groups stays. An enrolment that cannot be read opens nothing, and is
//! kept as one in doubt.

mod learned;
mod unreadable;

use std::collections::{BTreeMap, HashMap, HashSet};

use sluis_connector_port::roster::{Field, Group, GroupKey, GroupKind, PersonName, Pupil, Snapshot, Staff, YearGroup};
use sluis_core::{
    catalogue::{Attribute, AttributeSet},
    gate::Needed,
    id::{GroupId, PersonId, SchoolId},
    person::PersonKind,
    personal::Personal,
};

use unreadable::{enrolments_in_doubt, persons_in};

use crate::app::{
    admit::ByConsent,
    connection::RunCounts,
    roster::{KeptPerson, Person, Roster, eck_hash, key_hash, label, person_id},
    sealing::SealingKey,
    store::{RosterChange, StoreError, StoredGroup},
};

/// When a delivery is too small to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShrinkGuard {
    /// Below this number of persons held, any delivery is believed.
    pub minimum: usize,
    /// The largest share that may disappear at once, in percent.
    pub percent: u8,
}

/// What has to change.
pub(in crate::app) struct Difference {
    pub(in crate::app) changes: Vec<RosterChange>,
    pub(in crate::app) counts: RunCounts,
    /// What restrictions that are open know their persons by from now on, where that is more than before.
    pub(in crate::app) learned: learned::Learned,
}

/// Why a delivery is not applied.
#[derive(Debug, thiserror::Error)]
pub(in crate::app) enum IntakeError {
    #[error("too many persons would disappear at once")]
    Shrunk,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Everything that the comparison needs.
pub(in crate::app) struct Intake<'a> {
    pub(in crate::app) school: SchoolId,
    pub(in crate::app) held: &'a Roster,
    pub(in crate::app) needed: Needed,
    /// What is needed of single persons beside that.
    pub(in crate::app) by_consent: &'a ByConsent,
    pub(in crate::app) guard: ShrinkGuard,
    pub(in crate::app) key: &'a dyn SealingKey,
    pub(in crate::app) new_group: &'a dyn Fn() -> GroupId,
    pub(in crate::app) new_person: &'a dyn Fn() -> PersonId,
}

/// A person of a delivery, before it is compared.
struct Delivered {
    kind: PersonKind,
    source_key: Option<Personal<String>>,
    groups: Vec<GroupId>,
    year_group: Option<Personal<String>>,
    enrolled_from: Option<Personal<String>>,
    enrolled_until: Option<Personal<String>>,
    enrolment_in_doubt: bool,
    values: BTreeMap<Attribute, Personal<String>>,
}

impl Intake<'_> {
    /// Compares a delivery with what is held.
    pub(in crate::app) fn compare(&self, mut snapshot: Snapshot) -> Result<Difference, IntakeError> {
        let mut counts = RunCounts {
            received: count(snapshot.pupils.len() + snapshot.staff.len()),
            withheld_fields: count(snapshot.warnings.len()),
            unusable_fields: count(snapshot.warnings.len()),
            persons_with_unusable_fields: count(persons_in(&snapshot.warnings)),
            ..RunCounts::default()
        };
        // A kind of person of whom nothing is needed counts as not delivered: nobody comes in, and who is held stays as is.
        let pupils_delivered = !self.needed.pupils.is_empty();
        if !pupils_delivered {
            counts.left_out += count(std::mem::take(&mut snapshot.pupils).len());
        }
        if self.needed.staff.is_empty() {
            counts.left_out += count(std::mem::take(&mut snapshot.staff).len());
            snapshot.staff_delivered = false;
        }
        let mut changes = Vec::new();
        let group_ids = self.groups(&snapshot, &mut changes);
        let [untold_pupils, untold_staff] = self.untold(&snapshot, &group_ids);
        let in_doubt = enrolments_in_doubt(&snapshot);
        let (groups_delivered, staff_delivered) = (snapshot.groups_delivered, snapshot.staff_delivered);
        let pupils: Vec<_> = (1..)
            .zip(snapshot.pupils)
            .map(|(position, pupil)| self.pupil(pupil, &group_ids, in_doubt.contains(&position)))
            .collect();
        let staff: Vec<_> = snapshot
            .staff
            .into_iter()
            .map(|staff| self.staff(staff, &group_ids))
            .collect();

        let mut present = HashSet::new();
        self.persons(
            PersonKind::Pupil,
            pupils,
            &untold_pupils,
            &mut present,
            &mut changes,
            &mut counts,
        )?;
        self.persons(
            PersonKind::Staff,
            staff,
            &untold_staff,
            &mut present,
            &mut changes,
            &mut counts,
        )?;
        if pupils_delivered {
            self.removals(PersonKind::Pupil, &present, &mut changes, &mut counts)?;
        }
        if staff_delivered {
            self.removals(PersonKind::Staff, &present, &mut changes, &mut counts)?;
        }
        if groups_delivered {
            let kept: HashSet<GroupId> = group_ids.values().copied().collect();
            let gone = self.held.groups.keys().filter(|id| !kept.contains(*id));
            changes.extend(gone.copied().map(RosterChange::GroupRemoved));
        }
        Ok(Difference {
            learned: self.learned(&changes),
            changes,
            counts,
        })
    }

    fn groups(&self, snapshot: &Snapshot, changes: &mut Vec<RosterChange>) -> HashMap<GroupKey, GroupId> {
        let held: HashMap<[u8; 32], &StoredGroup> =
            self.held.groups.values().map(|group| (group.key_hash, group)).collect();
        let mut ids = HashMap::new();
        let mut namesakes: HashMap<String, u32> = HashMap::new();
        for group in &snapshot.groups {
            let name = group.name.value().cloned().unwrap_or_default();
            // A dummy key is no key: such a group is known by its name, which lives as long as the school year.
            let kind = if matches!(group.kind, GroupKind::Base { .. }) {
                "base"
            } else {
                "composite"
            };
            let identity = if group.key.is_dummy() {
                let nth = namesakes.entry(format!("{kind}:{name}")).or_default();
                *nth += 1;
                // Two groups of one name stay two groups.
                match nth {
                    1 => format!("name:{kind}:{name}"),
                    nth => format!("name:{kind}:{name}:{nth}"),
                }
            } else {
                format!("key:{}", group.key.expose())
            };
            let key_hash = self.key.hash(label::GROUP_KEY, identity.as_bytes());
            let known = held.get(&key_hash);
            let id = known.map_or_else(self.new_group, |known| known.id);
            if known.is_none_or(|known| known.name != name) {
                changes.push(RosterChange::GroupKept(StoredGroup { id, key_hash, name }));
            }
            ids.insert(group.key.clone(), id);
        }
        ids
    }

    /// The groups about which a delivery does not tell who is in them: of pupils, and of staff.
    fn untold(&self, snapshot: &Snapshot, ids: &HashMap<GroupKey, GroupId>) -> [HashSet<GroupId>; 2] {
        if !snapshot.groups_delivered {
            let all: HashSet<_> = self.held.groups.keys().copied().collect();
            return [all.clone(), all];
        }
        let base = snapshot.pupils.iter().any(|pupil| pupil.group.is_delivered());
        let composite = snapshot
            .pupils
            .iter()
            .any(|pupil| pupil.composite_groups.is_delivered());
        let of_staff = snapshot.staff.iter().any(|staff| staff.groups.is_delivered());
        let untold = |told: &dyn Fn(&Group) -> bool| {
            let groups = snapshot.groups.iter().filter(|group| !told(group));
            groups.filter_map(|group| ids.get(&group.key).copied()).collect()
        };
        let of_pupils = |group: &Group| match group.kind {
            GroupKind::Base { .. } => base,
            GroupKind::Composite => composite,
        };
        [untold(&of_pupils), untold(&|_| of_staff)]
    }

    fn pupil(&self, pupil: Pupil, ids: &HashMap<GroupKey, GroupId>, enrolment_in_doubt: bool) -> Delivered {
        let mut values = names(pupil.name);
        put(
            &mut values,
            Attribute::BirthDate,
            pupil.birth_date.into_value().map(|day| day.expose().to_string()),
        );
        put(
            &mut values,
            Attribute::Gender,
            pupil.gender.into_value().map(|code| code.expose().code().to_owned()),
        );
        put(
            &mut values,
            Attribute::EckId,
            pupil.eck_id.into_value().map(|eck_id| eck_id.expose().to_owned()),
        );
        put_personal(&mut values, Attribute::UserName, pupil.user_name);
        put_personal(&mut values, Attribute::Email, pupil.email);
        // A former pupil whose last day is not told has left, and nobody knows when.
        let historic = pupil
            .year_group
            .value()
            .is_some_and(|year| *year.expose() == YearGroup::Historic);
        let left_at_some_time = historic && pupil.enrolled_until.value().is_none();
        let composite = pupil.composite_groups.into_value().unwrap_or_default();
        let groups = pupil.group.into_value().into_iter().chain(composite);
        let dated = |field: Field<Personal<sluis_connector_port::roster::Day>>| {
            field.into_value().map(|day| Personal::new(day.expose().to_string()))
        };
        Delivered {
            kind: PersonKind::Pupil,
            source_key: pupil.key.into_value().and_then(usable),
            groups: groups.filter_map(|key| ids.get(&key).copied()).collect(),
            year_group: pupil
                .year_group
                .into_value()
                .map(|year| Personal::new(year.expose().code().to_owned())),
            enrolled_from: dated(pupil.enrolled_from),
            enrolled_until: dated(pupil.enrolled_until),
            enrolment_in_doubt: enrolment_in_doubt || left_at_some_time,
            values,
        }
    }

    fn staff(&self, staff: Staff, ids: &HashMap<GroupKey, GroupId>) -> Delivered {
        let mut values = names(staff.name);
        put(
            &mut values,
            Attribute::EckId,
            staff.eck_id.into_value().map(|eck_id| eck_id.expose().to_owned()),
        );
        put_personal(&mut values, Attribute::UserName, staff.user_name);
        put_personal(&mut values, Attribute::Email, staff.email);
        let groups = staff.groups.into_value().unwrap_or_default();
        Delivered {
            kind: PersonKind::Staff,
            source_key: staff.key.into_value().and_then(usable),
            groups: groups
                .into_iter()
                .filter_map(|own| ids.get(&own.group).copied())
                .collect(),
            year_group: None,
            enrolled_from: None,
            enrolled_until: None,
            enrolment_in_doubt: false,
            values,
        }
    }

    fn persons(
        &self,
        kind: PersonKind,
        delivered: Vec<Delivered>,
        untold: &HashSet<GroupId>,
        present: &mut HashSet<PersonId>,
        changes: &mut Vec<RosterChange>,
        counts: &mut RunCounts,
    ) -> Result<(), StoreError> {
        let of_kind = || self.held.persons.iter().filter(|person| person.kept.kind == kind);
        let by_eck: HashMap<[u8; 32], &Person> = of_kind()
            .filter_map(|person| person.eck_hash.map(|hash| (hash, person)))
            .collect();
        let by_key: HashMap<[u8; 32], &Person> = of_kind().map(|person| (person.key_hash, person)).collect();
        let ids: HashSet<PersonId> = self.held.persons.iter().map(|person| person.id).collect();
        let needed = self.needed.of(kind);
        let ever_told = Told {
            groups_not: untold,
            from: delivered.iter().any(|person| person.enrolled_from.is_some()),
            until: delivered.iter().any(|person| person.enrolled_until.is_some()),
            year: delivered.iter().any(|person| person.year_group.is_some()),
        };
        let ever: AttributeSet = delivered
            .iter()
            .flat_map(|person| person.values.keys().copied())
            .collect();
        for person in delivered {
            let eck_hash = person
                .values
                .get(&Attribute::EckId)
                .map(|eck_id| eck_hash(eck_id.expose(), self.key));
            let source_key = person.source_key.as_ref();
            let key_hash = source_key.map(|source| key_hash(kind, source.expose(), self.key));
            // The ECK iD first, then the key of the administration. INVARIANT: each person of the roster is matched
            // once, so two pupils of a delivery never become one.
            let known = eck_hash
                .and_then(|hash| by_eck.get(&hash))
                .or_else(|| {
                    let same_key = key_hash.and_then(|hash| by_key.get(&hash));
                    // Two different ECK iDs are two persons, whatever the administration did with its keys.
                    same_key.filter(|known| known.eck_hash.is_none() || eck_hash.is_none())
                })
                .filter(|known| !present.contains(&known.id));
            let by_eck_id = || {
                let eck_id = person.values.get(&Attribute::EckId)?;
                let id = person_id(kind, eck_id.expose(), self.key);
                (!ids.contains(&id) && !present.contains(&id)).then_some(id)
            };
            let id = known
                .map(|known| known.id)
                .or_else(by_eck_id)
                .unwrap_or_else(self.new_person);
            present.insert(id);
            let own = self
                .by_consent
                .get(&id)
                .map_or(needed, |own| needed.union(own.of(kind)));
            let (kept, withheld) = keep(person, known.map(|known| &known.kept), own, ever, ever_told);
            counts.withheld_fields += withheld;
            let stored = Person::seal(self.school, id, &kept, self.key)?;
            match known {
                Some(known) if known.content_hash == stored.content_hash => counts.unchanged += 1,
                Some(_) => {
                    counts.changed += 1;
                    changes.push(RosterChange::PersonKept(stored));
                }
                None => {
                    counts.added += 1;
                    changes.push(RosterChange::PersonKept(stored));
                }
            }
        }
        Ok(())
    }

    fn removals(
        &self,
        kind: PersonKind,
        present: &HashSet<PersonId>,
        changes: &mut Vec<RosterChange>,
        counts: &mut RunCounts,
    ) -> Result<(), IntakeError> {
        let held = self.held.persons.iter().filter(|person| person.kept.kind == kind);
        let total = held.clone().count();
        let gone: Vec<PersonId> = held
            .map(|person| person.id)
            .filter(|id| !present.contains(id))
            .collect();
        if total >= self.guard.minimum && gone.len() * 100 > total * usize::from(self.guard.percent) {
            return Err(IntakeError::Shrunk);
        }
        counts.removed += count(gone.len());
        changes.extend(gone.into_iter().map(RosterChange::PersonRemoved));
        Ok(())
    }
}

/// Which facts for the gate the system delivers for anybody.
#[derive(Clone, Copy)]
struct Told<'a> {
    groups_not: &'a HashSet<GroupId>,
    from: bool,
    until: bool,
    year: bool,
}

/// What was delivered; if it is delivered for nobody, what is held.
fn or_held(
    delivered: Option<Personal<String>>,
    ever: bool,
    held: Option<&Option<Personal<String>>>,
) -> Option<Personal<String>> {
    if ever { delivered } else { held.cloned().flatten() }
}

/// Keeps what is needed. What the system delivers for nobody stays as it is held.
fn keep(
    delivered: Delivered,
    held: Option<&KeptPerson>,
    needed: AttributeSet,
    ever: AttributeSet,
    told: Told<'_>,
) -> (KeptPerson, u64) {
    let before = delivered.values.len();
    let mut values: BTreeMap<_, _> = delivered
        .values
        .into_iter()
        .filter(|(attribute, _)| is_kept(*attribute, needed))
        .collect();
    let withheld = count(before - values.len());
    for (attribute, value) in held.into_iter().flat_map(|held| &held.values) {
        if !ever.contains(*attribute) && is_kept(*attribute, needed) {
            values.entry(*attribute).or_insert_with(|| value.clone());
        }
    }
    let mut groups = delivered.groups;
    let untold = held.into_iter().flat_map(|held| &held.groups);
    for id in untold.filter(|id| told.groups_not.contains(*id)) {
        if !groups.contains(id) {
            groups.push(*id);
        }
    }
    let kept = KeptPerson {
        kind: delivered.kind,
        source_key: delivered.source_key,
        groups,
        year_group: or_held(delivered.year_group, told.year, held.map(|held| &held.year_group)),
        enrolled_from: or_held(delivered.enrolled_from, told.from, held.map(|held| &held.enrolled_from)),
        enrolled_until: or_held(
            delivered.enrolled_until,
            told.until,
            held.map(|held| &held.enrolled_until),
        ),
        enrolment_in_doubt: delivered.enrolment_in_doubt,
        values,
    };
    (kept, withheld)
}

/// The ECK iD is the key of a person and is always kept; everything else only when an agreement needs it.
fn is_kept(attribute: Attribute, needed: AttributeSet) -> bool {
    attribute == Attribute::EckId || needed.contains(attribute)
}

fn names(name: PersonName) -> BTreeMap<Attribute, Personal<String>> {
    let mut values = BTreeMap::new();
    put_personal(&mut values, Attribute::GivenName, name.given_name);
    put_personal(&mut values, Attribute::FirstNames, name.first_names);
    put_personal(&mut values, Attribute::Initials, name.initials);
    put_personal(&mut values, Attribute::FamilyNamePrefix, name.family_name_prefix);
    put_personal(&mut values, Attribute::FamilyName, name.family_name);
    values
}

fn put(values: &mut BTreeMap<Attribute, Personal<String>>, attribute: Attribute, value: Option<String>) {
    if let Some(value) = value {
        values.insert(attribute, Personal::new(value));
    }
}

fn put_personal(
    values: &mut BTreeMap<Attribute, Personal<String>>,
    attribute: Attribute,
    field: Field<Personal<String>>,
) {
    if let Some(value) = field.into_value() {
        values.insert(attribute, value);
    }
}

/// A key that may be matched on: one that begins with `#` may be another person's tomorrow.
fn usable<Of>(key: sluis_connector_port::roster::SourceKey<Of>) -> Option<Personal<String>> {
    (!key.is_dummy()).then(|| Personal::new(key.expose().to_owned()))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
