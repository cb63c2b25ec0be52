//! Pupils and staff: a kind of person of whom nothing is needed does not come in.

use sluis_connector_port::roster::{Staff, StaffKey};

use super::*;

fn teacher(key: &str, name: &str) -> Staff {
    Staff {
        key: StaffKey::parse(key).unwrap().into(),
        name: PersonName {
            given_name: Personal::new(name.to_owned()).into(),
            ..PersonName::default()
        },
        ..Staff::default()
    }
}

/// A delivery of these pupils and members of staff.
fn school_of(pupils: &[&str], staff: &[&str]) -> Snapshot {
    Snapshot {
        staff: staff.iter().map(|key| teacher(key, "Marit")).collect(),
        ..snapshot(pupils.iter().map(|key| pupil(key, "Jelle")).collect())
    }
}

/// The kinds of persons that are held, in order.
fn kinds(held: &Held) -> Vec<PersonKind> {
    let mut kinds: Vec<_> = held.roster.persons.iter().map(|person| person.kept.kind).collect();
    kinds.sort();
    kinds
}

#[test]
fn nobody_comes_in_of_a_kind_of_whom_nothing_is_needed() {
    let mut held = Held::new();
    let counts = held.take_in(school_of(&["1", "2"], &["11"]));
    assert_eq!(kinds(&held), [PersonKind::Pupil, PersonKind::Pupil]);
    assert_eq!((counts.received, counts.added, counts.left_out), (3, 2, 1));

    (held.needed, held.needed_of_staff) = (AttributeSet::default(), held.needed);
    let mut held = Held {
        roster: Roster::new(0, BTreeMap::new(), Vec::new(), Registers::default()),
        ..held
    };
    let counts = held.take_in(school_of(&["1", "2"], &["11"]));
    assert_eq!(kinds(&held), [PersonKind::Staff]);
    assert_eq!((counts.received, counts.added, counts.left_out), (3, 1, 2));
}

#[test]
fn who_is_held_stays_as_is_when_nothing_of_the_kind_is_needed_any_more() {
    let mut held = Held::new();
    held.needed_of_staff = held.needed;
    held.take_in(school_of(&["1"], &["11", "12"]));
    held.needed_of_staff = AttributeSet::default();
    let counts = held.take_in(school_of(&["1"], &["11"]));
    assert_eq!(
        (counts.added, counts.changed, counts.removed, counts.unchanged),
        (0, 0, 0, 1)
    );
    assert_eq!(kinds(&held), [PersonKind::Pupil, PersonKind::Staff, PersonKind::Staff]);
}

#[test]
fn the_last_teacher_leaves_with_an_empty_section_and_stays_without_one() {
    let mut held = Held::new();
    held.needed_of_staff = held.needed;
    held.take_in(school_of(&["1"], &["11"]));
    let without = Snapshot {
        staff_delivered: false,
        ..school_of(&["1"], &[])
    };
    held.take_in(without);
    assert_eq!(kinds(&held), [PersonKind::Pupil, PersonKind::Staff]);
    held.take_in(school_of(&["1"], &[]));
    assert_eq!(kinds(&held), [PersonKind::Pupil]);
}
