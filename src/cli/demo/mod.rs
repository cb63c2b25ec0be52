//! `sluis demo`: the whole journey on loopback, with stand-ins for everything outside, each a server of its own.
//!
//! It plays a story over HTTP, one line per step, then keeps running so that a person can look around.

mod caller;
mod stage;
mod story;

use std::io::Write;

use clap::Args;

pub use self::caller::StoryError;
use self::stage::Stage;
use super::{error::CliError, signals::Told};
use crate::config::source::Sources;

/// Play the whole journey on loopback, with stand-ins for Kennisnet, an administration system and a supplier
#[derive(Debug, Args)]
pub struct DemoCommand {
    /// End after the story; the exit code is 0 only if every step came out as it must
    #[arg(long)]
    once: bool,
    /// The port on loopback where Sluis listens; 0 takes a free one
    #[arg(long, default_value_t = 8480)]
    port: u16,
}

impl DemoCommand {
    /// Plays, and stays unless told otherwise.
    ///
    /// # Errors
    /// When something cannot be started, or a step of the story did not come out as it must.
    pub async fn run(self, _: &Sources, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
        writeln!(
            out,
            "Sluis demo: everything runs on this machine and everybody in it is invented."
        )?;
        writeln!(
            out,
            "starting: an embedded database, Kennisnet, an administration system, a supplier ..."
        )?;
        let mut told = Told::listen()?;
        let port = if self.once { 0 } else { self.port };
        let stage = Stage::build(port).await?;
        let played = tokio::select! {
            played = story::play(&stage, out) => played,
            () = told.stop() => Err(StoryError::Wrong("it was told to stop".to_owned())),
        };
        match &played {
            Ok(()) => writeln!(out, "\nevery step came out as it must")?,
            Err(error) => writeln!(out, "\nthe story stopped: {error}")?,
        }
        if !self.once && played.is_ok() {
            stage.describe(out)?;
            out.flush()?;
            told.stop().await;
        }
        stage.stop().await?;
        Ok(played?)
    }
}
