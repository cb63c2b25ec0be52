//! The policy of one product at one school: the dated facts, beside the terms that schools share.

use std::{collections::BTreeSet, sync::Arc};

use super::PolicyInputs;
use crate::{
    agreement::{
        ActivationRecord, AgreementRecord, Model, ProductRecord, Row, Scope, Side, StanceKind, SupplierKind,
        SuspensionRecord, Terms, is_same_party,
    },
    catalogue::{AttributeSet, Catalogue, CategorySet, Purpose},
    id::{AgreementId, SupplierId},
    person::PersonKind,
    time::{Timestamp, Window},
};

#[derive(Debug)]
pub(super) struct ProductPolicy {
    pub(super) supplier: SupplierId,
    pub(super) kind: SupplierKind,
    /// Accepted by both sides; sorted by the moment from which each holds.
    agreements: Box<[CompiledAgreement]>,
    /// Not accepted by both sides.
    pending: Box<[PendingAgreement]>,
    mandates: Box<[Window]>,
    pub(super) activations: Box<[ActivationRecord]>,
}

/// How the agreements of a product stand at a moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing<'a> {
    /// The last that has begun: it supersedes those before it, also after its own end (model 4.0, article 2.2).
    pub(super) current: Option<&'a CompiledAgreement>,
    /// The first that begins later, when none has begun.
    pub(super) future: Option<&'a CompiledAgreement>,
    pub(super) ended: bool,
    /// Which sides have said that they can no longer comply.
    pub(super) suspended_by_board: bool,
    pub(super) suspended_by_supplier: bool,
    /// The board accepted it for other schools than this one.
    pub(super) excepted: bool,
}

impl<'a> Standing<'a> {
    pub(super) const fn in_force(self) -> Option<&'a CompiledAgreement> {
        if self.ended || self.suspended_by_board || self.suspended_by_supplier || self.excepted {
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
    pub(super) fn compile(record: &ProductRecord, inputs: &PolicyInputs, catalogue: &Catalogue) -> Self {
        let own = || {
            inputs
                .agreements
                .iter()
                .filter(|agreement| agreement.product == record.product)
        };
        let versions: BTreeSet<_> = own().map(|agreement| agreement.id).collect();
        let accepted =
            own().filter_map(|agreement| CompiledAgreement::compile(agreement, &versions, inputs, catalogue));
        let mut agreements: Vec<_> = accepted.collect();
        agreements.sort_by_key(|agreement| (agreement.from, agreement.id));
        let mandates = inputs
            .mandates
            .iter()
            .filter(|mandate| mandate.supplier == record.supplier);
        let activations = inputs
            .activations
            .iter()
            .filter(|activation| activation.product == record.product);
        Self {
            supplier: record.supplier,
            kind: record.kind,
            agreements: agreements.into(),
            pending: own().filter_map(PendingAgreement::compile).collect(),
            mandates: mandates.map(|mandate| mandate.window).collect(),
            activations: activations.cloned().collect(),
        }
    }

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
            suspended_by_board: current.is_some_and(|agreement| agreement.is_suspended_by(Side::Board, at)),
            suspended_by_supplier: current.is_some_and(|agreement| agreement.is_suspended_by(Side::Supplier, at)),
            excepted: current.is_some_and(|agreement| agreement.excepted.iter().any(|span| span.holds(at))),
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

    /// The scopes of the activations that hold.
    pub(super) fn scopes(&self, at: Timestamp) -> impl Iterator<Item = &Scope> {
        let active = self
            .activations
            .iter()
            .filter(move |activation| activation.is_active(at));
        active.map(|activation| &activation.scope)
    }
}

#[derive(Debug)]
pub(super) struct PendingAgreement {
    id: AgreementId,
    pub(super) model: Model,
    window: Window,
    pub(super) accepted_by_board: bool,
    pub(super) accepted_by_supplier: bool,
}

impl PendingAgreement {
    fn compile(record: &AgreementRecord) -> Option<Self> {
        let pending = Self {
            id: record.id,
            model: record.annex.document().model,
            window: record.window,
            accepted_by_board: record.accepted_by_board_at.is_some(),
            accepted_by_supplier: record.accepted_by_supplier_at.is_some(),
        };
        (!pending.accepted_by_board || !pending.accepted_by_supplier).then_some(pending)
    }
}

/// An agreement that both sides have accepted.
#[derive(Debug)]
pub(super) struct CompiledAgreement {
    pub(super) id: AgreementId,
    pub(super) terms: Arc<Terms>,
    /// The start of the window, or the last acceptance when that came later.
    from: Timestamp,
    until: Option<Timestamp>,
    suspensions: Box<[SuspensionRecord]>,
    excepted: Box<[Window]>,
    /// By the place of the module among those of the annex.
    approvals: Box<[(usize, Window)]>,
    stances: Box<[(StanceKind, Box<str>, Window)]>,
    narrowings: Box<[Narrowed]>,
}

/// What a school takes from a purpose.
#[derive(Debug)]
struct Narrowed {
    purpose: Purpose,
    kind: PersonKind,
    attributes: AttributeSet,
    window: Window,
}

impl CompiledAgreement {
    /// One of the versions of what was agreed about a product.
    fn compile(
        record: &AgreementRecord,
        versions: &BTreeSet<AgreementId>,
        inputs: &PolicyInputs,
        catalogue: &Catalogue,
    ) -> Option<Self> {
        // What was over before it could begin supersedes nothing.
        let from = record.version().begins()?;
        let terms = Arc::clone(record.annex.terms(catalogue));
        let own = inputs
            .approvals
            .iter()
            .filter(|approval| approval.agreement == record.id);
        let approvals = own.filter_map(|approval| {
            let place = terms.modules.iter().position(|module| *module == approval.module)?;
            Some((place, approval.window))
        });
        let stances = inputs.stances.iter().filter(|stance| match stance.kind {
            StanceKind::Permission => stance.agreement == record.id,
            StanceKind::Objection => versions.contains(&stance.agreement),
        });
        let stances = stances.map(|stance| (stance.kind, stance.party.as_str().into(), stance.window));
        let narrowings = inputs.narrowings.iter();
        let narrowings = narrowings.filter(|narrowing| versions.contains(&narrowing.agreement));
        let narrowings = narrowings.map(|narrowing| Narrowed {
            purpose: narrowing.purpose,
            kind: narrowing.kind,
            attributes: catalogue.attributes_of(CategorySet::EMPTY.with(narrowing.category)),
            window: narrowing.window,
        });
        Some(Self {
            id: record.id,
            from,
            narrowings: narrowings.collect(),
            until: record.window.until,
            suspensions: record.suspensions.clone().into(),
            excepted: record.excepted.clone().into(),
            approvals: approvals.collect(),
            stances: stances.collect(),
            terms,
        })
    }

