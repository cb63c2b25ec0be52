//! Reasons: why the gate refuses or holds back, in which article, what is missing, and who can fix it.

use crate::{
    agreement::{Article, Clause, DefectCode, Model, ModuleCode},
    catalogue::{Attribute, DataCategory, Purpose},
    id::SupplierId,
    person::PersonKind,
};

/// Who can take a reason away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fixer {
    /// The supplier of the product.
    Supplier,
    /// The school.
    School,
    /// The board.
    Board,
    /// The operator of this service.
    Operator,
    /// The person, or the guardian of one under 16.
    Person,
    /// Whoever asks: the request itself has to change.
    Asker,
}

impl Fixer {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supplier => "supplier",
            Self::School => "school",
            Self::Board => "board",
            Self::Operator => "operator",
            Self::Person => "person",
            Self::Asker => "asker",
        }
    }
}

/// Who looks at a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Suppliers, distributors, and everybody else: what is about a person is not theirs to know.
    Supplier,
    /// The school and its board: everything.
    School,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $clause:expr, $fixer:ident, $audience:ident;)+) => {
        /// Why the gate refuses or holds back: stable codes, in the order of the checks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ReasonCode {
            $($(#[$doc])* $name,)+
        }

        impl ReasonCode {
            /// All codes.
            pub const ALL: [Self; [$(Self::$name),+].len()] = [$(Self::$name),+];

            /// The stable code.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// What of the agreement it stands on.
            pub const fn clause(self) -> Option<Clause> {
                match self {
                    $(Self::$name => $clause,)+
                }
            }

            /// Who can take it away.
            pub const fn fixer(self) -> Fixer {
                match self {
                    $(Self::$name => Fixer::$fixer,)+
                }
            }

            /// Who may see it; [`Audience::School`] marks what is about a person.
            pub const fn audience(self) -> Audience {
                match self {
                    $(Self::$name => Audience::$audience,)+
                }
            }
        }
    };
}

