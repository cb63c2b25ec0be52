//! Changes of accounts, and undoing them.

use sluis_core::{
    id::{AccountId, SupplierId},
    time::Timestamp,
};

use super::{account, parsed};
use crate::{
    app::{
        account_change::{AccountChange, AccountChangeKind, MoveRole, PlannedChange, PlannedUndo, SeenBy},
        account_key::{AccountKey, AccountKeyKind},
        store::KeyOfAccount,
    },
    storage::{Expect, Row, Statement, StorageError, WriteSet, params},
};

const ACCOUNT_CHANGE_ADD: Statement = Statement {
    name: "account_change_add",
    sql: "INSERT INTO account_changes (id, school, supplier, kind, from_account, into_account, person, made_at) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
};
const ACCOUNT_MOVE_ADD: Statement = Statement {
    name: "account_move_add",
    sql: "INSERT INTO account_moves (change_id, key_hash, kind, role) VALUES ($1, $2, $3, $4)",
};
const ACCOUNT_CHANGE_UNDO: Statement = Statement {
    name: "account_change_undo",
    sql: "UPDATE account_changes SET undone_at = $3 WHERE school = $1 AND id = $2 AND undone_at IS NULL",
};
/// A guard: nothing leads to these accounts that did not when the change was made.
const ACCOUNT_BUILT_ON: Statement = Statement {
    name: "account_built_on",
    sql: "SELECT k.key_hash FROM account_keys k \
          WHERE k.supplier = $1 AND (k.account = $2 OR k.account = $3) \
          AND NOT EXISTS (SELECT 1 FROM account_moves m WHERE m.change_id = $4 AND m.key_hash = k.key_hash)",
};
const ACCOUNT_CHANGE_SCHOOL_ADD: Statement = Statement {
    name: "account_change_school_add",
    sql: "INSERT INTO account_change_schools (school, supplier, change_id) VALUES ($1, $2, $3)",
};
pub(super) const ACCOUNT_CHANGES: Statement = Statement {
    name: "account_changes",
    sql: "SELECT c.id, c.school, c.supplier, c.kind, c.from_account, c.into_account, c.person, c.made_at, c.undone_at \
          FROM account_change_schools s JOIN account_changes c ON c.id = s.change_id \
          WHERE s.school = $1 AND s.change_id > $2 ORDER BY s.change_id LIMIT $3",
};
pub(super) const ACCOUNT_CHANGES_TOLD: Statement = Statement {
    name: "account_changes_told",
    sql: "SELECT c.id, c.school, c.supplier, c.kind, c.from_account, c.into_account, c.person, c.made_at, c.undone_at \
          FROM account_change_schools s JOIN account_changes c ON c.id = s.change_id \
          WHERE s.school = $1 AND s.supplier = $2 AND s.change_id > $3 ORDER BY s.change_id LIMIT $4",
};
pub(super) const ACCOUNT_CHANGES_BETWEEN: Statement = Statement {
    name: "account_changes_between",
    sql: "SELECT c.id, c.school, c.supplier, c.kind, c.from_account, c.into_account, c.person, c.made_at, c.undone_at \
          FROM account_change_schools s JOIN account_changes c ON c.id = s.change_id \
          WHERE s.school = $1 AND s.supplier = $2 AND c.from_account = $3 AND c.into_account = $4 ORDER BY c.id",
};
pub(super) const ACCOUNT_CHANGE: Statement = Statement {
    name: "account_change",
    sql: "SELECT c.id, c.school, c.supplier, c.kind, c.from_account, c.into_account, c.person, c.made_at, c.undone_at \
          FROM account_change_schools s JOIN account_changes c ON c.id = s.change_id \
          WHERE s.school = $1 AND s.change_id = $2",
};
pub(super) const ACCOUNT_MOVES: Statement = Statement {
    name: "account_moves",
    sql: "SELECT key_hash, kind, role FROM account_moves WHERE change_id = $1 ORDER BY key_hash",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[
    &ACCOUNT_CHANGE_ADD,
    &ACCOUNT_MOVE_ADD,
    &ACCOUNT_CHANGE_UNDO,
    &ACCOUNT_BUILT_ON,
    &ACCOUNT_CHANGE_SCHOOL_ADD,
    &ACCOUNT_CHANGES,
    &ACCOUNT_CHANGES_TOLD,
    &ACCOUNT_CHANGES_BETWEEN,
    &ACCOUNT_CHANGE,
    &ACCOUNT_MOVES,
];

/// Makes a change.
pub(super) fn make(set: &mut WriteSet, planned: &PlannedChange) {
    let PlannedChange {
        change,
        moved,
        linked,
        stayed,
        seen,
        schools,
    } = planned;
    let values = params![
        change.id,
        change.school,
        change.supplier,
        change.kind.as_str(),
        change.from,
        change.into,
        change.person,
        change.made_at,
    ];
    set.one(&ACCOUNT_CHANGE_ADD, values);
    for school in planned.concerned() {
        set.one(&ACCOUNT_CHANGE_SCHOOL_ADD, params![school, change.supplier, change.id]);
    }
    for (role, keys) in [
        (MoveRole::Moved, moved),
        (MoveRole::Linked, linked),
        (MoveRole::Stayed, stayed),
    ] {
        for key in keys {
            let values = params![change.id, key.hash, key.kind.as_str(), role.as_str()];
            set.one(&ACCOUNT_MOVE_ADD, values);
        }
    }
    if let Some(from) = change.from {
        for key in moved {
            account::move_to(set, &of(change.supplier, from, *key), change.into, change.made_at);
        }
        if matches!(change.kind, AccountChangeKind::Merge | AccountChangeKind::TakeOver) {
            // INVARIANT: a key that came to lead to the account meanwhile is not left behind.
            let values = params![change.supplier, from];
            set.push(&account::ACCOUNT_KEYS, values, Expect::Exactly(0));
        }
    }
    for key in linked {
        account::link(set, &of(change.supplier, change.into, *key), change.made_at);
    }
    // After the keys: who saw the account by one of them has been waited for.
    seen_by(set, change.supplier, seen);
    if let Some(key) = moved.iter().chain(linked).next() {
        account::seen(set, &of(change.supplier, change.into, *key), schools.iter().copied());
    }
}

/// Undoes a change.
pub(super) fn undo(set: &mut WriteSet, planned: &PlannedUndo) {
    let PlannedUndo {
        change,
        moved,
        linked,
        seen,
        at,
    } = planned;
    set.one(&ACCOUNT_CHANGE_UNDO, params![change.school, change.id, *at]);
    let from = change.from.unwrap_or(change.into);
    for key in moved {
        account::move_to(set, &of(change.supplier, change.into, *key), from, *at);
    }
    for key in linked {
        account::unlink(set, &of(change.supplier, change.into, *key), *at);
    }
    // INVARIANT: after the keys. Who holds one of them to link another key by it has been waited for, and what they linked
    // would be left behind.
    // By the key that joined two accounts nothing comes to lead to either but through it.
    if change.kind != AccountChangeKind::Join {
        let values = params![change.supplier, from, change.into, change.id];
        set.push(&ACCOUNT_BUILT_ON, values, Expect::Exactly(0));
    }
    seen_by(set, change.supplier, seen);
}

/// No other school has seen these accounts meanwhile: whoever did would not be told of the change.
fn seen_by(set: &mut WriteSet, supplier: SupplierId, seen: &[SeenBy]) {
    for SeenBy { account, schools } in seen {
        let values = params![supplier, *account];
        set.push(&account::ACCOUNT_SCHOOLS, values, Expect::Exactly(*schools));
    }
}

const fn of(supplier: SupplierId, account: AccountId, key: AccountKey) -> KeyOfAccount {
    KeyOfAccount { supplier, account, key }
}

pub(super) fn change(row: &Row) -> Result<AccountChange, StorageError> {
    let kind: String = row.get(3)?;
    let undone_at: Option<Timestamp> = row.get(8)?;
    Ok(AccountChange {
        id: row.get(0)?,
        school: row.get(1)?,
        supplier: row.get(2)?,
        kind: parsed("kind", AccountChangeKind::parse(&kind).ok())?,
        from: row.get(4)?,
        into: row.get(5)?,
        person: row.get(6)?,
        made_at: row.get(7)?,
        undone_at,
    })
}

pub(super) fn key_moved(row: &Row) -> Result<(AccountKey, MoveRole), StorageError> {
    let (kind, role): (String, String) = (row.get(1)?, row.get(2)?);
    let key = AccountKey {
        kind: parsed("kind", AccountKeyKind::parse(&kind).ok())?,
        hash: row.get(0)?,
    };
    Ok((key, parsed("role", MoveRole::parse(&role).ok())?))
}
