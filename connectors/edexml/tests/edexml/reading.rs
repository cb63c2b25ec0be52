//! What is read from a file, and what is left out of it.

use std::io::{BufReader, Read};

use sluis_connector_port::roster::{
    Field, FindingKind, Gender, GroupKind, Object, RosterField, SkippedKind, StaffRole, YearGroup,
};
use sluis_edexml::read;

use crate::support::{FIXTURE, one_pupil, options, published, read_changed, read_text, validate};

#[test]
fn the_fixture_is_valid_by_the_published_schema() {
    validate(FIXTURE, "edexml-2.1/EDEXML.structuur.xsd");
}

#[test]
fn the_published_example_is_read() {
    let Some(example) = published("edexml-2.1/EDEXML.Voorbeeld.2.1.xml") else {
        return;
    };
    let snapshot = read_text(&std::fs::read_to_string(example).unwrap()).unwrap();
    assert_eq!(
        (snapshot.groups.len(), snapshot.pupils.len(), snapshot.staff.len()),
        (8, 3, 3)
    );
    // Its ECK iDs are not of the published shape.
    assert_eq!(snapshot.warnings.len(), 3);
    assert!(
        snapshot
            .warnings
            .iter()
            .all(|finding| finding.kind == FindingKind::EckIdShape)
    );
}

#[test]
fn every_field_with_a_category_is_read() {
    let snapshot = read_text(FIXTURE).unwrap();
    assert_eq!(snapshot.school.school_year.to_string(), "2024-2025");
    assert_eq!(snapshot.school.reference_date.unwrap().to_string(), "2024-10-01");
    assert_eq!(
        snapshot.school.created_at.unwrap().to_string(),
        "2024-10-02T07:30:00.000Z"
    );
    assert_eq!(snapshot.branches[0].name.value().unwrap(), "Noord");
    assert_eq!(snapshot.groups[0].name.value().unwrap(), "Groep 5 & 6");
    let combination = GroupKind::Base {
        year_group: YearGroup::Combination.into(),
    };
    assert_eq!(
        [snapshot.groups[0].kind, snapshot.groups[1].kind],
        [combination, GroupKind::Composite]
    );

    let sanne = &snapshot.pupils[0];
    assert_eq!(sanne.key.value().unwrap().expose(), "1001");
    assert!(
        sanne
            .eck_id
            .value()
            .unwrap()
            .expose()
            .starts_with("https://ketenid.nl/pilot/")
    );
    let name = &sanne.name;
    let parts = [
        &name.given_name,
        &name.first_names,
        &name.initials,
        &name.family_name_prefix,
        &name.family_name,
    ];
    assert_eq!(
        parts.map(|part| part.value().unwrap().expose().as_str()),
        ["Kwirra", "Kwirra Margriet", "KM", "van de", "Kwirreman"]
    );
    assert_eq!(sanne.birth_date.value().unwrap().expose().to_string(), "2015-03-01");
    assert_eq!(*sanne.gender.value().unwrap().expose(), Gender::Female);
    assert_eq!(*sanne.year_group.value().unwrap().expose(), YearGroup::Primary5);
    assert_eq!(sanne.group.value().unwrap().expose(), "g5");
    assert_eq!(sanne.composite_groups.value().unwrap()[0].expose(), "plus");
    assert_eq!(sanne.branch.value().unwrap().expose(), "noord");
    assert_eq!(sanne.user_name.value().unwrap().expose(), "kwirra.w");
    assert_eq!(sanne.email.value().unwrap().expose(), "kwirra@school.example");
    assert_eq!(sanne.enrolled_from.value().unwrap().expose().to_string(), "2019-08-26");
    assert_eq!(sanne.enrolled_until, Field::NotDelivered);
    assert!(snapshot.pupils[1].key.value().unwrap().is_dummy());
    assert_eq!(
        *snapshot.pupils[2].year_group.value().unwrap().expose(),
        YearGroup::Historic
    );

    let petra = &snapshot.staff[0];
    let groups = petra.groups.value().unwrap();
    assert_eq!(groups[0].roles, [StaffRole::Teacher, StaffRole::TestLeader]);
    assert_eq!((groups[1].group.expose(), groups[1].roles.len()), ("plus", 0));
    assert_eq!(snapshot.warnings, []);
}

