//! What can go wrong. Every kind has a stable code; no message carries personal data or a credential.

use std::{fmt, time::Duration};

use sluis_core::identifier::Brin6;

use crate::{
    code::ErrorCode,
    roster::{Object, SchoolYear},
};

/// Any cause from outside; it is logged once and never sent on.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a pull gave no roster.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    /// No connection, or it broke before there was an answer.
    #[error("the administration system cannot be reached")]
    Unreachable {
        /// What the network says.
        #[source]
        cause: BoxError,
    },
    /// The answer did not come, or not completely, within the time that was set.
    #[error("the administration system did not answer in time")]
    TimedOut,
    /// The first gate: the name and code of the receiving application.
    #[error("the administration system does not know the credential of the receiving application")]
    SupplierRefused,
    /// The second gate: the key with which the school activated the link, or what it covers where the dialect does not
    /// tell the two apart.
    #[error("the administration system refuses the school's key: it is not valid, or it does not cover this school")]
    ActivationRefused,
    /// The third gate: the key is valid, and this school is not on its list.
    #[error("the school's key does not cover this school")]
    SchoolNotCovered,
    /// The system says that our request is wrong.
    #[error("the administration system finds the request invalid")]
    InvalidRequest,
    /// The system does not speak the version of the dialect that we speak.
    #[error("the administration system does not support this version of the dialect")]
    UnsupportedVersion,
    /// The system asks to come back later.
    #[error("the administration system is temporarily unavailable")]
    TemporarilyUnavailable {
        /// How long it asks to wait, when it says so.
        retry_after: Option<Duration>,
    },
    /// The system reports a fault of its own.
    #[error("the administration system reports an internal fault")]
    InternalFault,
    /// A fault that is not documented for this exchange.
    #[error("the administration system reports the fault `{code}`, which is not documented for this exchange")]
    UnknownFault {
        /// The code that it gave.
        code: FaultCode,
    },
    /// An HTTP status that is no answer of the dialect; redirects are not followed.
    #[error("the administration system answered with HTTP status {status}")]
    UnexpectedStatus {
        /// The status.
        status: u16,
    },
    /// `nothing changed`, while the request named no moment.
    #[error("the administration system says that nothing changed, although all data was asked")]
    UnaskedUnchanged,
    /// The answer came, and it is not a usable roster.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl ConnectorError {
    /// The stable code of this kind of error.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Unreachable { .. } => ErrorCode::SystemUnreachable,
            Self::TimedOut => ErrorCode::SystemTimedOut,
            Self::SupplierRefused => ErrorCode::SupplierCredentialRefused,
            Self::ActivationRefused => ErrorCode::SchoolActivationRefused,
            Self::SchoolNotCovered => ErrorCode::SchoolNotCovered,
            Self::InvalidRequest => ErrorCode::RequestRefused,
            Self::UnsupportedVersion => ErrorCode::VersionNotSupported,
            Self::TemporarilyUnavailable { .. } => ErrorCode::SystemTemporarilyUnavailable,
            Self::InternalFault => ErrorCode::SystemInternalFault,
            Self::UnknownFault { .. } => ErrorCode::SystemUnknownFault,
            Self::UnexpectedStatus { .. } => ErrorCode::SystemUnexpectedStatus,
            Self::UnaskedUnchanged => ErrorCode::AnswerUnaskedUnchanged,
            Self::Read(error) => error.code(),
        }
    }

    /// Whether the same request may succeed later without anybody doing something. A pull only reads, so that
    /// repeating it does no harm; what somebody must repair first is not repeated.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut | Self::TemporarilyUnavailable { .. } => true,
            Self::Read(error) => matches!(error, ReadError::Truncated),
            Self::SupplierRefused
            | Self::ActivationRefused
            | Self::SchoolNotCovered
            | Self::InvalidRequest
            | Self::UnsupportedVersion
            | Self::InternalFault
            | Self::UnknownFault { .. }
            | Self::UnexpectedStatus { .. }
            | Self::UnaskedUnchanged => false,
        }
    }
}

/// A fault code as a system gave it: letters and dots only, so that no data of a person can travel in it.
#[derive(Clone, PartialEq, Eq)]
pub struct FaultCode(Box<str>);

impl FaultCode {
    const LONGEST: usize = 64;

