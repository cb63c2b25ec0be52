//! Reading what a client sends: every error at once, each with its place, no value ever repeated.
//!
//! ```
//! use sluis::http::input::{Fields, Input, text};
//! use sluis_core::identifier::Brin4;
//!
//! struct SchoolCreate {
//!     brin: Brin4,
//!     name: Option<String>,
//! }
//! impl Input for SchoolCreate {
//!     fn read(fields: &mut Fields<'_>) -> Option<Self> {
//!         let brin = fields.required("brin", text(Brin4::parse));
//!         let name = fields.optional("name", sluis::http::input::label(200));
//!         Some(Self { brin: brin?, name: name? })
//!     }
//! }
//! ```
//! All fields are read before the first `?`; that is what makes the errors complete.

use std::{fmt::Display, ops::RangeInclusive};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use sluis_core::identifier::leak_guard;
use utoipa::ToSchema;

use crate::app::error::Invalid;

/// A type that is read from a JSON object or from query parameters.
pub trait Input: Sized {
    /// Reads all fields; `None` when one of them was refused.
    fn read(fields: &mut Fields<'_>) -> Option<Self>;
}

/// One thing that is wrong with the input. Exactly one of `pointer`, `parameter` and `header` is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InputError {
    /// Where in the body (RFC 6901); empty is the body as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/brin")]
    pub pointer: Option<String>,
    /// Which parameter of the path or the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Which header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The stable code.
    #[schema(example = "invalid_value")]
    pub code: &'static str,
    /// What is wrong, without repeating the value.
    #[schema(example = "a BRIN is two digits and two capitals, for example `99DE`")]
    pub detail: String,
}

/// Where a value stands.
#[derive(Debug, Clone)]
pub enum Spot {
    /// In the body, at this JSON pointer.
    Body(String),
    /// A parameter of the path or the query.
    Parameter(String),
    /// A header.
    Header(&'static str),
}

impl Spot {
    /// What is wrong here.
    pub fn error(self, code: &'static str, detail: impl Display) -> InputError {
        let (pointer, parameter, header) = match self {
            Self::Body(pointer) => (Some(pointer), None, None),
            Self::Parameter(name) => (None, Some(name), None),
            Self::Header(name) => (None, None, Some(name.to_owned())),
        };
        InputError {
            pointer,
            parameter,
            header,
            code,
            detail: detail.to_string(),
        }
    }

    /// What a pointer leads to from here.
    fn below(&self, pointer: &str) -> Self {
        match self {
            Self::Body(here) => Self::Body(format!("{here}{pointer}")),
            elsewhere => elsewhere.clone(),
        }
    }

    fn child(&self, name: &str) -> Self {
        match self {
            // RFC 6901, 3: `~` and `/` are escaped.
            Self::Body(pointer) => Self::Body(format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))),
            Self::Parameter(_) => Self::Parameter(name.to_owned()),
            Self::Header(header) => Self::Header(header),
        }
    }
}

/// One value, where it stands, and where its errors go.
#[derive(Debug)]
pub struct Field<'a> {
    value: &'a Value,
    spot: Spot,
    errors: &'a mut Vec<InputError>,
}

impl Field<'_> {
    /// Refuses the value. The detail must not repeat it.
    pub fn refuse<T>(self, code: &'static str, detail: impl Display) -> Option<T> {
        self.errors.push(self.spot.error(code, detail));
        None
    }

    fn wrong_type<T>(self, wanted: &'static str) -> Option<T> {
        self.refuse("wrong_type", format_args!("{wanted} is expected"))
    }
}

/// The fields of one object, taken one by one; what is left at the end is unknown and refused.
#[derive(Debug)]
pub struct Fields<'a> {
    values: &'a Map<String, Value>,
    spot: Spot,
    known: Vec<&'static str>,
    errors: &'a mut Vec<InputError>,
}

