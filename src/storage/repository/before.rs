//! By which ids and keys a roster knew persons before.
//!
//! Promises: whatever a run takes from the roster is noted in the transaction that takes it. It is keyed hashes alone, and goes
//! when nobody finds a person of that year in records any more.

use sluis_core::{
    id::{PersonId, RunId, SchoolId},
    time::Year,
};

use super::Repository;
use crate::{
    app::store::{PersonBefore, StoreError},
    storage::{Priority, Row, Statement, StorageError, WriteSet, params},
};

/// How many schools are tidied up at once.
const SCHOOLS: u16 = 100;

/// Instead of the keyed hash of an ECK iD, where there is none.
const NONE: &[u8] = &[];

/// An ECK iD that comes takes nothing away, and what is noted already stands there once, with its last year.
pub(crate) const PERSONS_NOTE: Statement = Statement {
    name: "persons_before_note",
    sql: "INSERT INTO roster_persons_before (school, person, key_hash, eck_hash, last_year) \
          SELECT p.school, p.id, p.key_hash, COALESCE(p.eck_hash, $4), $3 FROM staged_persons s \
          JOIN roster_persons p ON p.school = s.school AND p.id = s.id \
          WHERE s.school = $1 AND s.run = $2 AND (s.sealed IS NULL OR s.key_hash <> p.key_hash \
          OR (p.eck_hash IS NOT NULL AND (s.eck_hash IS NULL OR s.eck_hash <> p.eck_hash))) \
          ON CONFLICT (school, person, key_hash, eck_hash) DO UPDATE SET last_year = excluded.last_year \
          WHERE roster_persons_before.last_year < excluded.last_year",
};
const BY_ECK: Statement = Statement {
    name: "persons_before_by_eck",
    sql: "SELECT person, key_hash, eck_hash FROM roster_persons_before WHERE school = $1 AND eck_hash = $2 \
          ORDER BY last_year, person",
};
const BY_KEY: Statement = Statement {
    name: "persons_before_by_key",
    sql: "SELECT person, key_hash, NULLIF(eck_hash, $3) FROM roster_persons_before WHERE school = $1 AND key_hash = $2 \
          ORDER BY last_year, person",
};
const OF: Statement = Statement {
    name: "persons_before_of",
    sql: "SELECT person, key_hash, NULLIF(eck_hash, $3) FROM roster_persons_before WHERE school = $1 AND person = $2 \
          ORDER BY last_year, key_hash, eck_hash",
};
const SCHOOLS_OVER: Statement = Statement {
    name: "persons_before_schools",
    sql: "SELECT DISTINCT school FROM roster_persons_before WHERE last_year <= $1 ORDER BY school LIMIT $2",
};
const FORGET: Statement = Statement {
    name: "persons_before_forget",
    sql: "DELETE FROM roster_persons_before WHERE school = $1 AND last_year <= $2",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[&PERSONS_NOTE, &BY_ECK, &BY_KEY, &OF, &SCHOOLS_OVER, &FORGET];

/// Notes what is about to be taken from the roster.
pub(super) fn note(set: &mut WriteSet, school: SchoolId, run: RunId, year: Year) {
    set.any(&PERSONS_NOTE, params![school, run, year.number(), NONE]);
}

fn before(row: &Row) -> Result<PersonBefore, StorageError> {
    Ok(PersonBefore {
        id: row.get(0)?,
        key_hash: row.get(1)?,
        eck_hash: row.get(2)?,
    })
}

impl Repository {
    pub(super) async fn before_by_eck(
        &self,
        school: SchoolId,
        hash: [u8; 32],
    ) -> Result<Vec<PersonBefore>, StoreError> {
        self.list(&BY_ECK, params![school, hash], before).await
    }

    pub(super) async fn before_by_key(
        &self,
        school: SchoolId,
        hash: [u8; 32],
    ) -> Result<Vec<PersonBefore>, StoreError> {
        self.list(&BY_KEY, params![school, hash, NONE], before).await
    }

    pub(super) async fn before_of(&self, school: SchoolId, person: PersonId) -> Result<Vec<PersonBefore>, StoreError> {
        self.list(&OF, params![school, person, NONE], before).await
    }

    /// Forgets those of some schools; false when there are none left.
    pub(super) async fn before_forget(&self, last: Year) -> Result<bool, StoreError> {
        let schools = self
            .list(&SCHOOLS_OVER, params![last.number(), SCHOOLS], |row| {
                row.get::<SchoolId>(0)
            })
            .await?;
        for school in &schools {
            let mut set = WriteSet::new();
            set.any(&FORGET, params![*school, last.number()]);
            self.executor.write(set, Priority::Bulk).await?;
        }
        Ok(!schools.is_empty())
    }
}
