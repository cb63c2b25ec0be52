//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a write that is sent again is not done again.
//!
//! A layer inside `/v1`, around the writing operations. It reads the body, since the key stands for the whole request;
//! what the key stands for is decided and kept by [`app::once`](crate::app::once). Answers with 2xx are kept and given
//! again; what was refused or failed may be sent again under the same key.

use std::{collections::BTreeSet, sync::Arc};

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody, to_bytes},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::{Bytes, Data},
};
use futures::{future::ready, stream};
use utoipa::openapi::OpenApi;

use crate::{
    app::{
        App,
        caller::{Attempt, Caller},
        once::{Begun, KeptAnswer},
    },
    http::{
        Http,
        authentication::{self, UseCases},
        body::read_bytes,
        code::Code,
        input::Spot,
        openapi,
        problem::Problem,
    },
};

/// The header with the key.
pub(super) const KEY: &str = "Idempotency-Key";
/// The header of an answer that is given again.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key.
pub(super) const LONGEST: usize = 255;

/// The patterns of the routes that write.
pub(super) struct Writes(BTreeSet<String>);

impl Writes {
    /// Reads the document.
    pub(super) fn of(document: &OpenApi) -> Self {
        let writes = openapi::operations(document).filter(|(method, path, _)| writes(method, path));
        Self(writes.map(|(_, path, _)| format!("/v1{path}")).collect())
    }
}

/// Whether an operation writes. The others that are no `GET` ask for something about persons or from the gate, and
/// each time they are asked is decided and recorded anew; or they look at what came along, and touch nothing.
pub(super) fn writes(method: &str, path: &str) -> bool {
    const ASK: [&str; 5] = ["_search", "_resolve", "_export", "_lint", "decisions"];
    let last = path.rsplit('/').next().unwrap_or_default();
    method != "GET" && !ASK.contains(&last)
}

/// Answers a repeated write as it was answered, and lets through the others.
pub(super) async fn once<B: MessageBody + 'static>(
    http: Data<Http>,
    use_cases: Option<Data<UseCases>>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let keyed = request.headers().contains_key(KEY) && request.method() != "GET";
    // The pattern is sought among all there are: only for those who have a key.
    let pattern = keyed.then(|| request.match_pattern()).flatten();
    let writes = pattern.is_some_and(|pattern| http.writes.0.contains(&pattern));
    let (true, Some(caller), Some(use_cases)) = (writes, authentication::caller(&request), use_cases) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let app = use_cases.for_once();
    let key = read_key(&request)?;
    let payload = request.take_payload();
    let body = read_bytes(payload, http.settings.body_limit).await?.freeze();
    let asked = fingerprint(&request, &caller, &body);
    request.set_payload(payload_of(body));
    // An attempt that outlives the time-out answers nobody any more.
    let patience = i64::try_from(http.settings.timeout.as_secs()).unwrap_or(i64::MAX);
    let begun = app.once_begin(caller.client, &key, &asked, patience).await;
    let attempt = match begun.map_err(Problem::from)? {
        Begun::First(attempt) => attempt,
        Begun::Answered(answer) => return Ok(request.into_response(again(answer))),
        Begun::UnderWay => return Err(Problem::new(Code::IdempotencyInProgress).retry_after(1).into()),
        Begun::Unknown => return Err(Problem::new(Code::IdempotencyOutcomeUnknown).into()),
        Begun::OtherRequest => return Err(Problem::new(Code::IdempotencyKeyReused).into()),
    };
    authentication::is_attempt(&request, attempt);
    match next.call(request).await {
        Ok(response) if response.status().is_success() => keep(&app, attempt, response.map_into_boxed_body()).await,
        Ok(response) => {
            give_back(&app, attempt, response.status()).await;
            Ok(response.map_into_boxed_body())
        }
        Err(error) => {
            give_back(&app, attempt, error.as_response_error().status_code()).await;
            Err(error)
        }
    }
}

