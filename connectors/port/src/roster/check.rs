//! What makes a delivery one roster. The published schemas promise uniqueness and references, and for UWLR 2.2 none of
//! those promises is ever checked by a validator: we check them ourselves, dummy keys included.

use std::collections::HashMap;

use sluis_core::identifier::{Brin6, EckId};

use super::{Field, Group, GroupKey, GroupKind, Object, SchoolYear, Snapshot, SourceKey};
use crate::error::ReadError;

impl super::SchoolHeader {
    /// Checks that the delivery is about the school that was asked. A delivery that does not say so is refused as well:
    /// it might hold the pupils of another school.
    ///
    /// # Errors
    /// When it names another school or none, or another school year.
    pub fn check_origin(&self, school: Brin6, school_year: Option<SchoolYear>) -> Result<(), ReadError> {
        if self.brin != Some(school) {
            return Err(ReadError::WrongSchool { found: self.brin });
        }
        match school_year {
            Some(asked) if asked != self.school_year => Err(ReadError::WrongSchoolYear {
                found: self.school_year,
            }),
            _ => Ok(()),
        }
    }
}

impl Snapshot {
    /// Checks that there are pupils, that keys and ECK iDs are unique, and that references lead somewhere.
    ///
    /// # Errors
    /// The first of these that does not hold.
    pub fn check(&self) -> Result<(), ReadError> {
        if self.pupils.is_empty() {
            return Err(ReadError::NoPupils);
        }
        let branches = index(Object::Branch, self.branches.iter().map(|branch| Some(&branch.key)))?;
        let groups = index(Object::Group, self.groups.iter().map(|group| Some(&group.key)))?;
        index(Object::Pupil, self.pupils.iter().map(|pupil| pupil.key.value()))?;
        index(Object::Staff, self.staff.iter().map(|staff| staff.key.value()))?;
        unique_eck_ids(Object::Pupil, self.pupils.iter().map(|pupil| &pupil.eck_id))?;
        unique_eck_ids(Object::Staff, self.staff.iter().map(|staff| &staff.eck_id))?;

        let group_of = |key: &GroupKey| groups.get(key).and_then(|place| self.groups.get(*place));
        let base = |key: &GroupKey| {
            matches!(
                group_of(key),
                Some(Group {
                    kind: GroupKind::Base { .. },
                    ..
                })
            )
        };
        let composite = |key: &GroupKey| {
            matches!(
                group_of(key),
                Some(Group {
                    kind: GroupKind::Composite,
                    ..
                })
            )
        };
        for (place, pupil) in self.pupils.iter().enumerate() {
            let unknown = |target| ReadError::UnknownReference {
                object: Object::Pupil,
                position: position(place),
                target,
            };
            if !pupil.group.value().is_none_or(base)
                || !pupil
                    .composite_groups
                    .value()
                    .is_none_or(|all| all.iter().all(composite))
            {
                return Err(unknown(Object::Group));
            }
            if !pupil.branch.value().is_none_or(|key| branches.contains_key(key)) {
                return Err(unknown(Object::Branch));
            }
        }
        for (place, staff) in self.staff.iter().enumerate() {
            if !staff
                .groups
                .value()
                .is_none_or(|all| all.iter().all(|own| groups.contains_key(&own.group)))
            {
                return Err(ReadError::UnknownReference {
                    object: Object::Staff,
                    position: position(place),
                    target: Object::Group,
                });
            }
        }
        Ok(())
    }
}

/// The place of each key, provided that no two are equal.
fn index<'keys, Of: 'keys>(
    object: Object,
    keys: impl Iterator<Item = Option<&'keys SourceKey<Of>>>,
) -> Result<HashMap<&'keys SourceKey<Of>, usize>, ReadError> {
    let mut places = HashMap::new();
    for (place, key) in keys.enumerate() {
        let Some(key) = key else { continue };
        if let Some(first) = places.insert(key, place) {
            return Err(ReadError::DuplicateKey {
                object,
                first: position(first),
                second: position(place),
            });
        }
    }
    Ok(places)
}

fn unique_eck_ids<'ids>(object: Object, ids: impl Iterator<Item = &'ids Field<EckId>>) -> Result<(), ReadError> {
    let mut places = HashMap::new();
    for (place, id) in ids.enumerate() {
        let Some(id) = id.value() else { continue };
        if let Some(first) = places.insert(id, place) {
            return Err(ReadError::DuplicateEckId {
                object,
                first: position(first),
                second: position(place),
            });
        }
    }
    Ok(())
}

