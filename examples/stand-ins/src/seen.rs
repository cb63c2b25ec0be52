//! What a stand-in was asked, and where it sends people: told on the finest level of the log, since an address is where
//! personal data should never be.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::LOCATION,
    middleware::Next,
};

/// Tells of one request.
pub(crate) async fn seen(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let url = request.uri().to_string();
    let answer = next.call(request).await?;
    let location = answer.headers().get(LOCATION);
    let location = location.and_then(|location| location.to_str().ok());
    tracing::trace!(url, location, "a stand-in was asked");
    Ok(answer)
}
