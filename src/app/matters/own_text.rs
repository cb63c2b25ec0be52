//! What a person is told about their own data, in plain words: for a parent, or a pupil of 16 (GDPR 12(1), 13 to 15).
//!
//! Promises: short sentences, nothing that is not in the answer itself, and no code without what it means.

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::{
    agreement::Language,
    ledger::Outcome,
    person::ConsentGiver,
    personal::Personal,
    time::{Timestamp, Window},
};

use super::own_data::{Coded, Holding, OwnData, Recipient, Release};
use crate::app::restriction::Ground;

/// The answer in words, made at this moment.
pub(super) fn of(data: &OwnData, by: ConsentGiver, language: Language, now: Timestamp) -> Personal<String> {
    let words = Words { language, by };
    let mut lines = Vec::new();
    words.heading(data, now, &mut lines);
    words.held(&data.held, &mut lines);
    words.released(&data.released, &mut lines);
    words.years(data, &mut lines);
    words.decided(&data.held, now, &mut lines);
    words.rights(&mut lines);
    let mut text = lines.join("\n");
    text.push('\n');
    Personal::new(text)
}

#[derive(Clone, Copy)]
struct Words {
    language: Language,
    by: ConsentGiver,
}

/// What went to one recipient for one purpose.
struct Went<'a> {
    times: usize,
    first: Timestamp,
    last: Timestamp,
    data: BTreeSet<&'a str>,
    receivers: BTreeSet<&'a str>,
}

