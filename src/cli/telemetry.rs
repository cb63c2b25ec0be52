//! Logs: one line per event on the standard error, as JSON or as text. Metrics: counted here, read by Prometheus.
//!
//! Personal data cannot get in: its types print `[personal]`. What other crates say is logged from warnings up only,
//! because their finer levels quote addresses, statements and headers. A panic is logged by its place alone, because
//! its message may quote a value.

use std::{io, panic, time::Duration};

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::Subscriber;
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry::LookupSpan,
    util::{SubscriberInitExt, TryInitError},
};

use crate::config::telemetry::{LogFormat, LogLevel, Telemetry};

/// Bounds for durations in seconds, from a check in memory to a call to somebody else.
const SECONDS: [f64; 14] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];
/// How often figures are drawn together when nobody reads them, so that they take no more and more memory.
const UPKEEP: Duration = Duration::from_secs(5);

/// Logs or metrics could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// Logs were started before.
    #[error("logs were started before")]
    Logs(#[from] TryInitError),
    /// Metrics were started before.
    #[error("metrics cannot be started")]
    Metrics(#[from] BuildError),
}

/// Starts the logs of this process.
///
/// # Errors
/// When they were started before.
pub fn start(settings: &Telemetry) -> Result<(), TelemetryError> {
    subscriber(settings, io::stderr).try_init()?;
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(panic.place = place, "a thread stopped by a panic");
    }));
    Ok(())
}

/// Starts the metrics of this process, on the present runtime.
///
/// # Errors
/// When they were started before.
pub fn start_metrics() -> Result<PrometheusHandle, TelemetryError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()?;
    let kept = handle.clone();
    tokio::spawn(async move {
        let mut turns = tokio::time::interval(UPKEEP);
        loop {
            turns.tick().await;
            kept.run_upkeep();
        }
    });
    Ok(handle)
}

/// What writes the lines of the log, by these settings.
pub fn subscriber<W>(settings: &Telemetry, writer: W) -> impl Subscriber + for<'a> LookupSpan<'a> + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let own = match settings.log_level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let others = own.min(LevelFilter::WARN);
    let lines = fmt::layer().with_writer(writer).with_ansi(false);
    let lines = match settings.log_format {
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
        LogFormat::Text => lines.boxed(),
    };
    tracing_subscriber::registry()
        .with(lines)
        .with(Targets::new().with_default(others).with_target("sluis", own))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use sluis_core::personal::Personal;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(log_format: LogFormat, log_level: LogLevel, events: impl FnOnce()) -> String {
        let written = Written::default();
        let writer = written.clone();
        let settings = Telemetry {
            log_format,
            log_level,
            metrics_listen: None,
        };
        tracing::subscriber::with_default(subscriber(&settings, move || writer.clone()), events);
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn personal_data_does_not_reach_a_line() {
        for format in [LogFormat::Json, LogFormat::Text] {
            let lines = logged(format, LogLevel::Trace, || {
                let name = Personal::new("Sanne".to_owned());
                let span = tracing::info_span!("login", person.name = ?name);
                let _inside = span.enter();
                tracing::info!(?name, "a pupil logged in: {name:?}");
            });
            assert_eq!(lines.matches("[personal]").count(), 3, "{lines}");
            assert!(!lines.contains("Sanne"), "{lines}");
        }
    }

    #[test]
    fn a_line_of_json_has_its_fields_at_the_top() {
        let line = logged(LogFormat::Json, LogLevel::Info, || {
            tracing::info!(school.id = "s1", "roster pulled");
        });
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["school.id"], "s1");
        assert_eq!(line["message"], "roster pulled");
        assert_eq!(line["level"], "INFO");
    }

    #[actix_web::test]
    async fn durations_are_counted_in_buckets() {
        let metrics = start_metrics().unwrap();
        metrics::histogram!("sluis_test_duration_seconds").record(0.003);
        assert!(
            metrics
                .render()
                .contains("sluis_test_duration_seconds_bucket{le=\"0.005\"} 1")
        );
        assert!(matches!(start_metrics(), Err(TelemetryError::Metrics(_))));
    }

    #[test]
    fn other_crates_say_only_warnings() {
        let lines = logged(LogFormat::Text, LogLevel::Trace, || {
            tracing::debug!(target: "hyper::client", "GET /?pupil=1");
            tracing::info!(target: "actix_server", "starting");
            tracing::warn!(target: "hyper::client", "slow");
            tracing::trace!(target: "sluis_core::gate", "decided");
        });
        assert_eq!(lines.lines().count(), 2, "{lines}");
        let quiet = logged(LogFormat::Text, LogLevel::Error, || tracing::warn!("odd"));
        assert_eq!(quiet, "");
    }
}
