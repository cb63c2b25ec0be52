//! Looking into the records: pages of them, and the export that a school can check without us.

use sluis_core::{
    id::SchoolId,
    ledger::{Hex, Outcome, Owner, RecordDraft, RecordKind, Report, SchoolExport},
};

use crate::app::{
    App,
    caller::Caller,
    error::AppError,
    evidence::{Act, ExportFrom, LoggedRecord, Places},
    store::StoreError,
};

impl App {
    /// The records of a school after these places, over all streams. Looking is itself on record.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school.
    pub async fn record_list(
        &self,
        caller: &Caller,
        school: SchoolId,
        after: &Places,
        limit: u16,
    ) -> Result<Vec<LoggedRecord>, AppError> {
        let school = self.controlled_school(caller, school).await?;
        let records = self.evidence.records(Owner::School(school.id), after, limit).await?;
        self.looked(caller, school.id, "record.list").await?;
        Ok(records)
    }

    /// The records of a school with proofs against the signed checkpoints of all streams.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school, or when what is known already is not of this log.
    pub async fn record_export(
        &self,
        caller: &Caller,
        school: SchoolId,
        known: &ExportFrom,
        limit: u16,
    ) -> Result<SchoolExport, AppError> {
        let school = self.controlled_school(caller, school).await?;
        self.looked(caller, school.id, "record.export").await?;
        let export = self.evidence.export(Owner::School(school.id), known, limit).await;
        export.map_err(|error| match error {
            StoreError::Missing => AppError::NotFound("record"),
            other => other.into(),
        })
    }

    /// The public key that exports are checked with, in the form of a C2SP signed note.
    pub fn verifier_key(&self) -> String {
        self.evidence.verifier_key().to_string()
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

    async fn looked(&self, caller: &Caller, school: SchoolId, name: &'static str) -> Result<(), AppError> {
        let owner = Owner::School(school);
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
