//! What a finding says to people, in English and plain Dutch.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::FindingCode;
use crate::catalogue::Label;

/// The words for one code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingText {
    code: String,
    /// What is wrong, in a sentence.
    pub what: Label,
    /// Why it matters, and what can be done.
    pub why: Label,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "version")]
    _version: String,
    findings: Vec<FindingText>,
}

static TEXTS: LazyLock<BTreeMap<String, FindingText>> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the file is part of the program; a test reads the same one"
    )]
    let texts = read().expect("the built-in texts of findings are whole");
    texts.into_iter().map(|text| (text.code.clone(), text)).collect()
});

fn read() -> Result<Vec<FindingText>, serde_json::Error> {
    serde_json::from_str::<File>(include_str!("../../../catalogue/findings.json")).map(|file| file.findings)
}

impl FindingCode {
    /// The words for this code.
    pub fn text(self) -> &'static FindingText {
        #[expect(
            clippy::indexing_slicing,
            reason = "INVARIANT: one text for each code; a test compares"
        )]
        &TEXTS[self.as_str()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_words_in_both_languages() {
        let texts = read().unwrap();
        let codes: Vec<_> = texts.iter().map(|text| text.code.as_str()).collect();
        assert_eq!(codes, FindingCode::all().map(FindingCode::as_str).collect::<Vec<_>>());
        for text in &texts {
            for words in [&text.what.nl, &text.what.en, &text.why.nl, &text.why.en] {
                assert!(words.ends_with('.') && words.len() > 20, "{}: `{words}`", text.code);
            }
        }
    }
}
