//! Agreements: offered by a supplier, accepted by a board over the hash of the annex.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use serde_json::Value;
use sluis_core::{
    agreement::{Annex, AnnexDocument, AnnexError, AnnexErrorCode, AnnexErrors, AnnexHash},
    catalogue::Catalogue,
    id::{AgreementId, BoardId, ClientId, ProductId, SupplierId},
    identifier::leak_guard,
    time::{Timestamp, Window},
};
use utoipa::ToSchema;

use super::path::AgreementPath;
use crate::{
    app::{
        action::{AcceptAgreement, OfferAgreement, ReadAgreement},
        agree::{AgreementOffer, annex_of, check_window},
        agreement::{Acceptance, Agreement},
        error::Invalid,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::{Body, Query},
        code::Code,
        input::{Fields, Input, checked, is_plain, text},
        page::{ListView, PageQuery},
        problem::Problem,
        response::{AcceptanceConflict, AgreementNotFound, BoardNotFound, LimitReached},
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
    /// The signatures (ondertekeningen). It can be in force once both sides have signed.
    acceptances: Vec<AcceptanceView>,
}

/// A signature (ondertekening) of one side over the hash of the annex.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AcceptanceView {
    /// `board` or `supplier`.
    #[schema(example = "supplier")]
    side: &'static str,
    /// The client that signed.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000005")]
    by: ClientId,
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    at: Timestamp,
}

impl From<Acceptance> for AcceptanceView {
    fn from(acceptance: Acceptance) -> Self {
        Self {
            side: acceptance.side.as_str(),
            by: acceptance.by,
            at: acceptance.at,
        }
    }
}

impl From<Agreement> for AgreementView {
    fn from(agreement: Agreement) -> Self {
        Self {
            id: agreement.id,
            board: agreement.board,
            supplier: agreement.supplier,
            product: agreement.product,
            annex_hash: AnnexHash::from_bytes(agreement.annex_hash),
            valid_from: agreement.window.from,
            valid_until: agreement.window.until,
            offered_at: agreement.offered_at,
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

impl TryFrom<Agreement> for AgreementDetailView {
    type Error = Problem;

    fn try_from(agreement: Agreement) -> Result<Self, Problem> {
        let annex = annex_of(&agreement)?;
        let defects = annex.document().defects(Catalogue::built_in()).into_iter();
        Ok(Self {
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

/// Reads an annex with all its errors; values are not repeated.
pub(super) fn read_annex(
    value: &Value,
    parse: impl Fn(&[u8]) -> Result<Annex, AnnexErrors>,
) -> Result<Annex, Vec<Invalid>> {
    let mut wrong = Vec::new();
    guard_texts(value, "", &mut wrong);
    match parse(value.to_string().as_bytes()) {
        Ok(annex) if wrong.is_empty() => Ok(annex),
        Ok(_) => Err(wrong),
        Err(AnnexErrors(errors)) => {
            wrong.extend(errors.into_iter().map(|error| Invalid {
                pointer: place_of(&error).to_owned(),
                code: error.code.as_str(),
                detail: error.code.explain().to_owned(),
            }));
            // Whoever mends the errors reads in the same answer what the gate will not permit.
            let defects = AnnexDocument::defects_of_readable(value, Catalogue::built_in());
            wrong.extend(defects.into_iter().map(|defect| Invalid {
                pointer: defect.place,
                code: defect.code.as_str(),
                detail:
                    "a defect: the offer is not refused for it, but the gate permits nothing by this row".to_owned(),
            }));
            Err(wrong)
        }
    }
}

/// Where an error is; an unknown name that does not look like one is told at the object that it stands in.
fn place_of(error: &AnnexError) -> &str {
    match error.place.rsplit_once('/') {
        Some((object, name)) if error.code == AnnexErrorCode::FieldUnknown && !is_plain(name) => object,
        _ => &error.place,
    }
}

/// An annex is about kinds of data, never about a person.
fn guard_texts(value: &Value, pointer: &str, wrong: &mut Vec<Invalid>) {
    match value {
        Value::String(text) if leak_guard::find(text).is_some() => wrong.push(Invalid {
            pointer: pointer.to_owned(),
            code: "national_number",
            detail: "the text seems to hold a national number, which may not be sent".to_owned(),
        }),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                guard_texts(item, &format!("{pointer}/{index}"), wrong);
            }
        }
        // All known names are plain. The others are refused with all that is in them.
        Value::Object(fields) => {
            for (name, field) in fields.iter().filter(|(name, _)| is_plain(name)) {
                guard_texts(field, &format!("{pointer}/{name}"), wrong);
            }
        }
        _ => {}
    }
}

/// The signature (ondertekening) of the board.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct AcceptanceCreate {
    /// The hash of the annex that was read: `annexHash` of the agreement.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    annex_hash: AnnexHash,
}

impl Input for AcceptanceCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let annex_hash = fields.required("annexHash", text(AnnexHash::parse));
        Some(Self {
            annex_hash: annex_hash?,
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
        agreement.try_into()?,
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
    Ok(Json(agreement.try_into()?))
}

/// Accept an agreement
///
/// The signature (ondertekening) of the board (bevoegd gezag). It repeats the hash of the annex that was read, so that
/// nobody signs what was not seen.
#[utoipa::path(operation_id = "agreement_accept", tag = "agreements", security(("bearer" = ["agreement.accept"])),
    params(AgreementPath), request_body = AcceptanceCreate,
    responses((status = 200, description = "The agreement", body = AgreementDetailView), AgreementNotFound,
        AcceptanceConflict))]
#[post("/agreements/{agreement}/_accept")]
pub(super) async fn agreement_accept(
    caller: May<AcceptAgreement>,
    path: Path<AgreementPath>,
    Body(input): Body<AcceptanceCreate>,
) -> Answer<AgreementDetailView> {
    let hash = *input.annex_hash.as_bytes();
    let agreement = caller
        .app()
        .agreement_accept(caller.caller(), path.agreement, hash)
        .await?;
    Ok(Json(agreement.try_into()?))
}
