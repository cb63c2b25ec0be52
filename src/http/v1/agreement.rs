//! Agreements: offered by a supplier, accepted by a board over the hash of the annex.

use std::collections::BTreeSet;

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use serde_json::Value;
use sluis_core::{
    agreement::{Annex, AnnexHash, State},
    catalogue::Catalogue,
    id::{AgreementId, BoardId, ProductId, SchoolId, SupplierId},
    time::{Timestamp, Window},
};
use utoipa::ToSchema;

use super::{acceptance::AcceptanceView, annex::read_annex, path::AgreementPath, suspension::SuspensionView};
use crate::{
    app::{
        App,
        action::{OfferAgreement, ReadAgreement},
        agree::{AgreementOffer, check_window},
        agreement::Agreement,
        agreement_step::{Coverage, Suspension},
        error::Invalid,
        words::annex_of,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::{Body, Query},
        code::Code,
        input::{Fields, Input, checked, text},
        page::{ListView, PageQuery},
        problem::Problem,
        response::{AgreementNotFound, BoardNotFound, LimitReached},
    },
};

/// A processing agreement (verwerkersovereenkomst) about one product.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AgreementView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000006")]
    id: AgreementId,
    /// The board (bevoegd gezag, verwerkingsverantwoordelijke).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000001")]
    board: BoardId,
    /// The supplier (leverancier, verwerker).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000003")]
    supplier: SupplierId,
    /// The product (digitaal onderwijsmiddel).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: ProductId,
    /// SHA-256 of the canonical annex (RFC 8785), in hexadecimal: what both sides sign.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    annex_hash: AnnexHash,
    /// From when on it is meant to hold.
    #[schema(value_type = String, format = DateTime, example = "2026-09-01T00:00:00.000Z")]
    valid_from: Timestamp,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-08-01T00:00:00.000Z")]
    valid_until: Option<Timestamp>,
    /// When it was offered.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    offered_at: Timestamp,
    /// When it ends, or has ended: at `validUntil`, or before that when a side has ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-02-01T00:00:00.000Z")]
    ends_at: Option<Timestamp>,
    /// The signatures (ondertekeningen). It can be in force once both sides have signed.
    acceptances: Vec<AcceptanceView>,
    /// When a side said that it could no longer comply, the oldest first.
    suspensions: Vec<AgreementSuspensionView>,
    /// The schools of the board for which it does not hold; it holds for all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Uuid>>, example = json!(["01990a3e-7c00-7000-8000-000000000022"]))]
    except_schools: Option<BTreeSet<SchoolId>>,
    /// The schools of the board for which it holds, where the board has accepted it for a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Uuid>>, example = json!(["01990a3e-7c00-7000-8000-000000000002"]))]
    only_schools: Option<BTreeSet<SchoolId>>,
}

/// A span in which an agreement is suspended by a side (opgeschort).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AgreementSuspensionView {
    /// `board` or `supplier`: who said that it could no longer comply.
    #[schema(example = "supplier")]
    side: &'static str,
    /// When.
    #[serde(flatten)]
    span: SuspensionView,
    /// Why, in the words of that side.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "De hosting verhuist naar een land buiten de EER.")]
    reason: Option<String>,
}

impl From<Suspension> for AgreementSuspensionView {
    fn from(suspension: Suspension) -> Self {
        Self {
            side: suspension.side.as_str(),
            span: suspension.window.into(),
            reason: suspension.reason,
        }
    }
}

impl From<Agreement> for AgreementView {
    fn from(agreement: Agreement) -> Self {
        let (except_schools, only_schools) = match agreement.coverage() {
            Coverage::AllExcept(schools) => (Some(schools).filter(|schools| !schools.is_empty()), None),
            Coverage::Only(schools) => (None, Some(schools)),
        };
        Self {
            except_schools,
            only_schools,
            id: agreement.id,
            board: agreement.board,
            supplier: agreement.supplier,
            product: agreement.product,
            annex_hash: AnnexHash::from_bytes(agreement.annex_hash),
            valid_from: agreement.window.from,
            valid_until: agreement.window.until,
            offered_at: agreement.offered_at,
            ends_at: agreement.held().until,
            suspensions: agreement.suspensions().into_iter().map(Into::into).collect(),
            acceptances: agreement.acceptances.into_iter().map(AcceptanceView::from).collect(),
        }
    }
}

