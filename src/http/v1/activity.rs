//! The registers of processing activities.

use actix_web::{get, web::Json};
use serde::Serialize;
use sluis_core::{
    agreement::{AnnexDocument, CountryCode},
    catalogue::{Catalogue, Purpose},
    id::{AgreementId, BoardId, ProductId, SchoolId, SupplierId},
    time::Timestamp,
};
use utoipa::{IntoParams, ToSchema};

use crate::{
    app::{action::ReadActivities, agreement_step::Coverage, register::Activity},
    http::{
        answer::Answer,
        authentication::May,
        body::Query,
        input::{Fields, Input, text},
        page::ListView,
    },
};

/// A processing activity (verwerkingsactiviteit), as one agreement has it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ActivityView {
    /// The agreement, by its id.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000006")]
    id: AgreementId,
    /// Its model.
    #[schema(value_type = String, example = "4.0-coded")]
    model: &'static str,
    /// How it stands: `accepted`, `in_force`, `suspended` or `ended`.
    #[schema(example = "in_force")]
    state: &'static str,
    /// From when on it is meant to hold.
    #[schema(value_type = String, format = DateTime, example = "2026-09-01T00:00:00.000Z")]
    valid_from: Timestamp,
    /// When it ends, or has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Timestamp>,
    /// The controller (verwerkingsverantwoordelijke).
    controller: ControllerView,
    /// The processor (verwerker) and its product.
    processor: ProcessorView,
    /// Why data are processed (GDPR 30(1)(b)).
    purposes: Vec<PurposeNamedView>,
    /// Which data of pupils, by their codes (GDPR 30(1)(c)).
    #[schema(value_type = Vec<String>, example = json!(["CD1", "CD3", "CD12"]))]
    pupil_categories: Vec<String>,
    /// Which data of staff, by their codes.
    #[schema(value_type = Vec<String>)]
    staff_categories: Vec<String>,
    /// To whom data go (GDPR 30(1)(d)): receivers and sub-processors, each with its country.
    recipients: Vec<RecipientView>,
    /// Where data leave the EEA, and by what they are safe there (GDPR 30(1)(e)).
    outside_eea: Vec<RecipientView>,
    /// How long data are kept (GDPR 30(1)(f)).
    retention: RetentionTermsView,
    /// The measures of security that the annex lists, each with its status (GDPR 30(1)(g)). What a supplier filed since is at `/v1/matters?kind=filing`.
    measures: Vec<String>,
}

/// The controller.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ControllerView {
    /// The board (bevoegd gezag).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000001")]
    board: BoardId,
    /// Its name.
    #[schema(example = "Stichting De Vuurtoren")]
    name: String,
    /// The schools for which it does not hold; it holds for all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Uuid>>)]
    except_schools: Option<Vec<SchoolId>>,
    /// The schools for which it holds, where it was accepted for a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Uuid>>)]
    only_schools: Option<Vec<SchoolId>>,
}

/// The processor.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProcessorView {
    /// The supplier (leverancier).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000003")]
    supplier: SupplierId,
    /// Its name.
    #[schema(example = "Wadden Leermiddelen")]
    name: String,
    /// The product.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: ProductId,
    /// The name of the product.
    #[schema(example = "Rekenbaai")]
    product_name: String,
}

/// A purpose with its label.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PurposeNamedView {
    /// The code, as the annex has it.
    #[schema(example = "D13")]
    code: String,
    /// What it is, in Dutch; absent for a code that the catalogue does not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    nl: Option<&'static str>,
    /// What it is, in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    en: Option<&'static str>,
}

/// Somebody to whom data go.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecipientView {
    /// `receiver`, `sub_processor`, or `processor`.
    #[schema(example = "sub_processor")]
    role: &'static str,
    /// The name.
    #[schema(example = "Hunze Hosting B.V.")]
    name: String,
    /// The country, where the annex says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "NL")]
    country: Option<String>,
    /// By what data are safe outside the EEA, in Dutch.
    #[serde(skip_serializing_if = "Option::is_none")]
    safeguards: Option<String>,
}

