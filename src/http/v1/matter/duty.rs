//! The calendar of duties.

use actix_web::{get, web::Json};
use serde::Serialize;
use sluis_core::{
    id::{MatterId, ProductId},
    time::Timestamp,
};
use utoipa::{IntoParams, ToSchema};

use crate::{
    app::{action::ReadMatter, matters::DutyOf},
    http::{
        answer::Answer,
        authentication::May,
        body::Query,
        input::{Fields, Input, text},
        page::ListView,
    },
};

/// Something that a side has to do (verplichting).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DutyView {
    /// What, as a stable code.
    #[schema(example = "notify_authority")]
    code: &'static str,
    /// What, in Dutch.
    #[schema(example = "Het datalek melden bij de Autoriteit Persoonsgegevens")]
    nl: String,
    /// What, in English.
    #[schema(example = "Notify the breach to the Dutch data protection authority")]
    en: String,
    /// Who: `board` or `supplier`.
    #[schema(example = "board")]
    of: &'static str,
    /// Which one, where it is one of several: a sub-processor, a supplier, a measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    /// What it stands on: the article in the numbering of the agreement's model, and the law.
    #[schema(example = "model 4.0, article 8.5; GDPR 33(1)")]
    article: String,
    /// From when on.
    #[schema(value_type = String, format = DateTime, example = "2026-11-02T09:00:00.000Z")]
    since: Timestamp,
    /// By when; absent where no term is set, and it is to be done as soon as it can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-11-05T09:00:00.000Z")]
    due: Option<Timestamp>,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    done: Option<Timestamp>,
    /// Whether it was done after its term, or its term is over and it is not done.
    late: bool,
    /// The matter.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000041")]
    matter: MatterId,
    /// What that is about.
    #[schema(example = "incident")]
    kind: &'static str,
    /// The product that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    product: Option<ProductId>,
}

impl From<DutyOf> for DutyView {
    fn from(of: DutyOf) -> Self {
        let duty = of.duty;
        let text = duty.code.text();
        Self {
            code: duty.code.as_str(),
            nl: text.nl,
            en: text.en,
            of: duty.of.as_str(),
            about: duty.about,
            article: of.article,
            since: duty.since,
            due: duty.due,
            done: duty.done,
            late: of.late,
            matter: of.matter,
            kind: of.kind.as_str(),
            product: of.product,
        }
    }
}

/// Which duties.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DutyQuery {
    /// Only what is due by this moment.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-12-01T00:00:00Z")]
    until: Option<Timestamp>,
}

impl Input for DutyQuery {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let until = fields.optional("until", text(Timestamp::parse));
        Some(Self { until: until? })
    }
}

type DutyListView = ListView<DutyView>;

/// List what is left to do
///
/// The calendar of duties (verplichtingen) of both sides in all open matters of the caller: the most urgent first, what has no term
/// last.
#[utoipa::path(operation_id = "duty_list", tag = "matters", security(("bearer" = ["matter.read"])), params(DutyQuery),
    responses((status = 200, description = "What is left to do", body = DutyListView)))]
#[get("/duties")]
pub(in crate::http::v1) async fn duty_list(
    caller: May<ReadMatter>,
    Query(query): Query<DutyQuery>,
) -> Answer<DutyListView> {
    let found = caller.app().duty_list(caller.caller(), query.until).await?;
    Ok(Json(ListView::whole(found)))
}
