//! The door of the next school: fetching a dossier, and its receipt.

use actix_web::{post, web::Json, web::Path};
use serde::Serialize;
use sluis_core::{
    catalogue::AttributeSet,
    id::{HandoverId, RecordId},
    time::Timestamp,
};
use utoipa::ToSchema;

use super::{
    path::{HandoverPath, SchoolPath},
    release::{WithheldView, attributes},
};
use crate::{
    app::{
        action::{FetchHandover, ReceiveHandover},
        handover_fetch::Fetched,
        learner::Released,
    },
    http::{
        answer::Answer,
        authentication::May,
        body::Body,
        input::{Fields, Input, choice, text},
        response::{BadRequestOrBinding, Conflict, HandoverNotFound, Refused, SchoolNotFound},
    },
};

/// Which dossier the next school asks for.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct HandoverFetch {
    /// The handover, by the id that the other school gave.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000021")]
    handover: HandoverId,
    /// The attributes that are wanted; without a list, all that may be had.
    #[schema(value_type = Option<Vec<String>>, max_items = 100, example = json!(["familyName", "results"]))]
    attributes: Option<AttributeSet>,
}

impl Input for HandoverFetch {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let handover = fields.required("handover", text(HandoverId::parse));
        let attributes = fields.optional("attributes", attributes);
        Some(Self {
            handover: handover?,
            attributes: attributes?,
        })
    }
}

/// A dossier that was fetched.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DossierView {
    /// The handover by which it goes.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000021")]
    handover: HandoverId,
    /// What is released and the roster of the other school holds.
    #[schema(value_type = Object, example = json!({ "familyName": "Bakker", "yearGroup": "8" }))]
    attributes: Released,
    /// What was wanted and is withheld, with the reason.
    withheld: Vec<WithheldView>,
    /// The record (logregel) of this release in the ledger of the other school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000014")]
    record_id: RecordId,
}

impl From<Fetched> for DossierView {
    fn from(fetched: Fetched) -> Self {
        Self {
            handover: fetched.handover,
            attributes: fetched.attributes,
            withheld: fetched.withheld.into_iter().map(WithheldView::from).collect(),
            record_id: fetched.record,
        }
    }
}

/// Fetch the dossier of a pupil from another school
///
/// A program of a school asks another school for what that has released to it, under its BRIN with branch or its OIN; the
/// purpose (doeleinde) is always D11. Who is unknown there and for whom nothing was released look alike.
#[utoipa::path(operation_id = "handover_fetch", tag = "handovers", security(("bearer" = ["handover.fetch"])),
    params(SchoolPath), request_body = HandoverFetch,
    responses((status = 200, description = "The dossier", body = DossierView), BadRequestOrBinding, Refused, SchoolNotFound,
        Conflict))]
#[post("/schools/{school}/handovers/_fetch")]
pub(super) async fn handover_fetch(
    caller: May<FetchHandover>,
    path: Path<SchoolPath>,
    Body(input): Body<HandoverFetch>,
) -> Answer<DossierView> {
    let HandoverFetch { handover, attributes } = input;
    let fetched = caller
        .app()
        .handover_fetch(caller.caller(), path.school, handover, attributes);
    Ok(Json(fetched.await?.into()))
}

/// What became of a dossier that was released.
#[derive(ToSchema)]
#[schema(as = HandoverReceive)]
#[expect(dead_code, reason = "the form in the document; what is read is `HandoverReceive`")]
pub(super) struct ReceiveForm {
    /// The next school has it (`received`), or does not need it or cannot use it (`refused`).
    #[schema(example = "received", pattern = "^(received|refused)$")]
    result: String,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct HandoverReceive {
    received: bool,
}

impl Input for HandoverReceive {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let received = fields.required("result", choice(&[("received", true), ("refused", false)]));
        Some(Self { received: received? })
    }
}

/// The receipt of a dossier (ontvangstbevestiging).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DossierReceiptView {
    /// The handover.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000021")]
    id: HandoverId,
    /// How it ended: `received` or `refused`.
    #[schema(example = "received")]
    state: &'static str,
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2027-03-05T10:00:00.000Z")]
    at: Timestamp,
}

/// Say that a dossier was received
///
/// The next school says that it has what it fetched, or that it does not need it: it cannot be fetched any more.
#[utoipa::path(operation_id = "handover_receive", tag = "handovers", security(("bearer" = ["handover.receive"])),
    params(HandoverPath), request_body = ReceiveForm,
    responses((status = 200, description = "The receipt", body = DossierReceiptView), HandoverNotFound, Conflict))]
#[post("/schools/{school}/handovers/{handover}/_receive")]
pub(super) async fn handover_receive(
    caller: May<ReceiveHandover>,
    path: Path<HandoverPath>,
    Body(input): Body<HandoverReceive>,
) -> Answer<DossierReceiptView> {
    let HandoverPath { school, handover } = *path;
    let ended = caller
        .app()
        .handover_receive(caller.caller(), school, handover, input.received);
    let (state, at) = ended.await?;
    Ok(Json(DossierReceiptView {
        id: handover,
        state: state.as_str(),
        at,
    }))
}
