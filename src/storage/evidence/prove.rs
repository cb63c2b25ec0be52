//! Exports with proofs: what one owner takes home.

use std::collections::BTreeSet;

use sluis_core::ledger::{
    ChainHead, EXPORT_FORMAT, ExportedRecord, Needs, Owner, SchoolExport, StoredRecord, TILE_WIDTH, TileId, Tiles,
    TreeHead,
};

use super::{EvidenceStore, read};
use crate::{
    app::{evidence::ExportFrom, store::StoreError},
    storage::{Query, StorageError, params},
};

/// The stream that is exported.
const STREAM: u64 = 1;

impl EvidenceStore {
    /// Everything is read at one moment, so that the signed heads fit the records.
    pub(super) async fn export_proved(
        &self,
        owner: Owner,
        known: ExportFrom,
        limit: u16,
    ) -> Result<SchoolExport, StoreError> {
        let key = owner.key();
        let until = known.sequence.saturating_add(u64::from(limit));
        let [stream, chain, records, lines] = self
            .rows([
                Query {
                    statement: &read::STREAM_HEAD,
                    params: params![STREAM],
                },
                Query {
                    statement: &read::CHAIN_HEAD,
                    params: params![key, STREAM],
                },
                Query {
                    statement: &read::RECORDS_OF_OWNER,
                    params: params![key, STREAM, known.sequence, until, limit],
                },
                Query {
                    statement: &read::LINES_OF_OWNER,
                    params: params![key, STREAM, known.sequence, until],
                },
            ])
            .await?;
        let frontier = read::frontier(&stream)?;
        let size = frontier.size();
        let link = read::link(&chain)?;
        if known.tree_size > size || known.sequence > link.sequence {
            return Err(StoreError::Missing);
        }
        let records = records.iter().map(read::record).collect::<Result<Vec<_>, _>>()?;
        let mut lines = read::lines(&lines)?;

        let unprovable = |_| StoreError::Corrupt("the tree of the ledger");
        let needs = Needs::default();
        for record in &records {
            needs.inclusion(size, record.position).map_err(unprovable)?;
        }
        if known.tree_size > 0 {
            needs.consistency(size, known.tree_size).map_err(unprovable)?;
        }
        let tiles = self.tiles(needs.into_tiles()).await?;
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
            root: frontier.root(),
        };
        let chain_head = ChainHead { link, tree_size: size };
        Ok(SchoolExport {
            format: EXPORT_FORMAT.to_owned(),
            owner,
            checkpoint: self.signer.checkpoint(head),
            chain_head: self.signer.chain_head(owner, chain_head),
            records: records.into_iter().map(exported).collect::<Result<_, StoreError>>()?,
            consistency: match known.tree_size {
                0 => Vec::new(),
                earlier => tiles.consistency(size, earlier).map_err(unprovable)?,
            },
        })
    }

    /// Leaves and nodes never change, so they may be read later than the heads.
    async fn tiles(&self, needed: BTreeSet<TileId>) -> Result<Tiles, StorageError> {
        let queries = needed.iter().map(|tile| {
            let (from, until) = (tile.first(), tile.first().saturating_add(TILE_WIDTH));
            match tile.level {
                0 => Query {
                    statement: &read::LEAVES,
                    params: params![STREAM, from, until],
                },
                level => Query {
                    statement: &read::NODES,
                    params: params![STREAM, level, from, until],
                },
            }
        });
        let answers = self.executor.read_together(queries.collect()).await?;
        let mut tiles = Tiles::default();
        for (tile, rows) in needed.into_iter().zip(answers) {
            tiles.insert(tile, rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?);
        }
        Ok(tiles)
    }
}
