//! What holds for any file.

use proptest::{collection, option, prelude::*, sample};
use sluis_connector_port::roster::{
    BranchKey, Day, Field, Gender, Group, GroupKey, GroupKind, PersonName, Pupil, SchoolBranch, SchoolHeader,
    SchoolYear, Skipped, Snapshot, SourceKey, Staff, StaffGroup, StaffRole, YearGroup,
};
use sluis_core::{
    identifier::{Brin6, EckId, EckIdRules},
    personal::Personal,
    time::Timestamp,
};
use sluis_edexml::{ReadOptions, read, xml::Limits};

use crate::{
    support::{FIXTURE, options, read_text},
    writer::edexml,
};

fn field<T: Clone + std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Field<T>> {
    prop_oneof![
        1 => Just(Field::NotDelivered),
        1 => Just(Field::Empty),
        3 => value.prop_map(Field::Value),
    ]
}

/// Letters of many kinds and signs that XML treats in a special way; no digits, which could form a national number.
fn text() -> impl Strategy<Value = String> {
    r#"[\p{L}&<>"';]([\p{L} &<>"';-]{0,20}\p{L})?"#
}

fn personal() -> impl Strategy<Value = Field<Personal<String>>> {
    field(text().prop_map(Personal::new))
}

fn day() -> impl Strategy<Value = Field<Personal<Day>>> {
    let day = (1990_i16..2030, 1_i8..13, 1_i8..29).prop_map(|(y, m, d)| Day::from(jiff::civil::date(y, m, d)));
    field(day.prop_map(Personal::new))
}

fn eck_id(kind: &str, place: usize) -> impl Strategy<Value = Field<EckId>> + use<> {
    let segment = if kind == "pupil" { 'a' } else { 'b' };
    let text = format!(
        "https://ketenid.nl/pilot/{}{place:0>8x}",
        segment.to_string().repeat(120)
    );
    field(Just(options().eck_id_rules.parse(&text).unwrap()))
}

fn key<Of>(prefix: &str, place: usize) -> SourceKey<Of> {
    SourceKey::parse(&format!("{prefix} <{place}>")).unwrap()
}

fn one_of<Of: 'static>(prefix: &'static str, count: usize) -> BoxedStrategy<Field<SourceKey<Of>>> {
    if count == 0 {
        Just(Field::Empty).boxed()
    } else {
        let key = (0..count).prop_map(move |place| Field::Value(key(prefix, place)));
        prop_oneof![Just(Field::NotDelivered), Just(Field::Empty), key].boxed()
    }
}

/// Some of the keys; a list that is delivered without content is read as empty.
fn some_of(prefix: &'static str, count: usize) -> BoxedStrategy<Field<Vec<GroupKey>>> {
    let keys: Vec<GroupKey> = (0..count).map(|place| key(prefix, place)).collect();
    let chosen = sample::subsequence(keys, 0..=count);
    let list = chosen.prop_map(|keys| if keys.is_empty() { Field::Empty } else { keys.into() });
    prop_oneof![Just(Field::NotDelivered), list].boxed()
}

fn name() -> impl Strategy<Value = PersonName> {
    (personal(), personal(), personal(), personal(), personal()).prop_map(
        |(given_name, first_names, initials, family_name_prefix, family_name)| PersonName {
            given_name,
            first_names,
            initials,
            family_name_prefix,
            family_name,
        },
    )
}

fn pupil(place: usize, [branches, base, composite]: [usize; 3]) -> impl Strategy<Value = Pupil> {
    let codes = (
        field(sample::select(Gender::ALL).prop_map(Personal::new)),
        field(sample::select(YearGroup::ALL).prop_map(Personal::new)),
    );
    let places = (one_of("g", base), some_of("c", composite), one_of("b", branches));
    let rest = (day(), personal(), personal(), day(), day());
    (eck_id("pupil", place), name(), codes, places, rest).prop_map(move |(eck_id, name, codes, places, rest)| Pupil {
        key: key::<_>(if place.is_multiple_of(3) { "#" } else { "p" }, place).into(),
        eck_id,
        name,
        birth_date: rest.0,
        gender: codes.0,
        year_group: codes.1,
        group: places.0,
        composite_groups: places.1,
        branch: places.2,
        user_name: rest.1,
        email: rest.2,
        enrolled_from: rest.3,
        enrolled_until: rest.4,
    })
}