/// An agreement with the words that are signed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AgreementDetailView {
    #[serde(flatten)]
    agreement: AgreementView,
    /// How it stands: `offered` (a side has yet to accept it), `lapsed` (its time was over first), `accepted` (it begins later),
    /// `in_force`, `suspended`, `superseded` (a newer one has taken its place) or `ended`.
    #[schema(example = "in_force")]
    state: &'static str,
    /// The agreement that has taken its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000026")]
    superseded_by: Option<AgreementId>,
    /// The model that it follows.
    #[schema(example = "4.0-coded")]
    model: &'static str,
    /// The privacy annex (privacybijsluiter, bijlage 1), with what the gate needs of the other annexes.
    #[schema(value_type = Object)]
    annex: Value,
    /// What is wrong in the annex. A row with a defect permits nothing: the gate does not guess what was meant.
    defects: Vec<DefectView>,
}

/// Something that is wrong in an annex.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DefectView {
    /// The stable code.
    #[schema(example = "special_ground_missing")]
    code: &'static str,
    /// Where in the annex, as a JSON pointer (RFC 6901).
    #[schema(example = "/rows/2/specialGround")]
    pointer: String,
}

impl AgreementDetailView {
    /// An agreement as it stands now.
    pub(super) async fn of(app: &App, agreement: Agreement) -> Result<Self, Problem> {
        let state = app.agreement_state(&agreement).await?;
        let annex = annex_of(&agreement)?;
        let defects = annex.document().defects(Catalogue::built_in()).into_iter();
        Ok(Self {
            state: state.as_str(),
            superseded_by: match state {
                State::Superseded { by } => Some(by),
                _ => None,
            },
            model: annex.document().model.as_str(),
            // The bytes that were signed, so that the order of names is kept too.
            annex: serde_json::from_slice(annex.canonical())
                .map_err(|error| Problem::new(Code::Unavailable).because(error))?,
            defects: defects
                .map(|defect| DefectView {
                    code: defect.code.as_str(),
                    pointer: defect.place,
                })
                .collect(),
            agreement: agreement.into(),
        })
    }
}

/// An offer of an agreement about the caller's product.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct AgreementCreate {
    /// The board (bevoegd gezag) that it is offered to.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000001")]
    board: BoardId,
    /// From when on it is meant to hold.
    #[schema(value_type = String, format = DateTime, example = "2026-09-01T00:00:00Z")]
    valid_from: Timestamp,
    /// Until when; without it there is no end.
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-08-01T00:00:00Z")]
    valid_until: Option<Timestamp>,
    /// The privacy annex (privacybijsluiter, bijlage 1), of any model: `4.0-coded` with `rows`, `4.0`, `3.0` and `mbo-3.0`
    /// with `ticks`.
    #[schema(value_type = Object)]
    annex: Annex,
}

impl Input for AgreementCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let board = fields.required("board", text(BoardId::parse));
        let valid_from = fields.required("validFrom", text(Timestamp::parse));
        let valid_until = fields.optional("validUntil", text(Timestamp::parse));
        let annex = fields.required("annex", checked(|value| read_annex(value, Annex::parse_offer)));
        let window = match (valid_from, valid_until) {
            (Some(from), Some(until)) => match check_window(Window { from, until }) {
                Ok(window) => Some(window),
                Err(Invalid { code, detail, .. }) => fields.refuse("validUntil", code, detail),
            },
            _ => None,
        };
        let window = window?;
        Some(Self {
            board: board?,
            valid_from: window.from,
            valid_until: window.until,
            annex: annex?,
        })
    }
}

type AgreementListView = ListView<AgreementView>;

/// List the agreements that the caller is a party to
///
/// A board (bevoegd gezag) and its schools see theirs, a supplier (leverancier) those about its product. Read one
/// agreement to see its annex.
#[utoipa::path(operation_id = "agreement_list", tag = "agreements", security(("bearer" = ["agreement.read"])),
    params(PageQuery),
    responses((status = 200, description = "The agreements", body = AgreementListView)))]
