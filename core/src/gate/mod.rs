//! The gate: the one door through which personal data leaves or comes in.
//!
//! [`decide`] is pure and total: no I/O, no clock, no panic. All checks run and all reasons come back; a fact that is
//! not there denies. Deliberately absent: any way to permit without an agreement, and national numbers, which no
//! [`Attribute`](crate::catalogue::Attribute) names.
//!
//! Not on record yet, and therefore always a deny where it is needed: consents, instructions to distributors,
//! permissions for places outside the EEA, handovers, requests of persons, grounds of authorities, de-identification.

mod decision;
mod person;
mod policy;
mod product;
mod reason;
mod request;
mod school;
mod text;

use crate::catalogue::Catalogue;

pub use decision::{AgreementUsed, Decision, Withheld};
pub use policy::{Needed, PolicyInputs, SchoolPolicy};
pub use reason::{Audience, Fixer, Missing, Reason, ReasonCode};
pub use request::{Asker, Assurance, Channel, Direction, Facts, Request, SubjectFacts};
pub use school::SchoolDecision;
pub use text::ReasonText;

/// Decides one request by the facts.
pub fn decide(request: &Request, facts: &Facts<'_>) -> Decision {
    let school = school::decide(request, facts.policy, facts.catalogue);
    match &facts.subject {
        SubjectFacts::School => school.decision(),
        SubjectFacts::Person(person) => school.person(person),
        SubjectFacts::LoggedIn(person) => school.logged_in(person),
        SubjectFacts::UnknownPerson => school.unknown_person(),
    }
}

/// Decides for the school once; [`SchoolDecision::person`] then decides each person of a page.
pub fn decide_school<'a>(
    request: &'a Request,
    policy: Option<&'a SchoolPolicy>,
    catalogue: &'a Catalogue,
) -> SchoolDecision<'a> {
    school::decide(request, policy, catalogue)
}