impl<'a> Fields<'a> {
    /// A field that must be there.
    pub fn required<T>(&mut self, name: &'static str, read: impl FnOnce(Field<'_>) -> Option<T>) -> Option<T> {
        match self.take(name) {
            Some(field) => read(field),
            None => {
                self.errors.push(
                    self.spot
                        .child(name)
                        .error("missing", format_args!("`{name}` is required")),
                );
                None
            }
        }
    }

    /// A field that may be absent; `null` is absent.
    pub fn optional<T>(&mut self, name: &'static str, read: impl FnOnce(Field<'_>) -> Option<T>) -> Option<Option<T>> {
        match self.take(name) {
            Some(field) => read(field).map(Some),
            None => Some(None),
        }
    }

    /// A field that may be absent and then has this value.
    pub fn or<T>(&mut self, name: &'static str, default: T, read: impl FnOnce(Field<'_>) -> Option<T>) -> Option<T> {
        self.optional(name, read).map(|value| value.unwrap_or(default))
    }

    /// Refuses the object as a whole: fields that do not go together.
    pub fn refuse<T>(&mut self, name: &'static str, code: &'static str, detail: impl Display) -> Option<T> {
        self.errors.push(self.spot.child(name).error(code, detail));
        None
    }

    fn take(&mut self, name: &'static str) -> Option<Field<'_>> {
        self.known.push(name);
        let value = self.values.get(name).filter(|value| !value.is_null())?;
        Some(Field {
            value,
            spot: self.spot.child(name),
            errors: self.errors,
        })
    }

    fn refuse_unknown(self) {
        for name in self.values.keys().filter(|name| !self.known.contains(&name.as_str())) {
            let spot = match (is_plain(name), self.spot.clone()) {
                (true, spot) => spot.child(name),
                (false, Spot::Parameter(_)) => Spot::Parameter("?".to_owned()),
                (false, spot) => spot,
            };
            self.errors
                .push(spot.error("unknown_field", "a field with this name is not known here"));
        }
    }
}

/// Whether a name looks like one. If not it may be a value in the wrong place, and is not repeated.
pub(super) fn is_plain(name: &str) -> bool {
    name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

/// Reads an object.
fn read_object<T: Input>(values: &Map<String, Value>, spot: Spot, errors: &mut Vec<InputError>) -> Option<T> {
    let mut fields = Fields {
        values,
        spot,
        known: Vec::new(),
        errors,
    };
    let read = T::read(&mut fields);
    fields.refuse_unknown();
    read
}

/// Reads a whole body.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_body<T: Input>(value: &Value) -> Result<T, Vec<InputError>> {
    let mut errors = Vec::new();
    let read = object()(Field {
        value,
        spot: Spot::Body(String::new()),
        errors: &mut errors,
    });
    finish(read, Spot::Body(String::new()), errors)
}

/// Reads the parameters of a query.
///
/// # Errors
/// Everything that is wrong with them.
pub fn read_query<T: Input>(query: &str) -> Result<T, Vec<InputError>> {
    let root = || Spot::Parameter("?".to_owned());
    let mut errors = Vec::new();
    let mut values = Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if values
            .insert(name.to_string(), Value::String(value.into_owned()))
            .is_some()
        {
            errors.push(root().error("duplicate", "a parameter is given more than once"));
        }
    }
    let read = read_object(&values, root(), &mut errors);
    finish(read, root(), errors)
}

fn finish<T>(read: Option<T>, spot: Spot, mut errors: Vec<InputError>) -> Result<T, Vec<InputError>> {
    match read {
        Some(value) if errors.is_empty() => Ok(value),
        Some(_) => Err(errors),
        None => {
            if errors.is_empty() {
                errors.push(spot.error("invalid_value", "the input is not valid"));
            }
            Err(errors)
        }
    }
}

/// A string that this function parses; its error says what is wrong without repeating the string.
pub fn text<T, E: Display>(parse: impl Fn(&str) -> Result<T, E>) -> impl Fn(Field<'_>) -> Option<T> {
    coded(move |text| parse(text).map_err(|error| ("invalid_value", error)))
}

