//! Clients, and values that may be used once.

use async_trait::async_trait;
use sluis_core::{id::ClientId, time::Timestamp};
use url::Url;

use super::{Repository, parsed};
use crate::{
    app::{
        caller::{Role, RoleKind},
        client::{CLIENTS, Client},
        store::{ClientStore, StoreError},
    },
    storage::{Expect, Priority, Row, Statement, StorageError, Value, WriteSet, params},
};

pub(crate) const CLIENT_ADD: Statement = Statement {
    name: "client_add",
    sql: "INSERT INTO clients (id, name, role, board, school, supplier, product, jwks, redirect_uris, created_at) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
};
pub(crate) const CLIENTS_OF: Statement = Statement {
    name: "clients_of",
    sql: "SELECT id FROM clients WHERE revoked_at IS NULL AND (board = $1 OR school = $1 OR product = $1)",
};
pub(crate) const CLIENT_REVOKE: Statement = Statement {
    name: "client_revoke",
    sql: "UPDATE clients SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
};
pub(crate) const CLIENT: Statement = Statement {
    name: "client",
    sql: "SELECT id, name, role, board, school, supplier, product, jwks, redirect_uris, created_at, revoked_at \
          FROM clients WHERE id = $1",
};
pub(crate) const SINGLE_USE: Statement = Statement {
    name: "single_use",
    sql: "INSERT INTO single_use_values (value, expires_at) VALUES ($1, $2)",
};
pub(crate) const SINGLE_USE_FORGET: Statement = Statement {
    name: "single_use_forget",
    sql: "DELETE FROM single_use_values WHERE expires_at < $1",
};

/// A row when the client has been revoked.
pub(crate) const CLIENT_REVOKED: Statement = Statement {
    name: "client_revoked",
    sql: "SELECT id FROM clients WHERE id = $1 AND revoked_at IS NOT NULL",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[
    &CLIENT_ADD,
    &CLIENTS_OF,
    &CLIENT_REVOKE,
    &CLIENT,
    &CLIENT_REVOKED,
    &SINGLE_USE,
    &SINGLE_USE_FORGET,
];

fn client(row: &Row) -> Result<Client, StorageError> {
    let role: String = row.get(2)?;
    let redirect_uris: String = row.get(8)?;
    Ok(Client {
        id: row.get(0)?,
        name: row.get(1)?,
        role: match parsed("role", RoleKind::ALL.into_iter().find(|kind| kind.as_str() == role))? {
            RoleKind::Operator => Role::Operator,
            RoleKind::Board => Role::Board(row.get(3)?),
            RoleKind::School => Role::School(row.get(4)?),
            RoleKind::Supplier => Role::Supplier {
                supplier: row.get(5)?,
                product: row.get(6)?,
            },
            RoleKind::Distributor => Role::Distributor {
                supplier: row.get(5)?,
                product: row.get(6)?,
            },
        },
        jwks: row.get(7)?,
        redirect_uris: parsed("redirect uris", serde_json::from_str::<Vec<Url>>(&redirect_uris).ok())?,
        created_at: row.get(9)?,
        revoked_at: row.get(10)?,
    })
}

pub(super) fn client_add(set: &mut WriteSet, client: &Client) {
    let (mut board, mut school, mut supplier, mut product) = (Value::Null, Value::Null, Value::Null, Value::Null);
    match client.role {
        Role::Operator => {}
        Role::Board(id) => board = id.into(),
        Role::School(id) => school = id.into(),
        Role::Supplier {
            supplier: of,
            product: about,
        }
        | Role::Distributor {
            supplier: of,
            product: about,
        } => {
            supplier = of.into();
            product = about.into();
        }
    }
    let party = [&board, &school, &product]
        .into_iter()
        .find(|party| **party != Value::Null);
    if let Some(party) = party {
        let rest = Expect::AtMost(CLIENTS.saturating_sub(1));
        set.push(&CLIENTS_OF, vec![party.clone()], rest);
    }
    let redirect_uris = serde_json::Value::from_iter(client.redirect_uris.iter().map(Url::as_str)).to_string();
    let values = vec![
        client.id.into(),
        client.name.as_str().into(),
        client.role.kind().as_str().into(),
        board,
        school,
        supplier,
        product,
        client.jwks.as_str().into(),
        redirect_uris.into(),
        client.created_at.into(),
    ];
    set.push(&CLIENT_ADD, values, Expect::Exactly(1));
}

#[async_trait]
impl ClientStore for Repository {
    async fn client(&self, id: ClientId) -> Result<Option<Client>, StoreError> {
        self.one(&CLIENT, params![id], client).await
    }

    async fn first_use(&self, value: [u8; 32], expires_at: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        let mut set = WriteSet::new();
        set.push(&SINGLE_USE_FORGET, params![now], Expect::Any);
        set.push(&SINGLE_USE, params![value, expires_at], Expect::Exactly(1));
        match self.executor.write(set, Priority::ForActs).await {
            Ok(_) => Ok(true),
            Err(StorageError::Duplicate { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
