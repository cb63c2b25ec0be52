//! The life of a version of an agreement: who accepted it and when, since when it holds, and what ended that.
//!
//! Promises: [`State`] and the gate read the same dates in the same way; of the versions about one product of one board at most
//! one is in force. Deliberately absent: drafts, which are on nobody's record, and the duties that go on after the end.

use std::fmt;

use crate::{
    id::AgreementId,
    time::{Timestamp, Window},
};

/// A party to an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The controller.
    Board,
    /// The processor.
    Supplier,
}

impl Side {
    /// Both sides.
    pub const ALL: [Self; 2] = [Self::Board, Self::Supplier];

    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Board => "board",
            Self::Supplier => "supplier",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.as_str() == text)
    }
}

/// A span in which a side has said that it can no longer comply (model 4.0, article 2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SuspensionRecord {
    /// Who said so, and alone can take it back.
    pub side: Side,
    /// From when until when.
    pub window: Window,
}

/// The dates of one version of what a board and a supplier agreed about a product.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    /// The agreement.
    pub id: AgreementId,
    /// From when until when it is meant to hold, or held until somebody ended it.
    pub window: Window,
    /// When the board accepted it.
    pub accepted_by_board_at: Option<Timestamp>,
    /// When the supplier accepted it.
    pub accepted_by_supplier_at: Option<Timestamp>,
    /// When a side said that it can no longer comply.
    pub suspensions: &'a [SuspensionRecord],
}

impl Version<'_> {
    /// From when on it holds: its own start, and not before both sides have accepted it. `None` without both, and for what was
    /// over before it could begin.
    pub fn begins(&self) -> Option<Timestamp> {
        let (board, supplier) = self.accepted_by_board_at.zip(self.accepted_by_supplier_at)?;
        let from = self.window.from.max(board).max(supplier);
        self.window.until.is_none_or(|until| from < until).then_some(from)
    }

    /// Whether its time is over.
    pub fn is_over(&self, at: Timestamp) -> bool {
        self.window.until.is_some_and(|until| until <= at)
    }

    /// Whether a side has said that it can no longer comply.
    pub fn is_suspended_by(&self, side: Side, at: Timestamp) -> bool {
        let mut own = self.suspensions.iter().filter(|suspension| suspension.side == side);
        own.any(|suspension| suspension.window.holds(at))
    }

    /// Which of two has begun last.
    fn rank(&self) -> Option<(Timestamp, AgreementId)> {
        Some((self.begins()?, self.id))
    }
}

/// How a version of an agreement stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A side has yet to accept it.
    Offered,
    /// Nobody can accept it any more: its time was over first.
    Lapsed,
    /// Both sides have accepted it, and it begins later.
    Accepted,
    /// It is what the gate decides by.
    InForce,
    /// It would be in force, if no side had said that it can no longer comply.
    Suspended,
    /// A newer version has taken its place (model 4.0, article 2.2).
    Superseded {
        /// That version.
        by: AgreementId,
    },
    /// Its time is over, or a side ended it. What came before does not revive.
    Ended,
}

impl State {
    /// How a version stands among all versions about its product between its parties; whether itself is one of those does not
    /// matter.
    pub fn of<'a>(version: &Version<'_>, all: impl IntoIterator<Item = Version<'a>>, at: Timestamp) -> Self {
        let Some(own) = version.rank() else {
            return match version.accepted_by_board_at.zip(version.accepted_by_supplier_at) {
                Some(_) => Self::Ended,
                None if version.is_over(at) => Self::Lapsed,
                None => Self::Offered,
            };
        };
        if own.0 > at {
            return Self::Accepted;
        }
        let begun = all.into_iter().filter_map(|other| other.rank());
        // The one that came next: a third may have taken its place in turn.
        let next = begun.filter(|other| own < *other && other.0 <= at).min();
        let over_by = next.map_or(at, |(from, _)| from.min(at));
        match next {
            _ if version.is_over(over_by) => Self::Ended,
            Some((_, by)) => Self::Superseded { by },
            None if Side::ALL.into_iter().any(|side| version.is_suspended_by(side, at)) => Self::Suspended,
            None => Self::InForce,
        }
    }

    /// The word in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Lapsed => "lapsed",
            Self::Accepted => "accepted",
            Self::InForce => "in_force",
            Self::Suspended => "suspended",
            Self::Superseded { .. } => "superseded",
            Self::Ended => "ended",
        }
    }

    /// Whether nothing that a side does to it makes a difference any more.
    pub const fn is_past(self) -> bool {
        matches!(self, Self::Lapsed | Self::Superseded { .. } | Self::Ended)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