fn position(place: usize) -> u32 {
    u32::try_from(place).map_or(u32::MAX, |place| place.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use sluis_core::identifier::EckIdRules;

    use super::*;
    use crate::roster::{BranchKey, Pupil, PupilKey, SchoolBranch, SchoolHeader, Skipped, Staff, StaffGroup, StaffKey};

    fn group(key: &str, kind: GroupKind) -> Group {
        Group {
            key: GroupKey::parse(key).unwrap(),
            name: Field::NotDelivered,
            kind,
        }
    }

    fn pupil(key: &str) -> Pupil {
        Pupil {
            key: PupilKey::parse(key).unwrap().into(),
            group: GroupKey::parse("g").unwrap().into(),
            composite_groups: vec![GroupKey::parse("c").unwrap()].into(),
            branch: BranchKey::parse("b").unwrap().into(),
            ..Pupil::default()
        }
    }

    fn staff(group: &str) -> Staff {
        let group = GroupKey::parse(group).unwrap();
        let roles = Vec::new();
        Staff {
            key: StaffKey::parse("1").unwrap().into(),
            groups: vec![StaffGroup { group, roles }].into(),
            ..Staff::default()
        }
    }

    fn snapshot() -> Snapshot {
        let base = GroupKind::Base {
            year_group: Field::NotDelivered,
        };
        Snapshot {
            school: SchoolHeader {
                brin: Some(Brin6::parse("99ZZ00").unwrap()),
                school_year: SchoolYear::parse("2026-2027").unwrap(),
                reference_date: None,
                created_at: None,
            },
            branches: vec![SchoolBranch {
                key: BranchKey::parse("b").unwrap(),
                name: Field::NotDelivered,
            }],
            groups: vec![group("g", base), group("c", GroupKind::Composite)],
            groups_delivered: true,
            staff_delivered: true,
            pupils: vec![pupil("1"), pupil("#2")],
            staff: vec![staff("c")],
            warnings: Vec::new(),
            skipped: Skipped::default(),
        }
    }

    fn refused(change: impl FnOnce(&mut Snapshot)) -> ReadError {
        let mut snapshot = snapshot();
        change(&mut snapshot);
        snapshot.check().unwrap_err()
    }

    #[test]
    fn a_consistent_snapshot_passes() {
        assert_eq!(snapshot().check(), Ok(()));
    }

    #[test]
    fn equal_keys_are_refused_even_when_they_are_dummies() {
        let duplicate = |object, second| ReadError::DuplicateKey {
            object,
            first: 1,
            second,
        };
        assert_eq!(
            refused(|all| all.pupils = vec![pupil("#2"), pupil("1"), pupil("#2")]),
            duplicate(Object::Pupil, 3)
        );
        assert_eq!(
            refused(|all| all.groups.push(group("g", GroupKind::Composite))),
            duplicate(Object::Group, 3)
        );
        assert_eq!(
            refused(|all| all.staff.push(all.staff[0].clone())),
            duplicate(Object::Staff, 2)
        );
        assert_eq!(
            refused(|all| all.branches.push(all.branches[0].clone())),
            duplicate(Object::Branch, 2)
        );
    }

    #[test]
    fn equal_eck_ids_are_refused() {
        let id = EckIdRules::default()
            .parse(&format!("https://ketenid.nl/201703/{}", "0a".repeat(64)))
            .unwrap();
        let error = refused(|all| all.pupils.iter_mut().for_each(|pupil| pupil.eck_id = id.clone().into()));
        assert_eq!(error.code().as_str(), "data_duplicate_eck_id");
    }

    #[test]
    fn references_must_lead_to_the_right_kind_of_group() {
        let key = |text| GroupKey::parse(text).unwrap();
        for error in [
            refused(|all| all.pupils[1].group = key("x").into()),
            refused(|all| all.pupils[1].group = key("c").into()),
            refused(|all| all.pupils[1].composite_groups = vec![key("c"), key("g")].into()),
            refused(|all| all.pupils[1].branch = BranchKey::parse("x").unwrap().into()),
            refused(|all| all.staff = vec![staff("x")]),
        ] {
            assert_eq!(error.code().as_str(), "data_unknown_reference");
        }
    }

    #[test]
    fn no_pupils_is_no_roster() {
        assert_eq!(refused(|all| all.pupils.clear()), ReadError::NoPupils);
    }

    #[test]
    fn only_the_school_and_the_year_that_were_asked() {
        let header = snapshot().school;
        let asked = Brin6::parse("99ZZ00").unwrap();
        let year = |text| Some(SchoolYear::parse(text).unwrap());
        assert_eq!(header.check_origin(asked, None), Ok(()));
        assert_eq!(header.check_origin(asked, year("2026-2027")), Ok(()));
        assert_eq!(
            header
                .check_origin(asked, year("2025-2026"))
                .unwrap_err()
                .code()
                .as_str(),
            "data_wrong_school_year"
        );
        let elsewhere = Brin6::parse("99ZZ01").unwrap();
        assert_eq!(
            header.check_origin(elsewhere, None).unwrap_err().code().as_str(),
            "data_wrong_school"
        );
        let nameless = SchoolHeader { brin: None, ..header };
        assert_eq!(
            nameless.check_origin(asked, None),
            Err(ReadError::WrongSchool { found: None })
        );
    }
}
