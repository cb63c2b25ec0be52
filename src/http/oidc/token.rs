//! The token endpoint: forms in, JSON out, errors as RFC 6749, 5.2 has them.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    post,
    web::{Data, Payload},
};
use serde::Serialize;

use super::{
    form::{self, FormError},
    trace,
};
use crate::{
    app::openid::{ProtocolError, TokenAnswer},
    http::Http,
};

/// The body of an error.
#[derive(Serialize)]
struct ErrorView<'a> {
    error: &'a str,
    error_description: &'a str,
}

/// A client asks for a token.
#[post("/oidc/token")]
pub(super) async fn token(http: Data<Http>, request: HttpRequest, body: Payload) -> HttpResponse {
    // RFC 6749, 2.3.1 and 3.2: nothing stands in the address, where it would end up in logs.
    if !request.query_string().is_empty() {
        return invalid(
            StatusCode::BAD_REQUEST,
            "parameters stand in the form, never in the address",
        );
    }
    let form = match form::read(&request, body).await {
        Ok(form) => form,
        Err(fault) => return unreadable(fault),
    };
    let trace = trace(&http, &request);
    match http.openid.token(form, trace.id()).await {
        Ok(TokenAnswer(answer)) => not_kept(StatusCode::OK).json(answer),
        Err(error) => refuse(&request, &error),
    }
}

fn refuse(request: &HttpRequest, error: &ProtocolError) -> HttpResponse {
    let mut status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut challenge = None;
    if status == StatusCode::UNAUTHORIZED {
        challenge = tried_scheme(request);
        // RFC 9110, 15.5.2: no 401 without a challenge, and `private_key_jwt` has no scheme to ask for. RFC 7521, 4.2.1
        // answers with 400.
        if challenge.is_none() {
            status = StatusCode::BAD_REQUEST;
        }
    }
    let mut response = not_kept(status);
    if let Some(challenge) = challenge {
        response.insert_header((header::WWW_AUTHENTICATE, challenge));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((header::RETRY_AFTER, "5"));
    }
    response.json(ErrorView {
        error: error.error,
        error_description: &error.description.replace(['"', '\\'], "'"),
    })
}

/// RFC 6749, 5.2: only a client that tried the `Authorization` header is answered with a challenge, of the scheme that it used.
fn tried_scheme(request: &HttpRequest) -> Option<HeaderValue> {
    let tried = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let scheme = tried.split(' ').next().unwrap_or_default();
    // RFC 9110, 11.1: a token. What is none is not repeated.
    let is_scheme =
        (1..=32).contains(&scheme.len()) && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    HeaderValue::from_str(&format!(
        "{} realm=\"clients\"",
        if is_scheme { scheme } else { "Bearer" }
    ))
    .ok()
}

fn unreadable(fault: FormError) -> HttpResponse {
    invalid(fault.status(), &fault.to_string())
}

fn invalid(status: StatusCode, description: &str) -> HttpResponse {
    not_kept(status).json(ErrorView {
        error: "invalid_request",
        error_description: description,
    })
}

/// RFC 6749, 5.1: both headers are a must.
fn not_kept(status: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response.insert_header((header::PRAGMA, "no-cache"));
    response
}
