//! Incidents and breaches.

use std::collections::BTreeSet;

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    catalogue::CategoryCode,
    id::{ProductId, SchoolId},
    matter::{Incident, IncidentFacts, Nature, Opening, Protection, Risk},
    time::Timestamp,
};
use utoipa::ToSchema;

use super::{MatterView, words};
use crate::{
    app::{
        action::{CountAffected, OpenMatter},
        matters::{AffectedSchool, MatterOpen, Whose},
    },
    http::v1::path::MatterPath,
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Fields, Input, choice, integer, list, object, text},
        page::ListView,
        problem::Problem,
        response::{MatterConflict, MatterNotFound, ProductNotFound},
    },
};

/// How many schools may be named in one report.
const SCHOOLS: usize = 2_000;

/// What is known of an incident beyond its summary: the points of annex 2, part C, of the models. What is not known yet is
/// added later, with the step `supplemented`.
#[derive(Debug, Default, ToSchema)]
#[schema(as = IncidentFacts, rename_all = "camelCase")]
#[expect(dead_code, reason = "the form in the document; what is read is `IncidentFacts`")]
pub(super) struct FactsForm {
    /// When it began.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-11-01T21:00:00Z")]
    began_at: Option<String>,
    /// When it was over.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-11-02T08:10:00Z")]
    ended_at: Option<String>,
    /// By what it came.
    #[schema(
        max_length = 2_000,
        example = "Een back-up stond op een server die van buiten te bereiken was."
    )]
    cause: Option<String>,
    /// How it was found.
    #[schema(max_length = 2_000, example = "Melding van een onderzoeker.")]
    found_by: Option<String>,
    /// What was done against it and against its coming again.
    #[schema(
        max_length = 2_000,
        example = "De server is afgesloten en de sleutels zijn vervangen."
    )]
    measures: Option<String>,
    /// How the data were protected: `encrypted`, `hashed`, `partly` or `none`.
    #[schema(example = "none", pattern = "^(encrypted|hashed|partly|none)$")]
    protection: Option<String>,
    /// Which groups of persons. Never somebody by name.
    #[schema(max_length = 2_000, example = "Leerlingen van groep 6 tot en met 8")]
    groups: Option<String>,
    /// How many persons, as far as it is known.
    #[schema(minimum = 0, maximum = 100_000_000, example = 214)]
    persons: Option<u32>,
    /// What may come of it for the school and the persons.
    #[schema(
        max_length = 2_000,
        example = "Resultaten van leerlingen kunnen bekend zijn bij anderen."
    )]
    consequences: Option<String>,
    /// How high the one who tells holds the risk for persons: `unlikely`, `present` or `high` (GDPR 34).
    #[schema(example = "present", pattern = "^(unlikely|present|high)$")]
    risk: Option<String>,
    /// Which data, by their codes.
    #[schema(value_type = Option<Vec<String>>, max_items = 58, example = json!(["CD1", "CD3", "CD22"]))]
    categories: Option<Vec<String>>,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct Facts(pub(super) IncidentFacts);

impl Input for Facts {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let began_at = fields.optional("beganAt", text(Timestamp::parse));
        let ended_at = fields.optional("endedAt", text(Timestamp::parse));
        let cause = fields.optional("cause", words());
        let found_by = fields.optional("foundBy", words());
        let measures = fields.optional("measures", words());
        let protection = fields.optional("protection", choice(Protection::ALL));
        let groups = fields.optional("groups", words());
        let persons = fields.optional("persons", integer(0..=100_000_000));
        let consequences = fields.optional("consequences", words());
        let risk = fields.optional("risk", choice(Risk::ALL));
        let categories = fields.or("categories", Vec::new(), list(58, text(CategoryCode::parse)));
        Some(Self(IncidentFacts {
            began_at: began_at?,
            ended_at: ended_at?,
            cause: cause?,
            found_by: found_by?,
            measures: measures?,
            protection: protection?,
            groups: groups?,
            persons: persons?,
            consequences: consequences?,
            risk: risk?,
            categories: categories?.into_iter().collect(),
        }))
    }
}

