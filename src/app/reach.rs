//! What a product may have at a school, purpose by purpose, and what is missing: evaluations, on record as such. They are
//! about no person, and so no roster is opened for them.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use sluis_core::{
    catalogue::{Attribute, AttributeSet, Purpose},
    gate::{self, AgreementUsed, Audience, Decision, Facts, Reason, Request, SchoolPolicy, SubjectFacts},
    id::{self, ProductId, RecordId, SchoolId, SupplierId},
    ledger::{RecordDraft, RecordKind},
    person::PersonKind,
    time::Timestamp,
};

use crate::app::{
    App,
    caller::{Caller, Role},
    error::AppError,
    evidence::{Entry, Recorded},
    gatekeeper::{ATTEMPTS, Wanted, attribute_code},
    organisation::School,
    store::{Page, StoreError},
};

/// How many schools are evaluated at once.
const REACHES_AT_ONCE: usize = 16;

/// What a client may do at one school.
#[derive(Debug, Clone)]
pub struct Reach {
    /// The school.
    pub school: School,
    /// Since when its product is switched on there by both sides, if it is now.
    pub since: Option<Timestamp>,
    /// The purposes that are permitted now.
    pub purposes: Vec<Purpose>,
    /// The attributes that one of these purposes releases of pupils.
    pub attributes: Vec<Attribute>,
    /// What is missing for the purposes that every product needs first, when none is permitted.
    pub missing: Vec<Reason>,
}

/// What a client may do at the schools of one page.
#[derive(Debug, Clone, Default)]
pub struct Reaches {
    /// The schools, by id.
    pub items: Vec<Reach>,
    /// The last of them, when there are more.
    pub next: Option<SchoolId>,
}

/// About which product somebody wants to know all of it.
#[derive(Debug, Clone, Copy)]
pub struct ReachQuestion {
    /// The school.
    pub school: SchoolId,
    /// The product; a supplier asks about its own.
    pub product: Option<ProductId>,
    /// To whom data would go on, for the purposes that have a receiver.
    pub receiver: Option<SupplierId>,
}

/// What a product may have at one school, purpose by purpose. Nothing was released.
#[derive(Debug, Clone)]
pub struct WholeReach {
    /// The product.
    pub product: ProductId,
    /// Since when it is switched on by both sides, if it is now.
    pub since: Option<Timestamp>,
    /// The agreement whose rows were looked at, in force or not.
    pub agreement: Option<AgreementUsed>,
    /// What the gate says for each purpose and kind of person, as far as the asker may know.
    pub purposes: Vec<PurposeReach>,
    /// The record of this evaluation.
    pub record: RecordId,
}

/// What the gate says of one purpose and kind of person.
#[derive(Debug, Clone)]
pub struct PurposeReach {
    /// The purpose.
    pub purpose: Purpose,
    /// Pupils or staff.
    pub kind: PersonKind,
    /// What the gate would decide.
    pub decision: Decision,
}

impl App {
    /// What the caller may do: for a supplier at each school of this page that ever switched its product on. Each of
    /// them is an evaluation on the school's record.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] when one of them could not be recorded.
    pub async fn me_view(&self, caller: &Caller, page: Page<id::School>) -> Result<Reaches, AppError> {
        let (Role::Supplier { product, .. } | Role::Distributor { product, .. }) = caller.role else {
            return Ok(Reaches::default());
        };
        let more = Page {
            limit: page.limit.saturating_add(1),
            ..page
        };
        let mut schools = match self.school_list(caller, more).await {
            // A token may be bound to a school that never switched the product on.
            Err(AppError::NotFound(_)) => Vec::new(),
            found => found?,
        };
        let more = schools.len() > usize::from(page.limit);
        schools.truncate(usize::from(page.limit));
        let next = schools.last().filter(|_| more).map(|school| school.id);
        let mut items = Vec::with_capacity(schools.len());
        // Those of one chunk are committed together.
        while !schools.is_empty() {
            let rest = schools.split_off(schools.len().min(REACHES_AT_ONCE));
            let chunk = schools.into_iter().map(|school| self.reach(caller, product, school));
            items.extend(try_join_all(chunk).await?);
            schools = rest;
        }
        Ok(Reaches { items, next })
    }

    async fn reach(&self, caller: &Caller, product: ProductId, school: School) -> Result<Reach, AppError> {
        self.evaluated(school.id, async |policy, at| {
            let since = self.on_since(product, school.id, at).await?;
            let lines = self.lines(caller, policy, at, &[PersonKind::Pupil], None)?;
            let permitted = || lines.iter().filter(|line| line.decision.is_permit());
            let denied = lines.first().filter(|_| permitted().next().is_none());
            let seen = denied.map(|line| line.decision.seen_by(Audience::Supplier));
            let mut told = BTreeSet::new();
            let missing = seen.iter().flat_map(Decision::reasons);
            let reach = Reach {
                school: school.clone(),
                since,
                purposes: permitted().map(|line| line.purpose).collect(),
                attributes: released(&lines).iter().collect(),
                missing: missing.filter(|reason| told.insert(reason.code)).cloned().collect(),
            };
            Ok((self.draft_of(caller, school.id, at, "me.view", &lines)?, reach))
        })
        .await
    }

