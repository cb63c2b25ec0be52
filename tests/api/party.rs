//! Suppliers and distributors of the stories, all invented.

use sluis::app::{
    caller::Role,
    organise::{ProductCreate, SupplierCreate},
};
use sluis_core::{
    agreement::SupplierKind,
    id::{ProductId, SupplierId},
};
use sluis_test_kit::service::{RegisteredClient, Service};

use crate::world::BACK;

/// A supplier with one product.
pub(crate) struct Supplier {
    pub(crate) supplier: SupplierId,
    pub(crate) product: ProductId,
    pub(crate) client: RegisteredClient,
    kind: SupplierKind,
}

impl Supplier {
    pub(crate) fn role(&self) -> Role {
        role(self.kind, self.supplier, self.product)
    }
}

const fn role(kind: SupplierKind, supplier: SupplierId, product: ProductId) -> Role {
    match kind {
        SupplierKind::Supplier => Role::Supplier { supplier, product },
        SupplierKind::Distributor => Role::Distributor { supplier, product },
    }
}

/// A supplier with a product, and nothing agreed.
pub(crate) async fn supplier(service: &Service, name: &str, product: &str) -> Supplier {
    party(service, SupplierKind::Supplier, name, product).await
}

/// A distributor with a product, and nothing agreed.
pub(crate) async fn distributor(service: &Service, name: &str, product: &str) -> Supplier {
    party(service, SupplierKind::Distributor, name, product).await
}

async fn party(service: &Service, kind: SupplierKind, name: &str, product: &str) -> Supplier {
    let app = &service.app;
    let input = SupplierCreate {
        name: name.to_owned(),
        kind,
        oin: None,
    };
    let supplier = app.supplier_create(None, input).await.unwrap().id;
    let name = product.to_owned();
    let product = app
        .product_create(None, ProductCreate { supplier, name })
        .await
        .unwrap()
        .id;
    let client = service.register(role(kind, supplier, product), &[BACK]).await;
    Supplier {
        supplier,
        product,
        client,
        kind,
    }
}
