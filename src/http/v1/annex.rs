//! Reading an annex that is offered: whatever is wrong with it is told at once, each at its place.

use serde_json::Value;
use sluis_core::{
    agreement::{Annex, AnnexDocument, AnnexError, AnnexErrorCode, AnnexErrors},
    catalogue::Catalogue,
    identifier::leak_guard,
};

use crate::{app::error::Invalid, http::input::is_plain};

/// Reads an annex with all its errors; values are not repeated.
pub(super) fn read_annex(
    value: &Value,
    parse: impl Fn(&[u8]) -> Result<Annex, AnnexErrors>,
) -> Result<Annex, Vec<Invalid>> {
    let mut wrong = Vec::new();
    guard_texts(value, "", &mut wrong);
    match parse(value.to_string().as_bytes()) {
        Ok(annex) if wrong.is_empty() => Ok(annex),
        Ok(_) => Err(wrong),
        Err(AnnexErrors(errors)) => {
            wrong.extend(errors.into_iter().map(|error| Invalid {
                pointer: place_of(&error).to_owned(),
                code: error.code.as_str(),
                detail: error.code.explain().to_owned(),
            }));
            // Whoever mends the errors reads in the same answer what the gate will not permit.
            let defects = AnnexDocument::defects_of_readable(value, Catalogue::built_in());
            wrong.extend(defects.into_iter().map(|defect| Invalid {
                pointer: defect.place,
                code: defect.code.as_str(),
                detail:
                    "a defect: the offer is not refused for it, but the gate permits nothing by this row".to_owned(),
            }));
            Err(wrong)
        }
    }
}

/// Where an error is; an unknown name that does not look like one is told at the object that it stands in.
fn place_of(error: &AnnexError) -> &str {
    match error.place.rsplit_once('/') {
        Some((object, name)) if error.code == AnnexErrorCode::FieldUnknown && !is_plain(name) => object,
        _ => &error.place,
    }
}

/// An annex is about kinds of data, never about a person.
fn guard_texts(value: &Value, pointer: &str, wrong: &mut Vec<Invalid>) {
    match value {
        Value::String(text) if leak_guard::find(text).is_some() => wrong.push(Invalid {
            pointer: pointer.to_owned(),
            code: "national_number",
            detail: "the text seems to hold a national number, which may not be sent".to_owned(),
        }),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                guard_texts(item, &format!("{pointer}/{index}"), wrong);
            }
        }
        // All known names are plain. The others are refused with all that is in them.
        Value::Object(fields) => {
            for (name, field) in fields.iter().filter(|(name, _)| is_plain(name)) {
                guard_texts(field, &format!("{pointer}/{name}"), wrong);
            }
        }
        _ => {}
    }
}
