//! A setting that must not be printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A secret that may be absent. It has no `Display` and its `Debug` tells only whether it is there.
#[derive(Clone, Default)]
pub struct Secret(Option<SecretString>);

impl Secret {
    /// A secret that is there.
    pub fn new(text: impl Into<SecretString>) -> Self {
        Self(Some(text.into()))
    }

    /// The secret, if it was set.
    pub const fn get(&self) -> Option<&SecretString> {
        self.0.as_ref()
    }

    /// Whether it was set.
    pub const fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// The text. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> Option<&str> {
        self.0.as_ref().map(ExposeSecret::expose_secret)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_set() { "[secret]" } else { "[absent]" })
    }
}
