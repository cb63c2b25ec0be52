//! Consents: a school puts on record that a person, or a guardian, agrees with what an annex rests on consent.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_connector_port::roster::Day;
use sluis_core::{
    agreement::AnnexHash,
    catalogue::Purpose,
    id::{ConsentId, ProductId, SchoolId},
    ledger::Digest,
    person::ConsentGiver,
    personal::Personal,
    time::Timestamp,
};
use utoipa::ToSchema;

use super::{
    path::{ConsentPath, SchoolPath},
    whom::StatedPerson,
};
use crate::{
    app::{
        action::{GiveConsent, ReadConsent, WithdrawConsent},
        consent::EvidenceKind,
        consents::{self, Consented},
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Fields, Input, label, object, text},
        page::ListView,
        problem::Problem,
        response::{Conflict, ConsentNotFound, SchoolNotFound},
    },
};

/// A consent (toestemming, GDPR 7) that a school has on record.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConsentView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000019")]
    id: ConsentId,
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// For what product.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: ProductId,
    /// For what purpose.
    #[schema(value_type = String, example = "D3")]
    purpose: Purpose,
    /// The hash of the annex (bijlage) that it was given to: for other words the person is asked anew.
    #[schema(value_type = String, example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    annex_hash: AnnexHash,
    /// Who gave it: `person` or `guardian`.
    #[schema(value_type = String, example = "guardian")]
    given_by: ConsentGiver,
    /// What shows it.
    evidence: EvidenceView,
    /// The keyed hash by which the records of this calendar year (UTC) know this person. Each year has a key of its own.
    #[schema(value_type = String, example = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b")]
    subject: Digest,
    /// Whether the roster of the school holds this person now.
    in_roster: bool,
    /// From when on.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    valid_from: Timestamp,
    /// When it ends or ended: as it was given, when the pupil turns 16 and is asked anew, or when it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
    /// Who withdrew it, if somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "guardian")]
    withdrawn_by: Option<ConsentGiver>,
}

/// What shows a consent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EvidenceView {
    /// On `paper`, or in a `portal` for parents and pupils.
    #[schema(example = "portal")]
    kind: &'static str,
    /// Where the school finds it.
    #[schema(value_type = String, example = "ouderportaal, formulier 2026-118")]
    #[serde(serialize_with = "exposed")]
    reference: Personal<String>,
}

/// The one place where the reference is written: in the answer to the school itself.
fn exposed<S: serde::Serializer>(reference: &Personal<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(reference.expose())
}

impl From<Consented> for ConsentView {
    fn from(consented: Consented) -> Self {
        let Consented {
            consent,
            reference,
            subject,
            in_roster,
        } = consented;
        Self {
            id: consent.id,
            school: consent.school,
            product: consent.product,
            purpose: consent.purpose,
            annex_hash: consent.annex,
            given_by: consent.given_by,
            evidence: EvidenceView {
                kind: consent.evidence.as_str(),
                reference,
            },
            subject,
            in_roster,
            valid_from: consent.window.from,
            valid_until: consent.window.until,
            withdrawn_by: consent.withdrawn_by,
        }
    }
}

/// A new consent. Exactly one of `eckId` and `sourceKey` says whose.
#[derive(ToSchema)]
#[schema(as = ConsentCreate, rename_all = "camelCase")]
#[expect(dead_code, reason = "the form in the document; what is read is `ConsentCreate`")]
pub(super) struct ConsentForm {
    /// For what product.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: String,
    /// For what purpose; an agreement of the product must rest it on consent.
    #[schema(example = "D3", pattern = "^D([1-9]|1[0-9]|2[0-2])$")]
    purpose: String,
    /// Who gave it: the person, or a guardian of a pupil under 16.
    #[schema(example = "guardian", pattern = "^(person|guardian)$")]
    given_by: String,
    /// When it was given; now, if it does not say.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    given_at: Option<String>,
    /// Until when it was given, if for a time. One of a guardian ends when the pupil turns 16 in any case.
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-08-01T00:00:00Z")]
    valid_until: Option<String>,
    /// When the pupil was born. Needed where the roster does not hold it; not kept.
    #[schema(value_type = Option<String>, format = Date, example = "2016-05-12")]
    birth_date: Option<String>,
    /// What shows it.
    evidence: EvidenceForm,
    /// Pupil or staff.
    #[schema(example = "pupil", pattern = "^(pupil|staff)$", default = "pupil")]
    kind: Option<String>,
    /// The ECK iD (ketenpseudoniem). The roster need not hold the person: see `inRoster` in the answer.
    #[schema(pattern = "^https://ketenid\\.nl/[^/]+/[0-9a-f]{128}$")]
    eck_id: Option<String>,
    /// The key of the person in the administration of the school, as it delivers it.
    #[schema(min_length = 1, max_length = 100)]
    source_key: Option<String>,
}

/// What shows a consent.
#[derive(ToSchema)]
#[schema(as = ConsentEvidence)]
#[expect(dead_code, reason = "the form in the document; what is read is `Evidence`")]
pub(super) struct EvidenceForm {
    /// On paper in the files of the school, or in a portal for parents and pupils.
    #[schema(example = "portal", pattern = "^(paper|portal)$")]
    kind: String,
    /// Where the school finds it. Kept sealed.
    #[schema(example = "ouderportaal, formulier 2026-118", min_length = 1, max_length = 200)]
    reference: String,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct ConsentCreate {
    product: ProductId,
    purpose: Purpose,
    given_by: ConsentGiver,
    given_at: Option<Timestamp>,
    valid_until: Option<Timestamp>,
    born: Option<Personal<Day>>,
    evidence: Evidence,
    person: StatedPerson,
}

#[derive(Debug)]
struct Evidence {
    kind: EvidenceKind,
    reference: Personal<String>,
}

impl Input for Evidence {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let kind = fields.required("kind", text(EvidenceKind::parse));
        let reference = fields.required("reference", label(200));
        Some(Self {
            kind: kind?,
            reference: Personal::new(reference?),
        })
    }
}

