//! The models of the agreement, and the article that each rule of the gate stands on.

use std::fmt;

use crate::catalogue::set::serde_as_text;

/// A model of the processing agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// Model 3.0 of the covenant, in prose.
    V3_0,
    /// Model 4.0 of the covenant, with tick boxes.
    V4_0,
    /// Model 4.0 of the covenant, the variant with codes.
    V4_0Coded,
    /// The generic model 3.0 for mbo, outside the covenant.
    Mbo3_0,
}

/// The text names no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a model is one of `3.0`, `4.0`, `4.0-coded`, `mbo-3.0`")]
pub struct ModelError;

impl Model {
    /// All models.
    pub const ALL: [Self; 4] = [Self::V3_0, Self::V4_0, Self::V4_0Coded, Self::Mbo3_0];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V3_0 => "3.0",
            Self::V4_0 => "4.0",
            Self::V4_0Coded => "4.0-coded",
            Self::Mbo3_0 => "mbo-3.0",
        }
    }

    /// Reads the name on the wire.
    ///
    /// # Errors
    /// When no model has that name.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        Self::ALL
            .into_iter()
            .find(|model| model.as_str() == text)
            .ok_or(ModelError)
    }

    /// Whether its annex says row by row which data go with which purpose.
    pub const fn links(self) -> bool {
        matches!(self, Self::V4_0Coded)
    }

    /// How many days a school has to object to a new sub-processor, where the model sets a term.
    pub const fn objection_days(self) -> Option<i64> {
        match self {
            Self::V4_0 | Self::V4_0Coded => Some(42),
            Self::V3_0 | Self::Mbo3_0 => None,
        }
    }
}
serde_as_text!(Model);

/// What a rule of the gate stands on, apart from the numbering of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clause {
    /// What the agreement applies to.
    Subject,
    /// Processing on the controller's instruction only.
    Instructions,
    /// A side that can no longer comply says so.
    CanNoLongerComply,
    /// Which parts are necessary and which optional; the school agrees knowingly.
    OptionalParts,
    /// No other purpose than the one agreed.
    PurposeLimitation,
    /// The annex limits purposes, processings and categories.
    AnnexAsLimit,
    /// An instruction that the processor holds unlawful is not followed while the school looks into it.
    DisputedInstruction,
    /// Distributors exchange data on the school's instruction.
    Distribution,
    /// A report goes to the next school after a concrete request only.
    NextSchool,
    /// Disclosure that a law asks for.
    Disclosure,
    /// Measures of access and logging.
    Measures,
    /// Only the ECK iD and the attribute set for access and use.
    ChainIdOnly,
    /// Help with the rights of persons.
    Rights,
    /// Processing outside the EEA.
    OutsideEea,
    /// Sub-processors are listed.
    SubProcessors,
    /// A change of sub-processors is announced, with a term to object.
    SubProcessorChange,
    /// How long data are kept.
    Retention,
    /// How long the agreement lasts.
    Duration,
    /// The other side is told of a breach without delay.
    Breach,
    /// The school does what the law asks of it after a breach.
    BreachLegal,
    /// The processor may notify the authority for several schools together.
    JointNotice,
    /// Persons are informed when the risk is high.
    BreachPersons,
    /// Breaches are kept in a register.
    BreachRegister,
    /// What is agreed about security, and what the processor shows of it.
    SecurityAgreements,
    /// Audits.
    Audit,
    /// Requests, complaints and enquiries go on to the school.
    Forwarding,
    /// Copies of contracts with sub-processors.
    SubProcessorCopies,
    /// Return and destruction at the end.
    Return,
    /// Destruction is confirmed.
    Confirmation,
    /// Sub-processors return and destroy as well.
    SubProcessorsReturn,
    /// The other side is told of claims and fines.
    Claims,
    /// What the one who is about to be fined owes the other.
    FineProcedure,
    /// Deviations from the model are written down with their reason.
    Deviations,
    /// Changes of the product are explained before they are accepted.
    ProductChange,
    /// Duties go on after the end.
    DutiesAfterEnd,
    /// The register of the school.
    SchoolRegister,
    /// The register of the processor.
    ProcessorRegister,
}

