//! Disclosures to authorities.

use super::parsed;
use crate::{
    app::disclosure::{Disclosure, EndedBy},
    storage::{Row, Statement, StorageError, WriteSet, keyring::guard_keys_of, params},
};
use sluis_core::{
    id::{DisclosureId, SchoolId},
    identifier::Oin,
    time::{Timestamp, Window},
};

const DISCLOSURE_ADD: Statement = Statement {
    name: "disclosure_add",
    sql: "INSERT INTO disclosures \
          (id, school, person, authority, verified_at, informed_at, in_spite, valid_from, valid_until, sealed) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
};
const DISCLOSURE_END: Statement = Statement {
    name: "disclosure_end",
    sql: "UPDATE disclosures SET valid_until = $3, ended_by = $4 WHERE school = $1 AND id = $2 AND valid_until > $3",
};
pub(super) const DISCLOSURES: Statement = Statement {
    name: "disclosures",
    sql: "SELECT id, school, person, authority, verified_at, informed_at, in_spite, valid_from, valid_until, ended_by, \
          sealed FROM disclosures WHERE school = $1 ORDER BY id",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[&DISCLOSURE_ADD, &DISCLOSURE_END, &DISCLOSURES];

pub(super) fn add(set: &mut WriteSet, new: &Disclosure) {
    guard_keys_of(set, [new.sealed.as_slice()]);
    let values = params![
        new.id,
        new.school,
        new.person,
        new.to.to_string(),
        new.verified_at,
        new.informed_at,
        i64::from(new.in_spite_of_restriction),
        new.window.from,
        new.window.until,
        new.sealed.clone(),
    ];
    set.one(&DISCLOSURE_ADD, values);
}

pub(super) fn end(set: &mut WriteSet, school: SchoolId, id: DisclosureId, by: EndedBy, at: Timestamp) {
    set.one(&DISCLOSURE_END, params![school, id, at, by.as_str()]);
}

pub(super) fn disclosure(row: &Row) -> Result<Disclosure, StorageError> {
    let authority: String = row.get(3)?;
    let ended_by: Option<String> = row.get(9)?;
    let ended_by = ended_by.map(|by| parsed("ended_by", EndedBy::find(&by)));
    Ok(Disclosure {
        id: row.get(0)?,
        school: row.get(1)?,
        person: row.get(2)?,
        to: parsed("authority", Oin::parse(&authority).ok())?,
        verified_at: row.get(4)?,
        informed_at: row.get(5)?,
        in_spite_of_restriction: row.get(6)?,
        window: Window {
            from: row.get(7)?,
            until: row.get(8)?,
        },
        ended_by: ended_by.transpose()?,
        sealed: row.get(10)?,
    })
}
