//! A field of a delivery.

/// What a delivery says about one field. *Not delivered* never means *erased*: a system leaves out what the school did
/// not permit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Field<T> {
    /// The field is not in the delivery, or its value was withheld with a finding.
    #[default]
    NotDelivered,
    /// The field is in the delivery, without content.
    Empty,
    /// The value.
    Value(T),
}

impl<T> Field<T> {
    /// The value, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::NotDelivered | Self::Empty => None,
        }
    }

    /// The value itself, if there is one.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::NotDelivered | Self::Empty => None,
        }
    }

    /// Whether the delivery says anything about this field.
    pub const fn is_delivered(&self) -> bool {
        !matches!(self, Self::NotDelivered)
    }

    /// The same field with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::NotDelivered => Field::NotDelivered,
            Self::Empty => Field::Empty,
            Self::Value(value) => Field::Value(change(value)),
        }
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}
