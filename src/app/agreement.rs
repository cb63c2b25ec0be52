//! Agreements as parties make them: offered, accepted by both sides over the hash of the annex, approved in part.

use sluis_core::{
    id::{AgreementId, ApprovalId, BoardId, ClientId, ProductId, SchoolId, SupplierId},
    time::{Timestamp, Window},
};

/// How many offers about one product may wait for the acceptance of one board.
pub const OPEN_OFFERS: u64 = 10;

/// A processing agreement between a board and a supplier about one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Our identifier.
    pub id: AgreementId,
    /// The controller.
    pub board: BoardId,
    /// The processor.
    pub supplier: SupplierId,
    /// What it is about.
    pub product: ProductId,
    /// The privacy annex as canonical JSON: the bytes that both sides sign.
    pub annex: Vec<u8>,
    /// SHA-256 of [`annex`](Self::annex).
    pub annex_hash: [u8; 32],
    /// When it is in force, if both sides accept it.
    pub window: Window,
    /// When it was offered.
    pub offered_at: Timestamp,
    /// Who accepted it.
    pub acceptances: Vec<Acceptance>,
}

/// A party to an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The controller.
    Board,
    /// The processor.
    Supplier,
}

impl Side {
    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Board => "board",
            Self::Supplier => "supplier",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Board, Self::Supplier]
            .into_iter()
            .find(|side| side.as_str() == text)
    }
}

/// One side's signature (ondertekening) over the hash of the canonical annex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Which side.
    pub side: Side,
    /// The client that signed.
    pub by: ClientId,
    /// When.
    pub at: Timestamp,
}

/// A school's approval (akkoord) of one optional module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Our identifier.
    pub id: ApprovalId,
    /// The school that approves.
    pub school: SchoolId,
    /// The agreement version that it approves.
    pub agreement: AgreementId,
    /// The code of the module in the annex.
    pub module: String,
    /// From when, and until when once it is withdrawn.
    pub window: Window,
}
