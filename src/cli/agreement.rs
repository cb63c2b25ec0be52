//! `sluis agreement`: looking at the document of an agreement, without any service.

use std::{fs, io::Write, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use sluis_core::{
    agreement::{Annex, AnnexErrors, Finding, Language, Report, Severity},
    catalogue::Catalogue,
    time::{Clock, SystemClock},
};

use super::{error::CliError, file::FileFault};
use crate::app::error::Invalid;

/// Look at the document of an agreement
#[derive(Debug, Subcommand)]
pub enum AgreementCommand {
    /// Tell what is wrong in a document: ends with 0 when there is no error, 1 with errors, 2 when it cannot be read
    Lint(AgreementLint),
}

/// What to look at.
#[derive(Debug, Args)]
pub struct AgreementLint {
    /// A document by the JSON Schema of agreements
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Tell it as JSON, with the repairs as JSON Patch
    #[arg(long)]
    json: bool,
    /// The language of the text
    #[arg(long, value_enum, default_value_t = Words::En)]
    language: Words,
}

/// The languages.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Words {
    /// Dutch
    Nl,
    /// English
    En,
}

#[derive(Serialize)]
struct Told<'a> {
    sound: bool,
    findings: &'a [Finding],
}

impl AgreementCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the document has errors, or cannot be read.
    pub fn run(self, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
        let Self::Lint(lint) = self;
        let annex = lint.read().map_err(|fault| CliError::Document(fault.of(&lint.file)))?;
        let findings = annex
            .document()
            .lint(Catalogue::built_in(), SystemClock.now().utc_date());
        let sound = findings.iter().all(|finding| finding.severity() != Severity::Error);
        if lint.json {
            let told = Told {
                sound,
                findings: &findings,
            };
            serde_json::to_writer_pretty(&mut *out, &told).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            let report = Report {
                document: annex.document(),
                findings: &findings,
                language: match lint.language {
                    Words::Nl => Language::Nl,
                    Words::En => Language::En,
                },
            };
            write!(out, "{report}")?;
        }
        if sound { Ok(()) } else { Err(CliError::DocumentUnsound) }
    }
}

impl AgreementLint {
    fn read(&self) -> Result<Annex, FileFault> {
        let content = fs::read(&self.file).map_err(FileFault::Unreadable)?;
        Annex::parse(&content).map_err(|AnnexErrors(errors)| {
            let wrong = errors.into_iter().map(|error| Invalid {
                pointer: error.place,
                code: error.code.as_str(),
                detail: error.code.explain().to_owned(),
            });
            FileFault::Refused(wrong.collect())
        })
    }
}
