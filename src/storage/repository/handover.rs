//! Handovers.

use super::parsed;
use crate::{
    app::handover::{Handover, recipient, recipient_of},
    storage::{Expect, Row, Statement, StorageError, WriteSet, keyring::guard_keys_of, params},
};
use sluis_core::{
    handover::{Basis, Course, RefusedBy, Shown},
    person::ConsentGiver,
    time::Timestamp,
};

const HANDOVER_ADD: Statement = Statement {
    name: "handover_add",
    sql: "INSERT INTO handovers \
          (id, school, person, recipient, basis, sealed, requested_at, valid_until, version) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};
const HANDOVERS_OPEN: Statement = Statement {
    name: "handovers_open",
    sql: "SELECT id FROM handovers WHERE school = $1 AND person = $2 AND recipient = $3 \
          AND received_at IS NULL AND refused_at IS NULL AND valid_until > $4",
};
const HANDOVER_UPDATE: Statement = Statement {
    name: "handover_update",
    sql: "UPDATE handovers SET sealed = $4, shown_at = $5, shown_by = $6, agrees = $7, released_at = $8, \
          fetched_at = $9, received_at = $10, refused_at = $11, refused_by = $12, version = version + 1 \
          WHERE school = $1 AND id = $2 AND version = $3",
};
pub(super) const HANDOVERS: Statement = Statement {
    name: "handovers",
    sql: "SELECT id, school, person, recipient, basis, sealed, requested_at, valid_until, shown_at, shown_by, agrees, \
          released_at, fetched_at, received_at, refused_at, refused_by, version \
          FROM handovers WHERE school = $1 ORDER BY id",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[&HANDOVER_ADD, &HANDOVERS_OPEN, &HANDOVER_UPDATE, &HANDOVERS];

const fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Request => "request",
        Basis::Order(giver) => giver.as_str(),
    }
}

/// One that is open goes to a school at a time.
pub(super) fn add(set: &mut WriteSet, new: &Handover, now: Timestamp) {
    guard_keys_of(set, [new.sealed.as_slice()]);
    let open = params![new.school, new.person, recipient(new.to), now];
    set.push(&HANDOVERS_OPEN, open, Expect::Exactly(0));
    let values = params![
        new.id,
        new.school,
        new.person,
        recipient(new.to),
        basis(new.course.basis),
        new.sealed.clone(),
        new.course.requested_at,
        new.course.valid_until,
        new.version,
    ];
    set.one(&HANDOVER_ADD, values);
}

pub(super) fn update(set: &mut WriteSet, moved: &Handover) {
    guard_keys_of(set, [moved.sealed.as_slice()]);
    let course = &moved.course;
    let values = params![
        moved.school,
        moved.id,
        moved.version,
        moved.sealed.clone(),
        course.shown.map(|shown| shown.at),
        course.shown.map(|shown| shown.by.as_str()),
        course.shown.map(|shown| i64::from(shown.agrees)),
        course.released_at,
        course.fetched_at,
        course.received_at,
        course.refused.map(|(at, _)| at),
        course.refused.map(|(_, by)| by.as_str()),
    ];
    set.one(&HANDOVER_UPDATE, values);
}

pub(super) fn handover(row: &Row) -> Result<Handover, StorageError> {
    let (to, basis): (String, String) = (row.get(3)?, row.get(4)?);
    let giver = |text: &str| ConsentGiver::parse(text).ok();
    let basis = match basis.as_str() {
        "request" => Basis::Request,
        by => Basis::Order(parsed("basis", giver(by))?),
    };
    let shown_at: Option<Timestamp> = row.get(8)?;
    let shown = match shown_at {
        None => None,
        Some(at) => {
            let by: String = row.get(9)?;
            Some(Shown {
                at,
                by: parsed("shown_by", giver(&by))?,
                agrees: row.get(10)?,
            })
        }
    };
    let refused_at: Option<Timestamp> = row.get(14)?;
    let refused = match refused_at {
        None => None,
        Some(at) => {
            let by: String = row.get(15)?;
            Some((at, parsed("refused_by", RefusedBy::find(&by))?))
        }
    };
    Ok(Handover {
        id: row.get(0)?,
        school: row.get(1)?,
        person: row.get(2)?,
        to: parsed("recipient", recipient_of(&to))?,
        course: Course {
            shown,
            released_at: row.get(11)?,
            fetched_at: row.get(12)?,
            received_at: row.get(13)?,
            refused,
            ..Course::new(basis, row.get(6)?, row.get(7)?)
        },
        sealed: row.get(5)?,
        version: row.get(16)?,
    })
}