impl Words {
    const fn pick<'a>(self, nl: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Nl => nl,
            Language::En => en,
        }
    }

    /// Whose data.
    const fn whom(self) -> &'static str {
        match (self.language, self.by) {
            (Language::Nl, ConsentGiver::Person) => "u",
            (Language::Nl, ConsentGiver::Guardian) => "uw kind",
            (Language::En, ConsentGiver::Person) => "you",
            (Language::En, ConsentGiver::Guardian) => "your child",
        }
    }

    fn day(self, at: Timestamp) -> String {
        let day = at.dutch_date();
        match self.language {
            Language::Nl => format!("{}-{}-{}", day.day(), day.month(), day.year()),
            Language::En => day.to_string(),
        }
    }

    fn heading(self, data: &OwnData, now: Timestamp, lines: &mut Vec<String>) {
        let (school, whom, day) = (&data.school.name, self.whom(), self.day(now));
        lines.push(match self.language {
            Language::Nl => format!("Gegevens over {whom} bij {school}, op {day}"),
            Language::En => format!("Data about {whom} at {school}, on {day}"),
        });
    }

    /// A new part, below its title.
    fn part(self, nl: &str, en: &str, lines: &mut Vec<String>) {
        lines.push(String::new());
        lines.push(self.pick(nl, en).to_owned());
    }

    fn held(self, held: &Holding, lines: &mut Vec<String>) {
        self.part("WAT DE SCHOOL HEEFT", "WHAT THE SCHOOL HAS", lines);
        if held.values.is_empty() {
            let line = match (self.language, held.reasons.is_empty()) {
                (Language::Nl, true) => "Er staan hier geen gegevens meer in de lijst van de school.",
                (Language::En, true) => "The list of the school holds no data here any more.",
                (Language::Nl, false) => {
                    "De bewaartermijn is voorbij. De school mag deze gegevens niet meer gebruiken."
                }
                (Language::En, false) => "The data may be kept no longer. The school may not use them any more.",
            };
            lines.push(line.to_owned());
        } else {
            let line = self.pick(
                "Deze gegevens komen uit de administratie van de school:",
                "These data come from the administration of the school:",
            );
            lines.push(line.to_owned());
        }
        for value in &held.values {
            let told = value.value.in_words();
            lines.push(format!("- {}: {}", value.label, told.expose()));
        }
        for (nl, en, day) in [
            ("op school vanaf", "at the school since", &held.enrolled_from),
            ("op school tot", "at the school until", &held.enrolled_until),
        ] {
            lines.extend(
                day.as_ref()
                    .map(|day| format!("- {}: {}", self.pick(nl, en), day.expose())),
            );
        }
        let kinds: BTreeSet<_> = held.values.iter().map(|value| value.category.label.as_str()).collect();
        if !kinds.is_empty() {
            let kinds: Vec<_> = kinds.into_iter().collect();
            let said = self.pick("Soorten gegevens", "Kinds of data");
            lines.push(format!("{said}: {}.", kinds.join("; ")));
        }
        for (supplier, account) in &held.accounts {
            lines.push(match self.language {
                Language::Nl => format!("{} kent {} door een nummer: {account}.", supplier.name, self.whom()),
                Language::En => format!("{} knows {} by a number: {account}.", supplier.name, self.whom()),
            });
        }
    }

    fn recipient(self, to: &Recipient) -> String {
        let known = |nl: &str, en: &str, id: &Option<String>| {
            let name = self.pick(nl, en);
            id.as_ref()
                .map_or_else(|| name.to_owned(), |id| format!("{name} ({id})"))
        };
        match to {
            Recipient::Supplier(supplier, Some(product)) => format!("{} ({})", product.name, supplier.name),
            Recipient::Supplier(supplier, None) => supplier.name.clone(),
            Recipient::NextSchool(school) => known("De volgende school", "The next school", school),
            Recipient::Authority(authority) => known("Een overheidsinstantie", "An authority", authority),
            Recipient::Person => match self.by {
                ConsentGiver::Person => self.pick("Uzelf", "You"),
                ConsentGiver::Guardian => self.pick("Uw kind of een ouder", "Your child or a parent"),
            }
            .to_owned(),
        }
    }

    fn released(self, released: &[Release], lines: &mut Vec<String>) {
        self.part("WIE GEGEVENS KREEG", "WHO GOT DATA", lines);
        let mut went: BTreeMap<(&Recipient, Option<&Coded>), Went<'_>> = BTreeMap::new();
        for release in released.iter().filter(|release| release.outcome == Outcome::Permit) {
            let entry = went.entry((&release.to, release.purpose.as_ref())).or_insert(Went {
                times: 0,
                first: release.at,
                last: release.at,
                data: BTreeSet::new(),
                receivers: BTreeSet::new(),
            });
            entry.times += 1;
            entry.first = entry.first.min(release.at);
            entry.last = entry.last.max(release.at);
            entry.data.extend(release.data.iter().map(|data| data.label.as_str()));
            entry
                .receivers
                .extend(release.receiver.iter().map(|receiver| receiver.name.as_str()));
        }
        if went.is_empty() {
            lines.push(self.pick("Niemand kreeg gegevens.", "Nobody got data.").to_owned());
        }
        for ((to, purpose), went) in went {
            lines.push(format!("- {}", self.recipient(to)));
            lines.push(self.when(&went));
            if let Some(purpose) = purpose {
                let why = self.pick("Waarvoor", "What for");
                lines.push(format!("  {why}: {} ({}).", purpose.label, purpose.code));
            }
            let data: Vec<_> = went.data.into_iter().collect();
            let what = self.pick("Wat, als de school het had", "What, if the school had it");
            let only = self.pick("alleen het nummer van het account", "only the number of the account");
            let data = if data.is_empty() {
                only.to_owned()
            } else {
                data.join("; ")
            };
            lines.push(format!("  {what}: {data}."));
            if !went.receivers.is_empty() {
                let receivers: Vec<_> = went.receivers.into_iter().collect();
                let on = self.pick("Om door te geven aan", "To be passed on to");
                lines.push(format!("  {on}: {}.", receivers.join("; ")));
            }
        }
        let refused = released
            .iter()
            .filter(|release| release.outcome == Outcome::Deny)
            .count();
        if refused > 0 {
            lines.push(match (self.language, refused) {
                (Language::Nl, 1) => "Eén keer vroeg iemand gegevens en kreeg ze niet.".to_owned(),
                (Language::Nl, times) => format!("{times} keer vroeg iemand gegevens en kreeg ze niet."),
                (Language::En, 1) => "Once somebody asked for data and did not get them.".to_owned(),
                (Language::En, times) => format!("{times} times somebody asked for data and did not get them."),
            });
        }
    }

    fn when(self, went: &Went<'_>) -> String {
        let (first, last) = (self.day(went.first), self.day(went.last));
        match (self.language, went.times) {
            (Language::Nl, 1) => format!("  Wanneer: één keer, op {first}."),
            (Language::Nl, times) => format!("  Wanneer: {times} keer, van {first} tot en met {last}."),
            (Language::En, 1) => format!("  When: once, on {first}."),
            (Language::En, times) => format!("  When: {times} times, from {first} to {last}."),
        }
    }

    fn years(self, data: &OwnData, lines: &mut Vec<String>) {
        let years: Vec<_> = data.years.iter().map(|year| year.number().to_string()).collect();
        let years = years.join(", ");
        lines.push(match self.language {
            Language::Nl => {
                format!("We zochten in deze jaren: {years}. Van andere jaren weten we het niet, of niet meer.")
            }
            Language::En => {
                format!("We searched these years: {years}. Of other years we do not know, or not any more.")
            }
        });
    }

    /// From when until when.
    fn window(self, window: Window, now: Timestamp) -> String {
        let from = self.day(window.from);
        let ended = window.until.filter(|until| *until <= now).map(|until| self.day(until));
        match (self.language, ended) {
            (Language::Nl, None) => format!("sinds {from}"),
            (Language::Nl, Some(until)) => format!("van {from} tot {until}"),
            (Language::En, None) => format!("since {from}"),
            (Language::En, Some(until)) => format!("from {from} to {until}"),
        }
    }

    /// What was decided about the person, or by them.
    fn decided(self, held: &Holding, now: Timestamp, lines: &mut Vec<String>) {
        let mut decided = Vec::new();
        for restriction in &held.restrictions {
            let what = match restriction.ground {
                Ground::Restriction => {
                    self.pick("Het gebruik van gegevens is beperkt", "The use of data is restricted")
                }
                Ground::Objection => self.pick("Er is bezwaar gemaakt", "There was an objection"),
            };
            decided.push(format!("- {what}: {}.", self.window(restriction.window, now)));
        }
        for (consent, product, purpose) in &held.consents {
            let when = self.window(consent.window, now);
            let (product, purpose) = (&product.name, &purpose.label);
            decided.push(match self.language {
                Language::Nl => format!("- Toestemming voor {product}, {when}. Waarvoor: {purpose}."),
                Language::En => format!("- Consent for {product}, {when}. What for: {purpose}."),
            });
        }
        for handover in &held.handovers {
            let (to, day) = (
                Recipient::school(Some(handover.to)),
                self.day(handover.course.requested_at),
            );
            let asked = self.pick("een dossier werd gevraagd op", "a dossier was asked for on");
            decided.push(format!("- {}: {asked} {day}.", self.recipient(&to)));
        }
        for disclosure in &held.disclosures {
            let to = Recipient::authority(Some(disclosure.to));
            let when = self.window(disclosure.window, now);
            let may = self.pick("een wet vraagt gegevens", "a law asks for data");
            decided.push(format!("- {}: {may}, {when}.", self.recipient(&to)));
        }
        if !decided.is_empty() {
            self.part("WAT ER IS AFGESPROKEN", "WHAT WAS DECIDED", lines);
            lines.append(&mut decided);
        }
    }

    fn rights(self, lines: &mut Vec<String>) {
        self.part("UW RECHTEN", "YOUR RIGHTS", lines);
        let rights: &[&str] = match self.language {
            Language::Nl => &[
                "Klopt er iets niet? Vraag de school het te verbeteren (AVG, artikel 16).",
                "U mag vragen om gegevens te wissen (artikel 17).",
                "U mag vragen om gegevens een tijd niet te gebruiken (artikel 18).",
                "U mag gegevens meenemen naar een ander (artikel 20).",
                "U mag bezwaar maken (artikel 21). Toestemming mag u altijd intrekken (artikel 7).",
                "Vraag de school ook hoe lang zij gegevens bewaart.",
                "Komt u er met de school niet uit? Dan kunt u klagen bij de Autoriteit Persoonsgegevens.",
            ],
            Language::En => &[
                "Is something wrong? Ask the school to put it right (GDPR, article 16).",
                "You may ask to have data erased (article 17).",
                "You may ask that data are not used for a time (article 18).",
                "You may take data along to somebody else (article 20).",
                "You may object (article 21). You may always withdraw consent (article 7).",
                "Ask the school too how long it keeps data.",
                "Can you not agree with the school? Then you can complain to the Autoriteit Persoonsgegevens.",
            ],
        };
        lines.extend(rights.iter().map(|line| format!("- {line}")));
    }
}
