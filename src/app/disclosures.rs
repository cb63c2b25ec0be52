//! Putting a disclosure to an authority on record, carrying it out and ending it.

use std::collections::BTreeSet;

use sluis_core::{
    catalogue::{AttributeSet, Purpose},
    gate::{Asker, Assurance, Channel, Direction, Request, Withheld},
    id::{DisclosureId, PersonId, RecordId, SchoolId},
    identifier::Oin,
    ledger::{Code, Digest, Owner, RecordKind, Resource},
    person::{Law, PersonKind},
    personal::Personal,
    time::{Timestamp, Window, Year},
};

use crate::app::{
    App,
    act::ActOf,
    caller::Caller,
    disclosure::{Disclosure, EndedBy, Ground, OpenDisclosure},
    disclosure_sealed,
    error::{AppError, Invalid, ended},
    gatekeeper::{Judged, refusal},
    learner::{About, NOBODY, Released, values},
    look::LooksAt,
    organisation::SLUIS,
    roster::Roster,
    sealing::KeyScope,
    store::Change,
    whom::Whom,
};

/// What a school puts on record.
#[derive(Debug)]
pub struct DisclosureCreate {
    /// About whose data.
    pub whom: Whom,
    /// Pupil or staff.
    pub kind: PersonKind,
    /// The authority.
    pub to: Oin,
    /// The law that it points to.
    pub law: Law,
    /// Where the school finds the request.
    pub reference: Personal<String>,
    /// When the school verified the ground and who asks.
    pub verified_at: Timestamp,
    /// When the person was informed, or why not.
    pub informed: Result<Timestamp, Personal<String>>,
    /// Whether the law asks it in spite of a restriction.
    pub in_spite_of_restriction: bool,
    /// Until when it may be carried out.
    pub valid_until: Timestamp,
    /// What is disclosed.
    pub attributes: AttributeSet,
}

/// A disclosure, as the school sees it.
#[derive(Debug)]
pub struct DisclosureOf {
    /// The disclosure.
    pub disclosure: OpenDisclosure,
    /// The keyed hash under which the records of this year know the person.
    pub subject: Digest,
    /// Whether the roster of the school holds the person now.
    pub in_roster: bool,
}

/// What the school may give the authority.
pub struct Disclosed {
    /// What is disclosed and there is a value for.
    pub attributes: Released,
    /// What is not, with the reason.
    pub withheld: Vec<Withheld>,
    /// The record of it.
    pub record: RecordId,
}

