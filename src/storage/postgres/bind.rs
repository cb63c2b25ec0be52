//! Statements on a PostgreSQL connection or transaction.

use std::{error::Error, sync::Arc};

use bytes::BytesMut;
use deadpool_postgres::{ClientWrapper, Transaction};
use futures::{future::maybe_done, poll};
use tokio_postgres::{
    error::SqlState,
    types::{FromSql, IsNull, ToSql, Type, to_sql_checked},
};

use super::fence;
use crate::storage::{
    error::{Fault, StorageError},
    statement::Statement,
    value::{Row, Value},
    write_set::{Write, WriteSet},
};

/// So many statements go out before the first answer is awaited.
const PIPELINE: usize = 256;

type BoxError = Box<dyn Error + Send + Sync>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(number), &Type::INT8) => number.to_sql(ty, out),
            (Self::Text(text), &Type::TEXT | &Type::VARCHAR) => text.to_sql(ty, out),
            (Self::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            (value, ty) => Err(format!("{value:?} cannot stand for {ty}").into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::TEXT | Type::VARCHAR | Type::BYTEA)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Self::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(|number| Self::Int(number.into())),
            Type::BOOL => bool::from_sql(ty, raw).map(|truth| Self::Int(truth.into())),
            Type::BYTEA => Ok(Self::Bytes(raw.to_vec())),
            _ => String::from_sql(ty, raw).map(Self::Text),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, BoxError> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8 | Type::INT4 | Type::BOOL | Type::BYTEA | Type::TEXT | Type::VARCHAR
        )
    }
}

/// A connection, or a transaction on it.
pub trait Session: Sync {
    /// Prepares a statement, once per connection.
    fn prepare(
        &self,
        sql: &str,
    ) -> impl Future<Output = Result<tokio_postgres::Statement, tokio_postgres::Error>> + Send;
    /// The connection itself.
    fn client(&self) -> &tokio_postgres::Client;
}
impl Session for ClientWrapper {
    async fn prepare(&self, sql: &str) -> Result<tokio_postgres::Statement, tokio_postgres::Error> {
        self.prepare_cached(sql).await
    }
    fn client(&self) -> &tokio_postgres::Client {
        self
    }
}
impl Session for Transaction<'_> {
    async fn prepare(&self, sql: &str) -> Result<tokio_postgres::Statement, tokio_postgres::Error> {
        self.prepare_cached(sql).await
    }
    fn client(&self) -> &tokio_postgres::Client {
        tokio_postgres::Transaction::client(self)
    }
}

/// The rows of a statement.
///
/// # Errors
/// When the parameters do not fit or the engine refuses.
pub async fn query(
    session: &impl Session,
    statement: &'static Statement,
    params: &[Value],
) -> Result<Vec<Row>, StorageError> {
    let failed = |error: tokio_postgres::Error| failed(statement.name, &error);
    let prepared = prepare(session, statement, params).await?;
    let columns: Arc<[String]> = prepared
        .columns()
        .iter()
        .map(|column| column.name().to_owned())
        .collect();
    let borrowed: Vec<&(dyn ToSql + Sync)> = params.iter().map(|value| value as _).collect();
    let rows = session.client().query(&prepared, &borrowed).await.map_err(failed)?;
    rows.iter()
        .map(|row| {
            let values = (0..columns.len())
                .map(|position| row.try_get(position).map_err(failed))
                .collect::<Result<_, _>>()?;
            Ok(Row::new(Arc::clone(&columns), values))
        })
        .collect()
}

/// Runs a statement that writes, or a guard that reads; answers the number of rows.
///
/// # Errors
/// When the parameters do not fit or the engine refuses.
pub async fn execute(
    session: &impl Session,
    statement: &'static Statement,
    params: &[Value],
) -> Result<u64, StorageError> {
    let prepared = prepare(session, statement, params).await?;
    session
        .client()
        .execute_raw(&prepared, params)
        .await
        .map_err(|error| failed(statement.name, &error))
}

/// Takes the fences of a write-set and writes it inside a transaction.
///
/// # Errors
/// The first error; the transaction is then of no more use.
pub async fn apply(
    transaction: &Transaction<'_>,
    namespace: &str,
    writes: &WriteSet,
) -> Result<Vec<u64>, StorageError> {
    fence::hold_alone(transaction, namespace, writes.fences()).await?;
    let mut touched = Vec::with_capacity(writes.len());
    for chunk in writes.writes().chunks(PIPELINE) {
        touched.extend(pipeline(transaction, chunk).await?);
    }
    Ok(touched)
}

/// Sends all statements in order, then awaits the answers in order.
async fn pipeline(transaction: &Transaction<'_>, writes: &[Write]) -> Result<Vec<u64>, StorageError> {
    let mut sent = Vec::with_capacity(writes.len());
    for write in writes {
        let prepared = prepare(transaction, write.statement, &write.params).await?;
        sent.push((write, prepared));
    }
    let mut answers = Vec::with_capacity(sent.len());
    for (write, prepared) in &sent {
        let mut answer = Box::pin(maybe_done(transaction.execute_raw(prepared, &write.params)));
        // The first poll sends.
        let _ = poll!(answer.as_mut());
        answers.push((*write, answer));
    }
    let mut touched = Vec::with_capacity(answers.len());
    for (write, mut answer) in answers {
        answer.as_mut().await;
        let rows = answer
            .as_mut()
            .take_output()
            .unwrap_or(Ok(0))
            .map_err(|error| failed(write.statement.name, &error))?;
        touched.push(write.check(rows)?);
    }
    Ok(touched)
}

async fn prepare(
    session: &impl Session,
    statement: &'static Statement,
    params: &[Value],
) -> Result<tokio_postgres::Statement, StorageError> {
    let prepared = session
        .prepare(statement.sql)
        .await
        .map_err(|error| failed(statement.name, &error))?;
    let expected = prepared.params().len();
    if expected != params.len() {
        return Err(StorageError::Parameters {
            statement: statement.name,
            expected,
            given: params.len(),
        });
    }
    params.iter().try_for_each(|value| value.check(statement))?;
    Ok(prepared)
}

/// What the server said, without its details: they repeat values.
pub(super) fn fault(error: &tokio_postgres::Error) -> Fault {
    match error.as_db_error() {
        Some(said) => Fault {
            code: said.code().code().to_owned(),
            message: said.message().to_owned(),
        },
        None => Fault::own(match error.source() {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        }),
    }
}

/// Sorts what the server said about a statement.
pub fn failed(statement: &'static str, error: &tokio_postgres::Error) -> StorageError {
    let cause = fault(error);
    let Some(code) = error.code() else {
        return if error.is_closed() || is_io(error) {
            StorageError::Unavailable { cause }
        } else {
            StorageError::Engine { statement, cause }
        };
    };
    match *code {
        SqlState::UNIQUE_VIOLATION => StorageError::Duplicate { statement },
        SqlState::FOREIGN_KEY_VIOLATION => StorageError::Reference { statement },
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => StorageError::Contention { cause },
        SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => StorageError::Unavailable { cause },
        ref other => match other.code().get(..2) {
            Some("23") => StorageError::Constraint { statement, cause },
            // Connection, resources, operator intervention, system.
            Some("08" | "53" | "57" | "58") => StorageError::Unavailable { cause },
            _ if *other == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => StorageError::Unavailable { cause },
            _ => StorageError::Engine { statement, cause },
        },
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    error.source().is_some_and(|cause| cause.is::<std::io::Error>())
}
