//! What a difference says to people, in a sentence of each language.

use super::{Annex, Item, Turn, Way};
use crate::{
    agreement::ModuleCode,
    catalogue::{Attribute, Catalogue, DataCategory, Label, Purpose},
    person::PersonKind,
};

/// The two annexes, for what things are called.
pub(super) struct Annexes<'a> {
    pub(super) from: Option<&'a Annex>,
    pub(super) to: &'a Annex,
}

fn both(nl: String, en: String) -> Label {
    Label { nl, en }
}

/// `a, b en c`.
fn joined(words: &[&str], and: &str) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [rest @ .., last] => format!("{} {and} {last}", rest.join(", ")),
    }
}

const fn people(kind: PersonKind) -> [&'static str; 2] {
    match kind {
        PersonKind::Pupil => ["leerlingen", "pupils"],
        PersonKind::Staff => ["medewerkers", "staff"],
    }
}

fn purpose_of(purpose: Purpose, catalogue: &Catalogue) -> [String; 2] {
    let entry = catalogue.purposes.entries.iter().find(|entry| entry.code == purpose);
    let code = purpose.code();
    entry.map_or_else(
        || [code.to_owned(), code.to_owned()],
        |entry| [&entry.label.nl, &entry.label.en].map(|label| format!("{label} ({code})")),
    )
}

fn category_of(category: DataCategory, kind: PersonKind, catalogue: &Catalogue) -> [String; 2] {
    let mut entries = catalogue.categories.entries.iter();
    let code = category.code(kind);
    entries.find(|entry| entry.category == category).map_or_else(
        || [code.to_owned(), code.to_owned()],
        |entry| [&entry.label.nl, &entry.label.en].map(|label| format!("{label} ({code})")),
    )
}

fn attributes_of(attributes: &[Attribute], catalogue: &Catalogue) -> [String; 2] {
    let entries = || catalogue.attributes.entries.iter();
    let labels = attributes
        .iter()
        .filter_map(|attribute| entries().find(|entry| entry.name == *attribute));
    let (nl, en): (Vec<_>, Vec<_>) = labels.map(|entry| (&*entry.label.nl, &*entry.label.en)).unzip();
    [joined(&nl, "en"), joined(&en, "and")]
}

