//! Random consents of somebody.

use proptest::{prelude::*, sample::select};
use sluis_core::{
    agreement::AnnexHash,
    catalogue::Purpose,
    gate::{PolicyInputs, Request},
    person::Consent,
    time::{Timestamp, Window},
};

use super::{Case, Somebody, Subject, mostly, window};
use crate::world::id;

/// Mostly for the product and the purposes that are asked most.
pub(super) fn consent() -> impl Strategy<Value = Consent> {
    let purposes = ["D1", "D3", "D5", "D6", "D7", "D12", "D13", "D14", "D21"];
    let purpose = select(purposes.map(|code| Purpose::parse(code).unwrap()).to_vec());
    (mostly(200u128, vec![201, 202]), purpose, window()).prop_map(|(product, purpose, window)| Consent {
        product: id(product),
        purpose,
        // Taken from the agreements of the case.
        annex: AnnexHash::from_bytes([0; 32]),
        window,
    })
}

impl Somebody {
    /// Consents to what is asked, for ever.
    pub(crate) fn consent_to(&mut self, request: &Request, inputs: &PolicyInputs) {
        for agreement in &inputs.agreements {
            self.consents.extend(request.purpose.map(|purpose| Consent {
                product: request.product,
                purpose,
                annex: agreement.annex.hash(),
                window: Window::since(Timestamp::default()),
            }));
        }
    }
}

impl Case {
    /// Consents are about the words of the agreements, each of another one.
    pub(super) fn consents_to_words(&mut self) {
        let (Subject::Person(person) | Subject::LoggedIn(person)) = &mut self.subject else {
            return;
        };
        let product = self.request.product;
        let of_product = self
            .inputs
            .agreements
            .iter()
            .filter(|agreement| agreement.product == product);
        for (consent, agreement) in person.consents.iter_mut().zip(of_product.cycle()) {
            consent.annex = agreement.annex.hash();
        }
    }
}
