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

/// Whether what is removed leaves something that names a person.
pub(super) fn leaves_names(document: &AnnexDocument) -> bool {
    use sluis_core::agreement::Identifier as I;
    let anonymising = document.particulars.as_ref().and_then(|said| said.anonymising.as_ref());
    anonymising.is_some_and(|anonymising| {
        let gone = |what: I| anonymising.removes.contains(&what);
        !(gone(I::Name) && gone(I::Number) && gone(I::Contact) && gone(I::BirthDate) && gone(I::Device))
    })
}
