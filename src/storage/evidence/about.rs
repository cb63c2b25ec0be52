//! The records about one person: those about that person alone, and the lines of pages.

use sluis_core::{
    id::RecordId,
    ledger::{Digest, Owner, Record},
};

use super::{EvidenceStore, LIST_LENGTH, read};
use crate::{
    app::{
        evidence::{LoggedRecord, PageAbout, PlaceAbout, RecordAbout},
        store::StoreError,
    },
    storage::{Query, Row, Statement, params},
};

pub(super) const RECORDS_ABOUT: Statement = Statement {
    name: "ledger_records_about",
    sql: "SELECT stream, position, leaf, bytes FROM ledger_records
          WHERE owner = $1 AND subject = $2 AND id > $3 ORDER BY id LIMIT $4",
};
pub(super) const LINES_ABOUT: Statement = Statement {
    name: "ledger_lines_about",
    sql: "SELECT r.stream, r.position, r.leaf, r.bytes, l.line, l.subject, l.outcome, l.categories
          FROM ledger_page_lines AS l
          JOIN ledger_records AS r ON r.owner = l.owner AND r.stream = l.stream AND r.sequence = l.sequence
          WHERE l.owner = $1 AND l.subject = $2 AND (r.id > $3 OR (r.id = $3 AND l.line > $4))
          ORDER BY r.id, l.line LIMIT $5",
};

impl EvidenceStore {
    /// INVARIANT: those beyond the end are passed over, and do not end the page: what is before the end may come after them,
    /// since ids go by the clocks of several replicas.
    pub(super) async fn about(
        &self,
        owner: Owner,
        subjects: &[Digest],
        page: &PageAbout,
    ) -> Result<Vec<RecordAbout>, StoreError> {
        let limit = usize::from(page.limit.min(LIST_LENGTH));
        let (mut found, mut after) = (Vec::new(), page.after);
        let mut length = page.limit.min(LIST_LENGTH);
        loop {
            let piece = self.piece_about(owner, subjects, after, length).await?;
            let whole = piece.len() == usize::from(length);
            after = piece.last().map(RecordAbout::place).filter(|_| whole);
            found.extend(piece.into_iter().filter(|about| page.until.hold(&about.logged)));
            if found.len() >= limit || after.is_none() {
                found.truncate(limit);
                return Ok(found);
            }
            length = LIST_LENGTH;
        }
    }

    /// All at one moment, however many hashes the person has.
    async fn piece_about(
        &self,
        owner: Owner,
        subjects: &[Digest],
        after: Option<PlaceAbout>,
        limit: u16,
    ) -> Result<Vec<RecordAbout>, StoreError> {
        let owner = owner.key();
        let beginning = PlaceAbout {
            record: RecordId::from_uuid(uuid::Uuid::nil()),
            line: 0,
        };
        let PlaceAbout { record, line } = after.unwrap_or(beginning);
        let queries = subjects.iter().flat_map(|subject| {
            let subject = subject.as_bytes();
            [
                Query {
                    statement: &RECORDS_ABOUT,
                    params: params![owner, subject, record, limit],
                },
                Query {
                    statement: &LINES_ABOUT,
                    params: params![owner, subject, record, line, limit],
                },
            ]
        });
        let queries: Vec<_> = queries.collect();
        let statements: Vec<_> = queries.iter().map(|query| query.statement.name).collect();
        let answers = self.executor.read_together(queries).await?;
        let mut found = Vec::new();
        for (statement, rows) in statements.into_iter().zip(answers) {
            for row in &rows {
                found.push(about(row, statement == LINES_ABOUT.name)?);
            }
        }
        found.sort_by_key(RecordAbout::place);
        found.truncate(limit.into());
        Ok(found)
    }
}

fn about(row: &Row, in_page: bool) -> Result<RecordAbout, StoreError> {
    let bytes: Vec<u8> = row.get("bytes")?;
    let line = match in_page {
        false => None,
        true => {
            let line = read::line(row).ok_or(StoreError::Corrupt("a line of a page in the ledger"))?;
            Some((row.get("line")?, line))
        }
    };
    Ok(RecordAbout {
        logged: LoggedRecord {
            stream: row.get("stream")?,
            position: row.get("position")?,
            leaf: row.get("leaf")?,
            record: Record::parse(&bytes).map_err(|_| StoreError::Corrupt("a record of the ledger"))?,
        },
        line,
    })
}
