//! The policy of one school: an immutable value that is compiled once and read without a lock.

use super::product::{CompiledAgreement, ProductPolicy};
use crate::{
    agreement::{
        ActivationRecord, AgreementRecord, AnnexHash, ApprovalRecord, InstructionRecord, MandateRecord,
        NarrowingRecord, ProductRecord, StanceRecord, SupplierKind,
    },
    catalogue::{AttributeSet, Catalogue, Purpose},
    id::{IdMap, Product, ProductId, SchoolId, SupplierId},
    person::{Consent, PerKind, PersonKind},
    time::Timestamp,
};

/// What is on record for one school, as the storage loads it.
#[derive(Debug, Clone)]
pub struct PolicyInputs {
    /// The school.
    pub school: SchoolId,
    /// The epoch of these facts: it grows with every change.
    pub epoch: u64,
    /// The latest moment of the changes that led to this epoch, by the clocks of those who made them.
    pub moved_at: Timestamp,
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
    /// Instructions of this school to distributors.
    pub instructions: Vec<InstructionRecord>,
    /// What this school says about parties that annexes name.
    pub stances: Vec<StanceRecord>,
    /// What this school takes from purposes.
    pub narrowings: Vec<NarrowingRecord>,
}

/// The compiled policy of one school.
#[derive(Debug)]
pub struct SchoolPolicy {
    school: SchoolId,
    epoch: u64,
    moved_at: Timestamp,
    products: IdMap<Product, ProductPolicy>,
    instructions: Box<[InstructionRecord]>,
}

/// How the instructions to a distributor stand at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instructed {
    No,
    /// There is one, and it is disputed.
    Suspended,
    Yes,
}

/// Whether data may go on to a supplier at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Receives {
    /// It has no agreement in force.
    WithoutAgreement,
    /// It has, and it is not at work for this school, or in hands that the school does not accept.
    NotReady,
    Yes,
}

/// The attributes that the active agreements of a school need.
pub type Needed = PerKind<AttributeSet>;

impl SchoolPolicy {
    /// Compiles what is on record. Nothing is refused here: what is wrong or missing becomes a reason of the gate.
    pub fn compile(inputs: &PolicyInputs, catalogue: &Catalogue) -> Self {
        let compile = |record: &ProductRecord| (record.product, ProductPolicy::compile(record, inputs, catalogue));
        Self {
            school: inputs.school,
            epoch: inputs.epoch,
            moved_at: inputs.moved_at,
            products: inputs.products.iter().map(compile).collect(),
            instructions: inputs.instructions.clone().into(),
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

    /// The moment to decide as of, when a clock shows this one: not before the latest change of these facts. What was
    /// ended by a clock that is ahead has ended for one that is behind as well.
    #[must_use]
    pub fn moment(&self, clock: Timestamp) -> Timestamp {
        clock.max(self.moved_at)
    }

    /// What active agreements need of persons: all that may be taken in. A row that rests on consent needs something
    /// of who consented only ([`needed_by_consent`](Self::needed_by_consent)), and a distributor needs nothing that the school has not instructed. What stops for a
    /// while (a disputed instruction, an objection, a party that is too recent) is kept up to date meanwhile: who leaves is known.
    pub fn needed(&self, at: Timestamp) -> Needed {
        self.needed_apart_from(None, at)
    }

    /// The same, apart from one product: the one that takes in for the others has no need of its own.
    pub(super) fn needed_apart_from(&self, apart: Option<ProductId>, at: Timestamp) -> Needed {
        let mut needed = Needed::default();
        for (_, agreement) in self.at_work(apart, at) {
            needed.pupils = needed.pupils.union(agreement.needs(PersonKind::Pupil, at));
            needed.staff = needed.staff.union(agreement.needs(PersonKind::Staff, at));
        }
        needed
    }

    /// What is needed of one person beside that, by what they consented to. The product that takes in for the others is set
    /// apart here as well.
    pub fn needed_by_consent(&self, consents: &[Consent], apart: Option<ProductId>, at: Timestamp) -> Needed {
        let mut needed = Needed::default();
        for (product, agreement) in self.at_work(apart, at) {
            let about = |consent: &&Consent| (consent.product, consent.annex) == (product, agreement.terms.hash);
            for consent in consents.iter().filter(about).filter(|consent| consent.window.holds(at)) {
                let needs = |kind| agreement.needs_on_consent(consent.purpose, kind, at);
                needed.pupils = needed.pupils.union(needs(PersonKind::Pupil));
                needed.staff = needed.staff.union(needs(PersonKind::Staff));
            }
        }
        needed
    }

    /// The products that are at work for the school, each with its agreement.
    fn at_work(
        &self,
        apart: Option<ProductId>,
        at: Timestamp,
    ) -> impl Iterator<Item = (ProductId, &CompiledAgreement)> {
        let products = self.products.iter().filter(move |(id, _)| Some(**id) != apart);
        products.filter_map(move |(id, product)| {
            let agreement = product.standing(at).in_force()?;
            let active = product.activations.iter().any(|activation| activation.is_active(at));
            let idle = product.kind == SupplierKind::Distributor && self.instructed(*id, at) == Instructed::No;
            (active && !idle && product.has_mandate(at)).then_some((*id, agreement))
        })
    }

    /// The words that a consent would be about: those of the agreement of a product that holds now, or else of the next one, if
    /// they rest this purpose on consent.
    pub fn rests_on_consent(
        &self,
        product: ProductId,
        purpose: Purpose,
        kind: PersonKind,
        at: Timestamp,
    ) -> Option<AnnexHash> {
        let terms = &self.product(product)?.standing(at).considered()?.terms;
        let asks = terms.condition(purpose).rests_on_consent;
        let mut rows = terms.rows_for(purpose, kind);
        rows.any(|(_, row)| (asks || row.rests_on_consent) && row.defect.is_none())
            .then_some(terms.hash)
    }

    pub(super) fn product(&self, id: ProductId) -> Option<&ProductPolicy> {
        self.products.get(&id)
    }

    /// Whether the school has instructed the distributor that acts by this product.
    pub(super) fn instructed(&self, product: ProductId, at: Timestamp) -> Instructed {
        let own = self
            .instructions
            .iter()
            .filter(|instruction| instruction.product == product);
        let holding = own.filter(|instruction| instruction.window.holds(at));
        holding.fold(Instructed::No, |so_far, instruction| {
            let disputed = instruction.suspensions.iter().any(|span| span.holds(at));
            if so_far == Instructed::Yes || !disputed {
                Instructed::Yes
            } else {
                Instructed::Suspended
            }
        })
    }

    /// Whether data may go on to a supplier. It does not say for which product, and so nothing goes on when the data of any of
    /// its products come in hands that stop them.
    pub(super) fn receives(&self, supplier: SupplierId, purpose: Purpose, at: Timestamp) -> Receives {
        let own = self.products.values().filter(|product| product.supplier == supplier);
        let in_force = own.filter_map(|product| Some((product, product.standing(at).in_force()?)));
        let (mut any, mut clean, mut ready) = (false, true, false);
        for (product, agreement) in in_force {
            any = true;
            clean &= !agreement.is_in_doubtful_hands(at);
            let delivers_on = purpose == Purpose::DELIVERY && product.kind == SupplierKind::Distributor;
            ready |= !delivers_on && product.has_mandate(at) && product.scopes(at).next().is_some();
        }
        match (any, clean && ready) {
            (false, _) => Receives::WithoutAgreement,
            (true, false) => Receives::NotReady,
            (true, true) => Receives::Yes,
        }
    }
}
