//! Agreements: the coded annex as a document, its hash, what is wrong in it, and the dated records around it.
//!
//! Only the coded form of model 4.0 can be read and compiled; the other models are known by their article numbers.

mod annex;
mod clause;
mod document;
mod lint;
mod partial;
mod record;
mod terms;

pub use annex::{Annex, AnnexError, AnnexErrorCode, AnnexErrors, AnnexHash, AnnexHashError};
pub use clause::{Article, Clause, Model, ModelError};
pub use document::{
    AnnexDocument, AnnexVersion, CountryCode, Deviation, LoginSet, ModuleCode, ModuleCodeError, ModuleDocument, Need,
    Parties, Party, PlaceDocument, ProductDocument, ReceiverDocument, Retention, RowDocument, SubProcessorDocument,
};
pub use lint::{Defect, DefectCode};
pub use record::{
    ActivationRecord, AgreementRecord, ApprovalRecord, InstructionRecord, MandateRecord, ProductRecord, Scope,
    StanceKind, StanceKindError, StanceRecord, SupplierKind,
};
pub(crate) use terms::{Hands, Row, Terms};
