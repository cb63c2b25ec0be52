//! Records: what the ledger holds of a school or a board.

use actix_web::{
    get,
    web::{Json, Path},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use sluis_core::{
    id::{AgreementId, ClientId, ProductId, RecordId, SupplierId},
    ledger::{AgreementVersion, Code, Digest, Hex, Owner, RecordKind, Resource, WithheldCode},
    time::Timestamp,
};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    path::{BoardPath, RecordPath, SchoolPath},
    places,
};
use crate::{
    app::{
        action::{ReadBoardRecord, ReadRecord},
        evidence::{LoggedRecord, Places, RecordProof},
    },
    http::{
        answer::Answer,
        authentication::May,
        body::Query,
        input::{Fields, Input, text},
        page::{self, ListView},
        response::{BoardNotFound, RecordNotFound, SchoolNotFound},
    },
};

/// A record (logregel). Nobody can be found from it: persons are in it as keyed hashes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecordView {
    /// The stream of the ledger that it is in: each instance of the service writes one of its own.
    #[schema(minimum = 1, example = 1)]
    stream: u64,
    /// Its number in the chain of this school in that stream, from 1 without gaps.
    #[schema(minimum = 1, example = 12)]
    sequence: u64,
    /// Its id.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000014")]
    id: RecordId,
    /// What it is about: `decision`, `evaluation`, `page`, `login`, `act`, `roster_run` or `operator_access`.
    #[schema(value_type = String, example = "page")]
    kind: RecordKind,
    /// The operation.
    #[schema(value_type = String, example = "learner.search")]
    name: Code,
    /// `permit`, `deny`, `done` or `failed`.
    #[schema(example = "permit")]
    outcome: &'static str,
    /// The client that asked; absent when the service acted by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    asker: Option<ClientId>,
    /// The supplier (leverancier) or distributor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    supplier: Option<SupplierId>,
    /// The product (digitaal onderwijsmiddel).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    product: Option<ProductId>,
    /// The purpose (doeleinde).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "D1")]
    purpose: Option<Code>,
    /// To whom the data would go on, where the purpose has a receiver.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    receiver: Option<SupplierId>,
    /// By which way: `api`, `login` or `roster`; `cli` for the command line of the operator, `service` when the service did it by
    /// itself.
    #[schema(value_type = String, example = "api")]
    channel: Code,
    /// The agreement (verwerkersovereenkomst) that was looked at, in force or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement: Option<AgreementVersionView>,
    /// The codes of all reasons, those that no supplier sees too.
    #[schema(value_type = Vec<String>, example = json!([]))]
    reasons: Vec<Code>,
    /// The attributes that went, or came in.
    #[schema(value_type = Vec<String>, example = json!(["givenName"]))]
    released: Vec<Code>,
    /// What was asked and held back.
    withheld: Vec<WithheldCodeView>,
    /// What an act was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<ResourceView>,
    /// The keyed hash of the person that it is about; the key is that of the school and of the calendar year (UTC) of `at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 64, max_length = 64)]
    subject: Option<Digest>,
    /// The calendar year of which the key was destroyed: nobody is found in its records any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 9999, example = 2026)]
    subject_year: Option<u16>,
    /// How many persons a page was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 15)]
    persons: Option<u64>,
    /// The trace (W3C Trace Context) of the request that it belongs to.
    #[schema(value_type = String, example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    trace_id: Hex<16>,
    /// When the outcome was known.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    at: Timestamp,
    /// The hash of its leaf in the ledger (RFC 9162), in hexadecimal.
    #[schema(value_type = String, min_length = 64, max_length = 64)]
    leaf_hash: Digest,
}

/// An agreement, word for word.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AgreementVersion)]
struct AgreementVersionView {
    /// The agreement.
    #[schema(value_type = Uuid)]
    id: AgreementId,
    /// SHA-256 of its canonical annex, in hexadecimal.
    #[schema(value_type = String, min_length = 64, max_length = 64)]
    annex_hash: Digest,
}

impl From<AgreementVersion> for AgreementVersionView {
    fn from(version: AgreementVersion) -> Self {
        Self {
            id: version.id,
            annex_hash: version.annex_hash,
        }
    }
}

/// An attribute that was asked and held back, and the code of the reason.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WithheldCode)]
struct WithheldCodeView {
    /// The attribute.
    #[schema(value_type = String, example = "birthDate")]
    attribute: Code,
    /// The code of the reason.
    #[schema(value_type = String, example = "attribute_not_agreed")]
    reason: Code,
}

/// What an act was about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordResource)]
struct ResourceView {
    /// The kind of thing.
    #[schema(value_type = String, example = "activation")]
    kind: Code,
    /// Which one.
    id: Uuid,
}

impl From<WithheldCode> for WithheldCodeView {
    fn from(withheld: WithheldCode) -> Self {
        Self {
            attribute: withheld.name,
            reason: withheld.reason,
        }
    }
}

impl From<Resource> for ResourceView {
    fn from(resource: Resource) -> Self {
        Self {
            kind: resource.kind,
            id: resource.id,
        }
    }
}

impl From<LoggedRecord> for RecordView {
    fn from(logged: LoggedRecord) -> Self {
        let LoggedRecord {
            stream, record, leaf, ..
        } = logged;
        let draft = record.draft;
        Self {
            stream,
            sequence: record.sequence,
            id: draft.id,
            kind: draft.kind,
            name: draft.name,
            outcome: draft.outcome.as_str(),
            asker: draft.asker,
            supplier: draft.supplier,
            product: draft.product,
            purpose: draft.purpose,
            receiver: draft.receiver,
            channel: draft.channel,
            agreement: draft.agreement.map(AgreementVersionView::from),
            reasons: draft.reasons,
            released: draft.released,
            withheld: draft.withheld.into_iter().map(WithheldCodeView::from).collect(),
            resource: draft.resource.map(ResourceView::from),
            subject: draft.subject,
            subject_year: draft.subject_year,
            persons: draft.page.map(|page| page.lines),
            trace_id: draft.trace_id,
            at: draft.end_time,
            leaf_hash: leaf,
        }
    }
}