impl Clause {
    /// All clauses.
    pub const ALL: [Self; 37] = [
        Self::Subject,
        Self::Instructions,
        Self::CanNoLongerComply,
        Self::OptionalParts,
        Self::PurposeLimitation,
        Self::AnnexAsLimit,
        Self::DisputedInstruction,
        Self::Distribution,
        Self::NextSchool,
        Self::Disclosure,
        Self::Measures,
        Self::ChainIdOnly,
        Self::Rights,
        Self::OutsideEea,
        Self::SubProcessors,
        Self::SubProcessorChange,
        Self::Retention,
        Self::Duration,
        Self::Breach,
        Self::BreachLegal,
        Self::JointNotice,
        Self::BreachPersons,
        Self::BreachRegister,
        Self::SecurityAgreements,
        Self::Audit,
        Self::Forwarding,
        Self::SubProcessorCopies,
        Self::Return,
        Self::Confirmation,
        Self::SubProcessorsReturn,
        Self::Claims,
        Self::FineProcedure,
        Self::Deviations,
        Self::ProductChange,
        Self::DutiesAfterEnd,
        Self::SchoolRegister,
        Self::ProcessorRegister,
    ];

    /// The article in the numbering of a model; `None` where the model has no such clause.
    ///
    /// The mbo model has no article on the covenant, so that its numbers are one lower from 4 on.
    pub const fn article(self, model: Model) -> Option<Article> {
        let [v4, v3, mbo] = self.numbers();
        let number = match model {
            Model::V4_0 | Model::V4_0Coded => v4,
            Model::V3_0 => v3,
            Model::Mbo3_0 => mbo,
        };
        if number.is_empty() {
            None
        } else {
            Some(Article { model, number })
        }
    }

    /// The article that a reason cites: where the model has none for this clause, the general one that it follows from.
    pub const fn cited(self, model: Model) -> Option<Article> {
        match (self.article(model), self) {
            (None, Self::ChainIdOnly) => Self::AnnexAsLimit.article(model),
            (None, Self::DisputedInstruction) => Self::Instructions.article(model),
            (None, Self::BreachPersons) => Self::BreachLegal.article(model),
            (None, Self::FineProcedure) => Self::Claims.article(model),
            (article, _) => article,
        }
    }

    /// The numbers in models 4.0, 3.0 and mbo 3.0.
    const fn numbers(self) -> [&'static str; 3] {
        match self {
            Self::Subject => ["2.1", "2.1", "2.1"],
            Self::Instructions => ["2.3", "2.2", "2.2"],
            Self::CanNoLongerComply => ["2.5", "2.3", "2.3"],
            Self::OptionalParts => ["3.3", "3.3", "3.3"],
            Self::PurposeLimitation => ["5.1", "5.1", "4.1"],
            Self::AnnexAsLimit => ["5.3", "5.3", "4.3"],
            Self::DisputedInstruction => ["2.4", "", ""],
            Self::Distribution => ["5.5", "5.6", ""],
            Self::NextSchool => ["", "5.5", ""],
            Self::Disclosure => ["6.3", "6.3", "5.3"],
            Self::Measures => ["7.2", "7.2", "6.2"],
            Self::ChainIdOnly => ["7.4", "", ""],
            Self::Rights => ["9.1", "9.1", "8.1"],
            Self::OutsideEea => ["10.1", "10.1", "9.1"],
            Self::SubProcessors => ["11.1", "11.1", "10.1"],
            Self::SubProcessorChange => ["11.2", "11.2", "10.2"],
            Self::Retention => ["12.1", "12.1", "11.1"],
            Self::Duration => ["15.1", "15.1", "14.1"],
            Self::Breach => ["8.2", "8.2", "7.2"],
            Self::BreachLegal => ["8.5", "8.5", "7.5"],
            Self::JointNotice => ["", "8.5", "7.5"],
            Self::BreachPersons => ["", "8.6", "7.6"],
            Self::BreachRegister => ["8.7", "8.8", "7.8"],
            Self::SecurityAgreements => ["7.3", "7.4", "6.4"],
            Self::Audit => ["7.7", "7.6", "6.6"],
            Self::Forwarding => ["9.2", "9.2", "8.2"],
            Self::SubProcessorCopies => ["11.3", "11.3", "10.3"],
            Self::Return => ["12.2", "12.2", "11.2"],
            Self::Confirmation => ["12.3", "12.3", "11.3"],
            Self::SubProcessorsReturn => ["12.4", "12.4", "11.4"],
            Self::Claims => ["13.4", "13.3", "12.3"],
            Self::FineProcedure => ["13.5", "", ""],
            Self::Deviations => ["14.2", "14.2", "13.2"],
            Self::ProductChange => ["14.3", "14.3", "13.3"],
            Self::DutiesAfterEnd => ["15.2", "15.2", "14.2"],
            Self::SchoolRegister => ["", "3.4", "3.4"],
            Self::ProcessorRegister => ["3.4", "3.5", "3.5"],
        }
    }
}

