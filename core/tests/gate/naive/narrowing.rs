//! What a school takes from a purpose.

use sluis_core::{agreement::AgreementRecord, person::PersonKind};

use super::{School, annex::CATEGORIES, during};

impl School<'_> {
    /// Whether the school has said, of any version of what is agreed about the product, that this goes not for the purpose.
    pub(super) fn takes_away(
        &self,
        agreement: &AgreementRecord,
        kind: PersonKind,
        purpose: &str,
        attribute: &str,
    ) -> bool {
        let (_, category) = CATEGORIES.iter().find(|(name, _)| *name == attribute).unwrap();
        let said_of_product = |id| {
            let mut versions = self.inputs.agreements.iter();
            versions.any(|version| version.id == id && version.product == agreement.product)
        };
        let mut now = self.inputs.narrowings.iter();
        now.any(|narrowing| {
            during(&narrowing.window, self.at())
                && said_of_product(narrowing.agreement)
                && narrowing.kind == kind
                && narrowing.purpose.to_string() == purpose
                && narrowing.category.number() == *category
        })
    }
}
