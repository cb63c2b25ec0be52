//! What a delivery does to a roster.

mod consent;
mod doubt;
mod kinds;

use std::{cell::Cell, collections::BTreeMap};

use proptest::prelude::*;
use sluis_connector_port::roster::{
    Day, Field, Finding, FindingKind, Group, GroupKey, GroupKind, PersonName, Pupil, PupilKey, SchoolHeader,
    SchoolYear, Skipped, Snapshot, YearGroup as RosterYearGroup,
};
use sluis_core::{
    catalogue::{Attribute, AttributeSet},
    gate::Needed,
    id::{GroupId, PersonId, SchoolId},
    identifier::{Brin6, EckIdRules},
    personal::Personal,
    time::Timestamp,
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::*;
use crate::app::roster::Registers;
use crate::app::sealing::HashingKey;

/// Seals nothing and hashes in the open: for looking at.
struct Glass;

impl SealingKey for Glass {
    fn seal(&self, _: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        Ok(plain.to_vec())
    }

    fn open(&self, _: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        Ok(Zeroizing::new(sealed.to_vec()))
    }
}

impl HashingKey for Glass {
    fn hash(&self, label: &str, value: &[u8]) -> [u8; 32] {
        let mut hash = [0; 32];
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &[label.as_bytes(), b"/", value].concat());
        hash.copy_from_slice(digest.as_ref());
        hash
    }
}

fn school() -> SchoolId {
    SchoolId::from_uuid(Uuid::from_u128(1))
}

fn pupil(key: &str, name: &str) -> Pupil {
    Pupil {
        key: PupilKey::parse(key).unwrap().into(),
        name: PersonName {
            given_name: Personal::new(name.to_owned()).into(),
            ..PersonName::default()
        },
        ..Pupil::default()
    }
}

fn with_eck(mut pupil: Pupil, number: u8) -> Pupil {
    let text = format!("https://ketenid.nl/201703/{}", format!("{number:02x}").repeat(64));
    pupil.eck_id = EckIdRules::default().parse(&text).unwrap().into();
    pupil
}

fn snapshot(pupils: Vec<Pupil>) -> Snapshot {
    Snapshot {
        school: SchoolHeader {
            brin: Some(Brin6::parse("99ZZ00").unwrap()),
            school_year: SchoolYear::parse("2026-2027").unwrap(),
            reference_date: None,
            created_at: None,
        },
        branches: Vec::new(),
        groups: Vec::new(),
        groups_delivered: true,
        pupils,
        staff: Vec::new(),
        staff_delivered: true,
        warnings: Vec::new(),
        skipped: Skipped::default(),
    }
}

/// A roster as it is after all deliveries so far.
struct Held {
    roster: Roster,
    next: Cell<u128>,
    needed: AttributeSet,
    needed_of_staff: AttributeSet,
    by_consent: ByConsent,
}

impl Held {
    fn new() -> Self {
        let roster = Roster::new(0, BTreeMap::new(), Vec::new(), Registers::default());
        let needed = [Attribute::GivenName, Attribute::Groups].into_iter().collect();
        Self {
            roster,
            next: Cell::new(100),
            needed,
            needed_of_staff: AttributeSet::default(),
            by_consent: ByConsent::new(),
        }
    }

    fn compare(&self, snapshot: Snapshot) -> Result<Difference, IntakeError> {
        let next = || {
            self.next.set(self.next.get() + 1);
            Uuid::from_u128(self.next.get())
        };
        Intake {
            school: school(),
            held: &self.roster,
            needed: Needed {
                pupils: self.needed,
                staff: self.needed_of_staff,
            },
            by_consent: &self.by_consent,
            guard: ShrinkGuard {
                minimum: 5,
                percent: 50,
            },
            key: &Glass,
            new_group: &|| GroupId::from_uuid(next()),
            new_person: &|| PersonId::from_uuid(next()),
        }
        .compare(snapshot)
    }

