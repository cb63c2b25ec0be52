//! What the sides say about an agreement after they accepted it.

use actix_web::{
    post,
    web::{Json, Path},
};
use sluis_core::{
    agreement::AnnexHash,
    id::{AgreementId, SchoolId},
    time::Timestamp,
};
use utoipa::ToSchema;

use super::{
    acceptance::{Schools, coverage, schools},
    agreement::AgreementDetailView,
    path::AgreementPath,
};
use crate::{
    app::{
        action::{CoverAgreement, EndAgreement, ResumeAgreement, SuspendAgreement},
        cover::CoverageAsked,
        life::AgreementWord,
    },
    http::{
        answer::Answer,
        authentication::May,
        body::Body,
        input::{Fields, Input, label, text},
        response::{AcceptanceConflict, AgreementNotFound},
    },
};

/// How long the words of a side may be.
const WORDS: usize = 1_000;

/// Why a side suspends an agreement.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct AgreementSuspend {
    /// The hash of the annex that was read: `annexHash` of the agreement.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    annex_hash: AnnexHash,
    /// Why the side can no longer comply, for the other side to read. Never about a person.
    #[schema(max_length = 1_000, example = "De hosting verhuist naar een land buiten de EER.")]
    reason: Option<String>,
}

impl Input for AgreementSuspend {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let annex_hash = fields.required("annexHash", text(AnnexHash::parse));
        let reason = fields.optional("reason", label(WORDS));
        Some(Self {
            annex_hash: annex_hash?,
            reason: reason?,
        })
    }
}

/// A side complies again.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct AgreementResume {
    /// The hash of the annex that was read: `annexHash` of the agreement.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    annex_hash: AnnexHash,
}

impl Input for AgreementResume {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let annex_hash = fields.required("annexHash", text(AnnexHash::parse));
        Some(Self {
            annex_hash: annex_hash?,
        })
    }
}

/// The end of an agreement.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct AgreementEnd {
    /// The hash of the annex that was read: `annexHash` of the agreement.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    annex_hash: AnnexHash,
    /// From when on it holds no more: a moment to come, and before the end that is agreed. Without it the agreement ends at
    /// once, which only a board (bevoegd gezag) may say.
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-08-01T00:00:00Z")]
    ends_at: Option<Timestamp>,
    /// Why, for the other side to read. Never about a person.
    #[schema(max_length = 1_000, example = "De licentie is opgezegd.")]
    reason: Option<String>,
}

impl Input for AgreementEnd {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let annex_hash = fields.required("annexHash", text(AnnexHash::parse));
        let ends_at = fields.optional("endsAt", text(Timestamp::parse));
        let reason = fields.optional("reason", label(WORDS));
        Some(Self {
            annex_hash: annex_hash?,
            ends_at: ends_at?,
            reason: reason?,
        })
    }
}

fn word(agreement: AgreementId, hash: AnnexHash, reason: Option<String>) -> AgreementWord {
    AgreementWord {
        agreement,
        annex_hash: *hash.as_bytes(),
        reason,
    }
}

/// For which schools an agreement holds.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct AgreementCover {
    /// The hash of the annex that was read: `annexHash` of the agreement.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    annex_hash: AnnexHash,
    /// The schools of the board for which it does not hold. Without this and `onlySchools` it holds for all.
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 2_000, example = json!(["01990a3e-7c00-7000-8000-000000000022"]))]
    except_schools: Option<Vec<SchoolId>>,
    /// The schools of the board for which it holds, instead of `exceptSchools`.
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 2_000)]
    only_schools: Option<Vec<SchoolId>>,
}

impl Input for AgreementCover {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let annex_hash = fields.required("annexHash", text(AnnexHash::parse));
        let schools = schools(fields);
        let Schools { except, only } = schools?;
        Some(Self {
            annex_hash: annex_hash?,
            except_schools: except,
            only_schools: only,
        })
    }
}

/// Change for which schools an agreement holds
///
/// The board (bevoegd gezag) changes the list of schools (lijst van scholen) of an agreement that it has accepted. When this has
/// answered, nothing passes at a school that it excepts: nothing is agreed there (`agreement_excepts_school`).
#[utoipa::path(operation_id = "agreement_cover", tag = "agreements", security(("bearer" = ["agreement.cover"])),
    params(AgreementPath), request_body = AgreementCover,
    responses((status = 200, description = "The agreement", body = AgreementDetailView), AgreementNotFound,
        AcceptanceConflict))]
