//! The codes of findings. An error is what the gate denies for; the rest is said and denies nothing.

use super::super::DefectCode;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The gate permits nothing by what it is about.
    Error,
    /// A school should ask about it before it signs.
    Warning,
    /// A school should know it.
    Note,
}

impl Severity {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// An error about the hands in which data would come. Check 9 of the gate denies for it, without a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HandsCode {
    /// A party processes and is not listed as a sub-processor.
    PartyUnlisted,
    /// A place outside the EEA without a word on what keeps the data safe there. The gate denies until the school permits it.
    OutsideEeaUnsafeguarded,
}

impl HandsCode {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::PartyUnlisted, Self::OutsideEeaUnsafeguarded];

    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PartyUnlisted => "party_unlisted",
            Self::OutsideEeaUnsafeguarded => "outside_eea_unsafeguarded",
        }
    }
}

macro_rules! advice {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $severity:ident;)+) => {
        /// Something that denies nothing and has to be said.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AdviceCode {
            $($(#[$doc])* $name,)+
        }

        impl AdviceCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable code.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// Warning or note.
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)+
                }
            }
        }
    };
}

advice! {
    /// The same code twice in a list.
    CodeRepeated = "code_repeated", Warning;
    /// A code that a row or a sub-processor bears and the tables do not print.
    CodeNotInTable = "code_not_in_table", Warning;
    /// The tables print a code twice.
    TableCodeRepeated = "table_code_repeated", Warning;
    /// The tables skip a code of the model.
    TableCodeMissing = "table_code_missing", Warning;
    /// The tables print a code of a series that does not exist.
    TableCodeWrongSeries = "table_code_wrong_series", Warning;
    /// A row of the tables that has slipped: the heading is of another one.
    TableRowShifted = "table_row_shifted", Warning;
    /// A purpose without a code: nothing is released for it.
    PurposeWithoutCode = "purpose_without_code", Warning;
    /// A module to choose that no purpose belongs to.
    ModuleBearsNothing = "module_bears_nothing", Warning;
    /// A purpose of a module to choose that is open without it.
    ApprovalChangesNothing = "approval_changes_nothing", Warning;
    /// Consent for a purpose for which there are no data.
    ConsentAboutNothing = "consent_about_nothing", Warning;
    /// A purpose that asks for consent once and not another time.
    ConsentAskedForAll = "consent_asked_for_all", Warning;
    /// A purpose of passing on, and nobody is named who receives.
    ReceiverUnnamed = "receiver_unnamed", Warning;
    /// Something goes to somebody else, and no purpose is said.
    TransferWithoutPurpose = "transfer_without_purpose", Warning;
    /// Something is done, and no purpose is said.
    ServiceWithoutPurpose = "service_without_purpose", Note;
    /// A purpose that nothing of what is done is for.
    PurposeWithoutService = "purpose_without_service", Note;
    /// Data without a number: none of it is released.
    CategoryWithoutCode = "category_without_code", Note;
    /// Model 4.0 without the ECK iD and without a motivation for that.
    EckIdAbsent = "eck_id_absent", Warning;
    /// Special categories, and the classification says nothing about them.
    SpecialUnsaid = "special_unsaid", Warning;
    /// A kind of person of whom nothing is released.
    KindNotServed = "kind_not_served", Note;
    /// One sub-processor sees everything.
    SubProcessorEverything = "sub_processor_everything", Warning;
    /// A sub-processor of which nobody says what it sees.
    SubProcessorWithoutCategories = "sub_processor_without_categories", Warning;
    /// A place that names no country.
    CountryVague = "country_vague", Warning;
    /// A place outside the EEA, with safeguards.
    OutsideEeaPermission = "outside_eea_permission", Note;
    /// A statement that the document itself contradicts.
    StatementContradicted = "statement_contradicted", Warning;
    /// Data of staff that may be gone before the agreement is.
    RetentionBeforeEnd = "retention_before_end", Warning;
    /// Something is called anonymous that is not.
    AnonymisingIncomplete = "anonymising_incomplete", Warning;
    /// Own use of data that name nobody.
    OwnUseAnonymous = "own_use_anonymous", Note;
    /// Messages that nobody can leave.
    MailingWithoutOptOut = "mailing_without_opt_out", Warning;
    /// Profiling with decisions by the program alone.
    ProfilingAutomatic = "profiling_automatic", Warning;
    /// The mbo tick without the second factor that it asks for.
    SecondFactorUnsaid = "second_factor_unsaid", Warning;
    /// A value that the form does not know.
    MeasureValueUnknown = "measure_value_unknown", Warning;
    /// A promise whose day has passed.
    DatePast = "date_past", Warning;
    /// A certificate with less than a year to run.
    CertificateEndsSoon = "certificate_ends_soon", Warning;
    /// A part of annex 1 that is not there.
    PartMissing = "part_missing", Warning;
    /// A reference to an annex that is not there.
    AnnexAbsent = "annex_absent", Warning;
    /// One annex about two things.
    AnnexTwoSubjects = "annex_two_subjects", Warning;
    /// The page with the status of modules was left blank.
    ModuleStatusBlank = "module_status_blank", Warning;
    /// A law that is no longer there.
    LawOutdated = "law_outdated", Warning;
    /// Fields into which anybody may write.
    FreeText = "free_text", Note;
    /// A module is processing only once it is used.
    ProcessingFromUse = "processing_from_use", Note;
    /// Switching on counts as approval.
    ApprovalByUse = "approval_by_use", Note;
    /// The school chooses the purposes.
    SchoolChoosesPurposes = "school_chooses_purposes", Note;
}

/// What a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingCode {
    /// A row, or the whole annex, permits nothing.
    Defect(DefectCode),
    /// Nothing passes because of the hands in which it would come.
    Hands(HandsCode),
    /// Nothing is denied.
    Advice(AdviceCode),
}

impl FindingCode {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let defects = DefectCode::ALL.into_iter().map(Self::Defect);
        let hands = HandsCode::ALL.into_iter().map(Self::Hands);
        let advice = AdviceCode::ALL.iter().copied().map(Self::Advice);
        defects.chain(hands).chain(advice)
    }

    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Defect(code) => code.as_str(),
            Self::Hands(code) => code.as_str(),
            Self::Advice(code) => code.as_str(),
        }
    }

    /// How much it weighs.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Defect(_) | Self::Hands(_) => Severity::Error,
            Self::Advice(code) => code.severity(),
        }
    }
}
