//! Sets of things with few members: a mask in one word, so that the gate compares sets with one instruction.

/// Makes `$set` a set of `$member`, kept in the bits of `$word`; a member's bit is its number.
macro_rules! bit_set {
    ($(#[$doc:meta])* $set:ident($word:ty) of $member:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $set($word);

        impl $set {
            /// The set without members.
            pub const EMPTY: Self = Self(0);

            /// Whether it has no members.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// How many members it has.
            pub const fn len(self) -> u32 {
                self.0.count_ones()
            }

            /// Whether this is a member.
            pub const fn contains(self, member: $member) -> bool {
                self.0 & (1 << member.number()) != 0
            }

            /// This set and one more member.
            #[must_use]
            pub const fn with(self, member: $member) -> Self {
                Self(self.0 | (1 << member.number()))
            }

            /// The members of either.
            #[must_use]
            pub const fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// The members of both.
            #[must_use]
            pub const fn intersection(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }

            /// The members that the other lacks.
            #[must_use]
            pub const fn difference(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }

            /// Whether the other has all members of this one.
            pub const fn is_subset(self, other: Self) -> bool {
                self.0 & !other.0 == 0
            }

            /// The members in the order of their numbers.
            pub fn iter(self) -> impl Iterator<Item = $member> {
                // INVARIANT: the numbers of the members are consecutive, in the order of `ALL`.
                const FIRST: u8 = <$member>::ALL[0].number();
                let mut rest = self.0;
                std::iter::from_fn(move || {
                    if rest == 0 {
                        return None;
                    }
                    let number = rest.trailing_zeros();
                    rest &= rest - 1;
                    <$member>::ALL.get(usize::try_from(number).ok()?.checked_sub(usize::from(FIRST))?).copied()
                })
            }
        }

        impl FromIterator<$member> for $set {
            fn from_iter<I: IntoIterator<Item = $member>>(members: I) -> Self {
                members.into_iter().fold(Self::EMPTY, Self::with)
            }
        }
        impl serde::Serialize for $set {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.iter())
            }
        }
        impl<'de> serde::Deserialize<'de> for $set {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Vec::<$member>::deserialize(deserializer).map(Self::from_iter)
            }
        }
    };
}

/// Writes and reads a type as the text that `as_str` gives and `parse` takes.
macro_rules! serde_as_text {
    ($($name:ty),+) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

pub(crate) use {bit_set, serde_as_text};
