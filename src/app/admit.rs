//! What may come in: the form of the gate for connections and files.
//!
//! The operator of this service is a processor too. What it takes in from an administration rests on its own agreement
//! with the board, about the product that this service is, and goes no further than what the agreements of suppliers need.

use std::collections::BTreeMap;

use sluis_core::{
    catalogue::{Attribute, AttributeSet, Purpose},
    gate::{
        self, Asker, Assurance, Channel, Decision, Direction, Facts, Needed, ReasonCode, Request, SchoolPolicy,
        SubjectFacts,
    },
    id::{PersonId, SchoolId},
    ledger::{AgreementVersion, Code, Digest, Outcome, RecordDraft, WithheldCode},
    person::{PerKind, PersonKind},
};

use crate::app::{
    App,
    caller::Caller,
    connection::Run,
    error::AppError,
    evidence::{Entry, Recorded},
    gatekeeper::{ATTEMPTS, attribute_code},
    organisation::{OPERATOR, SLUIS, School},
    reason::{RunReason, StopCode},
    store::StoreError,
};

/// What the gate says about taking in the roster of a school, for each kind of person.
pub(in crate::app) struct Admission(PerKind<Decision>);

/// What may come in of single persons beside what is needed of everybody, by what they consented to.
pub(in crate::app) type ByConsent = BTreeMap<PersonId, Needed>;

/// What a run may take in, as long as the school's policy stands where it stood when that was recorded.
pub(in crate::app) struct Permitted {
    pub(in crate::app) needed: Needed,
    pub(in crate::app) by_consent: ByConsent,
    pub(in crate::app) epoch: u64,
}

impl Permitted {
    /// Whether all that the other one permits is permitted by this one too.
    pub(in crate::app) fn covers(&self, other: &Self) -> bool {
        let holds =
            |one: &Needed, other: &Needed| other.pupils.is_subset(one.pupils) && other.staff.is_subset(one.staff);
        let mut persons = other.by_consent.iter();
        let consented = |(person, needed)| self.by_consent.get(person).is_some_and(|own| holds(own, needed));
        holds(&self.needed, &other.needed) && persons.all(consented)
    }
}

/// By what a person is known, and what the gate itself must know: they come in with whoever comes in, whether or not a
/// supplier needs them.
const KEYS: [Attribute; 3] = [Attribute::EckId, Attribute::Groups, Attribute::YearGroup];

impl Admission {
    /// The attributes that may come in, or the codes of why nothing may. Of a kind of person of whom nothing may come in,
    /// or nothing is needed, nobody comes in.
    pub(in crate::app) fn needed(&self) -> Result<Needed, Vec<RunReason>> {
        self.agreed()?;
        let needed = |decision: &Decision| match why_not(decision).is_empty() {
            true => decision.released(),
            false => AttributeSet::EMPTY,
        };
        let Self(PerKind { pupils, staff }) = self;
        let needed = PerKind {
            pupils: needed(pupils),
            staff: needed(staff),
        };
        if needed.pupils.is_empty() && needed.staff.is_empty() {
            return Err(vec![StopCode::NothingAgreed.into()]);
        }
        Ok(needed)
    }

    /// Whether board and operator agreed, of pupils or of staff; or the codes of what is missing.
    pub(in crate::app) fn agreed(&self) -> Result<(), Vec<RunReason>> {
        let Self(PerKind { pupils, staff }) = self;
        let (pupils, staff) = (why_not(pupils), why_not(staff));
        if pupils.is_empty() || staff.is_empty() {
            return Ok(());
        }
        let mut codes: Vec<RunReason> = Vec::new();
        for reason in pupils.into_iter().chain(staff) {
            let code = reason.into();
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        Err(codes)
    }

    /// What board and operator agreed to take in, needed or not, of a kind of person of whom somebody comes in.
    fn agreed_of(&self, kind: PersonKind) -> AttributeSet {
        let decision = match kind {
            PersonKind::Pupil => &self.0.pupils,
            PersonKind::Staff => &self.0.staff,
        };
        if !why_not(decision).is_empty() || decision.released().is_empty() {
            return AttributeSet::EMPTY;
        }
        let held = decision.withheld().iter();
        let unneeded = held.filter(|held| held.reason.code == ReasonCode::AttributeNotNeeded);
        unneeded.fold(decision.released(), |all, held| all.with(held.attribute))
    }

    fn note_in(&self, by_consent: &ByConsent, draft: &mut RecordDraft) {
        let Self(PerKind { pupils, staff }) = self;
        draft.purpose = Some(Code::from_static(INTAKE.code()));
        let comes_in = |decision: &Decision| match self.needed() {
            Ok(_) if why_not(decision).is_empty() && !decision.released().is_empty() => {
                decision.released().union(KEYS.into_iter().collect())
            }
            _ => AttributeSet::EMPTY,
        };
        let of_some = by_consent.values().map(|of| of.pupils.union(of.staff));
        let released = of_some.fold(comes_in(pupils).union(comes_in(staff)), AttributeSet::union);
        draft.released = released.iter().map(attribute_code).collect();
        // What one kind of person brings in is not withheld.
        let withheld = pupils.withheld().iter().chain(staff.withheld());
        let mut seen = released;
        for withheld in withheld {
            if !seen.contains(withheld.attribute) {
                seen = seen.with(withheld.attribute);
                draft.withheld.push(WithheldCode {
                    name: attribute_code(withheld.attribute),
                    reason: Code::from_static(withheld.reason.code.as_str()),
                });
            }
        }
        draft.agreement = pupils.agreement().map(|version| AgreementVersion {
            id: version.id,
            annex_hash: Digest::from_bytes(*version.annex_hash.as_bytes()),
        });
    }
}

/// Why nobody of a kind may come in: the reasons of the gate, or what stands against the keys, without which a person
/// cannot be known. That no supplier needs a key is none of them.
fn why_not(decision: &Decision) -> Vec<ReasonCode> {
    if !decision.is_permit() {
        return decision.reasons().iter().map(|reason| reason.code).collect();
    }
    let keys = decision.withheld().iter().filter(|held| KEYS.contains(&held.attribute));
    let against = keys.map(|held| held.reason.code);
    against.filter(|code| *code != ReasonCode::AttributeNotNeeded).collect()
}

/// Why a roster comes in: so that digital materials can be delivered and put into use.
const INTAKE: Purpose = Purpose::DELIVERY;

impl App {
    /// Decides what may be taken in of a school, now. Nothing is recorded.
    fn admission(&self, policy: &SchoolPolicy) -> Admission {
        let decide = |person_kind| {
            let request = Request {
                asker: Asker::Supplier(OPERATOR),
                product: SLUIS,
                school: policy.school(),
                purpose: Some(INTAKE),
                receiver: None,
                channel: Channel::RosterPull,
                direction: Direction::Connection,
                person_kind,
                attributes: Attribute::ALL.into_iter().collect(),
                required: AttributeSet::EMPTY,
                assurance: Assurance::default(),
                at: policy.moment(self.now()),
            };
            let facts = Facts {
                policy: Some(policy),
                subject: SubjectFacts::School,
                catalogue: self.catalogue,
            };
            gate::decide(&request, &facts)
        };
        Admission(PerKind {
            pupils: decide(PersonKind::Pupil),
            staff: decide(PersonKind::Staff),
        })
    }

