//! What can be decided for the school as a whole: checks 1 to 6 and 9 to 11. A page of persons decides this once.

use super::{
    AgreementUsed, Asker, Channel, Decision, Direction, Missing, Reason, ReasonCode, Request, SchoolPolicy,
    policy::{Instructed, Receives},
    product::{CompiledAgreement, ProductPolicy, Standing},
    rows::Given,
};
use crate::{
    agreement::{Model, Scope},
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
    /// What the rows give about somebody without whose consent they must do.
    pub(super) given: Given,
    /// Whether every row that permits the purpose rests on consent.
    pub(super) needs_consent: bool,
    /// Indispensable, and only in rows that rest on consent.
    pub(super) consent_missing: AttributeSet,
    /// What the rows give about somebody who consented, where one of them rests on consent.
    pub(super) consented: Option<Given>,
    pub(super) catalogue: &'a Catalogue,
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
        given: Given::default(),
        needs_consent: false,
        consent_missing: AttributeSet::EMPTY,
        consented: None,
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
            let given = self.consented_by(person);
            let reasons = self.person_reasons(person, given.is_some());
            self.answer_with(reasons, given.unwrap_or(&self.given))
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
        self.answer_with(about_the_person, &self.given)
    }

    /// The answer when this is given, unless there are reasons against it.
    pub(super) fn answer_with(&self, about_the_person: Vec<Reason>, given: &Given) -> Decision {
        let permits = self.reasons.is_empty() && about_the_person.is_empty();
        let agreement = self.considered.map(|agreement| AgreementUsed {
            id: agreement.id,
            annex_hash: agreement.terms.hash,
            model: agreement.terms.model,
            window: agreement.window(),
            // INVARIANT: a refusal does not tell whether the person consented.
            rows: if permits { given.rows } else { self.given.rows },
        });
        if permits {
            return Decision {
                released: Some(given.released),
                withheld: given.withheld.clone(),
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
        if standing.suspended_by_board {
            self.deny_agreement(ReasonCode::AgreementSuspendedByBoard);
        }
        if standing.suspended_by_supplier {
            self.deny_agreement(ReasonCode::AgreementSuspendedBySupplier);
        }
        if standing.excepted {
            self.deny_agreement(ReasonCode::AgreementExceptsSchool);
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
}
