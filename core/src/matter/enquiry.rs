//! What an authority asks, or a complaint (models 4.0 and 3.0, article 9; mbo 3.0, article 8; GDPR 31): the processor sends it
//! on to the school, which answers.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Agreed, Basis, Course, Duty, DutyCode, Fault, Life, term::end_of, word::words};
use crate::{
    agreement::{Clause, Side},
    time::Timestamp,
};

words! {
    /// Who asks for what.
    EnquiryKind {
        /// A supervisory authority asks or investigates.
        Authority = "authority",
        /// Somebody points to a law by which data must be disclosed (models 4.0 and 3.0, article 6.3; mbo 3.0, article 5.3).
        Disclosure = "disclosure",
        /// A complaint.
        Complaint = "complaint",
    }
}

/// An enquiry, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Enquiry {
    /// What it is.
    pub what: EnquiryKind,
    /// When it came.
    pub received_at: Timestamp,
    /// From which organisation; a complaint is from nobody that is named here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is about, without anybody's name.
    pub summary: String,
    /// The law that it points to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub law: Option<String>,
    /// Whether the law and the identity of the one who asks were verified, for a disclosure.
    pub verified: bool,
    /// The last day for an answer, where the one who asks has set one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_by: Option<Date>,
}

/// What happens with an enquiry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum EnquiryStep {
    /// It was answered.
    EnquiryAnswered {
        /// When.
        at: Timestamp,
        /// Where the answer is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// What was said, without anybody's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Nothing is left to do.
    EnquiryClosed,
}

impl EnquiryStep {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::EnquiryAnswered { .. } => "enquiry_answered",
            Self::EnquiryClosed => "enquiry_closed",
        }
    }
}

impl Course<Enquiry> {
    fn answered(&self) -> Option<Timestamp> {
        self.steps.iter().find_map(|taken| match taken.step {
            EnquiryStep::EnquiryAnswered { at, .. } => Some(at),
            EnquiryStep::EnquiryClosed => None,
        })
    }
}

impl Life for Enquiry {
    type Step = EnquiryStep;

    fn faults(&self, _: Side, at: Timestamp, _: &Agreed) -> Vec<Fault> {
        let mut faults: Vec<_> = Fault::unless_past("receivedAt", self.received_at, at)
            .into_iter()
            .collect();
        let disclosure = Basis::Clause(Clause::Disclosure, "GDPR 28(3)(a)");
        if self.what == EnquiryKind::Disclosure {
            if self.law.is_none() {
                let detail = "a disclosure points to the law that asks for it";
                faults.push(Fault::invalid("law", "missing", detail).by(disclosure));
            }
            if !self.verified {
                let detail = "verify the law and who points to it before anything is disclosed";
                faults.push(Fault::invalid("verified", "not_verified", detail).by(disclosure));
            }
        }
        if self.what != EnquiryKind::Complaint && self.from.is_none() {
            faults.push(Fault::invalid("from", "missing", "say which organisation asks"));
        }
        if self.answer_by.is_some_and(|day| end_of(day) <= self.received_at) {
            faults.push(Fault::invalid(
                "answerBy",
                "dates_contradict",
                "the answer cannot be due before the question came",
            ));
        }
        faults
    }

    fn against(course: &Course<Self>, step: &EnquiryStep, by: Side, at: Timestamp, _: &Agreed) -> Vec<Fault> {
        if by == Side::Supplier {
            let detail = "the school answers; the processor sends on what comes to it";
            return vec![Fault::OtherSide(
                detail,
                Some(Basis::Clause(Clause::Forwarding, "GDPR 28(3)")),
            )];
        }
        match step {
            EnquiryStep::EnquiryAnswered { at: answered, .. } => {
                let detail = "nobody can answer what was not asked yet";
                let mut faults: Vec<_> = Fault::unless_past("at", *answered, at)
                    .into_iter()
                    .chain(Fault::unless_after("at", *answered, course.facts.received_at, detail))
                    .collect();
                if course.answered().is_some() {
                    faults.push(Fault::Already("it was answered before"));
                }
                faults
            }
            EnquiryStep::EnquiryClosed if course.answered().is_none() => {
                vec![Fault::NotReady(
                    "it has yet to be answered",
                    Some(Basis::Law("GDPR 31")),
                )]
            }
            EnquiryStep::EnquiryClosed => Vec::new(),
        }
    }

    fn closes(step: &EnquiryStep) -> bool {
        matches!(step, EnquiryStep::EnquiryClosed)
    }

    fn duties(&self, course: &Course<Self>, _: &Agreed) -> Vec<Duty> {
        let mut duties = Vec::new();
        if course.by == Side::Supplier {
            let forward = Duty::new(DutyCode::ForwardEnquiry, Side::Supplier, self.received_at);
            duties.push(forward.done(Some(course.at)));
        }
        let answer = Duty::new(DutyCode::AnswerEnquiry, Side::Board, self.received_at);
        duties.push(answer.due(self.answer_by.map(end_of)).done(course.answered()));
        duties
    }
}
