//! Why a command did not do what it was asked.

use std::{error::Error, fmt, io};

use crate::{config::fault::ConfigError, storage::StorageError};

/// Exit code: something failed.
pub(super) const FAILURE: u8 = 1;
/// Exit code: called or set up in a way that cannot be used.
pub(super) const USAGE: u8 = 2;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The settings are not usable.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Logs or metrics could not be started.
    #[error("logs and metrics cannot be kept")]
    Telemetry(#[from] super::telemetry::TelemetryError),
    /// The database cannot be used.
    #[error("the database cannot be used")]
    Storage(#[from] StorageError),
    /// The operating system refused.
    #[error("the operating system refused")]
    System(#[from] io::Error),
}

impl CliError {
    /// The code that the program ends with.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => USAGE,
            Self::Telemetry(_) | Self::Storage(_) | Self::System(_) => FAILURE,
        }
    }

    /// The message with the causes behind it, for the one place that prints it.
    pub fn with_causes(&self) -> impl fmt::Display + '_ {
        Causes(self)
    }
}

struct Causes<'a>(&'a CliError);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_follow_the_message() {
        let error = CliError::from(io::Error::other("no space is left"));
        assert_eq!(
            error.with_causes().to_string(),
            "the operating system refused: no space is left"
        );
        assert_eq!(error.exit_code(), FAILURE);
        assert_eq!(CliError::from(ConfigError { faults: Vec::new() }).exit_code(), USAGE);
    }
}
