//! Writes a snapshot as EDEXML, so that what is read can be compared with what was written.

use std::fmt::Write;

use sluis_connector_port::roster::{Day, Field, GroupKind, PersonName, Snapshot, SourceKey};
use sluis_core::{identifier::EckId, personal::Personal};

pub(crate) fn edexml(snapshot: &Snapshot) -> String {
    let mut out = Out::default();
    let school = &snapshot.school;
    out.open("EDEX", &[]);
    out.open("school", &[]);
    out.text("schooljaar", &school.school_year.to_string());
    if let Some(day) = school.reference_date {
        out.text("peildatum", &day.to_string());
    }
    if let Some(brin) = school.brin {
        out.text("brincode", brin.institution.as_str());
        out.text("dependancecode", brin.branch.as_str());
    }
    if let Some(moment) = school.created_at {
        out.text("aanmaakdatum", &moment.to_string());
    }
    out.close("school");
    out.open("vestigingen", &[]);
    for branch in &snapshot.branches {
        out.open("vestiging", &[("key", branch.key.expose())]);
        out.field("naam", &branch.name, Clone::clone);
        out.close("vestiging");
    }
    out.close("vestigingen");
    out.open("groepen", &[]);
    for group in &snapshot.groups {
        let name = match group.kind {
            GroupKind::Base { .. } => "groep",
            GroupKind::Composite => "samengestelde_groep",
        };
        out.open(name, &[("key", group.key.expose())]);
        out.field("naam", &group.name, Clone::clone);
        if let GroupKind::Base { year_group } = &group.kind {
            out.field("jaargroep", year_group, |code| code.code().to_owned());
        }
        out.close(name);
    }
    out.close("groepen");
    out.open("leerlingen", &[]);
    for pupil in &snapshot.pupils {
        out.person("leerling", &pupil.key, &pupil.eck_id, &pupil.name);
        out.field("geboortedatum", &pupil.birth_date, day);
        out.field("geslacht", &pupil.gender, |code| code.expose().code().to_owned());
        out.field("jaargroep", &pupil.year_group, |code| code.expose().code().to_owned());
        out.reference("groep", &pupil.group);
        out.list("samengestelde_groepen", &pupil.composite_groups, |out, key| {
            out.open("samengestelde_groep", &[("key", key.expose())]);
            out.close("samengestelde_groep");
        });
        out.reference("vestiging", &pupil.branch);
        out.field("gebruikersnaam", &pupil.user_name, plain);
        out.field("emailadres", &pupil.email, plain);
        out.field("instroomdatum", &pupil.enrolled_from, day);
        out.field("uitstroomdatum", &pupil.enrolled_until, day);
        out.close("leerling");
    }
    out.close("leerlingen");
    out.open("leerkrachten", &[]);
    for staff in &snapshot.staff {
        out.person("leerkracht", &staff.key, &staff.eck_id, &staff.name);
        out.field("gebruikersnaam", &staff.user_name, plain);
        out.field("emailadres", &staff.email, plain);
        out.list("groepen", &staff.groups, |out, own| {
            out.open("groep", &[("key", own.group.expose())]);
            for role in &own.roles {
                out.text("rol", role.code());
            }
            out.close("groep");
        });
        out.close("leerkracht");
    }
    out.close("leerkrachten");
    out.close("EDEX");
    out.0
}

fn day(day: &Personal<Day>) -> String {
    day.expose().to_string()
}

fn plain(text: &Personal<String>) -> String {
    text.expose().clone()
}

#[derive(Default)]
struct Out(String);

impl Out {
    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        write!(self.0, "<{name}").unwrap();
        for (attribute, value) in attributes {
            write!(self.0, " {attribute}=\"{}\"", escaped(value)).unwrap();
        }
        self.0.push('>');
    }

    fn close(&mut self, name: &str) {
        writeln!(self.0, "</{name}>").unwrap();
    }

    fn text(&mut self, name: &str, text: &str) {
        self.open(name, &[]);
        self.0.push_str(&escaped(text));
        self.close(name);
    }

    fn field<T>(&mut self, name: &str, field: &Field<T>, text: impl FnOnce(&T) -> String) {
        match field {
            Field::NotDelivered => {}
            Field::Empty => self.text(name, ""),
            Field::Value(value) => self.text(name, &text(value)),
        }
    }

    fn list<T>(&mut self, name: &str, field: &Field<Vec<T>>, mut each: impl FnMut(&mut Self, &T)) {
        if field.is_delivered() {
            self.open(name, &[]);
            field.value().into_iter().flatten().for_each(|item| each(self, item));
            self.close(name);
        }
    }

    fn reference<Of>(&mut self, name: &str, field: &Field<SourceKey<Of>>) {
        if field.is_delivered() {
            self.open(name, &[("key", field.value().map_or("", SourceKey::expose))]);
            self.close(name);
        }
    }

    fn person<Of>(&mut self, element: &str, key: &Field<SourceKey<Of>>, eck_id: &Field<EckId>, name: &PersonName) {
        let mut attributes = Vec::new();
        if key.is_delivered() {
            attributes.push(("key", key.value().map_or("", SourceKey::expose)));
        }
        if eck_id.is_delivered() {
            attributes.push(("eckid", eck_id.value().map_or("", EckId::expose)));
        }
        self.open(element, &attributes);
        self.field("achternaam", &name.family_name, plain);
        self.field("voorvoegsel", &name.family_name_prefix, plain);
        self.field("voornamen", &name.first_names, plain);
        self.field("voorletters-1", &name.initials, plain);
        self.field("roepnaam", &name.given_name, plain);
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
