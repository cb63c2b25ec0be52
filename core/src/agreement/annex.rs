//! An annex that was read: its document, its canonical bytes and the hash that both sides accept.

use std::{
    fmt,
    sync::{Arc, LazyLock, OnceLock},
};

use aws_lc_rs::digest;
use jsonschema::{ValidationError, Validator, error::ValidationErrorKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{AnnexDocument, Terms};
use crate::{
    catalogue::{Catalogue, CategorySet, DataCategory, Purpose},
    person::PersonKind,
};

/// A whole document. There is no other way to get one than to read it.
#[derive(Debug)]
pub struct Annex {
    document: AnnexDocument,
    canonical: Box<[u8]>,
    hash: AnnexHash,
    /// INVARIANT: there is one catalogue in a process, so that the first use decides nothing.
    terms: OnceLock<Arc<Terms>>,
}

/// SHA-256 over the canonical bytes of an annex: what a signature is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnnexHash([u8; 32]);

/// The text is no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the hash of an annex is 64 lower-case hexadecimal characters")]
pub struct AnnexHashError;

/// What is wrong with a text that should be an annex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnnexErrorCode {
    /// The text is no JSON.
    NotJson,
    /// A part that an annex of this model does not have.
    NotOfThisModel,
    /// A field that must be there is not.
    FieldMissing,
    /// A field that nobody knows.
    FieldUnknown,
    /// Another kind of value than expected.
    WrongType,
    /// None of the values that are possible here.
    WrongValue,
    /// A text of another form than expected.
    WrongForm,
    /// Too short, too long, too few or too many.
    WrongSize,
    /// The same thing twice in a list.
    Repeated,
    /// The same field twice, so that two readers could read two documents.
    Ambiguous,
}

impl AnnexErrorCode {
    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::NotOfThisModel => "not_of_this_model",
            Self::FieldMissing => "field_missing",
            Self::FieldUnknown => "field_unknown",
            Self::WrongType => "wrong_type",
            Self::WrongValue => "wrong_value",
            Self::WrongForm => "wrong_form",
            Self::WrongSize => "wrong_size",
            Self::Repeated => "repeated",
            Self::Ambiguous => "ambiguous",
        }
    }

    /// What it means, without the value.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::NotJson => "JSON is expected",
            Self::NotOfThisModel => {
                "an annex of this model does not have this: model `4.0-coded` has `rows`, the others have `ticks`"
            }
            Self::FieldMissing => "this field is required",
            Self::FieldUnknown => "a field with this name is not known here",
            Self::WrongType => "another kind of value is expected",
            Self::WrongValue => "this is none of the values that are possible here",
            Self::WrongForm => "a text of another form is expected",
            Self::WrongSize => "this is too short, too long, too few or too many",
            Self::Repeated => "this stands in the list twice",
            Self::Ambiguous => "two readers could read this differently",
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{code} at `{place}`", code = code.as_str())]
pub struct AnnexError {
    /// Where, as a JSON pointer (RFC 6901); empty for the whole document.
    pub place: String,
    /// What.
    pub code: AnnexErrorCode,
}

/// Everything that is wrong with a text that should be an annex.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the annex has {count} errors", count = .0.len())]
pub struct AnnexErrors(pub Vec<AnnexError>);

static FORM: LazyLock<Validator> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the schema is part of the program; a test builds the same one"
    )]
    validator(Annex::SCHEMA).expect("the built-in schema is a schema")
});

static OFFER: LazyLock<Validator> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the schema is part of the program; a test builds the same one"
    )]
    validator(Annex::OFFER_SCHEMA).expect("the built-in schema is a schema")
});

fn validator(schema: &str) -> Result<Validator, ValidationError<'static>> {
    let schema = serde_json::from_str(schema).map_err(|_| ValidationError::custom("the built-in schema is JSON"))?;
    jsonschema::options().should_validate_formats(true).build(&schema)
}

impl Annex {
    /// The JSON Schema (2020-12) that a document is read by.
    pub const SCHEMA: &str = include_str!("../../schemas/agreement.schema.json");

    /// What an offer needs beside that, as a schema too.
    pub const OFFER_SCHEMA: &str = include_str!("../../schemas/agreement-offer.schema.json");

    /// Reads a document, also a draft with blanks: nothing is permitted by it until they are filled in.
    ///
    /// # Errors
    /// Everything that is wrong with its form, at once. Blanks, and codes that the catalogue does not know, are no errors of
    /// reading: they are [defects](super::Defect).
    pub fn parse(json: &[u8]) -> Result<Self, AnnexErrors> {
        Self::read(json, &[&FORM])
    }

    /// Whether it lists a category of a kind of person for a purpose: what a school can take from it.
    pub fn lists(&self, purpose: Purpose, kind: PersonKind, category: DataCategory, catalogue: &Catalogue) -> bool {
        let own = catalogue.attributes_of(CategorySet::EMPTY.with(category));
        let mut rows = self.terms(catalogue).rows_for(purpose, kind);
        rows.any(|(_, row)| !row.attributes_of(kind).intersection(own).is_empty())
    }

    /// Reads an offer: a document without blanks.
    ///
    /// # Errors
    /// Like [`Self::parse`], and what an offer needs and the document lacks.
    pub fn parse_offer(json: &[u8]) -> Result<Self, AnnexErrors> {
        Self::read(json, &[&FORM, &OFFER])
    }

