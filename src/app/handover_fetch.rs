//! The door of the next school: it fetches the dossier of a pupil, and says that it has it.
//!
//! Promises: a program of a school gets by it what the other school has released to the BRIN with branch, or the OIN, under which
//! the asking school is known here, and nothing else; who is unknown and who is not permitted look alike; it is on record in the
//! logs of both schools before it is answered.

use sluis_core::{
    catalogue::{Attribute, AttributeSet, Purpose},
    gate::{Asker, Assurance, Audience, Channel, Decision, Direction, Request, Withheld},
    handover::{RefusedBy, State},
    id::{HandoverId, RecordId, SchoolId},
    ledger::{Code, Outcome, Owner, RecordKind, Resource},
    person::{NextSchool, PersonKind},
    personal::Personal,
    time::Timestamp,
};

use crate::app::{
    App,
    act::ActOf,
    caller::{Caller, Role},
    error::{AppError, Refusal},
    gatekeeper::{Judged, Standing, Wanted, attribute_code, bound},
    handover::Handover,
    handovers::moved,
    learner::{About, NOBODY, Released, values},
    organisation::{SLUIS, School},
    roster::{eck_hash, person_id},
    sealing::KeyScope,
    store::Change,
};

/// What the next school gets.
pub struct Fetched {
    /// The handover by which it goes.
    pub handover: HandoverId,
    /// What is released and there is a value for.
    pub attributes: Released,
    /// What was wanted and is not released, with the reason.
    pub withheld: Vec<Withheld>,
    /// The record in the log of the school that releases.
    pub record: RecordId,
}

/// What the door found, before the asking school has it on record.
struct Passed {
    fetched: Result<Fetched, AppError>,
    /// What the asking school may know of the decision.
    seen: Decision,
    /// The handover, when it is fetched for the first time.
    first: Option<Handover>,
    eck_id: Option<Personal<String>>,
    at: Timestamp,
}

impl App {
    /// The next school fetches a dossier.
    ///
    /// # Errors
    /// [`AppError::Refused`] with `person_not_available` for whom the school does not know and for whom it released nothing,
    /// [`AppError::Binding`] when the token is for another school or purpose, [`AppError::NotFound`] for the school.
    pub async fn handover_fetch(
        &self,
        caller: &Caller,
        school: SchoolId,
        handover: HandoverId,
        attributes: Option<AttributeSet>,
    ) -> Result<Fetched, AppError> {
        let own = self.asking_school(caller).await?;
        bound(caller, school, Wanted::all_for(Purpose::EXCHANGE_WITH_OTHERS))?;
        let passed = self
            .through_the_gate(school, async |standing| {
                self.judge_fetch(caller, standing, &own, handover, attributes)
            })
            .await?;
        self.note_fetch(caller, &own, handover, &passed).await?;
        passed.fetched
    }

    /// The next school says that it has the dossier, or does not need it: it cannot be fetched any more.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a handover that was not released to this school, [`AppError::Conflict`] when it was not fetched
    /// or is over.
    pub async fn handover_receive(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: HandoverId,
        received: bool,
    ) -> Result<(State, Timestamp), AppError> {
        let own = self.asking_school(caller).await?;
        bound(caller, school, Wanted::all_for(Purpose::EXCHANGE_WITH_OTHERS))?;
        self.store.school(school).await?.ok_or(AppError::NotFound("school"))?;
        let roster = self.open_roster(school).await?;
        let mut all = roster.handovers.into_iter().map(|handover| handover.kept);
        let names = names_of(&own);
        let found = all.find(|handover| handover.id == id && names.contains(&handover.to));
        // What is not released is not told of.
        let found = found.filter(|handover| handover.course.released_at.is_some());
        let mut handover = found.ok_or(AppError::NotFound("handover"))?;
        let now = self.now();
        let course = handover.course;
        let course = match received {
            true => course.receive(now),
            false => course.refuse(now, RefusedBy::NextSchool),
        };
        handover.course = course.map_err(moved)?;
        let state = handover.course.state(now);
        let mut act = ActOf::of(caller);
        act.changes_policy_of([school]);
        for owner in [school, own.id] {
            self.note(&mut act, Owner::School(owner), "handover.receive", "handover", id);
            if owner == school {
                self.about(&mut act, handover.person).await?;
            }
        }
        self.carry_out(act, vec![Change::HandoverMoved(Box::new(handover))])
            .await?;
        Ok((state, now))
    }

    /// The school that a caller asks as: a school's own program asks for its school, and nobody else asks.
    async fn asking_school(&self, caller: &Caller) -> Result<School, AppError> {
        let Role::School(own) = caller.role else {
            return Err(AppError::NotYours);
        };
        self.store.school(own).await?.ok_or(AppError::NotFound("school"))
    }

