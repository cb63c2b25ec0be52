//! Every refusal and failure as `application/problem+json` (RFC 9457). Causes are logged once and never sent.

use std::{borrow::Cow, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
};
use serde::Serialize;
use sluis_core::{gate::Reason, id::RecordId};
use utoipa::ToSchema;

use crate::{
    app::trace::TraceId,
    http::{code::Code, harden, input::InputError, reason::ReasonView},
};

/// The media type of problems.
pub const MEDIA_TYPE: &str = "application/problem+json";

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A problem as a handler meets it; where and in which trace is added on the way out.
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    code: Code,
    detail: Cow<'static, str>,
    errors: Vec<InputError>,
    reasons: Vec<ReasonView>,
    record: Option<RecordId>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<BoxError>,
    place: Place,
}

/// What the way out adds to a problem.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Our public address without a slash at the end; empty makes the links relative.
    pub base: String,
    /// The trace of the request.
    pub trace: Option<TraceId>,
}

/// A problem as it is sent (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemView {
    /// The page that explains this kind of problem, in English and in Dutch.
    #[schema(format = "uri-reference", example = "https://sluis.example/problems/invalid_input")]
    r#type: String,
    /// A few words; the same for each problem of this kind.
    #[schema(example = "The input is not valid")]
    title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599, example = 400)]
    status: u16,
    /// What happened this time.
    detail: String,
    /// The stable code; act on this.
    #[schema(example = "invalid_input")]
    code: &'static str,
    /// Everything that is wrong with the input. Values are never repeated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<InputError>,
    /// Why the gate refused: all reasons at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    reasons: Vec<ReasonView>,
    /// The record (logregel) of this refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    record_id: Option<RecordId>,
    /// The trace of this request (W3C Trace Context); quote it when you report a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736", min_length = 32, max_length = 32)]
    trace_id: Option<String>,
}

impl Problem {
    /// A problem of this kind, explained by the table.
    pub fn new(code: Code) -> Self {
        Self(Box::new(Inner {
            code,
            detail: Cow::Borrowed(code.texts().explanation),
            errors: Vec::new(),
            reasons: Vec::new(),
            record: None,
            headers: Vec::new(),
            cause: None,
            place: Place::default(),
        }))
    }

    /// The input is wrong in these places.
    pub fn input(errors: Vec<InputError>) -> Self {
        Self::new(Code::InvalidInput).with_errors(errors)
    }

    /// The gate refused, for these reasons: already cut to what the asker may know.
    pub fn refused(reasons: &[Reason], record: RecordId) -> Self {
        let mut problem = Self::new(Code::Refused);
        problem.0.reasons = reasons.iter().map(ReasonView::from).collect();
        problem.0.record = Some(record);
        problem
    }

    /// Says what happened this time. Nothing about a person, and no value from the request, may stand in it.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = detail.into();
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<BoxError>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// Says after how many seconds it is worth to try again.
    #[must_use]
    pub fn retry_after(self, secs: u64) -> Self {
        self.header(header::RETRY_AFTER, HeaderValue::from(secs))
    }

    /// Adds one more error in the input.
    #[must_use]
    pub(super) fn and(mut self, error: InputError) -> Self {
        self.0.errors.push(error);
        self
    }

    #[must_use]
    pub(super) fn with_errors(mut self, errors: Vec<InputError>) -> Self {
        self.0.errors = errors;
        self
    }

    /// Says where and in which trace it happened.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.0.place = place;
        self
    }

    /// The same to whoever asked; the cause has been logged and ends here.
    pub(super) fn without_cause(&self) -> Self {
        let Inner {
            code,
            detail,
            errors,
            reasons,
            record,
            headers,
            place,
            ..
        } = &*self.0;
        Self(Box::new(Inner {
            code: *code,
            detail: detail.clone(),
            errors: errors.clone(),
            reasons: reasons.clone(),
            record: *record,
            headers: headers.clone(),
            cause: None,
            place: place.clone(),
        }))
    }

    /// The kind of problem.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The cause, for the log.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }

    /// The body of the answer.
    pub(super) fn to_json(&self, place: &Place) -> Vec<u8> {
        let view = ProblemView {
            r#type: format!("{}/problems/{}", place.base, self.0.code.as_str()),
            title: self.0.code.texts().title,
            status: self.0.code.status().as_u16(),
            detail: self.0.detail.clone().into_owned(),
            code: self.0.code.as_str(),
            errors: self.0.errors.clone(),
            reasons: self.0.reasons.clone(),
            record_id: self.0.record,
            trace_id: place.trace.map(|trace| trace.to_string()),
        };
        // Strings and numbers only: this cannot fail, and an empty body would still carry status and headers.
        serde_json::to_vec(&view).unwrap_or_default()
    }

    /// The headers that belong to this problem.
    pub(super) fn write_headers(&self, headers: &mut HeaderMap) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        for (name, value) in &self.0.headers {
            headers.insert(name.clone(), value.clone());
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.code.status()
    }

    /// Complete by itself, since an error that leaves a middleware meets no other on its way out.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code()).body(self.to_json(&self.0.place));
        harden::write_headers(response.headers_mut());
        self.write_headers(response.headers_mut());
        response
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.as_str())
    }
}
impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
