//! What a person gets who asks for their own data.

use actix_web::{
    post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    agreement::Language,
    id::{AccountId, ConsentId, DisclosureId, HandoverId, MatterId, RecordId, RestrictionId},
    time::{Timestamp, Year},
};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::{
        action::AccessRequest,
        handover,
        learner::ReleasedValue,
        matters::{Coded, HeldValue, Holding, Named, OwnData, Recipient, Release},
    },
    http::{
        answer::Answer,
        authentication::May,
        body::Body,
        input::{Fields, Input, choice},
        reason::ReasonView,
        response::{MatterConflict, MatterNotFound, Refused},
        v1::path::MatterPath,
    },
};

/// How the answer is worded.
#[derive(Debug, ToSchema)]
#[schema(as = RequestAccess)]
pub(super) struct AccessForm {
    /// The language of the text and of all labels: `nl` or `en`.
    #[schema(value_type = String, example = "nl", pattern = "^(nl|en)$")]
    language: Language,
}

impl Input for AccessForm {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let words = &[("nl", Language::Nl), ("en", Language::En)];
        let language = fields.required("language", choice(words));
        Some(Self { language: language? })
    }
}

/// Something with its name.
#[derive(Serialize, ToSchema)]
#[schema(as = Named)]
struct NamedView {
    /// Its id here.
    #[schema(example = "01990a3e-7c00-7000-8000-000000000003")]
    id: Uuid,
    /// Its name.
    #[schema(example = "Rekenbaai")]
    name: String,
}

/// A code with what it means.
#[derive(Serialize, ToSchema)]
#[schema(as = Coded)]
struct CodedView {
    /// The code.
    #[schema(example = "D1")]
    code: String,
    /// What it is, in the language of the answer.
    #[schema(example = "leer- en toetsresultaten bewaren")]
    label: String,
}

/// A value (gegeven) that the school holds.
#[derive(Serialize, ToSchema)]
#[schema(as = HeldValue)]
struct HeldValueView {
    /// The attribute.
    #[schema(example = "givenName")]
    attribute: &'static str,
    /// What that is.
    #[schema(example = "roepnaam")]
    label: String,
    /// Its category in the agreements.
    category: CodedView,
    /// The value: a text, or the groups.
    #[schema(value_type = Object, example = json!("Noor"))]
    value: ReleasedValue,
}

/// The account by which a supplier knows the person.
#[derive(Serialize, ToSchema)]
#[schema(as = HeldAccount)]
struct HeldAccountView {
    /// The supplier.
    supplier: NamedView,
    /// The account.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000015")]
    account: AccountId,
}

/// A restriction or objection about the person.
#[derive(Serialize, ToSchema)]
#[schema(as = HeldRestriction)]
#[serde(rename_all = "camelCase")]
struct HeldRestrictionView {
    /// Its id here.
    #[schema(value_type = Uuid)]
    id: RestrictionId,
    /// `restriction` or `objection`.
    #[schema(example = "restriction")]
    ground: &'static str,
    /// From when on.
    #[schema(value_type = String, format = DateTime)]
    valid_from: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
}

/// A consent about the person.
#[derive(Serialize, ToSchema)]
#[schema(as = HeldConsent)]
#[serde(rename_all = "camelCase")]
struct HeldConsentView {
    /// Its id here.
    #[schema(value_type = Uuid)]
    id: ConsentId,
    /// For what product.
    product: NamedView,
    /// For what purpose.
    purpose: CodedView,
    /// Who gave it: `person` or `guardian`.
    #[schema(example = "guardian")]
    given_by: &'static str,
    /// Who withdrew it.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_by: Option<&'static str>,
    /// From when on.
    #[schema(value_type = String, format = DateTime)]
    valid_from: Timestamp,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
}

/// A dossier for a next school.
#[derive(Serialize, ToSchema)]
#[schema(as = HeldHandover)]
#[serde(rename_all = "camelCase")]
struct HeldHandoverView {
    /// Its id here.
    #[schema(value_type = Uuid)]
    id: HandoverId,
    /// To whom: `brin:` or `oin:` with the number.
    #[schema(example = "brin:98YY00")]
    to: String,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    requested_at: Timestamp,
    /// When the school released it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    released_at: Option<Timestamp>,
    /// When the next school fetched it first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    fetched_at: Option<Timestamp>,
}

