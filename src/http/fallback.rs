//! Where no handler matches: 405 with the methods that do exist at this address, or 404.

use actix_web::{
    HttpRequest, HttpResponse,
    dev::ResourceDef,
    http::header::{self, HeaderValue},
    web::Data,
};
use utoipa::openapi::OpenApi;

use crate::http::{Http, code::Code, oidc, openapi, problem::Problem};

/// The methods of each address, from the document and from the list of what stands outside it.
pub(super) struct Methods(Vec<(ResourceDef, String)>);

/// Addresses outside the document, and why.
const OUTSIDE: &[(&str, &str, &str)] = &[
    ("/health/live", "GET", "for those who run the service"),
    ("/health/ready", "GET", "for those who run the service"),
    ("/problems", "GET", "a page for people"),
    ("/problems/{code}", "GET", "a page for people"),
    ("/v1/openapi.json", "GET", "the document itself"),
];

/// All addresses outside the document: method, path, reason.
pub(super) fn outside() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let all = OUTSIDE.iter().chain(oidc::OUTSIDE);
    all.map(|(path, method, reason)| (*method, *path, *reason))
}

impl Methods {
    /// Reads the document.
    pub(super) fn of(document: &OpenApi) -> Self {
        let inside = openapi::operations(document).map(|(method, path, _)| (format!("/v1{path}"), method));
        let outside = outside().map(|(method, path, _)| (path.to_owned(), method));
        let mut by_path: Vec<(String, String)> = Vec::new();
        for (path, method) in inside.chain(outside) {
            match by_path.iter_mut().find(|(known, _)| *known == path) {
                Some((_, methods)) => *methods = format!("{methods}, {method}"),
                None => by_path.push((path, method.to_owned())),
            }
        }
        Self(
            by_path
                .into_iter()
                .map(|(path, methods)| (ResourceDef::new(path), methods))
                .collect(),
        )
    }

    fn at(&self, path: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(address, _)| address.is_match(path))
            .map(|(_, methods)| methods.as_str())
    }
}

/// Answers what no handler answers.
pub(super) async fn fallback(http: Data<Http>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let allowed = http
        .methods
        .at(request.path())
        .and_then(|methods| HeaderValue::from_str(methods).ok());
    Err(match allowed {
        Some(methods) => Problem::new(Code::MethodNotAllowed).header(header::ALLOW, methods),
        None => Problem::new(Code::NotFound),
    })
}
