//! What can be decided for the school as a whole: checks 1 to 6 and 9 to 11. A page of persons decides this once.

use std::sync::Arc;

use super::{
    AgreementUsed, Asker, Channel, Decision, Direction, Missing, Reason, ReasonCode, Request, SchoolPolicy, Withheld,
    policy::{Instructed, Receives},
    product::{CompiledAgreement, ProductPolicy, Standing},
};
use crate::{
    agreement::{DefectCode, Model, Row, Scope},
    catalogue::{Attribute, AttributeSet, Catalogue, Purpose},
    id::SupplierId,
    person::PersonFacts,
};

/// A request decided for the school; each person of a page is then decided from it at little cost.
#[derive(Debug, Clone)]
pub struct SchoolDecision<'a> {
    pub(super) request: &'a Request,
    pub(super) product: Option<&'a ProductPolicy>,
    /// The agreement whose rows were looked at, in force or not.
    pub(super) considered: Option<&'a CompiledAgreement>,
    pub(super) model: Option<Model>,
    pub(super) reasons: Vec<Reason>,
    pub(super) rows: u64,
    /// Whether every row that permits the purpose rests on consent.
    pub(super) needs_consent: bool,
    pub(super) released: AttributeSet,
    /// Indispensable, and only in rows that rest on consent.
    pub(super) consent_missing: AttributeSet,
    pub(super) withheld: Option<Arc<[Withheld]>>,
    pub(super) catalogue: &'a Catalogue,
}

/// What the rows of an agreement give for one purpose and kind of person.
#[derive(Default)]
struct Found {
    rows: u64,
    consent_rows: u64,
    agreed: AttributeSet,
    on_consent: AttributeSet,
}

pub(super) fn decide<'a>(
    request: &'a Request,
    policy: Option<&'a SchoolPolicy>,
    catalogue: &'a Catalogue,
) -> SchoolDecision<'a> {
    let mut decision = SchoolDecision {
        request,
        product: None,
        considered: None,
        model: None,
        reasons: Vec::new(),
        rows: 0,
        needs_consent: false,
        released: AttributeSet::EMPTY,
        consent_missing: AttributeSet::EMPTY,
        withheld: None,
        catalogue,
    };
    let Some(policy) = policy.filter(|policy| policy.school() == request.school) else {
        decision.deny(ReasonCode::FactsUnavailable, Missing::Nothing);
        return decision;
    };
    decision.product = policy.product(request.product);
    let standing = decision.product.map(|product| product.standing(request.at));
    decision.considered = standing.and_then(Standing::considered);
    let pending = decision.product.and_then(|product| product.pending(request.at));
    decision.model = decision
        .considered
        .map(|agreement| agreement.terms.model)
        .or(pending.map(|pending| pending.model));

    // Only suppliers, distributors and the school's own programs work under an agreement. The others have a grant about a
    // person, or nothing.
    match request.asker.only_purpose() {
        Some(purpose) => decision.check_only_purpose(purpose),
        None => {
            decision.check_agreement(standing);
            decision.check_instruction(policy);
            decision.check_activation();
            decision.check_purpose(policy);
            decision.check_rows(policy);
            decision.check_hands();
            decision.check_assurance();
        }
    }
    decision.reasons.sort_by_key(|reason| reason.code);
    decision
}

