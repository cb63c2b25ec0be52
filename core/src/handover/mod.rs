//! Handover (overstap): the dossier of a pupil goes to the next school.
//!
//! Promises: only after a concrete request of a school that made its administrative identity known (BRIN with branch, or OIN), or
//! because the pupil or a guardian ordered it (model 3.0, article 5.5); only once the pupil or a guardian has seen what goes
//! (inzage) and could opt out of what may be opted out of; never a part that is forbidden; and only until it was received, was
//! refused or has run out. What comes of it for the gate is a [`person::Handover`](crate::person::Handover), and nothing before
//! the school has released it.
//!
//! Deliberately absent: the account at a supplier. It belongs to the ECK iD: it follows where the ECK iD stays, within the
//! sector, and does not where the pupil gets another one.

mod course;
mod part;

pub use course::{Basis, Course, MoveError, RefusedBy, Shown, State, VALID_DAYS};
pub use part::{Dossier, DossierError, Part, PartEntry, PartError, PartRule, Parts};
