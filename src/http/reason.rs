//! The gate's reasons as clients and people read them: the views, and one table of words in English and in Dutch for
//! answers, pages and `/problems`.

use serde::Serialize;
use sluis_core::{
    agreement::Article,
    gate::{Fixer, Missing, Reason, ReasonCode},
};
use utoipa::ToSchema;

/// One reason of the gate (weigeringsgrond), as the asker may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Reason)]
pub struct ReasonView {
    /// The stable code; `/problems/{code}` explains it.
    #[schema(example = "purpose_not_agreed")]
    code: &'static str,
    /// The article, in the numbering of the model of the agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<ArticleView>,
    /// What is missing, as far as it has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<MissingView>,
    /// Who can fix it: `supplier`, `school`, `board`, `operator`, `person` or `asker`.
    #[schema(example = "supplier")]
    who_can_fix: &'static str,
    /// The reason in a sentence.
    #[schema(example = "The privacy annex does not hold this purpose.")]
    explanation: &'static str,
}

/// An article of a model agreement (modelverwerkersovereenkomst).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Article)]
pub struct ArticleView {
    /// The model.
    #[schema(example = "4.0-coded")]
    model: &'static str,
    /// The number in that model.
    #[schema(example = "5.3")]
    number: &'static str,
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Missing)]
pub struct MissingView {
    /// What kind of thing: `purpose`, `attribute`, `module`, `defect`, `party` or `receiver`.
    #[schema(example = "purpose")]
    kind: &'static str,
    /// Its code, name or id.
    #[schema(example = "D5")]
    name: String,
    /// The category of the attribute, which would have to be agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "CD14")]
    category: Option<&'static str>,
}

impl From<&Reason> for ReasonView {
    /// The decision must have been cut to what the asker may know before.
    fn from(reason: &Reason) -> Self {
        Self {
            code: reason.code.as_str(),
            article: reason.article.as_ref().map(ArticleView::from),
            missing: MissingView::of(&reason.missing),
            who_can_fix: reason.fixer().as_str(),
            explanation: sentence(reason.code).en,
        }
    }
}

impl From<&Article> for ArticleView {
    fn from(article: &Article) -> Self {
        Self {
            model: article.model.as_str(),
            number: article.number,
        }
    }
}

impl MissingView {
    fn of(missing: &Missing) -> Option<Self> {
        Some(Self {
            kind: missing.kind()?,
            name: missing.name()?,
            category: missing.category_code(),
        })
    }
}

/// The same words in two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// In English.
    pub en: &'static str,
    /// In Dutch.
    pub nl: &'static str,
}

const fn words(en: &'static str, nl: &'static str) -> Words {
    Words { en, nl }
}