type RecordListView = ListView<RecordView>;

/// Which part of the records.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RecordQuery {
    /// Where the page begins: `next` of the page before.
    #[param(value_type = String, required = false, example = "MS4xMjAtMi4zMw")]
    cursor: Places,
    /// How many items at most.
    #[param(value_type = u16, required = false, minimum = 1, maximum = 200, default = 50)]
    limit: u16,
}

impl Input for RecordQuery {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let cursor = fields.optional("cursor", text(parse_cursor));
        let limit = page::limit(fields);
        Some(Self {
            cursor: cursor?.unwrap_or_default(),
            limit: limit?,
        })
    }
}

/// The cursor of this list: the last record that was shown in each stream. What may be seen is decided anew for each page,
/// so it opens nothing.
fn cursor(shown: &Places) -> String {
    URL_SAFE_NO_PAD.encode(places::written(shown))
}

fn parse_cursor(text: &str) -> Result<Places, &'static str> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| page::NOT_A_CURSOR)?;
    places::parse(&bytes).ok_or(page::NOT_A_CURSOR)
}

/// List the records of a school
///
/// Over all streams of the ledger: in the order in which each was written, and between streams by their moments. Looking is
/// itself on record.
#[utoipa::path(operation_id = "record_list", tag = "evidence", security(("bearer" = ["record.read"])),
    params(SchoolPath, RecordQuery),
    responses((status = 200, description = "The records", body = RecordListView), SchoolNotFound))]
#[get("/schools/{school}/records")]
pub(super) async fn record_list(
    caller: May<ReadRecord>,
    path: Path<SchoolPath>,
    Query(query): Query<RecordQuery>,
) -> Answer<RecordListView> {
    page_of(&caller, Owner::School(path.school), query).await
}

/// List the records of a board
///
/// What the board did that touches none of its schools, and what the operator reached of it. In the order of the list of a
/// school; looking is itself on record.
#[utoipa::path(operation_id = "board_record_list", tag = "evidence", security(("bearer" = ["board_record.read"])),
    params(BoardPath, RecordQuery),
    responses((status = 200, description = "The records", body = RecordListView), BoardNotFound))]
#[get("/boards/{board}/records")]
pub(super) async fn board_record_list(
    caller: May<ReadBoardRecord>,
    path: Path<BoardPath>,
    Query(query): Query<RecordQuery>,
) -> Answer<RecordListView> {
    page_of(&caller, Owner::Board(path.board), query).await
}

async fn page_of<A>(caller: &May<A>, owner: Owner, query: RecordQuery) -> Answer<RecordListView> {
    let RecordQuery { cursor: after, limit } = query;
    let app = caller.app();
    let asked = limit.saturating_add(1);
    let found = app.record_list(caller.caller(), owner, &after, asked).await?;
    Ok(Json(ListView::up_to(limit, found, |shown| {
        Some(cursor(&after.past(shown)))
    })))
}

/// A record with the proof that it is in the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecordProofView {
    /// The stream of the ledger that it is in.
    #[schema(minimum = 1, example = 1)]
    stream: u64,
    /// Its number in the chain of this school in that stream.
    #[schema(minimum = 1, example = 12)]
    sequence: u64,
    /// Its place in the tree, from 0.
    #[schema(minimum = 0, example = 4710)]
    position: u64,
    /// Its exact bytes, which are JSON. The leaf is `SHA-256(0x00 || bytes)` (RFC 9162, 2.1.1).
    record: String,
    /// The signed head of the stream as it is now (C2SP signed note).
    checkpoint: String,
    /// The audit path from the leaf to the root in the checkpoint (RFC 9162, 2.1.3), in hexadecimal.
    #[schema(value_type = Vec<String>)]
    proof: Vec<Digest>,
}

impl From<RecordProof> for RecordProofView {
    fn from(proof: RecordProof) -> Self {
        Self {
            stream: proof.head.stream,
            sequence: proof.sequence,
            position: proof.position,
            record: proof.record,
            checkpoint: proof.head.checkpoint,
            proof: proof.path,
        }
    }
}

/// View the proof of a record
///
/// That this record is in the tree of its stream as it is now: checked with the key of the ledger and no trust in us. Looking
/// is itself on record.
#[utoipa::path(operation_id = "record_proof", tag = "evidence", security(("bearer" = ["record.read"])), params(RecordPath),
    responses((status = 200, description = "The record and its proof", body = RecordProofView), RecordNotFound))]
#[get("/schools/{school}/records/{record}/proof")]
pub(super) async fn record_proof(caller: May<ReadRecord>, path: Path<RecordPath>) -> Answer<RecordProofView> {
    let proof = caller.app().record_proof(caller.caller(), path.school, path.record);
    Ok(Json(proof.await?.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_a_made_up_one_is_refused() {
        for places in [vec![(1, 120)], vec![(1, 120), (2, 33), (17, 1)]] {
            let places: Places = places.into_iter().collect();
            assert_eq!(parse_cursor(&cursor(&places)), Ok(places));
        }
        let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for made_up in [
            "none".to_owned(),
            encoded(""),
            encoded("1"),
            encoded("1.2-"),
            encoded("1.-2"),
            encoded("1.9223372036854775808"),
            URL_SAFE_NO_PAD.encode([0xFF; 16]),
        ] {
            assert_eq!(parse_cursor(&made_up), Err(page::NOT_A_CURSOR), "`{made_up}`");
        }
    }
}
