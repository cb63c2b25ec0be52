//! Asking the gate: what a supplier would get, and what is missing.

use std::collections::BTreeSet;

use sluis_core::{
    catalogue::{Attribute, AttributeSet, Purpose},
    gate::{Asker, Assurance, Audience, Channel, Direction, Reason, Request, SubjectFacts, Withheld},
    id::{ProductId, RecordId, SchoolId},
    ledger::RecordKind,
    person::PersonKind,
    time::Timestamp,
};

use crate::app::{
    App,
    caller::{Caller, Role},
    error::{AppError, Invalid},
    gatekeeper::Judged,
    organisation::School,
};

/// What somebody wants to know of the gate.
#[derive(Debug, Clone)]
pub struct Question {
    /// The school.
    pub school: SchoolId,
    /// The product; a supplier asks about its own.
    pub product: Option<ProductId>,
    /// The purpose.
    pub purpose: Option<Purpose>,
    /// The attributes; without a list, all there are.
    pub attributes: Option<AttributeSet>,
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

impl App {
    /// The request of a release to this caller.
    pub(in crate::app) fn release_request(
        &self,
        caller: &Caller,
        school: SchoolId,
        purpose: Option<Purpose>,
        attributes: Option<AttributeSet>,
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
            purpose,
            receiver: None,
            channel: Channel::Api,
            direction: Direction::Release,
            person_kind,
            attributes: attributes.unwrap_or_else(|| Attribute::ALL.into_iter().collect()),
            required: AttributeSet::default(),
            // The client proved possession of its key when it asked for the token.
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
        let school = match caller.role {
            Role::Operator => return Err(AppError::NotYours),
            Role::Board(_) | Role::School(_) => self.controlled_school(caller, question.school).await?,
            Role::Supplier { .. } | Role::Distributor { .. } => self
                .store
                .school(question.school)
                .await?
                .ok_or(AppError::NotFound("school"))?,
        };
        let asking = self.as_supplier(caller, question.product).await?;
        let purpose = self.bound_purpose(caller, school.id, question.purpose)?;
        let request = self.release_request(&asking, school.id, purpose, question.attributes, question.kind)?;
        let audience = caller.role.audience();
        self.through_the_gate(school.id, async |standing| {
            let decision = self.decide(&request, standing, SubjectFacts::School);
            let mut draft = self.decision_draft(
                RecordKind::Evaluation,
                &asking,
                school.id,
                "decision.create",
                purpose,
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

    /// What the caller may do: for a supplier at each school that switched its product on.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn me_view(&self, caller: &Caller) -> Result<Vec<Reach>, AppError> {
        let (Role::Supplier { product, .. } | Role::Distributor { product, .. }) = caller.role else {
            return Ok(Vec::new());
        };
        let mut reaches = Vec::new();
        for school in self.store.schools_of_product(product).await? {
            reaches.push(self.reach(caller, product, school).await?);
        }
        Ok(reaches)
    }

    async fn reach(&self, caller: &Caller, product: ProductId, school: School) -> Result<Reach, AppError> {
        let policy = self.current_policy(school.id).await?;
        let since = self.on_since(product, school.id).await?;
        let (mut purposes, mut attributes) = (Vec::new(), AttributeSet::default());
        let mut missing: Vec<Reason> = Vec::new();
        for purpose in Purpose::ALL {
            let request = self.release_request(caller, school.id, Some(purpose), None, PersonKind::Pupil)?;
            let facts = sluis_core::gate::Facts {
                policy: Some(&policy),
                subject: SubjectFacts::School,
                catalogue: self.catalogue,
            };
            let decision = sluis_core::gate::decide(&request, &facts);
            if decision.is_permit() {
                purposes.push(purpose);
                attributes = attributes.union(decision.released());
            } else if missing.is_empty() {
                missing = decision.seen_by(Audience::Supplier).reasons().to_vec();
            }
        }
        if !purposes.is_empty() {
            missing.clear();
        }
        let mut seen = BTreeSet::new();
        missing.retain(|reason| seen.insert(reason.code));
        Ok(Reach {
            school,
            since,
            purposes,
            attributes: attributes.iter().collect(),
            missing,
        })
    }

    /// Since when a product is switched on at a school: both sides have accepted and it has not ended.
    async fn on_since(&self, product: ProductId, school: SchoolId) -> Result<Option<Timestamp>, AppError> {
        let now = self.now();
        let activations = self.store.activations(school).await?;
        let on = activations
            .into_iter()
            .filter(|activation| activation.product == product && activation.window.holds(now))
            .find_map(|activation| Some(activation.window.from.max(activation.accepted_by_supplier_at?)));
        Ok(on)
    }
}
