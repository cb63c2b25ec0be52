//! Boards: the controllers of schools.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{id::BoardId, identifier::Oin, time::Timestamp};
use utoipa::ToSchema;

use super::path::BoardPath;
use crate::{
    app::{
        action::{CreateBoard, ReadBoard},
        organisation::Board,
        organise,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::{Body, Query},
        input::{Fields, Input, label, text},
        page::{ListView, PageQuery},
        problem::Problem,
        response::{BoardNotFound, Conflict},
    },
};

/// A board (bevoegd gezag).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct BoardView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000001")]
    id: BoardId,
    /// Its name.
    #[schema(example = "Stichting De Vuurtoren")]
    name: String,
    /// Its OIN (organisatie-identificatienummer).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "00000003123456780000")]
    oin: Option<Oin>,
    /// When it was made here.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    created_at: Timestamp,
}

impl From<Board> for BoardView {
    fn from(board: Board) -> Self {
        Self {
            id: board.id,
            name: board.name,
            oin: board.oin,
            created_at: board.created_at,
        }
    }
}

/// A new board.
#[derive(Debug, ToSchema)]
pub(super) struct BoardCreate {
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "Stichting De Vuurtoren")]
    name: String,
    /// Its OIN (organisatie-identificatienummer).
    #[schema(value_type = Option<String>, example = "00000003123456780000")]
    oin: Option<Oin>,
}

impl Input for BoardCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let name = fields.required("name", label(200));
        let oin = fields.optional("oin", text(Oin::parse));
        Some(Self { name: name?, oin: oin? })
    }
}

type BoardListView = ListView<BoardView>;

/// List the boards
///
/// Names of boards are public knowledge: every client sees all of them.
#[utoipa::path(operation_id = "board_list", tag = "organisations", security(("bearer" = ["board.read"])),
    params(PageQuery),
    responses((status = 200, description = "The boards", body = BoardListView)))]
#[get("/boards")]
pub(super) async fn board_list(caller: May<ReadBoard>, Query(query): Query<PageQuery>) -> Answer<BoardListView> {
    let boards = caller.app().board_list(query.page()).await?;
    Ok(Json(query.show(boards, |board| board.id)))
}

/// Create a board
#[utoipa::path(operation_id = "board_create", tag = "organisations", security(("bearer" = ["board.create"])),
    request_body = BoardCreate,
    responses((status = 201, description = "The board", body = BoardView), Conflict))]
#[post("/boards")]
pub(super) async fn board_create(
    caller: May<CreateBoard>,
    Body(input): Body<BoardCreate>,
) -> Result<Created<BoardView>, Problem> {
    let BoardCreate { name, oin } = input;
    let create = organise::BoardCreate { name, oin };
    let board = caller.app().board_create(Some(caller.caller()), create).await?;
    Ok(Created::at(format!("/v1/boards/{}", board.id), board.into()))
}

/// View a board
#[utoipa::path(operation_id = "board_view", tag = "organisations", security(("bearer" = ["board.read"])),
    params(BoardPath),
    responses((status = 200, description = "The board", body = BoardView), BoardNotFound))]
#[get("/boards/{board}")]
pub(super) async fn board_view(caller: May<ReadBoard>, path: Path<BoardPath>) -> Answer<BoardView> {
    let board = caller.app().board_view(caller.caller(), path.board).await?;
    Ok(Json(board.into()))
}
