//! What the products of a school need of persons.

use sluis_core::{
    agreement::SupplierKind,
    gate::{PolicyInputs, Request},
    id::ProductId,
    person::{Consent, PersonKind},
};

use super::{School, during};

/// Whether some product needs an attribute of a person who consented to this.
pub(crate) fn is_needed(inputs: &PolicyInputs, request: &Request, attribute: &str, consents: &[Consent]) -> bool {
    let school = School { inputs, request };
    school.is_needed(request.person_kind, attribute, None, consents)
}

impl School<'_> {
    pub(super) fn is_needed(
        &self,
        kind: PersonKind,
        attribute: &str,
        apart: Option<ProductId>,
        consents: &[Consent],
    ) -> bool {
        let others = self
            .inputs
            .products
            .iter()
            .filter(|record| Some(record.product) != apart);
        others.into_iter().any(|record| {
            let switched_on = self.has_mandate(record.product) && !self.scopes(record.product).is_empty();
            let told = self.about_the_instruction(record.product);
            let works = record.kind == SupplierKind::Supplier
                || told.is_none_or(|(code, _)| code != "distributor_not_instructed");
            switched_on
                && works
                && self.in_force(record.product).is_some_and(|agreement| {
                    let said_yes = |purpose: &str| {
                        consents.iter().any(|consent| {
                            consent.product == record.product
                                && consent.purpose.to_string() == purpose
                                && consent.annex == agreement.annex.hash()
                                && during(&consent.window, self.at())
                        })
                    };
                    self.rows(agreement, kind).iter().any(|row| {
                        let mut purposes = row.purposes.iter();
                        row.is_active()
                            && row.attributes.contains(attribute)
                            && purposes.any(|purpose| {
                                !self.takes_away(agreement, kind, purpose, attribute)
                                    && (!row.consent || said_yes(purpose))
                            })
                    })
                })
        })
    }
}
