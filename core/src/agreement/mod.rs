//! Agreements: the annex as a document, its hash, what is wrong in it, and the dated records around it.
//!
//! An annex of any model is read and compiled. Only model 4.0 with codes says which data go with which purpose; the others
//! are compiled by the restrictive table of the catalogue. What a school takes from a purpose is a record of its own.

mod annex;
mod beside;
mod clause;
mod condition;
mod defect;
mod difference;
mod document;
mod life;
mod lint;
mod partial;
mod particulars;
mod record;
mod retention;
mod terms;
mod ticks;

pub use annex::{Annex, AnnexError, AnnexErrorCode, AnnexErrors, AnnexHash, AnnexHashError};
pub use clause::{Article, Clause, Model, ModelError};
pub use defect::{Defect, DefectCode};
pub use difference::{Difference, Item, Point, Turn, Way};
pub use document::{
    AnnexDocument, AnnexVersion, Codes, CountryCode, Deviation, LoginSet, ModuleCode, ModuleCodeError, ModuleDocument,
    Need, Parties, Party, PlaceDocument, ProductDocument, ReceiverDocument, RowDocument, SubProcessorDocument,
};
pub use life::{Side, State, SuspensionRecord, Version};
pub use lint::{
    AdviceCode, Finding, FindingCode, FindingText, HandsCode, Language, Repair, RepairError, Report, Severity,
};
pub use particulars::{
    AnnexPart, Anonymising, CategoryPrinted, Certificate, Classification, CodePrinted, Contents, Denial, Direction,
    Duty, DutyKind, Exchange, Identifier, KindTick, Law, LawCited, Level, Mailing, Measure, Mention, ModuleStatus,
    OwnCategory, OwnPurpose, OwnUse, Particulars, Practice, PracticeKind, Service, Statement, Subject, Tables, Whose,
};
pub use record::{
    ActivationRecord, AgreementRecord, ApprovalRecord, InstructionRecord, MandateRecord, NarrowingRecord,
    ProductRecord, Scope, StanceKind, StanceKindError, StanceRecord, SupplierKind, is_same_party,
};
pub use retention::{From, Retention, RetentionRule, Then};
pub(crate) use terms::{Hands, Row, Terms};
pub use ticks::{CategoryTick, PurposeTick, TicksDocument};
