//! Handovers: a school puts on record that the dossier of a pupil goes to the next school, shows it, releases it.

use std::collections::BTreeSet;

use actix_web::{
    get, post,
    web::{Json, Path},
};
use sluis_connector_port::roster::Day;
use sluis_core::{
    handover::{Basis, Part, RefusedBy},
    identifier::{Brin6, Oin},
    person::{ConsentGiver, NextSchool},
    personal::Personal,
    time::Timestamp,
};
use utoipa::ToSchema;

use super::{
    handover_view::HandoverView,
    path::{HandoverPath, SchoolPath},
    whom::StatedKey,
};
use crate::{
    app::{
        action::{MoveHandover, ReadHandover, RequestHandover},
        handovers,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Field, Fields, Input, choice, flag, label, list, text},
        page::ListView,
        problem::Problem,
        response::{Conflict, HandoverNotFound, SchoolNotFound},
    },
};

/// A new handover. Exactly one of `eckId` and `sourceKey` says of which pupil, and exactly one of `toBrin` and `toOin` to whom.
#[derive(ToSchema)]
#[schema(as = HandoverCreate, rename_all = "camelCase")]
#[expect(dead_code, reason = "the form in the document; what is read is `HandoverCreate`")]
pub(super) struct HandoverForm {
    /// The next school, by BRIN with branch.
    #[schema(example = "98YY00", pattern = "^[0-9]{2}[A-Z]{2}[0-9]{2}$")]
    to_brin: Option<String>,
    /// The next school, by OIN.
    #[schema(example = "00000001001234567000", pattern = "^[0-9]{20}$")]
    to_oin: Option<String>,
    /// On what it rests: a concrete `request` of the next school, or an `order` of the pupil or a guardian.
    #[schema(example = "request", pattern = "^(request|order)$")]
    basis: String,
    /// Who ordered it; with an order, and with nothing else.
    #[schema(example = "guardian", pattern = "^(person|guardian)$")]
    ordered_by: Option<String>,
    /// Where the school finds the request or the order. Kept sealed.
    #[schema(example = "aanvraag 2027-041", min_length = 1, max_length = 200)]
    reference: String,
    /// When it was asked for or ordered; now, if it does not say.
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-03-01T09:00:00Z")]
    requested_at: Option<String>,
    /// Until when the next school may fetch it; 90 days from now, if it does not say.
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-05-30T09:00:00Z")]
    valid_until: Option<String>,
    /// The parts (rubrieken) that are asked for, beside those that always go.
    #[schema(max_items = 20, example = json!(["results", "support"]))]
    parts: Option<Vec<String>>,
    /// When the pupil was born. Needed for an order where the roster does not hold it; not kept.
    #[schema(value_type = Option<String>, format = Date, example = "2016-05-12")]
    birth_date: Option<String>,
    /// The ECK iD (ketenpseudoniem) of the pupil.
    #[schema(pattern = "^https://ketenid\\.nl/[^/]+/[0-9a-f]{128}$")]
    eck_id: Option<String>,
    /// The key of the pupil in the administration of the school, as it delivers it.
    #[schema(min_length = 1, max_length = 100)]
    source_key: Option<String>,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct HandoverCreate {
    to: NextSchool,
    basis: Basis,
    reference: Personal<String>,
    requested_at: Option<Timestamp>,
    valid_until: Option<Timestamp>,
    parts: Vec<Part>,
    born: Option<Personal<Day>>,
    whom: StatedKey,
}

fn parts(field: Field<'_>) -> Option<Vec<Part>> {
    list(20, text(Part::parse))(field)
}

fn day(fields: &mut Fields<'_>) -> Option<Option<Personal<Day>>> {
    let day = |day: &str| Day::parse(day).ok_or("a day is written as `2016-05-12`");
    Some(fields.optional("birthDate", text(day))?.map(Personal::new))
}

fn next_school(fields: &mut Fields<'_>) -> Option<NextSchool> {
    let brin = fields.optional("toBrin", text(Brin6::parse));
    let oin = fields.optional("toOin", text(Oin::parse));
    match (brin?, oin?) {
        (Some(brin), None) => Some(NextSchool::Brin(brin)),
        (None, Some(oin)) => Some(NextSchool::Oin(oin)),
        (Some(_), Some(_)) => fields.refuse("toOin", "one_too_many", "`toBrin` and `toOin` do not go together"),
        (None, None) => {
            let detail = "the next school makes itself known by its BRIN with branch (`toBrin`) or its OIN (`toOin`): \
                without that nothing goes by this door (model 3.0, article 5.5)";
            fields.refuse("toBrin", "one_needed", detail)
        }
    }
}

fn basis(fields: &mut Fields<'_>) -> Option<Basis> {
    let order = fields.required("basis", choice(&[("request", false), ("order", true)]));
    let by = fields.optional("orderedBy", text(ConsentGiver::parse));
    match (order?, by?) {
        (false, None) => Some(Basis::Request),
        (true, Some(by)) => Some(Basis::Order(by)),
        (false, Some(_)) => fields.refuse(
            "orderedBy",
            "one_too_many",
            "what the next school asked for nobody ordered",
        ),
        (true, None) => {
            let detail = "an order is given by the pupil or a guardian (model 3.0, article 5.5): say by whom";
            fields.refuse("orderedBy", "missing", detail)
        }
    }
}

impl Input for HandoverCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let to = next_school(fields);
        let basis = basis(fields);
        let reference = fields.required("reference", label(200));
        let requested_at = fields.optional("requestedAt", text(Timestamp::parse));
        let valid_until = fields.optional("validUntil", text(Timestamp::parse));
        let parts = fields.or("parts", Vec::new(), parts);
        let born = day(fields);
        let whom = StatedKey::read(fields).and_then(|whom| {
            whom.or_else(|| fields.refuse("eckId", "one_needed", "`eckId` or `sourceKey` is required"))
        });
        Some(Self {
            to: to?,
            basis: basis?,
            reference: Personal::new(reference?),
            requested_at: requested_at?,
            valid_until: valid_until?,
            parts: parts?,
            born: born?,
            whom: whom?,
        })
    }
}

