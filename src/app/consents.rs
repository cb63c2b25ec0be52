//! Giving and withdrawing consent, as a school puts it on record.

use std::collections::BTreeSet;

use sluis_connector_port::roster::Day;
use sluis_core::{
    catalogue::{Attribute, Purpose},
    id::{ConsentId, PersonId, ProductId, SchoolId},
    ledger::{Digest, Owner},
    person::{ConsentGiver, PersonKind},
    personal::Personal,
    time::{Timestamp, Window, Year},
};

use crate::app::{
    App,
    act::ActOf,
    caller::Caller,
    consent::{Consent, EvidenceKind, turns_sixteen},
    error::{AppError, Invalid, ended},
    look::LooksAt,
    roster::{Person, Roster},
    sealing::KeyScope,
    store::{Change, StoreError},
    whom::Whom,
};

/// What a school puts on record.
#[derive(Debug)]
pub struct ConsentCreate {
    /// About whose data. The roster need not hold who is named by an ECK iD.
    pub whom: Whom,
    /// Pupil or staff.
    pub kind: PersonKind,
    /// For what product.
    pub product: ProductId,
    /// For what purpose.
    pub purpose: Purpose,
    /// Who gave it.
    pub given_by: ConsentGiver,
    /// When; now, if it does not say.
    pub given_at: Option<Timestamp>,
    /// Until when it was given, if it was given for a time.
    pub valid_until: Option<Timestamp>,
    /// When the pupil was born; needed where the roster does not hold it.
    pub born: Option<Personal<Day>>,
    /// What shows it.
    pub evidence: EvidenceKind,
    /// Where the school finds that.
    pub reference: Personal<String>,
}

/// A consent, as its school sees it.
#[derive(Debug)]
pub struct Consented {
    /// The consent.
    pub consent: Consent,
    /// Where the school finds the evidence.
    pub reference: Personal<String>,
    /// The keyed hash under which the records of this year know the person.
    pub subject: Digest,
    /// Whether the roster of the school holds the person now.
    pub in_roster: bool,
}

