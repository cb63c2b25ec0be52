//! What a document says beside its rows and stops them by.

use sluis_core::agreement::AnnexDocument;

/// What is wrong with all of it.
pub(super) fn stops_all(document: &AnnexDocument) -> Option<String> {
    let mut mailings = document.particulars.iter().flat_map(|said| &said.mailings);
    if document.retention.days_after_end.is_none() {
        Some("retention_missing".to_owned())
    } else if mailings.any(|mailing| mailing.promotion) {
        Some("advertising".to_owned())
    } else {
        None
    }
}

pub(super) fn says_nothing_is_special(document: &AnnexDocument) -> bool {
    let classification = document
        .particulars
        .as_ref()
        .and_then(|said| said.classification.as_ref());
    classification.and_then(|classification| classification.special_categories) == Some(false)
}

/// What is wrong with a purpose for which what is removed leaves too much: research may be done under a
/// pseudonym, analysis only on what names nobody.
pub(super) fn leaves_too_much(document: &AnnexDocument, purpose: &str) -> Option<String> {
    use sluis_core::agreement::Identifier as I;
    let anonymising = document.particulars.as_ref()?.anonymising.as_ref()?;
    let gone = |what: I| anonymising.removes.contains(&what);
    let known = gone(I::Name) && gone(I::Number) && gone(I::Contact);
    match purpose {
        "D16" if !known => Some("pseudonymising_insufficient".to_owned()),
        "D17" if !(known && gone(I::BirthDate) && gone(I::Device)) => Some("anonymising_insufficient".to_owned()),
        _ => None,
    }
}
