//! Findings as a text for people.

use std::fmt;

use json_patch::PatchOperation;

use super::{Finding, Severity, words::spoken};
use crate::{agreement::AnnexDocument, catalogue::Label};

/// A language of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Dutch.
    Nl,
    /// English.
    En,
}

impl Language {
    /// The text in this language.
    pub fn of(self, label: &Label) -> &str {
        match self {
            Self::Nl => &label.nl,
            Self::En => &label.en,
        }
    }
}

/// Findings to be shown to people.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What was read.
    pub document: &'a AnnexDocument,
    /// What is to be said about it.
    pub findings: &'a [Finding],
    /// In which language.
    pub language: Language,
}

impl Report<'_> {
    fn word(self, severity: Severity) -> &'static str {
        match (self.language, severity) {
            (Language::En, severity) => severity.as_str(),
            (Language::Nl, Severity::Error) => "fout",
            (Language::Nl, Severity::Warning) => "waarschuwing",
            (Language::Nl, Severity::Note) => "opmerking",
        }
    }

    fn pick<'b>(self, nl: &'b str, en: &'b str) -> &'b str {
        match self.language {
            Language::Nl => nl,
            Language::En => en,
        }
    }

    /// How many there are, with the word for them.
    fn count(self, severity: Severity) -> String {
        let findings = self.findings.iter();
        let count = findings.filter(|finding| finding.severity() == severity).count();
        let more = match (self.language, severity, count) {
            (_, _, 1) => "",
            (Language::En, ..) => "s",
            (Language::Nl, ..) => "en",
        };
        format!("{count} {}{more}", self.word(severity))
    }

    fn write_operation(self, f: &mut fmt::Formatter<'_>, operation: &PatchOperation) -> fmt::Result {
        match operation {
            PatchOperation::Remove(remove) => write!(f, " {} {}", self.pick("haal weg", "take out"), remove.path),
            PatchOperation::Replace(replace) => {
                let (put, at) = (self.pick("zet", "put"), self.pick("op", "at"));
                write!(f, " {put} {}", replace.value)?;
                // What is put there stays a code; people read what it means.
                if let Some(word) = replace.value.as_str() {
                    let label = spoken(word);
                    let said = self.language.of(&label);
                    if said != word {
                        write!(f, " ({said})")?;
                    }
                }
                write!(f, " {at} {}", replace.path)
            }
            other => write!(f, " {other}"),
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Some(self.document.product.name.as_str()).filter(|name| !name.is_empty());
        writeln!(
            f,
            "{name} (model {code}): {errors}, {warnings}, {notes}",
            name = name.unwrap_or_else(|| self.pick("zonder naam", "without a name")),
            code = self.document.model.as_str(),
            errors = self.count(Severity::Error),
            warnings = self.count(Severity::Warning),
            notes = self.count(Severity::Note),
        )?;
        for group in self.findings.chunk_by(|one, other| one.code == other.code) {
            let Some(first) = group.first() else { continue };
            let text = first.text();
            writeln!(f)?;
            writeln!(
                f,
                "{}: {} [{}]",
                self.word(first.severity()),
                self.language.of(&text.what),
                first.code.as_str()
            )?;
            writeln!(f, "  {}", self.language.of(&text.why))?;
            for finding in group {
                write!(f, "  - {}", finding.place)?;
                if let Some(about) = &finding.about {
                    write!(f, ": {}", self.language.of(about))?;
                }
                writeln!(f)?;
                let Some(repair) = &finding.repair else { continue };
                write!(f, "    {}", self.pick("voorstel:", "proposal:"))?;
                for (index, operation) in repair.patch().iter().enumerate() {
                    let then = if index > 0 { self.pick(", en", ", and") } else { "" };
                    write!(f, "{then}")?;
                    self.write_operation(f, operation)?;
                }
                writeln!(f)?;
            }
        }
        Ok(())
    }
}