impl Input for ConsentCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let product = fields.required("product", text(ProductId::parse));
        let purpose = fields.required("purpose", text(Purpose::parse));
        let given_by = fields.required("givenBy", text(ConsentGiver::parse));
        let given_at = fields.optional("givenAt", text(Timestamp::parse));
        let valid_until = fields.optional("validUntil", text(Timestamp::parse));
        let day = |day: &str| Day::parse(day).ok_or("a day is written as `2016-05-12`");
        let born = fields.optional("birthDate", text(day));
        let evidence = fields.required("evidence", object());
        let person = StatedPerson::read(fields);
        Some(Self {
            product: product?,
            purpose: purpose?,
            given_by: given_by?,
            given_at: given_at?,
            valid_until: valid_until?,
            born: born?.map(Personal::new),
            evidence: evidence?,
            person: person?,
        })
    }
}

/// Who withdraws a consent.
#[derive(Debug, ToSchema)]
pub(super) struct ConsentWithdraw {
    /// The person, or a guardian: any of them may, whoever gave it.
    #[schema(value_type = String, example = "guardian", pattern = "^(person|guardian)$")]
    by: ConsentGiver,
}

impl Input for ConsentWithdraw {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let by = fields.required("by", text(ConsentGiver::parse));
        Some(Self { by: by? })
    }
}

type ConsentListView = ListView<ConsentView>;

/// List the consents of a school
///
/// Looking is itself on record.
#[utoipa::path(operation_id = "consent_list", tag = "rights", security(("bearer" = ["consent.read"])),
    params(SchoolPath),
    responses((status = 200, description = "Consents, ended ones too", body = ConsentListView), SchoolNotFound))]
#[get("/schools/{school}/consents")]
pub(super) async fn consent_list(caller: May<ReadConsent>, path: Path<SchoolPath>) -> Answer<ConsentListView> {
    let found = caller.app().consent_list(caller.caller(), path.school).await?;
    Ok(Json(ListView::whole(found)))
}

/// View a consent
///
/// Looking is itself on record, about this person.
#[utoipa::path(operation_id = "consent_view", tag = "rights", security(("bearer" = ["consent.read"])),
    params(ConsentPath),
    responses((status = 200, description = "The consent", body = ConsentView), ConsentNotFound))]
#[get("/schools/{school}/consents/{consent}")]
pub(super) async fn consent_view(caller: May<ReadConsent>, path: Path<ConsentPath>) -> Answer<ConsentView> {
    let ConsentPath { school, consent } = *path;
    let found = caller.app().consent_view(caller.caller(), school, consent).await?;
    Ok(Json(found.into()))
}

/// Put a consent on record
///
/// The school asks for it on paper or in its portal, and says here that it was given. It permits what an agreement rests on
/// consent, for this product and purpose, and is no substitute for the agreement. A pupil under 16 does not consent alone
/// (UAVG, article 5): a guardian does, until the pupil turns 16 and is asked anew.
#[utoipa::path(operation_id = "consent_create", tag = "rights", security(("bearer" = ["consent.give"])),
    params(SchoolPath), request_body = ConsentForm,
    responses((status = 201, description = "The consent", body = ConsentView), SchoolNotFound, Conflict))]
#[post("/schools/{school}/consents")]
pub(super) async fn consent_create(
    caller: May<GiveConsent>,
    path: Path<SchoolPath>,
    Body(input): Body<ConsentCreate>,
) -> Result<Created<ConsentView>, Problem> {
    let app = caller.app();
    let create = consents::ConsentCreate {
        kind: input.person.kind,
        whom: input.person.whom(app.eck_id_rules())?,
        product: input.product,
        purpose: input.purpose,
        given_by: input.given_by,
        given_at: input.given_at,
        valid_until: input.valid_until,
        born: input.born,
        evidence: input.evidence.kind,
        reference: input.evidence.reference,
    };
    let given = app.consent_create(caller.caller(), path.school, create).await?;
    let consent = &given.consent;
    let location = format!("/v1/schools/{}/consents/{}", consent.school, consent.id);
    Ok(Created::at(location, given.into()))
}

/// Withdraw a consent
///
/// Every consent of the person for the same product and purpose ends with it, whoever gave it. When this has answered, nothing
/// is released by any of them; suppliers do not learn why.
#[utoipa::path(operation_id = "consent_withdraw", tag = "rights", security(("bearer" = ["consent.withdraw"])),
    params(ConsentPath), request_body = ConsentWithdraw,
    responses((status = 200, description = "The consent", body = ConsentView), ConsentNotFound, Conflict))]
#[post("/schools/{school}/consents/{consent}/_withdraw")]
pub(super) async fn consent_withdraw(
    caller: May<WithdrawConsent>,
    path: Path<ConsentPath>,
    Body(input): Body<ConsentWithdraw>,
) -> Answer<ConsentView> {
    let ConsentPath { school, consent } = *path;
    let withdrawn = caller
        .app()
        .consent_withdraw(caller.caller(), school, consent, input.by);
    Ok(Json(withdrawn.await?.into()))
}
