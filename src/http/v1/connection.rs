//! Connections: a school's links to its administration system.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use secrecy::SecretString;
use serde::Serialize;
use sluis_core::{
    address::is_protected,
    id::{ConnectionId, SchoolId},
    time::Timestamp,
};
use url::Url;
use utoipa::ToSchema;

use super::{
    path::{ConnectionPath, SchoolPath},
    run::RunView,
};
use crate::{
    app::{
        action::{ActivateConnection, CreateConnection, EndConnection, PullConnection, ReadConnection},
        connection::{Connection, Dialect},
        link,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Fields, Input, coded, label},
        page::ListView,
        problem::Problem,
        response::{Conflict, ConnectionNotFound, SchoolNotFound},
    },
};

/// A link (koppeling) to an administration system. Its keys went in and never come out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConnectionView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000011")]
    id: ConnectionId,
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// How the system speaks.
    #[schema(example = "uwlr-2.2")]
    dialect: &'static str,
    /// Where it listens.
    #[schema(value_type = String, format = "uri", example = "https://administratie.example/uwlr")]
    endpoint: Url,
    /// When the school activated it; absent: nothing is pulled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    activated_at: Option<Timestamp>,
    /// When the school ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-07-31T22:00:00.000Z")]
    ended_at: Option<Timestamp>,
    /// When it was entered.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T08:00:00.000Z")]
    created_at: Timestamp,
}

impl From<Connection> for ConnectionView {
    fn from(connection: Connection) -> Self {
        Self {
            id: connection.id,
            school: connection.school,
            dialect: connection.dialect.as_str(),
            endpoint: connection.endpoint,
            activated_at: connection.activated_at,
            ended_at: connection.ended_at,
            created_at: connection.created_at,
        }
    }
}

/// A new connection: what the school received from its administration system.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct ConnectionCreate {
    /// How the system speaks.
    #[schema(value_type = String, example = "uwlr-2.2", pattern = "^uwlr-2\\.2$")]
    dialect: Dialect,
    /// Where it listens: `https`, or `http` on the machine of this service itself.
    #[schema(value_type = String, format = "uri", max_length = 2_000, example = "https://administratie.example/uwlr")]
    endpoint: Url,
    /// The key of the school (autorisatiesleutel). It is never shown again.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 64)]
    authorisation_key: SecretString,
    /// The code of the receiving application (klantcode). It is never shown again.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 64)]
    client_code: SecretString,
    /// The name of the receiving application (klantnaam).
    #[schema(min_length = 1, max_length = 64, example = "Sluis")]
    client_name: String,
}

impl Input for ConnectionCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let dialect = fields.required("dialect", coded(pulled));
        let endpoint = fields.required("endpoint", coded(endpoint));
        let authorisation_key = fields.required("authorisationKey", coded(secret));
        let client_code = fields.required("clientCode", coded(secret));
        let client_name = fields.required("clientName", label(64));
        Some(Self {
            dialect: dialect?,
            endpoint: endpoint?,
            authorisation_key: authorisation_key?,
            client_code: client_code?,
            client_name: client_name?,
        })
    }
}

fn pulled(text: &str) -> Result<Dialect, (&'static str, &'static str)> {
    Dialect::parse(text)
        .filter(|dialect| *dialect == Dialect::Uwlr22)
        .ok_or(("dialect_unknown", "`uwlr-2.2` is the dialect that can be pulled"))
}

/// A school's key travels to this address: in clear only within one machine.
fn endpoint(text: &str) -> Result<Url, (&'static str, &'static str)> {
    const REFUSED: (&str, &str) = (
        "endpoint_not_permitted",
        "an endpoint is an `https` address of at most 2000 signs without a name, password or fragment; `http` only on loopback",
    );
    let endpoint = Url::parse(text).map_err(|_| REFUSED)?;
    let plain = endpoint.username().is_empty() && endpoint.password().is_none() && endpoint.fragment().is_none();
    (is_protected(&endpoint) && plain && text.len() <= 2_000)
        .then_some(endpoint)
        .ok_or(REFUSED)
}

fn secret(text: &str) -> Result<SecretString, (&'static str, &'static str)> {
    let sound = (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    sound.then(|| SecretString::from(text)).ok_or((
        "invalid_length",
        "a secret of 1 to 64 signs without control characters is expected",
    ))
}

impl From<ConnectionCreate> for link::ConnectionCreate {
    fn from(input: ConnectionCreate) -> Self {
        Self {
            dialect: input.dialect,
            endpoint: input.endpoint,
            authorisation_key: input.authorisation_key,
            client_code: input.client_code,
            client_name: input.client_name,
        }
    }
}

type ConnectionListView = ListView<ConnectionView>;

/// List the connections of a school
#[utoipa::path(operation_id = "connection_list", tag = "connections", security(("bearer" = ["connection.read"])), params(SchoolPath),
    responses((status = 200, description = "The connections", body = ConnectionListView), SchoolNotFound))]
