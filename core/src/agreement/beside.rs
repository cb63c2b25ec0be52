//! Defects that only show when what the gate compiles is held against what the document says beside it, and those that touch
//! the whole annex.

use std::collections::BTreeSet;

use super::{
    AnnexDocument, Anonymising, CategoryTick, Defect, DefectCode, RowDocument, Tables, TicksDocument, Whose,
    defect::parse_for,
    retention::{From, Retention, RetentionRule, Then},
};
use crate::{
    catalogue::{DataCategory, Purpose, PurposeSet},
    person::PersonKind,
};

/// What holds for each row.
pub(super) struct Beside<'a> {
    /// Codes that the tables print twice for different things.
    ambiguous: BTreeSet<&'a str>,
    /// Whether the classification says that there is nothing special.
    nothing_special: bool,
    /// The purposes for which too little is removed.
    stopped: PurposeSet,
}

impl<'a> Beside<'a> {
    pub(super) fn of(document: &'a AnnexDocument) -> Self {
        let particulars = document.particulars.as_ref();
        let classification = particulars.and_then(|particulars| particulars.classification.as_ref());
        Self {
            ambiguous: document.ambiguous_codes(),
            nothing_special: classification.and_then(|of| of.special_categories) == Some(false),
            stopped: document.stopped_by_anonymising(),
        }
    }

    /// Told after what is wrong in the row itself.
    pub(super) fn about_row(&self, row: &RowDocument, add: &mut impl FnMut(DefectCode, String)) {
        for (field, codes) in [
            ("processings", &row.processings),
            ("purposes", &row.purposes),
            ("pupilCategories", &row.pupil_categories),
            ("staffCategories", &row.staff_categories),
        ] {
            for (index, code) in codes.iter().enumerate() {
                if self.ambiguous.contains(code.as_str()) {
                    add(DefectCode::CodeAmbiguous, format!("/{field}/{index}"));
                }
            }
        }
        for (field, kind, codes) in [
            ("pupilCategories", PersonKind::Pupil, &row.pupil_categories),
            ("staffCategories", PersonKind::Staff, &row.staff_categories),
        ] {
            for (index, code) in codes.iter().enumerate() {
                if self.nothing_special && parse_for(code, kind).is_some_and(DataCategory::is_special) {
                    add(DefectCode::SpecialUnclassified, format!("/{field}/{index}"));
                }
            }
        }
        for (index, code) in row.purposes.iter().enumerate() {
            if let Some(defect) = self.leaves_too_much(code) {
                add(defect, format!("/purposes/{index}"));
            }
        }
    }

    /// What is wrong with a purpose for which too little is removed.
    fn leaves_too_much(&self, code: &str) -> Option<DefectCode> {
        let purpose = Purpose::parse(code).ok()?;
        self.stopped.contains(purpose).then(|| leaving_too_much(purpose))
    }

    pub(super) fn about_ticks(&self, ticks: &TicksDocument, defects: &mut Vec<Defect>) {
        let row_of_purposes = ticks.categories().count();
        let mut add = |code, row, place| {
            defects.push(Defect {
                code,
                row: Some(row),
                place,
            });
        };
        for (index, tick) in ticks.purposes.iter().enumerate() {
            if let Some(defect) = self.leaves_too_much(&tick.code) {
                add(defect, row_of_purposes, format!("/ticks/purposes/{index}"));
            }
        }
        for (row, (kind, tick)) in ticks.categories().enumerate() {
            let place = format!("/ticks{}", ticks.place_of(row));
            if tick.is_misnamed(kind) {
                add(DefectCode::CategoryMisnamed, row, place.clone());
            }
            if self.nothing_special && tick.category(kind).is_some_and(DataCategory::is_special) {
                add(DefectCode::SpecialUnclassified, row, place);
            }
        }
    }
}

/// Research may be done on data under a pseudonym, analysis only on anonymous data.
pub(super) fn leaving_too_much(purpose: Purpose) -> DefectCode {
    if purpose == Purpose::RESEARCH {
        DefectCode::PseudonymisingInsufficient
    } else {
        DefectCode::AnonymisingInsufficient
    }
}

impl CategoryTick {
    /// Whether it calls the ECK iD what is the number of a school.
    fn is_misnamed(&self, kind: PersonKind) -> bool {
        let speaks_of_school = |text: &str| text.to_lowercase().contains("brin");
        let text = self.text.as_ref();
        self.category(kind) == Some(DataCategory::EckId)
            && text.is_some_and(|text| speaks_of_school(&text.nl) || speaks_of_school(&text.en))
    }
}

impl AnnexDocument {
    /// The purposes for which data may not name a person as they are, if the document says what it removes and that is not enough.
    pub(super) fn stopped_by_anonymising(&self) -> PurposeSet {
        let particulars = self.particulars.as_ref();
        let Some(anonymising) = particulars.and_then(|particulars| particulars.anonymising.as_ref()) else {
            return PurposeSet::EMPTY;
        };
        let needs = [
            (Purpose::RESEARCH, anonymising.is_enough_for_pseudonyms()),
            (Purpose::ANALYSIS, anonymising.is_enough()),
        ];
        let stopped = needs.into_iter().filter(|(_, enough)| !enough);
        stopped.map(|(purpose, _)| purpose).collect()
    }

