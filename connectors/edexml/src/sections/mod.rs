//! The data sections: school, branches, groups, pupils, staff. EDEXML has them without a namespace, UWLR in its own.

mod people;
mod row;
mod school;

use std::io::BufRead;

use sluis_connector_port::{
    ReadError,
    roster::{Group, Object, Pupil, SchoolBranch, SchoolHeader, SkippedKind, Snapshot, Staff},
};

use self::row::{Notes, Row};
use crate::{ReadOptions, xml::Xml};

/// Reads the sections inside the element that `xml` is in, leaves it, and checks what was read.
///
/// # Errors
/// When it is not one complete, consistent roster of the school that was expected.
pub fn read<R: BufRead>(
    xml: &mut Xml<R>,
    namespace: Option<&str>,
    options: &ReadOptions,
) -> Result<Snapshot, ReadError> {
    let mut notes = Notes::default();
    let mut header: Option<SchoolHeader> = None;
    let mut branches: Option<Vec<SchoolBranch>> = None;
    let mut groups: Option<Vec<Group>> = None;
    let mut pupils: Option<Vec<Pupil>> = None;
    let mut staff: Option<Vec<Staff>> = None;

    while xml.child()? {
        match local_name(xml, namespace) {
            "school" => {
                let read = school::header(xml, namespace, &mut notes)?;
                // Before the first person is read: never take in the people of another school.
                read.check_origin(options.school, options.school_year)?;
                once("school", &mut header, read)?;
            }
            _ if header.is_none() => return Err(ReadError::MissingSection { section: "school" }),
            "vestigingen" => once(
                "vestigingen",
                &mut branches,
                school::branches(xml, namespace, &mut notes)?,
            )?,
            "groepen" => once("groepen", &mut groups, school::groups(xml, namespace, &mut notes)?)?,
            "leerlingen" => {
                let read = each(xml, namespace, "leerling", &mut notes, |xml, position, notes| {
                    people::pupil(xml, namespace, options, &mut Row::new(Object::Pupil, position, notes))
                })?;
                once("leerlingen", &mut pupils, read)?;
            }
            "leerkrachten" => {
                let read = each(xml, namespace, "leerkracht", &mut notes, |xml, position, notes| {
                    people::staff(xml, namespace, options, &mut Row::new(Object::Staff, position, notes))
                })?;
                once("leerkrachten", &mut staff, read)?;
            }
            _ => notes.skip(xml, SkippedKind::Unknown)?,
        }
    }

    let snapshot = Snapshot {
        school: header.ok_or(ReadError::MissingSection { section: "school" })?,
        branches: branches.unwrap_or_default(),
        groups_delivered: groups.is_some(),
        groups: groups.unwrap_or_default(),
        pupils: pupils.ok_or(ReadError::MissingSection { section: "leerlingen" })?,
        staff_delivered: staff.is_some(),
        staff: staff.unwrap_or_default(),
        warnings: notes.warnings,
        skipped: notes.skipped,
    };
    snapshot.check()?;
    Ok(snapshot)
}

/// The local name of an element in our namespace; of any other, a name that nothing is called by.
fn local_name<'xml, R: BufRead>(xml: &'xml Xml<R>, namespace: Option<&str>) -> &'xml str {
    if xml.namespace() == namespace { xml.name() } else { "" }
}

fn once<T>(section: &'static str, place: &mut Option<T>, read: T) -> Result<(), ReadError> {
    if place.replace(read).is_some() {
        return Err(ReadError::RepeatedSection { section });
    }
    Ok(())
}

/// Reads every child with this name; children with another name are passed over.
fn each<R: BufRead, T>(
    xml: &mut Xml<R>,
    namespace: Option<&str>,
    name: &str,
    notes: &mut Notes,
    mut read: impl FnMut(&mut Xml<R>, u32, &mut Notes) -> Result<T, ReadError>,
) -> Result<Vec<T>, ReadError> {
    let mut all = Vec::new();
    let mut position = 0_u32;
    while xml.child()? {
        if local_name(xml, namespace) == name {
            position = position.saturating_add(1);
            all.push(read(xml, position, notes)?);
        } else {
            notes.skip(xml, SkippedKind::Unknown)?;
        }
    }
    Ok(all)
}