/// A security incident (beveiligingsincident), which may be a breach (datalek).
#[derive(ToSchema)]
#[schema(as = IncidentCreate, rename_all = "camelCase")]
#[expect(dead_code, reason = "the form in the document; what is read is `IncidentCreate`")]
pub(super) struct IncidentForm {
    /// When it was found.
    #[schema(value_type = String, format = DateTime, example = "2026-11-02T08:00:00Z")]
    discovered_at: String,
    /// What happened, without anybody's name.
    #[schema(
        max_length = 2_000,
        example = "Een back-up met resultaten was enige uren van buiten te lezen."
    )]
    summary: String,
    /// What happened to data: `read`, `copied`, `changed`, `destroyed`, `stolen`, `unavailable`, or `no_data` alone.
    #[schema(value_type = Vec<String>, max_items = 7, example = json!(["read"]))]
    nature: Vec<String>,
    /// What else is known.
    facts: Option<FactsForm>,
    /// The product. A supplier's program acts for its own and does not name one.
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: Option<String>,
    /// The schools that it touches; without it all at which the product was ever on, or all of the board that tells.
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 2_000)]
    schools: Option<Vec<String>>,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct IncidentCreate {
    discovered_at: Timestamp,
    summary: String,
    nature: BTreeSet<Nature>,
    facts: IncidentFacts,
    product: Option<ProductId>,
    schools: Vec<SchoolId>,
}

impl Input for IncidentCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let discovered_at = fields.required("discoveredAt", text(Timestamp::parse));
        let summary = fields.required("summary", words());
        let nature = fields.required("nature", list(7, choice(Nature::ALL)));
        let facts = fields.optional("facts", object::<Facts>());
        let product = fields.optional("product", text(ProductId::parse));
        let schools = fields.or("schools", Vec::new(), list(SCHOOLS, text(SchoolId::parse)));
        Some(Self {
            discovered_at: discovered_at?,
            summary: summary?,
            nature: nature?.into_iter().collect(),
            facts: facts?.map(|facts| facts.0).unwrap_or_default(),
            product: product?,
            schools: schools?,
        })
    }
}

/// Report an incident
///
/// The supplier (leverancier) tells every board (bevoegd gezag) whose schools an incident touches, without delay and within the
/// hours that are agreed; or a board tells the supplier (models 4.0 and 3.0, article 8; mbo 3.0, article 7). There is one matter for
/// each board, with the clocks of that board: 72 hours to notify the authority from when it was told (GDPR 33). The answer is
/// the first of them; `report` is the same in all.
#[utoipa::path(operation_id = "incident_create", tag = "matters", security(("bearer" = ["matter.open"])),
    request_body = IncidentForm,
    responses((status = 201, description = "The matter", body = MatterView), ProductNotFound, MatterConflict))]
#[post("/incidents")]
pub(in crate::http::v1) async fn incident_create(
    caller: May<OpenMatter>,
    Body(input): Body<IncidentCreate>,
) -> Result<Created<MatterView>, Problem> {
    let app = caller.app();
    let open = MatterOpen {
        whose: Whose::Schools {
            product: input.product,
            schools: input.schools,
        },
        opening: Opening::Incident(Box::new(Incident {
            discovered_at: input.discovered_at,
            summary: input.summary,
            nature: input.nature,
            facts: input.facts,
        })),
    };
    let file = app.matter_open(caller.caller(), open).await?;
    MatterView::created(app, file).await
}

/// How many persons of a school an incident may touch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AffectedSchoolView {
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// About so many persons something went to the product until the incident was over, or until now: the supplier may hold their
    /// data. A person counts once for each calendar year.
    #[schema(minimum = 0, example = 214)]
    persons: u64,
    /// About so many of them something went while it lasted, where it is known when it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, example = 12)]
    during: Option<u64>,
}

impl From<AffectedSchool> for AffectedSchoolView {
    fn from(affected: AffectedSchool) -> Self {
        let AffectedSchool {
            school,
            persons,
            during,
        } = affected;
        Self {
            school,
            persons,
            during,
        }
    }
}

type AffectedSchoolListView = ListView<AffectedSchoolView>;

/// Count whom an incident may touch
///
/// From the records: the persons about whom something went to the product until the incident was over, or until now, and those of
/// them about whom something went while it lasted. Only the board (bevoegd gezag) and its schools count; looking is itself on
/// record.
#[utoipa::path(operation_id = "incident_affected", tag = "matters", security(("bearer" = ["incident.count"])),
    params(MatterPath),
    responses((status = 200, description = "The schools that the caller decides for", body = AffectedSchoolListView),
        MatterNotFound, MatterConflict))]
#[get("/matters/{matter}/affected")]
pub(in crate::http::v1) async fn incident_affected(
    caller: May<CountAffected>,
    path: Path<MatterPath>,
) -> Answer<AffectedSchoolListView> {
    let found = caller.app().matter_affected(caller.caller(), path.matter).await?;
    Ok(Json(ListView::whole(found)))
}