    fn is_suspended_by(&self, side: Side, at: Timestamp) -> bool {
        let mut own = self.suspensions.iter().filter(|suspension| suspension.side == side);
        own.any(|suspension| suspension.window.holds(at))
    }

    /// When it holds, apart from suspensions and from what supersedes it.
    pub(super) const fn window(&self) -> Window {
        Window {
            from: self.from,
            until: self.until,
        }
    }

    /// Whether the module of a row is necessary, or approved by the school.
    pub(super) fn approves(&self, row: &Row, at: Timestamp) -> bool {
        let approved = |(module, window): &(usize, Window)| Some(*module) == row.module && window.holds(at);
        !row.optional || self.approvals.iter().any(approved)
    }

    /// Whether the school takes this stance on a party of the annex.
    pub(super) fn takes(&self, kind: StanceKind, party: &str, at: Timestamp) -> bool {
        let mut stances = self.stances.iter();
        let means = |about: &str| match kind {
            StanceKind::Permission => about == party,
            StanceKind::Objection => is_same_party(about, party),
        };
        stances.any(|(of, about, window)| *of == kind && means(about) && window.holds(at))
    }

    /// Whether a purpose belongs to the product as a whole, or to a part of it that the school approved.
    pub(super) fn approves_purpose(&self, purpose: Purpose, at: Timestamp) -> bool {
        let parts = &self.terms.condition(purpose).parts;
        let approved = |(part, window): &(usize, Window)| parts.contains(part) && window.holds(at);
        parts.is_empty() || self.approvals.iter().any(approved)
    }

    /// The rows that permit a purpose for a kind of person: without defect, and necessary or approved. Each comes with its
    /// place and whether it rests on consent.
    pub(super) fn permitting(
        &self,
        purpose: Purpose,
        kind: PersonKind,
        at: Timestamp,
    ) -> impl Iterator<Item = (usize, &Row, bool)> {
        let asks = self.terms.condition(purpose).rests_on_consent;
        let open = self.approves_purpose(purpose, at);
        let rows = self.terms.rows_for(purpose, kind);
        let permits = move |(_, row): &(usize, &Row)| open && row.defect.is_none() && self.approves(row, at);
        let permitting = rows.filter(permits);
        permitting.map(move |(place, row)| (place, row, asks || row.rests_on_consent))
    }

    /// What it needs of a kind of person about whom no consent is known.
    pub(super) fn needs(&self, kind: PersonKind, at: Timestamp) -> AttributeSet {
        let each = Purpose::ALL.into_iter().map(|purpose| {
            let permitting = self.permitting(purpose, kind, at);
            let free = permitting.filter(|(_, _, rests_on_consent)| !rests_on_consent);
            let listed = free.fold(AttributeSet::EMPTY, |all, (_, row, _)| {
                all.union(row.attributes_of(kind))
            });
            listed.difference(self.narrowed(purpose, kind, at))
        });
        each.fold(AttributeSet::EMPTY, AttributeSet::union)
    }

    /// What it needs for a purpose of who consented to it, beside what it needs of everybody.
    pub(super) fn needs_on_consent(&self, purpose: Purpose, kind: PersonKind, at: Timestamp) -> AttributeSet {
        let permitting = self.permitting(purpose, kind, at);
        let asking = permitting.filter(|(_, _, rests_on_consent)| *rests_on_consent);
        let listed = asking.fold(AttributeSet::EMPTY, |all, (_, row, _)| {
            all.union(row.attributes_of(kind))
        });
        listed.difference(self.narrowed(purpose, kind, at))
    }

    /// What the school has taken from a purpose.
    pub(super) fn narrowed(&self, purpose: Purpose, kind: PersonKind, at: Timestamp) -> AttributeSet {
        let own = self.narrowings.iter();
        let own =
            own.filter(|narrowed| (narrowed.purpose, narrowed.kind) == (purpose, kind) && narrowed.window.holds(at));
        own.fold(AttributeSet::EMPTY, |all, narrowed| all.union(narrowed.attributes))
    }
}