/// The reason in a sentence.
#[rustfmt::skip]
pub const fn sentence(code: ReasonCode) -> Words {
    use ReasonCode as R;
    match code {
        R::FactsUnavailable => words(
            "A fact that the decision needs cannot be read now.",
            "Een gegeven dat voor het besluit nodig is, kan nu niet worden gelezen."),
        R::AgreementMissing => words(
            "No processing agreement covers this product for this school.",
            "Er is geen verwerkersovereenkomst voor dit product bij deze school."),
        R::AgreementNotAcceptedByBoard => words(
            "The board has not accepted the processing agreement.",
            "Het bestuur heeft de verwerkersovereenkomst niet aanvaard."),
        R::AgreementNotAcceptedBySupplier => words(
            "The supplier has not accepted the processing agreement.",
            "De leverancier heeft de verwerkersovereenkomst niet aanvaard."),
        R::AgreementNotStarted => words(
            "The processing agreement has not begun yet.",
            "De verwerkersovereenkomst is nog niet ingegaan."),
        R::AgreementEnded => words(
            "The processing agreement has ended.",
            "De verwerkersovereenkomst is beëindigd."),
        R::AgreementSuspended => words(
            "The processing agreement is suspended: a side has said that it can no longer comply.",
            "De verwerkersovereenkomst is opgeschort: een partij heeft gemeld er niet meer aan te kunnen voldoen."),
        R::ProductOfAnother => words(
            "The asker is not the supplier of this product.",
            "De vrager is niet de leverancier van dit product."),
        R::AnnexDefect => words(
            "The row of the privacy annex that would permit this has a defect.",
            "De regel van de privacybijsluiter die dit zou toestaan, bevat een gebrek."),
        R::MandateMissing => words(
            "The board has not authorised this supplier.",
            "Het bestuur heeft deze leverancier niet gemachtigd."),
        R::ActivationMissing => words(
            "The school has not switched this product on.",
            "De school heeft dit product niet aangezet."),
        R::ActivationNotAcceptedBySchool => words(
            "The school has not confirmed that this product is switched on.",
            "De school heeft niet bevestigd dat dit product aanstaat."),
        R::ActivationNotAcceptedBySupplier => words(
            "The supplier has not confirmed that this product is switched on.",
            "De leverancier heeft niet bevestigd dat dit product aanstaat."),
        R::ActivationEnded => words(
            "The school has switched this product off.",
            "De school heeft dit product uitgezet."),
        R::PersonOutOfScope => words(
            "The product is not switched on for this person.",
            "Het product staat voor deze persoon niet aan."),
        R::PurposeMissing => words(
            "The request states no purpose.",
            "Het verzoek noemt geen doeleinde."),
        R::PurposeNotAgreed => words(
            "The privacy annex does not hold this purpose.",
            "Dit doeleinde staat niet in de privacybijsluiter."),
        R::ModuleNotApproved => words(
            "Only an optional module that the school has not approved would permit this.",
            "Alleen een optionele module waarmee de school niet akkoord is gegaan, zou dit toestaan."),
        R::PurposeNotForLogin => words(
            "A login is always for purpose D13.",
            "Inloggen is altijd voor doeleinde D13."),
        R::DeidentificationMissing => words(
            "This purpose needs data that no longer name a person.",
            "Dit doeleinde vraagt gegevens die niet meer naar een persoon leiden."),
        R::ReceiverMissing => words(
            "This purpose needs a receiver and the request names none.",
            "Dit doeleinde vraagt een ontvanger en het verzoek noemt er geen."),
        R::ReceiverUnexpected => words(
            "The request names a receiver and this purpose has none.",
            "Het verzoek noemt een ontvanger en dit doeleinde heeft er geen."),
        R::ReceiverNotListed => words(
            "The privacy annex does not list this receiver for this purpose.",
            "De privacybijsluiter noemt deze ontvanger niet bij dit doeleinde."),
        R::ReceiverWithoutAgreement => words(
            "The receiver has no processing agreement of its own with this school.",
            "De ontvanger heeft zelf geen verwerkersovereenkomst met deze school."),
        R::AttributeNotAgreed => words(
            "The privacy annex does not hold the category of this attribute together with this purpose.",
            "De privacybijsluiter noemt de categorie van dit attribuut niet bij dit doeleinde."),
        R::AttributeNotNeeded => words(
            "No active agreement of the school needs this attribute.",
            "Geen actieve overeenkomst van de school heeft dit attribuut nodig."),
        R::NotInLoginSet => words(
            "This attribute does not belong to what may go with a login to this product.",
            "Dit attribuut hoort niet bij wat bij het inloggen op dit product mee mag."),
        R::SpecialGroundMissing => words(
            "A special category of data has no recorded legal ground.",
            "Voor een bijzondere categorie gegevens is geen wettelijke grondslag vastgelegd."),
        R::PersonUnknown => words(
            "The school does not know this person.",
            "De school kent deze persoon niet."),
        R::PersonOfOtherKind => words(
            "This person is of another kind than the request says.",
            "Deze persoon is van een andere soort dan het verzoek zegt."),
        R::NotYetEnrolled => words(
            "This person is not enrolled yet.",
            "Deze persoon is nog niet ingeschreven."),
        R::HasLeft => words(
            "This person has left the school, and this purpose ends with that.",
            "Deze persoon is van school, en daarmee eindigt dit doeleinde."),
        R::RetentionOver => words(
            "This person has left the school, and the retention term is over or was never set.",
            "Deze persoon is van school, en de bewaartermijn is voorbij of nooit bepaald."),
        R::ProcessingRestricted => words(
            "The processing of this person's data is restricted (GDPR 18).",
            "De verwerking van de gegevens van deze persoon is beperkt (AVG 18)."),
        R::PersonObjected => words(
            "This person has objected (GDPR 21).",
            "Deze persoon heeft bezwaar gemaakt (AVG 21)."),
        R::ConsentMissing => words(
            "This rests on consent, and none is known.",
            "Dit berust op toestemming, en die is niet bekend."),
        R::PlaceOutsideEea => words(
            "Somebody processes outside the European Economic Area without the school's specific permission.",
            "Iemand verwerkt buiten de Europese Economische Ruimte zonder specifieke toestemming van de school."),
        R::SubProcessorUnlisted => words(
            "Somebody processes who is not among the listed sub-processors.",
            "Iemand verwerkt die niet bij de genoemde subverwerkers staat."),
        R::SubProcessorTooRecent => words(
            "The term to object to a new sub-processor is still running.",
            "De termijn om bezwaar te maken tegen een nieuwe subverwerker loopt nog."),
        R::SecondFactorMissing => words(
            "The agreement asks for a second factor, and the login had none.",
            "De overeenkomst vraagt een tweede factor, en bij het inloggen was die er niet."),
        R::SenderUnbound => words(
            "The access token is not bound to the key of its sender.",
            "Het toegangstoken is niet gebonden aan de sleutel van de verzender."),
        R::DistributorNotInstructed => words(
            "The school has not instructed this distributor.",
            "De school heeft deze distributeur geen opdracht gegeven."),
        R::HandoverMissing => words(
            "No handover to this next school is on record.",
            "Er is geen overdracht aan deze volgende school vastgelegd."),
        R::SubjectRequestMissing => words(
            "No request of this person is on record.",
            "Er is geen verzoek van deze persoon vastgelegd."),
        R::LegalGroundUnverified => words(
            "The legal ground of this authority is not verified.",
            "De wettelijke grondslag van deze instantie is niet gecontroleerd."),
        R::PersonNotAvailable => words(
            "This person is not available to this product, or is not known.",
            "Deze persoon is voor dit product niet beschikbaar, of is niet bekend."),
    }
}

