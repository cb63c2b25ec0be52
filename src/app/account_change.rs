//! What a school or board decides about accounts where keys cannot tell: two accounts are one person's, one account is two
//! persons', or people came over from another school. And what the keys tell by themselves: two accounts that are joined.
//!
//! Promises: a change is one transaction with its records and its notice to the supplier. It names every key that it moves,
//! so that undoing it restores just that; when it has answered, no answer relies on the state before. It is undone only
//! while nothing was built on it: after that another change mends it. What a school undid is not done again by keys.

use std::collections::BTreeSet;

use sluis_core::{
    id::{AccountChangeId, AccountId, PersonId, SchoolId, SupplierId},
    time::Timestamp,
};

use crate::app::account_key::AccountKey;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountChangeKind {
    /// Two accounts are one person's: every key of the one leads to the other.
    Merge,
    /// The account of a person is somebody else's too: the keys of this person lead to a new one.
    Split,
    /// A person came over from another school and keeps the account from there.
    TakeOver,
    /// A key that an account was found by came with an ECK iD that leads to another one: it leads there since. Nobody
    /// decided this; it follows from what the school delivered.
    Join,
}

/// The text names no kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a change of accounts is `merge`, `split`, `takeOver` or `join`")]
pub struct AccountChangeKindError;

impl AccountChangeKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Merge, Self::Split, Self::TakeOver, Self::Join];

    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Split => "split",
            Self::TakeOver => "takeOver",
            Self::Join => "join",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// When no kind has it.
    pub fn parse(text: &str) -> Result<Self, AccountChangeKindError> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or(AccountChangeKindError)
    }
}

/// A change of accounts at one supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// Our identifier.
    pub id: AccountChangeId,
    /// The school in whose name it was decided, or whose delivery joined the accounts.
    pub school: SchoolId,
    /// The supplier.
    pub supplier: SupplierId,
    /// What was decided.
    pub kind: AccountChangeKind,
    /// The account that the keys led to before; none when they led nowhere.
    pub from: Option<AccountId>,
    /// The account that they lead to since.
    pub into: AccountId,
    /// The person, if the roster held them and it is about one.
    pub person: Option<PersonId>,
    /// When.
    pub made_at: Timestamp,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
}

/// How many schools have seen an account: no other may have by the time of the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenBy {
    /// The account.
    pub account: AccountId,
    /// How many schools.
    pub schools: u64,
}

/// A change about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedChange {
    /// The change.
    pub change: AccountChange,
    /// The keys that led to [`AccountChange::from`].
    pub moved: Vec<AccountKey>,
    /// The keys that led nowhere.
    pub linked: Vec<AccountKey>,
    /// The other keys that lead to either account once it is made.
    pub stayed: Vec<AccountKey>,
    /// What the plan relies on.
    pub seen: Vec<SeenBy>,
    /// The schools that have seen one of the accounts: each sees the one that stays from then on.
    pub schools: BTreeSet<SchoolId>,
}

impl PlannedChange {
    /// The schools at which the change is to be found: the one in whose name it is, and all that have seen one of the accounts.
    pub fn concerned(&self) -> BTreeSet<SchoolId> {
        let seen = self.schools.iter().copied();
        seen.chain([self.change.school]).collect()
    }
}

/// What a change did with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MoveRole {
    /// It led to [`AccountChange::from`].
    Moved,
    /// It led nowhere.
    Linked,
    /// It led to one of the two accounts before and after.
    Stayed,
}

/// The text names no role of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key was `moved`, `linked` or `stayed`")]
pub struct MoveRoleError;

impl MoveRole {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Moved, Self::Linked, Self::Stayed];

    /// The word in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Linked => "linked",
            Self::Stayed => "stayed",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// When no role has it.
    pub fn parse(text: &str) -> Result<Self, MoveRoleError> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or(MoveRoleError)
    }
}

/// A change about to be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedUndo {
    /// The change.
    pub change: AccountChange,
    /// The keys that it moved, which lead back.
    pub moved: Vec<AccountKey>,
    /// The keys that it linked, which lead nowhere again.
    pub linked: Vec<AccountKey>,
    /// What the plan relies on.
    pub seen: Vec<SeenBy>,
    /// When.
    pub at: Timestamp,
}
