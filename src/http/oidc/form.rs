//! Reading a form, of a bounded size, in order and with its duplicates.

use actix_web::{
    HttpMessage, HttpRequest,
    http::{StatusCode, header},
    web::{BytesMut, Payload},
};
use futures::StreamExt;

use crate::app::openid::Pairs;

/// The largest form that is read. A client assertion is some hundreds of bytes, some thousands at most.
const MAX_BYTES: usize = 64 * 1024;

/// Why a form was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum FormError {
    /// Another media type, or compressed.
    #[error("the body is a form, `application/x-www-form-urlencoded` in UTF-8")]
    MediaType,
    /// Too much.
    #[error("the form is larger than 65536 bytes")]
    TooLarge,
    /// It ended too early or is not text.
    #[error("the form cannot be read")]
    Unreadable,
}

impl FormError {
    /// The status that goes with it.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads the form of a request.
pub(super) async fn read(request: &HttpRequest, mut body: Payload) -> Result<Pairs, FormError> {
    let form = request.mime_type().ok().flatten().is_some_and(|mime| {
        mime.essence_str() == "application/x-www-form-urlencoded"
            && mime.get_param("charset").is_none_or(|charset| charset == "utf-8")
    });
    let encoded = request
        .headers()
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding.as_bytes() != b"identity");
    if !form || encoded {
        return Err(FormError::MediaType);
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| FormError::Unreadable)?;
        if bytes.len().saturating_add(chunk.len()) > MAX_BYTES {
            return Err(FormError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| FormError::Unreadable)?;
    Ok(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
}
