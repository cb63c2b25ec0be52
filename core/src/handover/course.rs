//! The course of a handover: asked for, shown, released, received; or refused, or run out.

use std::fmt;

use crate::{
    catalogue::AttributeSet,
    person::{ConsentGiver, Handover, HandoverBasis, NextSchool},
    time::{Timestamp, Window},
};

/// How many days a handover waits for the next school, if the school does not say otherwise. No rule of the field sets a term;
/// this is about the time between the choice of a next school and the end of a school year.
pub const VALID_DAYS: i64 = 90;

/// On what a handover rests (model 3.0, article 5.5).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The next school asked for this pupil, concretely.
    Request,
    /// The pupil or a guardian ordered it.
    Order(ConsentGiver),
}

/// That the pupil or a guardian has seen what goes (inzage).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// When.
    pub at: Timestamp,
    /// Who saw it.
    pub by: ConsentGiver,
    /// Whether they agree. Without it what is mandatory goes all the same after a request; after leaving nothing does.
    pub agrees: bool,
}

/// Who stopped a handover.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum RefusedBy {
    /// The school.
    School,
    /// The pupil or a guardian: what they had ordered.
    Giver(ConsentGiver),
    /// The next school: it does not need it, or cannot use it.
    NextSchool,
}

impl RefusedBy {
    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::School => "school",
            Self::NextSchool => "nextSchool",
            Self::Giver(giver) => giver.as_str(),
        }
    }

    /// Reads the word; none for another one.
    pub fn find(text: &str) -> Option<Self> {
        match text {
            "school" => Some(Self::School),
            "nextSchool" => Some(Self::NextSchool),
            giver => ConsentGiver::parse(giver).ok().map(Self::Giver),
        }
    }
}

/// Where a handover stands at a moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was asked for, and nobody has seen it.
    Requested,
    /// The pupil or a guardian has seen it.
    Shown,
    /// The next school may fetch it.
    Released,
    /// The next school has it.
    Received,
    /// It was refused.
    Refused,
    /// It has run out.
    Expired,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Requested,
        Self::Shown,
        Self::Released,
        Self::Received,
        Self::Refused,
        Self::Expired,
    ];

    /// The word in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Shown => "shown",
            Self::Released => "released",
            Self::Received => "received",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }

    /// Whether nothing can happen to it any more.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Received | Self::Refused | Self::Expired)
    }
}

/// Why a handover does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoveError {
    /// It is over.
    #[error("this handover was received, was refused or has run out")]
    Over,
    /// The pupil or a guardian has not seen it.
    #[error("the pupil or a guardian has to see first what goes (inzage)")]
    NotShown,
    /// They have seen it, and what they saw does not change any more.
    #[error("the pupil or a guardian has seen it already")]
    AlreadyShown,
    /// The school has not released it.
    #[error("the school has not released it")]
    NotReleased,
    /// The school has released it already.
    #[error("the school has released it already")]
    AlreadyReleased,
    /// The next school has not fetched it.
    #[error("the next school has not fetched it")]
    NotFetched,
}

/// What has happened to a handover. INVARIANT: each step comes after the one before it, and none after its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// On what it rests.
    pub basis: Basis,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Until when it may be fetched.
    pub valid_until: Timestamp,
    /// That it was seen.
    pub shown: Option<Shown>,
    /// When the school released it.
    pub released_at: Option<Timestamp>,
    /// When the next school fetched it for the first time.
    pub fetched_at: Option<Timestamp>,
    /// When the next school said that it has it.
    pub received_at: Option<Timestamp>,
    /// When it was refused, and by whom.
    pub refused: Option<(Timestamp, RefusedBy)>,
}

impl Course {
    /// A handover that was just asked for.
    pub const fn new(basis: Basis, requested_at: Timestamp, valid_until: Timestamp) -> Self {
        Self {
            basis,
            requested_at,
            valid_until,
            shown: None,
            released_at: None,
            fetched_at: None,
            received_at: None,
            refused: None,
        }
    }

