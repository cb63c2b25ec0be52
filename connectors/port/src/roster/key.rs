//! The keys of a source. A pupil's key is not a group's key: mixing them does not compile.

use std::{fmt, hash::Hash, marker::PhantomData};

use sluis_core::personal::Personal;

/// A key as one source gives it out. It means something only together with that source and that school, and it is
/// personal data where it names a person: no `Display`, no telling `Debug`.
pub struct SourceKey<Of>(Personal<Box<str>>, PhantomData<fn() -> Of>);

/// The key of a pupil.
pub type PupilKey = SourceKey<keyed::Pupil>;
/// The key of a member of staff.
pub type StaffKey = SourceKey<keyed::Staff>;
/// The key of a group or a composite group; the two share one set of keys.
pub type GroupKey = SourceKey<keyed::Group>;
/// The key of a branch.
pub type BranchKey = SourceKey<keyed::Branch>;

/// What a [`SourceKey`] can be the key of.
pub mod keyed {
    /// A pupil.
    pub enum Pupil {}
    /// A member of staff.
    pub enum Staff {}
    /// A group or a composite group.
    pub enum Group {}
    /// A branch.
    pub enum Branch {}
}

impl<Of> SourceKey<Of> {
    /// The longest key that the standards know.
    pub const LONGEST: usize = 256;

    /// Reads a key. Spaces around it are not significant (EDEXML 2.1, manual).
    /// Nothing comes back when it is empty, too long, or holds a control character.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let usable = !text.is_empty() && text.chars().count() <= Self::LONGEST && !text.contains(char::is_control);
        usable.then(|| Self(Personal::new(text.into()), PhantomData))
    }

    /// Whether the source says that it cannot promise this key to stay: such a key holds within one delivery only and
    /// never matches a person of another delivery.
    pub fn is_dummy(&self) -> bool {
        self.expose().starts_with('#')
    }

    /// The value. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl<Of> Clone for SourceKey<Of> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}
impl<Of> PartialEq for SourceKey<Of> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<Of> Eq for SourceKey<Of> {}
impl<Of> PartialOrd for SourceKey<Of> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<Of> Ord for SourceKey<Of> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<Of> Hash for SourceKey<Of> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<Of> fmt::Debug for SourceKey<Of> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SourceKey([personal])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_around_a_key_do_not_count() {
        assert_eq!(PupilKey::parse(" L 1\n"), PupilKey::parse("L 1"));
        assert!(PupilKey::parse("#7").unwrap().is_dummy());
        assert!(!PupilKey::parse("7#").unwrap().is_dummy());
        assert_eq!(PupilKey::parse("L1").unwrap().expose(), "L1");
    }

    #[test]
    fn unusable_keys_are_none() {
        for text in ["", "  ", "a\u{0}b", &"k".repeat(257)] {
            assert!(PupilKey::parse(text).is_none(), "length {}", text.len());
        }
        assert!(PupilKey::parse(&"é".repeat(256)).is_some());
    }

    #[test]
    fn it_cannot_be_printed() {
        assert!(!format!("{:?}", PupilKey::parse("secret")).contains("secret"));
    }
}
