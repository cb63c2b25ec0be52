//! The suite that every pull connector passes, against a real HTTP server.
//!
//! It promises callers of the trait that all dialects behave alike: one request per pull, no redirect followed, time and
//! size bounded, every kind of failure told apart, and neither a credential nor a person in any message.

mod cases;

use std::{fmt, time::Duration};

use sluis_core::{
    identifier::{Brin6, EckIdRules},
    time::Timestamp,
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

pub use self::cases::Case;
use self::cases::Expected;
use crate::{Connector, ConnectorError, Pull, PullRequest, roster::SchoolYear};

/// The connector must give up within this time.
pub const TIME_OUT: Duration = Duration::from_millis(500);
/// The connector must refuse an answer of more bytes.
pub const LARGEST_ANSWER: usize = 64 * 1024;
/// The roster of [`Case::Roster`] has this many pupils.
pub const PUPILS: usize = 2;
/// The given name of every person in every answer; it must not turn up in any message.
pub const GIVEN_NAME: &str = "Zonnebloem";
/// The school that is asked for.
pub const SCHOOL: &str = "99ZZ01";
/// The school year that is asked for.
pub const SCHOOL_YEAR: &str = "2026-2027";
/// The segment of the ECK iDs that are taken in.
pub const ECK_ID_SEGMENT: &str = "pilot";

/// The connector under test, and how a system answers in its dialect.
pub trait Subject: Sync {
    /// A connector to this endpoint that gives up after [`TIME_OUT`] and takes no more than [`LARGEST_ANSWER`].
    fn connector(&self, endpoint: &str) -> Box<dyn Connector>;

    /// What a system answers in this case. Nothing when the dialect has no such answer.
    fn answer(&self, case: Case) -> Option<Answer>;

    /// The credentials that the connector holds.
    fn secrets(&self) -> Vec<String>;
}

/// An HTTP answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The media type.
    pub media_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// A promise that the connector does not keep.
#[derive(Debug, thiserror::Error)]
#[error("{at}: {what}")]
pub struct Violation {
    at: String,
    what: String,
}

/// Checks every promise.
///
/// # Errors
/// The first promise that is not kept.
pub async fn check(subject: &dyn Subject) -> Result<(), Violation> {
    for case in Case::ALL.iter().copied() {
        if let Some(answer) = subject.answer(case) {
            play(
                subject,
                &format!("{case:?}"),
                template(answer),
                case.since(),
                &case.expected(),
            )
            .await?;
        }
    }
    damaged(subject).await?;
    strange(subject).await?;
    redirected(subject).await?;
    unreachable(subject).await
}

/// Answers that break off anywhere, and answers without end.
async fn damaged(subject: &dyn Subject) -> Result<(), Violation> {
    let Some(whole) = subject.answer(Case::Roster) else {
        return Err(violation("Roster", "the dialect must have a roster"));
    };
    let length = whole.body.trim_ascii_end().len();
    for part in [length / 8, length / 4, length / 2, length - length / 8, length - 1] {
        let mut answer = whole.clone();
        answer.body.truncate(part);
        let at = format!("a roster that breaks off after {part} of {length} bytes");
        play(subject, &at, template(answer), None, &Expected::Code("data_truncated")).await?;
    }
    let mut answer = whole;
    answer.body.resize(LARGEST_ANSWER + 1, b' ');
    let too_large = Expected::Code("data_too_large");
    play(
        subject,
        "a roster that is too large",
        template(answer),
        None,
        &too_large,
    )
    .await
}

/// Answers that do not come from the dialect at all.
async fn strange(subject: &dyn Subject) -> Result<(), Violation> {
    let page = format!("<!DOCTYPE html><html><body><p>{GIVEN_NAME}</body></html>");
    let page = |status: u16| ResponseTemplate::new(status).set_body_raw(page.clone(), "text/html");
    let roster = subject.answer(Case::Roster).map(template);
    let slow = roster
        .unwrap_or_else(|| ResponseTemplate::new(200))
        .set_delay(TIME_OUT * 4);
    for (at, template, code) in [
        ("an empty answer", ResponseTemplate::new(200), "data_empty"),
        ("a page", page(200), "data_wrong_format"),
        ("a page with status 404", page(404), "system_unexpected_status"),
        ("a page with status 500", page(500), "system_unexpected_status"),
        ("a page with status 503", page(503), "system_temporarily_unavailable"),
        ("an answer that comes too late", slow, "system_timed_out"),
    ] {
        play(subject, at, template, None, &Expected::Code(code)).await?;
    }
    let later = ResponseTemplate::new(503).insert_header("retry-after", "120");
    play(
        subject,
        "status 503 with a time",
        later,
        None,
        &Expected::RetryAfter(Duration::from_secs(120)),
    )
    .await
}

/// A redirect is not followed: what we send, credentials included, is meant for one system only.
async fn redirected(subject: &dyn Subject) -> Result<(), Violation> {
    let elsewhere = MockServer::start().await;
    for status in [301, 302, 303, 307, 308] {
        let redirect = ResponseTemplate::new(status).insert_header("location", elsewhere.uri().as_str());
        let unexpected = Expected::Code("system_unexpected_status");
        play(subject, &format!("redirect {status}"), redirect, None, &unexpected).await?;
    }
    match elsewhere.received_requests().await {
        Some(requests) if requests.is_empty() => Ok(()),
        _ => Err(violation("redirect", "it was followed")),
    }
}

async fn unreachable(subject: &dyn Subject) -> Result<(), Violation> {
    let at = "a system that is not there";
    // A port that was free a moment ago.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let closed = closed.map_err(|error| violation(at, error))?;
    let outcome = subject
        .connector(&format!("http://{closed}/"))
        .pull(request(at, None)?)
        .await;
    Expected::Code("system_unreachable")
        .compare(&outcome)
        .map_err(|what| violation(at, what))?;
    silent(subject, at, &outcome)
}

async fn play(
    subject: &dyn Subject,
    at: &str,
    template: ResponseTemplate,
    since: Option<Timestamp>,
    expected: &Expected,
) -> Result<(), Violation> {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(template).mount(&server).await;
    let outcome = subject.connector(&server.uri()).pull(request(at, since)?).await;
    expected.compare(&outcome).map_err(|what| violation(at, what))?;
    silent(subject, at, &outcome)?;

    let requests = server.received_requests().await.unwrap_or_default();
    let [sent] = requests.as_slice() else {
        return Err(violation(at, format!("it asked {} times", requests.len())));
    };
    // DESIGN.md, 8: query strings and paths end up in logs.
    if subject
        .secrets()
        .iter()
        .any(|secret| sent.url.as_str().contains(secret))
    {
        return Err(violation(at, "a credential is in the address"));
    }
    Ok(())
}

/// Neither a credential nor a person is in what would be logged.
fn silent(subject: &dyn Subject, at: &str, outcome: &Result<Pull, ConnectorError>) -> Result<(), Violation> {
    let mut told = format!("{outcome:?}");
    let mut cause = outcome.as_ref().err().map(|error| error as &dyn std::error::Error);
    while let Some(error) = cause {
        told.push_str(&error.to_string());
        cause = error.source();
    }
    if told.contains(GIVEN_NAME) {
        return Err(violation(at, "a person is in the message"));
    }
    if subject.secrets().iter().any(|secret| told.contains(secret)) {
        return Err(violation(at, "a credential is in the message"));
    }
    Ok(())
}

fn request(at: &str, since: Option<Timestamp>) -> Result<PullRequest, Violation> {
    Ok(PullRequest {
        school: Brin6::parse(SCHOOL).map_err(|error| violation(at, error))?,
        school_year: SchoolYear::parse(SCHOOL_YEAR).map_err(|error| violation(at, error))?,
        since,
        eck_id_rules: EckIdRules::new([ECK_ID_SEGMENT.to_owned()]),
    })
}

fn template(answer: Answer) -> ResponseTemplate {
    ResponseTemplate::new(answer.status).set_body_raw(answer.body, answer.media_type)
}

fn violation(at: &str, what: impl fmt::Display) -> Violation {
    Violation {
        at: at.to_owned(),
        what: what.to_string(),
    }
}
