//! The door of the next school: fetching a dossier, and its receipt.

use actix_web::{post, web::Json, web::Path};
use serde::Serialize;
use sluis_core::{
    catalogue::AttributeSet,
    id::{HandoverId, RecordId},
    personal::Personal,
    time::Timestamp,
};
use utoipa::ToSchema;

use super::{
    account::{accepted, eck_id_of_any_segment},
    path::{HandoverPath, SchoolPath},
    release::{WithheldView, attributes},
};
use crate::{
    app::{
        action::{FetchHandover, ReceiveHandover},
        handover_fetch::{Fetched, Sought},
        learner::Released,
    },
    http::{
        answer::Answer,
        authentication::May,
        body::Body,
        input::{Fields, Input, coded, text},
        response::{BadRequestOrBinding, Conflict, HandoverNotFound, Refused, SchoolNotFound},
    },
};

/// Whose dossier the next school asks for. Exactly one of `handover` and `eckId` says it.
#[derive(ToSchema)]
#[schema(as = HandoverFetch, rename_all = "camelCase")]
#[expect(dead_code, reason = "the form in the document; what is read is `HandoverFetch`")]
pub(super) struct FetchForm {
    /// The handover, by the id that the other school gave.
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000021")]
    handover: Option<String>,
    /// The ECK iD (ketenpseudoniem) of the pupil; in another sector the pupil has another one.
    #[schema(pattern = "^https://ketenid\\.nl/[^/]+/[0-9a-f]{128}$")]
    eck_id: Option<String>,
    /// The attributes that are wanted; without a list, all that may be had.
    #[schema(max_items = 100, example = json!(["familyName", "results"]))]
    attributes: Option<Vec<String>>,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct HandoverFetch {
    by: By,
    attributes: Option<AttributeSet>,
}

#[derive(Debug)]
enum By {
    Handover(HandoverId),
    EckId(Personal<String>),
}

impl Input for HandoverFetch {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let handover = fields.optional("handover", text(HandoverId::parse));
        let eck_id = fields.optional("eckId", coded(eck_id_of_any_segment));
        let attributes = fields.optional("attributes", attributes);
        let by = match (handover?, eck_id?) {
            (Some(handover), None) => Some(By::Handover(handover)),
            (None, Some(eck_id)) => Some(By::EckId(eck_id)),
            (Some(_), Some(_)) => fields.refuse("eckId", "one_too_many", "`handover` and `eckId` do not go together"),
            (None, None) => fields.refuse("handover", "one_needed", "`handover` or `eckId` is required"),
        };
        Some(Self {
            by: by?,
            attributes: attributes?,
        })
    }
}

/// A dossier that was fetched.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DossierView {
    /// The handovers by which it goes: what is received is one of these.
    #[schema(value_type = Vec<Uuid>)]
    handovers: Vec<HandoverId>,
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
            handovers: fetched.handovers,
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
    params(SchoolPath), request_body = FetchForm,
    responses((status = 200, description = "The dossier", body = DossierView), BadRequestOrBinding, Refused, SchoolNotFound,
        Conflict))]
#[post("/schools/{school}/handovers/_fetch")]
pub(super) async fn handover_fetch(
    caller: May<FetchHandover>,
    path: Path<SchoolPath>,
    Body(input): Body<HandoverFetch>,
) -> Answer<DossierView> {
    let app = caller.app();
    let sought = match input.by {
        By::Handover(id) => Sought::Handover(id),
        By::EckId(eck_id) => Sought::EckId(accepted(app.eck_id_rules(), &eck_id)?),
    };
    let fetched = app.handover_fetch(caller.caller(), path.school, &sought, input.attributes);
    Ok(Json(fetched.await?.into()))
}

/// The receipt of a dossier.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DossierReceiptView {
    /// The handover.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000021")]
    id: HandoverId,
    /// When it was received.
    #[schema(value_type = String, format = DateTime, example = "2027-03-05T10:00:00.000Z")]
    received_at: Timestamp,
}

/// Say that a dossier was received
///
/// The next school says that it has what it fetched: it cannot be fetched any more.
#[utoipa::path(operation_id = "handover_receive", tag = "handovers", security(("bearer" = ["handover.receive"])),
    params(HandoverPath),
    responses((status = 200, description = "The receipt", body = DossierReceiptView), HandoverNotFound, Conflict))]
#[post("/schools/{school}/handovers/{handover}/_receive")]
pub(super) async fn handover_receive(
    caller: May<ReceiveHandover>,
    path: Path<HandoverPath>,
) -> Answer<DossierReceiptView> {
    let HandoverPath { school, handover } = *path;
    let received = caller.app().handover_receive(caller.caller(), school, handover);
    let (id, received_at) = received.await?;
    Ok(Json(DossierReceiptView { id, received_at }))
}
