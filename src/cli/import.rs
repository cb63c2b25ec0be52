//! `sluis import`: rosters that a person brings as a file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::BufReader,
    io::Write,
    path::PathBuf,
    sync::Arc,
};

use clap::{Args, Subcommand};
use sluis_connector_port::roster::{Finding, FindingKind, Object, RosterField};
use sluis_core::{identifier::Brin6, random::SystemRandom, time::SystemClock};
use sluis_edexml::{ReadOptions, xml::Limits};

use super::{assemble::Service, error::CliError, file::FileFault, parts};
use crate::{
    app::connection::Run,
    config::{Settings, source::Sources},
};

/// Take in a roster from a file
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// An EDEXML 2.0 or 2.1 file
    Edexml(ImportEdexml),
}

/// Which file, of which school.
#[derive(Debug, Args)]
pub struct ImportEdexml {
    /// The file
    file: PathBuf,
    /// The school that it is of: BRIN, or BRIN with branch
    #[arg(long, value_name = "BRIN", value_parser = brin)]
    school: Brin6,
    /// Tell what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

fn brin(text: &str) -> Result<Brin6, String> {
    let with_branch = if text.len() == 4 {
        format!("{text}00")
    } else {
        text.to_owned()
    };
    Brin6::parse(&with_branch).map_err(|error| error.to_string())
}

impl ImportCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the file cannot be read as EDEXML, the school is not known, or the roster was left as it was.
    pub async fn run(self, sources: &Sources, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
        let Self::Edexml(import) = self;
        let settings = Settings::load(sources)?;
        let options = ReadOptions {
            school: import.school,
            school_year: None,
            eck_id_rules: parts::eck_ids(&settings),
            limits: Limits::default(),
        };
        let file = File::open(&import.file).map_err(|error| FileFault::Unreadable(error).of(&import.file))?;
        let snapshot = tokio::task::spawn_blocking(move || sluis_edexml::read(BufReader::new(file), &options))
            .await
            .map_err(std::io::Error::other)?
            .map_err(|error| FileFault::from(error).of(&import.file))?;
        let unusable = Unusable::in_findings(&snapshot.warnings);
        let service = Service::assemble(&settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
        let run = service.app.roster_import(import.school, snapshot, import.dry_run).await;
        service.stop().await;
        let run = run?;
        report(&run, import.dry_run, out)?;
        unusable.report(out)?;
        match run.end.and_then(|end| end.reason) {
            Some(reason) => Err(CliError::ImportRefused(reason)),
            None => Ok(()),
        }
    }
}

fn report(run: &Run, dry_run: bool, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let Some(end) = &run.end else { return Ok(()) };
    let counts = end.counts;
    let outcome = if dry_run { "would be" } else { "was" };
    writeln!(out, "the roster {outcome} {}", end.outcome.as_str())?;
    writeln!(
        out,
        "  received {}, of which new {}, changed {}",
        counts.received, counts.added, counts.changed
    )?;
    writeln!(out, "  unchanged {}, removed {}", counts.unchanged, counts.removed)?;
    if counts.left_out > 0 {
        writeln!(
            out,
            "  left out {}: nothing of this kind of person is agreed with the operator, or needed by an active agreement",
            counts.left_out
        )?;
    }
    writeln!(
        out,
        "  fields withheld {}: {} that no active agreement needs, {} with a value that cannot be used (of {} persons)",
        counts.withheld_fields,
        counts.withheld_fields.saturating_sub(counts.unusable_fields),
        counts.unusable_fields,
        counts.persons_with_unusable_fields
    )?;
    Ok(())
}

/// The values of a file that cannot be used: which field of what, why, and how often. No value, and no place of a person.
struct Unusable(BTreeMap<(Object, RosterField, FindingKind), BTreeSet<u32>>);

impl Unusable {
    fn in_findings(findings: &[Finding]) -> Self {
        let mut objects: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for finding in findings {
            let of = (finding.object, finding.field, finding.kind);
            objects.entry(of).or_default().insert(finding.position);
        }
        Self(objects)
    }

    fn report(&self, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
        let Self(objects) = self;
        for ((object, field, kind), positions) in objects {
            writeln!(
                out,
                "    cannot be used: `{field}` of {} x {object}: {kind}",
                positions.len()
            )?;
        }
        Ok(())
    }
}
