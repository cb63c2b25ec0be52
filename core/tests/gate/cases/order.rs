//! Schools at which much is in order, so that what comes after the agreement matters as well.

use std::sync::Arc;

use sluis_core::{
    agreement::{
        ActivationRecord, AgreementRecord, Annex, InstructionRecord, MandateRecord, ProductRecord, Scope, SupplierKind,
    },
    gate::{Asker, Direction, PolicyInputs},
    id::ProductId,
    time::Window,
};

use super::{Case, day};
use crate::world::id;

/// A product of a school under an agreement that supersedes the others, with a mandate and an activation that hold.
struct SwitchedOn {
    product: ProductId,
    supplier: u128,
    kind: SupplierKind,
    /// One that approvals and stances may speak of.
    agreement: u128,
    annex: Arc<Annex>,
    scope: Scope,
}

impl SwitchedOn {
    fn at(self, inputs: &mut PolicyInputs) {
        let Self {
            product,
            supplier,
            kind,
            agreement,
            annex,
            scope,
        } = self;
        let start = day(2);
        inputs.products.retain(|record| record.product != product);
        inputs.products.push(ProductRecord {
            product,
            supplier: id(supplier),
            kind,
        });
        inputs.mandates.push(MandateRecord {
            id: id(701),
            supplier: id(supplier),
            window: Window::since(start),
        });
        inputs.agreements.retain(|other| other.id != id(agreement));
        inputs.agreements.push(AgreementRecord {
            id: id(agreement),
            product,
            annex,
            window: Window::since(start),
            accepted_by_board_at: Some(start),
            accepted_by_supplier_at: Some(start),
            suspensions: Vec::new(),
            excepted: Vec::new(),
        });
        inputs.activations.push(ActivationRecord {
            id: id(801),
            product,
            window: Window::since(start),
            accepted_by_school_at: Some(start),
            accepted_by_supplier_at: Some(start),
            scope,
        });
    }
}

/// In every other case much is in order; where an administration is read, for another product as well.
pub(super) fn put_in_order(case: &mut Case, annex: Arc<Annex>, scope: Scope, other: (Arc<Annex>, SupplierKind)) {
    let product = case.request.product;
    let distributes = matches!(case.request.asker, Asker::Distributor(_));
    let own = SwitchedOn {
        product,
        supplier: 0x100,
        kind: if distributes {
            SupplierKind::Distributor
        } else {
            SupplierKind::Supplier
        },
        agreement: 502,
        annex,
        scope,
    };
    own.at(&mut case.inputs);
    if case.request.direction == Direction::Connection {
        let other = SwitchedOn {
            product: id(if product == id(201) { 200 } else { 201 }),
            supplier: 0x101,
            kind: other.1,
            agreement: 501,
            annex: other.0,
            scope: Scope::School,
        };
        other.at(&mut case.inputs);
    }
    if distributes {
        case.inputs.instructions.push(InstructionRecord {
            id: id(901),
            product,
            window: Window::since(day(2)),
            suspensions: Vec::new(),
        });
    }
}
