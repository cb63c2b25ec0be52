//! The API by resource, OpenID endpoints, problems and the OpenAPI document.