#[get("/schools/{school}/connections")]
pub(super) async fn connection_list(caller: May<ReadConnection>, path: Path<SchoolPath>) -> Answer<ConnectionListView> {
    let found = caller.app().connection_list(caller.caller(), path.school).await?;
    Ok(Json(ListView::whole(found)))
}

/// View a connection
#[utoipa::path(operation_id = "connection_view", tag = "connections", security(("bearer" = ["connection.read"])),
    params(ConnectionPath),
    responses((status = 200, description = "The connection", body = ConnectionView), ConnectionNotFound))]
#[get("/schools/{school}/connections/{connection}")]
pub(super) async fn connection_view(caller: May<ReadConnection>, path: Path<ConnectionPath>) -> Answer<ConnectionView> {
    let found = caller
        .app()
        .connection_view(caller.caller(), path.school, path.connection)
        .await?;
    Ok(Json(found.into()))
}

/// Enter a connection
///
/// Nothing is pulled before the school activates it.
#[utoipa::path(operation_id = "connection_create", tag = "connections", security(("bearer" = ["connection.create"])), params(SchoolPath),
    request_body = ConnectionCreate,
    responses((status = 201, description = "The connection", body = ConnectionView), SchoolNotFound, Conflict))]
#[post("/schools/{school}/connections")]
pub(super) async fn connection_create(
    caller: May<CreateConnection>,
    path: Path<SchoolPath>,
    Body(input): Body<ConnectionCreate>,
) -> Result<Created<ConnectionView>, Problem> {
    let school = path.school;
    let connection = caller
        .app()
        .connection_create(caller.caller(), school, input.into())
        .await?;
    let location = format!("/v1/schools/{school}/connections/{}", connection.id);
    Ok(Created::at(location, connection.into()))
}

/// Activate a connection
///
/// Activation (activatie) is the school's permission to pull.
#[utoipa::path(operation_id = "connection_activate", tag = "connections",
    security(("bearer" = ["connection.activate"])), params(ConnectionPath), responses((status = 200, description = "The connection", body = ConnectionView), ConnectionNotFound, Conflict))]
#[post("/schools/{school}/connections/{connection}/_activate")]
pub(super) async fn connection_activate(
    caller: May<ActivateConnection>,
    path: Path<ConnectionPath>,
) -> Answer<ConnectionView> {
    let app = caller.app();
    let connection = app
        .connection_activate(caller.caller(), path.school, path.connection)
        .await?;
    Ok(Json(connection.into()))
}

/// End a connection
///
/// Nothing is pulled by it any more. An ended connection stays in the list.
#[utoipa::path(operation_id = "connection_end", tag = "connections", security(("bearer" = ["connection.end"])), params(ConnectionPath),
    responses((status = 200, description = "The connection", body = ConnectionView), ConnectionNotFound, Conflict))]
#[post("/schools/{school}/connections/{connection}/_end")]
pub(super) async fn connection_end(caller: May<EndConnection>, path: Path<ConnectionPath>) -> Answer<ConnectionView> {
    let app = caller.app();
    let connection = app
        .connection_end(caller.caller(), path.school, path.connection)
        .await?;
    Ok(Json(connection.into()))
}

/// Pull the roster of a school
///
/// The whole roster is asked, compared and, when it is complete and plausible, taken in. Whatever goes wrong at the
/// other side is in the run that is answered: its outcome is `refused` with the reason, and the roster is as it was.
/// What takes longer than this service lets anybody wait is answered with 503 and goes on; the list of runs tells how it
/// ended.
#[utoipa::path(operation_id = "connection_pull", tag = "connections", security(("bearer" = ["connection.pull"])), params(ConnectionPath),
    responses((status = 200, description = "The run", body = RunView), ConnectionNotFound, Conflict))]
#[post("/schools/{school}/connections/{connection}/_pull")]
pub(super) async fn connection_pull(caller: May<PullConnection>, path: Path<ConnectionPath>) -> Answer<RunView> {
    let app = caller.app();
    // A pull goes on when nobody waits for it any more: from here on it counts as begun.
    app.once_spend(caller.caller()).await?;
    let run = app
        .connection_pull(caller.caller(), path.school, path.connection)
        .await?;
    Ok(Json(run.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leaves_this_machine_encrypted_or_not_at_all() {
        for good in [
            "https://administratie.example/uwlr",
            "http://localhost:8081/uwlr",
            "http://127.0.0.1:8081/",
            "http://[::1]/uwlr",
        ] {
            assert!(endpoint(good).is_ok(), "`{good}`");
        }
        for bad in [
            "http://administratie.example/uwlr",
            "http://localhost.example/uwlr",
            "http://10.0.0.1/uwlr",
            "https://name:word@administratie.example/",
            "https://administratie.example/#part",
            "ftp://localhost/uwlr",
            "file:///uwlr",
            "administratie.example",
            &format!("https://administratie.example/{}", "x".repeat(2_000)),
        ] {
            assert_eq!(endpoint(bad).unwrap_err().0, "endpoint_not_permitted", "`{bad}`");
        }
    }
}