reasons! {
    /// A fact that the decision needs could not be read.
    FactsUnavailable = "facts_unavailable", None, Operator, Supplier;

    // 1. Agreement
    /// No agreement covers this product and school.
    AgreementMissing = "agreement_missing", Some(Clause::Subject), Board, Supplier;
    /// The board has not accepted it.
    AgreementNotAcceptedByBoard = "agreement_not_accepted_by_board", Some(Clause::Subject), Board, Supplier;
    /// The supplier has not accepted it.
    AgreementNotAcceptedBySupplier = "agreement_not_accepted_by_supplier", Some(Clause::Subject), Supplier, Supplier;
    /// It begins later.
    AgreementNotStarted = "agreement_not_started", Some(Clause::Subject), Board, Supplier;
    /// It has ended.
    AgreementEnded = "agreement_ended", Some(Clause::Duration), Board, Supplier;
    /// The board has said that it can no longer comply.
    AgreementSuspendedByBoard = "agreement_suspended_by_board", Some(Clause::CanNoLongerComply), Board, Supplier;
    /// The supplier has said that it can no longer comply.
    AgreementSuspendedBySupplier =
        "agreement_suspended_by_supplier", Some(Clause::CanNoLongerComply), Supplier, Supplier;
    /// The board has accepted it for other schools than this one.
    AgreementExceptsSchool = "agreement_excepts_school", Some(Clause::Subject), Board, Supplier;
    /// No agreement of the board with the operator of this service covers this school.
    OperatorAgreementMissing = "operator_agreement_missing", Some(Clause::Subject), Board, Supplier;
    /// The board has not accepted the agreement with the operator.
    OperatorAgreementNotAcceptedByBoard = "operator_agreement_not_accepted_by_board", Some(Clause::Subject), Board, Supplier;
    /// The operator has not accepted its agreement with the board.
    OperatorAgreementNotAcceptedByOperator = "operator_agreement_not_accepted_by_operator", Some(Clause::Subject), Operator, Supplier;
    /// The agreement with the operator begins later.
    OperatorAgreementNotStarted = "operator_agreement_not_started", Some(Clause::Subject), Board, Supplier;
    /// The agreement with the operator has ended.
    OperatorAgreementEnded = "operator_agreement_ended", Some(Clause::Duration), Board, Supplier;
    /// The board has said that it can no longer comply with the agreement with the operator.
    OperatorAgreementSuspendedByBoard =
        "operator_agreement_suspended_by_board", Some(Clause::CanNoLongerComply), Board, Supplier;
    /// The operator has said that it can no longer comply with its agreement with the board.
    OperatorAgreementSuspendedByOperator =
        "operator_agreement_suspended_by_operator", Some(Clause::CanNoLongerComply), Operator, Supplier;
    /// The board has accepted the agreement with the operator for other schools than this one.
    OperatorAgreementExceptsSchool = "operator_agreement_excepts_school", Some(Clause::Subject), Board, Supplier;
    /// The asker is not the supplier of this product.
    ProductOfAnother = "product_of_another", Some(Clause::Instructions), Asker, Supplier;

    // 2. Defects
    /// The row of the annex that would permit it has a defect.
    AnnexDefect = "annex_defect", Some(Clause::AnnexAsLimit), Supplier, Supplier;

    // 3. Mandate, activation and scope
    /// The board has given the supplier no mandate that holds.
    MandateMissing = "mandate_missing", Some(Clause::Instructions), Board, Supplier;
    /// The school has not switched the product on.
    ActivationMissing = "activation_missing", Some(Clause::Instructions), School, Supplier;
    /// The school has not accepted the activation.
    ActivationNotAcceptedBySchool = "activation_not_accepted_by_school", Some(Clause::Instructions), School, Supplier;
    /// The supplier has not accepted the activation.
    ActivationNotAcceptedBySupplier =
        "activation_not_accepted_by_supplier", Some(Clause::Instructions), Supplier, Supplier;
    /// The school has switched the product off.
    ActivationEnded = "activation_ended", Some(Clause::Instructions), School, Supplier;
    /// The product is not switched on for this person.
    PersonOutOfScope = "person_out_of_scope", Some(Clause::Instructions), School, School;

    // 4. Purpose
    /// The request states no purpose.
    PurposeMissing = "purpose_missing", Some(Clause::PurposeLimitation), Asker, Supplier;
    /// No row of the annex holds this purpose for this kind of person.
    PurposeNotAgreed = "purpose_not_agreed", Some(Clause::AnnexAsLimit), Supplier, Supplier;
    /// Only an optional module that the school has not approved would permit it.
    ModuleNotApproved = "module_not_approved", Some(Clause::OptionalParts), School, Supplier;
    /// A login is always D13.
    PurposeNotForLogin = "purpose_not_for_login", Some(Clause::PurposeLimitation), Asker, Supplier;
    /// The purpose needs data that no longer name a person, and these do.
    DeidentificationMissing = "deidentification_missing", Some(Clause::PurposeLimitation), Operator, Supplier;
    /// The purpose needs a receiver and the request names none.
    ReceiverMissing = "receiver_missing", Some(Clause::AnnexAsLimit), Asker, Supplier;
    /// The request names a receiver and the purpose has none.
    ReceiverUnexpected = "receiver_unexpected", Some(Clause::AnnexAsLimit), Asker, Supplier;
    /// The annex does not list this receiver for this purpose.
    ReceiverNotListed = "receiver_not_listed", Some(Clause::AnnexAsLimit), Supplier, Supplier;
    /// The receiver has no agreement of its own with this school.
    ReceiverWithoutAgreement = "receiver_without_agreement", Some(Clause::AnnexAsLimit), Board, Supplier;
    /// The receiver has an agreement, and it has no mandate, is not switched on, does not receive deliveries, or is stopped by
    /// check 9.
    ReceiverNotReady = "receiver_not_ready", Some(Clause::AnnexAsLimit), School, Supplier;

    // 5. Attributes
    /// No row holds both the purpose and the category of this attribute.
    AttributeNotAgreed = "attribute_not_agreed", Some(Clause::AnnexAsLimit), Supplier, Supplier;
    /// The school has taken the category of this attribute from the purpose.
    CategoryNarrowed = "category_narrowed", Some(Clause::Instructions), School, Supplier;
    /// No active agreement of the school needs this attribute, so it is not taken in.
    AttributeNotNeeded = "attribute_not_needed", Some(Clause::PurposeLimitation), School, Supplier;

    // 6. Minimisation
    /// The attribute is not in the set that may go with a login.
    NotInLoginSet = "not_in_login_set", Some(Clause::ChainIdOnly), Supplier, Supplier;
    /// A special category without a recorded legal ground.
    SpecialGroundMissing = "special_ground_missing", Some(Clause::AnnexAsLimit), Supplier, Supplier;

    // 7. Person
    /// The school knows no such person.
    PersonUnknown = "person_unknown", None, School, School;
    /// The person is of another kind than the request says.
    PersonOfOtherKind = "person_of_other_kind", None, Asker, School;
    /// The person is not enrolled yet.
    NotYetEnrolled = "not_yet_enrolled", Some(Clause::PurposeLimitation), School, School;
    /// The person has left, and this purpose ends with that.
    HasLeft = "has_left", Some(Clause::Retention), School, School;
    /// The person has left, and the retention term is over or was never set.
    RetentionOver = "retention_over", Some(Clause::Retention), School, School;
    /// The processing is restricted (GDPR 18).
    ProcessingRestricted = "processing_restricted", Some(Clause::Rights), School, School;
    /// An objection stands (GDPR 21).
    PersonObjected = "person_objected", Some(Clause::Rights), School, School;
    /// The administration has no key from which an account of this person can be made.
    AccountKeyMissing = "account_key_missing", None, School, School;

    // 8. Consent
    /// The row rests on consent, and none is known.
    ConsentMissing = "consent_missing", Some(Clause::AnnexAsLimit), Person, School;

    // 9. Place and hands
    /// Somebody processes outside the EEA without the school's specific permission.
    PlaceOutsideEea = "place_outside_eea", Some(Clause::OutsideEea), School, Supplier;
    /// Somebody processes who is not among the sub-processors.
    SubProcessorUnlisted = "sub_processor_unlisted", Some(Clause::SubProcessors), Supplier, Supplier;
    /// The term to object to a sub-processor is still running.
    SubProcessorTooRecent = "sub_processor_too_recent", Some(Clause::SubProcessorChange), Board, Supplier;
    /// The school objects to a sub-processor.
    SubProcessorObjected = "sub_processor_objected", Some(Clause::SubProcessorChange), School, Supplier;

    // 10. Assurance
    /// The login had no second factor.
    SecondFactorMissing = "second_factor_missing", Some(Clause::Measures), School, Supplier;
    /// The token is not bound to its sender.
    SenderUnbound = "sender_unbound", Some(Clause::Measures), Asker, Supplier;

    // 11. Distributor and the other askers
    /// The school has not instructed the distributor.
    DistributorNotInstructed = "distributor_not_instructed", Some(Clause::Distribution), School, Supplier;
    /// The instruction is disputed: the school looks into whether it is lawful.
    InstructionSuspended = "instruction_suspended", Some(Clause::DisputedInstruction), School, Supplier;
    /// A next school, a person and an authority each ask for one purpose only.
    PurposeNotForAsker = "purpose_not_for_asker", Some(Clause::PurposeLimitation), Asker, Supplier;
    /// No handover to this next school is on record.
    HandoverMissing = "handover_missing", Some(Clause::NextSchool), School, School;
    /// No request of this person is on record.
    SubjectRequestMissing = "subject_request_missing", Some(Clause::Rights), Person, School;
    /// The school has not established who made the request.
    IdentityUnverified = "identity_unverified", Some(Clause::Rights), School, School;
    /// No disclosure to this authority is on record.
    DisclosureMissing = "disclosure_missing", Some(Clause::Disclosure), School, School;
    /// The legal ground of this authority is not verified.
    LegalGroundUnverified = "legal_ground_unverified", Some(Clause::Disclosure), School, School;
    /// No grant that holds gives this attribute.
    AttributeNotGranted = "attribute_not_granted", Some(Clause::PurposeLimitation), School, School;

    /// What others see of every reason that is about a person.
    PersonNotAvailable = "person_not_available", None, School, Supplier;
}

