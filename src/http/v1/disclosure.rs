//! Disclosures: a school puts on record that it gives an authority what a law asks for, and gives it.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    catalogue::{Attribute, AttributeSet},
    id::{DisclosureId, RecordId, SchoolId},
    identifier::Oin,
    ledger::Digest,
    person::Law,
    personal::Personal,
    time::Timestamp,
};
use utoipa::ToSchema;

use super::{
    path::{DisclosurePath, SchoolPath},
    release::{WithheldView, attributes},
    whom::StatedPerson,
};
use crate::{
    app::{
        action::{EndDisclosure, PlaceDisclosure, ReadDisclosure, ReleaseDisclosure},
        disclosure::EndedBy,
        disclosures::{self, Disclosed, DisclosureOf},
        learner::Released,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Fields, Input, choice, flag, label, text},
        page::ListView,
        problem::Problem,
        response::{Conflict, DisclosureNotFound, Refused, SchoolNotFound},
    },
};

/// A disclosure (verstrekking op grond van een wet, model 4.0, article 6.3) that a school has on record.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DisclosureView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000022")]
    id: DisclosureId,
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// The authority, by its OIN.
    #[schema(value_type = String, example = "00000001001234567000")]
    authority: Oin,
    /// The law that it points to.
    #[schema(example = "Leerplichtwet 1969, artikel 21")]
    law: String,
    /// Where the school finds the request.
    #[schema(value_type = String, example = "brief 2027-12")]
    #[serde(serialize_with = "exposed")]
    reference: Personal<String>,
    /// When the school verified the ground and who asks.
    #[schema(value_type = String, format = DateTime, example = "2027-03-01T09:00:00.000Z")]
    verified_at: Timestamp,
    /// When the person was informed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    informed_at: Option<Timestamp>,
    /// Why the person was not informed.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exposed_if")]
    #[schema(value_type = Option<String>, example = "de wet verbiedt het")]
    not_informed_because: Option<Personal<String>>,
    /// Whether the law asks it in spite of a restriction (GDPR 18(2)).
    in_spite_of_restriction: bool,
    /// What is disclosed.
    #[schema(value_type = Vec<String>, example = json!(["familyName", "attendance"]))]
    attributes: Vec<Attribute>,
    /// The keyed hash by which the records of this calendar year (UTC) know this person. Each year has a key of its own.
    #[schema(value_type = String, example = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b")]
    subject: Digest,
    /// Whether the roster of the school holds this person now.
    in_roster: bool,
    /// From when on.
    #[schema(value_type = String, format = DateTime, example = "2027-03-01T09:00:00.000Z")]
    valid_from: Timestamp,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
    /// Who ended it before its time: `school` or `authority`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "authority")]
    ended_by: Option<&'static str>,
}

/// Where this is written: in the answer to the school itself.
fn exposed<S: serde::Serializer>(text: &Personal<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text.expose())
}

fn exposed_if<S: serde::Serializer>(text: &Option<Personal<String>>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_ref().map(Personal::expose).serialize(serializer)
}

impl From<DisclosureOf> for DisclosureView {
    fn from(found: DisclosureOf) -> Self {
        let (kept, ground) = (found.disclosure.kept, found.disclosure.ground);
        Self {
            id: kept.id,
            school: kept.school,
            authority: kept.to,
            law: ground.law.as_str().to_owned(),
            reference: ground.reference,
            verified_at: kept.verified_at,
            informed_at: kept.informed_at,
            not_informed_because: ground.not_informed,
            in_spite_of_restriction: kept.in_spite_of_restriction,
            attributes: ground.attributes.iter().collect(),
            subject: found.subject,
            in_roster: found.in_roster,
            valid_from: kept.window.from,
            valid_until: kept.window.until,
            ended_by: kept.ended_by.map(EndedBy::as_str),
        }
    }
}

