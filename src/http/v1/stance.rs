//! Stances: a school permits a party to process outside the EEA, or objects to a sub-processor, and can take it back.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    agreement::StanceKind,
    id::{AgreementId, SchoolId, StanceId},
    time::Timestamp,
};
use utoipa::ToSchema;

use super::path::{SchoolPath, StancePath};
use crate::{
    app::{
        action::{EndStance, ReadStance, TakeStance},
        stance::Stance,
        take_stance,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Fields, Input, label, text},
        page::ListView,
        problem::Problem,
        response::{Conflict, SchoolNotFound, SchoolOrAgreementNotFound, StanceNotFound},
    },
};

/// A stance (standpunt) of a school on a party that an annex names: a permission to process outside the EEA (toestemming, model
/// 4.0, article 10.1), or an objection to a sub-processor (bezwaar, article 11.2).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StanceView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000018")]
    id: StanceId,
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// The agreement (verwerkersovereenkomst).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000006")]
    agreement: AgreementId,
    /// `permission` or `objection`.
    #[schema(example = "objection")]
    kind: &'static str,
    /// The party, by the name that the annex gives it.
    #[schema(example = "Hunze Hosting B.V.")]
    party: String,
    /// From when on.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    valid_from: Timestamp,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
}

impl From<Stance> for StanceView {
    fn from(stance: Stance) -> Self {
        Self {
            id: stance.id,
            school: stance.school,
            agreement: stance.agreement,
            kind: stance.kind.as_str(),
            party: stance.party,
            valid_from: stance.window.from,
            valid_until: stance.window.until,
        }
    }
}

/// A new stance.
#[derive(Debug, ToSchema)]
pub(super) struct StanceCreate {
    /// The agreement (verwerkersovereenkomst) of the school's board.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000006")]
    agreement: AgreementId,
    /// A permission to process outside the EEA (toestemming), or an objection to a sub-processor (bezwaar).
    #[schema(value_type = String, example = "objection", pattern = "^(permission|objection)$")]
    kind: StanceKind,
    /// The party, by the name that the annex gives it.
    #[schema(example = "Hunze Hosting B.V.", min_length = 1, max_length = 200)]
    party: String,
}

impl Input for StanceCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let agreement = fields.required("agreement", text(AgreementId::parse));
        let kind = fields.required("kind", text(StanceKind::parse));
        let party = fields.required("party", label(200));
        Some(Self {
            agreement: agreement?,
            kind: kind?,
            party: party?,
        })
    }
}

type StanceListView = ListView<StanceView>;

/// List the permissions and objections of a school about parties
#[utoipa::path(operation_id = "stance_list", tag = "agreements", security(("bearer" = ["stance.read"])),
    params(SchoolPath),
    responses((status = 200, description = "The stances, ended ones too", body = StanceListView), SchoolNotFound))]
#[get("/schools/{school}/stances")]
pub(super) async fn stance_list(caller: May<ReadStance>, path: Path<SchoolPath>) -> Answer<StanceListView> {
    let stances = caller.app().stance_list(caller.caller(), path.school).await?;
    Ok(Json(ListView::whole(stances)))
}

/// View a permission or objection about a party
#[utoipa::path(operation_id = "stance_view", tag = "agreements", security(("bearer" = ["stance.read"])),
    params(StancePath),
    responses((status = 200, description = "The stance", body = StanceView), StanceNotFound))]
#[get("/schools/{school}/stances/{stance}")]
pub(super) async fn stance_view(caller: May<ReadStance>, path: Path<StancePath>) -> Answer<StanceView> {
    let StancePath { school, stance } = *path;
    let found = caller.app().stance_view(caller.caller(), school, stance).await?;
    Ok(Json(found.into()))
}

/// Permit a party outside the EEA, or object to a sub-processor
///
/// Without the permission (toestemming) nothing is released by an agreement under which somebody processes outside the European
/// Economic Area; it is about one version of the agreement. When an objection (bezwaar) has been answered, nothing is released
/// under any version of what is agreed about the product that lists a sub-processor of this name (capitals, spaces and marks
/// between letters do not count), also when the version that is named was only offered. It holds within the term and after
/// it, until it is taken back.
#[utoipa::path(operation_id = "stance_create", tag = "agreements", security(("bearer" = ["stance.take"])),
    params(SchoolPath), request_body = StanceCreate,
    responses((status = 201, description = "The stance", body = StanceView), SchoolOrAgreementNotFound, Conflict))]
#[post("/schools/{school}/stances")]
pub(super) async fn stance_create(
    caller: May<TakeStance>,
    path: Path<SchoolPath>,
    Body(input): Body<StanceCreate>,
) -> Result<Created<StanceView>, Problem> {
    let create = take_stance::StanceCreate {
        agreement: input.agreement,
        kind: input.kind,
        party: input.party,
    };
    let stance = caller.app().stance_create(caller.caller(), path.school, create).await?;
    let location = format!("/v1/schools/{}/stances/{}", stance.school, stance.id);
    Ok(Created::at(location, stance.into()))
}

/// Take back a permission or objection about a party
///
/// When the end of a permission (toestemming) has been answered, nothing is released by it any more.
#[utoipa::path(operation_id = "stance_end", tag = "agreements", security(("bearer" = ["stance.end"])),
    params(StancePath),
    responses((status = 200, description = "The stance", body = StanceView), StanceNotFound, Conflict))]
#[post("/schools/{school}/stances/{stance}/_end")]
pub(super) async fn stance_end(caller: May<EndStance>, path: Path<StancePath>) -> Answer<StanceView> {
    let StancePath { school, stance } = *path;
    let ended = caller.app().stance_end(caller.caller(), school, stance).await?;
    Ok(Json(ended.into()))
}
