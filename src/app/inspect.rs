//! Looking into the records: pages of them, and the exports and proofs that a school or board can check without us.

use async_trait::async_trait;
use sluis_core::{
    id::{RecordId, SchoolId},
    ledger::{Digest, Hex, Outcome, Owner, RecordDraft, RecordKind, Report, SchoolExport},
};

use crate::app::{
    App,
    act::ActOf,
    caller::{Caller, Role},
    error::AppError,
    evidence::{Act, CHECKPOINT, ExportFrom, LoggedRecord, Places, PublicLog, RecordProof, StreamCheckpoint},
    store::StoreError,
};

impl App {
    /// The records of a school or board after these places, over all streams. Looking is itself on record.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school or board.
    pub async fn record_list(
        &self,
        caller: &Caller,
        owner: Owner,
        after: &Places,
        limit: u16,
    ) -> Result<Vec<LoggedRecord>, AppError> {
        self.own_log(caller, owner).await?;
        let records = self.evidence.records(owner, after, limit).await?;
        self.looked(caller, owner, "record.list").await?;
        Ok(records)
    }

    /// The records of a school or board with proofs against the signed checkpoints of all streams.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school or board, or when what is known already is not of this log.
    pub async fn record_export(
        &self,
        caller: &Caller,
        owner: Owner,
        known: &ExportFrom,
        limit: u16,
    ) -> Result<SchoolExport, AppError> {
        self.own_log(caller, owner).await?;
        self.looked(caller, owner, "record.export").await?;
        let export = self.evidence.export(owner, known, limit).await;
        export.map_err(|error| missing(error, "record"))
    }

    /// A record of a school with the proof that it is in the tree of its stream as it is now. Looking is itself on record, with
    /// the id of the record.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school, or when it has no such record.
    pub async fn record_proof(
        &self,
        caller: &Caller,
        school: SchoolId,
        record: RecordId,
    ) -> Result<RecordProof, AppError> {
        let owner = Owner::School(school);
        self.own_log(caller, owner).await?;
        let proof = self.evidence.proof(owner, record).await;
        let proof = proof.map_err(|error| missing(error, "record"))?;
        let mut act = ActOf::of(caller);
        self.note(&mut act, owner, "record.prove", "record", record);
        self.carry_out(act, Vec::new()).await?;
        Ok(proof)
    }

    /// Recomputes the whole ledger.
    ///
    /// # Errors
    /// When it cannot be read. What is wrong with it is in the report.
    pub async fn ledger_verify(&self) -> Result<Report, AppError> {
        Ok(self.evidence.verify().await?)
    }

    /// Looks after what recording needs to go on: room on the disk, or the lease of its stream.
    pub async fn evidence_tend(&self) {
        self.evidence.tend().await;
    }

    /// Whether a log is the caller's to look into: a board's own, and those of the schools that the caller decides for.
    async fn own_log(&self, caller: &Caller, owner: Owner) -> Result<(), AppError> {
        match (owner, caller.role) {
            (Owner::School(school), _) => self.controlled_school(caller, school).await.map(drop),
            (Owner::Board(board), Role::Board(own)) if own == board => Ok(()),
            (Owner::Board(_), _) => Err(AppError::NotFound("board")),
            (Owner::Operator, _) => Err(AppError::NotYours),
        }
    }

    async fn looked(&self, caller: &Caller, owner: Owner, name: &'static str) -> Result<(), AppError> {
        let mut draft = RecordDraft::new(
            RecordKind::Act,
            Outcome::Done,
            owner,
            name,
            "api",
            self.now(),
            &*self.random,
        );
        draft.asker = Some(caller.client);
        draft.trace_id = Hex::from_bytes(*caller.trace.as_bytes());
        self.evidence
            .act(Act {
                drafts: vec![draft],
                ..Act::default()
            })
            .await?;
        Ok(())
    }
}

#[async_trait]
impl PublicLog for App {
    fn verifier_key(&self) -> String {
        self.evidence.verifier_key().to_string()
    }

    async fn checkpoints(&self) -> Result<Vec<StreamCheckpoint>, AppError> {
        Ok(self.evidence.checkpoints().await?)
    }

    async fn consistency(&self, stream: u64, from: u64, to: u64) -> Result<Vec<Digest>, AppError> {
        let proof = self.evidence.consistency(stream, from, to).await;
        proof.map_err(|error| missing(error, CHECKPOINT))
    }
}

/// What is not there, by the word for it.
fn missing(error: StoreError, what: &'static str) -> AppError {
    match error {
        StoreError::Missing => AppError::NotFound(what),
        other => other.into(),
    }
}
