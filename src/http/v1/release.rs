//! What all requests for personal data have in common: a purpose, attributes, and what is withheld.

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::HeaderMap};
use futures::future::LocalBoxFuture;
use serde::Serialize;
use sluis_core::{
    catalogue::{Attribute, AttributeSet, Purpose},
    gate::Withheld,
};
use utoipa::ToSchema;

use crate::http::{
    body::Body,
    code::Code,
    input::{Field, Input, InputError, Spot, coded, list},
    problem::Problem,
    reason::ReasonView,
};

const PURPOSE_CODE: &str = "Purpose-Code";

/// More than there are attributes; a longer list is no list of attributes.
const MOST_ATTRIBUTES: usize = 100;

/// A body, and the purpose (doeleinde) that the header `Purpose-Code` states beside it. The errors of both come at once.
#[derive(Debug)]
pub(super) struct Stated<T> {
    /// The purpose, if the header is there; the token may state it too.
    pub(super) purpose: Option<Purpose>,
    /// The body.
    pub(super) input: T,
}

impl<T: Input + 'static> FromRequest for Stated<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let purpose = stated_purpose(request.headers());
        let body = Body::<T>::from_request(request, payload);
        Box::pin(async move {
            match (purpose, body.await) {
                (Ok(purpose), Ok(Body(input))) => Ok(Self { purpose, input }),
                (Ok(_), Err(problem)) => Err(problem),
                (Err(error), Err(problem)) if problem.code() == Code::InvalidInput => Err(problem.and(error)),
                (Err(error), _) => Err(Problem::input(vec![error])),
            }
        })
    }
}

fn stated_purpose(headers: &HeaderMap) -> Result<Option<Purpose>, InputError> {
    let mut values = headers.get_all(PURPOSE_CODE);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Spot::Header(PURPOSE_CODE).error("duplicate", "a request has exactly one purpose"));
    }
    let text = value.to_str().unwrap_or_default().trim();
    let (code, detail) = match purpose(text) {
        Ok(purpose) => return Ok(Some(purpose)),
        Err(wrong) => wrong,
    };
    Err(Spot::Header(PURPOSE_CODE).error(code, detail))
}

/// Reads the code of a purpose.
pub(super) fn purpose(text: &str) -> Result<Purpose, (&'static str, &'static str)> {
    Purpose::parse(text).map_err(|_| ("purpose_unknown", "a purpose is one of `D1` to `D22`"))
}

/// Reads a list of names of attributes; every name that is not known is an error of its own.
pub(super) fn attributes(field: Field<'_>) -> Option<AttributeSet> {
    let attribute = coded(|name| {
        Attribute::parse(name).map_err(|_| {
            (
                "attribute_unknown",
                "no attribute has this name; see `/v1/data-categories`",
            )
        })
    });
    Some(list(MOST_ATTRIBUTES, attribute)(field)?.into_iter().collect())
}

/// An attribute (attribuut) that was wanted and is withheld (achtergehouden).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Withheld)]
pub(super) struct WithheldView {
    /// The attribute.
    #[schema(example = "birthDate")]
    attribute: &'static str,
    /// Why.
    reason: ReasonView,
}

impl From<Withheld> for WithheldView {
    fn from(withheld: Withheld) -> Self {
        Self {
            attribute: withheld.attribute.as_str(),
            reason: (&withheld.reason).into(),
        }
    }
}
