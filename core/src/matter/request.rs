//! What a person asks about their own data (GDPR 12 to 22; models 4.0 and 3.0, article 9; mbo 3.0, article 8).
//!
//! The processor sends on what comes to it. The school answers within a month, or within three when it says so within the
//! first one, and why. What it changes, erases or restricts it tells the suppliers that got the data, and they confirm.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Agreed, Basis, Course, Duty, DutyCode, Fault, Life, term::months_after, word::words};
use crate::{
    agreement::{Clause, Side},
    id::{MatterId, SubjectRequestId, SupplierId},
    person::{ConsentGiver, OwnRequest, Requester},
    time::{Timestamp, Window},
};

words! {
    /// A right of a person.
    Right {
        /// See one's data (inzage).
        Access = "access",
        /// Have them put right (rectificatie).
        Rectification = "rectification",
        /// Have them erased (wissing).
        Erasure = "erasure",
        /// Have them left alone (beperking).
        Restriction = "restriction",
        /// Take them along (overdraagbaarheid).
        Portability = "portability",
        /// Object to what is done with them (bezwaar).
        Objection = "objection",
    }
}

impl Right {
    /// Whether the suppliers that got the data have to be told (GDPR 19).
    pub const fn reaches_recipients(self) -> bool {
        matches!(
            self,
            Self::Rectification | Self::Erasure | Self::Restriction | Self::Objection
        )
    }

    /// Whether the answer is the data themselves.
    pub const fn is_answered_with_data(self) -> bool {
        matches!(self, Self::Access | Self::Portability)
    }

    /// The article of the GDPR.
    pub const fn law(self) -> &'static str {
        match self {
            Self::Access => "GDPR 15",
            Self::Rectification => "GDPR 16",
            Self::Erasure => "GDPR 17",
            Self::Restriction => "GDPR 18",
            Self::Portability => "GDPR 20",
            Self::Objection => "GDPR 21",
        }
    }
}

words! {
    /// What a request was answered with.
    AnswerOutcome {
        /// It was done.
        Granted = "granted",
        /// Some of it was done.
        Partly = "partly",
        /// It was not done.
        Refused = "refused",
    }
}

words! {
    /// What a supplier did about it.
    ConfirmOutcome {
        /// It was done.
        Done = "done",
        /// The supplier holds nothing about the person.
        NothingHeld = "nothing_held",
        /// It cannot be done.
        Refused = "refused",
    }
}

/// A request, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Which right.
    pub right: Right,
    /// When the request came, at the school or at the supplier.
    pub received_at: Timestamp,
    /// Who asks.
    pub asked_by: ConsentGiver,
}

/// What happens with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum RequestStep {
    /// It is sure who asks (GDPR 12(6)).
    IdentityEstablished,
    /// The answer takes longer, and the person was told so.
    Extended {
        /// Why (GDPR 12(3)).
        why: String,
    },
    /// These suppliers were told what to do.
    CarriedOn {
        /// Those that got data of the person.
        suppliers: BTreeSet<SupplierId>,
    },
    /// A supplier says what it did.
    Confirmed {
        /// Which.
        supplier: SupplierId,
        /// What it did.
        outcome: ConfirmOutcome,
        /// More about it; needed for a refusal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// The person has the answer.
    Answered {
        /// What it was.
        outcome: AnswerOutcome,
        /// When.
        at: Timestamp,
        /// Why not all of it was done (GDPR 12(4)).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// The person asks no more.
    RequestWithdrawn,
    /// Nothing is left to do.
    RequestClosed,
}

impl RequestStep {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::IdentityEstablished => "identity_established",
            Self::Extended { .. } => "extended",
            Self::CarriedOn { .. } => "carried_on",
            Self::Confirmed { .. } => "confirmed",
            Self::Answered { .. } => "answered",
            Self::RequestWithdrawn => "request_withdrawn",
            Self::RequestClosed => "request_closed",
        }
    }
}

