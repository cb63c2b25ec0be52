//! Runs: what came of each pull or import of a roster.

use actix_web::{
    get,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    id::{ConnectionId, RunId, SchoolId},
    time::Timestamp,
};
use utoipa::ToSchema;

use super::path::{RunPath, SchoolPath};
use crate::{
    app::{
        action::ReadRun,
        connection::{Run, RunCounts},
        reason::RunReason,
    },
    http::{
        answer::Answer,
        authentication::May,
        page::ListView,
        response::{RunNotFound, SchoolNotFound},
    },
};

/// One pull or import of a roster.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000012")]
    id: RunId,
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// The connection (koppeling); absent for a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000011")]
    connection: Option<ConnectionId>,
    /// How the roster came.
    #[schema(example = "uwlr-2.2")]
    dialect: &'static str,
    /// When it began.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    started_at: Timestamp,
    /// When it ended; absent while it is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-08-24T09:00:02.000Z")]
    ended_at: Option<Timestamp>,
    /// `applied`: the roster is as the administration has it; `unchanged`: nothing is new; `refused`: the roster was
    /// left as it was. Absent while it is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "applied")]
    outcome: Option<&'static str>,
    /// Why the roster was left as it was: a stable code. `docs/errors.md` and, for those of the gate, `/problems/{code}`
    /// say what it means and who can mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "shrink_guard")]
    reason: Option<&'static str>,
    /// What it did.
    counts: RunCountsView,
}

/// Numbers of a run; no person can be found from them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RunCounts)]
struct RunCountsView {
    /// Persons in what came.
    received: u64,
    /// Persons that are new.
    added: u64,
    /// Persons whose kept values changed.
    changed: u64,
    /// Persons that are gone.
    removed: u64,
    /// Persons that stayed the same.
    unchanged: u64,
    /// Persons of a kind (pupils or staff) of which nobody comes in: the agreement with the operator does not cover that
    /// kind, or no active agreement needs anything of it. Who is held of it stays as it was and is not updated.
    left_out: u64,
    /// Fields that were not taken in: no active agreement needs them, or their value was not acceptable.
    withheld_fields: u64,
    /// Of these, the fields whose value was not acceptable: the administration can mend them. A file that is imported tells
    /// which fields.
    unusable_fields: u64,
    /// Persons with such a field.
    persons_with_unusable_fields: u64,
}

impl From<RunCounts> for RunCountsView {
    fn from(counts: RunCounts) -> Self {
        Self {
            received: counts.received,
            added: counts.added,
            changed: counts.changed,
            removed: counts.removed,
            unchanged: counts.unchanged,
            left_out: counts.left_out,
            withheld_fields: counts.withheld_fields,
            unusable_fields: counts.unusable_fields,
            persons_with_unusable_fields: counts.persons_with_unusable_fields,
        }
    }
}

impl From<Run> for RunView {
    fn from(run: Run) -> Self {
        let end = run.end;
        Self {
            id: run.id,
            school: run.school,
            connection: run.connection,
            dialect: run.dialect.as_str(),
            started_at: run.started_at,
            ended_at: end.as_ref().map(|end| end.at),
            outcome: end.as_ref().map(|end| end.outcome.as_str()),
            counts: end.as_ref().map(|end| end.counts).unwrap_or_default().into(),
            reason: end.and_then(|end| end.reason).map(RunReason::as_str),
        }
    }
}

type RunListView = ListView<RunView>;

/// List the runs of a school
///
/// The newest hundred, newest first.
#[utoipa::path(operation_id = "run_list", tag = "connections", security(("bearer" = ["run.read"])), params(SchoolPath),
    responses((status = 200, description = "The runs", body = RunListView), SchoolNotFound))]
#[get("/schools/{school}/runs")]
pub(super) async fn run_list(caller: May<ReadRun>, path: Path<SchoolPath>) -> Answer<RunListView> {
    let found = caller.app().run_list(caller.caller(), path.school).await?;
    Ok(Json(ListView::whole(found)))
}

/// View a run
#[utoipa::path(operation_id = "run_view", tag = "connections", security(("bearer" = ["run.read"])), params(RunPath),
    responses((status = 200, description = "The run", body = RunView), RunNotFound))]
#[get("/schools/{school}/runs/{run}")]
pub(super) async fn run_view(caller: May<ReadRun>, path: Path<RunPath>) -> Answer<RunView> {
    let run = caller.app().run_view(caller.caller(), path.school, path.run).await?;
    Ok(Json(run.into()))
}
