//! What the system sends: the data of the school, in the order of the schema.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{
    BRANCH, BRIN,
    people::{GROUPS, Pupil, STAFF, StaffMember, pupil, staff_member},
};

const PLUS_GROUP: &str = "plusgroep";

/// Which part of the school goes out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent<'year> {
    pub(super) school_year: &'year str,
    pub(super) pupils: u32,
    /// How many pupils, and whether staff, come with an ECK iD. Version 2.1 and earlier know none; the system must leave it
    /// out for them.
    pub(super) eck_ids: EckIds,
}

/// Who comes with an ECK iD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EckIds {
    /// Everybody.
    All,
    /// The first pupils, so many.
    Pupils(u32),
}

impl EckIds {
    fn of_pupil(self, number: u32) -> bool {
        match self {
            Self::All => true,
            Self::Pupils(known) => number <= known,
        }
    }
}

/// Writes the invented school with so many pupils as an EDEXML file.
///
/// # Errors
/// When the file cannot be written.
pub fn write_edexml(file: impl io::Write, school_year: &str, pupils: u32) -> io::Result<()> {
    let mut out = Writer::new(file);
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let extent = Extent {
        school_year,
        pupils,
        eck_ids: EckIds::All,
    };
    out.create_element("EDEX")
        .write_inner_content(|out| sections(out, extent))?;
    Ok(())
}

/// Writes the data sections.
pub(super) fn sections<W: io::Write>(out: &mut Writer<W>, extent: Extent<'_>) -> io::Result<()> {
    out.create_element("school").write_inner_content(|out| {
        text(out, "schooljaar", extent.school_year)?;
        text(out, "brincode", BRIN)?;
        text(out, "dependancecode", BRANCH)?;
        text(out, "auteur", "Voorbeeldadministratie")?;
        text(out, "xsdversie", "2.2")
    })?;
    out.create_element("groepen").write_inner_content(|out| {
        for group in GROUPS {
            let element = out.create_element("groep").with_attribute(("key", group.key));
            element.write_inner_content(|out| {
                text(out, "naam", group.name)?;
                text(out, "jaargroep", &group.year_group.to_string())
            })?;
        }
        let element = out
            .create_element("samengestelde_groep")
            .with_attribute(("key", PLUS_GROUP));
        element.write_inner_content(|out| text(out, "naam", "Plusgroep"))?;
        Ok(())
    })?;
    out.create_element("leerlingen").write_inner_content(|out| {
        (1..=extent.pupils).try_for_each(|number| write_pupil(out, &pupil(number), extent.eck_ids.of_pupil(number)))
    })?;
    out.create_element("leerkrachten").write_inner_content(|out| {
        (1..=STAFF).try_for_each(|number| write_staff(out, &staff_member(number), extent.eck_ids == EckIds::All))
    })?;
    Ok(())
}

fn write_pupil<W: io::Write>(out: &mut Writer<W>, pupil: &Pupil, with_eck_id: bool) -> io::Result<()> {
    let mut element = out
        .create_element("leerling")
        .with_attribute(("key", pupil.key.as_str()));
    if with_eck_id {
        element = element.with_attribute(("eckid", pupil.eck_id.as_str()));
    }
    element.write_inner_content(|out| {
        text(out, "achternaam", pupil.family_name)?;
        if !pupil.family_name_prefix.is_empty() {
            text(out, "voorvoegsel", pupil.family_name_prefix)?;
        }
        text(out, "voornamen", pupil.given_name)?;
        text(out, "voorletters-1", initial(pupil.given_name))?;
        text(out, "roepnaam", pupil.given_name)?;
        text(out, "geboortedatum", &pupil.birth_date)?;
        text(out, "geslacht", pupil.gender)?;
        text(out, "jaargroep", &pupil.group.year_group.to_string())?;
        out.create_element("groep")
            .with_attribute(("key", pupil.group.key))
            .write_empty()?;
        if pupil.in_plus_group {
            out.create_element("samengestelde_groepen").write_inner_content(|out| {
                let plus = out
                    .create_element("samengestelde_groep")
                    .with_attribute(("key", PLUS_GROUP));
                plus.write_empty().map(|_| ())
            })?;
        }
        text(out, "gebruikersnaam", &pupil.user_name)?;
        text(out, "emailadres", &pupil.email)?;
        // Nobody asked for these three. Real systems send them.
        text(out, "land", "NL")?;
        text(out, "gewicht_nieuw", "0,3")?;
        text(out, "postcodenl", "9999XX")?;
        text(out, "instroomdatum", "2020-08-17")
    })?;
    Ok(())
}

fn write_staff<W: io::Write>(out: &mut Writer<W>, staff: &StaffMember, with_eck_id: bool) -> io::Result<()> {
    let mut element = out
        .create_element("leerkracht")
        .with_attribute(("key", staff.key.as_str()));
    if with_eck_id {
        element = element.with_attribute(("eckid", staff.eck_id.as_str()));
    }
    element.write_inner_content(|out| {
        text(out, "achternaam", staff.family_name)?;
        text(out, "voorletters-1", initial(staff.given_name))?;
        text(out, "roepnaam", staff.given_name)?;
        text(out, "gebruikersnaam", &staff.user_name)?;
        text(out, "emailadres", &staff.email)?;
        text(out, "rol", staff.role)?;
        if let Some(group) = staff.group {
            out.create_element("groepen").write_inner_content(|out| {
                let own = out.create_element("groep").with_attribute(("key", group.key));
                own.write_inner_content(|out| text(out, "rol", staff.role))?;
                Ok(())
            })?;
        }
        Ok(())
    })?;
    Ok(())
}

fn text<W: io::Write>(out: &mut Writer<W>, element: &str, text: &str) -> io::Result<()> {
    out.create_element(element)
        .write_text_content(BytesText::new(text))
        .map(|_| ())
}

fn initial(name: &str) -> &str {
    let end = name.char_indices().nth(1).map_or(name.len(), |(end, _)| end);
    name.get(..end).unwrap_or(name)
}
