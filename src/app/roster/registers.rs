//! What a school has on record about its persons beside the roster, and what the gate needs of it.

use sluis_core::{
    id::{self, IdMap},
    person::{self, Grants},
};

use crate::app::{consent::Consent, disclosure::OpenDisclosure, handover::OpenHandover, restriction::Restriction};

/// The registers of a school about persons, ended entries too.
#[derive(Default)]
pub(in crate::app) struct Registers {
    /// Restrictions and objections.
    pub(in crate::app) restrictions: Vec<Restriction>,
    /// Consents.
    pub(in crate::app) consents: Vec<Consent>,
    /// Dossiers for next schools.
    pub(in crate::app) handovers: Vec<OpenHandover>,
    /// Disclosures to authorities.
    pub(in crate::app) disclosures: Vec<OpenDisclosure>,
}

/// What they tell the gate about one person.
#[derive(Clone, Default)]
pub(super) struct Told {
    pub(super) consents: Vec<person::Consent>,
    handovers: Vec<person::Handover>,
    disclosures: Vec<person::Disclosure>,
}

impl Told {
    /// What the school lets others have about this person.
    pub(super) fn grants(&self) -> Grants<'_> {
        Grants {
            handovers: &self.handovers,
            disclosures: &self.disclosures,
            ..Grants::default()
        }
    }
}

impl Registers {
    /// What is told about each person, apart from restrictions: those know their persons by more than one id.
    pub(super) fn facts(&self) -> IdMap<id::Person, Told> {
        let mut facts: IdMap<id::Person, Told> = IdMap::default();
        for consent in &self.consents {
            facts.entry(consent.person).or_default().consents.push(consent.fact());
        }
        for handover in &self.handovers {
            let told = facts.entry(handover.kept.person).or_default();
            told.handovers.extend(handover.fact());
        }
        for disclosure in &self.disclosures {
            let told = facts.entry(disclosure.kept.person).or_default();
            told.disclosures.push(disclosure.fact());
        }
        facts
    }
}
