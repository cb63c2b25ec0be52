//! `sluis ledger`: checking the evidence.

use std::{io::Write, path::PathBuf, sync::Arc};

use clap::{Args, Subcommand};
use sluis_core::{
    ledger::{Extent, Report, SchoolExport, VerifierKey, verify_export},
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
    /// An export that a school took home, or its parts in their order; without it, the ledger of this service
    #[arg(long, value_name = "FILE", requires = "key", num_args = 1..)]
    export: Vec<PathBuf>,
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
    /// When something is wrong with the evidence, records are missing from an export, or it cannot be read.
    pub async fn run(self, sources: &Sources, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
        let Self::Verify(verify) = self;
        if let Some(key) = verify.key.filter(|_| !verify.export.is_empty()) {
            return exports(&verify.export, &key, out);
        }
        let settings = Settings::load(sources)?;
        let service = Service::assemble(&settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
        let report = service.app.ledger_verify().await;
        service.stop().await;
        tell(&report?, out)
    }
}

/// Checks the parts of an export, each against the one before. The last has to reach the ends that were signed with it.
fn exports(files: &[PathBuf], key: &VerifierKey, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let mut known = None;
    let mut reached = Vec::new();
    for file in files {
        let export: SchoolExport = file::read_json(file)?;
        let report = verify_export(&export, key, known.as_ref());
        writeln!(out, "file `{}`", file.display())?;
        for extent in &report.extents {
            writeln!(
                out,
                "stream {}: it holds records {} to {}; its checkpoint is over {} records of the whole stream, {} of this owner",
                extent.stream, extent.first, extent.last, extent.tree_size, extent.head
            )?;
        }
        tell(&report, out)?;
        (known, reached) = (report.known, report.extents);
    }
    let mut complete = true;
    for Extent { stream, last, head, .. } in &reached {
        if last < head {
            complete = false;
            let next = last.saturating_add(1);
            writeln!(
                out,
                "not complete up to this checkpoint: records {next} to {head} of stream {stream} are missing at the end"
            )?;
        }
    }
    if !complete {
        return Err(CliError::ExportIncomplete);
    }
    let whole: u64 = reached.iter().map(|extent| extent.head).sum();
    writeln!(
        out,
        "complete up to these checkpoints: {whole} records in {} streams; what was recorded later is not in it",
        reached.len()
    )?;
    Ok(())
}

fn tell(report: &Report, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    for finding in &report.findings {
        writeln!(out, "wrong: {finding}")?;
    }
    writeln!(out, "{} records checked", report.records)?;
    if report.is_sound() {
        Ok(())
    } else {
        Err(CliError::LedgerUnsound)
    }
}
