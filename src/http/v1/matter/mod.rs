//! Matters: what the sides deal with step by step, and the calendar of what is left to do.

pub(super) mod access;
pub(super) mod duty;
pub(super) mod incident;
pub(super) mod opening;
pub(super) mod paper;
pub(super) mod request;
pub(super) mod step;

use actix_web::{
    get,
    web::{Json, Path},
};
use jiff::civil::Date;
use serde::Serialize;
use sluis_core::{
    id::{AccountId, AgreementId, BoardId, MatterId, ProductId, SchoolId},
    matter::{Kind, Matter},
    time::Timestamp,
};
use utoipa::{IntoParams, ToSchema};

use self::duty::DutyView;
use super::path::MatterPath;
use crate::{
    app::{App, action::ReadMatter, error::AppError, matter::MatterFile},
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Query,
        input::{Fields, Input, flag, label, text},
        page::{ListView, PageQuery},
        problem::Problem,
        response::MatterNotFound,
    },
};

/// How long a text may be.
const WORDS: usize = 2_000;
/// How long a title, a number or an address may be.
const SHORT: usize = 200;

/// Reads a text of more than a line.
fn words() -> impl Fn(crate::http::input::Field<'_>) -> Option<String> {
    label(WORDS)
}

/// Reads a day.
fn day() -> impl Fn(crate::http::input::Field<'_>) -> Option<Date> {
    text(|day: &str| day.parse::<Date>().map_err(|_| "a day is written as `2026-09-01`"))
}

/// A matter (zaak) that the sides deal with step by step.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MatterView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000041")]
    id: MatterId,
    /// What it is about: `incident`, `request`, `enquiry`, `claim`, `filing`, `contract` or `ending`.
    #[schema(example = "incident")]
    kind: &'static str,
    /// The first of those that were opened by the same report: what a supplier adds to one is added to all.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000041")]
    report: MatterId,
    /// Which side opened it: `board` or `supplier`.
    #[schema(value_type = String, example = "supplier")]
    opened_by: &'static str,
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2026-11-02T09:00:00.000Z")]
    opened_at: Timestamp,
    /// When it was closed, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// The board; absent for a document that is filed for every board with an agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    board: Option<BoardId>,
    /// The schools that it is about; none when it is about the board as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>)]
    schools: Vec<SchoolId>,
    /// The product that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    product: Option<ProductId>,
    /// The agreement by which its terms go.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    agreement: Option<AgreementId>,
    /// The account by which the supplier knows whose request it is: that of the supplier that looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    account: Option<AccountId>,
    /// What it was opened with: the fields of the operation that opens this kind.
    #[schema(value_type = Object)]
    facts: serde_json::Value,
    /// What happened since, in order.
    steps: Vec<TakenView>,
    /// What it asks of whom, what has been done too.
    duties: Vec<DutyView>,
    /// For an incident: the points of annex 2, part C, that are not answered yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>, example = json!(["cause", "persons"]))]
    missing: Option<Vec<&'static str>>,
}

/// A step that was taken.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TakenView {
    /// Which.
    #[schema(example = "assessed")]
    step: &'static str,
    /// By which side.
    #[schema(example = "board")]
    by: &'static str,
    /// When it was put on record.
    #[schema(value_type = String, format = DateTime, example = "2026-11-02T11:00:00.000Z")]
    at: Timestamp,
    /// What was said with it: the fields of the step.
    #[schema(value_type = Object)]
    said: serde_json::Value,
}

impl MatterView {
    /// How a matter looks to the sides.
    pub(super) async fn of(app: &App, file: MatterFile) -> Result<Self, AppError> {
        let duties = app.duties_of(&file).await?;
        let matter = &file.matter;
        let said = |what: Result<serde_json::Value, serde_json::Error>| {
            let mut said = what.unwrap_or_default();
            if let Some(said) = said.as_object_mut() {
                said.remove("kind");
                said.remove("step");
            }
            said
        };
        let steps = matter.steps().into_iter().map(|taken| TakenView {
            step: taken.step.word(),
            by: taken.by.as_str(),
            at: taken.at,
            said: said(serde_json::to_value(&taken.step)),
        });
        let missing = match matter {
            Matter::Incident(course) => Some(
                course
                    .known()
                    .missing()
                    .into_iter()
                    .map(|point| point.as_str())
                    .collect(),
            ),
            _ => None,
        };
        Ok(Self {
            id: file.id,
            kind: matter.kind().as_str(),
            report: file.report,
            opened_by: matter.opened_by().as_str(),
            opened_at: matter.opened_at(),
            closed_at: matter.closed_at(),
            board: file.board,
            schools: file.schools.iter().copied().collect(),
            product: file.product,
            // By which of them the terms of a document for everybody go is between that board and the supplier.
            agreement: file.agreement.filter(|_| file.board.is_some()),
            account: file
                .accounts
                .values()
                .next()
                .copied()
                .filter(|_| file.accounts.len() == 1),
            facts: said(serde_json::to_value(matter.opening())),
            steps: steps.collect(),
            duties: duties.into_iter().map(DutyView::from).collect(),
            missing,
        })
    }

