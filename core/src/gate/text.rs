//! What a reason says to people, in English and plain Dutch: the pages at `/problems/{code}`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::ReasonCode;
use crate::catalogue::Label;

/// The words for one code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonText {
    code: String,
    /// What is wrong, in a sentence.
    pub sentence: Label,
    /// What it means, and what can be done.
    pub explanation: Label,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "version")]
    _version: String,
    reasons: Vec<ReasonText>,
}

static TEXTS: LazyLock<Vec<ReasonText>> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the file is part of the program; a test reads the same one"
    )]
    read().expect("the built-in texts of reasons are whole")
});

fn read() -> Result<Vec<ReasonText>, serde_json::Error> {
    serde_json::from_str::<File>(include_str!("../../catalogue/reasons.json")).map(|file| file.reasons)
}

impl ReasonCode {
    /// The words for this code.
    pub fn text(self) -> &'static ReasonText {
        #[expect(
            clippy::indexing_slicing,
            reason = "INVARIANT: one text for each code, in their order; a test compares"
        )]
        &TEXTS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_words_in_both_languages() {
        let texts = read().unwrap();
        let codes: Vec<_> = texts.iter().map(|text| text.code.as_str()).collect();
        assert_eq!(codes, ReasonCode::ALL.map(ReasonCode::as_str));
        for text in &texts {
            let words = [&text.sentence, &text.explanation];
            let whole = |label: &&Label| label.nl.ends_with('.') && label.en.ends_with('.');
            assert!(words.iter().all(whole), "{}", text.code);
        }
    }
}
