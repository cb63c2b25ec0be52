//! Personal data that cannot be printed by accident.

use std::fmt;

use zeroize::Zeroize;

/// A value about a person. It has no `Display`, its `Debug` tells nothing, and it is wiped when dropped.
/// Reading it takes the word [`expose`](Personal::expose), which a reviewer can search for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Personal<T: Zeroize>(T);

impl<T: Zeroize> Personal<T> {
    /// Marks a value as personal data.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Whoever calls this answers for where it goes.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

impl<T: Zeroize> Drop for Personal<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}
