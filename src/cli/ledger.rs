//! `sluis ledger`: checking the evidence.

use std::{io::Write, path::PathBuf, sync::Arc};

use clap::{Args, Subcommand};
use serde::Deserialize;
use sluis_core::{
    ledger::{Extent, Kept, NoteError, Owner, Report, SchoolExport, VerifierKey, verify_export},
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
    /// The public key of the log (C2SP signed note), as it was written down elsewhere: that which the service hands out today
    /// proves nothing about the service
    #[arg(long, value_name = "KEY", value_parser = key)]
    key: Option<VerifierKey>,
    /// Signed notes that were kept earlier, elsewhere: the export has to agree with each
    #[arg(long, value_name = "FILE", requires = "export", num_args = 1..)]
    checkpoint: Vec<PathBuf>,
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
        if let Some(key) = verify.key.as_ref().filter(|_| !verify.export.is_empty()) {
            return exports(&verify, key, out);
        }
        let settings = Settings::load(sources)?;
        let service = Service::assemble(&settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
        let report = service.app.ledger_verify().await;
        service.stop().await;
        tell(&report?, out)
    }
}

/// Checks an export, part by part, each against the one before and against what was kept. The last has to reach the ends
/// that were signed with it.
fn exports(verify: &LedgerVerify, key: &VerifierKey, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let mut kept = None;
    let mut known = None;
    let mut reached = Vec::new();
    for file in &verify.export {
        writeln!(out, "file `{}`", file.display())?;
        let mut told = Report::default();
        for export in file::read_jsons::<SchoolExport>(file)? {
            let export = export?;
            let kept: &mut Kept = match &mut kept {
                Some(kept) => kept,
                none => none.insert(read_kept(&verify.checkpoint, key, export.owner)?),
            };
            let mut report = verify_export(&export, key, known.as_ref());
            if report.is_sound() {
                report.findings = kept.meet(&export, key);
            }
            add(&mut told, report);
            if !told.is_sound() {
                break;
            }
            known = told.known.take();
        }
        for extent in &told.extents {
            writeln!(
                out,
                "stream {}: it holds records {} to {}; its checkpoint is over {} records of the whole stream, {} of this owner",
                extent.stream, extent.first, extent.last, extent.tree_size, extent.head
            )?;
        }
        tell(&told, out)?;
        reached = told.extents;
    }
    let unmet = kept.map(|kept| kept.unmet()).unwrap_or_default();
    for finding in &unmet {
        writeln!(out, "wrong: {finding}")?;
    }
    if !unmet.is_empty() {
        return Err(CliError::LedgerUnsound);
    }
    whole(&reached, out)?;
    match verify.checkpoint.len() {
        0 => writeln!(
            out,
            "nothing was kept from before: this shows that the log agrees with itself, not that it is the one it was"
        )?,
        files => writeln!(out, "it goes on from what was kept in {files} files")?,
    }
    Ok(())
}

/// Adds what the next part of a file tells.
fn add(told: &mut Report, part: Report) {
    told.records += part.records;
    told.findings.extend(part.findings);
    told.known = part.known;
    for mut extent in part.extents {
        let before = told.extents.iter().position(|before| before.stream == extent.stream);
        if let Some(before) = before.map(|place| told.extents.swap_remove(place)) {
            extent.first = before.first;
        }
        told.extents.push(extent);
    }
    told.extents.sort_by_key(|extent| extent.stream);
}

/// Whether all records are there that there were when the last part was signed.
fn whole(reached: &[Extent], out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let mut complete = true;
    for Extent { stream, last, head, .. } in reached {
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

/// Signed notes as they are kept in one file: what the service tells everybody, or what was kept with an export.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeptNotes {
    items: Vec<KeptCheckpoint>,
    chain_heads: Option<String>,
}

#[derive(Deserialize)]
struct KeptCheckpoint {
    checkpoint: String,
}

fn read_kept(files: &[PathBuf], key: &VerifierKey, owner: Owner) -> Result<Kept, CliError> {
    let mut kept = Kept::default();
    for file in files {
        let text = file::read_text(file)?;
        let notes = if text.trim_start().starts_with('{') {
            let KeptNotes { items, chain_heads } = file::read_json(file)?;
            items
                .into_iter()
                .map(|item| item.checkpoint)
                .chain(chain_heads)
                .collect()
        } else {
            vec![text]
        };
        let empty = || CliError::KeptNote(file.clone(), NoteError::Malformed);
        notes.first().ok_or_else(empty)?;
        for note in notes {
            kept.add(&note, key, owner)
                .map_err(|error| CliError::KeptNote(file.clone(), error))?;
        }
    }
    Ok(kept)
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