    /// Keeps a code of letters and dots; anything else becomes `unreadable`.
    pub fn new(text: &str) -> Self {
        let readable = (1..=Self::LONGEST).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.');
        Self(if readable { text } else { "unreadable" }.into())
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why delivered data, from a file or from a system, is not a usable roster. Objects are named by their position in
/// their section, counted from 1: never by a key or a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is nothing.
    #[error("the data is empty")]
    Empty,
    /// The data ends before its end.
    #[error("the data breaks off before its end")]
    Truncated,
    /// The data is not well-formed.
    #[error("the data is not well-formed at byte {position}")]
    Malformed {
        /// Where it went wrong, in bytes from the start.
        position: u64,
    },
    /// Well-formed, but not in the format that was expected.
    #[error("the data is not in the format `{expected}`")]
    WrongFormat {
        /// The format that was expected.
        expected: &'static str,
    },
    /// A character encoding that is not read here.
    #[error("the character encoding is not UTF-8, ISO-8859-1 or Windows-1252, or it is not the one that is declared")]
    Encoding,
    /// A document type declaration, with which entities could be defined.
    #[error("the data has a DOCTYPE, which is refused")]
    Doctype,
    /// A reference to an entity that XML does not predefine.
    #[error("the data refers to an entity that is not defined")]
    UndefinedEntity,
    /// More bytes than the limit.
    #[error("the data is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// Elements nested deeper than the limit.
    #[error("the data is nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// One element with more attributes than the limit.
    #[error("an element has more than {limit} attributes")]
    TooManyAttributes {
        /// The limit.
        limit: usize,
    },
    /// One piece of text or markup longer than the limit.
    #[error("a piece of text or markup is longer than {limit} bytes")]
    PieceTooLong {
        /// The limit.
        limit: usize,
    },
    /// A section that must be there is not, or not where it must be.
    #[error("the section `{section}` is missing, or comes too late")]
    MissingSection {
        /// Its name in the dialect.
        section: &'static str,
    },
    /// A section that may be there once is there again.
    #[error("the section `{section}` is there twice")]
    RepeatedSection {
        /// Its name in the dialect.
        section: &'static str,
    },
    /// A complete roster has at least one pupil; a school without pupils is answered in another way.
    #[error("the data has no pupils")]
    NoPupils,
    /// The school year of the data cannot be read.
    #[error("the school year of the data is not of the form `2026-2027`")]
    InvalidSchoolYear,
    /// The data is about another school, or does not say which.
    #[error("the data is not about the school that was asked")]
    WrongSchool {
        /// The school that it names, if it names one.
        found: Option<Brin6>,
    },
    /// The data is about another school year.
    #[error("the data is about school year {found}, which was not asked")]
    WrongSchoolYear {
        /// The school year that it names.
        found: SchoolYear,
    },
    /// An object that others refer to has no key, or one that cannot be used.
    #[error("{object} {position} has no usable key")]
    UnusableKey {
        /// What it is.
        object: Object,
        /// Its position.
        position: u32,
    },
    /// Two objects of one kind have the same key.
    #[error("{object} {first} and {second} have the same key")]
    DuplicateKey {
        /// What they are.
        object: Object,
        /// The position of the first.
        first: u32,
        /// The position of the second.
        second: u32,
    },
    /// Two persons of one kind have the same ECK iD.
    #[error("{object} {first} and {second} have the same ECK iD")]
    DuplicateEckId {
        /// What they are.
        object: Object,
        /// The position of the first.
        first: u32,
        /// The position of the second.
        second: u32,
    },
    /// A reference to an object that is not in the data.
    #[error("{object} {position} refers to a {target} that is not in the data")]
    UnknownReference {
        /// What refers.
        object: Object,
        /// Its position.
        position: u32,
        /// What is referred to.
        target: Object,
    },
    /// The source could not be read to its end.
    #[error("the source of the data cannot be read")]
    Unreadable,
}

impl ReadError {
    /// The stable code of this kind of error.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Empty => ErrorCode::DataEmpty,
            Self::Truncated => ErrorCode::DataTruncated,
            Self::Malformed { .. } => ErrorCode::DataMalformed,
            Self::WrongFormat { .. } => ErrorCode::DataWrongFormat,
            Self::Encoding => ErrorCode::DataEncoding,
            Self::Doctype => ErrorCode::DataDoctype,
            Self::UndefinedEntity => ErrorCode::DataUndefinedEntity,
            Self::TooLarge { .. } => ErrorCode::DataTooLarge,
            Self::TooDeep { .. } => ErrorCode::DataTooDeep,
            Self::TooManyAttributes { .. } => ErrorCode::DataTooManyAttributes,
            Self::PieceTooLong { .. } => ErrorCode::DataPieceTooLong,
            Self::MissingSection { .. } => ErrorCode::DataMissingSection,
            Self::RepeatedSection { .. } => ErrorCode::DataRepeatedSection,
            Self::NoPupils => ErrorCode::DataNoPupils,
            Self::InvalidSchoolYear => ErrorCode::DataInvalidSchoolYear,
            Self::WrongSchool { .. } => ErrorCode::DataWrongSchool,
            Self::WrongSchoolYear { .. } => ErrorCode::DataWrongSchoolYear,
            Self::UnusableKey { .. } => ErrorCode::DataUnusableKey,
            Self::DuplicateKey { .. } => ErrorCode::DataDuplicateKey,
            Self::DuplicateEckId { .. } => ErrorCode::DataDuplicateEckId,
            Self::UnknownReference { .. } => ErrorCode::DataUnknownReference,
            Self::Unreadable => ErrorCode::DataUnreadable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_code_carries_no_data() {
        assert_eq!(FaultCode::new("Server.InterneFout").as_str(), "Server.InterneFout");
        for text in ["", "Client.Jan Jansen", "Client.123456782", "é", &"a".repeat(65)] {
            assert_eq!(FaultCode::new(text).as_str(), "unreadable", "`{text}`");
        }
    }

    #[test]
    fn only_what_may_pass_by_itself_is_tried_again() {
        assert!(ConnectorError::TimedOut.is_retryable());
        assert!(ConnectorError::TemporarilyUnavailable { retry_after: None }.is_retryable());
        assert!(
            ConnectorError::Unreachable {
                cause: "no route".into()
            }
            .is_retryable()
        );
        assert!(ConnectorError::from(ReadError::Truncated).is_retryable());
        for error in [
            ConnectorError::SupplierRefused,
            ConnectorError::ActivationRefused,
            ConnectorError::SchoolNotCovered,
            ConnectorError::InvalidRequest,
            ConnectorError::InternalFault,
            ConnectorError::UnaskedUnchanged,
            ReadError::NoPupils.into(),
        ] {
            assert!(!error.is_retryable(), "{error}");
        }
    }
}