    /// Applies a delivery as the store would.
    fn take_in(&mut self, snapshot: Snapshot) -> RunCounts {
        let difference = self.compare(snapshot).map_err(|error| error.to_string()).unwrap();
        for change in difference.changes {
            match change {
                RosterChange::GroupKept(group) => drop(self.roster.groups.insert(group.id, group)),
                RosterChange::GroupRemoved(id) => drop(self.roster.groups.remove(&id)),
                RosterChange::PersonKept(stored) => {
                    self.roster.persons.retain(|person| person.id != stored.id);
                    let opened = Person::open(school(), &stored, &Glass).unwrap();
                    self.roster.persons.push(opened);
                }
                RosterChange::PersonRemoved(id) => self.roster.persons.retain(|person| person.id != id),
            }
        }
        difference.counts
    }

    fn names(&self) -> Vec<String> {
        let name = |person: &Person| {
            person
                .kept
                .values
                .get(&Attribute::GivenName)
                .map(|name| name.expose().clone())
                .unwrap_or_default()
        };
        let mut names: Vec<_> = self.roster.persons.iter().map(name).collect();
        names.sort_unstable();
        names
    }

    fn id_of(&self, name: &str) -> PersonId {
        let named = |person: &&Person| {
            person
                .kept
                .values
                .get(&Attribute::GivenName)
                .is_some_and(|value| value.expose() == name)
        };
        self.roster.persons.iter().find(named).unwrap().id
    }
}

#[test]
fn what_no_agreement_needs_is_not_kept() {
    let mut held = Held::new();
    let mut one = with_eck(pupil("1", "Fenna"), 1);
    one.name.family_name = Personal::new("Dijkstra".to_owned()).into();
    one.email = Personal::new("fenna@school.example".to_owned()).into();
    let counts = held.take_in(snapshot(vec![one]));
    assert_eq!(
        (counts.added, counts.withheld_fields, counts.unusable_fields),
        (1, 2, 0)
    );
    let kept: Vec<_> = held.roster.persons[0].kept.values.keys().copied().collect();
    assert_eq!(kept, [Attribute::GivenName, Attribute::EckId]);
    let sealed = Person::seal(
        school(),
        held.roster.persons[0].id,
        &held.roster.persons[0].kept,
        &Glass,
    )
    .unwrap();
    let text = String::from_utf8(sealed.sealed).unwrap();
    assert!(
        !text.contains("Dijkstra") && !text.contains("fenna@"),
        "they must not be at rest"
    );
}

#[test]
fn the_same_delivery_again_changes_nothing() {
    let mut held = Held::new();
    let delivery = || snapshot(vec![pupil("1", "Fenna"), with_eck(pupil("2", "Jelle"), 2)]);
    held.take_in(delivery());
    let again = held.take_in(delivery());
    assert_eq!(
        (again.added, again.changed, again.removed, again.unchanged),
        (0, 0, 0, 2)
    );
}

#[test]
fn a_pupil_stays_the_same_when_the_key_of_the_administration_changes() {
    let mut held = Held::new();
    held.take_in(snapshot(vec![with_eck(pupil("1", "Fenna"), 1)]));
    let before = held.id_of("Fenna");
    let counts = held.take_in(snapshot(vec![with_eck(pupil("900", "Fenna"), 1)]));
    assert_eq!((counts.added, counts.removed), (0, 0));
    assert_eq!(held.id_of("Fenna"), before);
}

#[test]
fn a_key_that_two_pupils_exchange_does_not_make_one_of_them() {
    let mut held = Held::new();
    held.take_in(snapshot(vec![
        with_eck(pupil("1", "Fenna"), 1),
        with_eck(pupil("2", "Jelle"), 2),
    ]));
    let (fenna, jelle) = (held.id_of("Fenna"), held.id_of("Jelle"));
    held.take_in(snapshot(vec![
        with_eck(pupil("2", "Fenna"), 1),
        with_eck(pupil("1", "Jelle"), 2),
    ]));
    assert_eq!((held.id_of("Fenna"), held.id_of("Jelle")), (fenna, jelle));
}

