//! The gate's reasons as clients and people read them: the views, and one table of words in English and in Dutch for
//! answers, pages and `/problems`.

use serde::Serialize;
use sluis_core::{
    agreement::Article,
    gate::{Audience, Fixer, Missing, Reason, ReasonCode},
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
pub fn sentence(code: ReasonCode) -> Words {
    let sentence = &code.text().sentence;
    words(&sentence.en, &sentence.nl)
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

/// Who sees a reason.
pub const fn audience(audience: Audience) -> Words {
    match audience {
        Audience::Supplier => words(
            "whoever is refused, and the school and its board",
            "wie geweigerd wordt, en de school en haar bestuur",
        ),
        Audience::School => words(
            "only the school and its board; a supplier sees `person_not_available`, the same for everybody",
            "alleen de school en haar bestuur; een leverancier ziet `person_not_available`, voor iedereen hetzelfde",
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
