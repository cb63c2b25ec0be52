//! What schools say about the parties of annexes.

use sluis_core::{agreement::StanceKind, time::Window};

use super::parsed;
use crate::{
    app::stance::Stance,
    storage::{Expect, Row, Statement, StorageError, WriteSet, params},
};

const STANCE_ADD: Statement = Statement {
    name: "stance_add",
    sql: "INSERT INTO stances (id, school, agreement, kind, party, valid_from, valid_until) \
          VALUES ($1, $2, $3, $4, $5, $6, $7)",
};
const STANCES_OPEN: Statement = Statement {
    name: "stances_open",
    sql: "SELECT id FROM stances \
          WHERE school = $1 AND agreement = $2 AND kind = $3 AND party = $4 AND valid_until IS NULL",
};
pub(super) const STANCE_END: Statement = Statement {
    name: "stance_end",
    sql: "UPDATE stances SET valid_until = $3 WHERE school = $1 AND id = $2 AND valid_until IS NULL",
};
pub(super) const STANCES: Statement = Statement {
    name: "stances",
    sql: "SELECT id, school, agreement, kind, party, valid_from, valid_until \
          FROM stances WHERE school = $1 ORDER BY id",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[&STANCE_ADD, &STANCES_OPEN, &STANCE_END, &STANCES];

/// Two open ones would say the same, and ending one would end nothing.
pub(super) fn take(set: &mut WriteSet, new: &Stance) {
    let (kind, party) = (new.kind.as_str(), new.party.as_str());
    let values = params![new.school, new.agreement, kind, party];
    set.push(&STANCES_OPEN, values, Expect::Exactly(0));
    let Window { from, until } = new.window;
    let values = params![new.id, new.school, new.agreement, kind, party, from, until];
    set.one(&STANCE_ADD, values);
}

pub(super) fn stance(row: &Row) -> Result<Stance, StorageError> {
    let kind: String = row.get(3)?;
    Ok(Stance {
        id: row.get(0)?,
        school: row.get(1)?,
        agreement: row.get(2)?,
        kind: parsed("kind", StanceKind::parse(&kind).ok())?,
        party: row.get(4)?,
        window: Window {
            from: row.get(5)?,
            until: row.get(6)?,
        },
    })
}
