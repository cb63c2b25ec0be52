//! `sluis config`: the settings as they would hold.

use std::io::Write;

use clap::Subcommand;

use super::error::CliError;
use crate::config::{Settings, source::Sources};

/// Look at the settings
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show every setting with its value and where it came from; secrets are not shown
    Show,
}

impl ConfigCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the settings are not usable, or the output is gone.
    pub fn run(self, sources: &Sources, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
        match self {
            Self::Show => {
                for shown in Settings::show(sources)? {
                    writeln!(out, "{} = {}  ({})", shown.name, shown.value, shown.place)?;
                }
            }
        }
        Ok(())
    }
}
