//! Suppliers and distributors: the processors.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{agreement::SupplierKind, id::SupplierId, identifier::Oin, time::Timestamp};
use utoipa::ToSchema;

use super::path::SupplierPath;
use crate::{
    app::{
        action::{CreateSupplier, ReadSupplier},
        organisation::Supplier,
        organise,
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::{Body, Query},
        input::{Fields, Input, choice, label, text},
        page::{ListView, PageQuery},
        problem::Problem,
        response::{Conflict, SupplierNotFound},
    },
};

/// A supplier (leverancier) or distributor (distributeur).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SupplierView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000003")]
    id: SupplierId,
    /// Its name.
    #[schema(example = "Wadden Leermiddelen B.V.")]
    name: String,
    /// `supplier` or `distributor`.
    #[schema(example = "supplier")]
    kind: &'static str,
    /// Its OIN (organisatie-identificatienummer).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "00000003900000170000")]
    oin: Option<Oin>,
    /// When it was made here.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    created_at: Timestamp,
}

impl From<Supplier> for SupplierView {
    fn from(supplier: Supplier) -> Self {
        Self {
            id: supplier.id,
            name: supplier.name,
            kind: supplier.kind.as_str(),
            oin: supplier.oin,
            created_at: supplier.created_at,
        }
    }
}

/// A new supplier or distributor.
#[derive(Debug, ToSchema)]
pub(super) struct SupplierCreate {
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "Wadden Leermiddelen B.V.")]
    name: String,
    /// `supplier`, or `distributor` when it routes deliveries of others as well.
    #[schema(value_type = String, example = "supplier", pattern = "^(supplier|distributor)$")]
    kind: SupplierKind,
    /// Its OIN (organisatie-identificatienummer).
    #[schema(value_type = Option<String>, example = "00000003900000170000")]
    oin: Option<Oin>,
}

impl Input for SupplierCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        const KINDS: &[(&str, SupplierKind)] = &[
            (SupplierKind::Supplier.as_str(), SupplierKind::Supplier),
            (SupplierKind::Distributor.as_str(), SupplierKind::Distributor),
        ];
        let name = fields.required("name", label(200));
        let kind = fields.required("kind", choice(KINDS));
        let oin = fields.optional("oin", text(Oin::parse));
        Some(Self {
            name: name?,
            kind: kind?,
            oin: oin?,
        })
    }
}

type SupplierListView = ListView<SupplierView>;

/// List the suppliers and distributors
#[utoipa::path(operation_id = "supplier_list", tag = "organisations", security(("bearer" = ["supplier.read"])),
    params(PageQuery),
    responses((status = 200, description = "The suppliers and distributors", body = SupplierListView)))]
#[get("/suppliers")]
pub(super) async fn supplier_list(
    caller: May<ReadSupplier>,
    Query(query): Query<PageQuery>,
) -> Answer<SupplierListView> {
    let suppliers = caller.app().supplier_list(query.page()).await?;
    Ok(Json(query.show(suppliers, |supplier| supplier.id)))
}

/// Create a supplier or distributor
#[utoipa::path(operation_id = "supplier_create", tag = "organisations", security(("bearer" = ["supplier.create"])),
    request_body = SupplierCreate,
    responses((status = 201, description = "The supplier or distributor", body = SupplierView), Conflict))]
#[post("/suppliers")]
pub(super) async fn supplier_create(
    caller: May<CreateSupplier>,
    Body(input): Body<SupplierCreate>,
) -> Result<Created<SupplierView>, Problem> {
    let SupplierCreate { name, kind, oin } = input;
    let create = organise::SupplierCreate { name, kind, oin };
    let supplier = caller.app().supplier_create(Some(caller.caller()), create).await?;
    Ok(Created::at(format!("/v1/suppliers/{}", supplier.id), supplier.into()))
}

/// View a supplier or distributor
#[utoipa::path(operation_id = "supplier_view", tag = "organisations", security(("bearer" = ["supplier.read"])),
    params(SupplierPath),
    responses((status = 200, description = "The supplier or distributor", body = SupplierView), SupplierNotFound))]
#[get("/suppliers/{supplier}")]
pub(super) async fn supplier_view(caller: May<ReadSupplier>, path: Path<SupplierPath>) -> Answer<SupplierView> {
    let supplier = caller.app().supplier_view(path.supplier).await?;
    Ok(Json(supplier.into()))
}