#[test]
fn what_has_no_category_is_counted_and_not_kept() {
    let snapshot = read_text(FIXTURE).unwrap();
    let skipped: Vec<_> = snapshot.skipped.iter().collect();
    assert_eq!(
        skipped,
        [
            (SkippedKind::NationalNumber, 1),
            (SkippedKind::Ethnicity, 1),
            (SkippedKind::Country, 3),
            (SkippedKind::Weight, 2),
            (SkippedKind::PostalCode, 1),
            (SkippedKind::StartOfYear3, 1),
            (SkippedKind::Role, 2),
            (SkippedKind::Description, 2),
        ]
    );
}

#[test]
fn not_delivered_and_empty_are_two_things() {
    let snapshot = read_text(&one_pupil(
        r#"key="1" eckid="""#,
        r#"<roepnaam> </roepnaam><geslacht/><groep key=""/><samengestelde_groepen/>"#,
    ))
    .unwrap();
    let pupil = &snapshot.pupils[0];
    assert_eq!(
        (&pupil.name.given_name, &pupil.name.family_name),
        (&Field::Empty, &Field::NotDelivered)
    );
    assert_eq!(
        (&pupil.gender, &pupil.birth_date),
        (&Field::Empty, &Field::NotDelivered)
    );
    assert_eq!((&pupil.group, &pupil.composite_groups), (&Field::Empty, &Field::Empty));
    assert_eq!((&pupil.eck_id, &pupil.branch), (&Field::Empty, &Field::NotDelivered));
    assert_eq!(snapshot.warnings, []);
}

