//! Checks 9 and 10: in whose hands the data would come, where, and how sure it is who is there.

use super::{Missing, ReasonCode, SchoolDecision, product::CompiledAgreement};
use crate::{
    agreement::{Hands, StanceKind},
    time::Timestamp,
};

impl CompiledAgreement {
    /// Who stands in the way, and why: what the parties to the agreement let pass that the law or the school does not.
    fn against_hands(&self, at: Timestamp) -> impl Iterator<Item = (ReasonCode, &Box<str>)> {
        let Hands {
            outside_eea,
            unlisted,
            sub_processors,
            announced,
        } = &self.terms.hands;
        let outside = outside_eea.iter();
        let outside = outside.filter(move |party| !self.takes(StanceKind::Permission, party, at));
        let recent = announced
            .iter()
            .filter(move |(_, over)| at < *over)
            .map(|(party, _)| party);
        // An objection bites whenever it is made: the data are the school's, and the term only says how long nothing passes
        // without one.
        let objected = sub_processors.iter();
        let objected = objected.filter(move |party| self.takes(StanceKind::Objection, party, at));
        let because = |code| move |party| (code, party);
        (outside.map(because(ReasonCode::PlaceOutsideEea)))
            .chain(unlisted.iter().map(because(ReasonCode::SubProcessorUnlisted)))
            .chain(recent.map(because(ReasonCode::SubProcessorTooRecent)))
            .chain(objected.map(because(ReasonCode::SubProcessorObjected)))
    }

    /// Whether nothing may pass because of the hands in which it would come, whoever asks.
    pub(super) fn is_in_doubtful_hands(&self, at: Timestamp) -> bool {
        self.against_hands(at).next().is_some()
    }
}

impl SchoolDecision<'_> {
    /// Check 9.
    pub(super) fn check_hands(&mut self) {
        let Some(agreement) = self.considered else { return };
        for (code, party) in agreement.against_hands(self.request.at) {
            self.deny(code, Missing::Party(party.clone()));
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
