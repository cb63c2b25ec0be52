//! Exports of records: what a school or a board takes home, with proofs.

use std::collections::BTreeSet;

use actix_web::{
    post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::ledger::{Owner, SchoolExport};
use utoipa::ToSchema;

use super::path::{BoardPath, SchoolPath};
use crate::{
    app::{
        action::{ExportBoardRecord, ExportRecord},
        evidence::{ExportFrom, KnownPlace},
    },
    http::{
        answer::Answer,
        authentication::May,
        body::Body,
        input::{Fields, Input, integer, list, object},
        response::{BoardRecordNotFound, RecordNotFound},
    },
};

/// How many records one export holds at most.
const EXPORTED: u16 = 250;
/// Of so many streams at most something may be known: more than there ever are.
const STREAMS: usize = 1_000;
/// So many checkpoints at most may be named in one request.
const CHECKPOINTS: usize = 1_000;

/// From where to export.
#[derive(Debug, ToSchema)]
pub(super) struct RecordExport {
    /// What is known of each stream from the exports before; an empty list at first.
    #[schema(max_items = 1000)]
    known: Vec<KnownStream>,
    /// Checkpoints that somebody kept: the export proves that the trees of now extend theirs. Those of streams and sizes that
    /// are not there are passed over; that is for the check to find.
    #[schema(value_type = Option<Vec<KeptCheckpoint>>, max_items = 1000)]
    checkpoints: Vec<KeptCheckpoint>,
    /// How many records at most, in all streams together.
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 250, default = 250)]
    limit: u16,
}

/// What is known of one stream.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
struct KnownStream {
    /// The number of the stream.
    #[schema(minimum = 1, example = 1)]
    stream: u64,
    /// The number of its last record in the export before.
    #[schema(minimum = 0, example = 120)]
    sequence: u64,
    /// The size of the tree in its checkpoint.
    #[schema(minimum = 0, example = 4711)]
    tree_size: u64,
}

/// A checkpoint that somebody kept.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
struct KeptCheckpoint {
    /// The number of the stream.
    #[schema(minimum = 1, example = 1)]
    stream: u64,
    /// The size of its tree.
    #[schema(minimum = 0, example = 950)]
    tree_size: u64,
}

impl Input for RecordExport {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let known = fields.required("known", list(STREAMS, object::<KnownStream>()));
        let checkpoints = list(CHECKPOINTS, object::<KeptCheckpoint>());
        let checkpoints = fields.or("checkpoints", Vec::new(), checkpoints);
        let limit = fields.or("limit", EXPORTED, integer(1..=i64::from(EXPORTED)));
        let numbers: Option<BTreeSet<u64>> = known.as_ref().map(|known| known.iter().map(|of| of.stream).collect());
        if numbers.map(|numbers| numbers.len()) != known.as_ref().map(Vec::len) {
            return fields.refuse("known", "duplicate", "a stream is named more than once");
        }
        Some(Self {
            known: known?,
            checkpoints: checkpoints?,
            limit: limit?,
        })
    }
}

impl Input for KnownStream {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let stream = fields.required("stream", integer(1..=i64::MAX));
        let sequence = fields.required("sequence", integer(0..=i64::MAX));
        let tree_size = fields.required("treeSize", integer(0..=i64::MAX));
        Some(Self {
            stream: stream?,
            sequence: sequence?,
            tree_size: tree_size?,
        })
    }
}

impl Input for KeptCheckpoint {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let stream = fields.required("stream", integer(1..=i64::MAX));
        let tree_size = fields.required("treeSize", integer(0..=i64::MAX));
        Some(Self {
            stream: stream?,
            tree_size: tree_size?,
        })
    }
}

/// Records with proofs, in the format `sluis-ledger-export/2`. Field names and bytes are those of the format.
#[derive(Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object, example = json!({
    "format": "sluis-ledger-export/2",
    "owner": { "school": "01990a3e-7c00-7000-8000-000000000002" },
    "chainHeads": "sluis.example/chain-heads\nschool/01990a3e-7c00-7000-8000-000000000002\n",
    "streams": [{
        "stream": 1,
        "checkpoint": "sluis.example/stream/1\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "consistency": [],
        "earlier": [{ "treeSize": 1, "proof": [] }],
        "records": [],
    }],
}))]
pub(super) struct ExportView(SchoolExport);

/// Export the records of a school with proofs
///
/// Of every stream of the ledger in which the school has records: the exact bytes of the records, an inclusion proof for
/// each, and a signed checkpoint (C2SP signed note); and one signed note that says where the school's chain ends in each
/// stream. With other tools and the key of the ledger it can be checked that nothing was altered or left out, and with
/// checkpoints that were kept elsewhere, that it is the log that it was then. Exporting is itself on record.
#[utoipa::path(operation_id = "record_export", tag = "evidence", security(("bearer" = ["record.export"])), params(SchoolPath),
    request_body = RecordExport,
    responses((status = 200, description = "The export", body = ExportView), RecordNotFound))]
#[post("/schools/{school}/records/_export")]
pub(super) async fn record_export(
    caller: May<ExportRecord>,
    path: Path<SchoolPath>,
    Body(from): Body<RecordExport>,
) -> Answer<ExportView> {
    export_of(&caller, Owner::School(path.school), from).await
}

/// Export the records of a board with proofs
///
/// In the form of the export of a school, and checked in the same way. Exporting is itself on record.
#[utoipa::path(operation_id = "board_record_export", tag = "evidence", security(("bearer" = ["board_record.export"])),
    params(BoardPath), request_body = RecordExport,
    responses((status = 200, description = "The export", body = ExportView), BoardRecordNotFound))]
#[post("/boards/{board}/records/_export")]
pub(super) async fn board_record_export(
    caller: May<ExportBoardRecord>,
    path: Path<BoardPath>,
    Body(from): Body<RecordExport>,
) -> Answer<ExportView> {
    export_of(&caller, Owner::Board(path.board), from).await
}

async fn export_of<A>(caller: &May<A>, owner: Owner, from: RecordExport) -> Answer<ExportView> {
    let place = |known: KnownStream| {
        let place = KnownPlace {
            sequence: known.sequence,
            tree_size: known.tree_size,
        };
        (known.stream, place)
    };
    let known: ExportFrom = from.known.into_iter().map(place).collect();
    let kept = from.checkpoints.into_iter().map(|kept| (kept.stream, kept.tree_size));
    let known = known.proving(kept);
    let app = caller.app();
    let export = app.record_export(caller.caller(), owner, &known, from.limit).await?;
    Ok(Json(ExportView(export)))
}
