//! Schools: locations under a board.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    id::{BoardId, SchoolId},
    identifier::{Branch, Brin4, Brin6, DigiDeliveryId, Oin, RioId},
    time::Timestamp,
};
use utoipa::ToSchema;

use super::path::SchoolPath;
use crate::{
    app::{
        action::{CreateSchool, ReadSchool},
        organisation::School,
        organise,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::{Body, Query},
        input::{Fields, Input, label, text},
        page::{ListView, PageQuery},
        problem::Problem,
        response::{BoardNotFound, Conflict, SchoolNotFound},
    },
};

/// A school (school of vestiging).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SchoolView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    id: SchoolId,
    /// Its board (bevoegd gezag).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000001")]
    board: BoardId,
    /// Its name.
    #[schema(example = "De Baken")]
    name: String,
    /// The BRIN of the institution.
    #[schema(value_type = String, example = "99ZZ")]
    brin: Brin4,
    /// The branch (vestiging) of the institution.
    #[schema(value_type = String, example = "00")]
    branch: Branch,
    /// Its OIN (organisatie-identificatienummer).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "00000007000099ZZ0000")]
    oin: Option<Oin>,
    /// Its number as an education provider (onderwijsaanbieder) in RIO.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "104A158")]
    rio: Option<RioId>,
    /// Its digiDeliveryId, by which distributors know it; its case counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "5E3B2A10-07B8-4A17-AB18-71B8455AA7A3")]
    digi_delivery_id: Option<DigiDeliveryId>,
    /// When it was made here.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    created_at: Timestamp,
}

impl From<School> for SchoolView {
    fn from(school: School) -> Self {
        Self {
            id: school.id,
            board: school.board,
            name: school.name,
            brin: school.brin.institution,
            branch: school.brin.branch,
            oin: school.oin,
            rio: school.rio,
            digi_delivery_id: school.digi_delivery_id,
            created_at: school.created_at,
        }
    }
}

/// A new school.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct SchoolCreate {
    /// Its board (bevoegd gezag).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000001")]
    board: BoardId,
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "De Baken")]
    name: String,
    /// The BRIN of the institution: two digits and two capitals.
    #[schema(value_type = String, example = "99ZZ", pattern = "^[0-9]{2}[A-Z]{2}$")]
    brin: Brin4,
    /// The branch (vestiging) of the institution; without it the main one.
    #[schema(value_type = Option<String>, example = "00", default = "00", pattern = "^[0-9]{2}$")]
    branch: Branch,
    /// Its OIN (organisatie-identificatienummer).
    #[schema(value_type = Option<String>, example = "00000007000099ZZ0000")]
    oin: Option<Oin>,
    /// Its number as an education provider (onderwijsaanbieder) in RIO.
    #[schema(value_type = Option<String>, example = "104A158")]
    rio: Option<RioId>,
    /// Its digiDeliveryId, by which distributors know it; its case counts.
    #[schema(value_type = Option<String>, example = "5E3B2A10-07B8-4A17-AB18-71B8455AA7A3")]
    digi_delivery_id: Option<DigiDeliveryId>,
}

impl Input for SchoolCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let board = fields.required("board", text(BoardId::parse));
        let name = fields.required("name", label(200));
        let brin = fields.required("brin", text(Brin4::parse));
        let branch = fields.or("branch", Branch::MAIN, text(Branch::parse));
        let oin = fields.optional("oin", text(Oin::parse));
        let rio = fields.optional("rio", text(RioId::parse));
        let digi_delivery_id = fields.optional("digiDeliveryId", text(DigiDeliveryId::parse));
        Some(Self {
            board: board?,
            name: name?,
            brin: brin?,
            branch: branch?,
            oin: oin?,
            rio: rio?,
            digi_delivery_id: digi_delivery_id?,
        })
    }
}

impl From<SchoolCreate> for organise::SchoolCreate {
    fn from(input: SchoolCreate) -> Self {
        Self {
            board: input.board,
            name: input.name,
            brin: Brin6 {
                institution: input.brin,
                branch: input.branch,
            },
            oin: input.oin,
            rio: input.rio,
            digi_delivery_id: input.digi_delivery_id,
        }
    }
}

type SchoolListView = ListView<SchoolView>;

/// List the schools that the caller may know
///
/// A board sees its schools and a school itself; a supplier sees the schools that ever switched its product on.
#[utoipa::path(operation_id = "school_list", tag = "organisations", security(("bearer" = ["school.read"])),
    params(PageQuery),
    responses((status = 200, description = "The schools", body = SchoolListView)))]
#[get("/schools")]
pub(super) async fn school_list(caller: May<ReadSchool>, Query(query): Query<PageQuery>) -> Answer<SchoolListView> {
    let schools = caller.app().school_list(caller.caller(), query.page()).await?;
    Ok(Json(query.show(schools, |school| school.id)))
}

/// Create a school
///
/// BRIN and branch together are its key: there is one school for each.
#[utoipa::path(operation_id = "school_create", tag = "organisations", security(("bearer" = ["school.create"])),
    request_body = SchoolCreate,
    responses((status = 201, description = "The school", body = SchoolView), BoardNotFound, Conflict))]
#[post("/schools")]
pub(super) async fn school_create(
    caller: May<CreateSchool>,
    Body(input): Body<SchoolCreate>,
) -> Result<Created<SchoolView>, Problem> {
    let school = caller.app().school_create(Some(caller.caller()), input.into()).await?;
    Ok(Created::at(format!("/v1/schools/{}", school.id), school.into()))
}

/// View a school
#[utoipa::path(operation_id = "school_view", tag = "organisations", security(("bearer" = ["school.read"])),
    params(SchoolPath),
    responses((status = 200, description = "The school", body = SchoolView), SchoolNotFound))]
#[get("/schools/{school}")]
pub(super) async fn school_view(caller: May<ReadSchool>, path: Path<SchoolPath>) -> Answer<SchoolView> {
    let school = caller.app().school_view(caller.caller(), path.school).await?;
    Ok(Json(school.into()))
}