/// An article in the numbering of one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Article {
    /// The model.
    pub model: Model,
    /// The number, for example `5.3`.
    pub number: &'static str,
}

impl fmt::Display for Article {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "model {}, article {}", self.model.as_str(), self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_read_back() {
        for model in Model::ALL {
            assert_eq!(Model::parse(model.as_str()), Ok(model));
        }
        assert_eq!(Model::parse("2.0"), Err(ModelError));
    }

    #[test]
    fn each_model_keeps_its_own_numbers() {
        let number = |clause: Clause, model| clause.article(model).map(|article| article.number);
        for (clause, v4, v3, mbo) in [
            (Clause::AnnexAsLimit, Some("5.3"), Some("5.3"), Some("4.3")),
            (Clause::ChainIdOnly, Some("7.4"), None, None),
            (Clause::Distribution, Some("5.5"), Some("5.6"), None),
            (Clause::CanNoLongerComply, Some("2.5"), Some("2.3"), Some("2.3")),
        ] {
            assert_eq!(number(clause, Model::V4_0Coded), v4);
            assert_eq!(number(clause, Model::V3_0), v3);
            assert_eq!(number(clause, Model::Mbo3_0), mbo);
        }
        assert_eq!(
            Clause::AnnexAsLimit.article(Model::V4_0Coded).unwrap().to_string(),
            "model 4.0-coded, article 5.3"
        );
    }

    #[test]
    fn a_reason_cites_the_general_article_where_a_model_has_no_other() {
        let cited = |clause: Clause, model| clause.cited(model).map(|article| article.number);
        for (clause, v4, v3, mbo) in [
            (Clause::ChainIdOnly, Some("7.4"), Some("5.3"), Some("4.3")),
            (Clause::DisputedInstruction, Some("2.4"), Some("2.2"), Some("2.2")),
            (Clause::Distribution, Some("5.5"), Some("5.6"), None),
        ] {
            let each = [Model::V4_0, Model::V3_0, Model::Mbo3_0].map(|model| cited(clause, model));
            assert_eq!(each, [v4, v3, mbo], "{clause:?}");
        }
    }

    #[test]
    fn from_article_4_on_the_mbo_model_counts_one_lower() {
        for clause in Clause::ALL {
            let (Some(v3), Some(mbo)) = (clause.article(Model::V3_0), clause.article(Model::Mbo3_0)) else {
                continue;
            };
            let split = |article: Article| {
                let (chapter, rest) = article.number.split_once('.').unwrap();
                (chapter.parse::<u8>().unwrap(), rest)
            };
            let (chapter, rest) = split(v3);
            let lower = if chapter > 4 { chapter - 1 } else { chapter };
            assert_eq!(split(mbo), (lower, rest), "{clause:?}");
        }
    }
}