/// A disclosure to an authority.
#[derive(Serialize, ToSchema)]
#[schema(as = HeldDisclosure)]
#[serde(rename_all = "camelCase")]
struct HeldDisclosureView {
    /// Its id here.
    #[schema(value_type = Uuid)]
    id: DisclosureId,
    /// The authority, by its OIN.
    #[schema(example = "00000001001234567000")]
    authority: String,
    /// From when on.
    #[schema(value_type = String, format = DateTime)]
    valid_from: Timestamp,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
}

/// What the school holds about the person.
#[derive(Serialize, ToSchema)]
#[schema(as = Held)]
#[serde(rename_all = "camelCase")]
struct HeldView {
    /// Whether the roster of the school holds the person now.
    in_roster: bool,
    /// Pupil or staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "pupil")]
    kind: Option<&'static str>,
    /// The values of the roster, its groups too.
    values: Vec<HeldValueView>,
    /// Why none of them go though the roster holds the person: the term for keeping them is over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<ReasonView>,
    /// The first day at the school, as the administration has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2020-08-01")]
    enrolled_from: Option<String>,
    /// The day from which the person is there no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    enrolled_until: Option<String>,
    /// The accounts at suppliers that got something.
    accounts: Vec<HeldAccountView>,
    /// Restrictions and objections, ended ones too.
    restrictions: Vec<HeldRestrictionView>,
    /// Consents, ended ones too.
    consents: Vec<HeldConsentView>,
    /// Dossiers for next schools.
    handovers: Vec<HeldHandoverView>,
    /// Disclosures to authorities of which the person was informed.
    disclosures: Vec<HeldDisclosureView>,
}

/// Something that went to somebody, or was refused.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnRelease)]
#[serde(rename_all = "camelCase")]
struct OwnReleaseView {
    /// The record (logregel) of it.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000014")]
    record_id: RecordId,
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2026-11-02T09:00:00.000Z")]
    at: Timestamp,
    /// `permit`: it went. `deny`: it was refused.
    #[schema(example = "permit")]
    outcome: &'static str,
    /// To whom: `supplier`, `next_school`, `authority` or `person`.
    #[schema(example = "supplier")]
    to: &'static str,
    /// The supplier or distributor.
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<NamedView>,
    /// For which product.
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<NamedView>,
    /// The BRIN or OIN of the next school or the authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// To whom the supplier would pass it on.
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver: Option<NamedView>,
    /// For which purpose (doeleinde).
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<CodedView>,
    /// Which attributes might go, as far as the school had them; in a list of several persons: which categories.
    data: Vec<CodedView>,
}

/// What a person gets who asks for their own data: all of it personal, and kept nowhere here.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OwnDataView {
    /// The request.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000041")]
    matter: MatterId,
    /// The school.
    school: NamedView,
    /// What the school holds.
    held: HeldView,
    /// What went to whom, in the order of time.
    released: Vec<OwnReleaseView>,
    /// The calendar years (UTC) whose records were searched. Of a year that is not here nothing was recorded about persons, or
    /// its key was destroyed.
    #[schema(value_type = Vec<u16>, example = json!([2026]))]
    years: Vec<u16>,
    /// The same in plain words, to hand to the person.
    #[schema(example = "Gegevens over u bij De Baken, op 2-11-2026")]
    text: String,
    /// The record (logregel) of this answer.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000014")]
    record_id: RecordId,
}

fn named<K>(Named { id, name }: Named<sluis_core::id::Id<K>>) -> NamedView {
    NamedView {
        id: *id.as_uuid(),
        name,
    }
}

impl From<Coded> for CodedView {
    fn from(Coded { code, label }: Coded) -> Self {
        Self { code, label }
    }
}

impl From<HeldValue> for HeldValueView {
    fn from(held: HeldValue) -> Self {
        Self {
            attribute: held.attribute.as_str(),
            label: held.label,
            category: held.category.into(),
            value: held.value,
        }
    }
}

