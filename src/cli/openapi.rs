//! `sluis openapi`: the description of the API, made from the router.

use std::{io::Write, path::PathBuf};

use clap::Args;

use super::{error::CliError, file::FileFault};
use crate::http::openapi;

/// Print the `OpenAPI` document, or refresh the checked-in files
#[derive(Debug, Args)]
pub struct OpenApiCommand {
    /// Write `openapi.json` and `operations.txt` into this folder instead
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "openapi")]
    write: Option<PathBuf>,
}

impl OpenApiCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the files or the output cannot be written.
    pub fn run(self, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
        match self.write {
            Some(folder) => openapi::write(&folder).map_err(|error| FileFault::Unwritable(error).of(&folder))?,
            None => out.write_all(openapi::render().map_err(std::io::Error::from)?.0.as_bytes())?,
        }
        Ok(())
    }
}