#[test]
fn a_former_pupil_without_a_last_day_gets_nothing_released() {
    let mut held = Held::new();
    let historic = Pupil {
        year_group: Personal::new(RosterYearGroup::Historic).into(),
        ..pupil("1", "Fenna")
    };
    held.take_in(snapshot(vec![historic, pupil("2", "Jelle")]));
    let doubt = |name: &str| {
        let id = held.id_of(name);
        let person = held.roster.persons.iter().find(|person| person.id == id);
        person.unwrap().kept.enrolment_in_doubt
    };
    assert_eq!((doubt("Fenna"), doubt("Jelle")), (true, false));
}

#[test]
fn two_groups_of_one_name_stay_two() {
    let mut held = Held::new();
    let group = |key: &str| Group {
        key: GroupKey::parse(key).unwrap(),
        name: Field::Value("Plusklas".to_owned()),
        kind: GroupKind::Base {
            year_group: Field::NotDelivered,
        },
    };
    let delivery = || Snapshot {
        groups: vec![group("#1"), group("#2")],
        ..snapshot(vec![pupil("1", "Fenna")])
    };
    held.take_in(delivery());
    let ids: Vec<_> = held.roster.groups.keys().copied().collect();
    let hashes: HashSet<_> = held.roster.groups.values().map(|group| group.key_hash).collect();
    assert_eq!((ids.len(), hashes.len()), (2, 2));
    held.take_in(delivery());
    assert!(held.roster.groups.keys().copied().eq(ids), "they are recognised");
}

#[test]
fn a_dummy_key_never_matches() {
    let mut held = Held::new();
    held.take_in(snapshot(vec![pupil("#1", "Fenna")]));
    let before = held.id_of("Fenna");
    let counts = held.take_in(snapshot(vec![pupil("#1", "Jelle")]));
    assert_eq!((counts.added, counts.removed), (1, 1));
    assert_ne!(held.id_of("Jelle"), before);
}

#[test]
fn what_is_delivered_for_nobody_stays_and_what_is_delivered_for_others_is_emptied() {
    let mut held = Held::new();
    held.take_in(snapshot(vec![pupil("1", "Fenna"), pupil("2", "Jelle")]));
    let nameless = |key: &str| Pupil {
        key: PupilKey::parse(key).unwrap().into(),
        ..Pupil::default()
    };
    held.take_in(snapshot(vec![nameless("1"), nameless("2")]));
    assert_eq!(
        held.names(),
        ["Fenna", "Jelle"],
        "names that nobody delivers are not erased"
    );
    let empty = Pupil {
        name: PersonName {
            given_name: Field::Empty,
            ..PersonName::default()
        },
        ..nameless("1")
    };
    held.take_in(snapshot(vec![empty, pupil("2", "Jelle")]));
    assert_eq!(
        held.names(),
        ["", "Jelle"],
        "a name that is empty beside others is erased"
    );
}

#[test]
fn a_delivery_that_would_empty_a_class_is_refused() {
    let mut held = Held::new();
    let many = |count: usize| snapshot((1..=count).map(|number| pupil(&number.to_string(), "Fenna")).collect());
    held.take_in(many(10));
    assert!(matches!(held.compare(many(4)), Err(IntakeError::Shrunk)));
    assert_eq!(held.take_in(many(5)).removed, 5, "half may go");
    let mut few = Held::new();
    few.take_in(many(4));
    assert_eq!(few.take_in(many(1)).removed, 3, "a handful is not guarded");
}

#[test]
fn groups_keep_their_ids_and_pupils_their_groups() {
    let mut held = Held::new();
    let group = |key: &str, name: &str| Group {
        key: GroupKey::parse(key).unwrap(),
        name: Field::Value(name.to_owned()),
        kind: GroupKind::Base {
            year_group: Field::NotDelivered,
        },
    };
    let delivery = |name: &str| {
        let one = Pupil {
            group: GroupKey::parse("g7").unwrap().into(),
            ..pupil("1", "Fenna")
        };
        Snapshot {
            groups: vec![group("g7", name)],
            ..snapshot(vec![one])
        }
    };
    held.take_in(delivery("Groep 7"));
    let id = *held.roster.groups.keys().next().unwrap();
    held.take_in(delivery("Groep 7a"));
    assert_eq!(held.roster.groups[&id].name, "Groep 7a");
    assert_eq!(held.roster.persons[0].kept.groups, [id]);
    held.take_in(snapshot(vec![pupil("1", "Fenna")]));
    assert!(held.roster.groups.is_empty());
}

