//! Restrictions and objections.

use super::parsed;
use crate::{
    app::restriction::{Ground, Restriction},
    storage::{Expect, Row, Statement, StorageError, WriteSet, params},
};
use sluis_core::time::Window;

const RESTRICTION_ADD: Statement = Statement {
    name: "restriction_add",
    sql: "INSERT INTO restrictions (id, school, person, key_hash, ground, valid_from, valid_until) \
          VALUES ($1, $2, $3, $4, $5, $6, $7)",
};
const RESTRICTIONS_OPEN: Statement = Statement {
    name: "restrictions_open",
    sql: "SELECT id FROM restrictions WHERE school = $1 AND person = $2 AND ground = $3 AND valid_until IS NULL",
};
pub(super) const RESTRICTION_END: Statement = Statement {
    name: "restriction_end",
    sql: "UPDATE restrictions SET valid_until = $3 WHERE school = $1 AND id = $2 AND valid_until IS NULL",
};
pub(super) const RESTRICTIONS: Statement = Statement {
    name: "restrictions",
    sql: "SELECT id, school, person, key_hash, ground, valid_from, valid_until \
          FROM restrictions WHERE school = $1 ORDER BY id",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[&RESTRICTION_ADD, &RESTRICTIONS_OPEN, &RESTRICTION_END, &RESTRICTIONS];

/// Two at once for one person and ground would say the same.
pub(super) fn add(set: &mut WriteSet, new: &Restriction) {
    let open = params![new.school, new.person, new.ground.as_str()];
    set.push(&RESTRICTIONS_OPEN, open, Expect::Exactly(0));
    let values = params![
        new.id,
        new.school,
        new.person,
        new.key_hash,
        new.ground.as_str(),
        new.window.from,
        new.window.until,
    ];
    set.one(&RESTRICTION_ADD, values);
}

pub(super) fn restriction(row: &Row) -> Result<Restriction, StorageError> {
    let ground: String = row.get(4)?;
    Ok(Restriction {
        id: row.get(0)?,
        school: row.get(1)?,
        person: row.get(2)?,
        key_hash: row.get(3)?,
        ground: parsed("ground", Ground::parse(&ground).ok())?,
        window: Window {
            from: row.get(5)?,
            until: row.get(6)?,
        },
    })
}