impl Annexes<'_> {
    /// What a part is called: in the newer annex, or else in the older.
    fn part(&self, code: &ModuleCode, catalogue: &Catalogue) -> [String; 2] {
        let annexes = [Some(self.to), self.from].into_iter().flatten();
        let mut modules = annexes.flat_map(|annex| &annex.document().modules);
        if let Some(module) = modules.find(|module| module.code == *code) {
            return [&module.name.nl, &module.name.en].map(|name| format!("‘{name}’"));
        }
        // An optional category of an annex that does not link is a part of its own.
        match DataCategory::parse(&code.as_str().to_ascii_uppercase()) {
            Ok((kind, category)) => category_of(category, kind, catalogue),
            Err(_) => [code, code].map(|code| code.as_str().to_owned()),
        }
    }

    fn way(&self, way: &Way, catalogue: &Catalogue) -> [String; 2] {
        let [mut nl, mut en] = [String::new(), String::new()];
        if !way.parts.is_empty() {
            let parts = way.parts.iter().map(|part| self.part(part, catalogue));
            let (parts, parts_en): (Vec<_>, Vec<_>) = parts.map(|[nl, en]| (nl, en)).unzip();
            let listed = |parts: &[String], and| joined(&parts.iter().map(String::as_str).collect::<Vec<_>>(), and);
            nl.push_str(&format!(", als de school {} goedkeurt", listed(&parts, "en")));
            en.push_str(&format!(", if the school approves {}", listed(&parts_en, "and")));
        }
        if way.consent {
            nl.push_str(", met toestemming van de persoon");
            en.push_str(", with the consent of the person");
        }
        [nl, en]
    }

    /// What an item means when it comes in or goes.
    pub(super) fn sentence(&self, turn: Turn, item: &Item, catalogue: &Catalogue) -> Label {
        let added = turn == Turn::Added;
        // Of what goes it is said that it is so no longer.
        let [not, not_en] = if added { ["", ""] } else { [" niet meer", " no longer"] };
        match item {
            Item::Model(of) => {
                let of = of.as_str();
                if added {
                    both(
                        format!("De overeenkomst volgt model {of}; artikelen hebben de nummers van dat model."),
                        format!("The agreement follows model {of}; articles have the numbers of that model."),
                    )
                } else {
                    both(
                        format!("De overeenkomst volgt model {of} niet meer."),
                        format!("The agreement no longer follows model {of}."),
                    )
                }
            }
            Item::Module { code, optional } => {
                let [part, part_en] = self.part(code, catalogue);
                let [need, need_en] = if *optional {
                    [
                        "een keuze: het werkt pas als de school het goedkeurt",
                        "a choice: it works only when the school approves it",
                    ]
                } else {
                    ["een vast deel van het product", "a fixed part of the product"]
                };
                both(
                    format!("{part} is{not} {need}."),
                    format!("{part_en} is{not_en} {need_en}."),
                )
            }
            Item::Purpose { kind, purpose } => {
                let [who, who_en] = people(*kind);
                let [why, why_en] = purpose_of(*purpose, catalogue);
                both(
                    format!("Gegevens van {who} worden{not} verwerkt voor: {why}."),
                    format!("Data of {who_en} are{not_en} processed for: {why_en}."),
                )
            }
            Item::Category { kind, category } => {
                let [who, who_en] = people(*kind);
                let [what, what_en] = category_of(*category, *kind, catalogue);
                both(
                    format!("Van {who} worden deze gegevens{not} verwerkt: {what}."),
                    format!("Of {who_en} these data are{not_en} processed: {what_en}."),
                )
            }
            Item::Use {
                kind,
                purpose,
                way,
                attributes,
            } => {
                let [who, who_en] = people(*kind);
                let [what, what_en] = attributes_of(attributes, catalogue);
                let [why, why_en] = purpose_of(*purpose, catalogue);
                let [how, how_en] = self.way(way, catalogue);
                both(
                    format!("Van {who}, voor {why}{how}:{not} te gebruiken: {what}."),
                    format!("Of {who_en}, for {why_en}{how_en}:{not_en} used: {what_en}."),
                )
            }
            Item::Login { kind, attributes } => {
                let [who, who_en] = people(*kind);
                let [what, what_en] = attributes_of(attributes, catalogue);
                both(
                    format!("Als {who} inloggen gaat{not} mee: {what}."),
                    format!("When {who_en} log in, this{not_en} goes along: {what_en}."),
                )
            }
            Item::SecondFactor => both(
                format!("Inloggen vraagt{not} om een tweede factor."),
                format!("Logging in{not_en} asks for a second factor."),
            ),
            Item::DaysAfterLeaving(days) => {
                let [days, days_en] = days.map_or_else(
                    || ["helemaal niet".to_owned(), "not at all".to_owned()],
                    |days| [format!("{days} dagen"), format!("{days} days")],
                );
                both(
                    format!("Na vertrek van een persoon gaan beveiliging en continuïteit{not} door: {days}."),
                    format!("After a person has left, security and continuity{not_en} go on: {days_en}."),
                )
            }
            Item::DaysAfterEnd(days) => both(
                format!("Na het einde worden gegevens{not} binnen {days} dagen teruggegeven en vernietigd."),
                format!("After the end data are{not_en} returned and destroyed within {days} days."),
            ),
            Item::Processor(name) => both(
                format!("De verwerker is{not} {name}."),
                format!("The processor is{not_en} {name}."),
            ),
            Item::Place {
                party,
                country,
                back_up_country,
            } => {
                let [back_up, back_up_en] = back_up_country.as_ref().map_or_else(
                    || [String::new(), String::new()],
                    |country| {
                        [
                            format!(", met reservekopieën in {country}"),
                            format!(", with back-ups in {country}"),
                        ]
                    },
                );
                both(
                    format!("{party} verwerkt{not} in {country}{back_up}."),
                    format!("{party}{not_en} processes in {country}{back_up_en}."),
                )
            }
            Item::SubProcessor {
                name,
                country,
                categories,
                announced,
            } => {
                let codes: Vec<_> = categories.iter().map(String::as_str).collect();
                let [since, since_en] = announced.as_ref().map_or_else(
                    || [String::new(), String::new()],
                    |day| [format!(", aangekondigd op {day}"), format!(", announced on {day}")],
                );
                both(
                    format!(
                        "{name} ({country}) is{not} subverwerker, met deze gegevens: {}{since}.",
                        joined(&codes, "en")
                    ),
                    format!(
                        "{name} ({country}) is{not_en} a sub-processor, with these data: {}{since_en}.",
                        joined(&codes, "and")
                    ),
                )
            }
            Item::Receiver { name, purpose, .. } => {
                let [why, why_en] = purpose_of(*purpose, catalogue);
                both(
                    format!("{name} mag{not} gegevens ontvangen voor: {why}."),
                    format!("{name} may{not_en} receive data for: {why_en}."),
                )
            }
            Item::Defect { code, place } => {
                let code = code.as_str();
                both(
                    format!("De bijlage heeft{not} een gebrek op `{place}`: {code}."),
                    format!("The annex{not_en} has a defect at `{place}`: {code}."),
                )
            }
        }
    }
}
