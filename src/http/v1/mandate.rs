//! Mandates: a board authorises a supplier, and can take it back.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    id::{BoardId, MandateId, SupplierId},
    time::Timestamp,
};
use utoipa::ToSchema;

use super::path::{BoardPath, MandatePath};
use crate::{
    app::{
        action::{GiveMandate, ReadMandate, RevokeMandate},
        activation::Mandate,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Fields, Input, text},
        page::ListView,
        problem::Problem,
        response::{BoardNotFound, BoardOrSupplierNotFound, Conflict, MandateNotFound},
    },
};

/// A mandate (mandaat) of a board for a supplier.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MandateView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000008")]
    id: MandateId,
    /// The board (bevoegd gezag) that authorises.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000001")]
    board: BoardId,
    /// The supplier (leverancier) that is authorised.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000003")]
    supplier: SupplierId,
    /// From when on.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    valid_from: Timestamp,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-08-01T00:00:00.000Z")]
    valid_until: Option<Timestamp>,
}

impl From<Mandate> for MandateView {
    fn from(mandate: Mandate) -> Self {
        Self {
            id: mandate.id,
            board: mandate.board,
            supplier: mandate.supplier,
            valid_from: mandate.window.from,
            valid_until: mandate.window.until,
        }
    }
}

/// A new mandate.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct MandateCreate {
    /// The supplier (leverancier) that is authorised.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000003")]
    supplier: SupplierId,
    /// Until when; without it until it is revoked.
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-08-01T00:00:00Z")]
    valid_until: Option<Timestamp>,
}

impl Input for MandateCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let supplier = fields.required("supplier", text(SupplierId::parse));
        let valid_until = fields.optional("validUntil", text(Timestamp::parse));
        Some(Self {
            supplier: supplier?,
            valid_until: valid_until?,
        })
    }
}

type MandateListView = ListView<MandateView>;

/// List the mandates of a board
#[utoipa::path(operation_id = "mandate_list", tag = "agreements", security(("bearer" = ["mandate.read"])),
    params(BoardPath),
    responses((status = 200, description = "The mandates, ended ones too", body = MandateListView),
        BoardNotFound))]
#[get("/boards/{board}/mandates")]
pub(super) async fn mandate_list(caller: May<ReadMandate>, path: Path<BoardPath>) -> Answer<MandateListView> {
    let mandates = caller.app().mandate_list(caller.caller(), path.board).await?;
    Ok(Json(ListView::whole(mandates)))
}

/// View a mandate
#[utoipa::path(operation_id = "mandate_view", tag = "agreements", security(("bearer" = ["mandate.read"])),
    params(MandatePath),
    responses((status = 200, description = "The mandate", body = MandateView), MandateNotFound))]
#[get("/boards/{board}/mandates/{mandate}")]
pub(super) async fn mandate_view(caller: May<ReadMandate>, path: Path<MandatePath>) -> Answer<MandateView> {
    let found = caller
        .app()
        .mandate_view(caller.caller(), path.board, path.mandate)
        .await?;
    Ok(Json(found.into()))
}

/// Authorise a supplier
///
/// A mandate (mandaat) holds for all schools of the board (bevoegd gezag), from now on.
#[utoipa::path(operation_id = "mandate_create", tag = "agreements", security(("bearer" = ["mandate.give"])),
    params(BoardPath), request_body = MandateCreate,
    responses((status = 201, description = "The mandate", body = MandateView), BoardOrSupplierNotFound, Conflict))]
#[post("/boards/{board}/mandates")]
pub(super) async fn mandate_create(
    caller: May<GiveMandate>,
    path: Path<BoardPath>,
    Body(input): Body<MandateCreate>,
) -> Result<Created<MandateView>, Problem> {
    let MandateCreate { supplier, valid_until } = input;
    let mandate = caller
        .app()
        .mandate_create(caller.caller(), path.board, supplier, valid_until)
        .await?;
    let location = format!("/v1/boards/{}/mandates/{}", mandate.board, mandate.id);
    Ok(Created::at(location, mandate.into()))
}

/// Revoke a mandate
///
/// When this has answered, nothing is released by it any more, at any school of the board (bevoegd gezag).
#[utoipa::path(operation_id = "mandate_revoke", tag = "agreements", security(("bearer" = ["mandate.revoke"])),
    params(MandatePath),
    responses((status = 200, description = "The mandate", body = MandateView), MandateNotFound, Conflict))]
#[post("/boards/{board}/mandates/{mandate}/_revoke")]
pub(super) async fn mandate_revoke(caller: May<RevokeMandate>, path: Path<MandatePath>) -> Answer<MandateView> {
    let MandatePath { board, mandate } = *path;
    let mandate = caller.app().mandate_revoke(caller.caller(), board, mandate).await?;
    Ok(Json(mandate.into()))
}
