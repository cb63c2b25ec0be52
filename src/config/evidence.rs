//! `evidence`: the record of every passage.

use std::num::NonZeroU8;

use super::key::section;

section! {
    /// The record of every passage.
    Evidence = "evidence" {
        /// The name in the first line of checkpoints, by which auditors know this log. It stays the same for ever. Without a value, the host of `server.public_url`.
        origin: Option<String>,
        /// For how many calendar years after the year of a record the school can find a person in it. Then the key of that year is destroyed. Boards and operator agree on it.
        subject_retention_years: NonZeroU8 = 7,
    }
}

impl Evidence {
    fn check(&self) -> Vec<(&'static str, &'static str)> {
        // C2SP signed-note: a key name is non-empty and has neither white space nor plus signs.
        let name = |text: &String| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '+');
        if self.origin.as_ref().is_none_or(name) {
            Vec::new()
        } else {
            vec![("evidence.origin", "a name without white space and without `+`")]
        }
    }
}