/// The key: a string of RFC 8941 in quotes, or the same without quotes as many clients send it.
fn read_key(request: &ServiceRequest) -> Result<String, Problem> {
    let mut values = request.headers().get_all(KEY);
    let wrong = |code, detail: String| Problem::input(vec![Spot::Header(KEY).error(code, detail)]);
    let value = values.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    if values.next().is_some() {
        return Err(wrong("duplicate", "a request has one key at most".to_owned()));
    }
    let value = value.trim();
    let key = value
        .strip_prefix('"')
        .map_or(Some(value), |value| value.strip_suffix('"'))
        .filter(|key| (1..=LONGEST).contains(&key.len()))
        .filter(|key| {
            key.bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
        });
    key.map(str::to_owned).ok_or_else(|| {
        wrong(
            "invalid_value",
            format!("a key is 1 to {LONGEST} visible ASCII signs without quotes and backslashes"),
        )
    })
}

/// Everything that makes a request this one: where it goes, what its token is bound to, and what is in it.
fn fingerprint(request: &ServiceRequest, caller: &Caller, body: &[u8]) -> Vec<u8> {
    let bound = format!("{:?}", caller.bound);
    let parts = [
        request.method().as_str(),
        request.path(),
        request.query_string(),
        &bound,
    ];
    // None of the parts before the body can hold the sign that ends them.
    let mut fingerprint = parts.join("\0").into_bytes();
    fingerprint.push(0);
    fingerprint.extend_from_slice(body);
    fingerprint
}

fn payload_of(body: Bytes) -> Payload {
    Payload::Stream {
        payload: Box::pin(stream::once(ready(Ok(body)))),
    }
}

fn again(answer: KeptAnswer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    response
        .content_type("application/json")
        .insert_header((REPLAYED, "true"));
    if let Some(location) = answer.location {
        response.insert_header((header::LOCATION, location));
    }
    response.body(answer.body)
}

/// Keeps an answer before it is sent. If that fails the answer is good all the same; a repetition is told to look.
async fn keep(
    app: &Arc<App>,
    attempt: Attempt,
    response: ServiceResponse<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let body = to_bytes(body).await.map_err(|_| Problem::new(Code::Internal))?;
    let location = head.headers().get(header::LOCATION).map(HeaderValue::to_str);
    let answer = KeptAnswer {
        status: head.status().as_u16(),
        location: location.and_then(Result::ok).map(str::to_owned),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    if let Err(error) = app.once_answered(attempt, &answer).await {
        tracing::warn!(%error, "an answer could not be kept");
    }
    Ok(ServiceResponse::new(request, head.set_body(BoxBody::new(body))))
}

/// After a refusal or failure the key may be used again, unless there was an effect.
async fn give_back(app: &Arc<App>, attempt: Attempt, status: StatusCode) {
    if let Err(error) = app.once_failed(attempt, status.is_client_error()).await {
        tracing::warn!(%error, "a key could not be given back");
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn read(values: &[&str]) -> Option<String> {
        let mut request = TestRequest::post();
        for value in values {
            request = request.append_header((KEY, *value));
        }
        read_key(&request.to_srv_request()).ok()
    }

    #[test]
    fn a_key_comes_with_or_without_quotes() {
        for good in [
            "8e03978e-40d5-43dd-bc93-6894a57f9324",
            "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"",
        ] {
            assert_eq!(read(&[good]).unwrap(), "8e03978e-40d5-43dd-bc93-6894a57f9324");
        }
        assert!(read(&["x".repeat(LONGEST).as_str()]).is_some());
        for bad in ["", "\"\"", "\"open", "a b", "a\"b", "a\\b", &"x".repeat(LONGEST + 1)] {
            assert_eq!(read(&[bad]), None, "`{bad}`");
        }
        assert_eq!(read(&["a", "a"]), None);
    }

    #[test]
    fn what_asks_is_no_write() {
        for path in ["/decisions", "/schools/{school}/learners/_search", "/accounts/_resolve"] {
            assert!(!writes("POST", path), "`{path}`");
        }
        assert!(writes("POST", "/boards") && writes("POST", "/clients/{client}/_revoke") && !writes("GET", "/boards"));
    }
}
