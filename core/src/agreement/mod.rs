//! Agreements: the annex as a document, its hash, what is wrong in it, and the dated records around it.
//!
//! An annex of any model is read and compiled. Only model 4.0 with codes says which data go with which purpose; the others
//! are compiled by the restrictive table of the catalogue. What a school narrows of that table is not on record yet.

mod annex;
mod clause;
mod difference;
mod document;
mod life;
mod lint;
mod partial;
mod record;
mod terms;
mod ticks;

pub use annex::{Annex, AnnexError, AnnexErrorCode, AnnexErrors, AnnexHash, AnnexHashError};
pub use clause::{Article, Clause, Model, ModelError};
pub use difference::{Difference, Item, Point, Turn, Way};
pub use document::{
    AnnexDocument, AnnexVersion, CountryCode, Deviation, LoginSet, ModuleCode, ModuleCodeError, ModuleDocument, Need,
    Parties, Party, PlaceDocument, ProductDocument, ReceiverDocument, Retention, RowDocument, SubProcessorDocument,
};
pub use life::{Side, State, SuspensionRecord, Version};
pub use lint::{Defect, DefectCode};
pub use record::{
    ActivationRecord, AgreementRecord, ApprovalRecord, InstructionRecord, MandateRecord, ProductRecord, Scope,
    StanceKind, StanceKindError, StanceRecord, SupplierKind, is_same_party,
};
pub(crate) use terms::{Hands, Row, Terms};
pub use ticks::{CategoryTick, PurposeTick, TicksDocument};
