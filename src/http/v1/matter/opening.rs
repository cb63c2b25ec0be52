//! Enquiries, claims and endings.

use actix_web::post;
use jiff::civil::Date;
use sluis_core::{
    id::AgreementId,
    matter::{Claim, ClaimKind, Enquiry, EnquiryKind, Opening},
    time::Timestamp,
};
use utoipa::ToSchema;

use super::{MatterView, SHORT, day, words};
use crate::{
    app::{
        action::{OpenBetweenSides, OpenMatter},
        matters::{MatterOpen, Whose},
    },
    http::{
        answer::Created,
        authentication::May,
        body::Body,
        input::{Fields, Input, choice, flag, label, text},
        problem::Problem,
        response::{AgreementNotFound, MatterConflict},
    },
};

/// An enquiry of an authority, a demand for disclosure, or a complaint.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct EnquiryCreate {
    /// `authority`: a supervisory authority asks or investigates; `disclosure`: somebody points to a law by which data must be
    /// disclosed; `complaint`.
    #[schema(value_type = String, example = "authority", pattern = "^(authority|disclosure|complaint)$")]
    what: EnquiryKind,
    /// When it came.
    #[schema(value_type = String, format = DateTime, example = "2026-11-02T08:00:00Z")]
    received_at: Timestamp,
    /// From which organisation; not for a complaint.
    #[schema(max_length = 200, example = "Autoriteit Persoonsgegevens")]
    from: Option<String>,
    /// What it is about, without anybody's name.
    #[schema(max_length = 2_000, example = "Vragen over de bewaartermijn van resultaten.")]
    summary: String,
    /// The law that it points to; needed for a disclosure.
    #[schema(max_length = 200, example = "Wetboek van Strafvordering, artikel 126nd")]
    law: Option<String>,
    /// Whether the law and the identity of the one who asks were verified; needed for a disclosure.
    #[schema(default = false)]
    verified: Option<bool>,
    /// The last day for an answer, where the one who asks has set one.
    #[schema(value_type = Option<String>, format = Date, example = "2026-11-30")]
    answer_by: Option<Date>,
    /// The agreement that it is about; a supplier says it, so that it is clear which board (bevoegd gezag) has to answer.
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000005")]
    agreement: Option<AgreementId>,
}

impl Input for EnquiryCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let what = fields.required("what", choice(EnquiryKind::ALL));
        let received_at = fields.required("receivedAt", text(Timestamp::parse));
        let from = fields.optional("from", label(SHORT));
        let summary = fields.required("summary", words());
        let law = fields.optional("law", label(SHORT));
        let verified = fields.optional("verified", flag());
        let answer_by = fields.optional("answerBy", day());
        let agreement = fields.optional("agreement", text(AgreementId::parse));
        Some(Self {
            what: what?,
            received_at: received_at?,
            from: from?,
            summary: summary?,
            law: law?,
            verified: verified?,
            answer_by: answer_by?,
            agreement: agreement?,
        })
    }
}

/// Send on an enquiry or complaint
///
/// A supplier (leverancier) sends on to the board (bevoegd gezag) what an authority asks it or a complaint that came to it, which
/// the board answers (models 4.0 and 3.0, article 9.2; mbo 3.0, article 8.2); a board enters its own. Before anything is
/// disclosed under a law, the law and who points to it are verified (4.0 and 3.0, article 6.3; mbo 3.0, article 5.3).
#[utoipa::path(operation_id = "enquiry_create", tag = "matters", security(("bearer" = ["matter.open"])),
    request_body = EnquiryCreate,
    responses((status = 201, description = "The matter", body = MatterView), AgreementNotFound, MatterConflict))]