impl Course<Request> {
    /// By when the person must have the answer.
    pub fn answer_by(&self) -> Timestamp {
        let extended = self.has(|step| matches!(step, RequestStep::Extended { .. }));
        months_after(self.facts.received_at, if extended { 3 } else { 1 })
    }

    /// The grant by which the person gets their own data.
    ///
    /// # Errors
    /// When something else was asked, the matter is closed, or it is not sure yet who asks.
    pub fn own_request(&self, id: MatterId) -> Result<OwnRequest, Fault> {
        if !self.facts.right.is_answered_with_data() {
            let detail = "a person gets their data when they ask to see them or to take them along";
            return Err(Fault::NotReady(detail, Some(Basis::Law("GDPR 15, 20"))));
        }
        if self.closed_at().is_some() {
            return Err(Fault::Closed);
        }
        let Some(identified) = self.first(|step| matches!(step, RequestStep::IdentityEstablished)) else {
            let detail = "first make sure who asks: nobody else gets these data";
            return Err(Fault::NotReady(detail, Some(Basis::Law("GDPR 12(6)"))));
        };
        Ok(OwnRequest {
            id: SubjectRequestId::from_uuid(*id.as_uuid()),
            by: match self.facts.asked_by {
                ConsentGiver::Person => Requester::Person,
                ConsentGiver::Guardian => Requester::Guardian,
            },
            identity_verified_at: Some(identified),
            window: Window::since(self.at),
        })
    }

    /// The suppliers that were told.
    pub fn told(&self) -> impl Iterator<Item = (SupplierId, Timestamp)> {
        self.steps.iter().flat_map(|taken| {
            let suppliers = match &taken.step {
                RequestStep::CarriedOn { suppliers } => suppliers.clone(),
                _ => BTreeSet::new(),
            };
            suppliers.into_iter().map(|supplier| (supplier, taken.at))
        })
    }

    /// When a supplier said what it did.
    pub fn confirmed(&self, by: SupplierId) -> Option<Timestamp> {
        self.first(|step| matches!(step, RequestStep::Confirmed { supplier, .. } if *supplier == by))
    }

    fn answered(&self) -> Option<(AnswerOutcome, Timestamp)> {
        self.steps.iter().find_map(|taken| match taken.step {
            RequestStep::Answered { outcome, at, .. } => Some((outcome, at)),
            _ => None,
        })
    }
}

impl Life for Request {
    type Step = RequestStep;

    fn faults(&self, _: Side, at: Timestamp, _: &Agreed) -> Vec<Fault> {
        Fault::unless_past("receivedAt", self.received_at, at)
            .into_iter()
            .collect()
    }

