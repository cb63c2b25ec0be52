//! What the policies say about the grants of a person to who asks.

use serde_json::{Value, json};
use sluis_core::{
    catalogue::AttributeSet,
    gate::{Asker, Direction},
    person::{HandoverBasis, NextSchool, PersonFacts, Requester},
    time::Window,
};

use super::{GRANT, Names, Oracle, kind_word, merged, millis, record, span, spans};

/// What is true of the grants to who asks, and what those hold that have effect.
#[derive(Default)]
pub(super) struct GrantFacts {
    pub(super) names: Names,
    /// `None` when none has effect.
    pub(super) attributes: Option<Names>,
}

/// Who asks, in a word that no other has.
pub(super) fn who(asker: Asker) -> Option<String> {
    match asker {
        Asker::Supplier(_) | Asker::Distributor(_) | Asker::Controller => None,
        Asker::NextSchool(school) => Some(school_word(school)),
        Asker::Person(request) => Some(request.to_string()),
        Asker::Authority(authority) => Some(authority.to_string()),
    }
}

fn school_word(school: NextSchool) -> String {
    match school {
        NextSchool::Brin(brin) => format!("brin {brin}"),
        NextSchool::Oin(oin) => format!("oin {oin}"),
    }
}

fn words(attributes: AttributeSet) -> Names {
    attributes.iter().map(|attribute| attribute.to_string()).collect()
}

impl Oracle<'_> {
    pub(super) fn grants(&self, person: Option<&PersonFacts<'_>>) -> GrantFacts {
        let request = &self.case.request;
        let (Some(person), Some(by)) = (person, who(request.asker)) else {
            return GrantFacts::default();
        };
        let common = json!({
            "by": by,
            "release": request.direction == Direction::Release,
            "kind": kind_word(person.kind),
            "left": spans([&person.enrolment], self.at).contains("over"),
            "restricted": spans(person.restrictions, self.at).contains("holds"),
            "guardian": false,
        });
        let mut facts = GrantFacts::default();
        let mut ask = |window: &Window, own: Value, attributes: AttributeSet| {
            let whole = merged(merged(span(window, self.at), common.clone()), record(own));
            let names = GRANT.names(whole);
            if names.contains("effective") {
                let so_far = facts.attributes.get_or_insert_default();
                so_far.extend(words(attributes));
            }
            facts.names.extend(names);
        };
        match request.asker {
            Asker::NextSchool(_) => {
                for handover in person.grants.handovers {
                    let unwanted = HandoverBasis::Request { consented: false };
                    let own = json!({
                        "sort": "handover", "to": school_word(handover.to), "wanted": handover.basis != unwanted,
                    });
                    ask(&handover.window, own, handover.attributes);
                }
            }
            Asker::Person(_) => {
                for request in person.grants.requests {
                    let own = json!({
                        "sort": "request", "to": request.id, "guardian": request.by == Requester::Guardian,
                        "verified": millis(request.identity_verified_at),
                    });
                    ask(&request.window, own, self.case.request.wanted());
                }
            }
            Asker::Authority(_) => {
                for disclosure in person.grants.disclosures {
                    let own = json!({
                        "sort": "disclosure", "to": disclosure.to, "verified": millis(disclosure.verified_at),
                        "inSpite": disclosure.in_spite_of_restriction,
                    });
                    ask(&disclosure.window, own, disclosure.attributes);
                }
            }
            Asker::Supplier(_) | Asker::Distributor(_) | Asker::Controller => {}
        }
        facts
    }
}
