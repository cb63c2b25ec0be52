//! About whom something went to a product in a span of time.

use std::collections::BTreeSet;

use sluis_core::{
    id::ProductId,
    ledger::{Outcome, Owner, Record, RecordKind},
    time::Timestamp,
};

use super::{EvidenceStore, LIST_LENGTH, merge::OwnStream, read};
use crate::{
    app::store::StoreError,
    storage::{Query, Statement, StorageError, params},
};

pub(super) const MOMENT: Statement = Statement {
    name: "ledger_moment",
    sql: "SELECT moment FROM ledger_records WHERE owner = $1 AND stream = $2 AND sequence = $3",
};

/// So much later than a record before it may have an earlier moment: decisions are put in their place in the order in which they
/// are written, and a clock may go back.
const DISORDER_SECS: i64 = 600;

impl EvidenceStore {
    /// How many persons, each once for each calendar year.
    pub(super) async fn reached(
        &self,
        owner: Owner,
        product: ProductId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut persons = BTreeSet::new();
        for own in self.streams_of(owner).await? {
            let mut after = self.first_since(owner, &own, from.plus_secs(-DISORDER_SECS)).await?;
            loop {
                let last = after.saturating_add(LIST_LENGTH.into()).min(own.link.sequence);
                let (key, stream) = (owner.key(), own.stream);
                let records = Query {
                    statement: &read::RECORDS_OF_OWNER,
                    params: params![key, stream, after, last, LIST_LENGTH],
                };
                let lines = Query {
                    statement: &read::LINES_OF_OWNER,
                    params: params![key, stream, after.saturating_add(1), last],
                };
                let [records, lines] = self.rows([records, lines]).await?;
                let mut lines = read::lines(&lines)?;
                let mut beyond = false;
                for row in &records {
                    let moment: Timestamp = row.get("moment")?;
                    let sequence: u64 = row.get("sequence")?;
                    beyond |= until.plus_secs(DISORDER_SECS) < moment;
                    if moment < from || until < moment {
                        continue;
                    }
                    let bytes: Vec<u8> = row.get("bytes")?;
                    let record = Record::parse(&bytes)
                        .map_err(|_| StoreError::Corrupt("a record of the ledger"))?
                        .draft;
                    if record.product != Some(product)
                        || record.outcome != Outcome::Permit
                        || record.kind == RecordKind::Evaluation
                    {
                        continue;
                    }
                    persons.extend(record.subject.filter(|_| !record.released.is_empty()));
                    let of_page = lines.remove(&sequence).unwrap_or_default().into_iter();
                    persons.extend(
                        of_page
                            .filter(|line| line.outcome == Outcome::Permit)
                            .map(|line| line.subject),
                    );
                }
                after = last;
                if beyond || own.link.sequence <= after {
                    break;
                }
            }
        }
        Ok(u64::try_from(persons.len()).unwrap_or(u64::MAX))
    }

    /// The number of the last record of a stream that is before a moment, found by halving.
    async fn first_since(&self, owner: Owner, own: &OwnStream, moment: Timestamp) -> Result<u64, StorageError> {
        let (mut before, mut since): (u64, u64) = (0, own.link.sequence.saturating_add(1));
        while before.saturating_add(1) < since {
            let middle = before.midpoint(since);
            let rows = self
                .executor
                .read(&MOMENT, params![owner.key(), own.stream, middle])
                .await?;
            let at: Timestamp = rows
                .first()
                .ok_or_else(|| read::unreadable("a record of this number"))?
                .get("moment")?;
            if at < moment {
                before = middle;
            } else {
                since = middle;
            }
        }
        Ok(before)
    }
}
