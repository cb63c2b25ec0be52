//! What the school that a pupil leaves does about a handover: put it on record, show it, release it, refuse it.

use std::collections::BTreeSet;

use sluis_connector_port::roster::Day;
use sluis_core::{
    handover::{Basis, Course, Dossier, DossierError, MoveError, Part, Parts, RefusedBy, Shown, VALID_DAYS},
    id::{HandoverId, PersonId, SchoolId},
    ledger::{Digest, Owner},
    person::{ConsentGiver, NextSchool, PersonKind},
    personal::Personal,
    time::{Timestamp, Year},
};

use crate::app::{
    App,
    act::ActOf,
    caller::Caller,
    consents::{may_decide, sixteenth_birthday},
    error::{AppError, Invalid, already, ended, not_ready},
    handover::{Asked, Handover, OpenHandover},
    handover_sealed,
    look::LooksAt,
    roster::Roster,
    sealing::KeyScope,
    store::Change,
    whom::Whom,
};

/// What a school puts on record.
#[derive(Debug)]
pub struct HandoverCreate {
    /// Which pupil.
    pub whom: Whom,
    /// To which school.
    pub to: NextSchool,
    /// On what it rests.
    pub basis: Basis,
    /// Where the school finds the request or the order.
    pub reference: Personal<String>,
    /// When it was asked for or ordered; now, if it does not say.
    pub requested_at: Option<Timestamp>,
    /// Until when it may be fetched; [`VALID_DAYS`] from now, if it does not say.
    pub valid_until: Option<Timestamp>,
    /// The parts beside those that always go.
    pub parts: Vec<Part>,
    /// When the pupil was born; needed for an order, where the roster does not hold it.
    pub born: Option<Personal<Day>>,
}

/// That somebody has seen what goes.
#[derive(Debug)]
pub struct HandoverShow {
    /// Who.
    pub by: ConsentGiver,
    /// Whether they agree.
    pub agrees: bool,
    /// When; now, if it does not say.
    pub at: Option<Timestamp>,
    /// The parts that they keep out of it.
    pub opt_out: Vec<Part>,
    /// When the pupil was born; needed where the roster does not hold it.
    pub born: Option<Personal<Day>>,
}

/// A handover, as the school sees it.
#[derive(Debug)]
pub struct HandoverOf {
    /// The handover.
    pub handover: OpenHandover,
    /// The keyed hash under which the records of this year know the pupil.
    pub subject: Digest,
    /// Whether the roster of the school holds the pupil now.
    pub in_roster: bool,
    /// As of when it stands as it stands.
    pub at: Timestamp,
}

impl App {
    /// Puts a handover on record. Nothing goes before it was shown and released.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else, [`AppError::Invalid`] with everything that is wrong,
    /// [`AppError::Conflict`] when one to the same school is open.
    pub async fn handover_create(
        &self,
        caller: &Caller,
        school: SchoolId,
        input: HandoverCreate,
    ) -> Result<HandoverOf, AppError> {
        let school = self.controlled_school(caller, school).await?;
        let key = self.sealing.key(KeyScope::School(school.id)).await?;
        let roster = self.open_roster(school.id).await?;
        let found = input.whom.find(PersonKind::Pupil, &roster, &*key);
        let now = self.now();
        let mut wrong = Vec::new();
        if found.is_none() {
            wrong.push(input.whom.unknown());
        }
        let itself = match input.to {
            NextSchool::Brin(brin) => (brin == school.brin).then_some("/toBrin"),
            NextSchool::Oin(oin) => (Some(oin) == school.oin).then_some("/toOin"),
        };
        if let Some(place) = itself {
            let detail = "this is the school itself: a dossier goes to another school (model 3.0, article 5.5)";
            wrong.push(Invalid::at(place, "to_itself", detail));
        }
        let requested_at = input.requested_at.unwrap_or(now);
        if requested_at > now {
            let detail = "a handover is put on record once it was asked for (model 3.0, article 5.5)";
            wrong.push(Invalid::at("/requestedAt", "in_future", detail));
        }
        let valid_until = input
            .valid_until
            .unwrap_or_else(|| now.plus_secs(VALID_DAYS * 24 * 3_600));
        if valid_until <= now {
            let detail =
                "it would have run out already: the next school asks for this pupil now (model 3.0, article 5.5)";
            wrong.push(Invalid::at("/validUntil", "in_past", detail));
        }
        if let Basis::Order(by) = input.basis {
            let sixteen = sixteenth_birthday(found, input.born.as_ref(), &mut wrong);
            may_decide(by, sixteen, requested_at, now, "/orderedBy", &mut wrong);
        }
        let dossier = match Dossier::asked(&input.parts, Parts::published()) {
            Ok(dossier) => Some(dossier),
            Err(parts) => {
                wrong.extend(parts.into_iter().map(|part| against("/parts", part)));
                None
            }
        };
        let (Some(person), Some(dossier), true) = (found, dossier, wrong.is_empty()) else {
            return Err(AppError::Invalid(wrong));
        };
        let id = self.new_id();
        let asked = Asked {
            reference: input.reference,
            dossier,
        };
        let kept = Handover {
            id,
            school: school.id,
            person: person.id,
            to: input.to,
            course: Course::new(input.basis, requested_at, valid_until),
            sealed: handover_sealed::seal(&asked, school.id, id, &*key)?,
            version: 0,
        };
        let change = Change::HandoverAsked(kept.clone(), now);
        let done = self.handover_act(caller, &kept, "handover.request", change).await;
        done.map_err(|error| match error {
            AppError::Conflict { .. } => already("a handover of this pupil to this school is open"),
            other => other,
        })?;
        self.shown_to_school(&roster, OpenHandover { kept, asked }).await
    }

