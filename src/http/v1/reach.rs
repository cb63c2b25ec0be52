//! What a product would get at a school, purpose by purpose, and what is missing.

use actix_web::{
    get,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    agreement::AnnexHash,
    catalogue::Attribute,
    gate::AgreementUsed,
    id::{AgreementId, ProductId, RecordId, SchoolId, SupplierId},
    time::Timestamp,
};
use utoipa::{IntoParams, ToSchema};

use super::{path::SchoolPath, release::WithheldView};
use crate::{
    app::{
        action::ReadReach,
        error::AppError,
        reach::{PurposeReach, ReachQuestion, WholeReach},
    },
    http::{
        answer::Answer,
        authentication::May,
        body::Query,
        input::{Fields, Input, Spot, text},
        problem::Problem,
        reason::ReasonView,
        response::SchoolOrProductNotFound,
    },
};

/// About what.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReachQuery {
    /// The product (digitaal onderwijsmiddel). A school or board names it; a supplier's client asks about its own.
    #[param(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: Option<ProductId>,
    /// To whom data would go on under D5 and D11, for a distributor (distributeur) under D12 too; without it they are refused for that.
    #[param(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000003")]
    receiver: Option<SupplierId>,
}

impl Input for ReachQuery {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let product = fields.optional("product", text(ProductId::parse));
        let receiver = fields.optional("receiver", text(SupplierId::parse));
        Some(Self {
            product: product?,
            receiver: receiver?,
        })
    }
}

/// What a product would get at a school (besluiten, zonder verstrekking). Nothing was released, and nothing of it is about
/// one person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReachDetailView {
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// The product.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: ProductId,
    /// Since when the product is switched on (activatie) by both sides; absent when it is not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-08-24T10:00:00.000Z")]
    since: Option<Timestamp>,
    /// The agreement (verwerkersovereenkomst) whose rows decide; absent when both sides have accepted none. Where it does
    /// not hold now, the reasons say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement: Option<AgreementUsedView>,
    /// What the gate says for each purpose (doeleinde) of the catalogue, of pupils and of staff.
    purposes: Vec<PurposeReachView>,
    /// The record (logregel) of this evaluation in the ledger of the school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000014")]
    record_id: RecordId,
}

/// The agreement that decides.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AgreementUsed)]
struct AgreementUsedView {
    /// Its id.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000006")]
    id: AgreementId,
    /// SHA-256 of the canonical annex: the version, word for word.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    annex_hash: AnnexHash,
    /// The model (modelverwerkersovereenkomst) that it follows.
    #[schema(example = "4.0-coded")]
    model: &'static str,
    /// Since when: not before both sides had accepted it.
    #[schema(value_type = String, format = DateTime, example = "2026-09-01T00:00:00.000Z")]
    valid_from: Timestamp,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-08-01T00:00:00.000Z")]
    valid_until: Option<Timestamp>,
}

/// What the gate says of one purpose and kind of person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PurposeReach)]
struct PurposeReachView {
    /// The purpose (doeleinde).
    #[schema(example = "D1")]
    purpose: &'static str,
    /// Of pupils (`pupil`) or staff (`staff`).
    #[schema(example = "pupil")]
    person_kind: &'static str,
    /// `permit` or `deny`.
    #[schema(example = "permit")]
    decision: &'static str,
    /// The attributes that would be released (verstrekt).
    #[schema(example = json!(["givenName"]))]
    released: Vec<&'static str>,
    /// The attributes that would be withheld (achtergehouden), each with the reason.
    withheld: Vec<WithheldView>,
    /// Why it would be refused: all reasons at once, each with what is missing and who can fix it.
    reasons: Vec<ReasonView>,
}

impl From<AgreementUsed> for AgreementUsedView {
    fn from(agreement: AgreementUsed) -> Self {
        Self {
            id: agreement.id,
            annex_hash: agreement.annex_hash,
            model: agreement.model.as_str(),
            valid_from: agreement.window.from,
            valid_until: agreement.window.until,
        }
    }
}

impl From<PurposeReach> for PurposeReachView {
    fn from(line: PurposeReach) -> Self {
        let PurposeReach {
            purpose,
            kind,
            decision,
        } = line;
        Self {
            purpose: purpose.code(),
            person_kind: kind.as_str(),
            decision: if decision.is_permit() { "permit" } else { "deny" },
            released: decision.released().iter().map(Attribute::as_str).collect(),
            withheld: decision.withheld().iter().cloned().map(WithheldView::from).collect(),
            reasons: decision.reasons().iter().map(ReasonView::from).collect(),
        }
    }
}

/// View what a product would get
///
/// What the gate would decide for each purpose (doeleinde) of the catalogue, of pupils and of staff, if everything were asked
/// for that there is: what would be released and withheld, and for what is not permitted every reason with its article,
/// what is missing and who can fix it. It is on record as one evaluation. A supplier gets the same answer for a school that
/// never switched its product on as for one that is not there.
#[utoipa::path(operation_id = "reach_view", tag = "exchange", security(("bearer" = ["reach.read"])),
    params(SchoolPath, ReachQuery),
    responses((status = 200, description = "What the product would get", body = ReachDetailView), SchoolOrProductNotFound))]
#[get("/schools/{school}/reach")]
pub(super) async fn reach_view(
    caller: May<ReadReach>,
    path: Path<SchoolPath>,
    Query(query): Query<ReachQuery>,
) -> Answer<ReachDetailView> {
    let ReachQuery { product, receiver } = query;
    let school = path.school;
    let question = ReachQuestion {
        school,
        product,
        receiver,
    };
    let reach = caller.app().reach_view(caller.caller(), question).await;
    let WholeReach {
        product,
        since,
        agreement,
        purposes,
        record,
    } = reach.map_err(about_the_query)?;
    Ok(Json(ReachDetailView {
        school,
        product,
        since,
        agreement: agreement.map(AgreementUsedView::from),
        purposes: purposes.into_iter().map(PurposeReachView::from).collect(),
        record_id: record,
    }))
}

/// What a use case says of a field is said of a parameter here.
fn about_the_query(error: AppError) -> Problem {
    match error {
        AppError::Invalid(errors) => {
            let named = errors.into_iter().map(|error| {
                let name = error.pointer.trim_start_matches('/').to_owned();
                Spot::Parameter(name).error(error.code, error.detail)
            });
            Problem::input(named.collect())
        }
        other => other.into(),
    }
}
