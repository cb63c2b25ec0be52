//! Asking the gate: what a supplier would get, and what is missing.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use sluis_core::{
    catalogue::{Attribute, AttributeSet, Purpose},
    gate::{
        self, Asker, Assurance, Audience, Channel, Decision, Direction, Facts, Reason, Request, SchoolPolicy,
        SubjectFacts, Withheld,
    },
    id::{self, ProductId, RecordId, SchoolId},
    ledger::{RecordDraft, RecordKind},
    person::PersonKind,
    time::Timestamp,
};

use crate::app::{
    App,
    caller::{Caller, Role},
    error::{AppError, Invalid},
    evidence::{Entry, Recorded},
    gatekeeper::{ATTEMPTS, Judged, Wanted, attribute_code, bound},
    organisation::School,
    store::{Page, StoreError},
};

/// How many schools are evaluated at once.
const REACHES_AT_ONCE: usize = 16;

/// What somebody wants to know of the gate.
#[derive(Debug, Clone)]
pub struct Question {
    /// The school.
    pub school: SchoolId,
    /// The product; a supplier asks about its own.
    pub product: Option<ProductId>,
    /// What would be wanted, and why.
    pub wanted: Wanted,
    /// About whom.
    pub kind: PersonKind,
}

/// What the gate would decide. Nothing was released.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// Whether it would permit.
    pub permit: bool,
    /// What would be released.
    pub released: Vec<Attribute>,
    /// What would be withheld.
    pub withheld: Vec<Withheld>,
    /// Why it would be refused, as far as the asker may know.
    pub reasons: Vec<Reason>,
    /// The record of this evaluation.
    pub record: RecordId,
}

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

impl App {
    /// The request of a release to this caller.
    pub(in crate::app) fn release_request(
        &self,
        caller: &Caller,
        school: SchoolId,
        wanted: Wanted,
        person_kind: PersonKind,
    ) -> Result<Request, AppError> {
        let (asker, product) = match caller.role {
            Role::Supplier { supplier, product } => (Asker::Supplier(supplier), product),
            Role::Distributor { supplier, product } => (Asker::Distributor(supplier), product),
            Role::Operator | Role::Board(_) | Role::School(_) => return Err(AppError::NotYours),
        };
        Ok(Request {
            asker,
            product,
            school,
            purpose: wanted.purpose,
            receiver: wanted.receiver,
            channel: Channel::Api,
            direction: Direction::Release,
            person_kind,
            attributes: wanted
                .attributes
                .unwrap_or_else(|| Attribute::ALL.into_iter().collect()),
            required: AttributeSet::default(),
            // No token is bound to a key of its sender yet, and over the API nobody has logged in.
            assurance: Assurance {
                second_factor: false,
                sender_bound: false,
            },
            at: self.now(),
        })
    }

    /// Evaluates without releasing. It is on record as an evaluation.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school, [`AppError::Invalid`] when no product is named.
    pub async fn decision_create(&self, caller: &Caller, question: Question) -> Result<Evaluation, AppError> {
        let school = question.school;
        match caller.role {
            Role::Operator => return Err(AppError::NotYours),
            Role::Board(_) | Role::School(_) => drop(self.controlled_school(caller, school).await?),
            // A school that is not there has no policy.
            Role::Supplier { .. } | Role::Distributor { .. } => {}
        }
        let asking = self.as_supplier(caller, question.product).await?;
        let wanted = bound(caller, school, question.wanted)?;
        let request = self.release_request(&asking, school, wanted, question.kind)?;
        let audience = caller.role.audience();
        self.through_the_gate(school, async |standing| {
            let decision = self.decide(&request, standing, SubjectFacts::School);
            let mut draft = self.decision_draft(
                RecordKind::Evaluation,
                &asking,
                school,
                "decision.create",
                Some(&request),
                &decision,
            );
            draft.asker = Some(caller.client);
            let seen = decision.seen_by(audience);
            let evaluation = Evaluation {
                permit: decision.is_permit(),
                released: decision.released().iter().collect(),
                withheld: seen.withheld().to_vec(),
                reasons: seen.reasons().to_vec(),
                record: draft.id,
            };
            Ok(Judged {
                draft,
                lines: None,
                answer: evaluation,
            })
        })
        .await
    }

