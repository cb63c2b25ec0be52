//! The start of the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    sluis::cli::main(std::env::args_os(), sluis::config::source::Sources::from_process())
}
