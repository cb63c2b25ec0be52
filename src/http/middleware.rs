//! What happens around every handler: traces, logs, figures, headers, time-outs, panics, and problems for all failures.

use std::{
    net::{IpAddr, Ipv4Addr},
    panic::AssertUnwindSafe,
};

use actix_web::{
    Error, HttpMessage,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, Accept, Header, HeaderName, HeaderValue, Quality},
    },
    middleware::Next,
    web::Data,
};
use futures::FutureExt;
use ipnet::IpNet;
use sluis_core::id::ClientId;
use tracing::Instrument;

use crate::{
    app::trace::TraceContext,
    http::{
        Http,
        code::Code,
        harden,
        problem::{Place, Problem},
    },
};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The outermost layer: one span, one line and two figures for each request. Addresses, queries, headers and bodies
/// are in none of them: only the pattern of the route.
pub(super) async fn observe<B: MessageBody + 'static>(
    http: Data<Http>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let parent = request.headers().get(TRACEPARENT).and_then(|value| value.to_str().ok());
    let trace = TraceContext::follow(parent, &*http.random);
    request.extensions_mut().insert(trace);
    let method = method_label(request.method());
    let span = tracing::info_span!("request", trace.id = %trace.id(), http.method = method);
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that measures how long a request took"
    )]
    let started = std::time::Instant::now();
    let mut outcome = next.call(request).instrument(span.clone()).await;
    let elapsed = started.elapsed();

    let (status, route, client) = match &mut outcome {
        Ok(response) => {
            if let Ok(value) = HeaderValue::try_from(trace.traceparent()) {
                response.headers_mut().insert(TRACEPARENT, value);
            }
            let request = response.request();
            let client = request.extensions().get::<ClientId>().copied();
            (response.status(), request.match_pattern(), client)
        }
        Err(error) => (error.as_response_error().status_code(), None, None),
    };
    let route = route.unwrap_or_else(|| "unmatched".to_owned());
    span.in_scope(|| {
        tracing::info!(
            http.route = route,
            http.status = status.as_u16(),
            duration.ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            client.id = client.map(tracing::field::display),
            "answered"
        );
    });
    let labels = [
        ("method", method.to_owned()),
        ("route", route),
        ("status", status.as_str().to_owned()),
    ];
    metrics::counter!("sluis_http_requests_total", &labels).increment(1);
    metrics::histogram!("sluis_http_request_duration_seconds", &labels).record(elapsed.as_secs_f64());
    outcome
}

/// A method that a client makes up does not become a label.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// The layer inside it: whatever goes wrong below becomes a problem, and every answer gets its headers.
pub(super) async fn answer<B: MessageBody + 'static>(
    http: Data<Http>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let place = Place {
        base: http.settings.base.clone(),
        trace: request.extensions().get::<TraceContext>().map(TraceContext::id),
    };
    // `next` must be called without a second handle on the request: actix routes on the only one.
    if let Err(problem) = http
        .limits
        .check_address(address(&request, &http.settings.trusted_proxies))
    {
        return Ok(complete(request.error_response(problem), &place));
    }
    let guarded = AssertUnwindSafe(next.call(request)).catch_unwind();
    match tokio::time::timeout(http.settings.timeout, guarded).await {
        Ok(Ok(Ok(response))) => Ok(complete(response.map_into_boxed_body(), &place)),
        Ok(Ok(Err(error))) => Err(as_problem(&error).at(place).into()),
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            Err(Problem::new(Code::Internal).at(place).into())
        }
        Err(_) => {
            tracing::warn!("a request was given up");
            Err(Problem::new(Code::TimedOut).at(place).into())
        }
    }
}

/// What a handler refused keeps its form; what something below us answered in bare words becomes a problem.
fn finish(response: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let status = response.status();
    if let Some(problem) = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Problem>())
    {
        log_cause(problem);
        return Some(problem.without_cause());
    }
    let bare = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|media_type| media_type.as_bytes().starts_with(b"text/plain"));
    ((status.is_client_error() || status.is_server_error()) && bare).then(|| Problem::new(Code::for_status(status)))
}

fn complete(mut response: ServiceResponse<BoxBody>, place: &Place) -> ServiceResponse<BoxBody> {
    if let Some(problem) = finish(&response) {
        response = response.map_body(|head, _| {
            head.status = problem.code().status();
            problem.write_headers(head.headers_mut());
            BoxBody::new(problem.to_json(place))
        });
    }
    harden::write_headers(response.headers_mut());
    response
}

fn as_problem(error: &Error) -> Problem {
    if let Some(problem) = error.as_error::<Problem>() {
        log_cause(problem);
        return problem.without_cause();
    }
    Problem::new(Code::for_status(error.as_response_error().status_code()))
}

/// The one place where causes are logged.
fn log_cause(problem: &Problem) {
    let Some(cause) = problem.cause() else { return };
    let chain = std::iter::successors(Some(cause), |error| error.source());
    let causes: Vec<_> = chain.map(ToString::to_string).collect();
    let (code, cause) = (problem.code().as_str(), causes.join(": "));
    if problem.code().status().is_server_error() {
        tracing::error!(problem.code = code, cause, "a request failed");
    } else {
        tracing::info!(problem.code = code, cause, "a request was refused");
    }
}

/// Who is on the other side: the last address in `X-Forwarded-For` that is not one of our own proxies. What stands
/// before it was written by strangers and is not believed.
fn address(request: &ServiceRequest, trusted: &[IpNet]) -> IpAddr {
    let ours = |address: &IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    let peer = request
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    if !ours(&peer) {
        return peer;
    }
    let forwarded: Vec<_> = request.headers().get_all(header::X_FORWARDED_FOR).collect();
    let hops = forwarded
        .iter()
        .rev()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.rsplit(','));
    let addresses = hops.map_while(|hop| hop.trim().parse::<IpAddr>().ok());
    let mut last = peer;
    for address in addresses {
        last = address;
        if !ours(&address) {
            break;
        }
    }
    last
}

/// Inside `/v1`: an answer that the client cannot take is not made (RFC 9110, 12.5.1).
pub(super) async fn acceptable<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let ranges = match request.headers().get(header::ACCEPT) {
        Some(_) => Accept::parse(&request).map_or_else(|_| Vec::new(), |accept| accept.0),
        None => Vec::new(),
    };
    // RFC 9110, 12.5.1: the most specific range that matches decides.
    let quality = ["application/json", "application/*", "*/*"]
        .into_iter()
        .find_map(|wanted| ranges.iter().find(|range| range.item.essence_str() == wanted))
        .map_or(Quality::ZERO, |range| range.quality);
    let takes_json = ranges.is_empty() || quality > Quality::ZERO;
    if takes_json {
        next.call(request).await
    } else {
        Err(Problem::new(Code::NotAcceptable).into())
    }
}