impl App {
    /// Puts a consent on record, with effect at once.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else, [`AppError::Invalid`] with everything that is wrong: nobody with this
    /// key, nothing that rests on consent, somebody who may not decide, times that contradict each other.
    pub async fn consent_create(
        &self,
        caller: &Caller,
        school: SchoolId,
        input: ConsentCreate,
    ) -> Result<Consented, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let key = self.sealing.key(KeyScope::School(school)).await?;
        let roster = self.open_roster(school).await?;
        let policy = self.policy(school).await?;
        let found = input.whom.find(input.kind, &roster, &*key);
        let person = input.whom.ids(input.kind, &roster, &*key).first().copied();
        let now = self.now();
        let mut wrong = Vec::new();
        if person.is_none() {
            wrong.push(input.whom.unknown());
        }
        let annex = policy.rests_on_consent(input.product, input.purpose, input.kind, now);
        if annex.is_none() {
            let detail = "no agreement of the product rests this purpose on consent: there is nothing to consent to";
            wrong.push(Invalid::at("/purpose", "nothing_rests_on_consent", detail));
        }
        let window = input.window(found, now, &mut wrong);
        if let Some(person) = person
            && roster
                .consents
                .iter()
                .any(|other| other.is_withdrawn_after(person, input.product, input.purpose, window.from))
        {
            let detail = "it was withdrawn later, by the person or a guardian: only what is given after that counts";
            wrong.push(Invalid::at("/givenAt", "withdrawn_since", detail));
        }
        let (Some(person), Some(annex), true) = (person, annex, wrong.is_empty()) else {
            return Err(AppError::Invalid(wrong));
        };
        let id = self.new_id();
        let reference = input.reference.expose().as_bytes();
        let consent = Consent {
            id,
            school,
            person,
            product: input.product,
            purpose: input.purpose,
            annex,
            given_by: input.given_by,
            evidence: input.evidence,
            reference_sealed: key.seal(&Consent::place(school, id), reference)?,
            window,
            withdrawn_by: None,
        };
        self.consent_act(caller, &consent, "consent.give", Change::ConsentGiven(consent.clone()))
            .await?;
        let subjects = self.sealing.subjects(school, Year::of(now)).await?;
        Ok(Consented {
            consent,
            reference: input.reference,
            subject: subjects.of(person),
            in_roster: found.is_some(),
        })
    }

    /// The consents of a school, ended ones too. Looking is itself on record, about each of the persons.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else.
    pub async fn consent_list(&self, caller: &Caller, school: SchoolId) -> Result<Vec<Consented>, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let roster = self.open_roster(school).await?;
        let found = self.shown(&roster, school, roster.consents.clone()).await?;
        let whom: BTreeSet<PersonId> = roster.consents.iter().map(|consent| consent.person).collect();
        let at = ("school", school);
        self.looks(caller, school, "consent.list", at, async |_| {
            Ok(LooksAt::List(whom.clone()))
        })
        .await?;
        Ok(found)
    }

    /// One consent of a school. Looking is itself on record, about that person.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn consent_view(&self, caller: &Caller, school: SchoolId, id: ConsentId) -> Result<Consented, AppError> {
        let (roster, consent) = self.consent(caller, school, id).await?;
        let (at, whom) = (("consent", id), consent.person);
        self.looks(caller, school, "consent.view", at, async |_| Ok(LooksAt::One(whom)))
            .await?;
        self.shown_one(&roster, consent).await
    }

    /// Somebody withdraws a consent, and with it every other one of the person for the product and the purpose: when this
    /// has answered, nothing goes by any of them.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Invalid`] when a guardian would decide for staff, or [`AppError::Conflict`] when it has
    /// ended before.
    pub async fn consent_withdraw(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: ConsentId,
        by: ConsentGiver,
    ) -> Result<Consented, AppError> {
        let (roster, mut consent) = self.consent(caller, school, id).await?;
        let whose = roster.with_id(consent.person).map(|person| person.kept.kind);
        if (whose, by) == (Some(PersonKind::Staff), ConsentGiver::Guardian) {
            return Err(AppError::Invalid(vec![guardian_of_staff("/by")]));
        }
        let now = self.now();
        if consent.window.until.is_some_and(|until| until <= now) {
            return Err(ended("this consent has ended before"));
        }
        let change = Change::ConsentWithdrawn {
            school: consent.school,
            person: consent.person,
            product: consent.product,
            purpose: consent.purpose,
            by,
            at: now,
        };
        self.consent_act(caller, &consent, "consent.withdraw", change).await?;
        consent.window.until = Some(now);
        consent.withdrawn_by = Some(by);
        self.shown_one(&roster, consent).await
    }

    async fn consent_act(
        &self,
        caller: &Caller,
        consent: &Consent,
        name: &'static str,
        change: Change,
    ) -> Result<(), AppError> {
        let mut act = ActOf::of(caller);
        act.changes_policy_of([consent.school]);
        self.note(&mut act, Owner::School(consent.school), name, "consent", consent.id);
        self.about(&mut act, consent.person).await?;
        self.carry_out(act, vec![change]).await
    }

    /// A consent of a school of the caller, with the roster that it was found in.
    async fn consent(&self, caller: &Caller, school: SchoolId, id: ConsentId) -> Result<(Roster, Consent), AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let roster = self.open_roster(school).await?;
        let found = roster.consents.iter().find(|consent| consent.id == id).cloned();
        let consent = found.ok_or(AppError::NotFound("consent"))?;
        Ok((roster, consent))
    }

    async fn shown_one(&self, roster: &Roster, consent: Consent) -> Result<Consented, AppError> {
        let shown = self.shown(roster, consent.school, vec![consent]).await?;
        shown.into_iter().next().ok_or(AppError::NotFound("consent"))
    }

    /// These consents as their school sees them.
    async fn shown(
        &self,
        roster: &Roster,
        school: SchoolId,
        consents: Vec<Consent>,
    ) -> Result<Vec<Consented>, AppError> {
        let key = self.sealing.key(KeyScope::School(school)).await?;
        let subjects = self.sealing.subjects(school, Year::of(self.now())).await?;
        let shown = consents.into_iter().map(|consent| {
            let plain = key.open(&Consent::place(school, consent.id), &consent.reference_sealed)?;
            let reference = std::str::from_utf8(&plain).map_err(|_| StoreError::Corrupt("reference of a consent"))?;
            Ok(Consented {
                in_roster: roster.with_id(consent.person).is_some(),
                subject: subjects.of(consent.person),
                reference: Personal::new(reference.to_owned()),
                consent,
            })
        });
        shown.collect()
    }
}

