//! Statements on a SQLite connection: parameters go by the number in their name.

use std::sync::Arc;

use rusqlite::{
    CachedStatement, Connection, ErrorCode,
    types::{ToSql, ToSqlOutput, ValueRef},
};

use crate::storage::{
    error::{Fault, StorageError},
    statement::Statement,
    value::{Row, Value},
    write_set::WriteSet,
};

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The rows of a statement.
///
/// # Errors
/// When the parameters do not fit or the engine refuses.
pub fn query(
    connection: &Connection,
    statement: &'static Statement,
    params: &[Value],
) -> Result<Vec<Row>, StorageError> {
    let failed = |error: rusqlite::Error| failed(statement, &error);
    let mut prepared = prepare(connection, statement, params)?;
    let columns: Arc<[String]> = prepared.column_names().map(str::to_owned).collect();
    let mut rows = prepared.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let values = (0..columns.len())
            .map(|position| value(statement, row.get_ref(position).map_err(failed)?))
            .collect::<Result<_, _>>()?;
        found.push(Row::new(Arc::clone(&columns), values));
    }
    Ok(found)
}

/// Runs a statement that writes, or a guard that reads; answers the number of rows.
///
/// # Errors
/// When the parameters do not fit or the engine refuses.
pub fn execute(connection: &Connection, statement: &'static Statement, params: &[Value]) -> Result<u64, StorageError> {
    let failed = |error: rusqlite::Error| failed(statement, &error);
    let mut prepared = prepare(connection, statement, params)?;
    if prepared.column_count() == 0 {
        return prepared.raw_execute().map(|rows| rows as u64).map_err(failed);
    }
    let mut rows = prepared.raw_query();
    let mut number = 0;
    while rows.next().map_err(failed)?.is_some() {
        number += 1;
    }
    Ok(number)
}

/// Writes a write-set inside the present transaction. Fences need nothing here: all writes are in one line.
///
/// # Errors
/// The first error; the caller then rolls back.
pub fn apply(connection: &Connection, writes: &WriteSet) -> Result<Vec<u64>, StorageError> {
    writes
        .writes()
        .iter()
        .map(|write| write.check(execute(connection, write.statement, &write.params)?))
        .collect()
}

fn prepare<'c>(
    connection: &'c Connection,
    statement: &'static Statement,
    params: &[Value],
) -> Result<CachedStatement<'c>, StorageError> {
    let failed = |error: rusqlite::Error| failed(statement, &error);
    let wrong_number = |expected| StorageError::Parameters {
        statement: statement.name,
        expected,
        given: params.len(),
    };
    let mut prepared = connection.prepare_cached(statement.sql).map_err(failed)?;
    let expected = prepared.parameter_count();
    if expected != params.len() {
        return Err(wrong_number(expected));
    }
    for index in 1..=expected {
        // SQLite numbers `$2 ... $1` in the order in which they stand: the name has the number that counts.
        let number: Option<usize> = prepared
            .parameter_name(index)
            .and_then(|name| name.strip_prefix('$'))
            .and_then(|number| number.parse().ok());
        let value = number
            .and_then(|number| params.get(number.checked_sub(1)?))
            .ok_or_else(|| wrong_number(expected))?;
        value.check(statement)?;
        prepared.raw_bind_parameter(index, value).map_err(failed)?;
    }
    Ok(prepared)
}

fn value(statement: &'static Statement, value: ValueRef<'_>) -> Result<Value, StorageError> {
    let unusable = |message: &str| StorageError::Engine {
        statement: statement.name,
        cause: Fault::own(message),
    };
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Int(number)),
        ValueRef::Text(text) => String::from_utf8(text.to_vec())
            .map(Value::Text)
            .map_err(|_| unusable("a text is not UTF-8")),
        ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes.to_vec())),
        ValueRef::Real(_) => Err(unusable("a column holds a fraction")),
    }
}

/// What the engine said, without the text of the statement.
pub(super) fn fault(error: &rusqlite::Error) -> Fault {
    match error {
        rusqlite::Error::SqliteFailure(code, message) => Fault {
            code: code.extended_code.to_string(),
            message: message.clone().unwrap_or_else(|| code.to_string()),
        },
        rusqlite::Error::SqlInputError { error, msg, .. } => Fault {
            code: error.extended_code.to_string(),
            message: msg.clone(),
        },
        other => Fault::own(other.to_string()),
    }
}

/// The file cannot be used now.
pub(super) fn unavailable(error: &rusqlite::Error) -> StorageError {
    StorageError::Unavailable { cause: fault(error) }
}

fn failed(statement: &'static Statement, error: &rusqlite::Error) -> StorageError {
    let statement = statement.name;
    let cause = fault(error);
    match (
        error.sqlite_error_code(),
        error.sqlite_error().map(|error| error.extended_code),
    ) {
        (
            _,
            Some(
                rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
                | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                | rusqlite::ffi::SQLITE_CONSTRAINT_ROWID,
            ),
        ) => StorageError::Duplicate { statement },
        (_, Some(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY)) => StorageError::Reference { statement },
        (Some(ErrorCode::ConstraintViolation), _) => StorageError::Constraint { statement, cause },
        (
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::OutOfMemory,
            ),
            _,
        ) => StorageError::Unavailable { cause },
        _ => StorageError::Engine { statement, cause },
    }
}
