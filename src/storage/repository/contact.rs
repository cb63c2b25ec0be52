//! Who may sign for a board.

use sluis_core::{
    id::{BoardId, ContactId},
    time::{Timestamp, Window},
};

use super::parsed;
use crate::{
    app::contact::{Contact, ContactCode},
    storage::{Expect, Row, Statement, StorageError, WriteSet, params},
};

const CONTACT_ADD: Statement = Statement {
    name: "contact_add",
    sql: "INSERT INTO contacts (id, board, code, valid_from, valid_until) VALUES ($1, $2, $3, $4, $5)",
};
const CONTACTS_OPEN: Statement = Statement {
    name: "contacts_open",
    sql: "SELECT id FROM contacts WHERE board = $1 AND code = $2 AND (valid_until IS NULL OR valid_until > $3)",
};
/// A guard: the contact may sign.
const CONTACT_IS_OPEN: Statement = Statement {
    name: "contact_is_open",
    sql: "SELECT id FROM contacts WHERE board = $1 AND id = $2 AND (valid_until IS NULL OR valid_until > $3)",
};
const CONTACT_END: Statement = Statement {
    name: "contact_end",
    sql: "UPDATE contacts SET valid_until = $3 WHERE board = $1 AND id = $2 AND (valid_until IS NULL OR valid_until > $3)",
};
pub(super) const CONTACTS: Statement = Statement {
    name: "contacts",
    sql: "SELECT id, board, code, valid_from, valid_until FROM contacts WHERE board = $1 ORDER BY id",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[&CONTACT_ADD, &CONTACTS_OPEN, &CONTACT_IS_OPEN, &CONTACT_END, &CONTACTS];

pub(super) fn register(set: &mut WriteSet, new: &Contact) {
    let code = new.code.expose();
    let values = params![new.board, code, new.window.from];
    set.push(&CONTACTS_OPEN, values, Expect::Exactly(0));
    let values = params![new.id, new.board, code, new.window.from, new.window.until];
    set.one(&CONTACT_ADD, values);
}

pub(super) fn revoke(set: &mut WriteSet, board: BoardId, id: ContactId, at: Timestamp) {
    set.one(&CONTACT_END, params![board, id, at]);
}

/// Nobody signs who was revoked meanwhile.
pub(super) fn hold(set: &mut WriteSet, board: BoardId, id: ContactId, at: Timestamp) {
    set.one(&CONTACT_IS_OPEN, params![board, id, at]);
}

pub(super) fn contact(row: &Row) -> Result<Contact, StorageError> {
    let code: String = row.get(2)?;
    Ok(Contact {
        id: row.get(0)?,
        board: row.get(1)?,
        code: parsed("code", ContactCode::parse(&code).ok())?,
        window: Window {
            from: row.get(3)?,
            until: row.get(4)?,
        },
    })
}
