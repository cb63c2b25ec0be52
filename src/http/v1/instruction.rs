//! Instructions: a school instructs a distributor, suspends that while it is disputed, and can end it.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    id::{InstructionId, ProductId, SchoolId},
    time::Timestamp,
};
use utoipa::ToSchema;

use super::{
    path::{InstructionPath, SchoolPath},
    suspension::SuspensionView,
};
use crate::{
    app::{
        action::{EndInstruction, GiveInstruction, ReadInstruction, ResumeInstruction, SuspendInstruction},
        instruction::Instruction,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Fields, Input, text},
        page::ListView,
        problem::Problem,
        response::{Conflict, InstructionNotFound, SchoolNotFound, SchoolOrProductNotFound},
    },
};

/// An instruction (instructie) of a school to a distributor.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct InstructionView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000017")]
    id: InstructionId,
    /// The school that instructs.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// The product by which the distributor (distributeur) acts.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: ProductId,
    /// From when on.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    valid_from: Timestamp,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-08-01T00:00:00.000Z")]
    valid_until: Option<Timestamp>,
    /// When it was suspended (opgeschort), the oldest first.
    suspensions: Vec<SuspensionView>,
}

impl From<Instruction> for InstructionView {
    fn from(instruction: Instruction) -> Self {
        Self {
            id: instruction.id,
            school: instruction.school,
            product: instruction.product,
            valid_from: instruction.window.from,
            valid_until: instruction.window.until,
            suspensions: instruction.suspensions.into_iter().map(SuspensionView::from).collect(),
        }
    }
}

/// A new instruction.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct InstructionCreate {
    /// The product of a distributor (distributeur).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: ProductId,
    /// Until when; without it until it is ended.
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-08-01T00:00:00Z")]
    valid_until: Option<Timestamp>,
}

impl Input for InstructionCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let product = fields.required("product", text(ProductId::parse));
        let valid_until = fields.optional("validUntil", text(Timestamp::parse));
        Some(Self {
            product: product?,
            valid_until: valid_until?,
        })
    }
}

type InstructionListView = ListView<InstructionView>;

/// List the instructions at a school
///
/// A school and its board (bevoegd gezag) see all of them, a distributor (distributeur) those to its own product.
#[utoipa::path(operation_id = "instruction_list", tag = "agreements", security(("bearer" = ["instruction.read"])),
    params(SchoolPath),
    responses((status = 200, description = "The instructions, ended ones too", body = InstructionListView),
        SchoolNotFound))]
#[get("/schools/{school}/instructions")]
pub(super) async fn instruction_list(
    caller: May<ReadInstruction>,
    path: Path<SchoolPath>,
) -> Answer<InstructionListView> {
    let instructions = caller.app().instruction_list(caller.caller(), path.school).await?;
    Ok(Json(ListView::whole(instructions)))
}

/// View an instruction
#[utoipa::path(operation_id = "instruction_view", tag = "agreements", security(("bearer" = ["instruction.read"])),
    params(InstructionPath),
    responses((status = 200, description = "The instruction", body = InstructionView), InstructionNotFound))]
#[get("/schools/{school}/instructions/{instruction}")]
pub(super) async fn instruction_view(
    caller: May<ReadInstruction>,
    path: Path<InstructionPath>,
) -> Answer<InstructionView> {
    let InstructionPath { school, instruction } = *path;
    let found = caller.app().instruction_view(caller.caller(), school, instruction);
    Ok(Json(found.await?.into()))
}

/// Instruct a distributor
///
/// Without it a distributor (distributeur) gets nothing, whatever else is agreed. It may then deliver (D12) to suppliers that
/// have an agreement of their own with the school, and sees what its own agreement lists.
#[utoipa::path(operation_id = "instruction_create", tag = "agreements", security(("bearer" = ["instruction.give"])),
    params(SchoolPath), request_body = InstructionCreate,
    responses((status = 201, description = "The instruction", body = InstructionView), SchoolOrProductNotFound, Conflict))]
#[post("/schools/{school}/instructions")]
pub(super) async fn instruction_create(
    caller: May<GiveInstruction>,
    path: Path<SchoolPath>,
    Body(input): Body<InstructionCreate>,
) -> Result<Created<InstructionView>, Problem> {
    let InstructionCreate { product, valid_until } = input;
    let app = caller.app();
    let given = app.instruction_create(caller.caller(), path.school, product, valid_until);
    let instruction = given.await?;
    let location = format!("/v1/schools/{}/instructions/{}", instruction.school, instruction.id);
    Ok(Created::at(location, instruction.into()))
}

/// Suspend an instruction
///
/// For when the distributor (distributeur) holds it unlawful: while the school looks into that, it is not followed. When this
/// has answered, nothing passes by it.
#[utoipa::path(operation_id = "instruction_suspend", tag = "agreements", security(("bearer" = ["instruction.suspend"])),
    params(InstructionPath),
    responses((status = 200, description = "The instruction", body = InstructionView), InstructionNotFound, Conflict))]
#[post("/schools/{school}/instructions/{instruction}/_suspend")]
pub(super) async fn instruction_suspend(
    caller: May<SuspendInstruction>,
    path: Path<InstructionPath>,
) -> Answer<InstructionView> {
    let InstructionPath { school, instruction } = *path;
    let suspended = caller.app().instruction_suspend(caller.caller(), school, instruction);
    Ok(Json(suspended.await?.into()))
}

/// Resume an instruction
///
/// The school found it lawful, and it is followed again.
#[utoipa::path(operation_id = "instruction_resume", tag = "agreements", security(("bearer" = ["instruction.resume"])),
    params(InstructionPath),
    responses((status = 200, description = "The instruction", body = InstructionView), InstructionNotFound, Conflict))]
#[post("/schools/{school}/instructions/{instruction}/_resume")]
pub(super) async fn instruction_resume(
    caller: May<ResumeInstruction>,
    path: Path<InstructionPath>,
) -> Answer<InstructionView> {
    let InstructionPath { school, instruction } = *path;
    let resumed = caller.app().instruction_resume(caller.caller(), school, instruction);
    Ok(Json(resumed.await?.into()))
}

/// End an instruction
///
/// When this has answered, nothing passes by it any more.
#[utoipa::path(operation_id = "instruction_end", tag = "agreements", security(("bearer" = ["instruction.end"])),
    params(InstructionPath),
    responses((status = 200, description = "The instruction", body = InstructionView), InstructionNotFound, Conflict))]
#[post("/schools/{school}/instructions/{instruction}/_end")]
pub(super) async fn instruction_end(
    caller: May<EndInstruction>,
    path: Path<InstructionPath>,
) -> Answer<InstructionView> {
    let InstructionPath { school, instruction } = *path;
    let ended = caller.app().instruction_end(caller.caller(), school, instruction);
    Ok(Json(ended.await?.into()))
}
