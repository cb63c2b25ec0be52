//! The catalogue: what the codes in agreements, requests and answers mean. It is public.

use std::borrow::Cow;

use actix_web::{get, web::Json};
use serde::Serialize;
use sluis_core::{
    catalogue::{AttributeSetEntry, Catalogue, CategoryEntry, CategorySet, Label, Purpose, PurposeEntry},
    person::PersonKind,
};
use utoipa::ToSchema;

/// The purposes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PurposeListView {
    /// The version of the data.
    #[schema(example = "1")]
    version: &'static str,
    /// The entries.
    items: Vec<PurposeView>,
}

/// The data categories.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DataCategoryListView {
    /// The version of the data.
    #[schema(example = "1")]
    version: &'static str,
    /// The entries.
    items: Vec<DataCategoryView>,
}

/// The attribute sets.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AttributeSetListView {
    /// The version of the data.
    #[schema(example = "1")]
    version: &'static str,
    /// The entries.
    items: Vec<AttributeSetView>,
}

/// A text in two languages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Label)]
pub(super) struct LabelView {
    /// Dutch.
    #[schema(example = "in gebruik nemen van het leermiddel")]
    nl: Cow<'static, str>,
    /// English.
    #[schema(example = "taking the material into use")]
    en: Cow<'static, str>,
}

impl From<Label> for LabelView {
    fn from(label: Label) -> Self {
        Self {
            nl: label.nl.into(),
            en: label.en.into(),
        }
    }
}

impl From<&'static Label> for LabelView {
    fn from(label: &'static Label) -> Self {
        Self {
            nl: label.nl.as_str().into(),
            en: label.en.as_str().into(),
        }
    }
}

/// A purpose (doeleinde).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PurposeView {
    /// The code.
    #[schema(example = "D1")]
    code: &'static str,
    /// What it is, in our own words; the official sentence stands in the agreement.
    label: LabelView,
    /// Whether the code is printed nowhere and follows from the order of the form.
    inferred: bool,
    /// Whether a request under it must name who receives the data.
    needs_receiver: bool,
}

impl From<&'static PurposeEntry> for PurposeView {
    fn from(entry: &'static PurposeEntry) -> Self {
        Self {
            code: entry.code.code(),
            label: (&entry.label).into(),
            inferred: entry.inferred,
            needs_receiver: entry.code.needs_receiver(),
        }
    }
}

/// A category of personal data (categorie persoonsgegevens).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DataCategoryView {
    /// The code: `CD` for pupils, `CM` for staff.
    #[schema(example = "CD12")]
    code: &'static str,
    /// Whose data: `pupil` or `staff`.
    #[schema(example = "pupil")]
    person_kind: &'static str,
    /// What it is, in our own words.
    label: LabelView,
    /// Whether the number is printed nowhere and follows from the order of the form.
    inferred: bool,
    /// Whether it is a special category (bijzondere persoonsgegevens, GDPR 9), which needs a recorded legal ground.
    special: bool,
    /// The attributes that belong to it.
    #[schema(example = json!(["eckId"]))]
    attributes: Vec<&'static str>,
    /// The purposes (doeleinden) that it may go with under an annex with `ticks`, which does not link them, if the annex
    /// lists them.
    #[schema(example = json!(["D1", "D13"]))]
    purposes: Vec<&'static str>,
}

impl DataCategoryView {
    fn of(catalogue: &Catalogue, kind: PersonKind, entry: &'static CategoryEntry) -> Self {
        let attributes = catalogue.attributes_of(CategorySet::EMPTY.with(entry.category));
        Self {
            code: entry.category.code(kind),
            person_kind: kind.as_str(),
            label: (&entry.label).into(),
            inferred: entry.inferred,
            special: entry.category.is_special(),
            attributes: attributes.iter().map(|attribute| attribute.as_str()).collect(),
            purposes: catalogue
                .purposes_of(entry.category)
                .iter()
                .map(Purpose::code)
                .collect(),
        }
    }
}

/// A set of attributes (attributenset) that somebody published.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AttributeSetView {
    /// The name; with the version it is unique.
    #[schema(example = "uwlr-small")]
    name: &'static str,
    /// Who published it.
    #[schema(example = "UWLR, smalle set")]
    origin: &'static str,
    /// Which version of it this is.
    #[schema(example = "2.3")]
    version: &'static str,
    /// What it is.
    label: LabelView,
    /// The attributes of pupils.
    #[schema(example = json!(["givenName", "familyName", "eckId", "groups"]))]
    pupil: Vec<&'static str>,
    /// The attributes of staff.
    #[schema(example = json!(["givenName", "familyName", "eckId", "groups"]))]
    staff: Vec<&'static str>,
}

impl From<&'static AttributeSetEntry> for AttributeSetView {
    fn from(entry: &'static AttributeSetEntry) -> Self {
        Self {
            name: &entry.name,
            origin: &entry.origin,
            version: &entry.version,
            label: (&entry.label).into(),
            pupil: entry.pupil.iter().map(|attribute| attribute.as_str()).collect(),
            staff: entry.staff.iter().map(|attribute| attribute.as_str()).collect(),
        }
    }
}

/// List the purposes
///
/// The purposes (doeleinden) D1 to D22 of model 4.0. Each request for data names exactly one. No token is needed.
#[utoipa::path(operation_id = "purpose_list", tag = "catalogue",
    responses((status = 200, description = "The purposes", body = PurposeListView)))]
#[get("/purposes")]
pub(super) async fn purpose_list() -> Json<PurposeListView> {
    let purposes = &Catalogue::built_in().purposes;
    Json(PurposeListView {
        version: &purposes.version,
        items: purposes.entries.iter().map(PurposeView::from).collect(),
    })
}

/// List the data categories
///
/// The categories of personal data (categorieën persoonsgegevens), of pupils first, then of staff, each with the
/// attributes that belong to it and the purposes (doeleinden) that may have it where an annex does not link them. No token is
/// needed.
#[utoipa::path(operation_id = "data_category_list", tag = "catalogue",
    responses((status = 200, description = "The data categories", body = DataCategoryListView)))]
#[get("/data-categories")]
pub(super) async fn data_category_list() -> Json<DataCategoryListView> {
    let catalogue = Catalogue::built_in();
    let entries = &catalogue.categories.entries;
    let of_kind = |kind| {
        entries
            .iter()
            .map(move |entry| DataCategoryView::of(catalogue, kind, entry))
    };
    Json(DataCategoryListView {
        version: &catalogue.categories.version,
        items: PersonKind::ALL.into_iter().flat_map(of_kind).collect(),
    })
}

/// List the attribute sets
///
/// Sets of attributes (attributensets) that others published, each named by origin and version. No token is needed.
#[utoipa::path(operation_id = "attribute_set_list", tag = "catalogue",
    responses((status = 200, description = "The attribute sets", body = AttributeSetListView)))]
#[get("/attribute-sets")]
pub(super) async fn attribute_set_list() -> Json<AttributeSetListView> {
    let sets = &Catalogue::built_in().attribute_sets;
    Json(AttributeSetListView {
        version: &sets.version,
        items: sets.entries.iter().map(AttributeSetView::from).collect(),
    })
}
