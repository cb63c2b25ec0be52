//! What cannot be read is never taken for what is not there.

use sluis_connector_port::roster::{Object, RosterField};

use super::*;

#[test]
fn an_enrolment_that_cannot_be_read_opens_nothing() {
    let at = |held: &Held, name: &str| {
        let id = held.id_of(name);
        let person = held.roster.persons.iter().find(|person| person.id == id).unwrap();
        person.facts().enrolment
    };
    let now = Timestamp::parse("2026-11-23T09:00:00Z").unwrap();
    let leaving = |key: &str, name: &str, day: &str| Pupil {
        enrolled_until: Personal::new(Day::parse(day).unwrap()).into(),
        ..pupil(key, name)
    };
    let mut held = Held::new();
    held.take_in(snapshot(vec![
        leaving("1", "Fenna", "2026-10-01"),
        leaving("2", "Jelle", "9999-12-31"),
    ]));
    assert!(!at(&held, "Fenna").holds(now) && at(&held, "Jelle").holds(now));
    for field in [RosterField::EnrolledUntil, RosterField::EnrolledFrom] {
        let counts = held.take_in(Snapshot {
            warnings: vec![Finding {
                kind: FindingKind::InvalidDate,
                object: Object::Pupil,
                position: 1,
                field,
            }],
            ..snapshot(vec![pupil("1", "Fenna"), leaving("2", "Jelle", "9999-12-31")])
        });
        let unusable = (counts.unusable_fields, counts.persons_with_unusable_fields);
        assert_eq!((counts.withheld_fields, unusable), (1, (1, 1)));
        assert!(
            !at(&held, "Fenna").holds(now) && at(&held, "Jelle").holds(now),
            "{field}"
        );
    }
    held.take_in(snapshot(vec![pupil("1", "Fenna"), leaving("2", "Jelle", "9999-12-31")]));
    assert!(at(&held, "Fenna").holds(now), "without a last day she is there");
}

#[test]
fn what_is_stored_and_cannot_be_read_is_never_taken_for_missing() {
    let mut held = Held::new();
    held.take_in(snapshot(vec![pupil("1", "Fenna")]));
    let person = &held.roster.persons[0];
    let text = |text: &str| Some(Personal::new(text.to_owned()));
    let broken = |change: &dyn Fn(&mut KeptPerson)| {
        let mut kept = person.kept.clone();
        change(&mut kept);
        let sealed = Person::seal(school(), person.id, &kept, &Glass).unwrap();
        matches!(Person::open(school(), &sealed, &Glass), Err(StoreError::Corrupt(_)))
    };
    assert!(!broken(&|_| {}));
    assert!(broken(&|kept| kept.enrolled_until = text("31-12-2026")));
    assert!(broken(&|kept| kept.enrolled_from = text("")));
    assert!(broken(&|kept| kept.year_group = text("9")));
}
