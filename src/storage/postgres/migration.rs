//! The steps of the schema, one replica at a time.

use std::sync::Arc;

use deadpool_postgres::Object;

use super::{bind, fence};
use crate::storage::{
    error::{Fault, StorageError},
    migrate,
};

/// Brings the schema up to date; answers its name. The connection is used up: the lock ends with it in any case.
pub(super) async fn bring_up_to_date(connection: Object) -> Result<Arc<str>, StorageError> {
    let mut client = Object::take(connection);
    let failed = |error: tokio_postgres::Error| bind::failed("migrate", &error);
    let schema: Option<String> = client
        .query_one("SELECT current_schema()::text", &[])
        .await
        .map_err(failed)?
        .get(0);
    let schema = schema.ok_or_else(|| StorageError::Migration {
        cause: Fault::own("the search path names no schema that exists"),
    })?;
    // Several replicas start together: the first migrates, the others wait and find nothing left to do.
    client
        .batch_execute("SET statement_timeout = 0; SET lock_timeout = '10min'; SET idle_session_timeout = 0")
        .await
        .map_err(failed)?;
    client
        .execute("SELECT pg_advisory_lock($1)", &[&fence::key(&schema, "migrate", &[])])
        .await
        .map_err(failed)?;
    migrate::runner(|step| step.postgres)?
        .run_async(&mut *client)
        .await
        .map_err(migrate::failed)?;
    client
        .execute("SELECT pg_advisory_unlock_all()", &[])
        .await
        .map_err(failed)?;
    Ok(Arc::from(schema))
}
