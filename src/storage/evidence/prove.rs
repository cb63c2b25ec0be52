//! Exports with proofs: what one owner takes home.

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::ledger::{
    ChainHead, EXPORT_FORMAT, ExportedRecord, Needs, Owner, ProofError, SchoolExport, StoredRecord, StreamExport,
    TILE_WIDTH, TileId, Tiles, TreeHead,
};

use super::{EvidenceStore, merge::OwnStream, read};
use crate::{
    app::{
        evidence::{ExportFrom, KnownPlace, Places},
        store::StoreError,
    },
    storage::{Query, StorageError, params},
};

impl EvidenceStore {
    /// The ends of all streams are read at one moment; what stands before them never changes, so it may be read later.
    pub(super) async fn export_proved(
        &self,
        owner: Owner,
        known: &ExportFrom,
        limit: u16,
    ) -> Result<SchoolExport, StoreError> {
        let streams = self.streams_of(owner).await?;
        check_known(&streams, known)?;
        let after: Places = known
            .streams()
            .map(|(stream, known)| (stream, known.sequence))
            .collect();
        let mut records: BTreeMap<u64, Vec<StoredRecord>> = BTreeMap::new();
        for placed in self.merged(owner, &streams, &after, limit).await? {
            records.entry(placed.stream).or_default().push(placed.record);
        }
        let heads = streams.iter().map(|own| ChainHead {
            stream: own.stream,
            link: own.link,
            tree_size: own.frontier.size(),
        });
        let chain_heads = self.signer.chain_heads(owner, &heads.collect::<Vec<_>>());
        let mut parts = Vec::with_capacity(streams.len());
        for own in &streams {
            let records = records.remove(&own.stream).unwrap_or_default();
            let known = known.stream(own.stream).tree_size;
            parts.push(self.part(owner, own, records, known).await?);
        }
        Ok(SchoolExport {
            format: EXPORT_FORMAT.to_owned(),
            owner,
            chain_heads,
            streams: parts,
        })
    }

    async fn part(
        &self,
        owner: Owner,
        own: &OwnStream,
        records: Vec<StoredRecord>,
        known_size: u64,
    ) -> Result<StreamExport, StoreError> {
        let (stream, size) = (own.stream, own.frontier.size());
        let mut lines = match (records.first(), records.last()) {
            (Some(first), Some(last)) => {
                let values = params![owner.key(), stream, first.sequence, last.sequence];
                read::lines(&self.executor.read(&read::LINES_OF_OWNER, values).await?)?
            }
            _ => BTreeMap::new(),
        };
        let needs = Needs::default();
        for record in &records {
            needs.inclusion(size, record.position).map_err(unprovable)?;
        }
        if known_size > 0 {
            needs.consistency(size, known_size).map_err(unprovable)?;
        }
        let tiles = self.tiles(stream, needs).await?;
        let exported = |record: StoredRecord| {
            Ok(ExportedRecord {
                position: record.position,
                proof: tiles.inclusion(size, record.position).map_err(unprovable)?,
                lines: lines.remove(&record.sequence).unwrap_or_default(),
                record: String::from_utf8(record.bytes).map_err(|_| StoreError::Corrupt("a record of the ledger"))?,
            })
        };
        let head = TreeHead {
            size,
            root: own.frontier.root(),
        };
        Ok(StreamExport {
            stream,
            checkpoint: self.signer.checkpoint(stream, head),
            records: records.into_iter().map(exported).collect::<Result<_, StoreError>>()?,
            consistency: match known_size {
                0 => Vec::new(),
                earlier => tiles.consistency(size, earlier).map_err(unprovable)?,
            },
        })
    }

    async fn tiles(&self, stream: u64, needs: Needs) -> Result<Tiles, StorageError> {
        let needed: BTreeSet<TileId> = needs.into_tiles();
        let mut tiles = Tiles::default();
        if needed.is_empty() {
            return Ok(tiles);
        }
        let queries = needed.iter().map(|tile| {
            let (from, until) = (tile.first(), tile.first().saturating_add(TILE_WIDTH));
            match tile.level {
                0 => Query {
                    statement: &read::LEAVES,
                    params: params![stream, from, until],
                },
                level => Query {
                    statement: &read::NODES,
                    params: params![stream, level, from, until],
                },
            }
        });
        let answers = self.executor.read_together(queries.collect()).await?;
        for (tile, rows) in needed.into_iter().zip(answers) {
            tiles.insert(tile, rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?);
        }
        Ok(tiles)
    }
}

fn unprovable(_: ProofError) -> StoreError {
    StoreError::Corrupt("the tree of the ledger")
}

/// What is known must be of streams that are there, and within them.
fn check_known(streams: &[OwnStream], known: &ExportFrom) -> Result<(), StoreError> {
    let is_within = |(stream, known): (u64, _)| {
        streams.iter().any(|own| {
            let KnownPlace { sequence, tree_size } = known;
            own.stream == stream && sequence <= own.link.sequence && tree_size <= own.frontier.size()
        })
    };
    if known.streams().all(is_within) {
        Ok(())
    } else {
        Err(StoreError::Missing)
    }
}
