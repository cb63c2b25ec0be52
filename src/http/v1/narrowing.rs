//! Narrowings: a school takes a category from a purpose of a product, and can take that back.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    catalogue::{DataCategory, Purpose},
    id::{AgreementId, NarrowingId, SchoolId},
    person::PersonKind,
    time::Timestamp,
};
use utoipa::ToSchema;

use super::path::{NarrowingPath, SchoolPath};
use crate::{
    app::{
        action::{EndNarrowing, MakeNarrowing, ReadNarrowing},
        narrow,
        narrowing::Narrowing,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Fields, Input, text},
        page::ListView,
        problem::Problem,
        response::{Conflict, NarrowingNotFound, SchoolNotFound, SchoolOrAgreementNotFound},
    },
};

/// A narrowing (beperking van een doeleinde): a category that a school takes from a purpose of a product. It is an instruction of
/// the controller (model 4.0, article 2.3) by which less is done than was agreed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NarrowingView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000026")]
    id: NarrowingId,
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// The agreement (verwerkersovereenkomst) that it was said of. It holds for every version of what is agreed about its product.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000006")]
    agreement: AgreementId,
    /// The purpose (doeleinde).
    #[schema(example = "D3")]
    purpose: &'static str,
    /// The category (categorie) that does not go for it: of pupils with `CD`, of staff with `CM`.
    #[schema(example = "CD20")]
    category: &'static str,
    /// From when on.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    valid_from: Timestamp,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
}

impl From<Narrowing> for NarrowingView {
    fn from(narrowing: Narrowing) -> Self {
        Self {
            id: narrowing.id,
            school: narrowing.school,
            agreement: narrowing.agreement,
            purpose: narrowing.purpose.code(),
            category: narrowing.category.code(narrowing.kind),
            valid_from: narrowing.window.from,
            valid_until: narrowing.window.until,
        }
    }
}

/// A new narrowing.
#[derive(Debug, ToSchema)]
pub(super) struct NarrowingCreate {
    /// The agreement (verwerkersovereenkomst) of the school's board.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000006")]
    agreement: AgreementId,
    /// The purpose (doeleinde).
    #[schema(value_type = String, example = "D3", pattern = "^D[0-9]{1,2}$")]
    purpose: Purpose,
    /// The category (categorie) that is not to go for it.
    #[schema(value_type = String, example = "CD20", pattern = "^C[DM][0-9]{1,2}$")]
    category: (PersonKind, DataCategory),
}

impl Input for NarrowingCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let agreement = fields.required("agreement", text(AgreementId::parse));
        let purpose = fields.required("purpose", text(Purpose::parse));
        let category = fields.required("category", text(DataCategory::parse));
        Some(Self {
            agreement: agreement?,
            purpose: purpose?,
            category: category?,
        })
    }
}

type NarrowingListView = ListView<NarrowingView>;

/// List what a school has taken from purposes
#[utoipa::path(operation_id = "narrowing_list", tag = "agreements", security(("bearer" = ["narrowing.read"])),
    params(SchoolPath),
    responses((status = 200, description = "The narrowings, ended ones too", body = NarrowingListView), SchoolNotFound))]
#[get("/schools/{school}/narrowings")]
pub(super) async fn narrowing_list(caller: May<ReadNarrowing>, path: Path<SchoolPath>) -> Answer<NarrowingListView> {
    let narrowings = caller.app().narrowing_list(caller.caller(), path.school).await?;
    Ok(Json(ListView::whole(narrowings)))
}

/// View what a school has taken from a purpose
#[utoipa::path(operation_id = "narrowing_view", tag = "agreements", security(("bearer" = ["narrowing.read"])),
    params(NarrowingPath),
    responses((status = 200, description = "The narrowing", body = NarrowingView), NarrowingNotFound))]
#[get("/schools/{school}/narrowings/{narrowing}")]
pub(super) async fn narrowing_view(caller: May<ReadNarrowing>, path: Path<NarrowingPath>) -> Answer<NarrowingView> {
    let NarrowingPath { school, narrowing } = *path;
    let found = caller.app().narrowing_view(caller.caller(), school, narrowing).await?;
    Ok(Json(found.into()))
}

/// Take a category from a purpose
///
/// When this has answered, data of the category (categorie) are not released for the purpose (doeleinde) any more, under any version of
/// what is agreed about the product, and rosters keep them no longer than another purpose needs them. It never permits more.
#[utoipa::path(operation_id = "narrowing_create", tag = "agreements", security(("bearer" = ["narrowing.make"])),
    params(SchoolPath), request_body = NarrowingCreate,
    responses((status = 201, description = "The narrowing", body = NarrowingView), SchoolOrAgreementNotFound, Conflict))]
#[post("/schools/{school}/narrowings")]
pub(super) async fn narrowing_create(
    caller: May<MakeNarrowing>,
    path: Path<SchoolPath>,
    Body(input): Body<NarrowingCreate>,
) -> Result<Created<NarrowingView>, Problem> {
    let create = narrow::NarrowingCreate {
        agreement: input.agreement,
        purpose: input.purpose,
        category: input.category,
    };
    let made = caller
        .app()
        .narrowing_create(caller.caller(), path.school, create)
        .await?;
    let location = format!("/v1/schools/{}/narrowings/{}", made.school, made.id);
    Ok(Created::at(location, made.into()))
}

/// Let a category go with a purpose again
///
/// What was agreed goes again; nothing more does.
#[utoipa::path(operation_id = "narrowing_end", tag = "agreements", security(("bearer" = ["narrowing.end"])),
    params(NarrowingPath),
    responses((status = 200, description = "The narrowing", body = NarrowingView), NarrowingNotFound, Conflict))]
#[post("/schools/{school}/narrowings/{narrowing}/_end")]
pub(super) async fn narrowing_end(caller: May<EndNarrowing>, path: Path<NarrowingPath>) -> Answer<NarrowingView> {
    let NarrowingPath { school, narrowing } = *path;
    let ended = caller.app().narrowing_end(caller.caller(), school, narrowing).await?;
    Ok(Json(ended.into()))
}
