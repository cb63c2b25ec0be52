//! Persons in the records of a school: the school finds them, and nobody does any more when a year is over for long enough.
//!
//! Promises: a search goes over all years whose keys are there at that moment, whatever is in memory, and is itself on record.
//! The key of a year is destroyed once, on record, however many replicas try, when the year is over for long enough by two clocks:
//! our own and that of the database. From then on no decision of the school is made as
//! of that year, on any replica, whatever its clock: it moves the epoch on. The records and their proofs stay as they are.
//! Deliberately absent: a way to find a person without the school's asking, and a way back.

use sluis_core::{
    id::{PersonId, SchoolId},
    ledger::{Digest, Outcome, Owner, RecordDraft, RecordKind},
    person::PersonKind,
    time::Year,
};

use crate::app::{
    App,
    caller::Caller,
    error::AppError,
    evidence::{Act, PageAbout, PlaceAbout, Places, RecordAbout},
    gatekeeper::{Judged, Standing},
    sealing::Subjects,
    store::{Change, StoreError},
    whom::Whom,
};

/// Clocks that are further apart than this, in milliseconds, are told of.
const APART_MILLIS: u64 = 600_000;

/// How many records are read at once where all are.
const PIECE: u16 = 1_000;

/// Whose records a school looks for.
#[derive(Debug)]
pub struct RecordSearch {
    /// Whom. The roster need not hold them any more.
    pub whom: Whom,
    /// Pupil or staff.
    pub kind: PersonKind,
    /// Where a page goes on that is not the first.
    pub after: Option<NextAbout>,
    /// How many at most.
    pub limit: u16,
}

/// Where a search goes on: behind what was shown, and up to what was there when it began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextAbout {
    /// Up to where the page before went.
    pub after: PlaceAbout,
    /// Where the chains of the school ended when the first page was asked for.
    pub until: Places,
}

/// The records of a school about one person.
#[derive(Debug, Clone)]
pub struct RecordsAbout {
    /// The records.
    pub items: Vec<RecordAbout>,
    /// Where the chains of the school ended when the first page was asked for.
    pub until: Places,
    /// The years that were searched: those whose keys are there.
    pub years: Vec<Year>,
}

impl App {
    /// The records of a school about one person, over all years whose keys are there. Searching is itself on record.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else, [`AppError::Invalid`] when the roster holds nobody with this key and
    /// never did, or knew several persons by it.
    pub async fn record_search(
        &self,
        caller: &Caller,
        school: SchoolId,
        search: RecordSearch,
    ) -> Result<RecordsAbout, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        // It goes by the door of decisions, and so nobody waits for it who acts: it changes nothing, and at the epoch that
        // it is recorded at the key of its year is there.
        self.through_the_gate(school, async |standing| {
            self.found(caller, school, &search, standing).await
        })
        .await
    }

    async fn found(
        &self,
        caller: &Caller,
        school: SchoolId,
        search: &RecordSearch,
        standing: &Standing,
    ) -> Result<Judged<RecordsAbout>, AppError> {
        let (roster, key) = (&*standing.roster, &*standing.key);
        let ids = self
            .ids_in_records(school, &search.whom, search.kind, roster, key)
            .await?;
        let unknown = || AppError::Invalid(vec![search.whom.unknown()]);
        let person = ids.first().copied().ok_or_else(unknown)?;
        let owner = Owner::School(school);
        let (after, until) = match &search.after {
            Some(next) => (Some(next.after), next.until.clone()),
            None => (None, self.evidence.ends(owner).await?),
        };
        let (subjects, years) = self.subjects_of(school, &ids).await?;
        let page = PageAbout {
            after,
            until,
            limit: search.limit,
        };
        let items = self.evidence.records_about(owner, &subjects, &page).await?;
        let at = ("school", school);
        let mut draft = self.look_draft(caller, RecordKind::Act, "record.search", at, standing);
        draft.subject = Some(standing.subject(person));
        Ok(Judged {
            draft,
            lines: None,
            answer: RecordsAbout {
                items,
                until: page.until,
                years,
            },
        })
    }

    /// Tells of every record of a school about the person who has, or had, these ids, in the order of time; and over which years
    /// it went: those whose keys are there.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(in crate::app) async fn each_record_about(
        &self,
        school: SchoolId,
        ids: &[PersonId],
        mut tell: impl FnMut(&RecordAbout),
    ) -> Result<Vec<Year>, AppError> {
        let owner = Owner::School(school);
        let (subjects, years) = self.subjects_of(school, ids).await?;
        let mut page = PageAbout {
            after: None,
            until: self.evidence.ends(owner).await?,
            limit: PIECE,
        };
        loop {
            let found = self.evidence.records_about(owner, &subjects, &page).await?;
            found.iter().for_each(&mut tell);
            page.after = found.last().map(RecordAbout::place);
            if found.len() < usize::from(PIECE) {
                return Ok(years);
            }
        }
    }

    /// The keyed hashes under which the records of all years know who has these ids, and those years.
    async fn subjects_of(&self, school: SchoolId, ids: &[PersonId]) -> Result<(Vec<Digest>, Vec<Year>), AppError> {
        let of_years = self.sealing.subjects_of_all_years(school).await?;
        let subjects = of_years
            .iter()
            .flat_map(|subjects| ids.iter().map(|person| subjects.of(*person)));
        Ok((subjects.collect(), of_years.iter().map(Subjects::year).collect()))
    }

    /// Destroys the keys of subjects of the years that have been kept long enough, by our clock and by that of the database.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn subject_keys_tidy(&self) -> Result<(), AppError> {
        let kept: u16 = self.settings.subject_retention_years.get().into();
        let (ours, of_database) = (self.now(), self.store.now().await?);
        if ours.as_millis().abs_diff(of_database.as_millis()) > APART_MILLIS {
            tracing::warn!(%ours, %of_database, "the clocks of this machine and of the database are far apart");
        }
        // INVARIANT: what is destroyed does not come back, and one replica with a wrong clock would destroy it for all schools.
        let last = Year::of(ours.min(of_database)).before(kept.saturating_add(1));
        loop {
            let mut over = false;
            for (school, year) in self.sealing.subjects_until(last).await? {
                over |= self.subject_key_destroy(school, year).await?;
            }
            if !over {
                break;
            }
        }
        // Nobody finds them in records any more, and so nobody needs to know what they were known by.
        while self.store.persons_before_forget(last).await? {}
        Ok(())
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
            ..Act::default()
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
