//! What an administration delivers.

use sluis_connector_port::roster::{
    Field, Group, GroupKey, GroupKind, PersonName, Pupil, PupilKey, SchoolHeader, SchoolYear, Skipped, Snapshot,
};
use sluis_core::{identifier::Brin6, personal::Personal};
use sluis_stand_ins::mark;

/// A delivery of so many pupils in one group; all are called by this name.
pub(super) fn delivery(pupils: std::ops::Range<usize>, name: &str) -> Snapshot {
    let group = GroupKey::parse("g7").unwrap();
    let pupil = |number: usize| Pupil {
        key: PupilKey::parse(&format!("L{number}")).unwrap().into(),
        name: PersonName {
            given_name: Personal::new(name.to_owned()).into(),
            family_name: Personal::new(format!("{}ekant", mark::NAME)).into(),
            ..PersonName::default()
        },
        group: group.clone().into(),
        ..Pupil::default()
    };
    Snapshot {
        school: SchoolHeader {
            brin: Some(Brin6::parse("99ZZ00").unwrap()),
            school_year: SchoolYear::parse("2026-2027").unwrap(),
            reference_date: None,
            created_at: None,
        },
        branches: Vec::new(),
        groups: vec![Group {
            key: group.clone(),
            name: format!("Groep van {name}").into(),
            kind: GroupKind::Base {
                year_group: Field::NotDelivered,
            },
        }],
        groups_delivered: true,
        staff_delivered: true,
        pupils: pupils.map(pupil).collect(),
        staff: Vec::new(),
        warnings: Vec::new(),
        skipped: Skipped::default(),
    }
}
