//! Papers around an agreement: the contract under it, and the documents of the processor.

use actix_web::post;
use jiff::civil::Date;
use sluis_core::{
    agreement::AnnexHash,
    id::AgreementId,
    matter::{Contract, DayOfYear, Filing, FilingKind, MeasureStatus, NoticeTerm, Opening, SecurityMeasure},
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
        input::{Fields, Input, choice, integer, label, list, object, text},
        problem::Problem,
        response::{AgreementNotFound, MatterConflict},
    },
};

/// The contract under an agreement (onderliggende overeenkomst).
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct ContractCreate {
    /// The agreement.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000005")]
    agreement: AgreementId,
    /// The number or name by which the sides know it.
    #[schema(max_length = 200, example = "2026-0117")]
    reference: String,
    /// Its first day.
    #[schema(value_type = String, format = Date, example = "2026-08-01")]
    starts_on: Date,
    /// The last day of its term; without it the contract has no end.
    #[schema(value_type = Option<String>, format = Date, example = "2027-07-31")]
    ends_on: Option<Date>,
    /// By how many months it is renewed when nobody gives notice; without it it ends with its term.
    #[schema(minimum = 1, maximum = 120, example = 12)]
    renews_months: Option<u32>,
    /// How many months before the end notice is given.
    #[schema(minimum = 1, maximum = 60, example = 2)]
    notice_months: Option<u32>,
    /// Before which day of the year notice is given, instead of `noticeMonths`.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{2}-[0-9]{2}$", example = "07-01")]
    notice_before: Option<DayOfYear>,
}

impl Input for ContractCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let agreement = fields.required("agreement", text(AgreementId::parse));
        let reference = fields.required("reference", label(SHORT));
        let starts_on = fields.required("startsOn", day());
        let ends_on = fields.optional("endsOn", day());
        let renews_months = fields.optional("renewsMonths", integer(1..=120));
        let notice_months = fields.optional("noticeMonths", integer(1..=60));
        let notice_before = fields.optional("noticeBefore", text(DayOfYear::parse));
        if matches!((&notice_months, &notice_before), (Some(Some(_)), Some(Some(_)))) {
            let detail = "`noticeMonths` and `noticeBefore` do not go together";
            return fields.refuse("noticeBefore", "one_too_many", detail);
        }
        Some(Self {
            agreement: agreement?,
            reference: reference?,
            starts_on: starts_on?,
            ends_on: ends_on?,
            renews_months: renews_months?,
            notice_months: notice_months?,
            notice_before: notice_before?,
        })
    }
}

/// Enter the contract under an agreement
///
/// One side enters the contract (onderliggende overeenkomst), the other confirms it by the step `contract_confirmed`. The
/// agreement lasts as long as it does (models 4.0 and 3.0, article 15; mbo 3.0, article 14): notice by either side
/// (`notice_given`) ends the agreement too. When a term that is not renewed is over, and by when notice has to be there, is in the
/// calendar of duties.
#[utoipa::path(operation_id = "contract_create", tag = "matters", security(("bearer" = ["matter.between-sides"])),
    request_body = ContractCreate,
    responses((status = 201, description = "The matter", body = MatterView), AgreementNotFound, MatterConflict))]
#[post("/contracts")]
pub(in crate::http::v1) async fn contract_create(
    caller: May<OpenBetweenSides>,
    Body(input): Body<ContractCreate>,
) -> Result<Created<MatterView>, Problem> {
    let app = caller.app();
    let months = input.notice_months.map(NoticeTerm::MonthsBefore);
    let open = MatterOpen {
        whose: Whose::Agreement(input.agreement),
        opening: Opening::Contract(Box::new(Contract {
            reference: input.reference,
            starts_on: input.starts_on,
            ends_on: input.ends_on,
            renews_months: input.renews_months,
            notice: months.or(input.notice_before.map(NoticeTerm::BeforeDay)),
        })),
    };
    let file = app.matter_open(caller.caller(), open).await?;
    MatterView::created(app, file).await
}

/// A measure of security (beveiligingsmaatregel).
#[derive(Debug, ToSchema)]
#[schema(as = SecurityMeasure, rename_all = "camelCase")]
pub(super) struct Measure {
    /// Which.
    #[schema(max_length = 200, example = "Logische toegang")]
    name: String,
    /// Whether it is taken: `met`, `not_met`, or `alternative`.
    #[schema(value_type = String, example = "met", pattern = "^(met|not_met|alternative)$")]
    status: MeasureStatus,
    /// What is done instead, or how it will be.
    #[schema(max_length = 2_000)]
    note: Option<String>,
    /// The day by which it will be taken; needed where it is not.
    #[schema(value_type = Option<String>, format = Date, example = "2027-03-01")]
    by: Option<Date>,
}