impl SchoolDecision<'_> {
    /// The decision about the school as a whole.
    pub fn decision(&self) -> Decision {
        self.answer(self.without_person())
    }

    /// The decision about one person.
    pub fn person(&self, person: &PersonFacts<'_>) -> Decision {
        if self.request.asker.works_under_agreement() {
            self.answer(self.person_reasons(person))
        } else {
            self.by_grant(person)
        }
    }

    /// The decision about somebody for whom only the login of this moment speaks. INVARIANT: the school knows such a
    /// person only where it said so for this product, and only for that login.
    pub fn logged_in(&self, person: &PersonFacts<'_>) -> Decision {
        let taken = self.request.channel == Channel::Login
            && self.request.asker.works_under_agreement()
            && self.product.is_some_and(|product| {
                let mut scopes = product.scopes(self.request.at);
                scopes.any(Scope::holds_without_roster)
            });
        if taken {
            self.person(person)
        } else {
            self.unknown_person()
        }
    }

    /// The decision about somebody whom the school does not know.
    pub fn unknown_person(&self) -> Decision {
        self.answer(vec![self.reason(ReasonCode::PersonUnknown, Missing::Nothing)])
    }

    fn answer(&self, about_the_person: Vec<Reason>) -> Decision {
        self.answer_with(about_the_person, self.released, self.withheld.clone())
    }

    /// The answer when this goes and this is held back, unless there are reasons against it.
    pub(super) fn answer_with(
        &self,
        about_the_person: Vec<Reason>,
        released: AttributeSet,
        withheld: Option<Arc<[Withheld]>>,
    ) -> Decision {
        let agreement = self.considered.map(|agreement| AgreementUsed {
            id: agreement.id,
            annex_hash: agreement.terms.hash,
            model: agreement.terms.model,
            window: agreement.window(),
            rows: self.rows,
        });
        if self.reasons.is_empty() && about_the_person.is_empty() {
            return Decision {
                released: Some(released),
                withheld,
                reasons: Vec::new(),
                agreement,
            };
        }
        let mut reasons = about_the_person;
        reasons.extend_from_slice(&self.reasons);
        reasons.sort_by_key(|reason| reason.code);
        Decision {
            released: None,
            withheld: None,
            reasons,
            agreement,
        }
    }

    pub(super) fn reason(&self, code: ReasonCode, missing: Missing) -> Reason {
        Reason::new(code, self.model, missing)
    }

    pub(super) const fn attribute(&self, attribute: Attribute) -> Missing {
        let category = self.catalogue.category_of(attribute);
        Missing::Attribute {
            attribute,
            category,
            kind: self.request.person_kind,
        }
    }

    pub(super) fn deny(&mut self, code: ReasonCode, missing: Missing) {
        let reason = self.reason(code, missing);
        self.reasons.push(reason);
    }

    /// Says which agreement is meant: in what comes in from the school's own administration, that with the operator.
    fn deny_agreement(&mut self, code: ReasonCode) {
        let code = match self.request.direction {
            Direction::Connection => code.of_the_operator(),
            Direction::Release | Direction::Intake => code,
        };
        self.deny(code, Missing::Nothing);
    }

    /// Check 1: who asks, and by which agreement.
    fn check_agreement(&mut self, standing: Option<Standing<'_>>) {
        let at = self.request.at;
        if let (Asker::Supplier(asker) | Asker::Distributor(asker), Some(product)) = (self.request.asker, self.product)
            && asker != product.supplier
        {
            self.deny(ReasonCode::ProductOfAnother, Missing::Nothing);
        }
        let standing = standing.filter(|standing| standing.in_force().is_none());
        let Some(standing) = standing else {
            if self.product.is_none() {
                self.deny_agreement(ReasonCode::AgreementMissing);
            }
            return;
        };
        if standing.ended {
            self.deny_agreement(ReasonCode::AgreementEnded);
        }
        if standing.suspended {
            self.deny_agreement(ReasonCode::AgreementSuspended);
        }
        if standing.future.is_some() {
            self.deny_agreement(ReasonCode::AgreementNotStarted);
        }
        let pending = self.product.and_then(|product| product.pending(at));
        if let Some(pending) = pending.filter(|_| standing.current.is_none() || standing.ended) {
            if !pending.accepted_by_board {
                self.deny_agreement(ReasonCode::AgreementNotAcceptedByBoard);
            }
            if !pending.accepted_by_supplier {
                self.deny_agreement(ReasonCode::AgreementNotAcceptedBySupplier);
            }
        }
        if standing.considered().is_none() && pending.is_none() {
            self.deny_agreement(ReasonCode::AgreementMissing);
        }
    }

    /// Check 11, apart from the receiver.
    fn check_instruction(&mut self, policy: &SchoolPolicy) {
        if !matches!(self.request.asker, Asker::Distributor(_)) {
            return;
        }
        match policy.instructed(self.request.product, self.request.at) {
            Instructed::No => self.deny(ReasonCode::DistributorNotInstructed, Missing::Nothing),
            Instructed::Suspended => self.deny(ReasonCode::InstructionSuspended, Missing::Nothing),
            Instructed::Yes => {}
        }
    }

    /// Check 3, as far as it is about the school. Apart from what comes in from the school's own administration.
    fn check_activation(&mut self) {
        // The agreement with the operator is the board's authorisation, and the school's switch is that of the connection.
        if self.request.direction == Direction::Connection {
            return;
        }
        let at = self.request.at;
        if !self.product.is_some_and(|product| product.has_mandate(at)) {
            self.deny(ReasonCode::MandateMissing, Missing::Nothing);
        }
        let activations = self.product.map(|product| &*product.activations).unwrap_or_default();
        if activations.iter().any(|activation| activation.is_active(at)) {
            return;
        }
        let holding = || activations.iter().filter(|activation| activation.window.holds(at));
        if holding().next().is_none() {
            let ended = activations
                .iter()
                .any(|activation| activation.window.until.is_some_and(|until| until <= at));
            let code = if ended {
                ReasonCode::ActivationEnded
            } else {
                ReasonCode::ActivationMissing
            };
            self.deny(code, Missing::Nothing);
        }
        if holding().any(|activation| !activation.school_accepted(at)) {
            self.deny(ReasonCode::ActivationNotAcceptedBySchool, Missing::Nothing);
        }
        if holding().any(|activation| !activation.supplier_accepted(at)) {
            self.deny(ReasonCode::ActivationNotAcceptedBySupplier, Missing::Nothing);
        }
    }

    /// Check 4 for who works under no agreement.
    fn check_only_purpose(&mut self, only: Purpose) {
        match self.request.purpose {
            None => self.deny(ReasonCode::PurposeMissing, Missing::Nothing),
            Some(purpose) if purpose != only => self.deny(ReasonCode::PurposeNotForAsker, Missing::Purpose(only)),
            Some(_) => {}
        }
        // What goes with a login goes to a product.
        if self.request.channel == Channel::Login {
            self.deny(ReasonCode::PurposeNotForLogin, Missing::Purpose(Purpose::ACCESS));
        }
        if let Some(receiver) = self.request.receiver {
            self.deny(ReasonCode::ReceiverUnexpected, Missing::Receiver(receiver));
        }
    }

    /// Check 4 apart from the rows, and 11 as far as it is about the receiver.
    fn check_purpose(&mut self, policy: &SchoolPolicy) {
        let Some(purpose) = self.request.purpose else {
            self.deny(ReasonCode::PurposeMissing, Missing::Nothing);
            return;
        };
        if self.request.channel == super::Channel::Login && purpose != Purpose::ACCESS {
            self.deny(ReasonCode::PurposeNotForLogin, Missing::Purpose(Purpose::ACCESS));
        }
        if purpose.needs_deidentified_data() {
            // De-identification is not part of this service yet.
            self.deny(ReasonCode::DeidentificationMissing, Missing::Purpose(purpose));
        }
        let asker = self.request.asker;
        let delivers = asker.delivers(purpose);
        // A distributor that names itself would get around the agreement of whom it delivers to.
        let itself = |receiver| delivers && asker == Asker::Distributor(receiver);
        let receiver = self.request.receiver.filter(|receiver| !itself(*receiver));
        match (asker.names_receiver(purpose), receiver) {
            (false, None) => {}
            (false, Some(receiver)) => self.deny(ReasonCode::ReceiverUnexpected, Missing::Receiver(receiver)),
            (true, None) => self.deny(ReasonCode::ReceiverMissing, Missing::Purpose(purpose)),
            (true, Some(receiver)) => {
                // To whom a distributor delivers is the school's instruction, not the annex: book lists change each year.
                let listed = delivers
                    || self.considered.is_some_and(|agreement| {
                        agreement
                            .terms
                            .receivers
                            .iter()
                            .any(|(id, purposes)| *id == receiver && purposes.contains(purpose))
                    });
                if self.considered.is_some() && !listed {
                    self.deny(ReasonCode::ReceiverNotListed, Missing::Receiver(receiver));
                }
                // How others stand with the school is told to who works with them only.
                if listed && (!delivers || policy.instructed(self.request.product, self.request.at) == Instructed::Yes)
                {
                    self.check_receiver(policy, receiver, purpose);
                }
            }
        }
    }

    fn check_receiver(&mut self, policy: &SchoolPolicy, receiver: SupplierId, purpose: Purpose) {
        let against = match policy.receives(receiver, purpose, self.request.at) {
            Receives::Yes => return,
            Receives::NotReady => ReasonCode::ReceiverNotReady,
            Receives::WithoutAgreement => ReasonCode::ReceiverWithoutAgreement,
        };
        self.deny(against, Missing::Receiver(receiver));
    }

    /// Checks 2, 4, 5 and 6: one row must hold both the purpose and the category.
    fn check_rows(&mut self, policy: &SchoolPolicy) {
        let (Some(agreement), Some(purpose)) = (self.considered, self.request.purpose) else {
            return;
        };
        let (kind, at) = (self.request.person_kind, self.request.at);
        let mut found = Found::default();
        for (index, row) in agreement.terms.rows_for(purpose, kind) {
            if !agreement.permits(row, at) {
                continue;
            }
            if row.rests_on_consent {
                found.consent_rows |= 1 << index;
                found.on_consent = found.on_consent.union(row.attributes_of(kind));
            } else {
                found.rows |= 1 << index;
                found.agreed = found.agreed.union(row.attributes_of(kind));
            }
        }
        self.needs_consent = found.rows == 0;
        self.rows = if self.needs_consent {
            found.consent_rows
        } else {
            found.rows
        };
        if self.rows == 0 {
            self.needs_consent = false;
            self.deny_for_rows(agreement, purpose);
            return;
        }

        let login = self.request.is_login().then(|| agreement.terms.login.of(kind));
        let needed = (self.request.direction == Direction::Connection)
            .then(|| policy.needed_apart_from(Some(self.request.product), at).of(kind));
        let wanted = self.request.wanted();
        let within =
            |limit: Option<AttributeSet>, set: AttributeSet| limit.map_or(set, |limit| set.intersection(limit));
        self.released = within(needed, within(login, wanted.intersection(found.agreed)));
        let missing = wanted.difference(self.released);
        if missing.is_empty() {
            return;
        }
        let reasons: Arc<[Withheld]> = missing
            .iter()
            .map(|attribute| {
                let reason = if found.agreed.union(found.on_consent).contains(attribute) {
                    let code = if login.is_some_and(|set| !set.contains(attribute)) {
                        ReasonCode::NotInLoginSet
                    } else if needed.is_some_and(|set| !set.contains(attribute)) {
                        ReasonCode::AttributeNotNeeded
                    } else {
                        ReasonCode::ConsentMissing
                    };
                    self.reason(code, self.attribute(attribute))
                } else {
                    self.not_agreed(agreement, purpose, attribute)
                };
                Withheld { attribute, reason }
            })
            .collect();
        for withheld in reasons
            .iter()
            .filter(|held| self.request.indispensable().contains(held.attribute))
        {
            if withheld.reason.code == ReasonCode::ConsentMissing {
                self.consent_missing = self.consent_missing.with(withheld.attribute);
            } else {
                self.reasons.push(withheld.reason.clone());
            }
        }
        self.withheld = Some(reasons);
    }

    /// Why no row permits the purpose: every unapproved module and every defect that stands in the way.
    fn deny_for_rows(&mut self, agreement: &CompiledAgreement, purpose: Purpose) {
        let mut modules = Vec::new();
        let mut any = false;
        for (index, row) in agreement.terms.rows_for(purpose, self.request.person_kind) {
            any = true;
            if let Some(defect) = row.defect {
                let (code, missing) = defect_reason(defect, index);
                self.deny(code, missing);
            }
            if !agreement.approves(row, self.request.at) && !modules.contains(&row.module) {
                modules.push(row.module);
                self.deny(ReasonCode::ModuleNotApproved, module(agreement, row));
            }
        }
        if !any {
            self.deny(ReasonCode::PurposeNotAgreed, Missing::Purpose(purpose));
        }
    }

    /// Why an attribute is in no row that permits: an unapproved module first, then a defect.
    fn not_agreed(&self, agreement: &CompiledAgreement, purpose: Purpose, attribute: Attribute) -> Reason {
        let kind = self.request.person_kind;
        let holding = || {
            let rows = agreement.terms.rows_for(purpose, kind);
            rows.filter(move |(_, row)| row.attributes_of(kind).contains(attribute))
        };
        if let Some((_, row)) = holding().find(|(_, row)| row.defect.is_none()) {
            return self.reason(ReasonCode::ModuleNotApproved, module(agreement, row));
        }
        if let Some((index, defect)) = holding().find_map(|(index, row)| Some((index, row.defect?))) {
            let (code, missing) = defect_reason(defect, index);
            return self.reason(code, missing);
        }
        self.reason(ReasonCode::AttributeNotAgreed, self.attribute(attribute))
    }
}

fn defect_reason(defect: DefectCode, row: usize) -> (ReasonCode, Missing) {
    let code = if defect == DefectCode::SpecialGroundMissing {
        ReasonCode::SpecialGroundMissing
    } else {
        ReasonCode::AnnexDefect
    };
    (
        code,
        Missing::Defect {
            code: defect,
            row: u8::try_from(row).unwrap_or(u8::MAX),
        },
    )
}

fn module(agreement: &CompiledAgreement, row: &Row) -> Missing {
    let code = row.module.and_then(|place| agreement.terms.modules.get(place));
    code.map_or(Missing::Nothing, |code| Missing::Module(code.clone()))
}
