//! Restrictions and objections.

use std::collections::BTreeSet;

use super::parsed;
use crate::{
    app::restriction::{Ground, KnownBy, Restriction},
    storage::{Expect, Row, Statement, StorageError, WriteSet, params},
};
use sluis_core::{
    id::{RestrictionId, SchoolId},
    time::Window,
};

const RESTRICTION_ADD: Statement = Statement {
    name: "restriction_add",
    sql: "INSERT INTO restrictions (id, school, person, source_keys, eck_ids, ground, valid_from, valid_until) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
};
const RESTRICTIONS_OPEN: Statement = Statement {
    name: "restrictions_open",
    sql: "SELECT id FROM restrictions WHERE school = $1 AND person = $2 AND ground = $3 AND valid_until IS NULL",
};
pub(super) const RESTRICTION_END: Statement = Statement {
    name: "restriction_end",
    sql: "UPDATE restrictions SET valid_until = $3 WHERE school = $1 AND id = $2 AND valid_until IS NULL",
};
const RESTRICTION_FOLLOWS: Statement = Statement {
    name: "restriction_follows",
    sql: "UPDATE restrictions SET source_keys = $3, eck_ids = $4 WHERE school = $1 AND id = $2",
};
pub(super) const RESTRICTIONS: Statement = Statement {
    name: "restrictions",
    sql: "SELECT id, school, person, source_keys, eck_ids, ground, valid_from, valid_until \
          FROM restrictions WHERE school = $1 ORDER BY id",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[
    &RESTRICTION_ADD,
    &RESTRICTIONS_OPEN,
    &RESTRICTION_END,
    &RESTRICTION_FOLLOWS,
    &RESTRICTIONS,
];

/// Two at once for one person and ground would say the same.
pub(super) fn add(set: &mut WriteSet, new: &Restriction) {
    let open = params![new.school, new.person, new.ground.as_str()];
    set.push(&RESTRICTIONS_OPEN, open, Expect::Exactly(0));
    let values = params![
        new.id,
        new.school,
        new.person,
        hashes(&new.known_by.source_keys),
        hashes(&new.known_by.eck_ids),
        new.ground.as_str(),
        new.window.from,
        new.window.until,
    ];
    set.one(&RESTRICTION_ADD, values);
}

pub(super) fn follows(set: &mut WriteSet, school: SchoolId, id: RestrictionId, known_by: &KnownBy) {
    let values = params![school, id, hashes(&known_by.source_keys), hashes(&known_by.eck_ids)];
    set.one(&RESTRICTION_FOLLOWS, values);
}

/// Hashes one after the other, in one column: they are only ever read together.
fn hashes(hashes: &BTreeSet<[u8; 32]>) -> Vec<u8> {
    hashes.iter().flatten().copied().collect()
}

fn hashes_in(column: &'static str, bytes: &[u8]) -> Result<BTreeSet<[u8; 32]>, StorageError> {
    let (hashes, rest) = bytes.as_chunks();
    parsed(column, rest.is_empty().then(|| hashes.iter().copied().collect()))
}

pub(super) fn restriction(row: &Row) -> Result<Restriction, StorageError> {
    let (source_keys, eck_ids): (Vec<u8>, Vec<u8>) = (row.get(3)?, row.get(4)?);
    let ground: String = row.get(5)?;
    Ok(Restriction {
        id: row.get(0)?,
        school: row.get(1)?,
        person: row.get(2)?,
        known_by: KnownBy {
            source_keys: hashes_in("source_keys", &source_keys)?,
            eck_ids: hashes_in("eck_ids", &eck_ids)?,
        },
        ground: parsed("ground", Ground::parse(&ground).ok())?,
        window: Window {
            from: row.get(6)?,
            until: row.get(7)?,
        },
    })
}