/// How long data are kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RetentionTermsView {
    /// How many days after a person left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 30)]
    days_after_leaving: Option<u32>,
    /// Within how many days after the end data are returned and destroyed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 60)]
    days_after_end: Option<u32>,
    /// What else holds, in Dutch.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<Activity> for ActivityView {
    fn from(activity: Activity) -> Self {
        let Activity {
            agreement,
            state,
            names,
            annex,
        } = activity;
        let document = annex.document();
        let codes = document.codes();
        let (except_schools, only_schools) = match agreement.coverage() {
            Coverage::AllExcept(schools) if schools.is_empty() => (None, None),
            Coverage::AllExcept(schools) => (Some(schools.into_iter().collect()), None),
            Coverage::Only(schools) => (None, Some(schools.into_iter().collect())),
        };
        let measures = document
            .particulars
            .iter()
            .flat_map(|particulars| &particulars.measures);
        Self {
            id: agreement.id,
            model: document.model.as_str(),
            state: state.as_str(),
            valid_from: agreement.window.from,
            ends_at: agreement.held().until,
            controller: ControllerView {
                board: agreement.board,
                name: names.board,
                except_schools,
                only_schools,
            },
            processor: ProcessorView {
                supplier: agreement.supplier,
                name: names.supplier,
                product: agreement.product,
                product_name: names.product,
            },
            purposes: codes.purposes.into_iter().map(named).collect(),
            pupil_categories: codes.pupil_categories.into_iter().collect(),
            staff_categories: codes.staff_categories.into_iter().collect(),
            recipients: recipients(document),
            outside_eea: outside(document),
            retention: RetentionTermsView {
                days_after_leaving: document.retention.days_after_leaving,
                days_after_end: document.retention.days_after_end,
                note: document.retention.note.as_ref().map(|note| note.nl.clone()),
            },
            measures: measures
                .map(|measure| format!("{}: {}", measure.text.nl, measure.status))
                .collect(),
        }
    }
}

fn named(code: String) -> PurposeNamedView {
    let purpose = Purpose::parse(&code).ok();
    let entries = Catalogue::built_in().purposes.entries.iter();
    let label = purpose.and_then(|purpose| entries.clone().find(|entry| entry.code == purpose));
    PurposeNamedView {
        code,
        nl: label.map(|entry| entry.label.nl.as_str()),
        en: label.map(|entry| entry.label.en.as_str()),
    }
}

fn recipients(document: &AnnexDocument) -> Vec<RecipientView> {
    let receivers = document.receivers.iter().map(|receiver| RecipientView {
        role: "receiver",
        name: receiver.name.clone(),
        country: None,
        safeguards: None,
    });
    let parties = document.sub_processors.iter().map(|party| RecipientView {
        role: "sub_processor",
        name: party.name.clone(),
        country: Some(party.country.as_str().to_owned()),
        safeguards: None,
    });
    receivers.chain(parties).collect()
}

/// Each party and country outside the EEA once.
fn outside(document: &AnnexDocument) -> Vec<RecipientView> {
    let leaves = |country: &&CountryCode| !country.is_in_eea();
    let places = document.places.iter().flat_map(|place| {
        let countries = std::iter::once(&place.country).chain(&place.back_up_country);
        let text = place.safeguards.as_ref();
        countries
            .filter(leaves)
            .map(move |country| (place.party.as_str(), country, text))
    });
    let parties = document.sub_processors.iter().filter(|party| leaves(&&party.country));
    let parties = parties.map(|party| (party.name.as_str(), &party.country, party.safeguards.as_ref()));
    let mut found: Vec<RecipientView> = Vec::new();
    for (name, country, safeguards) in places.chain(parties) {
        let country = country.as_str();
        if found
            .iter()
            .any(|known| known.name == name && known.country.as_deref() == Some(country))
        {
            continue;
        }
        let own = name == document.parties.processor.name;
        found.push(RecipientView {
            role: if own { "processor" } else { "sub_processor" },
            name: name.to_owned(),
            country: Some(country.to_owned()),
            safeguards: safeguards.map(|text| text.nl.clone()),
        });
    }
    found
}

/// Which activities.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ActivityQuery {
    /// Only those about this product.
    #[param(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: Option<ProductId>,
}

impl Input for ActivityQuery {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let product = fields.optional("product", text(ProductId::parse));
        Some(Self { product: product? })
    }
}

type ActivityListView = ListView<ActivityView>;

/// List the processing activities
///
/// The register (verwerkingsregister, GDPR 30) as far as agreements tell: of the controller for a board (bevoegd gezag) or a school, of
/// the processor for a supplier (leverancier). Each line is an agreement that both sides have accepted and that nothing has
/// taken the place of; one that has ended stays, since its data may still be there. Legal grounds, and processings without an
/// agreement here, are the controller's to write down beside it.
#[utoipa::path(operation_id = "activity_list", tag = "agreements", security(("bearer" = ["activity.read"])), params(ActivityQuery),
    responses((status = 200, description = "The register", body = ActivityListView)))]
#[get("/processing-activities")]
pub(super) async fn activity_list(
    caller: May<ReadActivities>,
    Query(query): Query<ActivityQuery>,
) -> Answer<ActivityListView> {
    let found = caller.app().activity_list(caller.caller(), query.product).await?;
    Ok(Json(ListView::whole(found)))
}
