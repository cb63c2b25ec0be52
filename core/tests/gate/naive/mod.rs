//! The gate once more, slow and plain: straight from the rules in words, with lists and texts in place of masks.
//!
//! It shares no code with the gate: it reads the same records and documents, and has its own idea of windows, codes
//! and categories. Where the two disagree, one of them has misread a rule.

pub(crate) mod annex;
mod beside;
mod grant;
mod narrowing;
pub(crate) mod needed;
mod person;
pub(crate) mod ticks;

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::{
    agreement::{AgreementRecord, Scope},
    gate::{Asker, Channel, Decision, Direction, PolicyInputs, Reason, Request},
    id::{ProductId, SupplierId},
    time::Window,
};

use crate::cases::Subject;
use grant::by_grant;
use person::{about_the_person, consented};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Code and what is missing, sorted.
    pub(crate) reasons: Vec<(String, String)>,
    /// Names of attributes; empty on a refusal.
    pub(crate) released: BTreeSet<String>,
    /// Names of attributes with the code of the reason.
    pub(crate) withheld: BTreeMap<String, String>,
}

impl Verdict {
    /// What the gate said.
    pub(crate) fn of(decision: &Decision) -> Self {
        let name = |reason: &Reason| reason.missing.name().unwrap_or_default();
        let reasons = decision
            .reasons()
            .iter()
            .map(|reason| (reason.code.as_str().to_owned(), name(reason)));
        let mut reasons: Vec<_> = reasons.collect();
        reasons.sort();
        let held = decision.withheld().iter();
        Self {
            reasons,
            released: decision
                .released()
                .iter()
                .map(|attribute| attribute.to_string())
                .collect(),
            withheld: held
                .map(|held| (held.attribute.to_string(), held.reason.code.as_str().to_owned()))
                .collect(),
        }
    }
}

const DAY: i64 = 86_400_000;

pub(crate) fn model(inputs: Option<&PolicyInputs>, request: &Request, subject: &Subject) -> Verdict {
    let mut reasons = Vec::new();
    let mut withheld: Vec<(String, String, String)> = Vec::new();
    let known = inputs.filter(|inputs| inputs.school == request.school);
    let school = known.map(|inputs| School { inputs, request });
    // Who is in no roster is a person of the school if it said so for this product, and else nobody.
    let subject = match subject {
        Subject::LoggedIn(person) => {
            let scopes = school
                .as_ref()
                .map(|school| school.scopes(request.product))
                .unwrap_or_default();
            let said = scopes.iter().any(|scope| matches!(scope, Scope::SchoolOrLogin));
            let agreed = !needs_grant(request);
            if said && agreed && request.channel == Channel::Login {
                &Subject::Person(person.clone())
            } else {
                &Subject::Unknown
            }
        }
        other => other,
    };
    match (&school, request.asker) {
        (None, _) => reasons.push(plain("facts_unavailable")),
        (Some(_), _) if needs_grant(request) => reasons.extend(grant::about_the_request(request)),
        (Some(school), _) => {
            reasons.extend(school.about_the_agreement());
            if request.direction != Direction::Connection {
                reasons.extend(school.about_the_activation());
            }
            reasons.extend(school.about_the_purpose());
            reasons.extend(school.about_the_hands());
            reasons.extend(school.about_the_login());
            withheld = school.withheld();
        }
    }
    if let Subject::Person(person) = subject
        && consented(school.as_ref(), request, &person.facts())
    {
        withheld.retain(|(_, code, _)| code != "consent_missing");
    }
    let must: BTreeSet<_> = match request.direction {
        Direction::Intake => request
            .attributes
            .iter()
            .chain(request.required.iter())
            .map(|a| a.to_string())
            .collect(),
        _ => request.required.iter().map(|a| a.to_string()).collect(),
    };
    for (attribute, code, name) in &withheld {
        if must.contains(attribute) && (code != "consent_missing" || matches!(subject, Subject::Person(_))) {
            reasons.push((code.clone(), name.clone()));
        }
    }
    match subject {
        Subject::School if needs_grant(request) => reasons.push(plain(grant::missing(request))),
        Subject::School => {}
        Subject::Unknown | Subject::LoggedIn(_) => reasons.push(plain("person_unknown")),
        Subject::Person(person) if needs_grant(request) => {
            let (against, held) = by_grant(school.as_ref(), request, &person.facts());
            reasons.extend(against);
            withheld = held;
        }
        Subject::Person(person) => reasons.extend(about_the_person(school.as_ref(), request, &person.facts())),
    }
    reasons.sort();
    if !reasons.is_empty() {
        return Verdict {
            reasons,
            released: BTreeSet::new(),
            withheld: BTreeMap::new(),
        };
    }
    let withheld: BTreeMap<_, _> = withheld
        .into_iter()
        .map(|(attribute, code, _)| (attribute, code))
        .collect();
    let wanted = request
        .attributes
        .iter()
        .chain(request.required.iter())
        .map(|a| a.to_string());
    let released = wanted.filter(|attribute| !withheld.contains_key(attribute)).collect();
    Verdict {
        reasons,
        released,
        withheld,
    }
}