impl App {
    /// Puts a disclosure on record.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else, [`AppError::Invalid`] with everything that is wrong.
    pub async fn disclosure_create(
        &self,
        caller: &Caller,
        school: SchoolId,
        input: DisclosureCreate,
    ) -> Result<DisclosureOf, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let key = self.sealing.key(KeyScope::School(school)).await?;
        let roster = self.open_roster(school).await?;
        let person = input.whom.find(input.kind, &roster, &*key);
        let now = self.now();
        let mut wrong = Vec::new();
        if person.is_none() {
            wrong.push(input.whom.unknown());
        }
        if input.verified_at > now {
            let detail = "the ground is verified before anything is disclosed (model 4.0, article 6.3)";
            wrong.push(Invalid::at("/verifiedAt", "in_future", detail));
        }
        if input.informed.as_ref().is_ok_and(|informed| *informed > now) {
            let detail = "that the person was informed is put on record once it is so (model 4.0, article 6.3)";
            wrong.push(Invalid::at("/informedAt", "in_future", detail));
        }
        if input.valid_until <= now {
            let detail = "it would have run out already (model 4.0, article 6.3)";
            wrong.push(Invalid::at("/validUntil", "in_past", detail));
        }
        if input.attributes.is_empty() {
            let detail = "a law asks for something: name what is disclosed (model 4.0, article 6.3)";
            wrong.push(Invalid::at("/attributes", "nothing_disclosed", detail));
        }
        let (Some(person), true) = (person, wrong.is_empty()) else {
            return Err(AppError::Invalid(wrong));
        };
        let id = self.new_id();
        let (informed_at, not_informed) = match input.informed {
            Ok(at) => (Some(at), None),
            Err(reason) => (None, Some(reason)),
        };
        let ground = Ground {
            law: input.law,
            reference: input.reference,
            not_informed,
            attributes: input.attributes,
        };
        let kept = Disclosure {
            id,
            school,
            person: person.id,
            to: input.to,
            verified_at: input.verified_at,
            informed_at,
            in_spite_of_restriction: input.in_spite_of_restriction,
            window: Window {
                from: now,
                until: Some(input.valid_until),
            },
            ended_by: None,
            sealed: disclosure_sealed::seal(&ground, school, id, &*key)?,
        };
        let change = Change::DisclosureMade(kept.clone());
        self.disclosure_act(caller, &kept, "disclosure.place", change).await?;
        self.disclosure_of(&roster, OpenDisclosure { kept, ground }).await
    }

    /// The disclosures of a school, ended ones too. Looking is itself on record, about each of the persons.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else.
    pub async fn disclosure_list(&self, caller: &Caller, school: SchoolId) -> Result<Vec<DisclosureOf>, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let roster = self.open_roster(school).await?;
        let all = roster.disclosures.iter();
        let whom: BTreeSet<PersonId> = all.map(|disclosure| disclosure.kept.person).collect();
        let at = ("school", school);
        self.looks(caller, school, "disclosure.list", at, async |_| {
            Ok(LooksAt::List(whom.clone()))
        })
        .await?;
        let mut found = Vec::with_capacity(roster.disclosures.len());
        for disclosure in &roster.disclosures {
            found.push(self.disclosure_of(&roster, disclosure.clone()).await?);
        }
        Ok(found)
    }

    /// One disclosure of a school. Looking is itself on record, about that person.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn disclosure_view(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: DisclosureId,
    ) -> Result<DisclosureOf, AppError> {
        let (roster, disclosure) = self.disclosure(caller, school, id).await?;
        let (at, whom) = (("disclosure", id), disclosure.kept.person);
        self.looks(caller, school, "disclosure.view", at, async |_| Ok(LooksAt::One(whom)))
            .await?;
        self.disclosure_of(&roster, disclosure).await
    }

    /// What the school gives the authority, as the gate decides now. `to` is the authority that the school gives it to.
    ///
    /// # Errors
    /// [`AppError::Refused`] with all reasons, [`AppError::NotFound`].
    pub async fn disclosure_release(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: DisclosureId,
        to: Oin,
    ) -> Result<Disclosed, AppError> {
        let (roster, disclosure) = self.disclosure(caller, school, id).await?;
        let kind = roster.with_id(disclosure.kept.person).map(|person| person.kept.kind);
        let request = Request {
            asker: Asker::Authority(to),
            product: SLUIS,
            school: disclosure.kept.school,
            purpose: Some(Purpose::LAW),
            receiver: None,
            channel: Channel::Api,
            direction: Direction::Release,
            person_kind: kind.unwrap_or(PersonKind::Pupil),
            attributes: disclosure.ground.attributes,
            required: AttributeSet::EMPTY,
            assurance: Assurance::default(),
            at: self.now(),
        };
        self.through_the_gate(disclosure.kept.school, async |standing| {
            let person = standing.roster.with_id(disclosure.kept.person);
            let about = person.map_or(About::Nobody, About::Enrolled);
            let decision = self.decide(&request, standing, about.facts());
            let name = "disclosure.release";
            let (school, at) = (request.school, standing.at());
            let mut draft = self.decision_draft(
                RecordKind::Decision,
                caller,
                school,
                at,
                name,
                Some(&request),
                &decision,
            );
            draft.subject = Some(standing.subject(person.map_or(NOBODY, |person| person.id)));
            draft.resource = Some(Resource {
                id: *id.as_uuid(),
                kind: Code::from_static("disclosure"),
            });
            let record = draft.id;
            let answer = if decision.is_permit() {
                Ok(Disclosed {
                    attributes: values(standing, about, decision.released()),
                    withheld: decision.withheld().to_vec(),
                    record,
                })
            } else {
                Err(refusal(&decision, &caller.role, record))
            };
            Ok(Judged {
                draft,
                lines: None,
                answer,
            })
        })
        .await?
    }

    /// Ends a disclosure: when this has answered, nothing goes by it.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Conflict`] when it has ended before.
    pub async fn disclosure_end(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: DisclosureId,
        by: EndedBy,
    ) -> Result<DisclosureOf, AppError> {
        let (roster, mut disclosure) = self.disclosure(caller, school, id).await?;
        let now = self.now();
        if disclosure.kept.window.until.is_some_and(|until| until <= now) {
            return Err(ended("this disclosure has ended before"));
        }
        disclosure.kept.window.until = Some(now);
        disclosure.kept.ended_by = Some(by);
        let change = Change::DisclosureEnded(disclosure.kept.school, id, by, now);
        self.disclosure_act(caller, &disclosure.kept, "disclosure.end", change)
            .await?;
        self.disclosure_of(&roster, disclosure).await
    }

    async fn disclosure_act(
        &self,
        caller: &Caller,
        disclosure: &Disclosure,
        name: &'static str,
        change: Change,
    ) -> Result<(), AppError> {
        let mut act = ActOf::of(caller);
        act.changes_policy_of([disclosure.school]);
        let owner = Owner::School(disclosure.school);
        self.note(&mut act, owner, name, "disclosure", disclosure.id);
        self.about(&mut act, disclosure.person).await?;
        self.carry_out(act, vec![change]).await
    }

    /// A disclosure of a school of the caller, with the roster that it was found in.
    async fn disclosure(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: DisclosureId,
    ) -> Result<(Roster, OpenDisclosure), AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let roster = self.open_roster(school).await?;
        let found = roster.disclosures.iter().find(|disclosure| disclosure.kept.id == id);
        let disclosure = found.cloned().ok_or(AppError::NotFound("disclosure"))?;
        Ok((roster, disclosure))
    }

    async fn disclosure_of(&self, roster: &Roster, disclosure: OpenDisclosure) -> Result<DisclosureOf, AppError> {
        let subjects = self.sealing.subjects(disclosure.kept.school, Year::of(self.now()));
        let person = disclosure.kept.person;
        Ok(DisclosureOf {
            in_roster: roster.with_id(person).is_some(),
            subject: subjects.await?.of(person),
            disclosure,
        })
    }
}
