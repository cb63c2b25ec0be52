//! The ledger itself: the key with which its signatures are checked.

use actix_web::{
    get,
    web::{Data, Json},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{Http, answer::Answer};

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
/// With this key the checkpoints and chain heads of exports are checked. It is public; keep what you first saw.
#[utoipa::path(operation_id = "verifier_key_view", tag = "evidence",
    responses((status = 200, description = "The key", body = VerifierKeyView)))]
#[get("/ledger/verifier-key")]
pub(super) async fn verifier_key_view(http: Data<Http>) -> Answer<VerifierKeyView> {
    Ok(Json(VerifierKeyView {
        verifier_key: http.verifier_key.clone(),
    }))
}
