//! The words of an agreement: the annex as it was signed.

use sluis_core::agreement::{Annex, Clause};

use crate::app::{agreement::Agreement, error::AppError, store::StoreError};

/// The annex that was signed.
///
/// # Errors
/// [`AppError::Unavailable`] when what is stored is no annex.
pub fn annex_of(agreement: &Agreement) -> Result<Annex, AppError> {
    Annex::parse(&agreement.annex).map_err(|_| AppError::Unavailable(StoreError::Corrupt("annex")))
}

/// The article that something stands on, in the numbering of the agreement, to be put after a sentence.
pub(in crate::app) fn cite(agreement: &Agreement, clause: Clause) -> Result<String, AppError> {
    let article = clause.cited(annex_of(agreement)?.document().model);
    Ok(article.map_or_else(String::new, |article| format!(" ({article})")))
}
