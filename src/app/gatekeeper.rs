//! The one door: load the facts, decide, record durably, then answer.
//!
//! What is decided by an older epoch than that of the school is not recorded: it is decided again by the newer facts,
//! a bounded number of times. Without a record there is no answer.

use std::sync::Arc;

use sluis_core::{
    catalogue::{Attribute, AttributeSet, Purpose},
    gate::{Decision, Request, SchoolPolicy},
    id::{PersonId, RecordId, SchoolId, SupplierId},
    ledger::{AgreementVersion, Code, Digest, Hex, Outcome, Owner, PageLine, RecordDraft, RecordKind, WithheldCode},
    person::PersonKind,
    time::{Timestamp, Year},
};

use crate::app::{
    App,
    caller::{Caller, Role},
    error::{AppError, BindingError, Refusal},
    evidence::{Entry, Recorded},
    policy::compile,
    roster::Roster,
    sealing::{KeyScope, SealingKey, Subjects},
    store::StoreError,
};

/// How often a decision is made again because the school changed something meanwhile.
pub(in crate::app) const ATTEMPTS: usize = 8;

/// The facts about a school at one epoch.
pub(in crate::app) struct Standing {
    pub(in crate::app) policy: Arc<SchoolPolicy>,
    pub(in crate::app) roster: Arc<Roster>,
    pub(in crate::app) key: Arc<dyn SealingKey>,
    /// How the records of this moment know persons.
    subjects: Subjects,
    /// The moment of this attempt. INVARIANT: it is not before the acts that led to the policy's epoch, whoever's clock
    /// they went by, so that what ended before that epoch has ended at this moment too.
    at: Timestamp,
}

/// What was decided by one standing: the record, the lines of its page, and what is answered once it is durable.
pub(in crate::app) struct Judged<T> {
    pub(in crate::app) draft: RecordDraft,
    /// One line for each person, when it is a page.
    pub(in crate::app) lines: Option<Vec<PageLine>>,
    pub(in crate::app) answer: T,
}

impl App {
    /// Decides by the facts of a school and records it, again and again until the record stands.
    pub(in crate::app) async fn through_the_gate<T>(
        &self,
        school: SchoolId,
        judge: impl AsyncFn(&Standing) -> Result<Judged<T>, AppError>,
    ) -> Result<T, AppError> {
        for _ in 0..ATTEMPTS {
            let standing = self.standing(school).await?;
            let epoch = standing.policy.epoch();
            let Judged { draft, lines, answer } = judge(&standing).await?;
            let entry = match lines {
                Some(lines) => Entry::page(epoch, draft, lines),
                None => Entry::new(epoch, draft),
            };
            match self.evidence.decision(entry).await? {
                Recorded::Committed(_) => return Ok(answer),
                Recorded::Stale { .. } => self.forget(school).await,
                Recorded::Revoked => return Err(AppError::Revoked),
            }
        }
        Err(AppError::Unavailable(StoreError::Conflict))
    }

    /// Policy and roster of a school, of the same epoch.
    async fn standing(&self, school: SchoolId) -> Result<Standing, AppError> {
        for _ in 0..ATTEMPTS {
            // The policy first: it says whether there is such a school, and a key is made for nothing else.
            let policy = self.policy(school).await?;
            let key = self.sealing.key(KeyScope::School(school)).await?;
            let roster = self.roster(school, policy.epoch()).await?;
            if roster.epoch == policy.epoch() {
                let at = policy.moment(self.now());
                return Ok(Standing {
                    subjects: self.sealing.subjects(school, Year::of(at)).await?,
                    at,
                    policy,
                    roster,
                    key,
                });
            }
            self.forget(school).await;
        }
        Err(AppError::Unavailable(StoreError::Conflict))
    }

    /// The compiled policy of a school, loaded once however many ask.
    pub(in crate::app) async fn policy(&self, school: SchoolId) -> Result<Arc<SchoolPolicy>, AppError> {
        let load = async {
            let inputs = self
                .store
                .policy_inputs(school)
                .await?
                .ok_or(AppError::NotFound("school"))?;
            Ok::<_, AppError>(Arc::new(compile(&inputs, self.catalogue, &self.annexes)?))
        };
        self.policies.try_get_with(school, load).await.map_err(AppError::of_all)
    }

    /// Forgets what is cached of a school: it is read again at the next question.
    pub(in crate::app) async fn forget(&self, school: SchoolId) {
        self.policies.invalidate(&school).await;
        self.rosters.invalidate(&school).await;
    }