    /// Codes that the tables print more than once.
    pub(super) fn ambiguous_codes(&self) -> BTreeSet<&str> {
        let tables = self
            .particulars
            .iter()
            .filter_map(|particulars| particulars.tables.as_ref());
        let mut seen = BTreeSet::new();
        tables
            .flat_map(Tables::codes)
            .filter(|code| !seen.insert(*code))
            .collect()
    }

    /// What touches every row.
    pub(super) fn stopped_whole(&self, defects: &mut Vec<Defect>) {
        let mut add = |code, place: String| defects.push(Defect { code, row: None, place });
        let description = &self.product.description;
        for (blank, place) in [
            (self.product.name.is_empty(), "/product/name"),
            (
                description.nl.is_empty() || description.en.is_empty(),
                "/product/description",
            ),
            (self.parties.processor.name.is_empty(), "/parties/processor/name"),
            (self.version.number.is_none(), "/version/number"),
            (self.version.date.is_none(), "/version/date"),
            (self.modules.is_empty(), "/modules"),
            (self.places.is_empty(), "/places"),
        ] {
            if blank {
                add(DefectCode::FieldUnfilled, place.to_owned());
            }
        }
        for (side, party) in [
            ("processor", Some(&self.parties.processor)),
            ("controller", self.parties.controller.as_ref()),
        ] {
            if party.is_some_and(|party| !party.also_named.is_empty()) {
                add(DefectCode::PartyAmbiguous, format!("/parties/{side}/alsoNamed"));
            }
        }
        let particulars = self.particulars.as_ref();
        let anonymising = particulars.and_then(|particulars| particulars.anonymising.as_ref());
        let anonymous = anonymising.is_some_and(Anonymising::is_enough);
        self.retention.stopped(anonymous, &mut add);
        let Some(particulars) = particulars else { return };
        for (index, of) in particulars.own_use.iter().enumerate() {
            if !(of.anonymised && anonymous) {
                add(DefectCode::OwnUse, format!("/particulars/ownUse/{index}"));
            }
        }
        for (index, mailing) in particulars.mailings.iter().enumerate() {
            if mailing.promotion {
                add(DefectCode::Advertising, format!("/particulars/mailings/{index}"));
            }
        }
    }
}

impl Retention {
    /// `anonymous` is whether nobody is named any more by what is made anonymous.
    fn stopped(&self, anonymous: bool, add: &mut impl FnMut(DefectCode, String)) {
        if self.days_after_end.is_none() {
            add(DefectCode::RetentionMissing, "/retention/daysAfterEnd".to_owned());
        }
        for (index, rule) in self.rules.iter().enumerate() {
            let place = || format!("/retention/rules/{index}");
            if rule.days().is_none() {
                add(DefectCode::RetentionEmpty, place());
            } else if self.rules.iter().take(index).any(|other| rule.contradicts(other)) || !self.agrees_with(rule) {
                add(DefectCode::RetentionContradictory, place());
            }
            if rule.then == Then::Anonymised && rule.moment() == From::End && !anonymous {
                add(DefectCode::RetentionNotAnonymous, place());
            }
        }
    }

    /// Whether a rule agrees with the two terms that the gate goes by.
    fn agrees_with(&self, rule: &RetentionRule) -> bool {
        let term = match rule.from {
            From::End | From::NoAnswer => self.days_after_end,
            From::Leaving => self.days_after_leaving,
            From::Notice | From::Upload | From::SchoolYear | From::BackUp => None,
        };
        let (Some(term), Some((shortest, longest))) = (term, rule.days().filter(|_| rule.is_last())) else {
            return true;
        };
        // What is about some data only may be shorter than the term for all.
        shortest <= term && (term <= longest || !rule.is_about_all())
    }
}

impl RetentionRule {
    fn contradicts(&self, other: &Self) -> bool {
        let (Some(own), Some(others)) = (self.days(), other.days()) else {
            return false;
        };
        let whose = self.whose == other.whose || self.whose == Whose::All || other.whose == Whose::All;
        let meet = |own: &[String], other: &[String]| {
            own.is_empty() || other.is_empty() || own.iter().any(|code| other.contains(code))
        };
        let apart = own.1 < others.0 || others.1 < own.0;
        // Who is asked how the data are to come back still has them to come.
        let question = [self, other]
            .iter()
            .any(|rule| rule.from == From::End && rule.then == Then::Returned)
            && self.from != other.from;
        let same_moment = self.moment() == other.moment() && !question;
        whose
            && meet(&self.categories, &other.categories)
            && same_moment
            && self.is_last()
            && other.is_last()
            && (apart || self.then != other.then)
    }

    /// The end is the end, whether or not a question follows it.
    const fn moment(&self) -> From {
        match self.from {
            From::NoAnswer => From::End,
            other => other,
        }
    }

    /// Whether nothing that names a person is left after it.
    const fn is_last(&self) -> bool {
        !matches!(self.then, Then::Archived)
    }

    fn is_about_all(&self) -> bool {
        self.whose == Whose::All && self.categories.is_empty()
    }
}
