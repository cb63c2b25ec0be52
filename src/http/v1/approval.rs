//! Approvals: a school says yes to an optional module or category of an agreement, and can take it back.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    agreement::ModuleCode,
    id::{AgreementId, ApprovalId, SchoolId},
    time::Timestamp,
};
use utoipa::ToSchema;

use super::path::{ApprovalPath, SchoolPath};
use crate::{
    app::{
        action::{GiveApproval, ReadApproval, WithdrawApproval},
        agree,
        agreement::{Approval, ApprovalForm},
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Fields, Input, text},
        page::ListView,
        problem::Problem,
        response::{ApprovalNotFound, Conflict, SchoolNotFound, SchoolOrAgreementNotFound},
    },
};

/// An approval (akkoord) of an optional module by a school.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApprovalView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000007")]
    id: ApprovalId,
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// The agreement (verwerkersovereenkomst).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000006")]
    agreement: AgreementId,
    /// The code of the module in the annex, or of the category.
    #[schema(example = "berichten")]
    module: String,
    /// `act`, or `practice`: the school has switched it on, which counts as approval where the annex says so.
    #[schema(example = "act")]
    form: &'static str,
    /// From when on.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    valid_from: Timestamp,
    /// When it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
}

impl From<Approval> for ApprovalView {
    fn from(approval: Approval) -> Self {
        Self {
            id: approval.id,
            school: approval.school,
            agreement: approval.agreement,
            module: approval.module,
            form: approval.form.as_str(),
            valid_from: approval.window.from,
            valid_until: approval.window.until,
        }
    }
}

/// A new approval.
#[derive(Debug, ToSchema)]
pub(super) struct ApprovalCreate {
    /// The agreement (verwerkersovereenkomst) of the school's board.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000006")]
    agreement: AgreementId,
    /// The code of an optional module of its annex. In an annex with `ticks`, an optional category is such a part as well, by
    /// its code in lower case: `cd18` for `CD18`.
    #[schema(value_type = String, example = "berichten", pattern = "^[a-z][a-z0-9-]{0,39}$")]
    module: ModuleCode,
    /// `act`, which it is without, or `practice`: the school has switched the module on in practice. That counts where the
    /// annex says so of the module (`approvedByUse`), while the product is on.
    #[schema(value_type = Option<String>, example = "act", pattern = "^(act|practice)$")]
    form: ApprovalForm,
}

impl Input for ApprovalCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let agreement = fields.required("agreement", text(AgreementId::parse));
        let module = fields.required("module", text(ModuleCode::parse));
        let form = fields.optional("form", text(ApprovalForm::parse));
        Some(Self {
            agreement: agreement?,
            module: module?,
            form: form?.unwrap_or_default(),
        })
    }
}

type ApprovalListView = ListView<ApprovalView>;

/// List the approvals of a school
#[utoipa::path(operation_id = "approval_list", tag = "agreements", security(("bearer" = ["approval.read"])),
    params(SchoolPath),
    responses((status = 200, description = "The approvals, withdrawn ones too", body = ApprovalListView),
        SchoolNotFound))]
#[get("/schools/{school}/approvals")]
pub(super) async fn approval_list(caller: May<ReadApproval>, path: Path<SchoolPath>) -> Answer<ApprovalListView> {
    let approvals = caller.app().approval_list(caller.caller(), path.school).await?;
    Ok(Json(ListView::whole(approvals)))
}

/// View an approval
#[utoipa::path(operation_id = "approval_view", tag = "agreements", security(("bearer" = ["approval.read"])),
    params(ApprovalPath),
    responses((status = 200, description = "The approval", body = ApprovalView), ApprovalNotFound))]
#[get("/schools/{school}/approvals/{approval}")]
pub(super) async fn approval_view(caller: May<ReadApproval>, path: Path<ApprovalPath>) -> Answer<ApprovalView> {
    let found = caller
        .app()
        .approval_view(caller.caller(), path.school, path.approval)
        .await?;
    Ok(Json(found.into()))
}

/// Approve an optional module or category
///
/// Without the approval (akkoord) of the school an optional part of an agreement permits nothing.
#[utoipa::path(operation_id = "approval_create", tag = "agreements", security(("bearer" = ["approval.give"])),
    params(SchoolPath), request_body = ApprovalCreate,
    responses((status = 201, description = "The approval", body = ApprovalView), SchoolOrAgreementNotFound, Conflict))]
#[post("/schools/{school}/approvals")]
pub(super) async fn approval_create(
    caller: May<GiveApproval>,
    path: Path<SchoolPath>,
    Body(input): Body<ApprovalCreate>,
) -> Result<Created<ApprovalView>, Problem> {
    let create = agree::ApprovalCreate {
        agreement: input.agreement,
        module: input.module.as_str().to_owned(),
        form: input.form,
    };
    let approval = caller
        .app()
        .approval_create(caller.caller(), path.school, create)
        .await?;
    let location = format!("/v1/schools/{}/approvals/{}", approval.school, approval.id);
    Ok(Created::at(location, approval.into()))
}

/// Withdraw an approval
///
/// When this has answered, nothing is released by it any more.
#[utoipa::path(operation_id = "approval_withdraw", tag = "agreements", security(("bearer" = ["approval.withdraw"])),
    params(ApprovalPath),
    responses((status = 200, description = "The approval", body = ApprovalView), ApprovalNotFound, Conflict))]
#[post("/schools/{school}/approvals/{approval}/_withdraw")]
pub(super) async fn approval_withdraw(caller: May<WithdrawApproval>, path: Path<ApprovalPath>) -> Answer<ApprovalView> {
    let ApprovalPath { school, approval } = *path;
    let approval = caller
        .app()
        .approval_withdraw(caller.caller(), school, approval)
        .await?;
    Ok(Json(approval.into()))
}
