//! Proofs: exports, which one owner takes home, of single records, and between two heads of a stream.

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::{
    id::RecordId,
    ledger::{
        ChainHead, Digest, EXPORT_FORMAT, EarlierTree, ExportedRecord, Frontier, Needs, Owner, ProofError,
        SchoolExport, StoredRecord, StreamExport, TILE_WIDTH, TileId, Tiles, TreeHead,
    },
};

use super::{EvidenceStore, merge::OwnStream, read};
use crate::{
    app::{
        evidence::{ExportFrom, KnownPlace, Places, RecordProof, StreamCheckpoint},
        store::StoreError,
    },
    storage::{Query, Row, StorageError, params},
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
        known: &ExportFrom,
    ) -> Result<StreamExport, StoreError> {
        let (stream, size) = (own.stream, own.frontier.size());
        let known_size = known.stream(stream).tree_size;
        let kept: Vec<u64> = known.kept(stream).filter(|kept| (1..=size).contains(kept)).collect();
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
        for earlier in kept.iter().copied().chain((known_size > 0).then_some(known_size)) {
            needs.consistency(size, earlier).map_err(unprovable)?;
        }
        let tiles = self.tiles(stream, needs).await?;
        let exported = |record: StoredRecord| {
            Ok(ExportedRecord {
                position: record.position,
                proof: tiles.inclusion(size, record.position).map_err(unprovable)?,
                lines: lines.remove(&record.sequence).unwrap_or_default(),
                record: text(record.bytes)?,
            })
        };
        let earlier = |tree_size| {
            let proof = tiles.consistency(size, tree_size).map_err(unprovable)?;
            Ok(EarlierTree { tree_size, proof })
        };
        Ok(StreamExport {
            stream,
            earlier: kept.into_iter().map(earlier).collect::<Result<_, StoreError>>()?,
            checkpoint: self.signed(stream, &own.frontier).checkpoint,
            records: records.into_iter().map(exported).collect::<Result<_, StoreError>>()?,
            consistency: match known_size {
                0 => Vec::new(),
                earlier => tiles.consistency(size, earlier).map_err(unprovable)?,
            },
        })
    }

    /// The signed heads of all streams.
    pub(super) async fn signed_heads(&self) -> Result<Vec<StreamCheckpoint>, StoreError> {
        let rows = self.executor.read(&read::STREAMS, params![]).await?;
        let signed = |row: &Row| Ok(self.signed(row.get("stream")?, &read::frontier_of(row)?));
        Ok(rows.iter().map(signed).collect::<Result<_, StorageError>>()?)
    }

    fn signed(&self, stream: u64, frontier: &Frontier) -> StreamCheckpoint {
        let head = TreeHead {
            size: frontier.size(),
            root: frontier.root(),
        };
        StreamCheckpoint {
            stream,
            checkpoint: self.signer.checkpoint(stream, head),
        }
    }

    /// The proof between two sizes of a stream, neither of them beyond its present one.
    pub(super) async fn consistency_proved(&self, stream: u64, from: u64, to: u64) -> Result<Vec<Digest>, StoreError> {
        let row = self.executor.find(&read::STREAM_HEAD, params![stream]).await?;
        let size = match &row {
            Some(row) => read::frontier_of(row)?.size(),
            None => return Err(StoreError::Missing),
        };
        if from == 0 || from > to || to > size {
            return Err(StoreError::Missing);
        }
        let needs = Needs::default();
        needs.consistency(to, from).map_err(unprovable)?;
        let tiles = self.tiles(stream, needs).await?;
        tiles.consistency(to, from).map_err(unprovable)
    }

    /// A record with its proof against the head of its stream, both as they stood at one moment.
    pub(super) async fn inclusion_proved(&self, owner: Owner, record: RecordId) -> Result<RecordProof, StoreError> {
        let values = params![record, owner.key()];
        let row = self.executor.find(&read::RECORD_OF_OWNER, values).await?;
        let row = row.ok_or(StoreError::Missing)?;
        let (stream, frontier): (u64, _) = (row.get("stream")?, read::frontier_of(&row)?);
        let stored = read::record(&row)?;
        let needs = Needs::default();
        needs.inclusion(frontier.size(), stored.position).map_err(unprovable)?;
        let tiles = self.tiles(stream, needs).await?;
        Ok(RecordProof {
            head: self.signed(stream, &frontier),
            position: stored.position,
            sequence: stored.sequence,
            path: tiles.inclusion(frontier.size(), stored.position).map_err(unprovable)?,
            record: text(stored.bytes)?,
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

fn text(bytes: Vec<u8>) -> Result<String, StoreError> {
    String::from_utf8(bytes).map_err(|_| StoreError::Corrupt("a record of the ledger"))
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
