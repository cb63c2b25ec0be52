//! What handlers answer.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web::Json,
};
use serde::Serialize;

use crate::http::problem::Problem;

/// 200 with a body, or a problem.
pub type Answer<T> = Result<Json<T>, Problem>;

/// 201 with the new thing and its address.
#[derive(Debug)]
pub struct Created<T> {
    location: String,
    body: T,
}

impl<T> Created<T> {
    /// The new thing stands at this path, for example `/v1/schools/{id}` with the id filled in.
    pub fn at(location: impl Into<String>, body: T) -> Self {
        Self {
            location: location.into(),
            body,
        }
    }
}

impl<T: Serialize> Responder for Created<T> {
    type Body = actix_web::body::EitherBody<String>;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse<Self::Body> {
        let mut response = Json(self.body).respond_to(request);
        if response.status().is_success() {
            *response.status_mut() = StatusCode::CREATED;
            if let Ok(location) = HeaderValue::try_from(self.location) {
                response.headers_mut().insert(header::LOCATION, location);
            }
        }
        response
    }
}

/// 204: done, and there is nothing to say.
#[derive(Debug, Clone, Copy)]
pub struct Done;

impl Responder for Done {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}
