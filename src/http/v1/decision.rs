//! Decisions: what the gate would say, without a release.

use actix_web::{post, web::Json};
use serde::Serialize;
use sluis_core::{
    catalogue::{Attribute, AttributeSet, Purpose},
    id::{ProductId, RecordId, SchoolId, SupplierId},
    person::PersonKind,
};
use utoipa::ToSchema;

use super::{
    release::{Stated, WithheldView, attributes, purpose},
    whom::StatedKey,
};
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
        input::{Fields, Input, coded, text},
        reason::ReasonView,
        response::{BadRequestOrBinding, SchoolOrProductNotFound},
    },
};

/// What somebody wants to know of the gate. A school or board may name a person, by `eckId` or `sourceKey`.
#[derive(ToSchema)]
#[schema(as = DecisionCreate, rename_all = "camelCase")]
#[expect(dead_code, reason = "the form in the document; what is read is `DecisionCreate`")]
pub(super) struct DecisionForm {
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
    /// To whom the data would go on; stated under D5 and D11, by a distributor (distributeur) under D12 too, and under no other purpose.
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000003")]
    receiver: Option<SupplierId>,
    /// About pupils (`pupil`) or staff (`staff`).
    #[schema(value_type = Option<String>, default = "pupil", example = "pupil")]
    person_kind: PersonKind,
    /// The ECK iD (ketenpseudoniem) of the person whom it is about. Only a school or board may name one.
    #[schema(pattern = "^https://ketenid\\.nl/[^/]+/[0-9a-f]{128}$")]
    eck_id: Option<String>,
    /// The key of the person in the administration of the school, as it delivers it; instead of `eckId`.
    #[schema(min_length = 1, max_length = 100)]
    source_key: Option<String>,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct DecisionCreate {
    school: SchoolId,
    product: Option<ProductId>,
    purpose: Option<Purpose>,
    attributes: Option<AttributeSet>,
    receiver: Option<SupplierId>,
    person_kind: PersonKind,
    person: Option<StatedKey>,
}

impl Input for DecisionCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let school = fields.required("school", text(SchoolId::parse));
        let product = fields.optional("product", text(ProductId::parse));
        let purpose = fields.optional("purpose", coded(purpose));
        let attributes = fields.optional("attributes", attributes);
        let receiver = fields.optional("receiver", text(SupplierId::parse));
        let person_kind = fields.or("personKind", PersonKind::Pupil, text(PersonKind::parse));
        let person = StatedKey::read(fields);
        Some(Self {
            school: school?,
            product: product?,
            purpose: purpose?,
            attributes: attributes?,
            receiver: receiver?,
            person_kind: person_kind?,
            person: person?,
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
/// The answer is 200 whatever the decision is, and it is on record as an evaluation. For a supplier it is about the school
/// as a whole, never about one person. A school or board may name a person of its roster, and learns every reason why that
/// person would not be available to the product.
#[utoipa::path(operation_id = "decision_create", tag = "exchange", security(("bearer" = ["decision.create"])),
    params(("Purpose-Code" = Option<String>, Header, description = "The purpose, if not in the body", example = "D1")),
    request_body = DecisionForm,
    responses(
        (status = 200, description = "The decision", body = DecisionView),
        BadRequestOrBinding, SchoolOrProductNotFound,
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
    let rules = caller.app().eck_id_rules();
    let whom = input.person.map(|person| person.whom(rules)).transpose()?;
    let question = Question {
        school: input.school,
        product: input.product,
        wanted: Wanted {
            purpose,
            receiver: input.receiver,
            attributes: input.attributes,
        },
        kind: input.person_kind,
        whom,
    };
    let evaluation = caller.app().decision_create(caller.caller(), question).await?;
    Ok(Json(evaluation.into()))
}
