//! What a school takes from a purpose of a product: a category of pupils or staff that does not go for it.
//!
//! Promises: it only ever makes less of what was agreed; when the call that makes one has answered, nothing more goes for that
//! purpose, on any replica. It is about the product, and goes on when the annex changes. Deliberately absent: anything by which
//! a school would permit more than the annex.

use sluis_core::{
    catalogue::{DataCategory, Purpose},
    id::{AgreementId, NarrowingId, SchoolId},
    person::PersonKind,
    time::Window,
};

/// A category that a school takes from a purpose (beperking van een doeleinde).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowing {
    /// Our identifier.
    pub id: NarrowingId,
    /// The school.
    pub school: SchoolId,
    /// The agreement version that it was said of.
    pub agreement: AgreementId,
    /// For which purpose.
    pub purpose: Purpose,
    /// Of whom.
    pub kind: PersonKind,
    /// Which data do not go for it.
    pub category: DataCategory,
    /// From when, and until when once it was taken back.
    pub window: Window,
}
