//! Sluis as an OpenID provider: discovery, keys, the way of a person through the browser, and the token endpoint.
//!
//! These are endpoints of a protocol (OpenID Connect Core 1.0, RFC 6749): they keep its forms, stand outside `/v1` and
//! its document, and are described by the metadata that [`discovery`] serves. Queries and forms are handed on as they
//! came, in order, duplicates and all; nothing of them is logged here.

mod browser;
mod form;
mod page;
mod token;

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, get,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    post,
    web::{self, Data, Payload, ServiceConfig},
};

use self::browser::Cookies;
use crate::{
    app::{
        openid::{BrowserAnswer, BrowserReply, LoginProblem, Pairs},
        trace::TraceContext,
    },
    http::{Http, server::published},
};

/// The endpoints, and why they are not in the OpenAPI document.
pub(super) const OUTSIDE: &[(&str, &str, &str)] = &[
    (
        DISCOVERY,
        "GET",
        "OpenID Connect Discovery 1.0, 4: at the root of the issuer",
    ),
    ("/oidc/authorize", "GET", "for browsers; OpenID Connect Core 1.0, 3.1.2"),
    (
        "/oidc/authorize",
        "POST",
        "for browsers; OpenID Connect Core 1.0, 3.1.2",
    ),
    ("/oidc/callback", "GET", "for browsers that come back from Kennisnet"),
    ("/oidc/token", "POST", "a form with answers and errors of RFC 6749, 5"),
    ("/oidc/jwks", "GET", "RFC 7517; the metadata say where it is"),
];

const DISCOVERY: &str = "/.well-known/openid-configuration";

/// How long others may keep keys and metadata: a new key is published this long before it signs.
const PUBLISHED: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// Everything that is served here.
pub(super) fn register(config: &mut ServiceConfig) {
    // OpenID Connect Discovery 1.0, 4: clients in a browser read the first two as well.
    config
        .service(web::scope(DISCOVERY).wrap(published()).service(discovery))
        .service(web::scope("/oidc/jwks").wrap(published()).service(jwks))
        .service(authorize)
        .service(authorize_by_form)
        .service(callback)
        .service(token::token);
}

/// The metadata.
#[get("")]
async fn discovery(http: Data<Http>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, PUBLISHED))
        .json(http.openid.metadata())
}

/// The public keys.
#[get("")]
async fn jwks(http: Data<Http>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, PUBLISHED))
        .json(http.openid.jwks())
}

/// A supplier sends a person here to log in.
#[get("/oidc/authorize")]
async fn authorize(http: Data<Http>, request: HttpRequest) -> HttpResponse {
    begin(&http, &request, query(&request)).await
}

/// The same as a form (OpenID Connect Core 1.0, 3.1.2.1: both must be there).
#[post("/oidc/authorize")]
async fn authorize_by_form(http: Data<Http>, request: HttpRequest, body: Payload) -> HttpResponse {
    match form::read(&request, body).await {
        Ok(pairs) => begin(&http, &request, pairs).await,
        Err(fault) => page::of(&LoginProblem::Request(fault.to_string()).into()),
    }
}

async fn begin(http: &Http, request: &HttpRequest, pairs: Pairs) -> HttpResponse {
    let cookies = Cookies::at(&http.settings.base);
    let mut reply = http.openid.authorize(pairs).await;
    if reply.keep.is_some() {
        reply.forget.extend(Cookies::too_many(&cookies.read(request)));
    }
    show(reply, cookies)
}

/// Kennisnet sends the person back.
#[get("/oidc/callback")]
async fn callback(http: Data<Http>, request: HttpRequest) -> HttpResponse {
    let trace = trace(&http, &request);
    let cookies = Cookies::at(&http.settings.base);
    let browser = cookies.read(&request);
    let reply = http.openid.callback(query(&request), browser, trace.id()).await;
    show(reply, cookies)
}

fn query(request: &HttpRequest) -> Pairs {
    url::form_urlencoded::parse(request.query_string().as_bytes())
        .into_owned()
        .collect()
}

fn trace(http: &Http, request: &HttpRequest) -> TraceContext {
    let trace = request.extensions().get::<TraceContext>().copied();
    trace.unwrap_or_else(|| TraceContext::start(&*http.random))
}

/// RFC 9700, 4.12: 303, so that a form that was posted here is not posted again elsewhere.
fn show(reply: BrowserReply, cookies: Cookies) -> HttpResponse {
    let mut response = match reply.answer {
        BrowserAnswer::Redirect(address) => HttpResponse::build(StatusCode::SEE_OTHER)
            .insert_header((header::LOCATION, address.as_str()))
            .finish(),
        BrowserAnswer::Page(page) => page::of(&page),
    };
    for login in &reply.forget {
        cookies.forget(&mut response, login);
    }
    if let Some((secret, secs)) = &reply.keep {
        cookies.keep(&mut response, secret, *secs);
    }
    response
}
