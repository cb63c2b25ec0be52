//! Instructions to distributors (model 4.0, articles 2.3, 2.4 and 5.5).
//!
//! Promises: without an instruction of the school that holds and is not disputed, a distributor gets nothing; when the call
//! that ends or suspends one has answered, nothing more passes by it. Deliberately absent: to whom it delivers. That is named
//! with each request, since book lists change, and needs an agreement of its own with the school.

use sluis_core::{
    id::{InstructionId, ProductId, SchoolId},
    time::Window,
};

/// What a school instructs a distributor to do for it (instructie).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// Our identifier.
    pub id: InstructionId,
    /// The school that instructs.
    pub school: SchoolId,
    /// The product by which the distributor acts.
    pub product: ProductId,
    /// From when until when.
    pub window: Window,
    /// The spans in which it is disputed, the oldest first; the last one may be open.
    pub suspensions: Vec<Window>,
}

impl Instruction {
    /// Whether it is suspended and nobody has resumed it.
    pub fn is_suspended(&self) -> bool {
        self.suspensions.iter().any(|span| span.until.is_none())
    }
}