/// The same, when what can be wrong has codes of its own.
pub fn coded<T, E: Display>(parse: impl Fn(&str) -> Result<T, (&'static str, E)>) -> impl Fn(Field<'_>) -> Option<T> {
    move |field| match field.value {
        Value::String(text) => match parse(text) {
            Ok(value) => Some(value),
            Err((code, error)) => field.refuse(code, error),
        },
        _ => field.wrong_type("a string"),
    }
}

/// A name or remark: 1 to `max` signs on one line, without a national number.
pub fn label(max: usize) -> impl Fn(Field<'_>) -> Option<String> {
    move |field| {
        let Value::String(text) = field.value else {
            return field.wrong_type("a string");
        };
        if text.trim().is_empty() || text.chars().count() > max {
            field.refuse("invalid_length", format_args!("a text of 1 to {max} signs is expected"))
        } else if text.chars().any(char::is_control) {
            field.refuse("invalid_value", "a text without control characters is expected")
        } else if leak_guard::find(text).is_some() {
            field.refuse(
                "national_number",
                "the text seems to hold a national number, which may not be sent",
            )
        } else {
            Some(text.clone())
        }
    }
}

/// One of these words.
pub fn choice<T: Clone>(words: &'static [(&'static str, T)]) -> impl Fn(Field<'_>) -> Option<T> {
    text(move |word| {
        words
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, value)| value.clone())
            .ok_or_else(|| {
                let known: Vec<_> = words.iter().map(|(known, _)| format!("`{known}`")).collect();
                format!("one of {} is expected", known.join(", "))
            })
    })
}

/// A whole number in this range; in a query as decimal digits.
pub fn integer<T: TryFrom<i64>>(range: RangeInclusive<i64>) -> impl Fn(Field<'_>) -> Option<T> {
    move |field| {
        let number = match (field.value, &field.spot) {
            (Value::Number(number), _) => number.as_i64(),
            (Value::String(digits), Spot::Parameter(_)) => digits.parse().ok(),
            _ => return field.wrong_type("a whole number"),
        };
        match number
            .filter(|number| range.contains(number))
            .and_then(|number| T::try_from(number).ok())
        {
            Some(number) => Some(number),
            None => field.refuse(
                "out_of_range",
                format_args!("a whole number from {} to {} is expected", range.start(), range.end()),
            ),
        }
    }
}

/// True or false.
pub fn flag() -> impl Fn(Field<'_>) -> Option<bool> {
    |field| match (field.value, &field.spot) {
        (Value::Bool(flag), _) => Some(*flag),
        (Value::String(word), Spot::Parameter(_)) if word == "true" || word == "false" => Some(word == "true"),
        _ => field.wrong_type("`true` or `false`"),
    }
}

/// A list of at most `max` items, each read in the same way.
pub fn list<T>(max: usize, read: impl Fn(Field<'_>) -> Option<T>) -> impl Fn(Field<'_>) -> Option<Vec<T>> {
    move |field| {
        let Value::Array(items) = field.value else {
            return field.wrong_type("a list");
        };
        if items.len() > max {
            return field.refuse("too_many", format_args!("a list of at most {max} items is expected"));
        }
        let Field { spot, errors, .. } = field;
        let mut read_items = Vec::with_capacity(items.len());
        for (index, value) in items.iter().enumerate() {
            let spot = spot.child(&index.to_string());
            read_items.push(read(Field { value, spot, errors }));
        }
        read_items.into_iter().collect()
    }
}

/// An object inside an object.
pub fn object<T: Input>() -> impl Fn(Field<'_>) -> Option<T> {
    |field| match field.value {
        Value::Object(values) => read_object(values, field.spot, field.errors),
        _ => field.wrong_type("an object"),
    }
}

/// A document that is checked elsewhere: everything that is wrong is told, at its place below this one.
pub fn checked<T>(check: impl Fn(&Value) -> Result<T, Vec<Invalid>>) -> impl Fn(Field<'_>) -> Option<T> {
    move |field| match check(field.value) {
        Ok(document) => Some(document),
        Err(invalid) => {
            let at = |invalid: Invalid| field.spot.below(&invalid.pointer).error(invalid.code, invalid.detail);
            field.errors.extend(invalid.into_iter().map(at));
            None
        }
    }
}

/// A document whose form is defined elsewhere; reading stops at its first error.
pub fn document<T: DeserializeOwned>() -> impl Fn(Field<'_>) -> Option<T> {
    |field| match serde_path_to_error::deserialize(field.value) {
        Ok(document) => Some(document),
        Err(error) => {
            let mut spot = field.spot;
            for segment in error.path() {
                use serde_path_to_error::Segment;
                match segment {
                    Segment::Seq { index } => spot = spot.child(&index.to_string()),
                    Segment::Map { key } => spot = spot.child(key),
                    Segment::Enum { .. } | Segment::Unknown => {}
                }
            }
            // The message of serde may quote the value: only the place is told.
            field.errors.push(spot.error(
                "invalid_value",
                "the document does not have the form that the schema asks here",
            ));
            None
        }
    }
}