    /// The answer to an opening.
    pub(super) async fn created(app: &App, file: MatterFile) -> Result<Created<Self>, Problem> {
        let location = format!("/v1/matters/{}", file.id);
        Ok(Created::at(location, Self::of(app, file).await?))
    }
}

/// A matter in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MatterLineView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000041")]
    id: MatterId,
    /// What it is about.
    #[schema(example = "incident")]
    kind: &'static str,
    /// Which side opened it: `board` or `supplier`.
    #[schema(value_type = String, example = "supplier")]
    opened_by: &'static str,
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2026-11-02T09:00:00.000Z")]
    opened_at: Timestamp,
    /// When it was closed, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    /// The board, if it is between one board and the supplier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    board: Option<BoardId>,
    /// The product that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    product: Option<ProductId>,
    /// The last step, if any was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "assessed")]
    last_step: Option<&'static str>,
}

impl From<MatterFile> for MatterLineView {
    fn from(file: MatterFile) -> Self {
        let matter = &file.matter;
        Self {
            id: file.id,
            kind: matter.kind().as_str(),
            opened_by: matter.opened_by().as_str(),
            opened_at: matter.opened_at(),
            closed_at: matter.closed_at(),
            board: file.board,
            product: file.product,
            last_step: matter.steps().last().map(|taken| taken.step.word()),
        }
    }
}

/// Which matters.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MatterQuery {
    /// Only of this kind.
    #[param(value_type = Option<String>, example = "incident")]
    kind: Option<Kind>,
    /// Only those that are not closed.
    #[param(value_type = Option<bool>, default = false)]
    open: bool,
    /// Where the page begins: `next` of the page before.
    #[param(value_type = Option<String>, example = "AZkKPnwAcACAAAAAAAAAAQ")]
    cursor: PageQuery,
    /// How many items at most.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    #[expect(dead_code, reason = "it is read with the cursor, as a page")]
    limit: (),
}

impl Input for MatterQuery {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let kind = fields.optional(
            "kind",
            text(|word: &str| Kind::parse(word).ok_or("no kind of matter has this name")),
        );
        let open = fields.or("open", false, flag());
        let page = PageQuery::read(fields);
        Some(Self {
            kind: kind?,
            open: open?,
            cursor: page?,
            limit: (),
        })
    }
}

type MatterListView = ListView<MatterLineView>;

/// List matters
///
/// Those of the board or school, or those in which the supplier takes part for its product.
#[utoipa::path(operation_id = "matter_list", tag = "matters", security(("bearer" = ["matter.read"])),
    params(MatterQuery),
    responses((status = 200, description = "Matters, by id", body = MatterListView)))]
#[get("/matters")]
pub(super) async fn matter_list(caller: May<ReadMatter>, Query(query): Query<MatterQuery>) -> Answer<MatterListView> {
    let app = caller.app();
    let found = app
        .matter_list(caller.caller(), query.kind, query.open, query.cursor.page())
        .await?;
    Ok(Json(query.cursor.show(found, |file| file.id)))
}

/// View a matter
#[utoipa::path(operation_id = "matter_view", tag = "matters", security(("bearer" = ["matter.read"])),
    params(MatterPath),
    responses((status = 200, description = "The matter, its steps and its duties", body = MatterView), MatterNotFound))]
#[get("/matters/{matter}")]
pub(super) async fn matter_view(caller: May<ReadMatter>, path: Path<MatterPath>) -> Answer<MatterView> {
    let app = caller.app();
    let file = app.matter_view(caller.caller(), path.matter).await?;
    Ok(Json(MatterView::of(app, file).await?))
}
