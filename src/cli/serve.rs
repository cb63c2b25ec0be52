//! `sluis serve`: the service, until it is told to stop.

use std::sync::Arc;

use clap::Args;
use futures::future::try_join_all;
use sluis_core::{random::SystemRandom, time::SystemClock};

use super::{assemble::Service, error::CliError, parts, telemetry};
use crate::{
    config::{Settings, source::Sources},
    http::server,
    worker::Worker,
};

/// Serve the API
#[derive(Debug, Args)]
pub struct ServeCommand {}

impl ServeCommand {
    /// Serves until a signal stops it; then answers what is under way, records what waits, and ends.
    ///
    /// # Errors
    /// When the settings, the database or the address cannot be used.
    pub async fn run(self, sources: &Sources) -> Result<(), CliError> {
        let settings = Settings::load(sources)?;
        telemetry::start(&settings.telemetry)?;
        let metrics = telemetry::start_metrics()?;
        let clock = Arc::new(SystemClock);
        let service = Service::assemble(&settings, clock.clone(), Arc::new(SystemRandom)).await?;
        let http = service.http(&settings, Some(metrics));
        let listener = server::listen(http, Arc::clone(&service.app), &parts::listening(&settings))?;
        tracing::info!(address = %listener.address, "listening");
        let worker = Worker::start(Arc::clone(&service.app), clock, parts::timetable(&settings));
        // actix stops on SIGTERM and SIGINT and waits for what is under way.
        try_join_all(listener.servers).await?;
        worker.stop().await;
        service.stop().await;
        tracing::info!("stopped");
        Ok(())
    }
}
