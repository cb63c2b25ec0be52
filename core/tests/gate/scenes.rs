//! Changes to the world that more than one test needs.

use serde_json::json;
use sluis_core::{
    agreement::{ActivationRecord, AgreementRecord, MandateRecord, ProductRecord, SupplierKind},
    time::Window,
};

use crate::world::{World, id, moment, span};

pub(crate) fn a_newer_agreement_has_ended(world: &mut World) {
    let newer = AgreementRecord {
        id: id(14),
        window: span("2026-08-15T00:00:00Z", "2026-09-01T00:00:00Z"),
        ..world.inputs.agreements[0].clone()
    };
    world.inputs.agreements.push(newer);
}

/// Both signatures on a newer agreement, the last of them when its time is over.
pub(crate) fn a_newer_agreement_was_accepted_after_its_end(world: &mut World) {
    let newer = AgreementRecord {
        id: id(14),
        window: span("2026-08-15T00:00:00Z", "2026-09-01T00:00:00Z"),
        accepted_by_board_at: Some(moment("2026-09-01T00:00:00Z")),
        ..world.inputs.agreements[0].clone()
    };
    world.inputs.agreements.push(newer);
}

pub(crate) fn with_receivers(world: &mut World) {
    world.annex(|annex| {
        annex["rows"][0]["purposes"] = json!(["D5", "D11"]);
        annex["receivers"] =
            json!([{"name": "Ommen Toetsen B.V.", "supplier": "00000000-0000-0000-0000-000000000006", "purposes": ["D5"]}]);
    });
    world.purpose("D5");
}

/// The supplier is an instructed distributor whose annex has a row for deliveries, and delivers.
pub(crate) fn with_a_delivery(world: &mut World) {
    world.distributes(Window::since(moment("2026-08-01T00:00:00Z")));
    world.annex(|annex| annex["rows"][0]["purposes"] = json!(["D3", "D12"]));
    world.purpose("D12");
}

/// The agreement of the receiver of [`with_a_receiver`].
pub(crate) const OF_THE_RECEIVER: u128 = 15;

/// The receiver is at work at the school: it has an agreement, a mandate and an activation.
pub(crate) fn with_a_receiver(world: &mut World) {
    let own = ProductRecord {
        product: id(World::OTHER_PRODUCT),
        supplier: id(World::OTHER_SUPPLIER),
        kind: SupplierKind::Supplier,
    };
    world.inputs.products.push(own);
    let agreement = AgreementRecord {
        id: id(OF_THE_RECEIVER),
        product: id(World::OTHER_PRODUCT),
        ..world.inputs.agreements[0].clone()
    };
    world.inputs.agreements.push(agreement);
    world.inputs.mandates.push(MandateRecord {
        supplier: id(World::OTHER_SUPPLIER),
        ..world.inputs.mandates[0]
    });
    let activation = ActivationRecord {
        product: id(World::OTHER_PRODUCT),
        ..world.inputs.activations[0].clone()
    };
    world.inputs.activations.push(activation);
}

pub(crate) fn with_birth_date_on_consent(world: &mut World) {
    world.annex(|annex| {
        let mut row = annex["rows"][0].clone();
        row["pupilCategories"] = json!(["CD14"]);
        row["restsOnConsent"] = json!(true);
        annex["rows"].as_array_mut().unwrap().push(row);
    });
}

/// The board and the supplier have accepted another version of the annex, which names the same parties.
pub(crate) fn with_a_newer_version(world: &mut World) {
    let newer = AgreementRecord {
        id: id(16),
        window: Window::since(moment("2026-09-01T00:00:00Z")),
        ..world.inputs.agreements[0].clone()
    };
    world.inputs.agreements.push(newer);
}
