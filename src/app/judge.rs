//! Asking the gate: what a supplier would get, and what is missing.

use sluis_core::{
    agreement::SupplierKind,
    catalogue::{Attribute, AttributeSet},
    gate::{Asker, Assurance, Audience, Channel, Direction, Reason, Request, Withheld},
    id::{ProductId, RecordId, SchoolId},
    ledger::RecordKind,
    person::PersonKind,
};

use crate::app::{
    App,
    caller::{Caller, Role},
    error::{AppError, Invalid},
    gatekeeper::{Judged, Wanted, bound},
    learner::About,
    whom::Whom,
};

/// What somebody wants to know of the gate.
#[derive(Debug)]
pub struct Question {
    /// The school.
    pub school: SchoolId,
    /// The product; a supplier asks about its own.
    pub product: Option<ProductId>,
    /// What would be wanted, and why.
    pub wanted: Wanted,
    /// About whom: pupils or staff,
    pub kind: PersonKind,
    /// and who of them, if it is about one person: only a school or board asks that.
    pub whom: Option<Whom>,
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

    /// Evaluates without releasing. It is on record as an evaluation, and about a person by their keyed hash.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school, [`AppError::Invalid`] when no product is named or a supplier names a
    /// person.
    pub async fn decision_create(&self, caller: &Caller, question: Question) -> Result<Evaluation, AppError> {
        let school = question.school;
        match caller.role {
            Role::Operator => return Err(AppError::NotYours),
            Role::Board(_) | Role::School(_) => drop(self.controlled_school(caller, school).await?),
            // A school that is not there has no policy.
            Role::Supplier { .. } | Role::Distributor { .. } => {}
        }
        let audience = caller.role.audience();
        let asking = self.as_supplier(caller, question.product).await;
        // All reasons about a person come back, so that this is for those who may see them.
        let named = question.whom.as_ref().filter(|_| audience == Audience::Supplier);
        let (asking, _) = match (named.map(Whom::not_for_suppliers), asking) {
            (None, asking) => asking?,
            (Some(wrong), Err(AppError::Invalid(more))) => {
                return Err(AppError::Invalid([vec![wrong], more].concat()));
            }
            (Some(wrong), _) => return Err(AppError::Invalid(vec![wrong])),
        };
        let wanted = bound(caller, school, question.wanted)?;
        let request = self.release_request(&asking, school, wanted, question.kind)?;
        self.through_the_gate(school, async |standing| {
            let find = |whom: &Whom| whom.find(question.kind, &standing.roster, &*standing.key);
            let about = match &question.whom {
                None => About::School,
                Some(whom) => find(whom).map_or(About::Nobody, About::Enrolled),
            };
            let decision = self.decide(&request, standing, about.facts());
            let mut draft = self.decision_draft(
                RecordKind::Evaluation,
                &asking,
                school,
                standing.at(),
                "decision.create",
                Some(&request),
                &decision,
            );
            draft.asker = Some(caller.client);
            draft.subject = about.person().map(|person| standing.subject(person.id));
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

    /// The caller as the supplier of a product, and that product: its own, or for a school the one that it asks about.
    pub(in crate::app) async fn as_supplier(
        &self,
        caller: &Caller,
        product: Option<ProductId>,
    ) -> Result<(Caller, ProductId), AppError> {
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
                _ => Ok((caller.clone(), own)),
            },
            Role::Operator | Role::Board(_) | Role::School(_) => {
                let product = product.ok_or_else(|| wrong("required", "name the product that you ask about"))?;
                let supplier = self.product_view(product).await?.supplier;
                let role = match self.supplier_view(supplier).await?.kind {
                    SupplierKind::Supplier => Role::Supplier { supplier, product },
                    SupplierKind::Distributor => Role::Distributor { supplier, product },
                };
                Ok((Caller { role, ..caller.clone() }, product))
            }
        }
    }
}