fn group(key: &str, kind: GroupKind) -> Group {
    Group {
        key: GroupKey::parse(key).unwrap(),
        name: Field::Value(format!("Groep {key}")),
        kind,
    }
}

/// Fenna in a base group and a composite group; Jelle in none.
fn in_groups() -> Snapshot {
    let base = GroupKind::Base {
        year_group: Field::NotDelivered,
    };
    let fenna = Pupil {
        group: GroupKey::parse("g7").unwrap().into(),
        composite_groups: vec![GroupKey::parse("plus").unwrap()].into(),
        ..pupil("1", "Fenna")
    };
    Snapshot {
        groups: vec![group("g7", base), group("plus", GroupKind::Composite)],
        ..snapshot(vec![fenna, pupil("2", "Jelle")])
    }
}

impl Held {
    /// The names of the groups that somebody is in.
    fn groups_of(&self, name: &str) -> Vec<&str> {
        let id = self.id_of(name);
        let person = self.roster.persons.iter().find(|person| person.id == id).unwrap();
        let groups = person.kept.groups.iter();
        groups.map(|id| self.roster.groups[id].name.as_str()).collect()
    }
}

#[test]
fn groups_that_are_not_delivered_stay_with_who_is_in_them() {
    let mut held = Held::new();
    held.take_in(in_groups());
    let counts = held.take_in(Snapshot {
        groups_delivered: false,
        ..snapshot(vec![pupil("1", "Fenna"), pupil("2", "Jelle"), pupil("3", "Sanne")])
    });
    assert_eq!((counts.changed, counts.added), (0, 1));
    assert_eq!(held.groups_of("Fenna"), ["Groep g7", "Groep plus"]);
    assert!(held.groups_of("Jelle").is_empty() && held.groups_of("Sanne").is_empty());
    held.take_in(snapshot(vec![
        pupil("1", "Fenna"),
        pupil("2", "Jelle"),
        pupil("3", "Sanne"),
    ]));
    assert!(held.roster.groups.is_empty(), "no groups are no groups");
    assert!(held.groups_of("Fenna").is_empty());
}

#[test]
fn who_is_in_groups_of_a_kind_that_is_told_of_nobody_stays() {
    let mut held = Held::new();
    held.take_in(in_groups());
    let mut without_composite = in_groups();
    without_composite.pupils[0].composite_groups = Field::NotDelivered;
    assert_eq!(held.take_in(without_composite).changed, 0);
    assert_eq!(held.groups_of("Fenna"), ["Groep g7", "Groep plus"]);
    let mut emptied = in_groups();
    emptied.pupils[0].composite_groups = Field::Empty;
    held.take_in(emptied);
    assert_eq!(held.groups_of("Fenna"), ["Groep g7"]);
}

proptest! {
    /// Whatever comes after whatever: what is held is what was delivered last, nobody is there twice, and a pupil whose
    /// key is still there keeps the id.
    #[test]
    fn the_roster_is_what_was_delivered_last(
        deliveries in prop::collection::vec(prop::collection::btree_map(1_u8..12, "[A-Z][a-z]{2,6}", 1..4), 1..6)
    ) {
        let mut held = Held::new();
        for delivery in deliveries {
            let before: BTreeMap<_, _> =
                held.roster.persons.iter().map(|person| (person.key_hash, person.id)).collect();
            let pupils = delivery.iter().map(|(key, name)| pupil(&key.to_string(), name)).collect();
            held.take_in(snapshot(pupils));
            let mut expected: Vec<_> = delivery.values().cloned().collect();
            expected.sort_unstable();
            prop_assert_eq!(held.names(), expected);
            for person in &held.roster.persons {
                if let Some(id) = before.get(&person.key_hash) {
                    prop_assert_eq!(person.id, *id);
                }
            }
        }
    }
}
