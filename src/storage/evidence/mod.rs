//! Evidence in the database: the log behind a lock and a fence, group commit, reading and proving.
//!
//! What differs between the engines is in `sqlite/evidence.rs` and `postgres/evidence.rs`: the lock, the fence and the
//! bulk insert. What is appended is decided in `append`, which knows no database.

mod about;
pub(in crate::storage) mod append;
pub(in crate::storage) mod log;
mod merge;
mod prove;
mod reached;
pub(in crate::storage) mod read;
mod writer;

use std::sync::Arc;

use async_trait::async_trait;
use sluis_core::{
    id::{ProductId, RecordId},
    ledger::{
        Digest, Finding, Found, NoteSigner, Owner, Record, Report, SchoolExport, StoredRecord, StreamCheck, VerifierKey,
    },
    random::Random,
    time::Timestamp,
};

pub use self::{
    log::{Log, WrittenAct},
    writer::{EvidenceTask, EvidenceWriter},
};
use crate::{
    app::{
        evidence::{
            Act, Committed, Entry, Evidence, ExportFrom, LoggedRecord, PageAbout, Places, RecordAbout, RecordProof,
            Recorded, StreamCheckpoint,
        },
        store::StoreError,
    },
    storage::{
        Database, Executor, Query, Row, Statement, StorageError, params,
        repository::{EPOCH, EPOCH_IS, Repository},
    },
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[
    &EPOCH,
    &EPOCH_IS,
    &log::EPOCH_BUMP,
    &log::PROBE,
    &read::STREAM_HEAD,
    &read::STREAMS,
    &read::STREAMS_BEYOND,
    &read::STREAMS_OF_OWNER,
    &read::CHAIN_HEAD,
    &read::CHAIN_HEADS,
    &read::RECORDS_OF_OWNER,
    &read::RECORD_OF_OWNER,
    &read::LINES_OF_OWNER,
    &read::RECORDS_OF_STREAM,
    &read::LINES_OF_STREAM,
    &read::LEAVES,
    &read::NODES,
    &read::ALL_NODES,
    &about::RECORDS_ABOUT,
    &about::LINES_ABOUT,
    &reached::MOMENT,
];

/// At most so many records in one list.
const LIST_LENGTH: u16 = 1_000;
/// At most so many records in one export, since each may have a long list.
const EXPORT_LENGTH: u16 = 250;
/// So many records are checked at a time.
const CHECK_LENGTH: u64 = 1_000;

/// Evidence in a database.
pub struct EvidenceStore {
    repository: Repository,
    executor: Arc<dyn Executor>,
    log: Arc<dyn Log>,
    writer: EvidenceWriter,
    signer: NoteSigner,
}

impl EvidenceStore {
    /// Starts recording in this database. The task is stopped by the one who ends the service.
    pub fn start(
        database: &Database,
        repository: Repository,
        signer: NoteSigner,
        random: &dyn Random,
    ) -> (Self, EvidenceTask) {
        let log = database.log(random);
        let (writer, task) = EvidenceWriter::start(Arc::clone(&log));
        let store = Self {
            repository,
            executor: database.executor(),
            log,
            writer,
            signer,
        };
        (store, task)
    }

    /// Whether decisions can be recorded: recording was not stopped, and at this moment the log takes a write.
    pub async fn is_writable(&self, now: Timestamp) -> bool {
        if !self.writer.is_open() {
            return false;
        }
        let written = self.log.act(WrittenAct::probe(now)).await;
        if let Err(error) = &written {
            tracing::error!(error = error as &dyn std::error::Error, "evidence cannot be written");
        }
        written.is_ok()
    }

    async fn verify_stream(&self, stream: u64) -> Result<Report, StoreError> {
        let query = |statement| Query {
            statement,
            params: params![stream],
        };
        let queries = [&read::STREAM_HEAD, &read::CHAIN_HEADS, &read::ALL_NODES].map(query);
        let [head, chains, nodes] = self.rows(queries).await?;
        let head = read::frontier(&head)?;
        let chains = chains.iter().map(read::chain_head).collect::<Result<Vec<_>, _>>()?;
        let nodes = nodes.iter().map(read::node).collect::<Result<Vec<_>, _>>()?;
        let mut check = StreamCheck::default();
        let mut from = 0;
        while from < head.size() {
            let until = from.saturating_add(CHECK_LENGTH).min(head.size());
            let queries = [&read::RECORDS_OF_STREAM, &read::LINES_OF_STREAM].map(|statement| Query {
                statement,
                params: params![stream, from, until],
            });
            let [records, lines] = self.rows(queries).await?;
            let mut lines = read::lines(&lines)?;
            for row in &records {
                let mut stored = read::record(row)?;
                stored.lines = lines.remove(&stored.position).unwrap_or_default();
                check.record(&stored);
            }
            from = until;
        }
        Ok(check.finish(stream, &head, nodes, chains))
    }

    async fn rows<const N: usize>(&self, queries: [Query; N]) -> Result<[Vec<Row>; N], StorageError> {
        let answers = self.executor.read_together(queries.into()).await?;
        answers
            .try_into()
            .map_err(|_| read::unreadable("an answer for each question"))
    }
}

#[async_trait]
impl Evidence for EvidenceStore {
    async fn decision(&self, entry: Entry) -> Result<Recorded, StoreError> {
        Ok(self.writer.record(entry).await?)
    }

    async fn act(&self, act: Act) -> Result<Vec<Committed>, StoreError> {
        let moment = act.moment();
        let writes = self.repository.write_set(act.changes).await?;
        let act = WrittenAct {
            lines: act.lines,
            ..WrittenAct::new(writes, act.policy_of, moment, act.drafts)
        };
        Ok(self.log.act(act).await?)
    }

    async fn records(&self, owner: Owner, after: &Places, limit: u16) -> Result<Vec<LoggedRecord>, StoreError> {
        let streams = self.streams_of(owner).await?;
        let merged = self.merged(owner, &streams, after, limit.min(LIST_LENGTH)).await?;
        let logged = merged.into_iter().map(|placed| {
            let StoredRecord {
                position, leaf, bytes, ..
            } = placed.record;
            let record = Record::parse(&bytes).map_err(|_| StoreError::Corrupt("a record of the ledger"))?;
            Ok(LoggedRecord {
                stream: placed.stream,
                position,
                leaf,
                record,
            })
        });
        logged.collect()
    }

    async fn ends(&self, owner: Owner) -> Result<Places, StoreError> {
        let streams = self.streams_of(owner).await?;
        let ends = streams.iter().map(|own| (own.stream, own.link.sequence));
        Ok(ends.collect())
    }

    async fn records_about(
        &self,
        owner: Owner,
        subjects: &[Digest],
        page: &PageAbout,
    ) -> Result<Vec<RecordAbout>, StoreError> {
        self.about(owner, subjects, page).await
    }

    async fn persons_reached(
        &self,
        owner: Owner,
        product: ProductId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<u64, StoreError> {
        self.reached(owner, product, from, until).await
    }

    async fn export(&self, owner: Owner, known: &ExportFrom, limit: u16) -> Result<SchoolExport, StoreError> {
        self.export_proved(owner, known, limit.clamp(1, EXPORT_LENGTH)).await
    }

    async fn checkpoints(&self) -> Result<Vec<StreamCheckpoint>, StoreError> {
        self.signed_heads().await
    }

    async fn consistency(&self, stream: u64, from: u64, to: u64) -> Result<Vec<Digest>, StoreError> {
        self.consistency_proved(stream, from, to).await
    }

    async fn proof(&self, owner: Owner, record: RecordId) -> Result<RecordProof, StoreError> {
        self.inclusion_proved(owner, record).await
    }

    async fn verify(&self) -> Result<Report, StoreError> {
        let mut whole = Report::default();
        let mut expected = 1;
        for row in self.executor.read(&read::STREAMS, params![]).await? {
            let stream = row.get("stream")?;
            // Streams are numbered without gaps.
            whole.findings.extend((expected..stream).map(|missing| Found {
                stream: Some(missing),
                finding: Finding::StreamMissing,
            }));
            expected = stream.saturating_add(1);
            let report = self.verify_stream(stream).await?;
            whole.records += report.records;
            whole.findings.extend(report.findings);
        }
        // Records of a stream whose row is gone.
        for row in self.executor.read(&read::STREAMS_BEYOND, params![expected]).await? {
            whole.findings.push(Found {
                stream: Some(row.get("stream")?),
                finding: Finding::StreamMissing,
            });
        }
        Ok(whole)
    }

    async fn tend(&self) {
        self.log.tend().await;
    }

    fn verifier_key(&self) -> &VerifierKey {
        self.signer.verifier_key()
    }
}
