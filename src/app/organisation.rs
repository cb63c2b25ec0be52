//! Boards, schools, suppliers and products: created by the operator, seen by those concerned.

use sluis_core::{
    agreement::SupplierKind,
    id::{BoardId, ProductId, SchoolId, SupplierId},
    identifier::{Brin6, DigiDeliveryId, Oin, RioId},
    time::Timestamp,
};
use uuid::Uuid;

/// The operator of this service, as the processor that it is too.
pub const OPERATOR: SupplierId = SupplierId::from_uuid(HOUSE);

/// This service itself, as the product that a board makes an agreement about with the operator. No activation and no
/// mandate can name it: it takes rosters in, and nothing is ever released to it.
pub const SLUIS: ProductId = ProductId::from_uuid(HOUSE);

/// The same in every installation, so that no setting can point it at the product of somebody else.
const HOUSE: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0073_6c75_6973);

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