#[test]
fn groups_that_are_not_delivered_and_no_groups_are_two_things() {
    let without = one_pupil(r#"key="1""#, "");
    assert!(!without.contains("<groepen"), "{without}");
    let empty = without.replace("<leerlingen>", "<groepen/><leerlingen>");
    for (text, delivered) in [(without, false), (empty, true)] {
        let snapshot = read_text(&text).unwrap();
        assert_eq!((snapshot.groups.len(), snapshot.groups_delivered), (0, delivered));
    }
}

#[test]
fn staff_who_are_not_delivered_and_no_staff_are_two_things() {
    let without = one_pupil(r#"key="1""#, "");
    assert!(!without.contains("<leerkrachten"), "{without}");
    let empty = without.replace("</leerlingen>", "</leerlingen><leerkrachten/>");
    for (text, delivered) in [(without, false), (empty, true)] {
        let snapshot = read_text(&text).unwrap();
        assert_eq!((snapshot.staff.len(), snapshot.staff_delivered), (0, delivered));
    }
}

#[test]
fn a_school_year_after_the_published_list_is_read() {
    let snapshot = read_changed("2024-2025", "2027-2028").unwrap();
    assert_eq!(snapshot.school.school_year.first_year(), 2027);
}

#[test]
fn a_wrong_field_is_withheld_and_reported_and_the_rest_stands() {
    let hex = "0123456789abcdef".repeat(8);
    let eck_id = |text: String| format!(r#"key="1" eckid="{text}""#);
    let key = |text: &str| format!(r#"key="{text}""#);
    for (attributes, elements, kind, field) in [
        (eck_id("x".into()), "", FindingKind::EckIdShape, RosterField::EckId),
        (
            eck_id(format!("https://ketenid.nl/pilot/{}", hex.to_uppercase())),
            "",
            FindingKind::EckIdUpperCase,
            RosterField::EckId,
        ),
        (
            eck_id(format!("https://ketenid.nl/sppilot/{hex}")),
            "",
            FindingKind::StemPseudonym,
            RosterField::EckId,
        ),
        (
            eck_id(format!("https://ketenid.nl/201703/{hex}")),
            "",
            FindingKind::EckIdSegment,
            RosterField::EckId,
        ),
        (String::new(), "", FindingKind::KeyMissing, RosterField::Key),
        (key(" "), "", FindingKind::UnusableKey, RosterField::Key),
        (key("111222333"), "", FindingKind::NationalNumber, RosterField::Key),
        (
            key("1"),
            "<gebruikersnaam>u123456782</gebruikersnaam>",
            FindingKind::NationalNumber,
            RosterField::UserName,
        ),
        (
            key("1"),
            "<achternaam>Vis 111.222.333</achternaam>",
            FindingKind::NationalNumber,
            RosterField::FamilyName,
        ),
        (
            key("1"),
            "<roepnaam>a&#27;b</roepnaam>",
            FindingKind::ControlCharacter,
            RosterField::GivenName,
        ),
        (
            key("1"),
            "<geboortedatum>2015-02-30</geboortedatum>",
            FindingKind::InvalidDate,
            RosterField::BirthDate,
        ),
        (
            key("1"),
            "<geslacht>m</geslacht>",
            FindingKind::UnknownCode,
            RosterField::Gender,
        ),
        (
            key("1"),
            "<jaargroep>9</jaargroep>",
            FindingKind::UnknownCode,
            RosterField::YearGroup,
        ),
    ] {
        let snapshot = read_text(&one_pupil(
            &attributes,
            &format!("{elements}<voorvoegsel>de</voorvoegsel>"),
        ))
        .unwrap();
        let [finding] = snapshot.warnings[..] else {
            panic!("one finding is expected for {kind}");
        };
        assert_eq!((finding.kind, finding.field), (kind, field));
        assert_eq!((finding.object, finding.position), (Object::Pupil, 1));
        let pupil = &snapshot.pupils[0];
        assert_eq!(pupil.name.family_name_prefix.value().unwrap().expose(), "de");
        assert!(pupil.key.value().is_none() || field != RosterField::Key);
        assert_eq!(pupil.eck_id, Field::NotDelivered);
    }
}

#[test]
fn a_field_that_is_too_long_is_withheld() {
    let long = "a".repeat(257);
    let snapshot = read_text(&one_pupil(r#"key="1""#, &format!("<roepnaam>{long}</roepnaam>"))).unwrap();
    assert_eq!(snapshot.warnings[0].kind, FindingKind::TooLong);
    assert_eq!(snapshot.pupils[0].name.given_name, Field::NotDelivered);
}

#[test]
fn older_encodings_are_read_as_they_are_declared() {
    for label in ["ISO-8859-1", "windows-1252"] {
        let text = FIXTURE
            .replacen("UTF-8", label, 1)
            .replacen("Kwirreman", "Kwirrem\u{e4}n", 1);
        let bytes: Vec<u8> = text.chars().map(|character| u8::try_from(character).unwrap()).collect();
        let snapshot = read(&bytes[..], &options()).unwrap();
        assert_eq!(
            snapshot.pupils[0].name.family_name.value().unwrap().expose(),
            "Kwirrem\u{e4}n",
            "{label}"
        );
    }
    let with_mark = format!("\u{feff}{FIXTURE}");
    assert_eq!(read_text(&with_mark), read_text(FIXTURE));
}

#[test]
fn it_does_not_matter_in_which_pieces_the_bytes_come() {
    struct Dripping<'bytes>(&'bytes [u8]);
    impl Read for Dripping<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(&mut into[..1])
        }
    }
    let dripping = BufReader::with_capacity(1, Dripping(FIXTURE.as_bytes()));
    assert_eq!(read(dripping, &options()), read_text(FIXTURE));
}

#[test]
fn escaped_text_and_cdata_are_text() {
    let elements = "<achternaam>d&apos;&#65;rt<!-- x --><![CDATA[ & <Zn>]]></achternaam>";
    let snapshot = read_text(&one_pupil(r#"key="1""#, elements)).unwrap();
    assert_eq!(
        snapshot.pupils[0].name.family_name.value().unwrap().expose(),
        "d'Art & <Zn>"
    );
}

#[test]
fn elements_of_another_namespace_are_not_ours() {
    let elements = r#"<x:roepnaam xmlns:x="urn:x">Nee</x:roepnaam><roepnaam xmlns="urn:y">Nee</roepnaam>"#;
    let snapshot = read_text(&one_pupil(r#"key="1""#, elements)).unwrap();
    assert_eq!(snapshot.pupils[0].name.given_name, Field::NotDelivered);
    assert_eq!(snapshot.skipped.count(SkippedKind::Unknown), 2);
}
