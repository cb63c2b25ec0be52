//! What would change in practice when one agreement takes the place of another.

use std::collections::BTreeSet;

use actix_web::{
    get,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    agreement::{Item, Point, Way},
    catalogue::{Attribute, Label},
    id::{AgreementId, SchoolId, SupplierId},
};
use utoipa::{IntoParams, ToSchema};

use super::path::AgreementPath;
use crate::{
    app::{
        action::ReadAgreement,
        compare::{AtSchool, Comparison},
    },
    http::{
        answer::Answer,
        authentication::May,
        body::Query,
        input::{Fields, Input, text},
        response::AgreementNotFound,
    },
};

/// Compared with what.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ChangesQuery {
    /// The agreement that it is compared with, about the same product and of the same board. Without it that is the one in force,
    /// or the one that it took the place of.
    #[param(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000006")]
    from: Option<AgreementId>,
}

impl Input for ChangesQuery {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let from = fields.optional("from", text(AgreementId::parse));
        Some(Self { from: from? })
    }
}

/// What would change in practice (verschil) when one agreement takes the place of another.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangesView {
    /// The agreement that would hold.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000026")]
    agreement: AgreementId,
    /// The one that it is compared with; absent when nothing was agreed about the product before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000006")]
    from: Option<AgreementId>,
    /// In what their words differ; empty when nothing changes in practice.
    changes: Vec<ChangeView>,
    /// What that means at each school; empty for a supplier (leverancier).
    schools: Vec<SchoolChangesView>,
}

/// One point in which two agreements differ. Which fields there are depends on what it is about.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangeView {
    /// `added` or `removed`. What changes its value is removed and added.
    #[schema(example = "added")]
    change: &'static str,
    /// What it is about: `model`, `module`, `purpose`, `category`, `use` (attributes for a purpose), `login`, `second_factor`,
    /// `days_after_leaving`, `days_after_end`, `processor`, `place`, `sub_processor`, `receiver` or `defect`.
    #[schema(example = "use")]
    about: &'static str,
    /// In Dutch.
    #[schema(
        example = "Van leerlingen, voor resultaten beoordelen om passende leerstof te krijgen (D3): te gebruiken: foto."
    )]
    nl: String,
    /// In English.
    #[schema(example = "Of pupils, for assess results to obtain material that fits the pupil (D3): used: photo.")]
    en: String,
    /// Whose data: `pupil` or `staff`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "pupil")]
    person_kind: Option<&'static str>,
    /// The purpose (doeleinde).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "D3")]
    purpose: Option<&'static str>,
    /// The attributes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, example = json!(["photo"]))]
    attributes: Vec<Attribute>,
    /// The codes of data categories (categorieën).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["CD26"]))]
    categories: Vec<String>,
    /// The part that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "berichten")]
    module: Option<String>,
    /// The parts that a school has to approve first, all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["berichten"]))]
    waits_for: Vec<String>,
    /// Whether a school has to approve the part.
    #[serde(skip_serializing_if = "Option::is_none")]
    optional: Option<bool>,
    /// Whether it needs the consent (toestemming) of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    rests_on_consent: Option<bool>,
    /// How many days; absent for not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 60)]
    days: Option<u32>,
    /// A party, by its name in the annex.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Hunze Hosting B.V.")]
    party: Option<String>,
    /// In which country.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "NL")]
    country: Option<String>,
    /// In which country the back-ups are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "DE")]
    back_up_country: Option<String>,
    /// The day on which a sub-processor was announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-08-03")]
    announced: Option<String>,
    /// As whom a receiver is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000003")]
    supplier: Option<SupplierId>,
    /// The model.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4.0-coded")]
    model: Option<&'static str>,
    /// The code of a defect.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "special_ground_missing")]
    code: Option<&'static str>,
    /// Where a defect is, as a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/rows/2/specialGround")]
    pointer: Option<String>,
}

/// What changes at one school.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SchoolChangesView {
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// Whether the older agreement holds for it.
    held_before: bool,
    /// Whether the newer one does, or would.
    holds: bool,
    /// The parts that the school has approved and has to approve anew: until then they are off.
    #[schema(value_type = Vec<String>, example = json!(["berichten"]))]
    approve_anew: BTreeSet<String>,
}

