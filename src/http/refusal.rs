//! What use cases answer, as problems: the one table between the two.

use sluis_core::id;

use crate::{
    app::{
        error::{AppError, BindingError, ConflictCode, Invalid},
        evidence::CHECKPOINT,
    },
    http::{
        code::Code,
        input::{InputError, Spot},
        problem::Problem,
    },
};

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound(kind) => Self::new(not_found(kind)),
            AppError::Revoked => Self::new(Code::InvalidToken),
            AppError::NotYours => Self::new(Code::NotYours),
            AppError::Conflict { code, detail } => Self::new(code.into()).detail(detail),
            AppError::Invalid(errors) => Self::input(errors.into_iter().map(InputError::from).collect()),
            AppError::Binding(BindingError::PurposeMismatch) => Self::new(Code::PurposeMismatch),
            AppError::Binding(BindingError::SchoolMismatch) => Self::new(Code::SchoolMismatch),
            AppError::Refused(refusal) => Self::refused(&refusal.reasons, refusal.record),
            AppError::Unavailable(_) => Self::new(Code::Unavailable).because(error),
        }
    }
}

impl From<ConflictCode> for Code {
    fn from(code: ConflictCode) -> Self {
        match code {
            ConflictCode::AlreadyExists => Self::AlreadyExists,
            ConflictCode::AnnexHashMismatch => Self::AnnexHashMismatch,
            ConflictCode::AlreadyDone => Self::AlreadyDone,
            ConflictCode::AlreadyEnded => Self::AlreadyEnded,
            ConflictCode::NotReady => Self::NotReady,
            ConflictCode::OtherSide => Self::OtherSide,
            ConflictCode::LimitReached => Self::LimitReached,
        }
    }
}

impl From<Invalid> for InputError {
    fn from(invalid: Invalid) -> Self {
        Spot::Body(invalid.pointer).error(invalid.code, invalid.detail)
    }
}

/// Use cases name what is not there by the word of its identifier.
fn not_found(kind: &str) -> Code {
    use id::Kind;
    match kind {
        id::Board::NAME => Code::BoardNotFound,
        id::School::NAME => Code::SchoolNotFound,
        id::Supplier::NAME => Code::SupplierNotFound,
        id::Product::NAME => Code::ProductNotFound,
        id::Client::NAME => Code::ClientNotFound,
        id::Agreement::NAME => Code::AgreementNotFound,
        id::Approval::NAME => Code::ApprovalNotFound,
        id::Mandate::NAME => Code::MandateNotFound,
        id::AccountChange::NAME => Code::AccountChangeNotFound,
        id::Restriction::NAME => Code::RestrictionNotFound,
        id::Consent::NAME => Code::ConsentNotFound,
        id::Disclosure::NAME => Code::DisclosureNotFound,
        id::Handover::NAME => Code::HandoverNotFound,
        id::Contact::NAME => Code::ContactNotFound,
        id::Matter::NAME => Code::MatterNotFound,
        id::Narrowing::NAME => Code::NarrowingNotFound,
        id::Stance::NAME => Code::StanceNotFound,
        id::Instruction::NAME => Code::InstructionNotFound,
        id::Activation::NAME => Code::ActivationNotFound,
        id::Connection::NAME => Code::ConnectionNotFound,
        id::Run::NAME => Code::RunNotFound,
        id::Record::NAME => Code::RecordNotFound,
        CHECKPOINT => Code::CheckpointNotFound,
        id::Account::NAME => Code::AccountNotFound,
        _ => Code::NotFound,
    }
}
