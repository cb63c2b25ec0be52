//! `sluis serve`: the service, until it is told to stop.

use std::{pin::pin, sync::Arc, time::Duration};

use actix_web::dev::Server;
use clap::Args;
use futures::future::{join_all, try_join_all};
use sluis_core::{random::SystemRandom, time::SystemClock};

use super::{assemble::Service, error::CliError, parts, signals::Told, telemetry};
use crate::{
    config::{Settings, source::Sources},
    http::server,
    worker::Worker,
};

/// How much longer than for requests a stop waits for pulls that are under way.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// Serve the API
#[derive(Debug, Args)]
pub struct ServeCommand {}

impl ServeCommand {
    /// Serves until a signal stops it; then answers what is under way, records what waits, and ends.
    ///
    /// # Errors
    /// When the settings, the database or the address cannot be used.
    pub async fn run(self, sources: &Sources) -> Result<(), CliError> {
        // Before anything listens: a supervisor that stops a service which has just become ready must not kill it.
        let mut told = Told::listen()?;
        let settings = Settings::load(sources)?;
        telemetry::start(&settings.telemetry)?;
        let metrics = telemetry::start_metrics()?;
        let clock = Arc::new(SystemClock);
        let service = Service::assemble(&settings, clock.clone(), Arc::new(SystemRandom)).await?;
        let http = service.http(&settings, Some(metrics));
        let listening = parts::listening(&settings);
        let listener = server::listen(http, Arc::clone(&service.app), &listening)?;
        let handles: Vec<_> = listener.servers.iter().map(Server::handle).collect();
        tracing::info!(address = %listener.address, "listening");
        let worker = Worker::start(Arc::clone(&service.app), clock, parts::timetable(&settings));
        let mut serving = pin!(try_join_all(listener.servers));
        let ended_early = tokio::select! {
            ended = &mut serving => Some(ended),
            () = told.stop() => None,
        };
        tracing::info!("stopping");
        let stopped = join_all(handles.iter().map(|server| server.stop(true)));
        let serving = async {
            match ended_early {
                Some(ended) => ended,
                None => serving.await,
            }
        };
        let (served, _) = futures::join!(serving, async {
            let all = async {
                stopped.await;
                worker.stop().await;
                service.app.finish().await;
            };
            if tokio::time::timeout(listening.stop_timeout + LAST_MOMENT, all)
                .await
                .is_err()
            {
                tracing::warn!("runs are cut off: their rosters stay as they were");
            }
        });
        service.stop().await;
        served?;
        tracing::info!("stopped");
        Ok(())
    }
}