#[get("/agreements")]
pub(super) async fn agreement_list(
    caller: May<ReadAgreement>,
    Query(query): Query<PageQuery>,
) -> Answer<AgreementListView> {
    let agreements = caller.app().agreement_list(caller.caller(), query.page()).await?;
    Ok(Json(query.show(agreements, |agreement| agreement.id)))
}

/// Offer an agreement
///
/// The offer is the signature (ondertekening) of the supplier (leverancier) over the annex. It can be in force once
/// the board (bevoegd gezag) has accepted it.
///
/// Two things can be wrong in an annex, and both are told at once. An *error* is a document that is not of the form (a field
/// that is missing, unknown, or of another kind): the offer is refused with 400, and nothing is stored. A *defect* is said in
/// the right form and cannot be meant (an unknown code, a special category without its ground): the offer is stored as it
/// was written, since it is evidence, `defects` names it, and the gate permits nothing by that row, however it is signed.
/// A refused offer lists its defects among the `errors` too. Mend defects by a new offer before the board accepts.
///
/// Model `4.0-coded` says row by row which data go with which purpose (`rows`). The models `4.0`, `3.0` and `mbo-3.0` list
/// purposes and categories each for itself (`ticks`). A category then goes with those of the listed purposes that may have it
/// (`purposes` in `GET /v1/data-categories`), and with no other.
#[utoipa::path(operation_id = "agreement_create", tag = "agreements", security(("bearer" = ["agreement.offer"])),
    request_body(content = AgreementCreate, example = json!({
        "board": "01990a3e-7c00-7000-8000-000000000001",
        "validFrom": "2026-09-01T00:00:00Z",
        "annex": {
            "model": "4.0-coded",
            "product": {
                "name": "Rekenbaai",
                "description": {"nl": "Rekenen oefenen op eigen niveau.", "en": "Practise arithmetic at one's own level."}
            },
            "parties": {"processor": {"name": "Wadden Leermiddelen B.V."}},
            "version": {"number": "1.2", "date": "2026-05-18"},
            "modules": [
                {"code": "oefenen", "name": {"nl": "Oefenen", "en": "Practice"}, "need": "necessary"}
            ],
            "rows": [{
                "module": "oefenen", "processings": ["V1"], "purposes": ["D1", "D13"], "pupilCategories": ["CD1", "CD12"],
                "staffCategories": ["CM1", "CM12"], "restsOnConsent": false
            }],
            "login": {"pupil": ["givenName", "eckId"], "staff": ["givenName", "eckId"]},
            "secondFactor": false,
            "deviations": [],
            "retention": {"daysAfterLeaving": 60, "daysAfterEnd": 30},
            "places": [{"party": "Wadden Leermiddelen B.V.", "country": "NL"}],
            "subProcessors": [],
            "receivers": []
        }
    })),
    responses((status = 201, description = "The agreement", body = AgreementDetailView), BoardNotFound,
        LimitReached))]
#[post("/agreements")]
pub(super) async fn agreement_create(
    caller: May<OfferAgreement>,
    Body(input): Body<AgreementCreate>,
) -> Result<Created<AgreementDetailView>, Problem> {
    let offer = AgreementOffer {
        board: input.board,
        window: Window {
            from: input.valid_from,
            until: input.valid_until,
        },
        annex: input.annex,
    };
    let agreement = caller.app().agreement_offer(caller.caller(), offer).await?;
    Ok(Created::at(
        format!("/v1/agreements/{}", agreement.id),
        AgreementDetailView::of(caller.app(), agreement).await?,
    ))
}

/// View an agreement
#[utoipa::path(operation_id = "agreement_view", tag = "agreements", security(("bearer" = ["agreement.read"])),
    params(AgreementPath),
    responses((status = 200, description = "The agreement", body = AgreementDetailView), AgreementNotFound))]
#[get("/agreements/{agreement}")]
pub(super) async fn agreement_view(
    caller: May<ReadAgreement>,
    path: Path<AgreementPath>,
) -> Answer<AgreementDetailView> {
    let agreement = caller.app().agreement_view(caller.caller(), path.agreement).await?;
    Ok(Json(AgreementDetailView::of(caller.app(), agreement).await?))
}
