//! `sluis ledger`: checking the evidence.

use std::{io::Write, path::PathBuf, sync::Arc};

use clap::{Args, Subcommand};
use sluis_core::{
    ledger::{Report, SchoolExport, VerifierKey, verify_export},
    random::SystemRandom,
    time::SystemClock,
};

use super::{assemble::Service, error::CliError, file};
use crate::config::{Settings, source::Sources};

/// Check the evidence
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Check the whole ledger of this service, or a school's export without any service
    Verify(LedgerVerify),
}

/// What to check.
#[derive(Debug, Args)]
pub struct LedgerVerify {
    /// An export that a school took home; without it, the ledger of this service
    #[arg(long, value_name = "FILE", requires = "key")]
    export: Option<PathBuf>,
    /// The public key of the log, as the service hands it out (C2SP signed note)
    #[arg(long, value_name = "KEY", value_parser = key)]
    key: Option<VerifierKey>,
}

fn key(text: &str) -> Result<VerifierKey, String> {
    VerifierKey::parse(text).map_err(|error| error.to_string())
}

impl LedgerCommand {
    /// Does it.
    ///
    /// # Errors
    /// When something is wrong with the evidence, or it cannot be read.
    pub async fn run(self, sources: &Sources, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
        let Self::Verify(verify) = self;
        let report = match (verify.export, verify.key) {
            (Some(file), Some(key)) => {
                let export: SchoolExport = file::read_json(&file)?;
                verify_export(&export, &key, None)
            }
            _ => {
                let settings = Settings::load(sources)?;
                let service = Service::assemble(&settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
                let report = service.app.ledger_verify().await;
                service.stop().await;
                report?
            }
        };
        tell(&report, out)
    }
}

fn tell(report: &Report, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    for finding in &report.findings {
        writeln!(out, "wrong: {finding}")?;
    }
    writeln!(out, "{} records checked", report.records)?;
    if report.remaining > 0 {
        writeln!(
            out,
            "{} later records are not in this export: fetch them too",
            report.remaining
        )?;
    }
    if report.is_sound() {
        Ok(())
    } else {
        Err(CliError::LedgerUnsound)
    }
}