/// A new disclosure. Exactly one of `eckId` and `sourceKey` says about whom, and exactly one of `informedAt` and
/// `notInformedBecause` whether they know.
#[derive(ToSchema)]
#[schema(as = DisclosureCreate, rename_all = "camelCase")]
#[expect(dead_code, reason = "the form in the document; what is read is `DisclosureCreate`")]
pub(super) struct DisclosureForm {
    /// The authority, by its OIN.
    #[schema(example = "00000001001234567000", pattern = "^[0-9]{20}$")]
    authority: String,
    /// The law that it points to, with the article.
    #[schema(example = "Leerplichtwet 1969, artikel 21", min_length = 1, max_length = 200)]
    law: String,
    /// Where the school finds the request. Kept sealed.
    #[schema(example = "brief 2027-12", min_length = 1, max_length = 200)]
    reference: String,
    /// When the school verified the ground and who asks.
    #[schema(value_type = String, format = DateTime, example = "2027-03-01T09:00:00Z")]
    verified_at: String,
    /// When the person was informed.
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-03-01T10:00:00Z")]
    informed_at: Option<String>,
    /// Why the person was not informed. Kept sealed.
    #[schema(example = "de wet verbiedt het", min_length = 1, max_length = 200)]
    not_informed_because: Option<String>,
    /// Whether the law asks it in spite of a restriction (GDPR 18(2)).
    #[schema(default = false)]
    in_spite_of_restriction: Option<bool>,
    /// Until when it may be given.
    #[schema(value_type = String, format = DateTime, example = "2027-04-01T00:00:00Z")]
    valid_until: String,
    /// What is disclosed, and nothing else.
    #[schema(min_items = 1, max_items = 100, example = json!(["familyName", "attendance"]))]
    attributes: Vec<String>,
    /// Pupil or staff.
    #[schema(example = "pupil", pattern = "^(pupil|staff)$", default = "pupil")]
    kind: Option<String>,
    /// The ECK iD (ketenpseudoniem).
    #[schema(pattern = "^https://ketenid\\.nl/[^/]+/[0-9a-f]{128}$")]
    eck_id: Option<String>,
    /// The key of the person in the administration of the school, as it delivers it.
    #[schema(min_length = 1, max_length = 100)]
    source_key: Option<String>,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct DisclosureCreate {
    to: Oin,
    law: Law,
    reference: Personal<String>,
    verified_at: Timestamp,
    informed: Result<Timestamp, Personal<String>>,
    in_spite_of_restriction: bool,
    valid_until: Timestamp,
    attributes: AttributeSet,
    person: StatedPerson,
}

fn informed(fields: &mut Fields<'_>) -> Option<Result<Timestamp, Personal<String>>> {
    let at = fields.optional("informedAt", text(Timestamp::parse));
    let because = fields.optional("notInformedBecause", label(200));
    match (at?, because?) {
        (Some(at), None) => Some(Ok(at)),
        (None, Some(because)) => Some(Err(Personal::new(because))),
        (Some(_), Some(_)) => fields.refuse(
            "notInformedBecause",
            "one_too_many",
            "`informedAt` and `notInformedBecause` do not go together",
        ),
        (None, None) => {
            let detail =
                "say when the person was informed, or why not in `notInformedBecause` (model 4.0, article 6.3)";
            fields.refuse("informedAt", "one_needed", detail)
        }
    }
}

impl Input for DisclosureCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let to = fields.required("authority", text(Oin::parse));
        let law = fields.required("law", label(200));
        let reference = fields.required("reference", label(200));
        let verified_at = fields.required("verifiedAt", text(Timestamp::parse));
        let informed = informed(fields);
        let in_spite_of_restriction = fields.or("inSpiteOfRestriction", false, flag());
        let valid_until = fields.required("validUntil", text(Timestamp::parse));
        let attributes = fields.required("attributes", attributes);
        let person = StatedPerson::read(fields);
        Some(Self {
            to: to?,
            law: Law::parse(&law?).ok()?,
            reference: Personal::new(reference?),
            verified_at: verified_at?,
            informed: informed?,
            in_spite_of_restriction: in_spite_of_restriction?,
            valid_until: valid_until?,
            attributes: attributes?,
            person: person?,
        })
    }
}

/// To whom the school gives it.
#[derive(Debug, ToSchema)]
pub(super) struct DisclosureRelease {
    /// The authority that the school gives it to, by its OIN: another one gets nothing by this disclosure.
    #[schema(value_type = String, example = "00000001001234567000", pattern = "^[0-9]{20}$")]
    authority: Oin,
}

impl Input for DisclosureRelease {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let authority = fields.required("authority", text(Oin::parse));
        Some(Self { authority: authority? })
    }
}

/// What the school may give the authority.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DisclosedView {
    /// What is disclosed and the roster holds.
    #[schema(value_type = Object, example = json!({ "familyName": "Bakker" }))]
    attributes: Released,
    /// What is not, with the reason.
    withheld: Vec<WithheldView>,
    /// The record (logregel) of this release.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000014")]
    record_id: RecordId,
}

impl From<Disclosed> for DisclosedView {
    fn from(disclosed: Disclosed) -> Self {
        Self {
            attributes: disclosed.attributes,
            withheld: disclosed.withheld.into_iter().map(WithheldView::from).collect(),
            record_id: disclosed.record,
        }
    }
}

/// Who ends it.
#[derive(Debug, ToSchema)]
pub(super) struct DisclosureEnd {
    /// The `school`, or the `authority`, which took its request back.
    #[schema(value_type = String, example = "authority", pattern = "^(school|authority)$")]
    by: EndedBy,
}

impl Input for DisclosureEnd {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let words = &[("school", EndedBy::School), ("authority", EndedBy::Authority)];
        let by = fields.required("by", choice(words));
        Some(Self { by: by? })
    }
}

