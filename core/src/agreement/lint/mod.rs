//! The linter: everything that a privacy officer would mark in an annex, each with its place, why it matters and, where that
//! can be said without the parties, a repair.
//!
//! An error is what the gate denies for: a [defect](super::Defect) of a row or of the whole annex, or hands that it does not let
//! pass. Warnings and notes deny nothing. Nothing here changes a document: it is evidence.

mod code;
mod hands;
mod paper;
mod purposes;
mod repair;
mod report;
mod rows;
mod security;
mod tables;
mod terms;
mod text;
mod words;

use jiff::civil::Date;
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::Value;

use self::words::{counted, joined, spoken};
pub use self::{
    code::{AdviceCode, FindingCode, HandsCode, Severity},
    repair::{Repair, RepairError},
    report::{Language, Report},
    text::FindingText,
};
use super::{AnnexDocument, Particulars};
use crate::catalogue::{Catalogue, Label};

/// Something to be said about an annex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub code: FindingCode,
    /// Where, as a JSON pointer (RFC 6901); what is missing is told where it would stand.
    pub place: String,
    /// What stands there, as far as that is a word: a code, the name of a party, the text.
    pub about: Option<Label>,
    /// What would take it away; absent where only the parties can know.
    pub repair: Option<Repair>,
}

impl Finding {
    /// How much it weighs.
    pub const fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// What it is and why it matters, in both languages.
    pub fn text(&self) -> &'static FindingText {
        self.code.text()
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.text();
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("code", self.code.as_str())?;
        fields.serialize_entry("severity", self.severity().as_str())?;
        fields.serialize_entry("pointer", &self.place)?;
        if let Some(about) = &self.about {
            fields.serialize_entry("about", about)?;
        }
        fields.serialize_entry("what", &text.what)?;
        fields.serialize_entry("why", &text.why)?;
        if let Some(repair) = &self.repair {
            fields.serialize_entry("repair", repair)?;
        }
        fields.end()
    }
}

impl AnnexDocument {
    /// Everything that is to be said about it: errors first, those of one code together, in the order of the document.
    ///
    /// `today` is for promises with a day: nothing that the gate denies for depends on it.
    pub fn lint(&self, catalogue: &Catalogue, today: Date) -> Vec<Finding> {
        let mut lint = Lint {
            document: self,
            value: serde_json::to_value(self).unwrap_or_default(),
            today,
            findings: Vec::new(),
        };
        lint.rows(catalogue);
        lint.hands();
        lint.tables();
        lint.purposes(catalogue);
        lint.terms();
        lint.security();
        lint.paper();
        let mut findings = lint.findings;
        findings.sort_by_key(|finding| (finding.severity(), finding.code));
        findings
    }
}

/// A document under the eyes of the linter.
struct Lint<'a> {
    document: &'a AnnexDocument,
    /// The same, to look up what stands at a place.
    value: Value,
    today: Date,
    findings: Vec<Finding>,
}

/// Where a document has code words, by the beginning and the end of the place.
const CODED: [(&str, &str); 3] = [
    ("/particulars/measures/", "/status"),
    ("/particulars/classification/", "/profiling"),
    ("/particulars/anonymising/", "/removes"),
];

static NOTHING: std::sync::LazyLock<Particulars> = std::sync::LazyLock::new(Particulars::default);

impl<'a> Lint<'a> {
    fn particulars(&self) -> &'a Particulars {
        self.document.particulars.as_ref().unwrap_or(&NOTHING)
    }

    fn advise(&mut self, code: AdviceCode, place: impl Into<String>, repair: Option<Repair>) {
        self.find(FindingCode::Advice(code), place.into(), repair);
    }

    fn find(&mut self, code: FindingCode, place: String, repair: Option<Repair>) {
        let coded = CODED
            .iter()
            .any(|(list, end)| place.starts_with(list) && place.ends_with(end));
        let about = self.value.pointer(&place).and_then(|value| match value {
            Value::String(word) if coded => Some(spoken(word)),
            Value::Array(words) if coded && !words.is_empty() => {
                Some(joined(words.iter().filter_map(Value::as_str).map(spoken)))
            }
            value => word_of(value),
        });
        let above = place.rsplit_once('/').and_then(|(above, _)| self.value.pointer(above));
        let about = match (about, above.and_then(|above| label_of(above.get("text")?))) {
            // The value of something that has a name.
            (Some(value), Some(name)) => Some(Label {
                nl: format!("{}: {}", name.nl, value.nl),
                en: format!("{}: {}", name.en, value.en),
            }),
            (about, _) => about,
        };
        self.findings.push(Finding {
            code,
            place,
            about,
            repair,
        });
    }

    fn find_about(&mut self, code: FindingCode, place: String, about: &str, repair: Option<Repair>) {
        self.findings.push(Finding {
            code,
            place,
            about: Some(same(about)),
            repair,
        });
    }
}

fn same(word: &str) -> Label {
    Label {
        nl: word.to_owned(),
        en: word.to_owned(),
    }
}

fn label_of(value: &Value) -> Option<Label> {
    let field = |name| value.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Label {
        nl: field("nl")?,
        en: field("en")?,
    })
}

/// The word by which people know what stands at a place.
fn word_of(value: &Value) -> Option<Label> {
    let word = match value {
        Value::String(word) => same(word),
        Value::Number(number) => same(&number.to_string()),
        Value::Array(items) => {
            let words: Option<Vec<_>> = items.iter().map(Value::as_str).collect();
            same(&words?.join(", "))
        }
        Value::Object(fields) => label_of(value).or_else(|| rule(value)).or_else(|| {
            let names = ["code", "party", "name", "number", "module"];
            let field = |name: &&str| fields.get(*name).and_then(Value::as_str);
            if let Some(word) = ["denies", "law"].iter().find_map(field) {
                return Some(spoken(word));
            }
            let mut words = names.iter().filter_map(field);
            let mut texts = ["text", "with"].iter().filter_map(|name| label_of(fields.get(*name)?));
            match (words.next(), texts.next()) {
                (Some(word), Some(text)) => Some(Label {
                    nl: format!("{word}, {}", text.nl),
                    en: format!("{word}, {}", text.en),
                }),
                (word, text) => word.map(same).or(text),
            }
        })?,
        Value::Null | Value::Bool(_) => return None,
    };
    (!word.nl.is_empty() && !word.en.is_empty()).then_some(word)
}

/// A rule of retention in words.
fn rule(value: &Value) -> Option<Label> {
    let word = |name| value.get(name).and_then(Value::as_str).map(spoken);
    let (whose, from, then) = (word("whose")?, word("from")?, word("then")?);
    let number = |name| value.get(name).and_then(Value::as_u64);
    let days = number("days").map(|days| counted(days, ["dag", "dagen"], ["day", "days"]));
    let months = number("months").map(|months| counted(months, ["maand", "maanden"], ["month", "months"]));
    let terms = days.into_iter().chain(months);
    Some(joined([whose, from].into_iter().chain(terms).chain([then])))
}