impl ReasonCode {
    /// Reads a stable code.
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == code)
    }

    /// A reason about the agreement of a product, said of the agreement between the board and the operator of this service.
    pub(super) const fn of_the_operator(self) -> Self {
        match self {
            Self::AgreementMissing => Self::OperatorAgreementMissing,
            Self::AgreementNotAcceptedByBoard => Self::OperatorAgreementNotAcceptedByBoard,
            Self::AgreementNotAcceptedBySupplier => Self::OperatorAgreementNotAcceptedByOperator,
            Self::AgreementNotStarted => Self::OperatorAgreementNotStarted,
            Self::AgreementEnded => Self::OperatorAgreementEnded,
            Self::AgreementSuspendedByBoard => Self::OperatorAgreementSuspendedByBoard,
            Self::AgreementSuspendedBySupplier => Self::OperatorAgreementSuspendedByOperator,
            Self::AgreementExceptsSchool => Self::OperatorAgreementExceptsSchool,
            other => other,
        }
    }
}

/// What is missing, as far as it has a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Missing {
    /// The code of the reason says it all.
    Nothing,
    /// A purpose.
    Purpose(Purpose),
    /// An attribute, and the category that would have to be agreed.
    Attribute {
        /// The attribute.
        attribute: Attribute,
        /// Its category.
        category: DataCategory,
        /// Of whom.
        kind: PersonKind,
    },
    /// The approval of a module.
    Module(ModuleCode),
    /// What a row of the annex lacks.
    Defect {
        /// What is wrong.
        code: DefectCode,
        /// The row, counted from 0.
        row: u8,
    },
    /// Somebody named in the annex.
    Party(Box<str>),
    /// A receiver.
    Receiver(SupplierId),
}