fn staff(place: usize, base: usize) -> impl Strategy<Value = Staff> {
    let roles = collection::vec(sample::select(StaffRole::ALL), 0..3);
    let groups = (some_of("g", base), roles).prop_map(|(groups, roles)| {
        groups.map(|keys| {
            let own = |group| StaffGroup {
                group,
                roles: roles.clone(),
            };
            keys.into_iter().map(own).collect()
        })
    });
    (eck_id("staff", place), name(), personal(), personal(), groups).prop_map(
        move |(eck_id, name, user_name, email, groups)| Staff {
            key: key("m", place).into(),
            eck_id,
            name,
            user_name,
            email,
            groups,
        },
    )
}

fn header() -> impl Strategy<Value = SchoolHeader> {
    let moment = (0_i64..4_000_000_000_000).prop_map(Timestamp::from_millis);
    (1990_i16..2100, day(), option::of(moment)).prop_map(|(year, day, created_at)| SchoolHeader {
        brin: Some(Brin6::parse("99ZZ00").unwrap()),
        school_year: SchoolYear::of(jiff::civil::date(year, 9, 1)).unwrap(),
        reference_date: day.into_value().map(|day| *day.expose()),
        created_at,
    })
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    (0_usize..3, 0_usize..4, 0_usize..3, 1_usize..6, 0_usize..3).prop_flat_map(
        |(branches, base, composite, pupils, teachers)| {
            let branch = |place| {
                field(text()).prop_map(move |name| SchoolBranch {
                    key: key::<_>("b", place) as BranchKey,
                    name,
                })
            };
            let base_group = |place| {
                (field(text()), field(sample::select(YearGroup::ALL))).prop_map(move |(name, year_group)| Group {
                    key: key("g", place),
                    name,
                    kind: GroupKind::Base { year_group },
                })
            };
            let composite_group = |place| {
                field(text()).prop_map(move |name| Group {
                    key: key("c", place),
                    name,
                    kind: GroupKind::Composite,
                })
            };
            let counts = [branches, base, composite];
            (
                header(),
                (0..branches).map(branch).collect::<Vec<_>>(),
                (0..base).map(base_group).collect::<Vec<_>>(),
                (0..composite).map(composite_group).collect::<Vec<_>>(),
                (0..pupils).map(|place| pupil(place, counts)).collect::<Vec<_>>(),
                (0..teachers).map(|place| staff(place, base)).collect::<Vec<_>>(),
            )
                .prop_map(|(school, branches, base, composite, pupils, staff)| Snapshot {
                    school,
                    branches,
                    groups: base.into_iter().chain(composite).collect(),
                    groups_delivered: true,
                    staff_delivered: true,
                    pupils,
                    staff,
                    warnings: Vec::new(),
                    skipped: Skipped::default(),
                })
        },
    )
}

proptest! {
    #[test]
    fn a_snapshot_that_is_written_is_read_back_equal(snapshot in snapshot()) {
        let read = read_text(&edexml(&snapshot)).unwrap();
        // Not `prop_assert_eq`: people cannot be printed.
        prop_assert!(read == snapshot);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in collection::vec(any::<u8>(), 0..2_000)) {
        let _ = read(&bytes[..], &options());
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(
        damage in collection::vec((0..FIXTURE.len(), any::<u8>()), 1..8),
        piece in 64_usize..4_096,
    ) {
        let mut bytes = FIXTURE.as_bytes().to_vec();
        for (place, byte) in damage {
            bytes[place] = byte;
        }
        let limits = Limits { piece, ..Limits::default() };
        let _ = read(&bytes[..], &ReadOptions { limits, ..options() });
    }

    #[test]
    fn any_markup_is_read_or_refused(
        parts in collection::vec(
            sample::select(vec![
                "<EDEX>", "</EDEX>", "<school>", "</school>", "<schooljaar>2026-2027</schooljaar>",
                "<brincode>99ZZ</brincode>", "<leerlingen>", "</leerlingen>", "<leerling key='1'>", "</leerling>",
                "<groepen>", "</groepen>", "<groep key='1'/>", "<", ">", "&", "&amp;", "<![CDATA[", "]]>", "<!--", "-->",
                "<?x?>", "<!DOCTYPE", "\u{feff}", "xmlns='x'", "<a xmlns:b='c' b:d='e'/>", "<b:a/>", "'", "\"",
            ]),
            0..40,
        )
    ) {
        let _ = read_text(&parts.concat());
    }
}

#[test]
fn rules_for_other_generations_do_not_change_the_rest() {
    let strict = ReadOptions {
        eck_id_rules: EckIdRules::default(),
        ..options()
    };
    let snapshot = read(FIXTURE.as_bytes(), &strict).unwrap();
    assert_eq!(snapshot.warnings.len(), 3);
    assert!(snapshot.pupils.iter().all(|pupil| pupil.eck_id == Field::NotDelivered));
}