fn needs_grant(request: &Request) -> bool {
    matches!(
        request.asker,
        Asker::NextSchool(_) | Asker::Person(_) | Asker::Authority(_)
    )
}

fn plain(code: &str) -> (String, String) {
    (code.to_owned(), String::new())
}

fn during(window: &Window, at: i64) -> bool {
    window.from.as_millis() <= at && !over(window, at)
}

fn over(window: &Window, at: i64) -> bool {
    window.until.is_some_and(|until| until.as_millis() <= at)
}

struct School<'a> {
    inputs: &'a PolicyInputs,
    request: &'a Request,
}

impl<'a> School<'a> {
    fn at(&self) -> i64 {
        self.request.at.as_millis()
    }

    fn registered(&self) -> bool {
        self.inputs
            .products
            .iter()
            .any(|record| record.product == self.request.product)
    }

    fn supplier(&self, product: ProductId) -> Option<SupplierId> {
        self.inputs
            .products
            .iter()
            .find(|record| record.product == product)
            .map(|record| record.supplier)
    }

    /// From when an agreement holds: its own start, and not before both sides have accepted it. One whose end comes before
    /// that never holds.
    fn start(agreement: &AgreementRecord) -> Option<i64> {
        let (board, supplier) = (agreement.accepted_by_board_at?, agreement.accepted_by_supplier_at?);
        let start = [agreement.window.from, board, supplier]
            .into_iter()
            .map(|moment| moment.as_millis())
            .max()?;
        (!over(&agreement.window, start)).then_some(start)
    }

