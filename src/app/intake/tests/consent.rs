//! What comes in of who consented, and of nobody else.

use sluis_connector_port::roster::Day;

use super::*;

fn born(mut pupil: Pupil, day: &str) -> Pupil {
    pupil.birth_date = Personal::new(Day::parse(day).unwrap()).into();
    pupil
}

fn class() -> Snapshot {
    snapshot(vec![
        born(pupil("1", "Jorn"), "2016-05-12"),
        born(pupil("2", "Sietske"), "2015-01-30"),
    ])
}

/// Whose day of birth is kept.
fn kept(held: &Held) -> Vec<PersonId> {
    let persons = held.roster.persons.iter();
    let born = persons.filter(|person| person.kept.values.contains_key(&Attribute::BirthDate));
    born.map(|person| person.id).collect()
}

#[test]
fn what_rests_on_consent_comes_in_of_who_consented_and_goes_when_that_ended() {
    let mut held = Held::new();
    held.take_in(class());
    assert_eq!(kept(&held), []);
    let jorn = held.roster.persons[0].id;
    let of_pupil = Needed {
        pupils: AttributeSet::EMPTY.with(Attribute::BirthDate),
        staff: AttributeSet::EMPTY,
    };
    held.by_consent.insert(jorn, of_pupil);
    let counts = held.take_in(class());
    assert_eq!(kept(&held), [jorn]);
    assert_eq!((counts.changed, counts.unchanged), (1, 1));
    // What is needed of who works here is not needed of a pupil.
    held.by_consent.insert(
        jorn,
        Needed {
            pupils: AttributeSet::EMPTY,
            staff: of_pupil.pupils,
        },
    );
    held.take_in(class());
    assert_eq!(kept(&held), []);
    held.by_consent.insert(jorn, of_pupil);
    held.take_in(class());
    held.by_consent.clear();
    // Also when the administration tells no days of birth any more.
    held.take_in(snapshot(vec![pupil("1", "Jorn"), pupil("2", "Sietske")]));
    assert_eq!(kept(&held), []);
}