/// That the pupil or a guardian has seen what goes (inzage).
#[derive(ToSchema)]
#[schema(as = HandoverShow, rename_all = "camelCase")]
#[expect(dead_code, reason = "the form in the document; what is read is `HandoverShow`")]
pub(super) struct ShowForm {
    /// Who has seen it: the pupil from 16 on, a guardian before.
    #[schema(example = "guardian", pattern = "^(person|guardian)$")]
    by: String,
    /// Whether they agree. Who ordered a handover and does not agree withdraws the order.
    agrees: bool,
    /// When; now, if it does not say.
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-03-02T15:00:00Z")]
    shown_at: Option<String>,
    /// The parts that they keep out of it. What always goes cannot be.
    #[schema(max_items = 20, example = json!(["support"]))]
    opt_out: Option<Vec<String>>,
    /// When the pupil was born. Needed where the roster does not hold it; not kept.
    #[schema(value_type = Option<String>, format = Date, example = "2016-05-12")]
    birth_date: Option<String>,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct HandoverShow(handovers::HandoverShow);

impl Input for HandoverShow {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let by = fields.required("by", text(ConsentGiver::parse));
        let agrees = fields.required("agrees", flag());
        let at = fields.optional("shownAt", text(Timestamp::parse));
        let opt_out = fields.or("optOut", Vec::new(), parts);
        let born = day(fields);
        Some(Self(handovers::HandoverShow {
            by: by?,
            agrees: agrees?,
            at: at?,
            opt_out: opt_out?,
            born: born?,
        }))
    }
}

/// What the school releases.
#[derive(ToSchema)]
#[schema(as = HandoverRelease)]
#[expect(dead_code, reason = "the form in the document; what is read is `HandoverRelease`")]
pub(super) struct ReleaseForm {
    /// All parts (rubrieken) that go: those that always do, and those that were asked for and not opted out of. Others are refused,
    /// so that what the school thinks it releases is what it releases.
    #[schema(max_items = 20, example = json!(["identity", "schooling", "results"]))]
    parts: Vec<String>,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct HandoverRelease(BTreeSet<Part>);

impl Input for HandoverRelease {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let parts = fields.required("parts", parts);
        Some(Self(parts?.into_iter().collect()))
    }
}

/// Who refuses a handover.
#[derive(ToSchema)]
#[schema(as = HandoverRefuse)]
#[expect(dead_code, reason = "the form in the document; what is read is `HandoverRefuse`")]
pub(super) struct RefuseForm {
    /// The school, or the pupil or a guardian who had ordered it.
    #[schema(example = "school", pattern = "^(school|person|guardian)$")]
    by: String,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct HandoverRefuse(RefusedBy);

impl Input for HandoverRefuse {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let by = |by: &str| {
            let by = RefusedBy::find(by).filter(|by| *by != RefusedBy::NextSchool);
            by.ok_or("it is refused by `school`, `person` or `guardian`")
        };
        fields.required("by", text(by)).map(Self)
    }
}

type HandoverListView = ListView<HandoverView>;

/// List the handovers of a school
///
/// Looking is itself on record.
#[utoipa::path(operation_id = "handover_list", tag = "handovers", security(("bearer" = ["handover.read"])),
    params(SchoolPath),
    responses((status = 200, description = "Handovers, those that are over too", body = HandoverListView), SchoolNotFound))]