impl Missing {
    /// What kind of thing is missing, as a word on the wire.
    pub const fn kind(&self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Purpose(_) => Some("purpose"),
            Self::Attribute { .. } => Some("attribute"),
            Self::Module(_) => Some("module"),
            Self::Defect { .. } => Some("defect"),
            Self::Party(_) => Some("party"),
            Self::Receiver(_) => Some("receiver"),
        }
    }

    /// Its name: a code, a name of the annex, or an id. Never about a person.
    pub fn name(&self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Purpose(purpose) => Some(purpose.code().to_owned()),
            Self::Attribute { attribute, .. } => Some(attribute.as_str().to_owned()),
            Self::Module(module) => Some(module.as_str().to_owned()),
            Self::Defect { code, .. } => Some(code.as_str().to_owned()),
            Self::Party(name) => Some(name.to_string()),
            Self::Receiver(supplier) => Some(supplier.to_string()),
        }
    }

    /// The code of the category that would have to be agreed, for example `CD14`.
    pub const fn category_code(&self) -> Option<&'static str> {
        match self {
            Self::Attribute { category, kind, .. } => Some(category.code(*kind)),
            _ => None,
        }
    }
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reason {
    /// The stable code.
    pub code: ReasonCode,
    /// The article in the numbering of the model that is in force; `None` without an agreement or such an article.
    pub article: Option<Article>,
    /// What is missing.
    pub missing: Missing,
}

impl Reason {
    pub(super) fn new(code: ReasonCode, model: Option<Model>, missing: Missing) -> Self {
        let article = code.clause().zip(model).and_then(|(clause, model)| clause.cited(model));
        Self { code, article, missing }
    }

    /// What stands in the place of every reason about a person. It tells nothing, not even the article.
    pub(super) const fn about_a_person() -> Self {
        Self {
            code: ReasonCode::PersonNotAvailable,
            article: None,
            missing: Missing::Nothing,
        }
    }

    /// Who can take it away.
    pub const fn fixer(&self) -> Fixer {
        self.code.fixer()
    }

    /// Who may see it.
    pub const fn audience(&self) -> Audience {
        self.code.audience()
    }
}
