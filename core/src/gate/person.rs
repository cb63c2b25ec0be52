//! What can only be decided person by person, for who works under an agreement: scope, check 7 and check 8.

use super::{Asker, Direction, Missing, Reason, ReasonCode, SchoolDecision, rows::Given};
use crate::{
    catalogue::Purpose,
    person::{Consent, PersonFacts},
    time::Window,
};

impl SchoolDecision<'_> {
    /// What is given about this person because of a consent, if one holds for the product and the purpose.
    pub(super) fn consented_by(&self, person: &PersonFacts<'_>) -> Option<&Given> {
        let given = self.consented.as_ref()?;
        let (purpose, agreement) = (self.request.purpose?, self.considered?);
        let asked = (self.request.product, purpose, agreement.terms.hash);
        let holds = |consent: &Consent| {
            (consent.product, consent.purpose, consent.annex) == asked && consent.window.holds(self.request.at)
        };
        person.consents.iter().any(holds).then_some(given)
    }

    /// Every reason against this person; empty, and without allocation, when there is none.
    pub(super) fn person_reasons(&self, person: &PersonFacts<'_>, consented: bool) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let at = self.request.at;
        let mut deny = |code, missing| reasons.push(self.reason(code, missing));
        let holds = |windows: &[Window]| windows.iter().any(|window| window.holds(at));

        let mut active = self
            .product
            .into_iter()
            .flat_map(|product| product.scopes(at))
            .peekable();
        // What comes in from the school's own administration asks for no activation, and so has no scope.
        let scoped = self.request.direction != Direction::Connection && active.peek().is_some();
        if scoped && !active.any(|scope| scope.holds(person)) {
            deny(ReasonCode::PersonOutOfScope, Missing::Nothing);
        }
        if person.kind != self.request.person_kind {
            deny(ReasonCode::PersonOfOtherKind, Missing::Nothing);
        }
        if at < person.enrolment.from {
            deny(ReasonCode::NotYetEnrolled, Missing::Nothing);
        }
        if let Some(left) = person.enrolment.until.filter(|left| *left <= at) {
            if !self.request.purpose.is_some_and(Purpose::outlives_enrolment) {
                deny(ReasonCode::HasLeft, Missing::Nothing);
            } else if let Some(agreement) = self.considered
                && agreement
                    .terms
                    .seconds_after_leaving
                    .is_none_or(|term| left.plus_secs(term) <= at)
            {
                deny(ReasonCode::RetentionOver, Missing::Nothing);
            }
        }
        if holds(person.restrictions) {
            deny(ReasonCode::ProcessingRestricted, Missing::Nothing);
        }
        if holds(person.objections) {
            deny(ReasonCode::PersonObjected, Missing::Nothing);
        }
        let by_account = self.request.direction == Direction::Release
            && matches!(self.request.asker, Asker::Supplier(_) | Asker::Distributor(_));
        if by_account && !person.has_account_key {
            deny(ReasonCode::AccountKeyMissing, Missing::Nothing);
        }
        if !consented {
            if let Some(purpose) = self.request.purpose.filter(|_| self.needs_consent) {
                deny(ReasonCode::ConsentMissing, Missing::Purpose(purpose));
            }
            for attribute in self.consent_missing.iter() {
                deny(ReasonCode::ConsentMissing, self.attribute(attribute));
            }
        }
        reasons
    }
}
