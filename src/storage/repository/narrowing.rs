//! What schools take from purposes.

use sluis_core::{
    catalogue::{DataCategory, Purpose},
    time::Window,
};

use super::parsed;
use crate::{
    app::narrowing::Narrowing,
    storage::{Expect, Row, Statement, StorageError, WriteSet, params},
};

const NARROWING_ADD: Statement = Statement {
    name: "narrowing_add",
    sql: "INSERT INTO narrowings (id, school, agreement, purpose, category, valid_from, valid_until) \
          VALUES ($1, $2, $3, $4, $5, $6, $7)",
};
const NARROWINGS_OPEN: Statement = Statement {
    name: "narrowings_open",
    sql: "SELECT id FROM narrowings \
          WHERE school = $1 AND agreement = $2 AND purpose = $3 AND category = $4 AND valid_until IS NULL",
};
pub(super) const NARROWING_END: Statement = Statement {
    name: "narrowing_end",
    sql: "UPDATE narrowings SET valid_until = $3 WHERE school = $1 AND id = $2 AND valid_until IS NULL",
};
pub(super) const NARROWINGS: Statement = Statement {
    name: "narrowings",
    sql: "SELECT id, school, agreement, purpose, category, valid_from, valid_until \
          FROM narrowings WHERE school = $1 ORDER BY id",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[&NARROWING_ADD, &NARROWINGS_OPEN, &NARROWING_END, &NARROWINGS];

/// Two open ones would say the same, and ending one would end nothing.
pub(super) fn make(set: &mut WriteSet, new: &Narrowing) {
    let (purpose, category) = (new.purpose.code(), new.category.code(new.kind));
    let values = params![new.school, new.agreement, purpose, category];
    set.push(&NARROWINGS_OPEN, values, Expect::Exactly(0));
    let Window { from, until } = new.window;
    let values = params![new.id, new.school, new.agreement, purpose, category, from, until];
    set.one(&NARROWING_ADD, values);
}

pub(super) fn narrowing(row: &Row) -> Result<Narrowing, StorageError> {
    let (purpose, category): (String, String) = (row.get(3)?, row.get(4)?);
    let (kind, category) = parsed("category", DataCategory::parse(&category).ok())?;
    Ok(Narrowing {
        id: row.get(0)?,
        school: row.get(1)?,
        agreement: row.get(2)?,
        purpose: parsed("purpose", Purpose::parse(&purpose).ok())?,
        kind,
        category,
        window: Window {
            from: row.get(5)?,
            until: row.get(6)?,
        },
    })
}
