//! Checks 9 and 10: in whose hands the data would come, where, and how sure it is who is there.

use super::{Missing, ReasonCode, SchoolDecision};
use crate::agreement::{Hands, StanceKind};

impl SchoolDecision<'_> {
    /// Check 9.
    pub(super) fn check_hands(&mut self) {
        let Some(agreement) = self.considered else { return };
        let Hands {
            outside_eea,
            unlisted,
            sub_processors,
            announced,
        } = &agreement.terms.hands;
        let at = self.request.at;
        for party in outside_eea {
            if !agreement.takes(StanceKind::Permission, party, at) {
                self.deny(ReasonCode::PlaceOutsideEea, Missing::Party(party.clone()));
            }
        }
        for party in unlisted {
            self.deny(ReasonCode::SubProcessorUnlisted, Missing::Party(party.clone()));
        }
        for (party, over) in announced {
            if at < *over {
                self.deny(ReasonCode::SubProcessorTooRecent, Missing::Party(party.clone()));
            }
        }
        // An objection bites whenever it is made: the data are the school's, and the term only says how long nothing passes
        // without one.
        for party in sub_processors {
            if agreement.takes(StanceKind::Objection, party, at) {
                self.deny(ReasonCode::SubProcessorObjected, Missing::Party(party.clone()));
            }
        }
    }

    /// Check 10.
    pub(super) fn check_assurance(&mut self) {
        if !self.considered.is_some_and(|agreement| agreement.terms.second_factor) {
            return;
        }
        if self.request.channel.is_machine() {
            if !self.request.assurance.sender_bound {
                self.deny(ReasonCode::SenderUnbound, Missing::Nothing);
            }
        } else if !self.request.assurance.second_factor {
            self.deny(ReasonCode::SecondFactorMissing, Missing::Nothing);
        }
    }
}
