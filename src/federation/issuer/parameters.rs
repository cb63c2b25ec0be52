//! The parameters of an OAuth request: each at most once, empty ones as good as absent, unknown ones ignored.

use std::collections::{BTreeMap, BTreeSet};

/// The known parameters of one request (RFC 6749, 3.1 and 3.2).
pub(super) struct Parameters<'a> {
    values: BTreeMap<&'a str, &'a str>,
    repeated: BTreeSet<&'a str>,
}

impl<'a> Parameters<'a> {
    /// Sorts out the pairs of a query or form.
    pub(super) fn read(pairs: &'a [(String, String)], known: &[&str]) -> Self {
        let mut values = BTreeMap::new();
        let mut repeated = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for (name, value) in pairs {
            let name = name.as_str();
            if !known.contains(&name) {
                continue;
            }
            if !seen.insert(name) {
                repeated.insert(name);
            }
            if !value.is_empty() {
                values.insert(name, value.as_str());
            }
        }
        // INVARIANT: of a parameter that was sent twice no value is used: two readers could choose differently.
        values.retain(|name, _| !repeated.contains(name));
        Self { values, repeated }
    }

    /// The value, if the parameter was sent once and is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.values.get(name).copied()
    }

    /// Whether the parameter was sent more than once.
    pub(super) fn is_repeated(&self, name: &str) -> bool {
        self.repeated.contains(name)
    }

    /// The names of the parameters that were sent more than once.
    pub(super) fn repeated(&self) -> impl Iterator<Item = &'a str> {
        self.repeated.iter().copied()
    }
}