    /// A record of a decision that was made as of a moment, without what only some decisions have. INVARIANT: it has that
    /// moment, however long it waits to be written, since the key of its subjects is that of the year of its moment.
    #[expect(
        clippy::too_many_arguments,
        reason = "what a decision was about, each in its own words"
    )]
    pub(in crate::app) fn decision_draft(
        &self,
        kind: RecordKind,
        caller: &Caller,
        school: SchoolId,
        at: Timestamp,
        name: &'static str,
        asked: Option<&Request>,
        decision: &Decision,
    ) -> RecordDraft {
        let outcome = if decision.is_permit() {
            Outcome::Permit
        } else {
            Outcome::Deny
        };
        let channel = if kind == RecordKind::Login { "login" } else { "api" };
        let mut draft = RecordDraft::new(kind, outcome, Owner::School(school), name, channel, at, &*self.random);
        draft.asker = Some(caller.client);
        if let Role::Supplier { supplier, product } | Role::Distributor { supplier, product } = caller.role {
            draft.supplier = Some(supplier);
            draft.product = Some(product);
        }
        draft.trace_id = Hex::from_bytes(*caller.trace.as_bytes());
        let purpose = asked.and_then(|request| request.purpose);
        draft.purpose = purpose.map(|purpose| Code::from_static(purpose.code()));
        draft.receiver = asked.and_then(|request| request.receiver);
        draft.reasons = decision
            .reasons()
            .iter()
            .map(|reason| Code::from_static(reason.code.as_str()))
            .collect();
        draft.released = decision.released().iter().map(attribute_code).collect();
        draft.withheld = decision
            .withheld()
            .iter()
            .map(|withheld| WithheldCode {
                name: attribute_code(withheld.attribute),
                reason: Code::from_static(withheld.reason.code.as_str()),
            })
            .collect();
        draft.agreement = decision.agreement().map(|version| AgreementVersion {
            id: version.id,
            annex_hash: Digest::from_bytes(*version.annex_hash.as_bytes()),
        });
        draft
    }
}

impl Standing {
    /// The moment as of which everything is decided by it.
    pub(in crate::app) const fn at(&self) -> Timestamp {
        self.at
    }

    /// The keyed hash under which a record of this moment knows a person. It is made anew each time: a roster stays in memory
    /// over New Year's Eve, and a hash must not.
    pub(in crate::app) fn subject(&self, person: PersonId) -> Digest {
        self.subjects.of(person)
    }

    /// The request as it is decided now, however long ago it was asked.
    pub(in crate::app) fn now(&self, request: &Request) -> Request {
        Request {
            at: self.at,
            ..request.clone()
        }
    }
}

/// What is wanted, and why.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// The purpose that the request states; the token may state it instead.
    pub purpose: Option<Purpose>,
    /// To whom the data would go on, where the purpose has a receiver.
    pub receiver: Option<SupplierId>,
    /// The attributes; without a list, all that may be had.
    pub attributes: Option<AttributeSet>,
}

impl Wanted {
    /// All that a purpose gives.
    pub(in crate::app) fn all_for(purpose: Purpose) -> Self {
        Self {
            purpose: Some(purpose),
            ..Self::default()
        }
    }
}

/// What is wanted with the one purpose of the call: token and request must agree, and so must the schools.
pub(in crate::app) fn bound(caller: &Caller, school: SchoolId, wanted: Wanted) -> Result<Wanted, BindingError> {
    let Some(bound) = caller.bound else { return Ok(wanted) };
    if bound.school.is_some_and(|only| only != school) {
        return Err(BindingError::SchoolMismatch);
    }
    match (bound.purpose, wanted.purpose) {
        (Some(token), Some(request)) if token != request => Err(BindingError::PurposeMismatch),
        (token, request) => Ok(Wanted {
            purpose: token.or(request),
            ..wanted
        }),
    }
}

/// Refuses with what this kind of asker may know.
pub(in crate::app) fn refusal(decision: &Decision, role: &Role, record: RecordId) -> AppError {
    AppError::Refused(Box::new(Refusal {
        reasons: decision.seen_by(role.audience()).reasons().to_vec(),
        record,
    }))
}

/// The code of an attribute in a record.
pub(in crate::app) fn attribute_code(attribute: Attribute) -> Code {
    Code::from_static(attribute.as_str())
}

/// The categories of released attributes, as codes of this kind of person.
pub(in crate::app) fn category_codes(app: &App, kind: PersonKind, released: AttributeSet) -> Vec<Code> {
    app.catalogue
        .categories_of(released)
        .iter()
        .map(|category| Code::from_static(category.code(kind)))
        .collect()
}