    /// The handovers of a school, those that are over too. Looking is itself on record, about each of the pupils.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else.
    pub async fn handover_list(&self, caller: &Caller, school: SchoolId) -> Result<Vec<HandoverOf>, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let roster = self.open_roster(school).await?;
        let whom: BTreeSet<PersonId> = roster.handovers.iter().map(|handover| handover.kept.person).collect();
        let at = ("school", school);
        self.looks(caller, school, "handover.list", at, async |_| {
            Ok(LooksAt::List(whom.clone()))
        })
        .await?;
        let mut found = Vec::with_capacity(roster.handovers.len());
        for handover in &roster.handovers {
            found.push(self.shown_to_school(&roster, handover.clone()).await?);
        }
        Ok(found)
    }

    /// One handover of a school. Looking is itself on record, about that pupil.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn handover_view(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: HandoverId,
    ) -> Result<HandoverOf, AppError> {
        let (roster, handover) = self.handover(caller, school, id).await?;
        let (at, whom) = (("handover", id), handover.kept.person);
        self.looks(caller, school, "handover.view", at, async |_| Ok(LooksAt::One(whom)))
            .await?;
        self.shown_to_school(&roster, handover).await
    }

    /// The pupil or a guardian has seen what goes, and says what stays behind.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Invalid`] with everything that is wrong, [`AppError::Conflict`] when it is over or was
    /// shown before.
    pub async fn handover_show(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: HandoverId,
        input: HandoverShow,
    ) -> Result<HandoverOf, AppError> {
        let (roster, mut handover) = self.handover(caller, school, id).await?;
        let now = self.now();
        let at = input.at.unwrap_or(now);
        let mut wrong = Vec::new();
        if at > now {
            wrong.push(Invalid::at(
                "/shownAt",
                "in_future",
                "it is put on record once it was seen",
            ));
        }
        if at < handover.kept.course.requested_at {
            let detail = "what was not asked for yet cannot have been seen";
            wrong.push(Invalid::at("/shownAt", "before_request", detail));
        }
        let found = roster.with_id(handover.kept.person);
        let sixteen = sixteenth_birthday(found, input.born.as_ref(), &mut wrong);
        may_decide(input.by, sixteen, at, now, "/by", &mut wrong);
        let shown = Shown {
            at,
            by: input.by,
            agrees: input.agrees,
        };
        // What is over, or was seen, is told before what is wrong with its parts.
        let course = handover.kept.course.show(Shown { at: now, ..shown });
        let course = course.map_err(moved)?;
        if let Err(parts) = handover.asked.dossier.opt_out(&input.opt_out, Parts::published()) {
            wrong.extend(parts.into_iter().map(|part| against("/optOut", part)));
        }
        if !wrong.is_empty() {
            return Err(AppError::Invalid(wrong));
        }
        handover.kept.course = Course {
            shown: Some(shown),
            ..course
        };
        self.move_on(caller, &roster, handover, "handover.show").await
    }

    /// The school lets the next school fetch these parts, which must be those that go after the inspection.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Invalid`] when others go, [`AppError::Conflict`] when nobody has seen it, it was released before, or it is over.
    pub async fn handover_release(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: HandoverId,
        parts: &BTreeSet<Part>,
    ) -> Result<HandoverOf, AppError> {
        let (roster, mut handover) = self.handover(caller, school, id).await?;
        handover.kept.course = handover.kept.course.release(self.now()).map_err(moved)?;
        if *parts != handover.asked.dossier.goes(Parts::published()) {
            let detail = "these are not the parts that go: those that always go, and those that were asked for and not opted \
                out of";
            return Err(AppError::Invalid(vec![Invalid::at("/parts", "parts_differ", detail)]));
        }
        self.move_on(caller, &roster, handover, "handover.release").await
    }

    /// It does not go, or not any more: when this has answered, the next school gets nothing by it.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Conflict`] when it is over.
    pub async fn handover_refuse(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: HandoverId,
        by: RefusedBy,
    ) -> Result<HandoverOf, AppError> {
        let (roster, mut handover) = self.handover(caller, school, id).await?;
        handover.kept.course = handover.kept.course.refuse(self.now(), by).map_err(moved)?;
        self.move_on(caller, &roster, handover, "handover.refuse").await
    }

    async fn move_on(
        &self,
        caller: &Caller,
        roster: &Roster,
        mut handover: OpenHandover,
        name: &'static str,
    ) -> Result<HandoverOf, AppError> {
        let key = self.sealing.key(KeyScope::School(handover.kept.school)).await?;
        handover.kept.sealed = handover_sealed::seal(&handover.asked, handover.kept.school, handover.kept.id, &*key)?;
        let change = Change::HandoverMoved(Box::new(handover.kept.clone()));
        self.handover_act(caller, &handover.kept, name, change).await?;
        self.shown_to_school(roster, handover).await
    }

    async fn handover_act(
        &self,
        caller: &Caller,
        handover: &Handover,
        name: &'static str,
        change: Change,
    ) -> Result<(), AppError> {
        let mut act = ActOf::of(caller);
        act.changes_policy_of([handover.school]);
        self.note(&mut act, Owner::School(handover.school), name, "handover", handover.id);
        self.about(&mut act, handover.person).await?;
        self.carry_out(act, vec![change]).await
    }

    /// A handover of a school of the caller, with the roster that it was found in.
    async fn handover(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: HandoverId,
    ) -> Result<(Roster, OpenHandover), AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let roster = self.open_roster(school).await?;
        let found = roster.handovers.iter().find(|handover| handover.kept.id == id).cloned();
        let handover = found.ok_or(AppError::NotFound("handover"))?;
        Ok((roster, handover))
    }

    async fn shown_to_school(&self, roster: &Roster, handover: OpenHandover) -> Result<HandoverOf, AppError> {
        let now = self.now();
        let subjects = self.sealing.subjects(handover.kept.school, Year::of(now)).await?;
        Ok(HandoverOf {
            in_roster: roster.with_id(handover.kept.person).is_some(),
            subject: subjects.of(handover.kept.person),
            handover,
            at: now,
        })
    }
}

/// What is wrong with a part, at its place in a list.
fn against(list: &str, (place, error): (usize, DossierError)) -> Invalid {
    let (code, why) = match error {
        DossierError::Forbidden => ("part_forbidden", " (model 3.0, article 5.5, and the rules of OSO)"),
        DossierError::Mandatory => ("part_mandatory", " (the rules of OSO)"),
        DossierError::NotAsked => ("part_not_asked", ""),
    };
    Invalid::at(&format!("{list}/{place}"), code, format!("{error}{why}"))
}

/// Why a handover does not go on.
pub(in crate::app) fn moved(error: MoveError) -> AppError {
    let detail = error.to_string();
    match error {
        MoveError::Over => ended(&detail),
        MoveError::AlreadyShown | MoveError::AlreadyReleased => already(&detail),
        MoveError::NotShown | MoveError::NotReleased | MoveError::NotFetched => not_ready(&detail),
    }
}
