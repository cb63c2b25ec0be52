//! `keys`: what unlocks the data at rest.

use std::path::{Path, PathBuf};

use super::key::section;

section! {
    /// What unlocks the data at rest.
    Keys = "keys" {
        /// The file of the master key. The first start makes it; later starts refuse to run without it.
        master_key_file: PathBuf = "data/master.key",
        /// The name of an environment variable that holds the master key instead. It does not begin with `SLUIS_`.
        master_key_env: Option<String>,
        /// A command that prints the master key instead: program and arguments, run without a shell.
        master_key_command: Option<Vec<String>>,
    }
}

/// Where the master key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MasterKeySource<'a> {
    /// In a file, made at the first start.
    File(&'a Path),
    /// In an environment variable.
    Env(&'a str),
    /// In what a command prints: program and arguments.
    Command(&'a [String]),
}

impl Keys {
    /// Where the master key is.
    pub fn source(&self) -> MasterKeySource<'_> {
        match (&self.master_key_env, &self.master_key_command) {
            (Some(name), _) => MasterKeySource::Env(name),
            (None, Some(command)) => MasterKeySource::Command(command),
            (None, None) => MasterKeySource::File(&self.master_key_file),
        }
    }

    fn check(&self) -> Vec<(&'static str, &'static str)> {
        let mut disagreements = Vec::new();
        if self.master_key_env.is_some() && self.master_key_command.is_some() {
            disagreements.push((
                "keys.master_key_command",
                "`keys.master_key_env` is set too; keep one of the two",
            ));
        }
        if self
            .master_key_env
            .as_ref()
            .is_some_and(|name| name.is_empty() || name.starts_with("SLUIS_"))
        {
            disagreements.push((
                "keys.master_key_env",
                "the name of the variable does not begin with `SLUIS_`",
            ));
        }
        if self.master_key_command.as_ref().is_some_and(Vec::is_empty) {
            disagreements.push(("keys.master_key_command", "it names no program"));
        }
        disagreements
    }
}
