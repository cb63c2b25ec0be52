//! A proposed repair: a JSON Patch (RFC 6902) over the document.

use json_patch::{Patch, PatchOperation, RemoveOperation, ReplaceOperation, jsonptr::PointerBuf};
use serde::Serialize;
use serde_json::Value;

/// A change that takes a finding away and makes no new error. It leaves out, or corrects what is plainly misspelt; what only the
/// parties can know or choose has none. What it permits anew the document already lists. Nobody has agreed on it: to accept it
/// is an act of a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Repair(Patch);

/// The patch is of another document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the repair is of another document")]
pub struct RepairError;

impl Repair {
    /// Leaves out what stands here.
    pub(super) fn remove(place: &str) -> Option<Self> {
        let path = pointer(place)?;
        Some(Self(Patch(vec![PatchOperation::Remove(RemoveOperation { path })])))
    }

    /// Puts something else here.
    pub(super) fn replace(place: &str, value: Value) -> Option<Self> {
        let path = pointer(place)?;
        Some(Self(Patch(vec![PatchOperation::Replace(ReplaceOperation {
            path,
            value,
        })])))
    }

    /// The operations.
    pub const fn patch(&self) -> &Patch {
        &self.0
    }

    /// The document with the repair.
    ///
    /// # Errors
    /// When the repair is of another document.
    pub fn apply(&self, document: &Value) -> Result<Value, RepairError> {
        let mut document = document.clone();
        json_patch::patch(&mut document, &self.0).map_err(|_| RepairError)?;
        Ok(document)
    }
}

/// INVARIANT: the places that the linter makes are pointers.
fn pointer(place: &str) -> Option<PointerBuf> {
    PointerBuf::parse(place.to_owned()).ok()
}