impl From<AtSchool> for SchoolChangesView {
    fn from(at: AtSchool) -> Self {
        Self {
            school: at.school,
            held_before: at.held_before,
            holds: at.holds,
            approve_anew: at.approve_anew,
        }
    }
}

impl From<Point> for ChangeView {
    fn from(point: Point) -> Self {
        let Label { nl, en } = point.sentence;
        let view = Self {
            change: point.turn.as_str(),
            about: point.item.as_str(),
            nl,
            en,
            ..Self::default()
        };
        view.with(point.item)
    }
}

impl ChangeView {
    /// With the fields of what it is about.
    fn with(self, item: Item) -> Self {
        match item {
            Item::SecondFactor => self,
            Item::Model(model) => Self {
                model: Some(model.as_str()),
                ..self
            },
            Item::Module { code, optional } => Self {
                module: Some(code.as_str().to_owned()),
                optional: Some(optional),
                ..self
            },
            Item::Purpose { kind, purpose } => Self {
                person_kind: Some(kind.as_str()),
                purpose: Some(purpose.code()),
                ..self
            },
            Item::Category { kind, category } => Self {
                person_kind: Some(kind.as_str()),
                categories: vec![category.code(kind).to_owned()],
                ..self
            },
            Item::Use {
                kind,
                purpose,
                way: Way { parts, consent },
                attributes,
            } => Self {
                person_kind: Some(kind.as_str()),
                purpose: Some(purpose.code()),
                waits_for: parts.iter().map(|code| code.as_str().to_owned()).collect(),
                rests_on_consent: Some(consent),
                attributes,
                ..self
            },
            Item::Login { kind, attributes } => Self {
                person_kind: Some(kind.as_str()),
                attributes,
                ..self
            },
            Item::DaysAfterLeaving(days) => Self { days, ..self },
            Item::DaysAfterEnd(days) => Self {
                days: Some(days),
                ..self
            },
            Item::Processor(name) => Self {
                party: Some(name),
                ..self
            },
            Item::Place {
                party,
                country,
                back_up_country,
            } => Self {
                party: Some(party),
                country: Some(country),
                back_up_country,
                ..self
            },
            Item::SubProcessor {
                name,
                country,
                categories,
                announced,
            } => Self {
                party: Some(name),
                country: Some(country),
                categories: categories.into_iter().collect(),
                announced,
                ..self
            },
            Item::Receiver {
                name,
                supplier,
                purpose,
            } => Self {
                party: Some(name),
                supplier,
                purpose: Some(purpose.code()),
                ..self
            },
            Item::Defect { code, place } => Self {
                code: Some(code.as_str()),
                pointer: Some(place),
                ..self
            },
        }
    }
}

impl From<Comparison> for ChangesView {
    fn from(comparison: Comparison) -> Self {
        Self {
            agreement: comparison.agreement,
            from: comparison.from,
            changes: comparison.difference.points.into_iter().map(ChangeView::from).collect(),
            schools: comparison.schools.into_iter().map(SchoolChangesView::from).collect(),
        }
    }
}

/// View what an agreement would change
///
/// What changes in practice when it takes the place of another: purposes (doeleinden), categories, attributes for each purpose,
/// parts, login, retention, places, sub-processors and receivers, each as data and as a sentence in both languages. A row with a
/// defect permits nothing and is not counted. A board (bevoegd gezag) and a school also see what it means at each school: which
/// parts it has to approve anew.
#[utoipa::path(operation_id = "agreement_changes", tag = "agreements", security(("bearer" = ["agreement.read"])),
    params(AgreementPath, ChangesQuery),
    responses((status = 200, description = "The difference", body = ChangesView), AgreementNotFound))]
#[get("/agreements/{agreement}/changes")]
pub(super) async fn agreement_changes(
    caller: May<ReadAgreement>,
    path: Path<AgreementPath>,
    Query(query): Query<ChangesQuery>,
) -> Answer<ChangesView> {
    let compared = caller
        .app()
        .agreement_changes(caller.caller(), path.agreement, query.from);
    Ok(Json(compared.await?.into()))
}
