//! What is about who needs a grant: a next school, a person, an authority.

use std::collections::BTreeSet;

use sluis_core::{
    catalogue::AttributeSet,
    gate::{Asker, Channel, Direction, Request},
    person::{HandoverBasis, PersonFacts, PersonKind, Requester},
};

use super::{DAY, School, during, over, plain};

type Reasons = Vec<(String, String)>;
type Withheld = Vec<(String, String, String)>;

/// What there would have to be, in a word.
pub(super) fn missing(request: &Request) -> &'static str {
    match request.asker {
        Asker::NextSchool(_) => "handover_missing",
        Asker::Person(_) => "subject_request_missing",
        _ => "disclosure_missing",
    }
}

/// What is wrong with the request, whoever it is about.
pub(super) fn about_the_request(request: &Request) -> Reasons {
    let mut reasons = Vec::new();
    let only = match request.asker {
        Asker::NextSchool(_) => "D11",
        _ => "D21",
    };
    match request.purpose.map(|purpose| purpose.to_string()) {
        None => reasons.push(plain("purpose_missing")),
        Some(purpose) if purpose != only => {
            reasons.push(("purpose_not_for_asker".to_owned(), only.to_owned()));
        }
        Some(_) => {}
    }
    if request.channel == Channel::Login {
        reasons.push(("purpose_not_for_login".to_owned(), "D13".to_owned()));
    }
    if let Some(receiver) = request.receiver {
        reasons.push(("receiver_unexpected".to_owned(), receiver.to_string()));
    }
    reasons
}

fn names(attributes: AttributeSet) -> BTreeSet<String> {
    attributes.iter().map(|attribute| attribute.to_string()).collect()
}

/// The reasons against it, and what is withheld if there are none.
pub(super) fn by_grant(
    school: Option<&School<'_>>,
    request: &Request,
    person: &PersonFacts<'_>,
) -> (Reasons, Withheld) {
    let at = request.at.as_millis();
    let wanted = names(request.wanted());
    let out = request.direction == Direction::Release;
    let pupil = person.kind == PersonKind::Pupil;
    let early = at < person.enrolment.from.as_millis();
    let left = person.enrolment.until.filter(|_| over(&person.enrolment, at));
    let restricted = person.restrictions.iter().any(|window| during(window, at));
    let objected = person.objections.iter().any(|window| during(window, at));
    let days = school.and_then(School::looked_into);
    let days = days.and_then(|agreement| agreement.annex.document().retention.days_after_leaving);
    let kept = left.is_none_or(|left| days.is_some_and(|days| at < left.as_millis() + i64::from(days) * DAY));
    let by_then = |moment: Option<sluis_core::time::Timestamp>| moment.is_some_and(|moment| moment.as_millis() <= at);

    let mut codes = BTreeSet::new();
    let mut given: Vec<BTreeSet<String>> = Vec::new();
    match request.asker {
        Asker::NextSchool(asker) => {
            let mut fitting = person.grants.handovers.to_vec();
            fitting.retain(|handover| handover.to == asker && out && pupil && during(&handover.window, at));
            if fitting.is_empty() {
                codes.insert("handover_missing");
            }
            if left.is_some() {
                fitting.retain(|handover| handover.basis != HandoverBasis::Request { consented: false });
                if fitting.is_empty() {
                    codes.insert("has_left");
                } else if !kept {
                    codes.insert("retention_over");
                }
            }
            let against = [
                (early, "not_yet_enrolled"),
                (restricted, "processing_restricted"),
                (objected, "person_objected"),
            ];
            codes.extend(against.iter().filter(|(is, _)| *is).map(|(_, code)| *code));
            given.extend(fitting.iter().map(|handover| names(handover.attributes)));
        }
        Asker::Person(asked) => {
            let mut fitting = person.grants.requests.to_vec();
            fitting.retain(|own| own.id == asked && out && during(&own.window, at));
            fitting.retain(|own| pupil || own.by != Requester::Guardian);
            if fitting.is_empty() {
                codes.insert("subject_request_missing");
            }
            fitting.retain(|own| by_then(own.identity_verified_at));
            if fitting.is_empty() && codes.is_empty() {
                codes.insert("identity_unverified");
            }
            if !kept {
                codes.insert("retention_over");
            }
            given.extend(fitting.iter().map(|_| wanted.clone()));
        }
        Asker::Authority(asker) => {
            let mut fitting = person.grants.disclosures.to_vec();
            fitting.retain(|disclosure| disclosure.to == asker && out && during(&disclosure.window, at));
            if fitting.is_empty() {
                codes.insert("disclosure_missing");
            }
            fitting.retain(|disclosure| by_then(disclosure.verified_at));
            if fitting.is_empty() && codes.is_empty() {
                codes.insert("legal_ground_unverified");
            }
            if restricted {
                fitting.retain(|disclosure| disclosure.in_spite_of_restriction);
                if fitting.is_empty() {
                    codes.insert("processing_restricted");
                }
            }
            let against = [(early, "not_yet_enrolled"), (left.is_some(), "has_left")];
            codes.extend(against.iter().filter(|(is, _)| *is).map(|(_, code)| *code));
            given.extend(fitting.iter().map(|disclosure| names(disclosure.attributes)));
        }
        _ => {}
    }
    if person.kind != request.person_kind {
        codes.insert("person_of_other_kind");
    }
    let mut reasons: Reasons = codes.into_iter().map(plain).collect();
    let held: Vec<_> = wanted
        .into_iter()
        .filter(|attribute| !given.iter().any(|some| some.contains(attribute)))
        .collect();
    let must = names(request.required);
    if !given.is_empty() {
        let lacking = held.iter().filter(|attribute| must.contains(*attribute));
        reasons.extend(lacking.map(|attribute| ("attribute_not_granted".to_owned(), attribute.clone())));
    }
    let held = held.into_iter();
    let held = held.map(|attribute| (attribute.clone(), "attribute_not_granted".to_owned(), attribute));
    (reasons, held.collect())
}
