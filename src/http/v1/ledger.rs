//! The ledger itself, for everybody: the key with which its signatures are checked, the signed heads of its streams, and the
//! proofs that one is the beginning of another. Signatures and hashes tell nothing but how much was recorded.

use actix_web::{
    get,
    web::{Data, Json},
};
use serde::Serialize;
use sluis_core::ledger::Digest;
use utoipa::{IntoParams, ToSchema};

use crate::{
    app::evidence::StreamCheckpoint,
    http::{
        Http,
        answer::Answer,
        body::Query,
        input::{Fields, Input, integer},
        page::ListView,
        response::CheckpointNotFound,
    },
};

/// The public key of the ledger (logboek).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct VerifierKeyView {
    /// The name, the short hash and the Ed25519 key, in the form of a C2SP signed note.
    #[schema(example = "sluis.example+5a3b2c1d+AQ9hc2RmYXNkZmFzZGZhc2RmYXNkZmFzZGZhc2RmYXNkZg==")]
    verifier_key: String,
}

/// View the key of the ledger
///
/// With this key the checkpoints and the ends of chains in exports are checked. It is public; keep what you first saw.
#[utoipa::path(operation_id = "verifier_key_view", tag = "evidence",
    responses((status = 200, description = "The key", body = VerifierKeyView)))]
#[get("/ledger/verifier-key")]
pub(super) async fn verifier_key_view(http: Data<Http>) -> Answer<VerifierKeyView> {
    Ok(Json(VerifierKeyView {
        verifier_key: http.log.verifier_key(),
    }))
}

/// The signed head of a stream.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CheckpointView {
    /// The number of the stream.
    #[schema(minimum = 1, example = 1)]
    stream: u64,
    /// Origin, size and root of its tree, signed (C2SP tlog-checkpoint).
    #[schema(example = "sluis.example/stream/1\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    checkpoint: String,
}

impl From<StreamCheckpoint> for CheckpointView {
    fn from(head: StreamCheckpoint) -> Self {
        Self {
            stream: head.stream,
            checkpoint: head.checkpoint,
        }
    }
}

type CheckpointListView = ListView<CheckpointView>;

/// List the checkpoints of the ledger
///
/// The signed head of every stream as it is now. They are public; whoever keeps them can show later that the ledger was
/// changed, or told otherwise to somebody else.
#[utoipa::path(operation_id = "checkpoint_list", tag = "evidence",
    responses((status = 200, description = "The checkpoints", body = CheckpointListView)))]
#[get("/ledger/checkpoints")]
pub(super) async fn checkpoint_list(http: Data<Http>) -> Answer<CheckpointListView> {
    Ok(Json(ListView::whole(http.log.checkpoints().await?)))
}

/// Between which heads of which stream.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ConsistencyQuery {
    /// The number of the stream.
    #[param(minimum = 1, example = 1)]
    stream: u64,
    /// The size of the tree in the earlier checkpoint.
    #[param(minimum = 1, example = 950)]
    from: u64,
    /// The size of the tree in the later checkpoint.
    #[param(minimum = 1, example = 4711)]
    to: u64,
}

impl Input for ConsistencyQuery {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let mut size = |name| fields.required(name, integer(1..=i64::MAX));
        let (stream, from, to) = (size("stream"), size("from"), size("to"));
        Some(Self {
            stream: stream?,
            from: from?,
            to: to?,
        })
    }
}

/// The proof that one head of a stream is the beginning of another.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConsistencyView {
    /// The hashes of the proof (RFC 9162, 2.1.4), in hexadecimal; none between equal heads.
    #[schema(value_type = Vec<String>)]
    proof: Vec<Digest>,
}

/// View the proof between two checkpoints
///
/// That the tree of the earlier one is the beginning of that of the later one: nothing was altered, left out or put in
/// between. It is public.
#[utoipa::path(operation_id = "consistency_view", tag = "evidence", params(ConsistencyQuery),
    responses((status = 200, description = "The proof", body = ConsistencyView), CheckpointNotFound))]
#[get("/ledger/consistency")]
pub(super) async fn consistency_view(
    http: Data<Http>,
    Query(between): Query<ConsistencyQuery>,
) -> Answer<ConsistencyView> {
    let ConsistencyQuery { stream, from, to } = between;
    let proof = http.log.consistency(stream, from, to).await?;
    Ok(Json(ConsistencyView { proof }))
}
