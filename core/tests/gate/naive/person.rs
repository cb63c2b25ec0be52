//! What is about one person.

use sluis_core::{
    agreement::Scope,
    gate::{Asker, Direction, Request},
    person::PersonFacts,
};

use super::{DAY, School, during, over, plain};

/// Whether one of the consents of a person is for what is asked, and holds.
pub(super) fn consented(school: Option<&School<'_>>, request: &Request, person: &PersonFacts<'_>) -> bool {
    let Some(agreement) = school.and_then(School::looked_into) else {
        return false;
    };
    let mut own = person.consents.iter();
    own.any(|consent| {
        consent.product == request.product
            && consent.annex == agreement.annex.hash()
            && Some(consent.purpose) == request.purpose
            && during(&consent.window, request.at.as_millis())
    })
}

pub(super) fn about_the_person(
    school: Option<&School<'_>>,
    request: &Request,
    person: &PersonFacts<'_>,
) -> Vec<(String, String)> {
    let mut reasons = Vec::new();
    let at = request.at.as_millis();
    let scopes = school.map(|school| school.scopes(request.product)).unwrap_or_default();
    let inside = |scope: &&Scope| match scope {
        Scope::School | Scope::SchoolOrLogin => true,
        Scope::YearGroups(years) => years.iter().any(|year| person.year_group == Some(*year)),
        Scope::Groups(groups) => groups.iter().any(|group| person.groups.contains(group)),
        Scope::Persons(persons) => persons.iter().any(|listed| *listed == person.person),
    };
    let scoped = request.direction != Direction::Connection && !scopes.is_empty();
    if scoped && !scopes.iter().any(inside) {
        reasons.push(plain("person_out_of_scope"));
    }
    if person.kind != request.person_kind {
        reasons.push(plain("person_of_other_kind"));
    }
    if at < person.enrolment.from.as_millis() {
        reasons.push(plain("not_yet_enrolled"));
    }
    let purpose = request.purpose.map(|purpose| purpose.to_string()).unwrap_or_default();
    if over(&person.enrolment, at) {
        let left = person.enrolment.until.unwrap().as_millis();
        let agreement = school.and_then(School::looked_into);
        if purpose != "D14" && purpose != "D15" {
            reasons.push(plain("has_left"));
        } else if let Some(agreement) = agreement {
            let days = agreement.annex.document().retention.days_after_leaving;
            if days.is_none_or(|days| at >= left + i64::from(days) * DAY) {
                reasons.push(plain("retention_over"));
            }
        }
    }
    if person.restrictions.iter().any(|window| during(window, at)) {
        reasons.push(plain("processing_restricted"));
    }
    if person.objections.iter().any(|window| during(window, at)) {
        reasons.push(plain("person_objected"));
    }
    let processor = matches!(request.asker, Asker::Supplier(_) | Asker::Distributor(_));
    if processor && request.direction == Direction::Release && !person.has_account_key {
        reasons.push(plain("account_key_missing"));
    }
    if let Some((school, agreement)) = school.and_then(|school| Some((school, school.looked_into()?))) {
        let rows = school.rows(agreement, request.person_kind);
        let active: Vec<_> = rows
            .iter()
            .filter(|row| row.is_active() && row.purposes.contains(&purpose))
            .collect();
        if !active.is_empty() && active.iter().all(|row| row.consent) && !consented(Some(school), request, person) {
            reasons.push(("consent_missing".to_owned(), purpose));
        }
    }
    reasons
}
