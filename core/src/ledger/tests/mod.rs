//! A small log in memory, and the tests against it.

mod export;
mod kept;
mod note;
mod record;
mod stream;
mod tree;

use std::collections::BTreeMap;

use super::*;
use crate::{
    id::SchoolId,
    random::{Random, SeededRandom},
    time::Timestamp,
};

const SEED: [u8; 32] = [7; 32];
const ORIGIN: &str = "sluis.example/log/1";

fn signer() -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &SEED).unwrap()
}

fn school(seed: u64) -> Owner {
    Owner::School(SchoolId::generate(Timestamp::from_millis(0), &SeededRandom::new(seed)))
}

fn draft(owner: Owner, random: &dyn Random) -> RecordDraft {
    let now = Timestamp::from_millis(1_790_000_000_000);
    let mut draft = RecordDraft::new(
        RecordKind::Decision,
        Outcome::Permit,
        owner,
        "learner_search",
        "rest",
        now,
        random,
    );
    draft.purpose = Some("D3".into());
    draft
}

fn line(seed: u8) -> PageLine {
    PageLine {
        categories: vec!["CD1".into(), "CD4".into()],
        outcome: Outcome::Permit,
        subject: Digest::from_bytes([seed; 32]),
    }
}

/// A stream of a log in memory: the plainest writer that there can be.
#[derive(Default, Clone)]
struct Log {
    stream: u64,
    records: Vec<StoredRecord>,
    frontier: Frontier,
    nodes: Vec<Node>,
    heads: BTreeMap<[u8; 16], Link>,
}

impl Log {
    fn append(&mut self, mut draft: RecordDraft, lines: Vec<PageLine>) {
        if !lines.is_empty() {
            draft.page = Some(Commitment::to(&lines));
        }
        let head = self.heads.entry(draft.owner.key()).or_insert(Link::START);
        let sequence = head.sequence + 1;
        let sealed = draft.sealed(sequence, head.hash);
        *head = Link {
            sequence,
            hash: sealed.leaf,
        };
        let position = self.frontier.size();
        self.nodes.extend(self.frontier.push(sealed.leaf));
        self.records.push(StoredRecord {
            position,
            owner: draft.owner.key(),
            sequence,
            bytes: sealed.bytes,
            leaf: sealed.leaf,
            subject: draft.subject,
            lines,
        });
    }

    /// Two schools take turns; every third record is a page.
    fn of(records: u64) -> Self {
        Self::numbered(1, records)
    }

    /// The same in another stream.
    fn numbered(stream: u64, records: u64) -> Self {
        let random = SeededRandom::new(3 + stream);
        let mut log = Self {
            stream,
            ..Self::default()
        };
        for number in 0..records {
            let lines = if number % 3 == 0 {
                vec![line(1), line(2)]
            } else {
                Vec::new()
            };
            log.append(draft(school(number % 2), &random), lines);
        }
        log
    }

    fn tiles(&self, needs: Needs) -> Tiles {
        let mut tiles = Tiles::default();
        for tile in needs.into_tiles() {
            let inside = |index: u64| (tile.first()..tile.first() + TILE_WIDTH).contains(&index);
            let hashes = match tile.level {
                0 => self
                    .records
                    .iter()
                    .filter(|r| inside(r.position))
                    .map(|r| r.leaf)
                    .collect(),
                level => {
                    let here = self
                        .nodes
                        .iter()
                        .filter(|node| node.level == level && inside(node.index));
                    here.map(|node| node.hash).collect()
                }
            };
            tiles.insert(tile, hashes);
        }
        tiles
    }

    fn tree_head(&self) -> TreeHead {
        TreeHead {
            size: self.frontier.size(),
            root: self.frontier.root(),
        }
    }

    /// Everything of one owner after what is known, when this is the only stream.
    fn export(&self, owner: Owner, known: Option<&Known>) -> SchoolExport {
        export(&[self], owner, known)
    }

    fn part(&self, owner: Owner, known: Option<&KnownStream>) -> StreamExport {
        let size = self.frontier.size();
        let after = known.map_or(0, |known| known.link.sequence);
        let mine: Vec<_> = self
            .records
            .iter()
            .filter(|r| r.owner == owner.key() && r.sequence > after)
            .collect();
        let needs = Needs::default();
        mine.iter()
            .for_each(|record| needs.inclusion(size, record.position).unwrap());
        known
            .iter()
            .for_each(|known| needs.consistency(size, known.tree.size).unwrap());
        let tiles = self.tiles(needs);
        let records = mine.into_iter().map(|record| ExportedRecord {
            position: record.position,
            record: String::from_utf8(record.bytes.clone()).unwrap(),
            proof: tiles.inclusion(size, record.position).unwrap(),
            lines: record.lines.clone(),
        });
        StreamExport {
            stream: self.stream,
            checkpoint: signer().checkpoint(self.stream, self.tree_head()),
            consistency: known.map_or(Vec::new(), |known| tiles.consistency(size, known.tree.size).unwrap()),
            earlier: Vec::new(),
            records: records.collect(),
        }
    }

    /// The proof that a tree of this size is the beginning of this one.
    fn earlier(&self, tree_size: u64) -> EarlierTree {
        let (size, needs) = (self.frontier.size(), Needs::default());
        needs.consistency(size, tree_size).unwrap();
        let proof = self.tiles(needs).consistency(size, tree_size).unwrap();
        EarlierTree { tree_size, proof }
    }

    fn chain_head(&self, owner: Owner) -> ChainHead {
        ChainHead {
            stream: self.stream,
            link: self.heads[&owner.key()],
            tree_size: self.frontier.size(),
        }
    }
}

/// Everything of one owner in these streams after what is known.
fn export(streams: &[&Log], owner: Owner, known: Option<&Known>) -> SchoolExport {
    let heads: Vec<_> = streams.iter().map(|log| log.chain_head(owner)).collect();
    let known = |log: &Log| known.and_then(|known| known.get(&log.stream));
    SchoolExport {
        format: EXPORT_FORMAT.to_owned(),
        owner,
        chain_heads: signer().chain_heads(owner, &heads),
        streams: streams.iter().map(|log| log.part(owner, known(log))).collect(),
    }
}

/// What was found, all of it in stream 1.
fn in_stream_1(report: &Report) -> Vec<Finding> {
    let found = report.findings.iter().map(|found| {
        assert_eq!(found.stream, Some(1), "{found}");
        found.finding.clone()
    });
    found.collect()
}