fn guardian_of_staff(place: &str) -> Invalid {
    Invalid::at(place, "guardian_of_staff", "staff decide themselves")
}

impl ConsentCreate {
    /// From when until when it holds; everything that is wrong with that, and with who gave it, is added.
    fn window(&self, found: Option<&Person>, now: Timestamp, wrong: &mut Vec<Invalid>) -> Window {
        let from = self.given_at.unwrap_or(now);
        if from > now {
            wrong.push(Invalid::at(
                "/givenAt",
                "in_future",
                "a consent is put on record once it is given",
            ));
        }
        let mut until = self.valid_until;
        if until.is_some_and(|until| until <= now || until <= from) {
            let detail = "it has ended already, or before it was given";
            wrong.push(Invalid::at("/validUntil", "ends_before_begins", detail));
        }
        match (self.kind, self.given_by) {
            (PersonKind::Staff, ConsentGiver::Person) => {}
            (PersonKind::Staff, ConsentGiver::Guardian) => {
                wrong.push(guardian_of_staff("/givenBy"));
            }
            (PersonKind::Pupil, given_by) => {
                let sixteen = sixteenth_birthday(found, self.born.as_ref(), wrong);
                if may_decide(given_by, sixteen, from, now, "/givenBy", wrong)
                    && given_by == ConsentGiver::Guardian
                    && let Some(sixteen) = sixteen
                {
                    // Asked anew then.
                    until = Some(until.map_or(sixteen, |until| until.min(sixteen)));
                }
            }
        }
        Window { from, until }
    }
}

/// Whether who decided for a pupil may, at that moment; otherwise that is added to what is wrong, at this place. Without the day
/// of birth nobody can tell: that it is missing is wrong already.
pub(in crate::app) fn may_decide(
    by: ConsentGiver,
    sixteen: Option<Timestamp>,
    then: Timestamp,
    now: Timestamp,
    place: &str,
    wrong: &mut Vec<Invalid>,
) -> bool {
    let (code, detail) = match (by, sixteen) {
        (ConsentGiver::Person, Some(sixteen)) if then < sixteen => (
            "minor_alone",
            "a pupil under 16 does not decide alone: a guardian does (UAVG, article 5)",
        ),
        (ConsentGiver::Guardian, Some(sixteen)) if sixteen <= now => (
            "guardian_of_sixteen",
            "a pupil of 16 or older decides, and not a guardian (UAVG, article 5)",
        ),
        _ => return true,
    };
    wrong.push(Invalid::at(place, code, detail));
    false
}

/// When the pupil turns 16, by the roster or by what the school says; what is wrong with that is added.
pub(in crate::app) fn sixteenth_birthday(
    found: Option<&Person>,
    born: Option<&Personal<Day>>,
    wrong: &mut Vec<Invalid>,
) -> Option<Timestamp> {
    let held = found.and_then(|person| person.kept.values.get(&Attribute::BirthDate));
    let held = held.and_then(|day| Day::parse(day.expose())).map(Personal::new);
    if let (Some(held), Some(stated)) = (&held, born)
        && held.expose() != stated.expose()
    {
        let detail = "the roster of the school holds another day of birth";
        wrong.push(Invalid::at("/birthDate", "birth_date_differs", detail));
        return None;
    }
    let sixteen = held.as_ref().or(born).and_then(turns_sixteen);
    if sixteen.is_none() {
        let detail = "who may decide depends on the day of birth, and the roster does not hold it: say it here";
        wrong.push(Invalid::at("/birthDate", "birth_date_needed", detail));
    }
    sixteen
}
