//! Boards, schools, suppliers and products.

use async_trait::async_trait;
use sluis_core::{
    agreement::SupplierKind,
    id::{BoardId, Id, ProductId, SchoolId, SupplierId},
    identifier::{Branch, Brin4, Brin6, DigiDeliveryId, Oin, RioId},
};

use super::{Repository, parsed};
use crate::{
    app::{
        organisation::{Board, Product, School, Supplier},
        store::{OrganisationStore, Page, StoreError},
    },
    storage::{Row, Statement, StorageError, params},
};

pub(crate) const BOARD_ADD: Statement = Statement {
    name: "board_add",
    sql: "INSERT INTO boards (id, name, oin, created_at) VALUES ($1, $2, $3, $4)",
};
pub(crate) const BOARDS: Statement = Statement {
    name: "boards",
    sql: "SELECT id, name, oin, created_at FROM boards WHERE id > $1 ORDER BY id LIMIT $2",
};
pub(crate) const BOARD: Statement = Statement {
    name: "board",
    sql: "SELECT id, name, oin, created_at FROM boards WHERE id = $1",
};
pub(crate) const SCHOOL_ADD: Statement = Statement {
    name: "school_add",
    sql: "INSERT INTO schools (id, board, name, brin, branch, oin, rio, digi_delivery_id, created_at) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
};
pub(crate) const SCHOOLS: Statement = Statement {
    name: "schools",
    sql: "SELECT id, board, name, brin, branch, oin, rio, digi_delivery_id, created_at \
          FROM schools WHERE id > $1 ORDER BY id LIMIT $2",
};
pub(crate) const SCHOOLS_OF_BOARD: Statement = Statement {
    name: "schools_of_board",
    sql: "SELECT id, board, name, brin, branch, oin, rio, digi_delivery_id, created_at \
          FROM schools WHERE board = $1 AND id > $2 ORDER BY id LIMIT $3",
};
pub(crate) const SCHOOL: Statement = Statement {
    name: "school",
    sql: "SELECT id, board, name, brin, branch, oin, rio, digi_delivery_id, created_at FROM schools WHERE id = $1",
};
pub(crate) const SCHOOLS_BY_BRIN: Statement = Statement {
    name: "schools_by_brin",
    sql: "SELECT id, board, name, brin, branch, oin, rio, digi_delivery_id, created_at \
          FROM schools WHERE brin = $1 ORDER BY branch",
};
pub(crate) const SCHOOLS_OF_PRODUCT: Statement = Statement {
    name: "schools_of_product",
    sql: "SELECT id, board, name, brin, branch, oin, rio, digi_delivery_id, created_at FROM schools \
          WHERE id IN (SELECT school FROM activations WHERE product = $1) AND id > $2 ORDER BY id LIMIT $3",
};
pub(crate) const SUPPLIER_ADD: Statement = Statement {
    name: "supplier_add",
    sql: "INSERT INTO suppliers (id, name, kind, oin, created_at) VALUES ($1, $2, $3, $4, $5)",
};
pub(crate) const SUPPLIERS: Statement = Statement {
    name: "suppliers",
    sql: "SELECT id, name, kind, oin, created_at FROM suppliers WHERE id > $1 ORDER BY id LIMIT $2",
};
pub(crate) const SUPPLIER: Statement = Statement {
    name: "supplier",
    sql: "SELECT id, name, kind, oin, created_at FROM suppliers WHERE id = $1",
};
pub(crate) const PRODUCT_ADD: Statement = Statement {
    name: "product_add",
    sql: "INSERT INTO products (id, supplier, name, created_at) VALUES ($1, $2, $3, $4)",
};
pub(crate) const PRODUCTS: Statement = Statement {
    name: "products",
    sql: "SELECT id, supplier, name, created_at FROM products WHERE id > $1 ORDER BY id LIMIT $2",
};
pub(crate) const PRODUCT: Statement = Statement {
    name: "product",
    sql: "SELECT id, supplier, name, created_at FROM products WHERE id = $1",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[
    &BOARD_ADD,
    &BOARDS,
    &BOARD,
    &SCHOOL_ADD,
    &SCHOOLS,
    &SCHOOLS_OF_BOARD,
    &SCHOOL,
    &SCHOOLS_BY_BRIN,
    &SCHOOLS_OF_PRODUCT,
    &SUPPLIER_ADD,
    &SUPPLIERS,
    &SUPPLIER,
    &PRODUCT_ADD,
    &PRODUCTS,
    &PRODUCT,
];

fn oin(text: Option<String>) -> Result<Option<Oin>, StorageError> {
    text.map(|text| parsed("oin", Oin::parse(&text).ok())).transpose()
}

fn board(row: &Row) -> Result<Board, StorageError> {
    Ok(Board {
        id: row.get(0)?,
        name: row.get(1)?,
        oin: oin(row.get(2)?)?,
        created_at: row.get(3)?,
    })
}

pub(super) fn school(row: &Row) -> Result<School, StorageError> {
    let (brin, branch): (String, String) = (row.get(3)?, row.get(4)?);
    let rio: Option<String> = row.get(6)?;
    let digi_delivery_id: Option<String> = row.get(7)?;
    Ok(School {
        id: row.get(0)?,
        board: row.get(1)?,
        name: row.get(2)?,
        brin: Brin6 {
            institution: parsed("brin", Brin4::parse(&brin).ok())?,
            branch: parsed("branch", Branch::parse(&branch).ok())?,
        },
        oin: oin(row.get(5)?)?,
        rio: rio.map(|text| parsed("rio", RioId::parse(&text).ok())).transpose()?,
        digi_delivery_id: digi_delivery_id
            .map(|text| parsed("digi_delivery_id", DigiDeliveryId::parse(&text).ok()))
            .transpose()?,
        created_at: row.get(8)?,
    })
}

fn supplier(row: &Row) -> Result<Supplier, StorageError> {
    let kind: String = row.get(2)?;
    Ok(Supplier {
        id: row.get(0)?,
        name: row.get(1)?,
        kind: parsed("supplier kind", SupplierKind::parse(&kind))?,
        oin: oin(row.get(3)?)?,
        created_at: row.get(4)?,
    })
}

fn product(row: &Row) -> Result<Product, StorageError> {
    Ok(Product {
        id: row.get(0)?,
        supplier: row.get(1)?,
        name: row.get(2)?,
        created_at: row.get(3)?,
    })
}

/// Where a page begins: after the nil UUID comes every other.
pub(super) fn start<K>(after: Option<Id<K>>) -> Id<K> {
    after.unwrap_or_else(|| Id::from_uuid(uuid::Uuid::nil()))
}

#[async_trait]
impl OrganisationStore for Repository {
    async fn boards(&self, page: Page<sluis_core::id::Board>) -> Result<Vec<Board>, StoreError> {
        self.list(&BOARDS, params![start(page.after), page.limit], board).await
    }

    async fn board(&self, id: BoardId) -> Result<Option<Board>, StoreError> {
        self.one(&BOARD, params![id], board).await
    }

    async fn schools(
        &self,
        board: Option<BoardId>,
        page: Page<sluis_core::id::School>,
    ) -> Result<Vec<School>, StoreError> {
        match board {
            Some(board) => {
                self.list(&SCHOOLS_OF_BOARD, params![board, start(page.after), page.limit], school)
                    .await
            }
            None => {
                self.list(&SCHOOLS, params![start(page.after), page.limit], school)
                    .await
            }
        }
    }

    async fn school(&self, id: SchoolId) -> Result<Option<School>, StoreError> {
        self.one(&SCHOOL, params![id], school).await
    }

    async fn schools_by_brin(&self, brin: Brin4) -> Result<Vec<School>, StoreError> {
        self.list(&SCHOOLS_BY_BRIN, params![brin.as_str()], school).await
    }

    async fn schools_of_product(
        &self,
        product: ProductId,
        page: Page<sluis_core::id::School>,
    ) -> Result<Vec<School>, StoreError> {
        let values = params![product, start(page.after), page.limit];
        self.list(&SCHOOLS_OF_PRODUCT, values, school).await
    }

    async fn suppliers(&self, page: Page<sluis_core::id::Supplier>) -> Result<Vec<Supplier>, StoreError> {
        self.list(&SUPPLIERS, params![start(page.after), page.limit], supplier)
            .await
    }

    async fn supplier(&self, id: SupplierId) -> Result<Option<Supplier>, StoreError> {
        self.one(&SUPPLIER, params![id], supplier).await
    }

    async fn products(&self, page: Page<sluis_core::id::Product>) -> Result<Vec<Product>, StoreError> {
        self.list(&PRODUCTS, params![start(page.after), page.limit], product)
            .await
    }

    async fn product(&self, id: ProductId) -> Result<Option<Product>, StoreError> {
        self.one(&PRODUCT, params![id], product).await
    }
}
