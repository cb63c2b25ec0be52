//! Persons in the records of a school: the school finds them, and nobody does any more when a year is over for long enough.
//!
//! Promises: a search goes over all years whose keys are there at that moment, whatever is in memory, and is itself on record.
//! The key of a year is destroyed once, on record, however many replicas try. From then on no decision of the school is made as
//! of that year, on any replica, whatever its clock: it moves the epoch on. The records and their proofs stay as they are.
//! Deliberately absent: a way to find a person without the school's asking, and a way back.

use sluis_core::{
    id::SchoolId,
    ledger::{Digest, Outcome, Owner, RecordDraft, RecordKind},
    person::PersonKind,
    time::Year,
};

use crate::app::{
    App,
    act::ActOf,
    caller::Caller,
    error::AppError,
    evidence::{Act, PlaceAbout, RecordAbout},
    sealing::{KeyScope, Subjects},
    store::{Change, StoreError},
    whom::Whom,
};

/// Whose records a school looks for.
#[derive(Debug)]
pub struct RecordSearch {
    /// Whom. The roster need not hold who is named by an ECK iD.
    pub whom: Whom,
    /// Pupil or staff.
    pub kind: PersonKind,
    /// Up to where the page before went.
    pub after: Option<PlaceAbout>,
    /// How many at most.
    pub limit: u16,
}

/// The records of a school about one person.
#[derive(Debug, Clone)]
pub struct RecordsAbout {
    /// The records.
    pub items: Vec<RecordAbout>,
    /// The years that were searched: those whose keys are there.
    pub years: Vec<Year>,
}

impl App {
    /// The records of a school about one person, over all years whose keys are there. Searching is itself on record.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else, [`AppError::Invalid`] when the roster holds nobody with this key.
    pub async fn record_search(
        &self,
        caller: &Caller,
        school: SchoolId,
        search: RecordSearch,
    ) -> Result<RecordsAbout, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let key = self.sealing.key(KeyScope::School(school)).await?;
        let roster = self.open_roster(school).await?;
        let ids = search.whom.ids(search.kind, &roster, &*key);
        let unknown = || AppError::Invalid(vec![search.whom.unknown()]);
        let person = ids.first().copied().ok_or_else(unknown)?;
        let owner = Owner::School(school);
        let of_years = self.sealing.subjects_of_all_years(school).await?;
        let subjects: Vec<Digest> = of_years
            .iter()
            .flat_map(|subjects| ids.iter().map(|person| subjects.of(*person)))
            .collect();
        let about = self
            .evidence
            .records_about(owner, &subjects, search.after, search.limit);
        let items = about.await?;
        let mut act = ActOf::of(caller);
        self.note(&mut act, owner, "record.search", "school", school);
        self.about(&mut act, person).await?;
        self.carry_out(act, Vec::new()).await?;
        Ok(RecordsAbout {
            items,
            years: of_years.iter().map(Subjects::year).collect(),
        })
    }

    /// Destroys the keys of subjects of the years that have been kept long enough.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn subject_keys_tidy(&self) -> Result<(), AppError> {
        let kept: u16 = self.settings.subject_retention_years.get().into();
        let last = Year::of(self.now()).before(kept.saturating_add(1));
        loop {
            let mut over = false;
            for (school, year) in self.sealing.subjects_until(last).await? {
                over |= self.subject_key_destroy(school, year).await?;
            }
            if !over {
                return Ok(());
            }
        }
    }

    /// False when another replica was first.
    async fn subject_key_destroy(&self, school: SchoolId, year: Year) -> Result<bool, AppError> {
        let (kind, owner, name) = (RecordKind::Act, Owner::School(school), "subject_key.destroy");
        let mut draft = RecordDraft::new(kind, Outcome::Done, owner, name, "service", self.now(), &*self.random);
        draft.subject_year = Some(year.number());
        let act = Act {
            changes: vec![Change::SubjectKeyDestroyed(school, year, draft.end_time)],
            // INVARIANT: who decides after this does so as of a moment that is not before it, whatever their clock says, and
            // so never by the key of a year that is over.
            policy_of: vec![school],
            drafts: vec![draft],
        };
        let done = match self.evidence.act(act).await {
            Ok(_) => true,
            Err(StoreError::Conflict) => false,
            Err(error) => return Err(error.into()),
        };
        self.sealing.forget_subjects(school, year).await;
        Ok(done)
    }
}
