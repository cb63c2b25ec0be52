//! The stable codes of logins that did not work: on the page that the person reads, and in `docs/errors.md`.

use crate::app::{
    error::AppError,
    login::{IdentityError, LoginError},
};

/// Why a person was not logged in, as a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoginCode {
    /// What the supplier asked cannot be answered, and it is not certain where to say so.
    RequestInvalid,
    /// No login waits for the answer, or it took too long.
    Expired,
    /// Another browser began the login.
    OtherBrowser,
    /// The person, or the school's own login, did not go on.
    Declined,
    /// The person did not log in as lately as the supplier asked.
    NotRecent,
    /// The answer of the identity provider cannot be trusted.
    AnswerRefused,
    /// An identifier came that must not leave the school.
    IdentifierForbidden,
    /// The school is not one of ours.
    SchoolUnknown,
    /// The person is neither pupil nor staff.
    RoleUnknown,
    /// Several locations of the school fit.
    SchoolAmbiguous,
    /// The gate refuses; the page has its reasons.
    Refused,
    /// A part that is needed does not answer.
    Unavailable,
}

impl LoginCode {
    /// All codes, in the order of the table in `docs/errors.md`.
    pub const ALL: [Self; 12] = [
        Self::RequestInvalid,
        Self::Expired,
        Self::OtherBrowser,
        Self::Declined,
        Self::NotRecent,
        Self::AnswerRefused,
        Self::IdentifierForbidden,
        Self::SchoolUnknown,
        Self::RoleUnknown,
        Self::SchoolAmbiguous,
        Self::Refused,
        Self::Unavailable,
    ];

    /// The text of the code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RequestInvalid => "login_request_invalid",
            Self::Expired => "login_expired",
            Self::OtherBrowser => "login_other_browser",
            Self::Declined => "login_declined",
            Self::NotRecent => "login_not_recent",
            Self::AnswerRefused => "login_answer_refused",
            Self::IdentifierForbidden => "login_identifier_forbidden",
            Self::SchoolUnknown => "login_school_unknown",
            Self::RoleUnknown => "login_role_unknown",
            Self::SchoolAmbiguous => "login_school_ambiguous",
            Self::Refused => "login_refused",
            Self::Unavailable => "login_unavailable",
        }
    }
}

impl LoginCode {
    /// Whether the supplier hears of it at once, since there is nothing that the person has yet to read: they stopped,
    /// or have to log in again.
    pub const fn is_for_the_supplier(self) -> bool {
        matches!(self, Self::Declined | Self::NotRecent)
    }
}

impl LoginError {
    /// The code of this error.
    pub const fn code(&self) -> LoginCode {
        match self {
            Self::Unknown => LoginCode::Expired,
            Self::OtherBrowser => LoginCode::OtherBrowser,
            Self::Provider(error) => match error {
                IdentityError::Unavailable => LoginCode::Unavailable,
                IdentityError::Declined => LoginCode::Declined,
                IdentityError::Expired => LoginCode::Expired,
                IdentityError::NotRecent => LoginCode::NotRecent,
                IdentityError::Refused => LoginCode::AnswerRefused,
                IdentityError::ForbiddenIdentifier => LoginCode::IdentifierForbidden,
            },
            Self::SchoolUnknown => LoginCode::SchoolUnknown,
            Self::RoleUnknown => LoginCode::RoleUnknown,
            Self::SchoolAmbiguous => LoginCode::SchoolAmbiguous,
            Self::App(AppError::Refused(_)) => LoginCode::Refused,
            Self::App(_) => LoginCode::Unavailable,
        }
    }
}