impl Input for Measure {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let name = fields.required("name", label(SHORT));
        let status = fields.required("status", choice(MeasureStatus::ALL));
        let note = fields.optional("note", words());
        let by = fields.optional("by", day());
        Some(Self {
            name: name?,
            status: status?,
            note: note?,
            by: by?,
        })
    }
}

/// A document of the processor.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct FilingCreate {
    /// `security_annex`, `audit_report`, `third_party_statement`, `certificate`, `yearly_report`, `dpia_pack`,
    /// `sub_processor_contract`, or `product_change`.
    #[schema(value_type = String, example = "certificate",
        pattern = "^(security_annex|audit_report|third_party_statement|certificate|yearly_report|dpia_pack|sub_processor_contract|product_change)$")]
    what: FilingKind,
    /// Its title.
    #[schema(max_length = 200, example = "ISO/IEC 27001:2022")]
    title: String,
    /// The day on which it was made.
    #[schema(value_type = String, format = Date, example = "2026-02-01")]
    issued_on: Date,
    /// The last day on which it counts.
    #[schema(value_type = Option<String>, format = Date, example = "2029-02-01")]
    valid_until: Option<Date>,
    /// Where it can be read.
    #[schema(max_length = 200, example = "https://leverancier.example/certificaten/27001.pdf")]
    reference: Option<String>,
    /// The SHA-256 of its bytes, in hexadecimal.
    #[schema(value_type = Option<String>, pattern = "^[0-9a-f]{64}$")]
    sha256: Option<AnnexHash>,
    /// The measures; only of a security annex.
    #[schema(max_items = 100)]
    measures: Option<Vec<Measure>>,
    /// The agreement that it is about. Without it a supplier files it for every board with an agreement about its product.
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000005")]
    agreement: Option<AgreementId>,
}

impl Input for FilingCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let what = fields.required("what", choice(FilingKind::ALL));
        let title = fields.required("title", label(SHORT));
        let issued_on = fields.required("issuedOn", day());
        let valid_until = fields.optional("validUntil", day());
        let reference = fields.optional("reference", label(SHORT));
        let sha256 = fields.optional("sha256", text(AnnexHash::parse));
        let measures = fields.optional("measures", list(100, object::<Measure>()));
        let agreement = fields.optional("agreement", text(AgreementId::parse));
        Some(Self {
            what: what?,
            title: title?,
            issued_on: issued_on?,
            valid_until: valid_until?,
            reference: reference?,
            sha256: sha256?,
            measures: measures?,
            agreement: agreement?,
        })
    }
}

/// File a document of the processor
///
/// What a supplier (leverancier) shows of its security and of its product: measures with their state, reports, statements and
/// certificates, what a DPIA is made from, copies of contracts with sub-processors, changes of the product (models 4.0 and
/// 3.0, articles 7, 9.1, 11.3 and 14.3; mbo 3.0 each one lower). Here are its date, its term and where it can be read; the
/// document stays where it is. What runs out, and what is not done yet, is in the calendar of duties.
#[utoipa::path(operation_id = "filing_create", tag = "matters", security(("bearer" = ["matter.open"])),
    request_body = FilingCreate,
    responses((status = 201, description = "The matter", body = MatterView), AgreementNotFound, MatterConflict))]
#[post("/filings")]
pub(in crate::http::v1) async fn filing_create(
    caller: May<OpenMatter>,
    Body(input): Body<FilingCreate>,
) -> Result<Created<MatterView>, Problem> {
    let app = caller.app();
    let measure = |measure: Measure| SecurityMeasure {
        name: measure.name,
        status: measure.status,
        note: measure.note,
        by: measure.by,
    };
    let open = MatterOpen {
        whose: input.agreement.map_or(Whose::EveryBoard, Whose::Agreement),
        opening: Opening::Filing(Box::new(Filing {
            what: input.what,
            title: input.title,
            issued_on: input.issued_on,
            valid_until: input.valid_until,
            reference: input.reference,
            sha256: input.sha256.map(|hash| hash.to_string()),
            measures: input.measures.into_iter().flatten().map(measure).collect(),
        })),
    };
    let file = app.matter_open(caller.caller(), open).await?;
    MatterView::created(app, file).await
}
