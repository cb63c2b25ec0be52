//! Products: what schools switch on.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    id::{ProductId, SupplierId},
    time::Timestamp,
};
use utoipa::ToSchema;

use super::path::ProductPath;
use crate::{
    app::{
        action::{CreateProduct, ReadProduct},
        organisation::Product,
        organise,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::{Body, Query},
        input::{Fields, Input, label, text},
        page::{ListView, PageQuery},
        problem::Problem,
        response::{ProductNotFound, SupplierNotFound},
    },
};

/// A product (digitaal onderwijsmiddel).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProductView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000004")]
    id: ProductId,
    /// Its supplier (leverancier).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000003")]
    supplier: SupplierId,
    /// Its name.
    #[schema(example = "Rekenbaai")]
    name: String,
    /// When it was made here.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    created_at: Timestamp,
}

impl From<Product> for ProductView {
    fn from(product: Product) -> Self {
        Self {
            id: product.id,
            supplier: product.supplier,
            name: product.name,
            created_at: product.created_at,
        }
    }
}

/// A new product.
#[derive(Debug, ToSchema)]
pub(super) struct ProductCreate {
    /// Its supplier (leverancier).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000003")]
    supplier: SupplierId,
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "Rekenbaai")]
    name: String,
}

impl Input for ProductCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let supplier = fields.required("supplier", text(SupplierId::parse));
        let name = fields.required("name", label(200));
        Some(Self {
            supplier: supplier?,
            name: name?,
        })
    }
}

type ProductListView = ListView<ProductView>;

/// List the products
#[utoipa::path(operation_id = "product_list", tag = "organisations", security(("bearer" = ["product.read"])),
    params(PageQuery),
    responses((status = 200, description = "The products", body = ProductListView)))]
#[get("/products")]
pub(super) async fn product_list(caller: May<ReadProduct>, Query(query): Query<PageQuery>) -> Answer<ProductListView> {
    let products = caller.app().product_list(query.page()).await?;
    Ok(Json(query.show(products, |product| product.id)))
}

/// Create a product
#[utoipa::path(operation_id = "product_create", tag = "organisations", security(("bearer" = ["product.create"])),
    request_body = ProductCreate,
    responses((status = 201, description = "The product", body = ProductView), SupplierNotFound))]
#[post("/products")]
pub(super) async fn product_create(
    caller: May<CreateProduct>,
    Body(input): Body<ProductCreate>,
) -> Result<Created<ProductView>, Problem> {
    let ProductCreate { supplier, name } = input;
    let create = organise::ProductCreate { supplier, name };
    let product = caller.app().product_create(Some(caller.caller()), create).await?;
    Ok(Created::at(format!("/v1/products/{}", product.id), product.into()))
}

/// View a product
#[utoipa::path(operation_id = "product_view", tag = "organisations", security(("bearer" = ["product.read"])),
    params(ProductPath),
    responses((status = 200, description = "The product", body = ProductView), ProductNotFound))]
#[get("/products/{product}")]
pub(super) async fn product_view(caller: May<ReadProduct>, path: Path<ProductPath>) -> Answer<ProductView> {
    let product = caller.app().product_view(path.product).await?;
    Ok(Json(product.into()))
}
