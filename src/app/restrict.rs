//! Placing and ending restrictions and objections.

use std::collections::BTreeSet;

use sluis_core::{
    id::{RestrictionId, SchoolId},
    ledger::{Digest, Owner},
    person::PersonKind,
    time::{Window, Year},
};

use crate::app::{
    App,
    act::ActOf,
    caller::Caller,
    error::{AppError, ConflictCode, already, ended},
    gatekeeper::ATTEMPTS,
    look::LooksAt,
    restriction::{Ground, KnownBy, Restriction},
    roster,
    sealing::KeyScope,
    store::{Change, StoreError},
    whom::Whom,
};

/// What a school puts on record.
#[derive(Debug)]
pub struct RestrictionCreate {
    /// Whom. The roster need not hold who is named by an ECK iD: they may log in all the same.
    pub whom: Whom,
    /// Pupil or staff.
    pub kind: PersonKind,
    /// Why.
    pub ground: Ground,
}

/// A restriction, and whether the roster holds the person.
#[derive(Debug)]
pub struct Restricted {
    /// The restriction.
    pub restriction: Restriction,
    /// The keyed hash under which the records of this year know the person.
    pub subject: Digest,
    /// Whether the roster of the school holds the person now.
    pub in_roster: bool,
}

impl App {
    /// Puts a restriction or objection on record, with effect at once.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else, [`AppError::Invalid`] when the roster holds nobody with this
    /// key, [`AppError::Conflict`] when the same is on record already.
    pub async fn restriction_create(
        &self,
        caller: &Caller,
        school: SchoolId,
        input: RestrictionCreate,
    ) -> Result<Restricted, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let key = self.sealing.key(KeyScope::School(school)).await?;
        let roster = self.open_roster(school).await?;
        let found = input.whom.find(input.kind, &roster, &*key);
        let ids = input.whom.ids(input.kind, &roster, &*key);
        let unknown = || AppError::Invalid(vec![input.whom.unknown()]);
        let person = ids.first().copied().ok_or_else(unknown)?;
        let mut known_by = KnownBy::default();
        if let Some(person) = found {
            known_by.learn(person.key_hash, person.eck_hash);
        }
        if let Whom::EckId(eck_id) = &input.whom {
            known_by.eck_ids.insert(roster::eck_hash(eck_id.expose(), &*key));
        }
        let restriction = Restriction {
            id: self.new_id(),
            school,
            person,
            known_by,
            ground: input.ground,
            window: Window::since(self.now()),
        };
        let same = |other: &Restriction| {
            other.person == person && other.ground == input.ground && other.window.until.is_none()
        };
        if roster.restrictions.iter().any(same) {
            return Err(already("the same is on record for this person"));
        }
        let mut act = ActOf::of(caller);
        act.changes_policy_of([school]);
        let owner = Owner::School(school);
        self.note(&mut act, owner, "restriction.place", "restriction", restriction.id);
        self.about(&mut act, person).await?;
        self.carry_out(act, vec![Change::RestrictionPlaced(restriction.clone())])
            .await?;
        let subjects = self.sealing.subjects(school, Year::of(self.now())).await?;
        Ok(Restricted {
            restriction,
            subject: subjects.of(person),
            in_roster: found.is_some(),
        })
    }

    /// The restrictions and objections of a school, ended ones too. Looking is itself on record, about each of the persons.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else.
    pub async fn restriction_list(&self, caller: &Caller, school: SchoolId) -> Result<Vec<Restricted>, AppError> {
        let found = self.restricted(caller, school).await?;
        let whom: BTreeSet<_> = found.iter().map(|restricted| restricted.restriction.person).collect();
        let at = ("school", school);
        self.looks(caller, school, "restriction.list", at, async |_| {
            Ok(LooksAt::List(whom.clone()))
        })
        .await?;
        Ok(found)
    }

    /// One restriction or objection of a school. Looking is itself on record, about that person.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn restriction_view(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: RestrictionId,
    ) -> Result<Restricted, AppError> {
        let found = self.restriction(caller, school, id).await?;
        let (at, whom) = (("restriction", id), found.restriction.person);
        self.looks(caller, school, "restriction.view", at, async |_| Ok(LooksAt::One(whom)))
            .await?;
        Ok(found)
    }

    async fn restricted(&self, caller: &Caller, school: SchoolId) -> Result<Vec<Restricted>, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let roster = self.open_roster(school).await?;
        let subjects = self.sealing.subjects(school, Year::of(self.now())).await?;
        let holds = |restriction: &Restriction| roster.persons.iter().any(|person| person.is_meant_by(restriction));
        let all = roster.restrictions.iter().map(|restriction| Restricted {
            in_roster: holds(restriction),
            subject: subjects.of(restriction.person),
            restriction: restriction.clone(),
        });
        Ok(all.collect())
    }

    async fn restriction(&self, caller: &Caller, school: SchoolId, id: RestrictionId) -> Result<Restricted, AppError> {
        let found = self.restricted(caller, school).await?;
        found
            .into_iter()
            .find(|restricted| restricted.restriction.id == id)
            .ok_or(AppError::NotFound("restriction"))
    }

    /// Ends a restriction or objection: the data of the person may be processed again, as far as all else permits.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or [`AppError::Conflict`] when it has ended before.
    pub async fn restriction_end(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: RestrictionId,
    ) -> Result<Restricted, AppError> {
        for _ in 0..ATTEMPTS {
            let ended = self.end_restriction(caller, school, id).await?;
            // Read anew in either case: it was not as it is any more, or this has changed it.
            self.forget(school).await;
            if let Some(restricted) = ended {
                return Ok(restricted);
            }
        }
        Err(StoreError::Conflict.into())
    }

    /// None when something has changed meanwhile.
    async fn end_restriction(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: RestrictionId,
    ) -> Result<Option<Restricted>, AppError> {
        let mut restricted = self.restriction(caller, school, id).await?;
        let restriction = &mut restricted.restriction;
        if restriction.window.until.is_some() {
            return Err(ended("this has ended before"));
        }
        let now = self.now();
        let mut act = ActOf::of(caller);
        act.changes_policy_of([school]);
        self.note(&mut act, Owner::School(school), "restriction.end", "restriction", id);
        self.about(&mut act, restriction.person).await?;
        let roster = self.open_roster(school).await?.without(id, now);
        let mut changes = self.heard_again(&roster, restriction, now).await?;
        changes.push(Change::RestrictionEnded(school, id, now));
        match self.carry_out(act, changes).await {
            Ok(()) => {
                restriction.window.until = Some(now);
                Ok(Some(restricted))
            }
            Err(AppError::Conflict {
                code: ConflictCode::AlreadyDone,
                ..
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
