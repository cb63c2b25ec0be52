//! What a delivery holds that could not be read: how many persons that is about, and whose enrolment.

use std::collections::HashSet;

use sluis_connector_port::roster::{Finding, Object, RosterField, Snapshot};

/// How many persons these findings are about.
pub(super) fn persons_in(findings: &[Finding]) -> usize {
    let of_person = |finding: &&Finding| matches!(finding.object, Object::Pupil | Object::Staff);
    let persons: HashSet<_> = findings
        .iter()
        .filter(of_person)
        .map(|finding| (finding.object, finding.position))
        .collect();
    persons.len()
}

/// The pupils, by position, with a first or last day that was delivered and cannot be read.
pub(super) fn enrolments_in_doubt(snapshot: &Snapshot) -> HashSet<u32> {
    let of_enrolment = |field| matches!(field, RosterField::EnrolledFrom | RosterField::EnrolledUntil);
    snapshot
        .warnings
        .iter()
        .filter(|finding| finding.object == Object::Pupil && of_enrolment(finding.field))
        .map(|finding| finding.position)
        .collect()
}
