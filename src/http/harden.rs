//! The headers that every answer carries.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// The full version of the API (semantic versioning); its major stands in the path.
pub const API_VERSION: &str = "1.0.0";

/// The name of the header with [`API_VERSION`].
pub const API_VERSION_HEADER: HeaderName = HeaderName::from_static("api-version");

const EVERYWHERE: [(HeaderName, &str); 6] = [
    (API_VERSION_HEADER, API_VERSION),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Unless a handler says otherwise: pages say more about what they may load, static files may be kept.
const BY_DEFAULT: [(HeaderName, &str); 2] = [
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
];

/// Writes them.
pub(super) fn write_headers(headers: &mut HeaderMap) {
    for (name, value) in EVERYWHERE {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in BY_DEFAULT {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}