    fn judge_fetch(
        &self,
        caller: &Caller,
        standing: &Standing,
        own: &School,
        id: HandoverId,
        attributes: Option<AttributeSet>,
    ) -> Result<Judged<Passed>, AppError> {
        let roster = &standing.roster;
        let names = names_of(own);
        let mut to_us = roster.handovers.iter().map(|handover| &handover.kept);
        let handover = to_us.find(|handover| handover.id == id && names.contains(&handover.to));
        let person = handover.and_then(|handover| roster.with_id(handover.person));
        // A school may be known by two names. INVARIANT: it asks under the one that the dossier was released to.
        let name = handover.map_or(NextSchool::Brin(own.brin), |handover| handover.to);
        let request = Request {
            asker: Asker::NextSchool(name),
            product: SLUIS,
            school: standing.policy.school(),
            purpose: Some(Purpose::EXCHANGE_WITH_OTHERS),
            receiver: None,
            channel: Channel::Api,
            direction: Direction::Release,
            person_kind: PersonKind::Pupil,
            attributes: attributes.unwrap_or_else(|| Attribute::ALL.into_iter().collect()),
            required: AttributeSet::EMPTY,
            assurance: Assurance::default(),
            at: standing.at(),
        };
        let about = person.map_or(About::Nobody, About::Enrolled);
        let decision = self.decide(&request, standing, about.facts());
        let mut draft = self.decision_draft(
            RecordKind::Decision,
            caller,
            request.school,
            standing.at(),
            "handover.fetch",
            Some(&request),
            &decision,
        );
        // INVARIANT: it is made for nobody too, so that who is unknown costs as much as who is not available.
        let subject = standing.subject(person.map_or(NOBODY, |person| person.id));
        draft.subject = person.map(|_| subject);
        // A school is no supplier: what it asks as is not told as more than that about one who is not available.
        let seen = decision.seen_by(Audience::Supplier);
        draft.resource = handover.map(|handover| Resource {
            id: *handover.id.as_uuid(),
            kind: Code::from_static("handover"),
        });
        let record = draft.id;
        let fetched = if decision.is_permit() {
            Ok(Fetched {
                handover: id,
                attributes: values(standing, about, decision.released()),
                withheld: seen.withheld().to_vec(),
                record,
            })
        } else {
            Err(AppError::Refused(Box::new(Refusal {
                reasons: seen.reasons().to_vec(),
                record,
            })))
        };
        let first = handover.filter(|handover| decision.is_permit() && handover.course.fetched_at.is_none());
        Ok(Judged {
            draft,
            lines: None,
            answer: Passed {
                fetched,
                seen,
                first: first.cloned(),
                eck_id: person
                    .and_then(|person| person.kept.eck_id())
                    .map(|eck_id| Personal::new(eck_id.to_owned())),
                at: standing.at(),
            },
        })
    }

    /// What was fetched, or refused, in the log of the school that asked. INVARIANT: it has no more than that school was told.
    async fn note_fetch(&self, caller: &Caller, own: &School, id: HandoverId, passed: &Passed) -> Result<(), AppError> {
        // What is released again is decided again: no answer of it is kept under a key.
        let asking = Caller {
            once: None,
            ..caller.clone()
        };
        let mut act = ActOf::of(&asking);
        let mut changes = Vec::new();
        if let Some(handover) = &passed.first {
            let course = handover.course.fetch(passed.at).map_err(moved)?;
            let fetched = Handover {
                course,
                ..handover.clone()
            };
            changes.push(Change::HandoverMoved(Box::new(fetched)));
            act.changes_policy_of([handover.school]);
        }
        self.note(&mut act, Owner::School(own.id), "handover.fetch", "handover", id);
        // Within the sector the pupil is the same by the ECK iD.
        if let (Some(eck_id), Ok(_)) = (&passed.eck_id, &passed.fetched) {
            let key = self.sealing.key(KeyScope::School(own.id)).await?;
            let roster = self.open_roster(own.id).await?;
            let known = roster.with_eck_hash(PersonKind::Pupil, eck_hash(eck_id.expose(), &*key));
            let derived = || person_id(PersonKind::Pupil, eck_id.expose(), &*key);
            let person = known.map_or_else(derived, |person| person.id);
            self.about(&mut act, person).await?;
        }
        if let Some(draft) = act.last() {
            draft.purpose = Some(Code::from_static(Purpose::EXCHANGE_WITH_OTHERS.code()));
            draft.released = passed.seen.released().iter().map(attribute_code).collect();
            let reasons = passed.seen.reasons().iter();
            draft.reasons = reasons.map(|reason| Code::from_static(reason.code.as_str())).collect();
            if passed.fetched.is_err() {
                draft.outcome = Outcome::Failed;
            }
        }
        self.carry_out(act, changes).await
    }
}

/// The names under which a school is known to others.
fn names_of(school: &School) -> Vec<NextSchool> {
    let brin = NextSchool::Brin(school.brin);
    std::iter::once(brin).chain(school.oin.map(NextSchool::Oin)).collect()
}
