//! What can happen in a history, and how often.

use proptest::prelude::*;

/// One of two schools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum At {
    First,
    Second,
}

impl At {
    pub(super) const BOTH: [Self; 2] = [Self::First, Self::Second];

    pub(super) const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

/// What happens next, to one of those to whom it can happen: the number is counted round them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// Somebody enrols, with a key that is new, or that they had before, or that somebody else left behind.
    Enrol {
        who: usize,
        eck_id: bool,
        key: NewKey,
    },
    Leave {
        who: usize,
    },
    /// The administration delivers an ECK iD from now on, or no longer.
    Deliver {
        who: usize,
    },
    /// The administration has another key for somebody.
    Rekey {
        who: usize,
        key: NewKey,
    },
    /// Another sector: another ECK iD, which no key connects with the one before.
    Sector {
        who: usize,
    },
    /// Everybody of one school goes to the other one and keeps the key, and the board lets them keep their accounts.
    MoveAll {
        from: At,
        looked: bool,
        undone: bool,
    },
    /// The board says that all accounts of somebody are one person's.
    Merge {
        who: usize,
        undone: bool,
    },
    /// By mistake it says so of two persons, and takes it back.
    Mistake {
        who: usize,
        other: usize,
    },
    Split {
        who: usize,
        undone: bool,
    },
    Undo {
        change: usize,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NewKey {
    Fresh,
    /// As at the school before, if it is nobody else's by now.
    Own,
    /// Of the last one who left.
    Left,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let who = || 0..60_usize;
    let at = prop::sample::select(At::BOTH.to_vec());
    let key = || prop::sample::select(vec![NewKey::Fresh, NewKey::Own, NewKey::Left]);
    let yes = any::<bool>;
    prop_oneof![
        6 => (who(), yes(), key()).prop_map(|(who, eck_id, key)| Step::Enrol { who, eck_id, key }),
        3 => who().prop_map(|who| Step::Leave { who }),
        5 => who().prop_map(|who| Step::Deliver { who }),
        2 => (who(), key()).prop_map(|(who, key)| Step::Rekey { who, key }),
        1 => who().prop_map(|who| Step::Sector { who }),
        1 => (at, yes(), yes()).prop_map(|(from, looked, undone)| Step::MoveAll { from, looked, undone }),
        2 => (who(), yes()).prop_map(|(who, undone)| Step::Merge { who, undone }),
        1 => (who(), who()).prop_map(|(who, other)| Step::Mistake { who, other }),
        1 => (who(), yes()).prop_map(|(who, undone)| Step::Split { who, undone }),
        4 => who().prop_map(|change| Step::Undo { change }),
    ]
}

/// The one with this number, counted round.
pub(super) fn nth<T>(mut of: Vec<T>, number: usize) -> Option<T> {
    (!of.is_empty()).then(|| of.swap_remove(number % of.len()))
}