/// Who can take a reason away.
pub const fn fixer(fixer: Fixer) -> Words {
    match fixer {
        Fixer::Supplier => words("the supplier of the product", "de leverancier van het product"),
        Fixer::School => words("the school", "de school"),
        Fixer::Board => words(
            "the board of the school",
            "het bestuur van de school (het bevoegd gezag)",
        ),
        Fixer::Operator => words("the operator of this service", "de beheerder van deze dienst"),
        Fixer::Person => words(
            "the person, or a parent or guardian of somebody under 16",
            "de persoon zelf, of een ouder of voogd van wie jonger is dan 16",
        ),
        Fixer::Asker => words(
            "whoever sent the request, by changing it",
            "wie het verzoek stuurde, door het aan te passen",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::code::Code;

    #[test]
    fn every_reason_has_a_sentence_of_its_own_and_no_problem_has_its_name() {
        let mut seen = BTreeSet::new();
        for code in ReasonCode::ALL {
            let words = sentence(code);
            for text in [words.en, words.nl] {
                assert!(text.ends_with('.') && text.len() <= 120, "`{}`", code.as_str());
                assert!(seen.insert(text), "`{}` says what another says", code.as_str());
            }
            assert_eq!(Code::find(code.as_str()), None, "`{}`", code.as_str());
        }
    }
}
