//! Decisions: what the gate would say, without a release.

use actix_web::{post, web::Json};
use serde::Serialize;
use sluis_core::{
    catalogue::{Attribute, AttributeSet, Purpose},
    id::{ProductId, RecordId, SchoolId, SupplierId},
    person::PersonKind,
};
use utoipa::ToSchema;

use super::release::{Stated, WithheldView, attributes, purpose};
use crate::{
    app::{
        action::CreateDecision,
        error::{AppError, BindingError},
        gatekeeper::Wanted,
        judge::{Evaluation, Question},
    },
    http::{
        answer::Answer,
        authentication::May,
        input::{Fields, Input, choice, coded, text},
        reason::ReasonView,
        response::{BadRequestOrBinding, SchoolNotFound},
    },
};

/// What somebody wants to know of the gate.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct DecisionCreate {
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// The product (digitaal onderwijsmiddel); a supplier's client asks about its own and needs not name it.
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: Option<ProductId>,
    /// The purpose (doeleinde); token and header may state it too, and where two speak they must agree.
    #[schema(value_type = Option<String>, example = "D1")]
    purpose: Option<Purpose>,
    /// The attributes; without a list, all there are.
    #[schema(value_type = Option<Vec<String>>, max_items = 100, example = json!(["givenName", "birthDate"]))]
    attributes: Option<AttributeSet>,
    /// To whom the data would go on; stated under D5 and D11, which have a receiver, and under no other purpose.
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000003")]
    receiver: Option<SupplierId>,
    /// About pupils (`pupil`) or staff (`staff`).
    #[schema(value_type = Option<String>, default = "pupil", example = "pupil")]
    person_kind: PersonKind,
}

impl Input for DecisionCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        const KINDS: &[(&str, PersonKind)] = &[("pupil", PersonKind::Pupil), ("staff", PersonKind::Staff)];
        let school = fields.required("school", text(SchoolId::parse));
        let product = fields.optional("product", text(ProductId::parse));
        let purpose = fields.optional("purpose", coded(purpose));
        let attributes = fields.optional("attributes", attributes);
        let receiver = fields.optional("receiver", text(SupplierId::parse));
        let person_kind = fields.or("personKind", PersonKind::Pupil, choice(KINDS));
        Some(Self {
            school: school?,
            product: product?,
            purpose: purpose?,
            attributes: attributes?,
            receiver: receiver?,
            person_kind: person_kind?,
        })
    }
}

/// What the gate would decide (besluit). Nothing was released.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DecisionView {
    /// `permit` or `deny`.
    #[schema(example = "permit")]
    decision: &'static str,
    /// The attributes that would be released (verstrekt).
    #[schema(example = json!(["givenName"]))]
    released: Vec<&'static str>,
    /// The attributes that would be withheld (achtergehouden), with the reason.
    withheld: Vec<WithheldView>,
    /// Why it would be refused: all reasons at once.
    reasons: Vec<ReasonView>,
    /// The record (logregel) of this evaluation in the ledger of the school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000014")]
    record_id: RecordId,
}

impl From<Evaluation> for DecisionView {
    fn from(evaluation: Evaluation) -> Self {
        Self {
            decision: if evaluation.permit { "permit" } else { "deny" },
            released: evaluation.released.into_iter().map(Attribute::as_str).collect(),
            withheld: evaluation.withheld.into_iter().map(WithheldView::from).collect(),
            reasons: evaluation.reasons.iter().map(ReasonView::from).collect(),
            record_id: evaluation.record,
        }
    }
}

/// Ask for a decision
///
/// The answer is 200 whatever the decision is. It is about the school as a whole and never about one person, and it is
/// on record as an evaluation.
#[utoipa::path(operation_id = "decision_create", tag = "exchange", security(("bearer" = ["decision.create"])),
    params(("Purpose-Code" = Option<String>, Header, description = "The purpose, if not in the body", example = "D1")),
    request_body = DecisionCreate,
    responses(
        (status = 200, description = "The decision", body = DecisionView),
        BadRequestOrBinding, SchoolNotFound,
    ))]
#[post("/decisions")]
pub(super) async fn decision_create(
    caller: May<CreateDecision>,
    stated: Stated<DecisionCreate>,
) -> Answer<DecisionView> {
    let Stated { purpose, input } = stated;
    let purpose = match (purpose, input.purpose) {
        (Some(header), Some(body)) if header != body => {
            return Err(AppError::from(BindingError::PurposeMismatch).into());
        }
        (header, body) => header.or(body),
    };
    let question = Question {
        school: input.school,
        product: input.product,
        wanted: Wanted {
            purpose,
            receiver: input.receiver,
            attributes: input.attributes,
        },
        kind: input.person_kind,
    };
    let evaluation = caller.app().decision_create(caller.caller(), question).await?;
    Ok(Json(evaluation.into()))
}
