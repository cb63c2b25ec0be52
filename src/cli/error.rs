//! Why a command did not do what it was asked.

use std::{error::Error, fmt, io, path::PathBuf};

use crate::{
    app::{error::AppError, reason::RunReason, store::StoreError},
    config::fault::ConfigError,
    storage::{StorageError, keyring::KeyringError},
};

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
    /// The master key cannot be used.
    #[error("the keys cannot be used")]
    Keyring(#[from] KeyringError),
    /// What is stored cannot be read or written.
    #[error("what is stored cannot be used")]
    Store(#[from] StoreError),
    /// A key that signs cannot be made or read.
    #[error("a signing key cannot be used")]
    SigningKey(#[from] crate::federation::jwks::KeyError),
    /// The name of the log of evidence cannot be used.
    #[error("the log of evidence cannot be named so")]
    LogName(#[from] sluis_core::ledger::KeyError),
    /// The public address cannot be an issuer.
    #[error("the public address cannot be an issuer")]
    Issuer(#[from] crate::federation::issuer::IssuerError),
    /// The connection to Kennisnet cannot be prepared.
    #[error("the connection to Kennisnet cannot be prepared")]
    Kennisnet(#[from] crate::federation::kennisnet::KennisnetError),
    /// The client for outgoing calls cannot be built.
    #[error("outgoing calls cannot be made")]
    Outbound(#[from] reqwest::Error),
    /// A use case refused.
    #[error("it was refused")]
    Refused(#[from] AppError),
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] super::file::FileError),
    /// The document of an agreement cannot be read.
    #[error(transparent)]
    Document(super::file::FileError),
    /// The document of an agreement has errors.
    #[error("the document has errors: the gate permits nothing by what they are about")]
    DocumentUnsound,
    /// The role of a client needs to be told what it is bound to.
    #[error("this role needs to be told what it acts for")]
    RoleIncomplete,
    /// The roster was left as it was.
    #[error("the roster was left as it was: `{}`", .0.as_str())]
    ImportRefused(RunReason),
    /// Something is wrong with the evidence.
    #[error("the evidence is not sound")]
    LedgerUnsound,
    /// A note that was kept is not of this log, or not of the owner of the export.
    #[error("what was kept in file `{}` is not of this log and this owner", .0.display())]
    KeptNote(PathBuf, #[source] sluis_core::ledger::NoteError),
    /// Records of an export are missing at its end.
    #[error("the export is not whole: fetch what is missing, and give all parts in their order")]
    ExportIncomplete,
    /// The story of the demo did not go as it must.
    #[cfg(feature = "demo")]
    #[error("the demo did not go as it must")]
    Story(#[from] super::demo::StoryError),
    /// The operating system refused.
    #[error("the operating system refused")]
    System(#[from] io::Error),
}

impl CliError {
    /// The code that the program ends with.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::RoleIncomplete | Self::Document(_) => USAGE,
            _ => FAILURE,
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