    fn read(json: &[u8], schemas: &[&Validator]) -> Result<Self, AnnexErrors> {
        let one = |place: &str, code| {
            AnnexErrors(vec![AnnexError {
                place: place.to_owned(),
                code,
            }])
        };
        let value: Value = serde_json::from_slice(json).map_err(|_| one("", AnnexErrorCode::NotJson))?;
        let wrong = schemas.iter().flat_map(|schema| schema.iter_errors(&value));
        let mut errors: Vec<_> = wrong.flat_map(|error| explain(&error)).collect();
        for list in ["/modules", "/ticks/pupilCategories", "/ticks/staffCategories"] {
            errors.extend(repeated_codes(&value, list));
        }
        errors.sort_unstable();
        errors.dedup();
        if !errors.is_empty() {
            return Err(AnnexErrors(errors));
        }
        // Read from the text again, not from the value: a value has silently dropped what was said twice.
        let document = serde_json::from_slice(json).map_err(|_| one("", AnnexErrorCode::Ambiguous))?;
        Self::seal(document).map_err(|_| one("", AnnexErrorCode::Ambiguous))
    }

    fn seal(document: AnnexDocument) -> Result<Self, serde_json::Error> {
        let mut canonical = Vec::new();
        write_canonical(&serde_json::to_value(&document)?, &mut canonical)?;
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, &canonical).as_ref());
        Ok(Self {
            document,
            canonical: canonical.into(),
            hash: AnnexHash(hash),
            terms: OnceLock::new(),
        })
    }

    /// What it says.
    pub const fn document(&self) -> &AnnexDocument {
        &self.document
    }

    /// The canonical bytes (RFC 8785): keys sorted, no white space. They read back to the same annex.
    pub const fn canonical(&self) -> &[u8] {
        &self.canonical
    }

    /// What it permits, compiled at the first use: keep an annex, and share it among schools.
    pub(crate) fn terms(&self, catalogue: &Catalogue) -> &Arc<Terms> {
        self.terms
            .get_or_init(|| Arc::new(Terms::compile(&self.document, self.hash, catalogue)))
    }

    /// The hash of the canonical bytes.
    pub const fn hash(&self) -> AnnexHash {
        self.hash
    }
}

fn explain(error: &ValidationError<'_>) -> Vec<AnnexError> {
    let place = error.instance_path().as_str();
    let below = |name: &str| format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
    let one = |place: String, code| vec![AnnexError { place, code }];
    match error.kind() {
        ValidationErrorKind::Required { property } => one(
            below(property.as_str().unwrap_or_default()),
            AnnexErrorCode::FieldMissing,
        ),
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| AnnexError {
                place: below(name),
                code: AnnexErrorCode::FieldUnknown,
            })
            .collect(),
        ValidationErrorKind::Type { .. } => one(place.to_owned(), AnnexErrorCode::WrongType),
        ValidationErrorKind::FalseSchema => one(place.to_owned(), AnnexErrorCode::NotOfThisModel),
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Format { .. } => {
            one(place.to_owned(), AnnexErrorCode::WrongForm)
        }
        ValidationErrorKind::MinItems { .. }
        | ValidationErrorKind::MaxItems { .. }
        | ValidationErrorKind::MinLength { .. }
        | ValidationErrorKind::MaxLength { .. }
        | ValidationErrorKind::Minimum { .. }
        | ValidationErrorKind::Maximum { .. } => one(place.to_owned(), AnnexErrorCode::WrongSize),
        ValidationErrorKind::UniqueItems => one(place.to_owned(), AnnexErrorCode::Repeated),
        _ => one(place.to_owned(), AnnexErrorCode::WrongValue),
    }
}

/// What bears the code of something before it in the list.
fn repeated_codes(document: &Value, list: &str) -> Vec<AnnexError> {
    let entries = document.pointer(list).and_then(Value::as_array);
    let codes: Vec<_> = entries.into_iter().flatten().map(|entry| entry.get("code")).collect();
    let repeated = |(index, code): (usize, &Option<&Value>)| {
        let earlier = codes.iter().take(index).any(|other| code.is_some() && other == code);
        earlier.then(|| AnnexError {
            place: format!("{list}/{index}/code"),
            code: AnnexErrorCode::Repeated,
        })
    };
    codes.iter().enumerate().filter_map(repeated).collect()
}

/// RFC 8785 for what an annex can hold: whole numbers, and keys in ASCII, for which its order is that of bytes.
fn write_canonical(value: &Value, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    match value {
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_canonical(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            out.push(b'{');
            for (index, (name, field)) in fields.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                serde_json::to_writer(&mut *out, name)?;
                out.push(b':');
                write_canonical(field, out)?;
            }
            out.push(b'}');
        }
        scalar => serde_json::to_writer(out, scalar)?,
    }
    Ok(())
}

impl AnnexHash {
    /// Reads the hexadecimal form.
    ///
    /// # Errors
    /// When the text is of another form.
    pub fn parse(text: &str) -> Result<Self, AnnexHashError> {
        let mut bytes = [0; 32];
        let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) if lower => Ok(Self(bytes)),
            _ => Err(AnnexHashError),
        }
    }

    /// The hash that these 32 bytes are.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for AnnexHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
impl Serialize for AnnexHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for AnnexHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
