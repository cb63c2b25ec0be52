//! Work that goes on without a request: synchronisation with administration systems, forgetting what has
//! expired, destroying the keys of years that are over, and looking after the room on the disk and the lease of the log's stream.
//!
//! Promises: each replica runs one; of several, one pulls a school at a time, since a run is claimed in the database. Runs
//! that nobody holds any more are ended within two turns, however long pulls take. In the quiet hours nothing starts by
//! itself. What was refused is tried again after a while. Deliberately absent: retries in a hurry.

use std::{sync::Arc, time::Duration};

use jiff::{civil::Time, tz::TimeZone};
use sluis_core::time::Clock;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::{App, connection::Due, error::AppError};

/// How often the worker looks whether something is due.
const TURN: Duration = Duration::from_secs(60);

/// When connections are pulled.
pub struct Timetable {
    /// How long after a pull that went well the next one follows, in seconds.
    pub every_secs: i64,
    /// How long after a pull that was refused it is tried again, in seconds.
    pub retry_secs: i64,
    /// Whether at this time of day in the Netherlands nothing starts by itself.
    pub is_quiet: Box<dyn Fn(Time) -> bool + Send + Sync>,
}

/// A worker under way.
pub struct Worker {
    stop: CancellationToken,
    tasks: [JoinHandle<()>; 2],
}

impl Worker {
    /// Starts to pull what is due, turn by turn.
    pub fn start(app: Arc<App>, clock: Arc<dyn Clock>, timetable: Timetable) -> Self {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let tidying = tokio::spawn(repeat(stopped.clone(), {
            let app = Arc::clone(&app);
            async move || tidy(&app).await
        }));
        let synchronising = tokio::spawn(repeat(stopped.clone(), async move || {
            told(
                "a turn of synchronisation could not be made",
                turn(&app, &*clock, &timetable, &stopped).await,
            );
        }));
        Self {
            stop,
            tasks: [tidying, synchronising],
        }
    }

    /// Begins no pull any more, and ends after those that are under way.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "the worker ended badly");
            }
        }
    }
}

/// Does something turn by turn, until it is stopped.
async fn repeat(stopped: CancellationToken, mut work: impl AsyncFnMut()) {
    while !stopped.is_cancelled() {
        work().await;
        let _ = tokio::time::timeout(TURN, stopped.cancelled()).await;
    }
}

/// Tidies up, in turns of its own: however long pulls take, what a dead run left is found within two turns.
async fn tidy(app: &App) {
    app.evidence_tend().await;
    told("runs could not be tidied up", app.runs_tidy().await);
    told(
        "keys of years that are over could not be destroyed",
        app.subject_keys_tidy().await,
    );
    told("logins could not be tidied up", app.logins_tidy().await);
}

fn told(what: &'static str, done: Result<(), AppError>) {
    if let Err(error) = done {
        tracing::error!(error = &error as &dyn std::error::Error, "{what}");
    }
}

async fn turn(
    app: &App,
    clock: &dyn Clock,
    timetable: &Timetable,
    stopped: &CancellationToken,
) -> Result<(), AppError> {
    let now = clock.now();
    let went_well = now.plus_secs(-timetable.every_secs);
    let due = Due {
        tried: now.plus_secs(-timetable.retry_secs).max(went_well),
        went_well,
    };
    let may_begin = || !timetable.is_quiet_now(clock);
    if !may_begin() {
        return Ok(());
    }
    app.synchronise(due, may_begin, stopped.cancelled()).await
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
