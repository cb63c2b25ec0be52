//! Work that goes on without a request: synchronisation with administration systems.
//!
//! Promises: each replica runs one; of several, one pulls a school at a time, since a run is claimed in the database. In the
//! quiet hours nothing starts by itself. Deliberately absent: retries in a hurry; what failed is tried at the next turn.

use std::{sync::Arc, time::Duration};

use jiff::{civil::Time, tz::TimeZone};
use sluis_core::time::Clock;
use tokio::{sync::Notify, task::JoinHandle};

use crate::app::App;

/// How often the worker looks whether something is due.
const TURN: Duration = Duration::from_secs(60);

/// When connections are pulled.
pub struct Timetable {
    /// How long after a pull the next one follows, in seconds.
    pub every_secs: i64,
    /// Whether at this time of day in the Netherlands nothing starts by itself.
    pub is_quiet: Box<dyn Fn(Time) -> bool + Send + Sync>,
}

/// A worker under way.
pub struct Worker {
    stop: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Worker {
    /// Starts to pull what is due, turn by turn.
    pub fn start(app: Arc<App>, clock: Arc<dyn Clock>, timetable: Timetable) -> Self {
        let stop = Arc::new(Notify::new());
        let stopped = Arc::clone(&stop);
        let task = tokio::spawn(async move {
            loop {
                if !timetable.is_quiet_now(&*clock) {
                    let since = clock.now().plus_secs(-timetable.every_secs);
                    if let Err(error) = app.synchronise(since).await {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "nothing could be synchronised"
                        );
                    }
                }
                tokio::select! {
                    () = stopped.notified() => return,
                    () = tokio::time::sleep(TURN) => {}
                }
            }
        });
        Self { stop, task }
    }

    /// Ends after the pull that is under way.
    pub async fn stop(self) {
        self.stop.notify_one();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the worker ended badly");
        }
    }
}

impl Timetable {
    fn is_quiet_now(&self, clock: &dyn Clock) -> bool {
        let Ok(now) = jiff::Timestamp::from_millisecond(clock.now().as_millis()) else {
            return true;
        };
        let Ok(zone) = TimeZone::get("Europe/Amsterdam") else {
            return true;
        };
        (self.is_quiet)(now.to_zoned(zone).time())
    }
}