    fn of_product(&self, product: ProductId) -> Vec<&'a AgreementRecord> {
        let registered = self.inputs.products.iter().any(|record| record.product == product);
        self.inputs
            .agreements
            .iter()
            .filter(|agreement| registered && agreement.product == product)
            .collect()
    }

    /// The agreement that has superseded all others.
    fn latest(&self, product: ProductId) -> Option<&'a AgreementRecord> {
        let begun = self.of_product(product).into_iter();
        let begun = begun.filter(|agreement| Self::start(agreement).is_some_and(|start| start <= self.at()));
        begun.max_by_key(|agreement| (Self::start(agreement), agreement.id))
    }

    fn in_force(&self, product: ProductId) -> Option<&'a AgreementRecord> {
        let holds = |agreement: &AgreementRecord| {
            !over(&agreement.window, self.at())
                && !self.is_suspended_by(agreement, "board")
                && !self.is_suspended_by(agreement, "supplier")
                && !self.excepts_the_school(agreement)
        };
        self.latest(product).filter(|agreement| holds(agreement))
    }

    /// A side has said that it can no longer comply, and has not taken that back; what the other says is beside it.
    fn is_suspended_by(&self, agreement: &AgreementRecord, side: &str) -> bool {
        let spans = agreement.suspensions.iter();
        let own = spans.filter(|suspension| suspension.side.as_str() == side);
        own.map(|suspension| &suspension.window)
            .any(|span| during(span, self.at()))
    }

    /// The board accepted it for other schools. What it superseded is gone there as well: nothing is agreed.
    fn excepts_the_school(&self, agreement: &AgreementRecord) -> bool {
        agreement.excepted.iter().any(|span| during(span, self.at()))
    }

    /// The agreement that is looked into: the latest, else the first that is to come.
    fn looked_into(&self) -> Option<&'a AgreementRecord> {
        let coming = self.of_product(self.request.product).into_iter();
        let coming = coming.filter(|agreement| Self::start(agreement).is_some());
        self.latest(self.request.product)
            .or_else(|| coming.min_by_key(|agreement| (Self::start(agreement), agreement.id)))
    }

    fn about_the_agreement(&self) -> Vec<(String, String)> {
        let mut reasons = Vec::new();
        match self.request.asker {
            Asker::Supplier(asker) | Asker::Distributor(asker)
                if self.supplier(self.request.product).is_some_and(|owner| owner != asker) =>
            {
                reasons.push(plain("product_of_another"));
            }
            _ => {}
        }
        if matches!(self.request.asker, Asker::Distributor(_)) {
            reasons.extend(self.about_the_instruction(self.request.product));
        }
        if self.in_force(self.request.product).is_some() {
            return reasons;
        }
        let latest = self.latest(self.request.product);
        let ended = latest.is_some_and(|agreement| over(&agreement.window, self.at()));
        if ended {
            reasons.push(self.of_agreement("ended"));
        }
        for side in ["board", "supplier"] {
            if latest.is_some_and(|agreement| self.is_suspended_by(agreement, side)) {
                reasons.push(self.of_agreement(&format!("suspended_by_{side}")));
            }
        }
        if latest.is_some_and(|agreement| self.excepts_the_school(agreement)) {
            reasons.push(self.of_agreement("excepts_school"));
        }
        if latest.is_none() && self.looked_into().is_some() {
            reasons.push(self.of_agreement("not_started"));
        }
        let waiting = self.of_product(self.request.product).into_iter();
        let unsigned = |agreement: &&AgreementRecord| {
            agreement.accepted_by_board_at.is_none() || agreement.accepted_by_supplier_at.is_none()
        };
        let waiting = waiting.filter(|agreement| unsigned(agreement) && !over(&agreement.window, self.at()));
        let waiting = waiting.max_by_key(|agreement| (agreement.window.from.as_millis(), agreement.id));
        if let Some(waiting) = waiting.filter(|_| latest.is_none() || ended) {
            if waiting.accepted_by_board_at.is_none() {
                reasons.push(self.of_agreement("not_accepted_by_board"));
            }
            if waiting.accepted_by_supplier_at.is_none() {
                reasons.push(self.of_agreement("not_accepted_by_supplier"));
            }
        }
        if self.looked_into().is_none() && waiting.is_none() {
            reasons.push(self.of_agreement("missing"));
        }
        reasons
    }

    /// A distributor works on the school's instruction; one that is disputed is not followed.
    fn about_the_instruction(&self, product: ProductId) -> Option<(String, String)> {
        let now = self.inputs.instructions.iter();
        let now = now.filter(|instruction| instruction.product == product);
        let now: Vec<_> = now
            .filter(|instruction| during(&instruction.window, self.at()))
            .collect();
        let is_disputed = |spans: &[Window]| spans.iter().any(|span| during(span, self.at()));
        if now.is_empty() {
            Some(plain("distributor_not_instructed"))
        } else if now.iter().all(|instruction| is_disputed(&instruction.suspensions)) {
            Some(plain("instruction_suspended"))
        } else {
            None
        }
    }

    /// A reason about the agreement that is asked for: of the product, or of the operator when an administration is read.
    fn of_agreement(&self, what: &str) -> (String, String) {
        match (self.request.direction, what) {
            (Direction::Connection, "not_accepted_by_supplier") => plain("operator_agreement_not_accepted_by_operator"),
            (Direction::Connection, "suspended_by_supplier") => plain("operator_agreement_suspended_by_operator"),
            (Direction::Connection, _) => plain(&format!("operator_agreement_{what}")),
            _ => plain(&format!("agreement_{what}")),
        }
    }

    fn has_mandate(&self, product: ProductId) -> bool {
        let supplier = self.supplier(product);
        let mut own = self
            .inputs
            .mandates
            .iter()
            .filter(|mandate| Some(mandate.supplier) == supplier);
        own.any(|mandate| during(&mandate.window, self.at()))
    }

    /// The scopes for which a product is switched on now.
    fn scopes(&self, product: ProductId) -> Vec<&'a Scope> {
        let said_yes = |moment: Option<sluis_core::time::Timestamp>| moment.is_some_and(|m| m.as_millis() <= self.at());
        let of_product = self
            .inputs
            .activations
            .iter()
            .filter(|activation| activation.product == product);
        of_product
            .filter(|activation| self.supplier(product).is_some() && during(&activation.window, self.at()))
            .filter(|activation| said_yes(activation.accepted_by_school_at))
            .filter(|activation| said_yes(activation.accepted_by_supplier_at))
            .map(|activation| &activation.scope)
            .collect()
    }

    fn about_the_activation(&self) -> Vec<(String, String)> {
        let mut reasons = BTreeSet::new();
        if !self.has_mandate(self.request.product) {
            reasons.insert(plain("mandate_missing"));
        }
        if self.scopes(self.request.product).is_empty() {
            let own = self.inputs.activations.iter();
            let own = own.filter(|activation| self.registered() && activation.product == self.request.product);
            let (now, others): (Vec<_>, Vec<_>) = own.partition(|activation| during(&activation.window, self.at()));
            let late = |moment: Option<sluis_core::time::Timestamp>| moment.is_none_or(|m| m.as_millis() > self.at());
            for activation in &now {
                if late(activation.accepted_by_school_at) {
                    reasons.insert(plain("activation_not_accepted_by_school"));
                }
                if late(activation.accepted_by_supplier_at) {
                    reasons.insert(plain("activation_not_accepted_by_supplier"));
                }
            }
            if now.is_empty() {
                let ended = others.iter().any(|activation| over(&activation.window, self.at()));
                reasons.insert(plain(if ended {
                    "activation_ended"
                } else {
                    "activation_missing"
                }));
            }
        }
        reasons.into_iter().collect()
    }
}