    /// Where it stands.
    pub fn state(&self, at: Timestamp) -> State {
        if self.refused.is_some() {
            State::Refused
        } else if self.received_at.is_some() {
            State::Received
        } else if self.valid_until <= at {
            State::Expired
        } else if self.released_at.is_some() {
            State::Released
        } else if self.shown.is_some() {
            State::Shown
        } else {
            State::Requested
        }
    }

    /// The pupil or a guardian has seen what goes. Whoever ordered it and does not agree with what goes has ordered nothing.
    ///
    /// # Errors
    /// When it is over, or was shown before.
    pub fn show(self, shown: Shown) -> Result<Self, MoveError> {
        match self.state(shown.at) {
            State::Requested => {
                let withdrawn = matches!(self.basis, Basis::Order(_)) && !shown.agrees;
                Ok(Self {
                    shown: Some(shown),
                    refused: withdrawn.then_some((shown.at, RefusedBy::Giver(shown.by))),
                    ..self
                })
            }
            State::Shown | State::Released => Err(MoveError::AlreadyShown),
            State::Received | State::Refused | State::Expired => Err(MoveError::Over),
        }
    }

    /// The school lets the next school fetch it.
    ///
    /// # Errors
    /// When it is over, nobody has seen it, or it was released before.
    pub fn release(self, at: Timestamp) -> Result<Self, MoveError> {
        match self.state(at) {
            State::Requested => Err(MoveError::NotShown),
            State::Shown => Ok(Self {
                released_at: Some(at),
                ..self
            }),
            State::Released => Err(MoveError::AlreadyReleased),
            State::Received | State::Refused | State::Expired => Err(MoveError::Over),
        }
    }

    /// The next school fetches it; the first time is kept.
    ///
    /// # Errors
    /// When it is not released.
    pub fn fetch(self, at: Timestamp) -> Result<Self, MoveError> {
        match self.state(at) {
            State::Released => Ok(Self {
                fetched_at: self.fetched_at.or(Some(at)),
                ..self
            }),
            State::Requested | State::Shown => Err(MoveError::NotReleased),
            State::Received | State::Refused | State::Expired => Err(MoveError::Over),
        }
    }

    /// The next school says that it has it: it cannot be fetched any more.
    ///
    /// # Errors
    /// When it is not released or was not fetched.
    pub fn receive(self, at: Timestamp) -> Result<Self, MoveError> {
        let released = self.fetch(at)?;
        if self.fetched_at.is_none() {
            return Err(MoveError::NotFetched);
        }
        Ok(Self {
            received_at: Some(at),
            ..released
        })
    }

    /// It does not go, or not any more.
    ///
    /// # Errors
    /// When it is over.
    pub fn refuse(self, at: Timestamp, by: RefusedBy) -> Result<Self, MoveError> {
        if self.state(at).is_over() {
            return Err(MoveError::Over);
        }
        Ok(Self {
            refused: Some((at, by)),
            ..self
        })
    }

    /// What the gate decides by: nothing before the school has released it and somebody has seen it.
    pub fn grant(&self, to: NextSchool, attributes: AttributeSet) -> Option<Handover> {
        let (from, shown) = (self.released_at?, self.shown?);
        let ends = [
            Some(self.valid_until),
            self.received_at,
            self.refused.map(|(refused, _)| refused),
        ];
        Some(Handover {
            to,
            basis: match self.basis {
                Basis::Request => HandoverBasis::Request {
                    consented: shown.agrees,
                },
                Basis::Order(_) => HandoverBasis::Order,
            },
            window: Window {
                from,
                until: ends.into_iter().flatten().min(),
            },
            attributes,
        })
    }
}

macro_rules! told_by_no_debug {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([personal])"))
            }
        }
    )+};
}
told_by_no_debug!(Basis, Shown, RefusedBy, State, Course);

#[cfg(test)]
mod tests;