    /// The caller as the supplier of a product: itself, or for a school the supplier that it asks about.
    async fn as_supplier(&self, caller: &Caller, product: Option<ProductId>) -> Result<Caller, AppError> {
        let wrong = |code, detail: &str| {
            AppError::Invalid(vec![Invalid {
                pointer: "/product".to_owned(),
                code,
                detail: detail.to_owned(),
            }])
        };
        match caller.role {
            Role::Supplier { product: own, .. } | Role::Distributor { product: own, .. } => match product {
                Some(other) if other != own => Err(wrong(
                    "product_of_another",
                    "a client acts for exactly one product, and this is another",
                )),
                _ => Ok(caller.clone()),
            },
            Role::Operator | Role::Board(_) | Role::School(_) => {
                let product = product.ok_or_else(|| wrong("required", "name the product that you ask about"))?;
                let product = self.product_view(product).await?;
                let role = Role::Supplier {
                    supplier: product.supplier,
                    product: product.id,
                };
                Ok(Caller { role, ..caller.clone() })
            }
        }
    }

    /// What the caller may do: for a supplier at each school of this page that ever switched its product on. Each of
    /// them is an evaluation on the school's record. It is about no person, and so no roster is opened for it.
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
        for _ in 0..ATTEMPTS {
            let policy = self.policy(school.id).await?;
            let (draft, reach) = self.evaluate(caller, product, &school, &policy).await?;
            match self.evidence.decision(Entry::new(policy.epoch(), draft)).await? {
                Recorded::Committed(_) => return Ok(reach),
                Recorded::Stale { .. } => self.forget(school.id).await,
                Recorded::Revoked => return Err(AppError::Revoked),
            }
        }
        Err(AppError::Unavailable(StoreError::Conflict))
    }

    /// Asks the gate for every purpose; the record tells what all of them together would release.
    async fn evaluate(
        &self,
        caller: &Caller,
        product: ProductId,
        school: &School,
        policy: &SchoolPolicy,
    ) -> Result<(RecordDraft, Reach), AppError> {
        let at = policy.moment(self.now());
        let since = self.on_since(product, school.id, at).await?;
        let (mut purposes, mut attributes) = (Vec::new(), AttributeSet::default());
        let (mut permit, mut denial): (Option<Decision>, Option<Decision>) = (None, None);
        for purpose in Purpose::ALL {
            let asked = self.release_request(caller, school.id, Wanted::all_for(purpose), PersonKind::Pupil)?;
            let request = Request { at, ..asked };
            let facts = Facts {
                policy: Some(policy),
                subject: SubjectFacts::School,
                catalogue: self.catalogue,
            };
            let decision = gate::decide(&request, &facts);
            if decision.is_permit() {
                purposes.push(purpose);
                attributes = attributes.union(decision.released());
                permit.get_or_insert(decision);
            } else {
                denial.get_or_insert(decision);
            }
        }
        let decision = permit.as_ref().or(denial.as_ref());
        let decision = decision.ok_or(AppError::Unavailable(StoreError::Corrupt(
            "a catalogue without purposes",
        )))?;
        let mut draft = self.decision_draft(RecordKind::Evaluation, caller, school.id, "me.view", None, decision);
        draft.released = attributes.iter().map(attribute_code).collect();
        draft.withheld.clear();
        let seen = decision.seen_by(Audience::Supplier);
        let mut told = BTreeSet::new();
        let missing = seen.reasons().iter().filter(|reason| told.insert(reason.code));
        let reach = Reach {
            school: school.clone(),
            since,
            purposes,
            attributes: attributes.iter().collect(),
            missing: missing.cloned().collect(),
        };
        Ok((draft, reach))
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
