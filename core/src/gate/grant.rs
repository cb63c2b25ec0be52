//! What a next school, a person or an authority gets about one person: by a grant of the school, and by nothing else.
//!
//! Checks 7 and 11 for who works under no agreement. What stands against a person is not the same for each: a restriction
//! (GDPR 18) or objection (GDPR 21) stops a handover and never one's own access; an objection does not stop what a law asks
//! for, and a restriction only where the law does not ask it all the same. After leaving go one's own data and a handover
//! that the person wants, until the retention term; what an authority asks for then, the school gives itself.

use std::sync::Arc;

use super::{Asker, Decision, Direction, Missing, Reason, ReasonCode, SchoolDecision, Withheld, rows::Given};
use crate::{
    catalogue::{Attribute, AttributeSet},
    id::SubjectRequestId,
    identifier::Oin,
    person::{NextSchool, PersonFacts, PersonKind, Requester},
    time::{Timestamp, Window},
};

/// What the grants to one asker come to.
struct Granted {
    /// `None` when no grant has effect.
    attributes: Option<AttributeSet>,
    reasons: Vec<ReasonCode>,
}

impl Granted {
    fn of(grants: impl Iterator<Item = AttributeSet>, reasons: Vec<ReasonCode>) -> Self {
        Self {
            attributes: grants.reduce(AttributeSet::union),
            reasons,
        }
    }
}

