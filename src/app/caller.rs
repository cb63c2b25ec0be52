//! Who calls: a client whose token was verified, and what it acts for.

use sluis_core::{
    catalogue::Purpose,
    gate::Audience,
    id::{BoardId, ClientId, ProductId, SchoolId, SupplierId},
};

use crate::app::trace::TraceId;

/// What a client acts for. A client acts for exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The operator of this service: creates boards, schools, suppliers and clients; cannot sign, approve or read records.
    Operator,
    /// A board (bevoegd gezag), for itself and its schools.
    Board(BoardId),
    /// A program of one school.
    School(SchoolId),
    /// A supplier, for exactly one product.
    Supplier {
        /// The supplier.
        supplier: SupplierId,
        /// The product that it acts for.
        product: ProductId,
    },
    /// A distributor, for exactly one product.
    Distributor {
        /// The distributor.
        supplier: SupplierId,
        /// The product that it acts for.
        product: ProductId,
    },
}

/// The role without what it is bound to: the columns of the authorization table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RoleKind {
    /// [`Role::Operator`].
    Operator,
    /// [`Role::Board`].
    Board,
    /// [`Role::School`].
    School,
    /// [`Role::Supplier`].
    Supplier,
    /// [`Role::Distributor`].
    Distributor,
}

impl RoleKind {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 5] = [
        Self::Operator,
        Self::Board,
        Self::School,
        Self::Supplier,
        Self::Distributor,
    ];

    /// The word in tokens, tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Board => "board",
            Self::School => "school",
            Self::Supplier => "supplier",
            Self::Distributor => "distributor",
        }
    }
}

impl Role {
    /// What this kind of caller may see of the reasons of the gate.
    pub const fn audience(&self) -> Audience {
        match self {
            Self::Board(_) | Self::School(_) => Audience::School,
            Self::Operator | Self::Supplier { .. } | Self::Distributor { .. } => Audience::Supplier,
        }
    }

    /// The product that it acts for: that of a supplier or distributor, and no other role's.
    pub const fn product(&self) -> Option<ProductId> {
        match self {
            Self::Supplier { product, .. } | Self::Distributor { product, .. } => Some(*product),
            Self::Operator | Self::Board(_) | Self::School(_) => None,
        }
    }

    /// The kind of this role.
    pub const fn kind(&self) -> RoleKind {
        match self {
            Self::Operator => RoleKind::Operator,
            Self::Board(_) => RoleKind::Board,
            Self::School(_) => RoleKind::School,
            Self::Supplier { .. } => RoleKind::Supplier,
            Self::Distributor { .. } => RoleKind::Distributor,
        }
    }
}

/// A client whose access token was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The client.
    pub client: ClientId,
    /// What it acts for.
    pub role: Role,
    /// The school and purpose that its token is bound to, if any (`authorization_details` of type `sluis`).
    pub bound: Option<Bound>,
    /// The trace (W3C Trace Context) that its request belongs to; random, never made from a person.
    pub trace: TraceId,
    /// The attempt that its request is, if it named its write by a key.
    pub once: Option<Attempt>,
}

/// What a token is bound to (RFC 9396).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The one school that the token is for.
    pub school: Option<SchoolId>,
    /// The one purpose that the token is for.
    pub purpose: Option<Purpose>,
}

/// One attempt to do what a key stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Whose key it is.
    pub client: ClientId,
    /// Keyed hash of the key.
    pub key_hash: [u8; 32],
    /// Which attempt it is.
    pub number: [u8; 16],
}