    /// What may come in of who consented to it, by the consents that are on record now.
    async fn by_consent(&self, policy: &SchoolPolicy, admission: &Admission) -> Result<ByConsent, AppError> {
        let mut of_each: BTreeMap<PersonId, Vec<_>> = BTreeMap::new();
        for consent in self.store.consents(policy.school()).await? {
            of_each.entry(consent.person).or_default().push(consent.fact());
        }
        let at = policy.moment(self.now());
        let (pupils, staff) = (
            admission.agreed_of(PersonKind::Pupil),
            admission.agreed_of(PersonKind::Staff),
        );
        let needed = of_each.into_iter().map(|(person, consents)| {
            let needed = policy.needed_by_consent(&consents, Some(SLUIS), at);
            let within = PerKind {
                pupils: needed.pupils.intersection(pupils),
                staff: needed.staff.intersection(staff),
            };
            (person, within)
        });
        let some = needed.filter(|(_, needed)| !needed.pupils.is_empty() || !needed.staff.is_empty());
        Ok(some.collect())
    }

    /// What a run would take in by what is on record at this moment; nothing of it is recorded.
    pub(in crate::app) async fn would_permit(
        &self,
        school: SchoolId,
    ) -> Result<Result<Permitted, RunReason>, AppError> {
        self.forget(school).await;
        let policy = self.policy(school).await?;
        let admission = self.admission(&policy);
        let by_consent = self.by_consent(&policy, &admission).await?;
        let permitted = admission.needed().map(|needed| Permitted {
            needed,
            by_consent,
            epoch: policy.epoch(),
        });
        Ok(permitted.map_err(|codes| first(&codes)))
    }

    /// The same by what is on record at this moment: for answers that no commit checks again.
    pub(in crate::app) async fn admission_now(&self, school: SchoolId) -> Result<Admission, AppError> {
        self.forget(school).await;
        let policy = self.policy(school).await?;
        Ok(self.admission(&policy))
    }

    /// What a run may take in, or the code of why nothing may come in. It is on record before it is answered.
    pub(in crate::app) async fn permit_intake(
        &self,
        by: Option<&Caller>,
        school: &School,
        run: &Run,
    ) -> Result<Result<Permitted, RunReason>, AppError> {
        for _ in 0..ATTEMPTS {
            let policy = self.policy(school.id).await?;
            let admission = self.admission(&policy);
            let needed = admission.needed();
            let by_consent = self.by_consent(&policy, &admission).await?;
            let outcome = if needed.is_ok() { Outcome::Permit } else { Outcome::Deny };
            let mut draft = self.run_draft(by, run, outcome, "roster.pull");
            admission.note_in(&by_consent, &mut draft);
            if let Err(codes) = &needed {
                draft.reasons = codes.iter().map(|reason| reason.code()).collect();
            }
            let epoch = policy.epoch();
            match self.evidence.decision(Entry::new(epoch, draft)).await? {
                Recorded::Committed(_) => {
                    let permitted = needed.map(|needed| Permitted {
                        needed,
                        by_consent,
                        epoch,
                    });
                    return Ok(permitted.map_err(|codes| first(&codes)));
                }
                Recorded::Stale { .. } => self.forget(school.id).await,
                Recorded::Revoked => return Err(AppError::Revoked),
            }
        }
        Err(AppError::Unavailable(StoreError::Conflict))
    }
}

/// The reason that a run shows; its record has all of them.
pub(in crate::app) fn first(reasons: &[RunReason]) -> RunReason {
    reasons.first().copied().unwrap_or(StopCode::NothingAgreed.into())
}
