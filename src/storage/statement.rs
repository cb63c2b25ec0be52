//! Statements: static texts that both engines understand.

/// A statement, the same text for both engines; `$1` is the first parameter, wherever it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Its name in errors, in the registry and in measurements: `room_verb_thing`.
    pub name: &'static str,
    /// Its text.
    pub sql: &'static str,
}

impl Statement {
    /// Whether it reads; everything else belongs in a write-set.
    pub fn reads(&self) -> bool {
        let first = self.sql.split_whitespace().next().unwrap_or_default();
        first.eq_ignore_ascii_case("select") || first.eq_ignore_ascii_case("with")
    }
}
