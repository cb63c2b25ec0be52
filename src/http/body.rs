//! Extractors of input: [`Body`] and [`Query`] report all errors at once; the rest of actix's failures become problems.

use std::fmt;

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    error::PathError,
    http::header,
    web::{self, BytesMut, Data},
};
use futures::{StreamExt, future::LocalBoxFuture};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::http::{
    Http,
    code::Code,
    input::{Input, Spot, read_body, read_query},
    problem::Problem,
};

/// A JSON body that was read without a single error.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T: Input + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = check_media_type(request);
        let max = max_body(request);
        let announced = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        let payload = payload.take();
        Box::pin(async move {
            media_type?;
            if announced.is_some_and(|announced| announced > max) {
                return Err(Problem::new(Code::BodyTooLarge));
            }
            let bytes = read_bytes(payload, max).await?;
            let value = parse_json(&bytes)?;
            read_body(&value).map(Self).map_err(Problem::input)
        })
    }
}

/// Query parameters that were read without a single error.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: Input> FromRequest for Query<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(read_query(request.query_string()).map(Self).map_err(Problem::input))
    }
}

/// `application/json` and nothing else; a charset may be named if it is UTF-8, since JSON has no other (RFC 8259, 8.1).
fn check_media_type(request: &HttpRequest) -> Result<(), Problem> {
    let json = request.mime_type().ok().flatten().is_some_and(|mime| {
        mime.essence_str() == "application/json" && mime.get_param("charset").is_none_or(|charset| charset == "utf-8")
    });
    let encoded = request
        .headers()
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding.as_bytes() != b"identity");
    if json && !encoded {
        Ok(())
    } else {
        Err(Problem::new(Code::UnsupportedMediaType))
    }
}

fn max_body(request: &HttpRequest) -> usize {
    request
        .app_data::<Data<Http>>()
        .map_or(0, |http| http.settings.body_limit)
}

pub(super) async fn read_bytes(mut payload: Payload, max: usize) -> Result<BytesMut, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Code::MalformedRequest))?;
        if bytes.len().saturating_add(chunk.len()) > max {
            return Err(Problem::new(Code::BodyTooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn parse_json(bytes: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice::<Strict>(bytes)
        .map(|Strict(value)| value)
        .map_err(|error| {
            // The message of serde may quote the input: only the place is told.
            let detail = format!("reading stopped at line {}, column {}", error.line(), error.column());
            Problem::new(Code::MalformedJson).with_errors(vec![Spot::Body(String::new()).error("malformed", detail)])
        })
}

/// JSON in which no name stands twice in an object: two readers could take different ones (RFC 8259, 4).
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue;
        impl<'de> Visitor<'de> for AnyValue {
            type Value = Strict;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Strict, E> {
                Ok(Strict(Value::Null))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Strict, A::Error> {
                let mut list = Vec::new();
                while let Some(Strict(item)) = items.next_element()? {
                    list.push(item);
                }
                Ok(Strict(Value::Array(list)))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Strict, A::Error> {
                let mut object = Map::new();
                while let Some((name, Strict(value))) = entries.next_entry::<String, _>()? {
                    if object.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name stands twice in an object"));
                    }
                }
                Ok(Strict(Value::Object(object)))
            }
        }
        deserializer.deserialize_any(AnyValue)
    }
}

/// A path parameter that is no id is wrong input; which one shows from its form.
pub(super) fn path_config() -> web::PathConfig {
    web::PathConfig::default().error_handler(|error, request| {
        let detail = match error {
            PathError::Deserialize(_) => "an id is a UUID in lower case with hyphens",
            _ => "the parameter cannot be read",
        };
        let all: Vec<_> = request.match_info().iter().collect();
        let wrong = all.iter().filter(|(_, value)| !is_id(value));
        let mut errors: Vec<_> = wrong.map(|(name, _)| parameter_error(name, detail)).collect();
        if errors.is_empty() {
            errors.extend(all.iter().map(|(name, _)| parameter_error(name, detail)));
        }
        Problem::input(errors).into()
    })
}

fn parameter_error(name: &str, detail: &str) -> crate::http::input::InputError {
    Spot::Parameter(name.to_owned()).error("invalid_value", detail)
}

fn is_id(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok_and(|id| id.to_string() == text)
}