#[get("/schools/{school}/handovers")]
pub(super) async fn handover_list(caller: May<ReadHandover>, path: Path<SchoolPath>) -> Answer<HandoverListView> {
    let found = caller.app().handover_list(caller.caller(), path.school).await?;
    Ok(Json(ListView::whole(found)))
}

/// View a handover
///
/// Looking is itself on record, about this pupil.
#[utoipa::path(operation_id = "handover_view", tag = "handovers", security(("bearer" = ["handover.read"])),
    params(HandoverPath),
    responses((status = 200, description = "The handover", body = HandoverView), HandoverNotFound))]
#[get("/schools/{school}/handovers/{handover}")]
pub(super) async fn handover_view(caller: May<ReadHandover>, path: Path<HandoverPath>) -> Answer<HandoverView> {
    let HandoverPath { school, handover } = *path;
    let found = caller.app().handover_view(caller.caller(), school, handover).await?;
    Ok(Json(found.into()))
}

/// Put a handover on record
///
/// Only after a concrete request of the next school, which made its BRIN with branch or its OIN known, or when the pupil or a
/// guardian orders it (model 3.0, article 5.5). Nothing goes yet: what goes is shown first, then released.
#[utoipa::path(operation_id = "handover_create", tag = "handovers", security(("bearer" = ["handover.request"])),
    params(SchoolPath), request_body = HandoverForm,
    responses((status = 201, description = "The handover", body = HandoverView), SchoolNotFound, Conflict))]
#[post("/schools/{school}/handovers")]
pub(super) async fn handover_create(
    caller: May<RequestHandover>,
    path: Path<SchoolPath>,
    Body(input): Body<HandoverCreate>,
) -> Result<Created<HandoverView>, Problem> {
    let app = caller.app();
    let create = handovers::HandoverCreate {
        whom: input.whom.whom(app.eck_id_rules())?,
        to: input.to,
        basis: input.basis,
        reference: input.reference,
        requested_at: input.requested_at,
        valid_until: input.valid_until,
        parts: input.parts,
        born: input.born,
    };
    let made = app.handover_create(caller.caller(), path.school, create).await?;
    let kept = &made.handover.kept;
    let location = format!("/v1/schools/{}/handovers/{}", kept.school, kept.id);
    Ok(Created::at(location, made.into()))
}

/// Put on record that the pupil or a guardian has seen what goes
///
/// Before it goes, the pupil of 16 or older or a guardian sees it (inzage), and may opt out of what is not mandatory.
#[utoipa::path(operation_id = "handover_show", tag = "handovers", security(("bearer" = ["handover.move"])),
    params(HandoverPath), request_body = ShowForm,
    responses((status = 200, description = "The handover", body = HandoverView), HandoverNotFound, Conflict))]
#[post("/schools/{school}/handovers/{handover}/_show")]
pub(super) async fn handover_show(
    caller: May<MoveHandover>,
    path: Path<HandoverPath>,
    Body(HandoverShow(input)): Body<HandoverShow>,
) -> Answer<HandoverView> {
    let HandoverPath { school, handover } = *path;
    let shown = caller.app().handover_show(caller.caller(), school, handover, input);
    Ok(Json(shown.await?.into()))
}

/// Release a handover to the next school
///
/// From then on the next school may fetch it, until it has received it or it runs out. After the pupil has left, it goes only if
/// it was ordered or agreed with, until the retention term.
#[utoipa::path(operation_id = "handover_release", tag = "handovers", security(("bearer" = ["handover.move"])),
    params(HandoverPath), request_body = ReleaseForm,
    responses((status = 200, description = "The handover", body = HandoverView), HandoverNotFound, Conflict))]
#[post("/schools/{school}/handovers/{handover}/_release")]
pub(super) async fn handover_release(
    caller: May<MoveHandover>,
    path: Path<HandoverPath>,
    Body(HandoverRelease(parts)): Body<HandoverRelease>,
) -> Answer<HandoverView> {
    let HandoverPath { school, handover } = *path;
    let released = caller.app().handover_release(caller.caller(), school, handover, &parts);
    Ok(Json(released.await?.into()))
}

/// Refuse a handover, or take a release back
///
/// When this has answered, the next school gets nothing by it.
#[utoipa::path(operation_id = "handover_refuse", tag = "handovers", security(("bearer" = ["handover.move"])),
    params(HandoverPath), request_body = RefuseForm,
    responses((status = 200, description = "The handover", body = HandoverView), HandoverNotFound, Conflict))]
#[post("/schools/{school}/handovers/{handover}/_refuse")]
pub(super) async fn handover_refuse(
    caller: May<MoveHandover>,
    path: Path<HandoverPath>,
    Body(HandoverRefuse(by)): Body<HandoverRefuse>,
) -> Answer<HandoverView> {
    let HandoverPath { school, handover } = *path;
    let refused = caller.app().handover_refuse(caller.caller(), school, handover, by);
    Ok(Json(refused.await?.into()))
}
