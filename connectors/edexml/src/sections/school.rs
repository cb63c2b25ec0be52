//! The school, its branches and its groups.

use std::io::BufRead;

use sluis_connector_port::{
    ReadError,
    roster::{
        Field, Group, GroupKind, Object, RosterField, SchoolBranch, SchoolHeader, SchoolYear, SkippedKind, YearGroup,
    },
};
use sluis_core::{
    identifier::{Branch, Brin4, Brin6},
    time::Timestamp,
};

use super::{
    each, local_name,
    row::{Notes, Row},
};
use crate::xml::Xml;

pub(super) fn header<R: BufRead>(
    xml: &mut Xml<R>,
    namespace: Option<&str>,
    notes: &mut Notes,
) -> Result<SchoolHeader, ReadError> {
    let mut row = Row::new(Object::School, 1, notes);
    let mut school_year = None;
    let mut institution = None;
    let mut branch = Some(Branch::MAIN);
    let mut reference_date = Field::NotDelivered;
    let mut created_at = None;
    while xml.child()? {
        match local_name(xml, namespace) {
            // The published list of school years ends with 2024-2025: only the form counts.
            "schooljaar" => {
                let read = SchoolYear::parse(xml.text()?.trim()).map_err(|_| ReadError::InvalidSchoolYear)?;
                school_year = Some(read);
            }
            "peildatum" => reference_date = row.day(xml, RosterField::ReferenceDate)?,
            "brincode" => institution = Brin4::parse(xml.text()?.trim()).ok(),
            "dependancecode" => {
                branch = match xml.text()?.trim() {
                    "" => Some(Branch::MAIN),
                    code => Branch::parse(code).ok(),
                };
            }
            "aanmaakdatum" => created_at = Timestamp::parse(xml.text()?.trim()).ok(),
            "schoolkey" | "instellingsnummer" | "auteur" | "xsdversie" => xml.skip()?,
            "commentaar" => row.skip(xml, SkippedKind::Description)?,
            "toevoegingen" => row.skip(xml, SkippedKind::Extension)?,
            _ => row.skip(xml, SkippedKind::Unknown)?,
        }
    }
    Ok(SchoolHeader {
        brin: institution
            .zip(branch)
            .map(|(institution, branch)| Brin6 { institution, branch }),
        school_year: school_year.ok_or(ReadError::MissingSection { section: "schooljaar" })?,
        reference_date: reference_date.into_value(),
        created_at,
    })
}

pub(super) fn branches<R: BufRead>(
    xml: &mut Xml<R>,
    namespace: Option<&str>,
    notes: &mut Notes,
) -> Result<Vec<SchoolBranch>, ReadError> {
    each(xml, namespace, "vestiging", notes, |xml, position, notes| {
        let mut row = Row::new(Object::Branch, position, notes);
        let key = row.key(xml)?;
        let mut name = Field::NotDelivered;
        while xml.child()? {
            match local_name(xml, namespace) {
                "naam" => name = row.text(xml, RosterField::Name)?,
                "mutatiedatum" => xml.skip()?,
                "omschrijving" => row.skip(xml, SkippedKind::Description)?,
                _ => row.skip(xml, SkippedKind::Unknown)?,
            }
        }
        Ok(SchoolBranch { key, name })
    })
}

pub(super) fn groups<R: BufRead>(
    xml: &mut Xml<R>,
    namespace: Option<&str>,
    notes: &mut Notes,
) -> Result<Vec<Group>, ReadError> {
    let mut groups = Vec::new();
    let mut position = 0_u32;
    while xml.child()? {
        let composite = match local_name(xml, namespace) {
            "groep" => false,
            "samengestelde_groep" => true,
            _ => {
                notes.skip(xml, SkippedKind::Unknown)?;
                continue;
            }
        };
        position = position.saturating_add(1);
        let mut row = Row::new(Object::Group, position, notes);
        let key = row.key(xml)?;
        let mut name = Field::NotDelivered;
        let mut year_group = Field::NotDelivered;
        while xml.child()? {
            match local_name(xml, namespace) {
                "naam" => name = row.text(xml, RosterField::Name)?,
                "jaargroep" => year_group = row.code(xml, RosterField::YearGroup, YearGroup::parse)?,
                "mutatiedatum" => xml.skip()?,
                "omschrijving" => row.skip(xml, SkippedKind::Description)?,
                "toevoegingen" => row.skip(xml, SkippedKind::Extension)?,
                _ => row.skip(xml, SkippedKind::Unknown)?,
            }
        }
        let kind = if composite {
            GroupKind::Composite
        } else {
            GroupKind::Base { year_group }
        };
        groups.push(Group { key, name, kind });
    }
    Ok(groups)
}
