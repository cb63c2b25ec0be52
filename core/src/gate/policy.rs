//! The policy of one school: an immutable value that is compiled once and read without a lock.

use super::compile;
use crate::{
    agreement::{
        ActivationRecord, AgreementRecord, AnnexHash, ApprovalRecord, DefectCode, MandateRecord, Model, ModuleCode,
        ProductRecord, Scope,
    },
    catalogue::{AttributeSet, Catalogue, Purpose, PurposeSet},
    id::{AgreementId, ProductId, SchoolId, SupplierId},
    person::PersonKind,
    time::{Timestamp, Window},
};

/// What is on record for one school, as the storage loads it.
#[derive(Debug, Clone)]
pub struct PolicyInputs {
    /// The school.
    pub school: SchoolId,
    /// The epoch of these facts: it grows with every change.
    pub epoch: u64,
    /// The products that the other records speak of.
    pub products: Vec<ProductRecord>,
    /// Agreements that cover this school, accepted or not.
    pub agreements: Vec<AgreementRecord>,
    /// Approvals of this school.
    pub approvals: Vec<ApprovalRecord>,
    /// Mandates of its board.
    pub mandates: Vec<MandateRecord>,
    /// Activations of this school.
    pub activations: Vec<ActivationRecord>,
}

/// The compiled policy of one school.
#[derive(Debug)]
pub struct SchoolPolicy {
    school: SchoolId,
    epoch: u64,
    /// Sorted; the place of an id is the place of its policy.
    ids: Box<[ProductId]>,
    products: Box<[ProductPolicy]>,
}

/// The attributes that the active agreements of a school need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needed {
    /// Of pupils.
    pub pupils: AttributeSet,
    /// Of staff.
    pub staff: AttributeSet,
}

impl Needed {
    /// Of one kind of person.
    pub const fn of(self, kind: PersonKind) -> AttributeSet {
        match kind {
            PersonKind::Pupil => self.pupils,
            PersonKind::Staff => self.staff,
        }
    }
}

impl SchoolPolicy {
    /// Compiles what is on record. Nothing is refused here: what is wrong or missing becomes a reason of the gate.
    pub fn compile(inputs: &PolicyInputs, catalogue: &Catalogue) -> Self {
        let mut records = inputs.products.clone();
        records.sort_unstable_by_key(|record| record.product);
        records.dedup_by_key(|record| record.product);
        Self {
            school: inputs.school,
            epoch: inputs.epoch,
            ids: records.iter().map(|record| record.product).collect(),
            products: records
                .iter()
                .map(|record| compile::product(record, inputs, catalogue))
                .collect(),
        }
    }

    /// The school.
    pub const fn school(&self) -> SchoolId {
        self.school
    }

    /// The epoch of the facts that it was compiled from.
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// What active agreements need of persons: all that may be taken in. A row that rests on consent needs nothing
    /// as long as nobody's consent is known.
    pub fn needed(&self, at: Timestamp) -> Needed {
        self.needed_apart_from(None, at)
    }

    /// The same, apart from one product: the one that takes in for the others has no need of its own.
    pub(super) fn needed_apart_from(&self, apart: Option<ProductId>, at: Timestamp) -> Needed {
        let mut needed = Needed::default();
        for (id, product) in self.ids.iter().zip(&self.products) {
            let Some(agreement) = product.standing(at).in_force() else {
                continue;
            };
            let active = product.activations.iter().any(|activation| activation.is_active(at));
            if Some(*id) == apart || !active || !product.has_mandate(at) {
                continue;
            }
            for row in &agreement.rows {
                if row.permits(at) && !row.rests_on_consent {
                    needed.pupils = needed.pupils.union(row.attributes_of(PersonKind::Pupil));
                    needed.staff = needed.staff.union(row.attributes_of(PersonKind::Staff));
                }
            }
        }
        needed
    }

    pub(super) fn product(&self, id: ProductId) -> Option<&ProductPolicy> {
        let place = self.ids.binary_search(&id).ok()?;
        self.products.get(place)
    }

    /// Whether a supplier has an agreement in force with this school, for any product.
    pub(super) fn has_agreement(&self, supplier: SupplierId, at: Timestamp) -> bool {
        let mut own = self.products.iter().filter(|product| product.supplier == supplier);
        own.any(|product| product.standing(at).in_force().is_some())
    }
}

/// The policy of one product at one school.
#[derive(Debug)]
pub(super) struct ProductPolicy {
    pub(super) supplier: SupplierId,
    /// Accepted by both sides; sorted by the moment from which each holds.
    pub(super) agreements: Box<[CompiledAgreement]>,
    /// Not accepted by both sides.
    pub(super) pending: Box<[PendingAgreement]>,
    pub(super) mandates: Box<[Window]>,
    pub(super) activations: Box<[CompiledActivation]>,
}

/// How the agreements of a product stand at a moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing<'a> {
    /// The last that has begun: it supersedes those before it, also after its own end (model 4.0, article 2.2).
    pub(super) current: Option<&'a CompiledAgreement>,
    /// The first that begins later, when none has begun.
    pub(super) future: Option<&'a CompiledAgreement>,
    pub(super) ended: bool,
    pub(super) suspended: bool,
}

