//! What a run sets aside, piece by piece, before it becomes the roster at once.
//!
//! Promises: the roster is read from `roster_groups` and `roster_persons` alone, so what is set aside is seen by nobody;
//! it goes under the run that wrote it, so what a dead run left behind never mixes with another's.

use sluis_core::id::{RunId, SchoolId};

use crate::{
    app::store::{RosterChange, Staged},
    storage::{Expect, Statement, WriteSet, keyring::guard_keys_of, params},
};

/// How many leftovers are deleted in one piece: about 5 ms of work.
const PIECE: u16 = 500;

pub(crate) const GROUP_STAGE: Statement = Statement {
    name: "group_stage",
    sql: "INSERT INTO staged_groups (school, run, id, key_hash, name) VALUES ($1, $2, $3, $4, $5)",
};
pub(crate) const PERSON_STAGE: Statement = Statement {
    name: "person_stage",
    sql: "INSERT INTO staged_persons (school, run, id, key_hash, eck_hash, content_hash, sealed) \
          VALUES ($1, $2, $3, $4, $5, $6, $7)",
};
pub(crate) const GROUPS_REMOVE: Statement = Statement {
    name: "groups_remove",
    sql: "DELETE FROM roster_groups WHERE school = $1 AND id IN \
          (SELECT id FROM staged_groups WHERE school = $1 AND run = $2 AND key_hash IS NULL)",
};
pub(crate) const GROUPS_KEEP: Statement = Statement {
    name: "groups_keep",
    sql: "INSERT INTO roster_groups (school, id, key_hash, name) \
          SELECT school, id, key_hash, name FROM staged_groups \
          WHERE school = $1 AND run = $2 AND key_hash IS NOT NULL ORDER BY id \
          ON CONFLICT (school, id) DO UPDATE SET name = excluded.name",
};
pub(crate) const PERSONS_REMOVE: Statement = Statement {
    name: "persons_remove",
    sql: "DELETE FROM roster_persons WHERE school = $1 AND id IN \
          (SELECT id FROM staged_persons WHERE school = $1 AND run = $2 AND sealed IS NULL)",
};
pub(crate) const PERSONS_KEEP: Statement = Statement {
    name: "persons_keep",
    sql: "INSERT INTO roster_persons (school, id, key_hash, eck_hash, content_hash, sealed) \
          SELECT school, id, key_hash, eck_hash, content_hash, sealed FROM staged_persons \
          WHERE school = $1 AND run = $2 AND sealed IS NOT NULL ORDER BY id \
          ON CONFLICT (school, id) DO UPDATE SET key_hash = excluded.key_hash, eck_hash = excluded.eck_hash, \
          content_hash = excluded.content_hash, sealed = excluded.sealed",
};
pub(crate) const SCHOOLS_WITH_LEFTOVERS: Statement = Statement {
    name: "schools_with_leftovers",
    sql: "SELECT school FROM staged_groups WHERE run IN (SELECT id FROM runs WHERE ended_at IS NOT NULL) \
          UNION SELECT school FROM staged_persons WHERE run IN (SELECT id FROM runs WHERE ended_at IS NOT NULL) \
          ORDER BY school",
};
pub(crate) const LEFTOVER_GROUPS_DELETE: Statement = Statement {
    name: "leftover_groups_delete",
    sql: "DELETE FROM staged_groups WHERE school = $1 AND (run, id) IN \
          (SELECT run, id FROM staged_groups WHERE school = $1 \
          AND run IN (SELECT id FROM runs WHERE school = $1 AND ended_at IS NOT NULL) ORDER BY run, id LIMIT $2)",
};
pub(crate) const LEFTOVER_PERSONS_DELETE: Statement = Statement {
    name: "leftover_persons_delete",
    sql: "DELETE FROM staged_persons WHERE school = $1 AND (run, id) IN \
          (SELECT run, id FROM staged_persons WHERE school = $1 \
          AND run IN (SELECT id FROM runs WHERE school = $1 AND ended_at IS NOT NULL) ORDER BY run, id LIMIT $2)",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[
    &GROUP_STAGE,
    &PERSON_STAGE,
    &GROUPS_REMOVE,
    &GROUPS_KEEP,
    &PERSONS_REMOVE,
    &PERSONS_KEEP,
    &SCHOOLS_WITH_LEFTOVERS,
    &LEFTOVER_GROUPS_DELETE,
    &LEFTOVER_PERSONS_DELETE,
];

/// Sets differences aside. What is gone is a row without values.
pub(super) fn stage(set: &mut WriteSet, school: SchoolId, run: RunId, changes: Vec<RosterChange>) {
    const NONE: Option<Vec<u8>> = None;
    let sealed = changes.iter().filter_map(|change| match change {
        RosterChange::PersonKept(person) => Some(person.sealed.as_slice()),
        _ => None,
    });
    guard_keys_of(set, sealed);
    for change in changes {
        match change {
            RosterChange::GroupKept(group) => {
                set.one(&GROUP_STAGE, params![school, run, group.id, group.key_hash, group.name])
            }
            RosterChange::GroupRemoved(id) => set.one(&GROUP_STAGE, params![school, run, id, NONE, None::<String>]),
            RosterChange::PersonKept(person) => set.one(
                &PERSON_STAGE,
                params![
                    school,
                    run,
                    person.id,
                    person.key_hash,
                    person.eck_hash,
                    person.content_hash,
                    person.sealed,
                ],
            ),
            RosterChange::PersonRemoved(id) => set.one(&PERSON_STAGE, params![school, run, id, NONE, NONE, NONE, NONE]),
        };
    }
}

/// Makes what was set aside the roster. What is gone goes first: its key may be another's from now on.
pub(super) fn replace(set: &mut WriteSet, school: SchoolId, run: RunId, staged: Staged) {
    for (statement, rows) in [
        (&GROUPS_REMOVE, staged.groups_removed),
        (&GROUPS_KEEP, staged.groups_kept),
        (&PERSONS_REMOVE, staged.persons_removed),
        (&PERSONS_KEEP, staged.persons_kept),
    ] {
        set.push(statement, params![school, run], Expect::Exactly(rows));
    }
}

pub(super) fn leftovers_delete(set: &mut WriteSet, school: SchoolId) {
    set.any(&LEFTOVER_GROUPS_DELETE, params![school, PIECE]);
    set.any(&LEFTOVER_PERSONS_DELETE, params![school, PIECE]);
}