    /// What a product would get at a school for each purpose and kind of person, what would be withheld, and what is
    /// missing. One evaluation is on the school's record.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school that the caller may not know, as for one that is not there;
    /// [`AppError::Invalid`] when a school or board names no product.
    pub async fn reach_view(&self, caller: &Caller, question: ReachQuestion) -> Result<WholeReach, AppError> {
        let ReachQuestion {
            school,
            product,
            receiver,
        } = question;
        let school = self.school_view(caller, school).await?.id;
        let (asking, product) = self.as_supplier(caller, product).await?;
        let audience = caller.role.audience();
        self.evaluated(school, async |policy, at| {
            let since = self.on_since(product, school, at).await?;
            let mut lines = self.lines(&asking, policy, at, &[PersonKind::Pupil, PersonKind::Staff], receiver)?;
            let mut draft = self.draft_of(&asking, school, at, "reach.view", &lines)?;
            draft.receiver = receiver;
            for line in &mut lines {
                line.decision = line.decision.seen_by(audience);
            }
            let reach = WholeReach {
                product,
                since,
                agreement: lines.iter().find_map(|line| line.decision.agreement()).copied(),
                purposes: lines,
                record: draft.id,
            };
            Ok((draft, reach))
        })
        .await
    }

    /// Evaluates by the policy of a school and records it, again and again until the record stands.
    async fn evaluated<T>(
        &self,
        school: SchoolId,
        judge: impl AsyncFn(&SchoolPolicy, Timestamp) -> Result<(RecordDraft, T), AppError>,
    ) -> Result<T, AppError> {
        for _ in 0..ATTEMPTS {
            let policy = self.policy(school).await?;
            let (draft, answer) = judge(&policy, policy.moment(self.now())).await?;
            match self.evidence.decision(Entry::new(policy.epoch(), draft)).await? {
                Recorded::Committed(_) => return Ok(answer),
                Recorded::Stale { .. } => self.forget(school).await,
                Recorded::Revoked => return Err(AppError::Revoked),
            }
        }
        Err(AppError::Unavailable(StoreError::Conflict))
    }

    /// Asks the gate for every purpose and these kinds of persons.
    fn lines(
        &self,
        asking: &Caller,
        policy: &SchoolPolicy,
        at: Timestamp,
        kinds: &[PersonKind],
        receiver: Option<SupplierId>,
    ) -> Result<Vec<PurposeReach>, AppError> {
        let facts = Facts {
            policy: Some(policy),
            subject: SubjectFacts::School,
            catalogue: self.catalogue,
        };
        let mut lines = Vec::with_capacity(Purpose::ALL.len() * kinds.len());
        for purpose in Purpose::ALL {
            for &kind in kinds {
                let asked = self.release_request(asking, policy.school(), Wanted::all_for(purpose), kind)?;
                let receiver = receiver.filter(|_| asked.asker.names_receiver(purpose));
                let decision = gate::decide(&Request { at, receiver, ..asked }, &facts);
                lines.push(PurposeReach {
                    purpose,
                    kind,
                    decision,
                });
            }
        }
        Ok(lines)
    }

    /// The record of an evaluation of every purpose: a permit when one of them is permitted, with what all of them
    /// together would release.
    fn draft_of(
        &self,
        asking: &Caller,
        school: SchoolId,
        at: Timestamp,
        name: &'static str,
        lines: &[PurposeReach],
    ) -> Result<RecordDraft, AppError> {
        let permitted = lines.iter().find(|line| line.decision.is_permit());
        let line = permitted.or(lines.first());
        let line = line.ok_or(AppError::Unavailable(StoreError::Corrupt(
            "a catalogue without purposes",
        )))?;
        let mut draft = self.decision_draft(RecordKind::Evaluation, asking, school, at, name, None, &line.decision);
        draft.released = released(lines).iter().map(attribute_code).collect();
        draft.withheld.clear();
        Ok(draft)
    }

    /// Since when a product is switched on at a school: both sides have accepted and at this moment it has not ended.
    async fn on_since(
        &self,
        product: ProductId,
        school: SchoolId,
        at: Timestamp,
    ) -> Result<Option<Timestamp>, AppError> {
        let activations = self.store.activations(school).await?;
        let on = activations
            .into_iter()
            .filter(|activation| activation.product == product && activation.window.holds(at))
            .find_map(|activation| Some(activation.window.from.max(activation.accepted_by_supplier_at?)));
        Ok(on)
    }
}

/// What these purposes together release.
fn released(lines: &[PurposeReach]) -> AttributeSet {
    let none = AttributeSet::default();
    let released = lines.iter().map(|line| line.decision.released());
    released.fold(none, AttributeSet::union)
}