    fn against(course: &Course<Self>, step: &RequestStep, by: Side, at: Timestamp, _: &Agreed) -> Vec<Fault> {
        let forwarding = Basis::Clause(Clause::Forwarding, "GDPR 28(3)(e)");
        match (step, by) {
            (RequestStep::Confirmed { supplier, outcome, why }, _) => {
                let mut faults = Vec::new();
                if *outcome == ConfirmOutcome::Refused && why.is_none() {
                    let detail = "a refusal says why";
                    faults.push(
                        Fault::invalid("why", "reason_needed", detail).by(Basis::Clause(Clause::Rights, "GDPR 19")),
                    );
                }
                if !course.told().any(|(told, _)| told == *supplier) {
                    faults.push(Fault::NotReady(
                        "the school has not carried the request on to this supplier",
                        Some(Basis::Law("GDPR 19")),
                    ));
                } else if course.confirmed(*supplier).is_some() {
                    faults.push(Fault::Already("this supplier has said what it did"));
                }
                faults
            }
            (_, Side::Supplier) => {
                let detail =
                    "the school deals with what a person asks; a supplier sends it on and confirms what it did";
                vec![Fault::OtherSide(detail, Some(forwarding))]
            }
            (RequestStep::IdentityEstablished, _) => {
                let known = course.has(|step| matches!(step, RequestStep::IdentityEstablished));
                known
                    .then_some(Fault::Already("it is on record that it is sure who asks"))
                    .into_iter()
                    .collect()
            }
            (RequestStep::Extended { .. }, _) => {
                let mut faults = Vec::new();
                if course.has(|step| matches!(step, RequestStep::Extended { .. })) {
                    faults.push(Fault::Already("the term was extended before, and can be once"));
                }
                if months_after(course.facts.received_at, 1) <= at {
                    let detail =
                        "the person is told within a month that the answer takes longer, and that month is over";
                    faults.push(Fault::NotReady(detail, Some(Basis::Law("GDPR 12(3)"))));
                }
                faults
            }
            (RequestStep::CarriedOn { suppliers }, _) => {
                let mut faults = Vec::new();
                if course.told().any(|(told, _)| suppliers.contains(&told)) {
                    faults.push(Fault::Already("one of these suppliers was told before"));
                }
                if !course.has(|step| matches!(step, RequestStep::IdentityEstablished)) {
                    let detail = "first make sure who asks: nothing is changed or erased for somebody else";
                    faults.push(Fault::NotReady(detail, Some(Basis::Law("GDPR 12(6)"))));
                }
                faults
            }
            (
                RequestStep::Answered {
                    outcome,
                    at: answered,
                    why,
                },
                _,
            ) => {
                let detail = "nobody can answer what was not asked yet";
                let received = course.facts.received_at;
                let mut faults: Vec<_> = Fault::unless_past("at", *answered, at)
                    .into_iter()
                    .chain(Fault::unless_after("at", *answered, received, detail))
                    .collect();
                if *outcome != AnswerOutcome::Granted && why.is_none() {
                    let detail = "who does not get all of it is told why, and where to complain";
                    faults.push(Fault::invalid("why", "reason_needed", detail).by(Basis::Law("GDPR 12(4)")));
                }
                if course.answered().is_some() {
                    faults.push(Fault::Already("the request was answered before"));
                }
                if !course.has(|step| matches!(step, RequestStep::IdentityEstablished))
                    && *outcome != AnswerOutcome::Refused
                {
                    let detail = "first make sure who asks: nobody gets the data of somebody else";
                    faults.push(Fault::NotReady(detail, Some(Basis::Law("GDPR 12(6)"))));
                }
                faults
            }
            (RequestStep::RequestWithdrawn, _) => Vec::new(),
            (RequestStep::RequestClosed, _) => {
                let open = course.facts.duties(course, &Agreed::default());
                match open.iter().any(Duty::is_open) {
                    true => vec![Fault::NotReady(
                        "something is left to do: see the duties",
                        Some(Basis::Law("GDPR 12(3)")),
                    )],
                    false => Vec::new(),
                }
            }
        }
    }

    fn closes(step: &RequestStep) -> bool {
        matches!(step, RequestStep::RequestClosed | RequestStep::RequestWithdrawn)
    }

    fn duties(&self, course: &Course<Self>, _: &Agreed) -> Vec<Duty> {
        let received = self.received_at;
        let mut duties = Vec::new();
        if course.by == Side::Supplier {
            let forward = Duty::new(DutyCode::ForwardRequest, Side::Supplier, received);
            duties.push(forward.done(Some(course.at)));
        }
        let answered = course.answered();
        let answer = Duty::new(DutyCode::AnswerRequest, Side::Board, received).due(Some(course.answer_by()));
        duties.push(answer.done(answered.map(|(_, at)| at)));
        let granted = answered.filter(|(outcome, _)| *outcome != AnswerOutcome::Refused);
        if let Some((_, at)) = granted.filter(|_| self.right.reaches_recipients()) {
            let told = course.first(|step| matches!(step, RequestStep::CarriedOn { .. }));
            duties.push(Duty::new(DutyCode::TellRecipients, Side::Board, at).done(told));
        }
        for (supplier, since) in course.told() {
            let confirm = Duty::new(DutyCode::ConfirmRequest, Side::Supplier, since).due(Some(course.answer_by()));
            duties.push(confirm.done(course.confirmed(supplier)).about(supplier.to_string()));
        }
        duties
    }
}
