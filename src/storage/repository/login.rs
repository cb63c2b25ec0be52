//! Logins under way, and authorization codes.

use async_trait::async_trait;

use super::Repository;
use crate::{
    app::store::{LoginStore, StoreError, StoredCode, StoredLogin},
    storage::{Row, Statement, StorageError, params},
};

pub(crate) const CODES_FORGET: Statement = Statement {
    name: "codes_forget",
    sql: "DELETE FROM codes WHERE expires_at <= $1",
};
pub(crate) const LOGIN_START: Statement = Statement {
    name: "login_start",
    sql: "INSERT INTO logins (id, state_hash, client, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)",
};
pub(crate) const LOGIN_END: Statement = Statement {
    name: "login_end",
    sql: "DELETE FROM logins WHERE id = $1",
};
pub(crate) const LOGINS_FORGET: Statement = Statement {
    name: "logins_forget",
    sql: "DELETE FROM logins WHERE expires_at <= $1",
};
pub(crate) const LOGIN: Statement = Statement {
    name: "login",
    sql: "SELECT id, state_hash, client, sealed, expires_at FROM logins WHERE state_hash = $1",
};
pub(crate) const CODE_ADD: Statement = Statement {
    name: "code_add",
    sql: "INSERT INTO codes (code_hash, client, school, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)",
};
pub(crate) const CODE_USE: Statement = Statement {
    name: "code_use",
    // What it kept has served: a code that comes again is known by its hash.
    sql: "UPDATE codes SET used_at = $2, sealed = $3 WHERE code_hash = $1 AND used_at IS NULL",
};
pub(crate) const CODE: Statement = Statement {
    name: "code",
    sql: "SELECT code_hash, client, school, sealed, expires_at, used_at FROM codes WHERE code_hash = $1",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[
    &CODES_FORGET,
    &LOGIN_START,
    &LOGIN_END,
    &LOGINS_FORGET,
    &LOGIN,
    &CODE_ADD,
    &CODE_USE,
    &CODE,
];

fn login(row: &Row) -> Result<StoredLogin, StorageError> {
    Ok(StoredLogin {
        id: row.get(0)?,
        state_hash: row.get(1)?,
        client: row.get(2)?,
        sealed: row.get(3)?,
        expires_at: row.get(4)?,
    })
}

fn code(row: &Row) -> Result<StoredCode, StorageError> {
    Ok(StoredCode {
        code_hash: row.get(0)?,
        client: row.get(1)?,
        school: row.get(2)?,
        sealed: row.get(3)?,
        expires_at: row.get(4)?,
        used_at: row.get(5)?,
    })
}

#[async_trait]
impl LoginStore for Repository {
    async fn login(&self, state_hash: [u8; 32]) -> Result<Option<StoredLogin>, StoreError> {
        self.one(&LOGIN, params![state_hash], login).await
    }

    async fn code(&self, code_hash: [u8; 32]) -> Result<Option<StoredCode>, StoreError> {
        self.one(&CODE, params![code_hash], code).await
    }
}