impl<'a> Standing<'a> {
    pub(super) const fn in_force(self) -> Option<&'a CompiledAgreement> {
        if self.ended || self.suspended {
            None
        } else {
            self.current
        }
    }

    /// The agreement whose rows are looked at, in force or not.
    pub(super) fn considered(self) -> Option<&'a CompiledAgreement> {
        self.current.or(self.future)
    }
}

impl ProductPolicy {
    pub(super) fn standing(&self, at: Timestamp) -> Standing<'_> {
        let begun = self.agreements.partition_point(|agreement| agreement.from <= at);
        let current = begun.checked_sub(1).and_then(|last| self.agreements.get(last));
        Standing {
            current,
            future: if current.is_none() {
                self.agreements.first()
            } else {
                None
            },
            ended: current.is_some_and(|agreement| agreement.until.is_some_and(|until| until <= at)),
            suspended: current.is_some_and(|agreement| agreement.suspensions.iter().any(|span| span.holds(at))),
        }
    }

    /// The newest agreement that waits for a side, unless its time is over.
    pub(super) fn pending(&self, at: Timestamp) -> Option<&PendingAgreement> {
        let open = self
            .pending
            .iter()
            .filter(|pending| pending.window.until.is_none_or(|until| at < until));
        open.max_by_key(|pending| (pending.window.from, pending.id))
    }

    pub(super) fn has_mandate(&self, at: Timestamp) -> bool {
        self.mandates.iter().any(|window| window.holds(at))
    }
}

#[derive(Debug)]
pub(super) struct PendingAgreement {
    pub(super) id: AgreementId,
    pub(super) model: Model,
    pub(super) window: Window,
    pub(super) accepted_by_board: bool,
    pub(super) accepted_by_supplier: bool,
}

/// An agreement that both sides have accepted.
#[derive(Debug)]
pub(super) struct CompiledAgreement {
    pub(super) id: AgreementId,
    pub(super) annex_hash: AnnexHash,
    pub(super) model: Model,
    /// The start of the window, or the last acceptance when that came later.
    pub(super) from: Timestamp,
    pub(super) until: Option<Timestamp>,
    pub(super) suspensions: Box<[Window]>,
    pub(super) rows: Box<[CompiledRow]>,
    pub(super) modules: Box<[ModuleCode]>,
    /// What may go with a login: ECK iD, attribute set, motivated deviations.
    pub(super) login: Needed,
    pub(super) second_factor: bool,
    pub(super) seconds_after_leaving: Option<i64>,
    pub(super) receivers: Box<[(SupplierId, PurposeSet)]>,
    pub(super) hands: Hands,
}

/// Who processes, as far as something is to be said about it.
#[derive(Debug)]
pub(super) struct Hands {
    pub(super) outside_eea: Box<[Box<str>]>,
    pub(super) unlisted: Box<[Box<str>]>,
    /// Announced as a change, with the moment at which the term to object is over.
    pub(super) announced: Box<[(Box<str>, Timestamp)]>,
}

#[derive(Debug)]
pub(super) struct CompiledRow {
    /// The place of its module among those of the agreement.
    pub(super) module: Option<usize>,
    /// When the school approved its module, where that is optional. A row without a module has a defect: nobody can
    /// approve what the annex does not have.
    pub(super) approvals: Option<Box<[Window]>>,
    pub(super) purposes: PurposeSet,
    /// `None` for a kind of person that the row does not speak of.
    pub(super) pupils: Option<AttributeSet>,
    pub(super) staff: Option<AttributeSet>,
    pub(super) rests_on_consent: bool,
    pub(super) defect: Option<DefectCode>,
}

impl CompiledRow {
    /// Whether it speaks of this purpose for this kind of person.
    pub(super) const fn speaks_of(&self, purpose: Purpose, kind: PersonKind) -> bool {
        self.purposes.contains(purpose) && self.attributes(kind).is_some()
    }

    const fn attributes(&self, kind: PersonKind) -> Option<AttributeSet> {
        match kind {
            PersonKind::Pupil => self.pupils,
            PersonKind::Staff => self.staff,
        }
    }

    pub(super) fn attributes_of(&self, kind: PersonKind) -> AttributeSet {
        self.attributes(kind).unwrap_or(AttributeSet::EMPTY)
    }

    pub(super) fn is_approved(&self, at: Timestamp) -> bool {
        self.approvals
            .as_deref()
            .is_none_or(|approvals| approvals.iter().any(|window| window.holds(at)))
    }

    /// Without defect, and necessary or approved.
    pub(super) fn permits(&self, at: Timestamp) -> bool {
        self.defect.is_none() && self.is_approved(at)
    }
}

#[derive(Debug)]
pub(super) struct CompiledActivation {
    pub(super) window: Window,
    pub(super) accepted_by_school_at: Option<Timestamp>,
    pub(super) accepted_by_supplier_at: Option<Timestamp>,
    pub(super) scope: Scope,
}

impl CompiledActivation {
    pub(super) fn is_active(&self, at: Timestamp) -> bool {
        self.window.holds(at) && self.school_accepted(at) && self.supplier_accepted(at)
    }

    pub(super) fn school_accepted(&self, at: Timestamp) -> bool {
        self.accepted_by_school_at.is_some_and(|accepted| accepted <= at)
    }

    pub(super) fn supplier_accepted(&self, at: Timestamp) -> bool {
        self.accepted_by_supplier_at.is_some_and(|accepted| accepted <= at)
    }
}
