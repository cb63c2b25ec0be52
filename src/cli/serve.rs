//! `sluis serve`: the service, until it is told to stop.

use std::sync::Arc;

use clap::Args;
use futures::future::try_join_all;
use sluis_core::{random::SystemRandom, time::SystemClock};

use super::{assemble::Service, error::CliError, parts, telemetry};
use crate::{
    config::{Settings, source::Sources},
    http::{self, Http, server},
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
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let service = Service::assemble(&settings, clock.clone(), random.clone()).await?;
        let worker_clock = clock.clone();
        let http = Http::new(http::Parts {
            settings: parts::http(&settings),
            clock,
            random,
            authenticator: Arc::clone(&service.app) as _,
            openid: Arc::clone(&service.openid),
            verifier_key: service.app.verifier_key(),
            checks: service.checks.clone(),
            metrics: Some(metrics),
        });
        let listener = server::listen(http, Arc::clone(&service.app), &parts::listening(&settings))?;
        tracing::info!(address = %listener.address, "listening");
        let worker = Worker::start(Arc::clone(&service.app), worker_clock, parts::timetable(&settings));
        // actix stops on SIGTERM and SIGINT and waits for what is under way.
        try_join_all(listener.servers).await?;
        worker.stop().await;
        service.stop().await;
        tracing::info!("stopped");
        Ok(())
    }
}
