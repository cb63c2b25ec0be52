//! What a school says about the parties that an annex names (model 4.0, articles 10.1 and 11.2).
//!
//! Promises: nobody processes outside the EEA before the school has permitted it to that party; when the call that objects to
//! a sub-processor, or takes a permission back, has answered, nothing more is released to the product. Deliberately absent:
//! announcing a sub-processor. That is a new version of the annex; a permission is given anew for it, an objection goes on.

use sluis_core::{
    agreement::StanceKind,
    id::{AgreementId, SchoolId, StanceId},
    time::Window,
};

/// A permission or objection of a school (standpunt).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stance {
    /// Our identifier.
    pub id: StanceId,
    /// The school.
    pub school: SchoolId,
    /// The agreement version.
    pub agreement: AgreementId,
    /// What the school says.
    pub kind: StanceKind,
    /// The party, by the name that the annex gives it.
    pub party: String,
    /// From when, and until when once it has ended.
    pub window: Window,
}
