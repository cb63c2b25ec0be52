//! Placing and ending restrictions and objections.

use sluis_core::{
    id::{RestrictionId, SchoolId},
    identifier::EckId,
    ledger::Owner,
    person::PersonKind,
    personal::Personal,
    time::Window,
};

use crate::app::{
    App,
    act::ActOf,
    agree::{already, ended},
    caller::Caller,
    error::{AppError, Invalid},
    restriction::{Ground, Restriction},
    roster::{self, label},
    sealing::KeyScope,
    store::Change,
};

/// Whom a school means.
#[derive(Debug)]
pub enum Whom {
    /// Who has this ECK iD. The roster need not hold them: they may log in all the same.
    EckId(EckId),
    /// Who has this key in the administration.
    SourceKey(Personal<String>),
}

/// What a school puts on record.
#[derive(Debug)]
pub struct RestrictionCreate {
    /// Whom.
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
        let mut persons = roster.persons.iter().filter(|person| person.kept.kind == input.kind);
        let (found, absent) = match &input.whom {
            Whom::EckId(eck_id) => {
                let hash = key.hash(label::ECK_ID, eck_id.expose().as_bytes());
                let found = persons.find(|person| person.eck_hash == Some(hash));
                (found, Some(roster::person_id(input.kind, eck_id.expose(), &*key)))
            }
            Whom::SourceKey(source) => {
                let hash = roster::key_hash(input.kind, source.expose(), &*key);
                (persons.find(|person| person.key_hash == hash), None)
            }
        };
        let person = found
            .map(|person| person.id)
            .or(absent)
            .ok_or_else(|| AppError::Invalid(vec![person_unknown()]))?;
        let restriction = Restriction {
            id: self.new_id(),
            school,
            person,
            key_hash: found.map(|person| person.key_hash),
            subject: roster::subject(person, &*key),
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
        act.about(restriction.subject);
        self.carry_out(act, vec![Change::RestrictionPlaced(restriction.clone())])
            .await?;
        Ok(Restricted {
            restriction,
            in_roster: found.is_some(),
        })
    }

    /// The restrictions and objections of a school, ended ones too.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else.
    pub async fn restriction_list(&self, caller: &Caller, school: SchoolId) -> Result<Vec<Restricted>, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let roster = self.open_roster(school).await?;
        let holds = |restriction: &Restriction| roster.persons.iter().any(|person| person.is_meant_by(restriction));
        let all = roster.restrictions.iter().map(|restriction| Restricted {
            in_roster: holds(restriction),
            restriction: restriction.clone(),
        });
        Ok(all.collect())
    }

    /// One restriction or objection of a school.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn restriction_view(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: RestrictionId,
    ) -> Result<Restricted, AppError> {
        let found = self.restriction_list(caller, school).await?;
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
        let mut restricted = self.restriction_view(caller, school, id).await?;
        let restriction = &mut restricted.restriction;
        if restriction.window.until.is_some() {
            return Err(ended("this has ended before"));
        }
        let now = self.now();
        let mut act = ActOf::of(caller);
        act.changes_policy_of([school]);
        self.note(&mut act, Owner::School(school), "restriction.end", "restriction", id);
        act.about(restriction.subject);
        self.carry_out(act, vec![Change::RestrictionEnded(school, id, now)])
            .await?;
        restriction.window.until = Some(now);
        Ok(restricted)
    }
}

fn person_unknown() -> Invalid {
    Invalid {
        pointer: "/sourceKey".to_owned(),
        code: "person_unknown",
        detail: "the roster of the school holds nobody of this kind with this key".to_owned(),
    }
}
