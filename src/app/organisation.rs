//! Boards, schools, suppliers and products: created by the operator, seen by those concerned.

use sluis_core::{
    id::{BoardId, ProductId, SchoolId, SupplierId},
    identifier::{Brin6, DigiDeliveryId, Oin, RioId},
    time::Timestamp,
};

/// A controller of schools (bevoegd gezag).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Our identifier.
    pub id: BoardId,
    /// Its name.
    pub name: String,
    /// Its OIN, if it has one.
    pub oin: Option<Oin>,
    /// When it was created here.
    pub created_at: Timestamp,
}

/// A school location under a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct School {
    /// Our identifier.
    pub id: SchoolId,
    /// The controller.
    pub board: BoardId,
    /// Its name.
    pub name: String,
    /// Institution and branch: the key of a school.
    pub brin: Brin6,
    /// Its OIN, if known.
    pub oin: Option<Oin>,
    /// Its number as an education provider in RIO, if known.
    pub rio: Option<RioId>,
    /// Its digiDeliveryId, if known.
    pub digi_delivery_id: Option<DigiDeliveryId>,
    /// When it was created here.
    pub created_at: Timestamp,
}

/// Whether a processor supplies products or routes deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SupplierKind {
    /// Supplies digital learning products.
    Supplier,
    /// Routes deliveries of others as well.
    Distributor,
}

impl SupplierKind {
    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supplier => "supplier",
            Self::Distributor => "distributor",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Supplier, Self::Distributor]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// A processor (leverancier or distributeur).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplier {
    /// Our identifier.
    pub id: SupplierId,
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: SupplierKind,
    /// Its OIN, if it has one.
    pub oin: Option<Oin>,
    /// When it was created here.
    pub created_at: Timestamp,
}

/// A digital learning product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Our identifier.
    pub id: ProductId,
    /// Whose it is.
    pub supplier: SupplierId,
    /// Its name.
    pub name: String,
    /// When it was created here.
    pub created_at: Timestamp,
}
