//! Parameters and rows. Values may be about people, so printing one tells its kind and size only.

use std::{fmt, sync::Arc};

use sluis_core::{id::Id, time::Timestamp};
use uuid::Uuid;

use super::{error::StorageError, statement::Statement};

/// A value as both engines hold it: BIGINT, TEXT, BYTEA/BLOB.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number, a moment in milliseconds, or a truth value as 0 and 1.
    Int(i64),
    /// A text; compared byte by byte.
    Text(String),
    /// Bytes: identifiers (16 of them), keyed hashes, sealed values.
    Bytes(Vec<u8>),
}

impl Value {
    /// Refuses what only one of the engines could hold, so that both refuse.
    pub(super) fn check(&self, statement: &'static Statement) -> Result<(), StorageError> {
        match self {
            Self::Text(text) if text.contains('\0') => Err(StorageError::Nul {
                statement: statement.name,
            }),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Int(_) => f.write_str("[int]"),
            Self::Text(text) => write!(f, "[text of {}]", text.len()),
            Self::Bytes(bytes) => write!(f, "[bytes of {}]", bytes.len()),
        }
    }
}

macro_rules! value_from {
    ($($type:ty, $value:ident => $made:expr;)+) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $made
            }
        }
    )+};
}

value_from! {
    i64, value => Self::Int(value);
    i32, value => Self::Int(i64::from(value));
    u32, value => Self::Int(i64::from(value));
    u16, value => Self::Int(i64::from(value));
    u8, value => Self::Int(i64::from(value));
    bool, value => Self::Int(i64::from(value));
    Timestamp, value => Self::Int(value.as_millis());
    String, value => Self::Text(value);
    &str, value => Self::Text(value.to_owned());
    &String, value => Self::Text(value.clone());
    Vec<u8>, value => Self::Bytes(value);
    &[u8], value => Self::Bytes(value.to_vec());
}

impl From<u64> for Value {
    /// Counters and lengths; the columns end at `i64::MAX`, which none of them reaches.
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}
impl<const N: usize> From<&[u8; N]> for Value {
    fn from(value: &[u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}
impl<K> From<Id<K>> for Value {
    fn from(value: Id<K>) -> Self {
        Self::Bytes(value.as_bytes().to_vec())
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A type that can be read from a column.
pub trait FromValue: Sized {
    /// What the column must hold, in words.
    const EXPECTED: &'static str;

    /// The value as this type, unless the column holds something else.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! int_from_value {
    ($($type:ty => $expected:literal),+) => {$(
        impl FromValue for $type {
            const EXPECTED: &'static str = $expected;
            fn from_value(value: &Value) -> Option<Self> {
                i64::from_value(value)?.try_into().ok()
            }
        }
    )+};
}
int_from_value!(
    u64 => "a number from 0",
    u32 => "a number from 0 to 2^32 - 1",
    u16 => "a number from 0 to 65535",
    u8 => "a number from 0 to 255"
);

impl FromValue for i64 {
    const EXPECTED: &'static str = "a number";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }
}
impl FromValue for bool {
    const EXPECTED: &'static str = "0 or 1";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            _ => None,
        }
    }
}
impl FromValue for Timestamp {
    const EXPECTED: &'static str = "a moment in milliseconds";
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(Self::from_millis)
    }
}
impl FromValue for String {
    const EXPECTED: &'static str = "a text";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}
impl FromValue for Vec<u8> {
    const EXPECTED: &'static str = "bytes";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }
}
impl<const N: usize> FromValue for [u8; N] {
    const EXPECTED: &'static str = "bytes of the right number";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => bytes.as_slice().try_into().ok(),
            _ => None,
        }
    }
}
impl<K> FromValue for Id<K> {
    const EXPECTED: &'static str = "an identifier of 16 bytes";
    fn from_value(value: &Value) -> Option<Self> {
        <[u8; 16]>::from_value(value).map(|bytes| Self::from_uuid(Uuid::from_bytes(bytes)))
    }
}
impl<T: FromValue> FromValue for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// One row of an answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    /// A row of these values under these names.
    pub fn new(columns: Arc<[String]>, values: Vec<Value>) -> Self {
        Self { columns, values }
    }

    /// The column of this number, from 0, or of this name.
    ///
    /// # Errors
    /// [`StorageError::Column`] when there is no such column or it holds something else.
    pub fn get<T: FromValue>(&self, column: impl Column) -> Result<T, StorageError> {
        column
            .position(&self.columns)
            .and_then(|position| self.values.get(position))
            .and_then(T::from_value)
            .ok_or_else(|| StorageError::Column {
                column: column.label(),
                expected: T::EXPECTED,
            })
    }

    /// The number in the column of this name.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn int(&self, column: &str) -> Result<i64, StorageError> {
        self.get(column)
    }

    /// The names of the columns, in order.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The values, in order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.columns.iter().zip(&self.values)).finish()
    }
}

/// What names a column: its number from 0, or its name.
pub trait Column {
    /// Where it stands among these names.
    fn position(&self, columns: &[String]) -> Option<usize>;
    /// How it is called in an error.
    fn label(&self) -> String;
}
impl Column for usize {
    fn position(&self, columns: &[String]) -> Option<usize> {
        (*self < columns.len()).then_some(*self)
    }
    fn label(&self) -> String {
        self.to_string()
    }
}
impl Column for &str {
    fn position(&self, columns: &[String]) -> Option<usize> {
        columns.iter().position(|column| column == self)
    }
    fn label(&self) -> String {
        (*self).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use sluis_core::{id::SchoolId, random::SeededRandom};

    use super::*;

    fn row(values: Vec<Value>) -> Row {
        Row::new((0..values.len()).map(|number| format!("c{number}")).collect(), values)
    }

    #[test]
    fn what_goes_in_comes_out() {
        let school = SchoolId::generate(Timestamp::from_millis(7), &SeededRandom::new(1));
        let row = row(crate::params![
            school,
            Timestamp::from_millis(9),
            true,
            "a",
            None::<i64>,
            [1_u8; 32]
        ]);
        assert_eq!(row.get::<SchoolId>(0).unwrap(), school);
        assert_eq!(row.get::<Timestamp>("c1").unwrap(), Timestamp::from_millis(9));
        assert!(row.get::<bool>(2).unwrap());
        assert_eq!(row.get::<Option<String>>(3).unwrap().as_deref(), Some("a"));
        assert_eq!(row.get::<Option<u64>>(4).unwrap(), None);
        assert_eq!(row.get::<[u8; 32]>(5).unwrap(), [1; 32]);
    }

    #[test]
    fn another_type_or_column_is_refused() {
        let row = row(crate::params![-1_i64, 2_i64, [0_u8; 15]]);
        assert!(row.get::<u64>(0).is_err());
        assert!(row.get::<bool>(1).is_err());
        assert!(row.get::<SchoolId>(2).is_err());
        assert!(row.get::<String>(0).is_err());
        assert!(row.get::<i64>("elsewhere").is_err());
        assert!(row.get::<i64>(3).is_err());
    }

    #[test]
    fn printing_tells_nothing() {
        let row = row(crate::params!["Saar", 2014_i64, b"hash"]);
        assert_eq!(
            format!("{row:?}"),
            r#"{"c0": [text of 4], "c1": [int], "c2": [bytes of 4]}"#
        );
    }
}
