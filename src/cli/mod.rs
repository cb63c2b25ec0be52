//! The commands, one file each. This room puts the parts together.
//!
//! What a command has to say goes to the standard output, logs and errors go to the standard error. The program ends
//! with 0 when all is well, 1 when something failed, and 2 when it was called or set up in a way that it cannot use.

pub mod agreement;
pub mod assemble;
pub mod client;
pub mod config;
pub mod connect;
#[cfg(feature = "demo")]
pub mod demo;
pub mod error;
pub mod file;
pub mod import;
pub mod ledger;
pub mod openapi;
pub mod parts;
pub mod serve;
mod signals;
pub mod telemetry;

use std::{
    ffi::OsString,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use self::{
    agreement::AgreementCommand, client::ClientCommand, config::ConfigCommand, error::CliError, import::ImportCommand,
    ledger::LedgerCommand, openapi::OpenApiCommand, serve::ServeCommand,
};
use crate::config::source::Sources;

/// The gate between Dutch schools and the suppliers of their digital learning materials.
#[derive(Debug, Parser)]
#[command(name = "sluis", version)]
struct Arguments {
    /// File with settings, in TOML; `SLUIS_CONFIG` names one too.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One setting, as `server.listen=0.0.0.0:8080`. Wins from environment and file; not for secrets.
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(ServeCommand),
    #[cfg(feature = "demo")]
    Demo(demo::DemoCommand),
    #[command(subcommand)]
    Agreement(AgreementCommand),
    #[command(subcommand)]
    Client(ClientCommand),
    #[command(subcommand)]
    Import(ImportCommand),
    #[command(subcommand)]
    Ledger(LedgerCommand),
    #[command(subcommand)]
    Config(ConfigCommand),
    #[command(name = "openapi")]
    OpenApi(OpenApiCommand),
}

impl Command {
    async fn run(self, sources: &Sources, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
        match self {
            Self::Serve(command) => command.run(sources).await,
            #[cfg(feature = "demo")]
            Self::Demo(command) => command.run(sources, out).await,
            Self::Agreement(command) => command.run(out),
            Self::Client(command) => command.run(sources, out).await,
            Self::Import(command) => command.run(sources, out).await,
            Self::Ledger(command) => command.run(sources, out).await,
            Self::Config(command) => command.run(sources, out),
            Self::OpenApi(command) => command.run(out),
        }
    }
}

/// Runs the program: arguments and surroundings in, exit code out.
pub fn main(arguments: impl IntoIterator<Item = OsString>, sources: Sources) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let usage = error.use_stderr();
            // Nobody is left to tell when the terminal itself is gone.
            let _ = error.print();
            return ExitCode::from(if usage { error::USAGE } else { 0 });
        }
    };
    let sources = sources.with_file(arguments.config).with_flags(arguments.set);
    let ran = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CliError::from)
        .and_then(|runtime| runtime.block_on(arguments.command.run(&sources, &mut io::stdout())));
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {}", error.with_causes());
            ExitCode::from(error.exit_code())
        }
    }
}

/// Reads `KEY=VALUE`.
fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("a setting is written as `KEY=VALUE`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_setting_has_a_name_and_a_value() {
        assert_eq!(assignment("a.b=c=d"), Ok(("a.b".to_owned(), "c=d".to_owned())));
        assert!(assignment("a.b").is_err());
        assert!(assignment("=c").is_err());
    }
}