#[post("/agreements/{agreement}/_cover")]
pub(super) async fn agreement_cover(
    caller: May<CoverAgreement>,
    path: Path<AgreementPath>,
    Body(input): Body<AgreementCover>,
) -> Answer<AgreementDetailView> {
    let word = word(path.agreement, input.annex_hash, None);
    let asked = coverage(input.except_schools, input.only_schools).unwrap_or(CoverageAsked::Except(Vec::new()));
    let agreement = caller.app().agreement_cover(caller.caller(), word, asked).await?;
    Ok(Json(AgreementDetailView::of(caller.app(), agreement).await?))
}

/// Suspend an agreement
///
/// A side, board (bevoegd gezag) or supplier (leverancier), says that it can no longer comply (models 4.0, article 2.5; 3.0 and
/// mbo 3.0, article 2.3). When this has answered, nothing passes by the agreement, at no school of the board, until that side
/// resumes it. Each side suspends for itself, and both can at once. Whoever is asked hears which side it is:
/// `agreement_suspended_by_board` or `agreement_suspended_by_supplier`.
#[utoipa::path(operation_id = "agreement_suspend", tag = "agreements", security(("bearer" = ["agreement.suspend"])),
    params(AgreementPath), request_body = AgreementSuspend,
    responses((status = 200, description = "The agreement", body = AgreementDetailView), AgreementNotFound,
        AcceptanceConflict))]
#[post("/agreements/{agreement}/_suspend")]
pub(super) async fn agreement_suspend(
    caller: May<SuspendAgreement>,
    path: Path<AgreementPath>,
    Body(input): Body<AgreementSuspend>,
) -> Answer<AgreementDetailView> {
    let word = word(path.agreement, input.annex_hash, input.reason);
    let agreement = caller.app().agreement_suspend(caller.caller(), word).await?;
    Ok(Json(AgreementDetailView::of(caller.app(), agreement).await?))
}

/// Resume an agreement
///
/// The side that suspended it complies again. What the other side has suspended stays so.
#[utoipa::path(operation_id = "agreement_resume", tag = "agreements", security(("bearer" = ["agreement.resume"])),
    params(AgreementPath), request_body = AgreementResume,
    responses((status = 200, description = "The agreement", body = AgreementDetailView), AgreementNotFound,
        AcceptanceConflict))]
#[post("/agreements/{agreement}/_resume")]
pub(super) async fn agreement_resume(
    caller: May<ResumeAgreement>,
    path: Path<AgreementPath>,
    Body(input): Body<AgreementResume>,
) -> Answer<AgreementDetailView> {
    let word = word(path.agreement, input.annex_hash, None);
    let agreement = caller.app().agreement_resume(caller.caller(), word).await?;
    Ok(Json(AgreementDetailView::of(caller.app(), agreement).await?))
}

/// End an agreement
///
/// The board (bevoegd gezag) ends it at once or by a date, the supplier (leverancier) by a date to come (models 4.0 and 3.0,
/// article 15; mbo 3.0, article 14). From then on nothing passes by it, and what it superseded does not revive. The duties that
/// go on after the end go on.
#[utoipa::path(operation_id = "agreement_end", tag = "agreements", security(("bearer" = ["agreement.end"])),
    params(AgreementPath), request_body = AgreementEnd,
    responses((status = 200, description = "The agreement", body = AgreementDetailView), AgreementNotFound,
        AcceptanceConflict))]
#[post("/agreements/{agreement}/_end")]
pub(super) async fn agreement_end(
    caller: May<EndAgreement>,
    path: Path<AgreementPath>,
    Body(input): Body<AgreementEnd>,
) -> Answer<AgreementDetailView> {
    let word = word(path.agreement, input.annex_hash, input.reason);
    let ended = caller.app().agreement_end(caller.caller(), word, input.ends_at);
    Ok(Json(AgreementDetailView::of(caller.app(), ended.await?).await?))
}