#[post("/enquiries")]
pub(in crate::http::v1) async fn enquiry_create(
    caller: May<OpenMatter>,
    Body(input): Body<EnquiryCreate>,
) -> Result<Created<MatterView>, Problem> {
    let app = caller.app();
    let open = MatterOpen {
        whose: Whose::Caller(input.agreement),
        opening: Opening::Enquiry(Box::new(Enquiry {
            what: input.what,
            received_at: input.received_at,
            from: input.from,
            summary: input.summary,
            law: input.law,
            verified: input.verified.unwrap_or_default(),
            answer_by: input.answer_by,
        })),
    };
    let file = app.matter_open(caller.caller(), open).await?;
    MatterView::created(app, file).await
}

/// A claim or a fine.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct ClaimCreate {
    /// The agreement in connection with which it is.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000005")]
    agreement: AgreementId,
    /// `liability`: somebody holds the caller liable; `fine_intended`: the authority intends to fine; `fine`: it has.
    #[schema(value_type = String, example = "fine_intended", pattern = "^(liability|fine_intended|fine)$")]
    what: ClaimKind,
    /// When it came.
    #[schema(value_type = String, format = DateTime, example = "2026-11-02T08:00:00Z")]
    received_at: Timestamp,
    /// What it is about, without anybody's name.
    #[schema(max_length = 2_000, example = "Voornemen tot een boete na het datalek van maart.")]
    summary: String,
}

impl Input for ClaimCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let agreement = fields.required("agreement", text(AgreementId::parse));
        let what = fields.required("what", choice(ClaimKind::ALL));
        let received_at = fields.required("receivedAt", text(Timestamp::parse));
        let summary = fields.required("summary", words());
        Some(Self {
            agreement: agreement?,
            what: what?,
            received_at: received_at?,
            summary: summary?,
        })
    }
}

/// Tell of a claim or fine
///
/// Each side tells the other without delay (model 4.0, article 13.4; 3.0, article 13.3; mbo 3.0, article 12.3). Who is about to
/// be fined hears the other, and settles nothing without asking it (model 4.0, article 13.5).
#[utoipa::path(operation_id = "claim_create", tag = "matters", security(("bearer" = ["matter.between-sides"])),
    request_body = ClaimCreate,
    responses((status = 201, description = "The matter", body = MatterView), AgreementNotFound, MatterConflict))]
#[post("/claims")]
pub(in crate::http::v1) async fn claim_create(
    caller: May<OpenBetweenSides>,
    Body(input): Body<ClaimCreate>,
) -> Result<Created<MatterView>, Problem> {
    let app = caller.app();
    let open = MatterOpen {
        whose: Whose::Agreement(input.agreement),
        opening: Opening::Claim(Box::new(Claim {
            what: input.what,
            received_at: input.received_at,
            summary: input.summary,
        })),
    };
    let file = app.matter_open(caller.caller(), open).await?;
    MatterView::created(app, file).await
}

/// The end of an agreement, seen from the data.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct EndingCreate {
    /// The agreement, which has ended or has an end.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000005")]
    agreement: AgreementId,
}

impl Input for EndingCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let agreement = fields.required("agreement", text(AgreementId::parse));
        Some(Self { agreement: agreement? })
    }
}

/// Open the return and destruction of data
///
/// When an agreement ends, the processor returns the data if the school wants that, in an open format, and destroys what it has,
/// as do its sub-processors; it confirms that in writing, with the day until which the last back-up exists (models 4.0 and 3.0,
/// article 12; mbo 3.0, article 11). The terms are those of the annex.
#[utoipa::path(operation_id = "ending_create", tag = "matters", security(("bearer" = ["matter.between-sides"])),
    request_body = EndingCreate,
    responses((status = 201, description = "The matter", body = MatterView), AgreementNotFound, MatterConflict))]
#[post("/endings")]
pub(in crate::http::v1) async fn ending_create(
    caller: May<OpenBetweenSides>,
    Body(input): Body<EndingCreate>,
) -> Result<Created<MatterView>, Problem> {
    let app = caller.app();
    let opening = app.ending_of(caller.caller(), input.agreement).await?;
    let open = MatterOpen {
        whose: Whose::Agreement(input.agreement),
        opening,
    };
    let file = app.matter_open(caller.caller(), open).await?;
    MatterView::created(app, file).await
}
