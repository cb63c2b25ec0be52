//! The trail of a test run: everything that was logged, counted, asked as an address or answered as an error, in files of a
//! folder. The people of the stand-ins have marks in all that is personal, and none of the marks may be in the trail.
//!
//! `SLUIS_TEST_TRAIL` names the folder; without it nothing is kept. Each program of tests has its own files: `.log` (events
//! and spans, the finest level of our own crates), `.metrics`, and `.web`, with a line for each address, each `Location` and
//! each body of an error that the client of the kit saw. Programs that look into their log themselves keep no `.log`.
#![expect(clippy::expect_used, reason = "a trail that cannot be kept stops the test")]

mod search;

use std::{
    env, fs,
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process,
    sync::{Arc, OnceLock},
};

use metrics_exporter_prometheus::PrometheusHandle;
use reqwest::{Request, Response, ResponseBuilderExt, header::LOCATION};
use sluis::cli::telemetry::start_metrics;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::{self, format::FmtSpan},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

pub use self::search::{Kind, LEAST, Report, search};

/// The variable that names the folder.
pub const FOLDER: &str = "SLUIS_TEST_TRAIL";

/// The files of this program.
struct Trail {
    web: File,
    metrics: PathBuf,
    counted: Option<PrometheusHandle>,
}

/// Keeps the trail of what goes on while it is held; the figures are written when it goes.
pub(crate) struct Kept(Option<&'static Trail>);

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(trail) = self.0
            && let Some(counted) = &trail.counted
        {
            // The figures only grow, so that the last text has all of them.
            drop(fs::write(&trail.metrics, counted.render()));
        }
    }
}

/// Begins the trail of this program, on the present runtime, unless it was begun or nobody asks for one.
pub(crate) fn keep() -> Kept {
    let begin = || env::var_os(FOLDER).map(|folder| Trail::begin(Path::new(&folder)));
    Kept(TRAIL.get_or_init(begin).as_ref())
}

static TRAIL: OnceLock<Option<Trail>> = OnceLock::new();

impl Trail {
    fn begin(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("the folder of the trail can be made");
        let program = env::current_exe().expect("a test is a program");
        let program = program.file_stem().expect("a program has a name").to_string_lossy();
        let place = |kind: &str| folder.join(format!("{program}-{}.{kind}", process::id()));
        let open = |kind: &str| {
            let file = OpenOptions::new().create(true).append(true).open(place(kind));
            file.expect("a file of the trail can be written")
        };
        let log = Arc::new(open("log"));
        let lines = fmt::layer()
            .with_writer(log)
            .with_ansi(false)
            .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE);
        let own = Targets::new()
            .with_default(LevelFilter::WARN)
            .with_target("sluis", LevelFilter::TRACE);
        // Whoever looks into the log or the figures itself began before.
        drop(tracing_subscriber::registry().with(lines).with(own).try_init());
        Self {
            web: open("web"),
            metrics: place("metrics"),
            counted: start_metrics().ok(),
        }
    }

    fn note(&self, kind: Kind, what: &str) {
        let line = format!("{} {}\n", kind.as_str(), what.replace(['\r', '\n'], " "));
        (&self.web)
            .write_all(line.as_bytes())
            .expect("the trail can be written");
    }
}

fn current() -> Option<&'static Trail> {
    TRAIL.get()?.as_ref()
}

/// Notes an address that is asked.
pub(crate) fn asked(request: &Request) {
    if let Some(trail) = current() {
        trail.note(Kind::Url, &format!("{} {}", request.method(), request.url()));
    }
}

/// Notes what of an answer may not tell anything of a person, and passes the answer on.
pub(crate) async fn answered(response: Response) -> reqwest::Result<Response> {
    let Some(trail) = current() else { return Ok(response) };
    for location in response.headers().get_all(LOCATION) {
        let location = String::from_utf8_lossy(location.as_bytes());
        trail.note(Kind::Location, &format!("{} {location}", response.status().as_u16()));
    }
    if response.status().as_u16() < 400 {
        return Ok(response);
    }
    let (status, version, url) = (response.status(), response.version(), response.url().clone());
    let headers = response.headers().clone();
    let body = response.bytes().await?;
    let text = String::from_utf8_lossy(&body);
    trail.note(Kind::Error, &format!("{} {text}", status.as_u16()));
    let mut again = http::Response::builder().status(status).version(version).url(url);
    if let Some(own) = again.headers_mut() {
        *own = headers;
    }
    Ok(again.body(body).expect("it was an answer before").into())
}