impl SchoolDecision<'_> {
    /// The decision about the school as a whole for who needs a grant: it is about one person or about nobody.
    pub(super) fn without_person(&self) -> Vec<Reason> {
        let code = match self.request.asker {
            Asker::Supplier(_) | Asker::Distributor(_) | Asker::Controller => return Vec::new(),
            Asker::NextSchool(_) => ReasonCode::HandoverMissing,
            Asker::Person(_) => ReasonCode::SubjectRequestMissing,
            Asker::Authority(_) => ReasonCode::DisclosureMissing,
        };
        vec![self.reason(code, Missing::Nothing)]
    }

    /// The decision about one person for who needs a grant.
    pub(super) fn by_grant(&self, person: &PersonFacts<'_>) -> Decision {
        let granted = match self.request.asker {
            Asker::NextSchool(school) => self.handover(school, person),
            Asker::Person(request) => self.own_access(request, person),
            Asker::Authority(authority) => self.disclosure(authority, person),
            Asker::Supplier(_) | Asker::Distributor(_) | Asker::Controller => {
                Granted::of(std::iter::empty(), Vec::new())
            }
        };
        let plain = granted.reasons.iter();
        let mut reasons: Vec<_> = plain.map(|code| self.reason(*code, Missing::Nothing)).collect();
        if person.kind != self.request.person_kind {
            reasons.push(self.reason(ReasonCode::PersonOfOtherKind, Missing::Nothing));
        }
        let wanted = self.request.wanted();
        let released = wanted.intersection(granted.attributes.unwrap_or(AttributeSet::EMPTY));
        let missing = wanted.difference(released);
        // Without a grant that has effect the reasons have said so.
        if granted.attributes.is_some() {
            let lacking = missing.intersection(self.request.indispensable());
            reasons.extend(lacking.iter().map(|attribute| self.not_granted(attribute)));
        }
        let held = missing.iter().map(|attribute| Withheld {
            attribute,
            reason: self.not_granted(attribute),
        });
        let withheld: Option<Arc<[Withheld]>> = (!missing.is_empty()).then(|| held.collect());
        let rows = self.given.rows;
        self.answer_with(
            reasons,
            &Given {
                rows,
                released,
                withheld,
            },
        )
    }

    fn not_granted(&self, attribute: Attribute) -> Reason {
        self.reason(ReasonCode::AttributeNotGranted, self.attribute(attribute))
    }

    /// A grant is for what goes out, in its time. Nothing is on record by which these could bring anything in.
    fn is_open(&self, window: &Window) -> bool {
        self.request.direction == Direction::Release && window.holds(self.request.at)
    }

    fn handover(&self, school: NextSchool, person: &PersonFacts<'_>) -> Granted {
        let at = self.request.at;
        let pupil = person.kind == PersonKind::Pupil;
        let all = person.grants.handovers.iter();
        let own = || {
            all.clone()
                .filter(|handover| pupil && handover.to == school && self.is_open(&handover.window))
        };
        let left = left(person, at);
        let effective = || own().filter(|handover| left.is_none() || handover.basis.is_consented());
        let mut reasons = Vec::new();
        if own().next().is_none() {
            reasons.push(ReasonCode::HandoverMissing);
        }
        if at < person.enrolment.from {
            reasons.push(ReasonCode::NotYetEnrolled);
        }
        if let Some(left) = left {
            if effective().next().is_none() {
                reasons.push(ReasonCode::HasLeft);
            } else if self.retention_is_over(left) {
                reasons.push(ReasonCode::RetentionOver);
            }
        }
        if holds(person.restrictions, at) {
            reasons.push(ReasonCode::ProcessingRestricted);
        }
        if holds(person.objections, at) {
            reasons.push(ReasonCode::PersonObjected);
        }
        Granted::of(effective().map(|handover| handover.attributes), reasons)
    }

    fn own_access(&self, request: SubjectRequestId, person: &PersonFacts<'_>) -> Granted {
        let at = self.request.at;
        let entitled = |by| by == Requester::Person || person.kind == PersonKind::Pupil;
        let all = person.grants.requests.iter();
        let own = || {
            all.clone()
                .filter(|own| own.id == request && entitled(own.by) && self.is_open(&own.window))
        };
        let verified = own().any(|own| own.identity_verified_at.is_some_and(|verified| verified <= at));
        let mut reasons = Vec::new();
        if own().next().is_none() {
            reasons.push(ReasonCode::SubjectRequestMissing);
        } else if !verified {
            reasons.push(ReasonCode::IdentityUnverified);
        }
        if left(person, at).is_some_and(|left| self.retention_is_over(left)) {
            reasons.push(ReasonCode::RetentionOver);
        }
        // GDPR 15: all of it. National numbers are no attributes.
        let everything = verified.then(|| self.request.wanted());
        Granted::of(everything.into_iter(), reasons)
    }

    fn disclosure(&self, authority: Oin, person: &PersonFacts<'_>) -> Granted {
        let at = self.request.at;
        let all = person.grants.disclosures.iter();
        let own = || {
            all.clone()
                .filter(|disclosure| disclosure.to == authority && self.is_open(&disclosure.window))
        };
        let verified = || own().filter(|own| own.verified_at.is_some_and(|verified| verified <= at));
        let restricted = holds(person.restrictions, at);
        let effective = || verified().filter(|own| !restricted || own.in_spite_of_restriction);
        let mut reasons = Vec::new();
        if own().next().is_none() {
            reasons.push(ReasonCode::DisclosureMissing);
        } else if verified().next().is_none() {
            reasons.push(ReasonCode::LegalGroundUnverified);
        }
        if at < person.enrolment.from {
            reasons.push(ReasonCode::NotYetEnrolled);
        }
        if left(person, at).is_some() {
            reasons.push(ReasonCode::HasLeft);
        }
        if restricted && effective().next().is_none() {
            reasons.push(ReasonCode::ProcessingRestricted);
        }
        Granted::of(effective().map(|disclosure| disclosure.attributes), reasons)
    }

    /// The retention term is that of the product that acts. One that was never set is over at once.
    fn retention_is_over(&self, left: Timestamp) -> bool {
        let term = self
            .considered
            .and_then(|agreement| agreement.terms.seconds_after_leaving);
        term.is_none_or(|term| left.plus_secs(term) <= self.request.at)
    }
}

/// When the person left, if that has come.
fn left(person: &PersonFacts<'_>, at: Timestamp) -> Option<Timestamp> {
    person.enrolment.until.filter(|left| *left <= at)
}

fn holds(windows: &[Window], at: Timestamp) -> bool {
    windows.iter().any(|window| window.holds(at))
}
