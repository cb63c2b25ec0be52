//! What can go wrong in a use case. `http` turns each into a problem by one table.

use std::sync::Arc;

use sluis_core::{gate::Reason, id::RecordId};

use crate::app::store::StoreError;

/// Why a use case did not do what was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The thing is not there, or the caller may not know that it is.
    #[error("the {0} is not known")]
    NotFound(&'static str),
    /// The caller's role does not reach this thing.
    #[error("the caller acts for another party")]
    NotYours,
    /// The client was revoked while it asked.
    #[error("the client has been revoked")]
    Revoked,
    /// The state of things does not allow it; the code is stable.
    #[error("{detail}")]
    Conflict {
        /// The stable code of the problem.
        code: ConflictCode,
        /// What stands in the way, for a person.
        detail: String,
    },
    /// The input is well formed and still cannot be: all places at once.
    #[error("the input has {} errors", .0.len())]
    Invalid(Vec<Invalid>),
    /// The two places that speak of the purpose or the school do not agree, or a needed one is missing.
    #[error("{0}")]
    Binding(#[from] BindingError),
    /// The gate refuses; it is on record.
    #[error("the gate refuses this")]
    Refused(Box<Refusal>),
    /// Evidence cannot be written or the store does not answer: nothing is released.
    #[error("the store is not available")]
    Unavailable(#[source] StoreError),
}

impl AppError {
    /// The error of a load that several waited for.
    pub(in crate::app) fn of_all(error: Arc<Self>) -> Self {
        match *error {
            Self::NotFound(what) => Self::NotFound(what),
            _ => Self::Unavailable(StoreError::Unavailable(Box::new(error))),
        }
    }
}

/// A refusal, as far as the asker may know.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The reasons that the asker may see.
    pub reasons: Vec<Reason>,
    /// The record of this refusal.
    pub record: RecordId,
}

/// One thing that is wrong with the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// Where: a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong, without repeating the value.
    pub detail: String,
}

impl Invalid {
    /// What is wrong at this place.
    pub fn at(pointer: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.to_owned(),
            code,
            detail: detail.into(),
        }
    }
}

/// What the state of things does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictCode {
    /// Something with the same natural key is there.
    AlreadyExists,
    /// The hash that was signed is not that of the annex.
    AnnexHashMismatch,
    /// The other side, or the same side before, has done this.
    AlreadyDone,
    /// What has ended cannot be changed any more.
    AlreadyEnded,
    /// A condition that must hold first does not.
    NotReady,
    /// It is for the other side to do.
    OtherSide,
    /// There are as many as there may be.
    LimitReached,
}

/// The token, the header and the body speak of purpose and school; where two speak they must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BindingError {
    /// Two different purposes.
    #[error("the token and the request name different purposes")]
    PurposeMismatch,
    /// The token is for another school.
    #[error("the token is bound to another school")]
    SchoolMismatch,
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Duplicate => Self::Conflict {
                code: ConflictCode::AlreadyExists,
                detail: "something with the same key is there already".to_owned(),
            },
            StoreError::Missing => Self::NotFound("thing that this refers to"),
            StoreError::Conflict => Self::Conflict {
                code: ConflictCode::AlreadyDone,
                detail: "somebody else changed this first; read it again".to_owned(),
            },
            StoreError::Revoked => Self::Revoked,
            StoreError::Unavailable(_) | StoreError::Corrupt(_) => Self::Unavailable(error),
        }
    }
}

/// The guard of a limit did not hold.
pub(in crate::app) fn limit_reached(error: AppError, limit: u64, detail: &str) -> AppError {
    match error {
        AppError::Conflict {
            code: ConflictCode::AlreadyDone,
            ..
        } => AppError::Conflict {
            code: ConflictCode::LimitReached,
            detail: format!("{detail} (at most {limit})"),
        },
        other => other,
    }
}

/// The same was done before.
pub(in crate::app) fn already(detail: &str) -> AppError {
    AppError::Conflict {
        code: ConflictCode::AlreadyDone,
        detail: detail.to_owned(),
    }
}

/// What has ended cannot be changed any more.
pub(in crate::app) fn ended(detail: &str) -> AppError {
    AppError::Conflict {
        code: ConflictCode::AlreadyEnded,
        detail: detail.to_owned(),
    }
}

/// The state does not allow it yet.
pub(in crate::app) fn not_ready(detail: &str) -> AppError {
    AppError::Conflict {
        code: ConflictCode::NotReady,
        detail: detail.to_owned(),
    }
}

/// Another annex was read than that of the agreement.
pub(in crate::app) fn other_annex() -> AppError {
    AppError::Conflict {
        code: ConflictCode::AnnexHashMismatch,
        detail: "the hash that is given is not that of the annex: read the agreement again".to_owned(),
    }
}
