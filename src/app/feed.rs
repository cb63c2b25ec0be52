//! The feed of a supplier: what happened that it should look at. Nothing in it is about a person; what it says more
//! about goes through the gate.

use sluis_core::{
    id::{SchoolId, SupplierId},
    time::Timestamp,
};
use uuid::Uuid;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A school changed whose an account is, or what it delivered joined accounts; or the supplier can learn of that again.
    AccountsChanged,
    /// A school took such a change back.
    AccountsChangeUndone,
    /// The board accepted an agreement.
    AgreementAccepted,
    /// A side said that it can no longer comply with an agreement.
    AgreementSuspended,
    /// That side complies again.
    AgreementResumed,
    /// A newer version takes the place of an agreement.
    AgreementSuperseded,
    /// A side ended an agreement, at once or by a date.
    AgreementEnded,
    /// The board changed for which of its schools an agreement holds.
    AgreementSchoolsChanged,
    /// The school opened something that the supplier has to deal with.
    MatterOpened,
    /// The school took a step in it.
    MatterMoved,
}

/// The text names no kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no event of this kind is known")]
pub struct EventKindError;

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::AccountsChanged,
        Self::AccountsChangeUndone,
        Self::AgreementAccepted,
        Self::AgreementSuspended,
        Self::AgreementResumed,
        Self::AgreementSuperseded,
        Self::AgreementEnded,
        Self::AgreementSchoolsChanged,
        Self::MatterOpened,
        Self::MatterMoved,
    ];

    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountsChanged => "accounts_changed",
            Self::AccountsChangeUndone => "accounts_change_undone",
            Self::AgreementAccepted => "agreement_accepted",
            Self::AgreementSuspended => "agreement_suspended",
            Self::AgreementResumed => "agreement_resumed",
            Self::AgreementSuperseded => "agreement_superseded",
            Self::AgreementEnded => "agreement_ended",
            Self::AgreementSchoolsChanged => "agreement_schools_changed",
            Self::MatterOpened => "matter_opened",
            Self::MatterMoved => "matter_moved",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// When no kind has it.
    pub fn parse(text: &str) -> Result<Self, EventKindError> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or(EventKindError)
    }
}

/// One notice, before it has its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whom it is for.
    pub supplier: SupplierId,
    /// What happened.
    pub kind: EventKind,
    /// At which school, where it is about one.
    pub school: Option<SchoolId>,
    /// The id of what it is about.
    pub resource: Uuid,
    /// When.
    pub at: Timestamp,
}

/// One notice of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    /// Its number: 1 for the first of this supplier, without a gap.
    pub sequence: u64,
    /// What it says.
    pub notice: Notice,
}
