//! Pupils and staff. What has no data category is passed over while reading: its text is never looked at.

use std::io::BufRead;

use sluis_connector_port::{
    ReadError,
    roster::{
        Field, Gender, GroupKey, PersonName, Pupil, RosterField, SkippedKind, SourceKey, Staff, StaffGroup, StaffRole,
        YearGroup,
    },
};
use sluis_core::personal::Personal;

use super::{local_name, row::Row};
use crate::{ReadOptions, xml::Xml};

pub(super) fn pupil<R: BufRead>(
    xml: &mut Xml<R>,
    namespace: Option<&str>,
    options: &ReadOptions,
    row: &mut Row<'_>,
) -> Result<Pupil, ReadError> {
    let mut pupil = Pupil {
        key: row.person_key(xml),
        eck_id: row.eck_id(xml, &options.eck_id_rules),
        ..Pupil::default()
    };
    while xml.child()? {
        match local_name(xml, namespace) {
            "achternaam" | "voorvoegsel" | "voornamen" | "voorletters-1" | "roepnaam" => {
                name_part(xml, &mut pupil.name, row)?;
            }
            "geboortedatum" => pupil.birth_date = row.day(xml, RosterField::BirthDate)?.map(Personal::new),
            "geslacht" => pupil.gender = row.code(xml, RosterField::Gender, Gender::parse)?.map(Personal::new),
            "jaargroep" => {
                pupil.year_group = row
                    .code(xml, RosterField::YearGroup, YearGroup::parse)?
                    .map(Personal::new);
            }
            "groep" => pupil.group = reference(xml, row)?,
            "samengestelde_groepen" => pupil.composite_groups = composite_groups(xml, namespace, row)?,
            "vestiging" => pupil.branch = reference(xml, row)?,
            "gebruikersnaam" => pupil.user_name = row.personal(xml, RosterField::UserName)?,
            "emailadres" => pupil.email = row.personal(xml, RosterField::Email)?,
            "instroomdatum" => pupil.enrolled_from = row.day(xml, RosterField::EnrolledFrom)?.map(Personal::new),
            "uitstroomdatum" => pupil.enrolled_until = row.day(xml, RosterField::EnrolledUntil)?.map(Personal::new),
            "mutatiedatum" => xml.skip()?,
            "sofinummer" | "bsn" | "onderwijsnummer" | "bsn_ondwnr-4" | "rijksregisternummer" => {
                row.skip(xml, SkippedKind::NationalNumber)?;
            }
            "etniciteit" => row.skip(xml, SkippedKind::Ethnicity)?,
            "land" | "land_vader" | "land_moeder" => row.skip(xml, SkippedKind::Country)?,
            "gewicht" | "gewicht_nieuw" => row.skip(xml, SkippedKind::Weight)?,
            "postcodenl" | "postnummerbe" | "postcodeoverig" => row.skip(xml, SkippedKind::PostalCode)?,
            "fotourl" => row.skip(xml, SkippedKind::Photo)?,
            "start_ondw_jgr3" => row.skip(xml, SkippedKind::StartOfYear3)?,
            "toevoegingen" => row.skip(xml, SkippedKind::Extension)?,
            _ => row.skip(xml, SkippedKind::Unknown)?,
        }
    }
    Ok(pupil)
}

pub(super) fn staff<R: BufRead>(
    xml: &mut Xml<R>,
    namespace: Option<&str>,
    options: &ReadOptions,
    row: &mut Row<'_>,
) -> Result<Staff, ReadError> {
    let mut staff = Staff {
        key: row.person_key(xml),
        eck_id: row.eck_id(xml, &options.eck_id_rules),
        ..Staff::default()
    };
    while xml.child()? {
        match local_name(xml, namespace) {
            "achternaam" | "voorvoegsel" | "voornamen" | "voorletters-1" | "roepnaam" => {
                name_part(xml, &mut staff.name, row)?;
            }
            "gebruikersnaam" => staff.user_name = row.personal(xml, RosterField::UserName)?,
            "emailadres" => staff.email = row.personal(xml, RosterField::Email)?,
            "groepen" => staff.groups = staff_groups(xml, namespace, row)?,
            "mutatiedatum" => xml.skip()?,
            "rol" | "rolomschrijving" => row.skip(xml, SkippedKind::Role)?,
            "toevoegingen" => row.skip(xml, SkippedKind::Extension)?,
            _ => row.skip(xml, SkippedKind::Unknown)?,
        }
    }
    Ok(staff)
}

fn name_part<R: BufRead>(xml: &mut Xml<R>, name: &mut PersonName, row: &mut Row<'_>) -> Result<(), ReadError> {
    let (part, field) = match xml.name() {
        "achternaam" => (&mut name.family_name, RosterField::FamilyName),
        "voorvoegsel" => (&mut name.family_name_prefix, RosterField::FamilyNamePrefix),
        "voornamen" => (&mut name.first_names, RosterField::FirstNames),
        "voorletters-1" => (&mut name.initials, RosterField::Initials),
        _ => (&mut name.given_name, RosterField::GivenName),
    };
    *part = row.personal(xml, field)?;
    Ok(())
}

/// A reference to one object; an empty one says that there is none.
fn reference<R: BufRead, Of>(xml: &mut Xml<R>, row: &Row<'_>) -> Result<Field<SourceKey<Of>>, ReadError> {
    let found = match xml.attribute("key").map(str::trim) {
        None | Some("") => Field::Empty,
        Some(_) => Field::Value(row.key(xml)?),
    };
    xml.skip()?;
    Ok(found)
}

fn composite_groups<R: BufRead>(
    xml: &mut Xml<R>,
    namespace: Option<&str>,
    row: &mut Row<'_>,
) -> Result<Field<Vec<GroupKey>>, ReadError> {
    let mut groups = Vec::new();
    while xml.child()? {
        if local_name(xml, namespace) == "samengestelde_groep" {
            groups.push(row.key(xml)?);
            xml.skip()?;
        } else {
            row.skip(xml, SkippedKind::Unknown)?;
        }
    }
    Ok(some_or_empty(groups))
}

fn staff_groups<R: BufRead>(
    xml: &mut Xml<R>,
    namespace: Option<&str>,
    row: &mut Row<'_>,
) -> Result<Field<Vec<StaffGroup>>, ReadError> {
    let mut groups = Vec::new();
    while xml.child()? {
        if !matches!(local_name(xml, namespace), "groep" | "samengestelde_groep") {
            row.skip(xml, SkippedKind::Unknown)?;
            continue;
        }
        let group = row.key(xml)?;
        let mut roles = Vec::new();
        while xml.child()? {
            match local_name(xml, namespace) {
                "rol" => roles.extend(row.code(xml, RosterField::GroupRole, StaffRole::parse)?.into_value()),
                "rolomschrijving" => row.skip(xml, SkippedKind::Role)?,
                _ => row.skip(xml, SkippedKind::Unknown)?,
            }
        }
        groups.push(StaffGroup { group, roles });
    }
    Ok(some_or_empty(groups))
}

fn some_or_empty<T>(all: Vec<T>) -> Field<Vec<T>> {
    if all.is_empty() {
        Field::Empty
    } else {
        Field::Value(all)
    }
}
