//! The records of an owner over all streams, as one list.

use std::collections::VecDeque;

use sluis_core::{
    ledger::{Frontier, Link, Owner, StoredRecord},
    time::Timestamp,
};

use super::{EvidenceStore, read};
use crate::{
    app::{evidence::Places, store::StoreError},
    storage::{Query, Row, StorageError, params},
};

/// A stream that an owner has records in, as it stood at one moment.
#[derive(Debug, Clone)]
pub(super) struct OwnStream {
    pub stream: u64,
    /// The last record of the owner.
    pub link: Link,
    /// The tree.
    pub frontier: Frontier,
}

/// A record and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub stream: u64,
    pub record: StoredRecord,
    moment: Timestamp,
}

impl EvidenceStore {
    /// The streams that an owner has records in, all as they stood at one moment, in their order.
    pub(super) async fn streams_of(&self, owner: Owner) -> Result<Vec<OwnStream>, StorageError> {
        let rows = self
            .executor
            .read(&read::STREAMS_OF_OWNER, params![owner.key()])
            .await?;
        let stream = |row: &Row| {
            Ok(OwnStream {
                stream: row.get("stream")?,
                link: read::link_of(row)?,
                frontier: read::frontier_of(row)?,
            })
        };
        rows.iter().map(stream).collect()
    }

    /// The records after these places, up to the ends of the streams, in the order in which they were written: that of each
    /// stream, and between streams that of their moments.
    pub(super) async fn merged(
        &self,
        owner: Owner,
        streams: &[OwnStream],
        after: &Places,
        limit: u16,
    ) -> Result<Vec<Placed>, StoreError> {
        let queries = streams
            .iter()
            .filter(|own| after.in_stream(own.stream) < own.link.sequence)
            .map(|own| Query {
                statement: &read::RECORDS_OF_OWNER,
                params: params![
                    owner.key(),
                    own.stream,
                    after.in_stream(own.stream),
                    own.link.sequence,
                    limit
                ],
            });
        let answers = self.executor.read_together(queries.collect()).await?;
        let mut heads = Vec::new();
        for rows in answers {
            heads.push(rows.iter().map(placed).collect::<Result<VecDeque<_>, _>>()?);
        }
        Ok(merge(heads, usize::from(limit)))
    }
}

fn placed(row: &Row) -> Result<Placed, StorageError> {
    Ok(Placed {
        stream: row.get("stream")?,
        moment: row.get("moment")?,
        record: read::record(row)?,
    })
}

/// Takes the earliest of the first ones again and again.
fn merge(mut streams: Vec<VecDeque<Placed>>, limit: usize) -> Vec<Placed> {
    let mut merged = Vec::new();
    while merged.len() < limit {
        let first = streams
            .iter_mut()
            .filter(|stream| !stream.is_empty())
            .min_by_key(|stream| stream.front().map(|placed| (placed.moment, placed.stream)));
        let Some(next) = first.and_then(VecDeque::pop_front) else {
            break;
        };
        merged.push(next);
    }
    merged
}

#[cfg(test)]
mod tests {
    use sluis_core::ledger::Digest;

    use super::*;

    fn placed(stream: u64, sequence: u64, moment: i64) -> Placed {
        Placed {
            stream,
            moment: Timestamp::from_millis(moment),
            record: StoredRecord {
                position: sequence,
                owner: [0; 16],
                sequence,
                bytes: Vec::new(),
                leaf: Digest::ZERO,
                subject: None,
                lines: Vec::new(),
            },
        }
    }

    /// The clock of a replica may go back: its records stay in their order all the same, or a place would leave some out.
    #[test]
    fn streams_are_merged_by_moment_and_each_keeps_its_order() {
        let streams = || {
            vec![
                VecDeque::from([placed(1, 1, 10), placed(1, 2, 40), placed(1, 3, 15), placed(1, 4, 50)]),
                VecDeque::from([placed(2, 1, 20), placed(2, 2, 40), placed(2, 3, 60)]),
                VecDeque::new(),
            ]
        };
        let order = |limit| {
            let merged = merge(streams(), limit);
            let places = merged.iter().map(|placed| (placed.stream, placed.record.sequence));
            places.collect::<Vec<_>>()
        };
        let all = [(1, 1), (2, 1), (1, 2), (1, 3), (2, 2), (1, 4), (2, 3)];
        assert_eq!(order(100), all);
        assert_eq!(order(4), all[..4]);
    }
}
