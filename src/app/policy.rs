//! From what is on record to the compiled policy of a school.

use std::sync::Arc;

use moka::sync::Cache;
use sluis_core::{
    agreement::{
        ActivationRecord, AgreementRecord, Annex, ApprovalRecord, InstructionRecord, MandateRecord, ModuleCode,
        NarrowingRecord, ProductRecord, Scope, Side, StanceRecord, SupplierKind,
    },
    catalogue::Catalogue,
    gate::{self, SchoolPolicy},
    id::SchoolId,
};

use crate::app::{
    activation::{Activation, ActivationScope},
    agreement::{Agreement, Approval},
    store::{PolicyInputs, StoreError, StoredGroup},
};

/// Annexes in memory, by the hash that was signed.
pub(in crate::app) type Annexes = Cache<[u8; 32], Arc<Annex>>;

/// Compiles the policy of a school. What cannot be read is no agreement, and the school's policy cannot be used.
pub(in crate::app) fn compile(
    inputs: &PolicyInputs,
    catalogue: &Catalogue,
    annexes: &Annexes,
) -> Result<SchoolPolicy, StoreError> {
    let school = inputs.school.id;
    let agreements = inputs
        .agreements
        .iter()
        .map(|stored| agreement(stored, school, annexes));
    let agreements: Vec<_> = agreements.collect::<Result<_, _>>()?;
    let mut products: Vec<_> = inputs
        .agreements
        .iter()
        .map(|agreement| ProductRecord {
            product: agreement.product,
            supplier: agreement.supplier,
            kind: if inputs.distributors.contains(&agreement.supplier) {
                SupplierKind::Distributor
            } else {
                SupplierKind::Supplier
            },
        })
        .collect();
    products.sort_unstable_by_key(|record| record.product);
    products.dedup();
    let approvals: Vec<_> = inputs.approvals.iter().map(approval).collect::<Result<_, _>>()?;
    let mandates = inputs
        .mandates
        .iter()
        .map(|mandate| MandateRecord {
            id: mandate.id,
            supplier: mandate.supplier,
            window: mandate.window,
        })
        .collect();
    let activations = inputs
        .activations
        .iter()
        .map(|record| activation(record, &inputs.groups))
        .collect();
    let instructions = inputs
        .instructions
        .iter()
        .map(|instruction| InstructionRecord {
            id: instruction.id,
            product: instruction.product,
            window: instruction.window,
            suspensions: instruction.suspensions.clone(),
        })
        .collect();
    let stances = inputs
        .stances
        .iter()
        .map(|stance| StanceRecord {
            id: stance.id,
            agreement: stance.agreement,
            kind: stance.kind,
            party: stance.party.clone(),
            window: stance.window,
        })
        .collect();
    let narrowings = inputs
        .narrowings
        .iter()
        .map(|narrowing| NarrowingRecord {
            id: narrowing.id,
            agreement: narrowing.agreement,
            purpose: narrowing.purpose,
            kind: narrowing.kind,
            category: narrowing.category,
            window: narrowing.window,
        })
        .collect();
    let records = gate::PolicyInputs {
        school: inputs.school.id,
        epoch: inputs.epoch,
        moved_at: inputs.moved_at,
        products,
        agreements,
        approvals,
        mandates,
        activations,
        instructions,
        stances,
        narrowings,
    };
    Ok(SchoolPolicy::compile(&records, catalogue))
}

/// The annex that was signed, read once for all schools and products that share it.
fn annex(agreement: &Agreement, annexes: &Annexes) -> Result<Arc<Annex>, StoreError> {
    if let Some(annex) = annexes.get(&agreement.annex_hash) {
        return Ok(annex);
    }
    let annex = Annex::parse(&agreement.annex).map_err(|_| StoreError::Corrupt("annex"))?;
    // What is stored must be what both sides signed.
    if *annex.hash().as_bytes() != agreement.annex_hash {
        return Err(StoreError::Corrupt("annex"));
    }
    let annex = Arc::new(annex);
    annexes.insert(agreement.annex_hash, Arc::clone(&annex));
    Ok(annex)
}

fn agreement(agreement: &Agreement, school: SchoolId, annexes: &Annexes) -> Result<AgreementRecord, StoreError> {
    Ok(AgreementRecord {
        id: agreement.id,
        product: agreement.product,
        annex: annex(agreement, annexes)?,
        window: agreement.held(),
        accepted_by_board_at: agreement.accepted_at(Side::Board),
        accepted_by_supplier_at: agreement.accepted_at(Side::Supplier),
        suspensions: agreement.suspension_records(),
        excepted: agreement.excepted(school),
    })
}

fn approval(approval: &Approval) -> Result<ApprovalRecord, StoreError> {
    Ok(ApprovalRecord {
        id: approval.id,
        agreement: approval.agreement,
        module: ModuleCode::parse(&approval.module).map_err(|_| StoreError::Corrupt("module"))?,
        window: approval.window,
    })
}

fn activation(activation: &Activation, groups: &[StoredGroup]) -> ActivationRecord {
    ActivationRecord {
        id: activation.id,
        product: activation.product,
        window: activation.window,
        // The school is the side that switches on: its acceptance is the act itself.
        accepted_by_school_at: Some(activation.window.from),
        accepted_by_supplier_at: activation.accepted_by_supplier_at,
        scope: match &activation.scope {
            ActivationScope::School => Scope::School,
            ActivationScope::SchoolOrLogin => Scope::SchoolOrLogin,
            ActivationScope::YearGroups(years) => Scope::YearGroups(years.clone()),
            ActivationScope::Groups(groups) => Scope::Groups(groups.clone()),
            // A name that the roster does not have reaches nobody.
            ActivationScope::GroupNames(names) => Scope::Groups(
                groups
                    .iter()
                    .filter(|group| names.contains(&group.name))
                    .map(|group| group.id)
                    .collect(),
            ),
            ActivationScope::Persons(persons) => Scope::Persons(persons.clone()),
        },
    }
}