type DisclosureListView = ListView<DisclosureView>;

/// List the disclosures of a school to authorities
///
/// Looking is itself on record.
#[utoipa::path(operation_id = "disclosure_list", tag = "rights", security(("bearer" = ["disclosure.read"])),
    params(SchoolPath),
    responses((status = 200, description = "Disclosures, ended ones too", body = DisclosureListView), SchoolNotFound))]
#[get("/schools/{school}/disclosures")]
pub(super) async fn disclosure_list(caller: May<ReadDisclosure>, path: Path<SchoolPath>) -> Answer<DisclosureListView> {
    let found = caller.app().disclosure_list(caller.caller(), path.school).await?;
    Ok(Json(ListView::whole(found)))
}

/// View a disclosure to an authority
///
/// Looking is itself on record, about this person.
#[utoipa::path(operation_id = "disclosure_view", tag = "rights", security(("bearer" = ["disclosure.read"])),
    params(DisclosurePath),
    responses((status = 200, description = "The disclosure", body = DisclosureView), DisclosureNotFound))]
#[get("/schools/{school}/disclosures/{disclosure}")]
pub(super) async fn disclosure_view(caller: May<ReadDisclosure>, path: Path<DisclosurePath>) -> Answer<DisclosureView> {
    let DisclosurePath { school, disclosure } = *path;
    let found = caller
        .app()
        .disclosure_view(caller.caller(), school, disclosure)
        .await?;
    Ok(Json(found.into()))
}

/// Put a disclosure to an authority on record
///
/// A law asks for it, the school has verified the ground and who asks, and the person knows or there is a reason why not (model
/// 4.0, article 6.3).
#[utoipa::path(operation_id = "disclosure_create", tag = "rights", security(("bearer" = ["disclosure.place"])),
    params(SchoolPath), request_body = DisclosureForm,
    responses((status = 201, description = "The disclosure", body = DisclosureView), SchoolNotFound, Conflict))]
#[post("/schools/{school}/disclosures")]
pub(super) async fn disclosure_create(
    caller: May<PlaceDisclosure>,
    path: Path<SchoolPath>,
    Body(input): Body<DisclosureCreate>,
) -> Result<Created<DisclosureView>, Problem> {
    let app = caller.app();
    let create = disclosures::DisclosureCreate {
        kind: input.person.kind,
        whom: input.person.whom(app.eck_id_rules())?,
        to: input.to,
        law: input.law,
        reference: input.reference,
        verified_at: input.verified_at,
        informed: input.informed,
        in_spite_of_restriction: input.in_spite_of_restriction,
        valid_until: input.valid_until,
        attributes: input.attributes,
    };
    let made = app.disclosure_create(caller.caller(), path.school, create).await?;
    let kept = &made.disclosure.kept;
    let location = format!("/v1/schools/{}/disclosures/{}", kept.school, kept.id);
    Ok(Created::at(location, made.into()))
}

/// Give an authority what is disclosed
///
/// The school gets what it may give, as the gate decides now, and gives it itself: authorities have no door here.
#[utoipa::path(operation_id = "disclosure_release", tag = "rights", security(("bearer" = ["disclosure.release"])),
    params(DisclosurePath), request_body = DisclosureRelease,
    responses((status = 200, description = "What may be given", body = DisclosedView), Refused, DisclosureNotFound))]
#[post("/schools/{school}/disclosures/{disclosure}/_release")]
pub(super) async fn disclosure_release(
    caller: May<ReleaseDisclosure>,
    path: Path<DisclosurePath>,
    Body(input): Body<DisclosureRelease>,
) -> Answer<DisclosedView> {
    let DisclosurePath { school, disclosure } = *path;
    let released = caller
        .app()
        .disclosure_release(caller.caller(), school, disclosure, input.authority);
    Ok(Json(released.await?.into()))
}

/// End a disclosure to an authority
///
/// When this has answered, nothing goes by it.
#[utoipa::path(operation_id = "disclosure_end", tag = "rights", security(("bearer" = ["disclosure.end"])),
    params(DisclosurePath), request_body = DisclosureEnd,
    responses((status = 200, description = "The disclosure", body = DisclosureView), DisclosureNotFound, Conflict))]
#[post("/schools/{school}/disclosures/{disclosure}/_end")]
pub(super) async fn disclosure_end(
    caller: May<EndDisclosure>,
    path: Path<DisclosurePath>,
    Body(input): Body<DisclosureEnd>,
) -> Answer<DisclosureView> {
    let DisclosurePath { school, disclosure } = *path;
    let ended = caller
        .app()
        .disclosure_end(caller.caller(), school, disclosure, input.by);
    Ok(Json(ended.await?.into()))
}