impl From<Holding> for HeldView {
    fn from(held: Holding) -> Self {
        let accounts = held.accounts.into_iter().map(|(supplier, account)| HeldAccountView {
            supplier: named(supplier),
            account,
        });
        let restrictions = held.restrictions.into_iter().map(|restriction| HeldRestrictionView {
            id: restriction.id,
            ground: restriction.ground.as_str(),
            valid_from: restriction.window.from,
            valid_until: restriction.window.until,
        });
        let consents = held
            .consents
            .into_iter()
            .map(|(consent, product, purpose)| HeldConsentView {
                id: consent.id,
                product: named(product),
                purpose: purpose.into(),
                given_by: consent.given_by.as_str(),
                withdrawn_by: consent.withdrawn_by.map(|by| by.as_str()),
                valid_from: consent.window.from,
                valid_until: consent.window.until,
            });
        let handovers = held.handovers.into_iter().map(|kept| HeldHandoverView {
            id: kept.id,
            to: handover::recipient(kept.to),
            requested_at: kept.course.requested_at,
            released_at: kept.course.released_at,
            fetched_at: kept.course.fetched_at,
        });
        let disclosures = held.disclosures.into_iter().map(|disclosure| HeldDisclosureView {
            id: disclosure.id,
            authority: disclosure.to.to_string(),
            valid_from: disclosure.window.from,
            valid_until: disclosure.window.until,
        });
        Self {
            in_roster: held.kind.is_some(),
            kind: held.kind.map(|kind| kind.as_str()),
            values: held.values.into_iter().map(HeldValueView::from).collect(),
            reasons: held.reasons.iter().map(ReasonView::from).collect(),
            enrolled_from: held.enrolled_from.map(|day| day.expose().clone()),
            enrolled_until: held.enrolled_until.map(|day| day.expose().clone()),
            accounts: accounts.collect(),
            restrictions: restrictions.collect(),
            consents: consents.collect(),
            handovers: handovers.collect(),
            disclosures: disclosures.collect(),
        }
    }
}

impl From<Release> for OwnReleaseView {
    fn from(release: Release) -> Self {
        let to = release.to.as_str();
        let (supplier, product, number) = match release.to {
            Recipient::Supplier(supplier, product) => (Some(named(supplier)), product.map(named), None),
            Recipient::NextSchool(number) | Recipient::Authority(number) => (None, None, number),
            Recipient::Person => (None, None, None),
        };
        Self {
            record_id: release.record,
            at: release.at,
            outcome: release.outcome.as_str(),
            to,
            supplier,
            product,
            number,
            receiver: release.receiver.map(named),
            purpose: release.purpose.map(CodedView::from),
            data: release.data.into_iter().map(CodedView::from).collect(),
        }
    }
}

impl From<OwnData> for OwnDataView {
    fn from(data: OwnData) -> Self {
        Self {
            matter: data.matter,
            school: named(data.school),
            held: data.held.into(),
            released: data.released.into_iter().map(OwnReleaseView::from).collect(),
            years: data.years.into_iter().map(Year::number).collect(),
            text: data.text.expose().clone(),
            record_id: data.record,
        }
    }
}

/// Answer a person who asks for their own data
///
/// For a request for access (inzage, GDPR 15) or portability (overdraagbaarheid, GDPR 20), once it is sure who asks: what the roster
/// holds about the person, what the school decided about them, and who got what, when and for what, by the records of all years
/// whose keys are there; as data, and as a text to hand to the person. A restriction does not stand in the way. Whom the roster
/// does not hold any more is told what went. A disclosure about which the person was not informed, for the reason that the
/// school has on record, is left out. Each answer is made anew, is on record about the person, and is kept nowhere; that the person
/// has it is a step of the matter.
#[utoipa::path(operation_id = "request_access", tag = "matters", security(("bearer" = ["request.access"])),
    params(MatterPath), request_body = AccessForm,
    responses((status = 200, description = "What the person gets", body = OwnDataView), Refused, MatterNotFound,
        MatterConflict))]
#[post("/matters/{matter}/_access")]
pub(in crate::http::v1) async fn request_access(
    caller: May<AccessRequest>,
    path: Path<MatterPath>,
    Body(input): Body<AccessForm>,
) -> Answer<OwnDataView> {
    let app = caller.app();
    let data = app.request_access(caller.caller(), path.matter, input.language).await?;
    Ok(Json(data.into()))
}
