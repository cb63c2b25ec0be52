//! The gate: the one door through which personal data leaves or comes in.
//!
//! [`decide`] is pure and total: no I/O, no clock, no panic. All checks run and all reasons come back; a fact that is
//! not there denies. Deliberately absent: any way to permit without an agreement or, for who works under none, a grant of the
//! school about this very person; and national numbers, which no [`Attribute`](crate::catalogue::Attribute) names.
//!
//! | fact | on record |
//! |---|---|
//! | agreements, approvals, mandates, activations | yes |
//! | what a school takes from a purpose | yes |
//! | instructions to distributors, permissions for places outside the EEA, objections to sub-processors | yes |
//! | enrolment, restrictions, objections and consents of persons | yes |
//! | handovers, disclosures to authorities ([`Grants`](crate::person::Grants)) | yes |
//! | requests of persons | as matters ([`OwnRequest`](crate::person::OwnRequest) is made of one when it is answered) |
//! | when a side says that it can no longer comply with an agreement | yes |
//! | de-identification ([`deidentify`](crate::deidentify) has the rules) | not yet, and no fact of the gate: always a deny where it is needed |

mod decision;
mod grant;
mod hands;
mod person;
mod policy;
mod product;
mod reason;
mod request;
mod rows;
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
