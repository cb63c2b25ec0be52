//! The stable codes of what can go wrong: what stands in the record of a run.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)+) => {
        /// Why a delivery is no usable roster, as a stable code. It is never renamed: schools have it in their records.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
        }

        impl ErrorCode {
            /// All codes.
            pub const ALL: [Self; [$(Self::$name),+].len()] = [$(Self::$name),+];

            /// The code.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

codes! {
    /// No connection, or it broke before there was an answer.
    SystemUnreachable = "system_unreachable",
    /// The answer did not come, or not completely, within the time that was set.
    SystemTimedOut = "system_timed_out",
    /// The first gate: the name and code of the receiving application.
    SupplierCredentialRefused = "supplier_credential_refused",
    /// The second gate: the key with which the school activated the link, or what it covers.
    SchoolActivationRefused = "school_activation_refused",
    /// The third gate: the key is valid, and this school is not on its list.
    SchoolNotCovered = "school_not_covered",
    /// The system says that our request is wrong.
    RequestRefused = "request_refused",
    /// The system does not speak the version of the dialect that we speak.
    VersionNotSupported = "version_not_supported",
    /// The system asks to come back later.
    SystemTemporarilyUnavailable = "system_temporarily_unavailable",
    /// The system reports a fault of its own.
    SystemInternalFault = "system_internal_fault",
    /// A fault that is not documented for this exchange.
    SystemUnknownFault = "system_unknown_fault",
    /// An HTTP status that is no answer of the dialect; redirects are not followed.
    SystemUnexpectedStatus = "system_unexpected_status",
    /// `nothing changed`, while the request named no moment.
    AnswerUnaskedUnchanged = "answer_unasked_unchanged",
    /// There is nothing.
    DataEmpty = "data_empty",
    /// The data ends before its end.
    DataTruncated = "data_truncated",
    /// The data is not well-formed.
    DataMalformed = "data_malformed",
    /// Well-formed, but not in the format that was expected.
    DataWrongFormat = "data_wrong_format",
    /// A character encoding that is not read here.
    DataEncoding = "data_encoding",
    /// A document type declaration, with which entities could be defined.
    DataDoctype = "data_doctype",
    /// A reference to an entity that XML does not predefine.
    DataUndefinedEntity = "data_undefined_entity",
    /// More bytes than the limit.
    DataTooLarge = "data_too_large",
    /// Elements nested deeper than the limit.
    DataTooDeep = "data_too_deep",
    /// One element with more attributes than the limit.
    DataTooManyAttributes = "data_too_many_attributes",
    /// One piece of text or markup longer than the limit.
    DataPieceTooLong = "data_piece_too_long",
    /// A section that must be there is not, or not where it must be.
    DataMissingSection = "data_missing_section",
    /// A section that may be there once is there again.
    DataRepeatedSection = "data_repeated_section",
    /// A complete roster has at least one pupil; a school without pupils is answered in another way.
    DataNoPupils = "data_no_pupils",
    /// The school year of the data cannot be read.
    DataInvalidSchoolYear = "data_invalid_school_year",
    /// The data is about another school, or does not say which.
    DataWrongSchool = "data_wrong_school",
    /// The data is about another school year.
    DataWrongSchoolYear = "data_wrong_school_year",
    /// An object that others refer to has no key, or one that cannot be used.
    DataUnusableKey = "data_unusable_key",
    /// Two objects of one kind have the same key.
    DataDuplicateKey = "data_duplicate_key",
    /// Two persons of one kind have the same ECK iD.
    DataDuplicateEckId = "data_duplicate_eck_id",
    /// A reference to an object that is not in the data.
    DataUnknownReference = "data_unknown_reference",
    /// The source could not be read to its end.
    DataUnreadable = "data_unreadable",
}
