//! Restrictions and objections: a school puts on record that the data of a person may not be processed.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    id::{RestrictionId, SchoolId},
    ledger::Digest,
    time::Timestamp,
};
use utoipa::ToSchema;

use super::{
    path::{RestrictionPath, SchoolPath},
    whom::StatedPerson,
};
use crate::{
    app::{
        action::{EndRestriction, PlaceRestriction, ReadRestriction},
        restrict::{self, Restricted},
        restriction::Ground,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Fields, Input, text},
        page::ListView,
        problem::Problem,
        response::{Conflict, RestrictionNotFound, SchoolNotFound},
    },
};

/// A restriction (beperking, GDPR 18) or objection (bezwaar, GDPR 21) that a school has on record.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RestrictionView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000016")]
    id: RestrictionId,
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// Why: `restriction` or `objection`.
    #[schema(example = "restriction")]
    ground: &'static str,
    /// The keyed hash by which the records of this calendar year (UTC) know this person. Each year has a key of its own.
    #[schema(value_type = String, example = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b")]
    subject: Digest,
    /// Whether an ECK iD of this person is known. Without one a login by ECK iD is not known to be this person's, where a
    /// product takes a login for enrolment: name the person by the ECK iD as well.
    by_eck_id: bool,
    /// Whether the roster of the school holds this person now.
    in_roster: bool,
    /// From when on.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    valid_from: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
}

impl From<Restricted> for RestrictionView {
    fn from(restricted: Restricted) -> Self {
        let Restricted {
            restriction,
            subject,
            in_roster,
        } = restricted;
        Self {
            id: restriction.id,
            school: restriction.school,
            ground: restriction.ground.as_str(),
            subject,
            by_eck_id: !restriction.known_by.eck_ids.is_empty(),
            in_roster,
            valid_from: restriction.window.from,
            valid_until: restriction.window.until,
        }
    }
}

/// A new restriction or objection. Exactly one of `eckId` and `sourceKey` says whom it is about.
#[derive(ToSchema)]
#[schema(as = RestrictionCreate, rename_all = "camelCase")]
#[expect(dead_code, reason = "the form in the document; what is read is `RestrictionCreate`")]
pub(super) struct RestrictionForm {
    /// Why: the processing is restricted (beperking), or the person objected (bezwaar).
    #[schema(example = "restriction", pattern = "^(restriction|objection)$")]
    ground: String,
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

/// What is read of it.
#[derive(Debug)]
pub(super) struct RestrictionCreate {
    ground: Ground,
    person: StatedPerson,
}

impl Input for RestrictionCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let ground = fields.required("ground", text(Ground::parse));
        let person = StatedPerson::read(fields);
        Some(Self {
            ground: ground?,
            person: person?,
        })
    }
}

type RestrictionListView = ListView<RestrictionView>;

/// List the restrictions and objections of a school
///
/// Looking is itself on record.
#[utoipa::path(operation_id = "restriction_list", tag = "rights", security(("bearer" = ["restriction.read"])),
    params(SchoolPath),
    responses((status = 200, description = "Restrictions and objections, ended ones too", body = RestrictionListView),
        SchoolNotFound))]
#[get("/schools/{school}/restrictions")]
pub(super) async fn restriction_list(
    caller: May<ReadRestriction>,
    path: Path<SchoolPath>,
) -> Answer<RestrictionListView> {
    let found = caller.app().restriction_list(caller.caller(), path.school).await?;
    Ok(Json(ListView::whole(found)))
}

/// View a restriction or objection
///
/// Looking is itself on record, about this person.
#[utoipa::path(operation_id = "restriction_view", tag = "rights", security(("bearer" = ["restriction.read"])),
    params(RestrictionPath),
    responses((status = 200, description = "The restriction or objection", body = RestrictionView), RestrictionNotFound))]
#[get("/schools/{school}/restrictions/{restriction}")]
pub(super) async fn restriction_view(
    caller: May<ReadRestriction>,
    path: Path<RestrictionPath>,
) -> Answer<RestrictionView> {
    let RestrictionPath { school, restriction } = *path;
    let found = caller.app().restriction_view(caller.caller(), school, restriction);
    Ok(Json(found.await?.into()))
}

/// Restrict the processing of a person's data, or record an objection
///
/// When this has answered, nothing about this person is released to any supplier, by any token. Suppliers do not learn
/// why: the person is `person_not_available` to them, as anybody is whom the school does not know.
#[utoipa::path(operation_id = "restriction_create", tag = "rights", security(("bearer" = ["restriction.place"])),
    params(SchoolPath), request_body = RestrictionForm,
    responses((status = 201, description = "The restriction or objection", body = RestrictionView), SchoolNotFound, Conflict))]
#[post("/schools/{school}/restrictions")]
pub(super) async fn restriction_create(
    caller: May<PlaceRestriction>,
    path: Path<SchoolPath>,
    Body(input): Body<RestrictionCreate>,
) -> Result<Created<RestrictionView>, Problem> {
    let app = caller.app();
    let create = restrict::RestrictionCreate {
        kind: input.person.kind,
        whom: input.person.whom(app.eck_id_rules())?,
        ground: input.ground,
    };
    let placed = app.restriction_create(caller.caller(), path.school, create).await?;
    let restriction = &placed.restriction;
    let location = format!("/v1/schools/{}/restrictions/{}", restriction.school, restriction.id);
    Ok(Created::at(location, placed.into()))
}

/// End a restriction or objection
///
/// The data of the person may be processed again, as far as all else permits.
#[utoipa::path(operation_id = "restriction_end", tag = "rights", security(("bearer" = ["restriction.end"])),
    params(RestrictionPath),
    responses((status = 200, description = "The restriction or objection", body = RestrictionView), RestrictionNotFound, Conflict))]
#[post("/schools/{school}/restrictions/{restriction}/_end")]
pub(super) async fn restriction_end(
    caller: May<EndRestriction>,
    path: Path<RestrictionPath>,
) -> Answer<RestrictionView> {
    let RestrictionPath { school, restriction } = *path;
    let ended = caller.app().restriction_end(caller.caller(), school, restriction);
    Ok(Json(ended.await?.into()))
}
