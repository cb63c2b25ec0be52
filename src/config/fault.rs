//! What is wrong with the settings, and where it came from.

use std::fmt;

/// The settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the settings are not usable:{}", Listed(.faults))]
pub struct ConfigError {
    /// Everything that is wrong.
    pub faults: Vec<Fault>,
}

/// One thing that is wrong. The values themselves are repeated only where they cannot be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No setting has this name.
    #[error("`{key}` is not a setting ({place})")]
    Unknown {
        /// The name, dotted.
        key: String,
        /// Where it stands.
        place: String,
    },
    /// The value has the wrong form, or does not go with another one.
    #[error("`{key}`: {reason} ({place})")]
    Invalid {
        /// The name, dotted.
        key: String,
        /// What is wrong with it.
        reason: String,
        /// Where it stands.
        place: String,
    },
    /// The file with settings cannot be read.
    #[error("file `{path}` cannot be read: {reason}")]
    File {
        /// The file.
        path: String,
        /// What the operating system or the reader of TOML says.
        reason: String,
    },
}

struct Listed<'a>(&'a [Fault]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}
