//! Return and destruction when an agreement ends (models 4.0 and 3.0, article 12; mbo 3.0, article 11; GDPR 28(3)(g)).
//!
//! Return comes first, in an open format, when the school wants it. Then the processor destroys what it has, sees to it that
//! each of its sub-processors does, and confirms that in writing, with the day until which the last back-up exists.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Agreed, Basis, Course, Duty, DutyCode, Fault, Life,
    term::{days_after, months_after},
    word::words,
};
use crate::{
    agreement::{Clause, Side},
    time::Timestamp,
};

words! {
    /// An open format.
    ReturnFormat {
        /// JSON.
        Json = "json",
        /// Comma separated values.
        Csv = "csv",
        /// XML.
        Xml = "xml",
        /// EDEXML.
        Edexml = "edexml",
        /// OneRoster CSV.
        OneRosterCsv = "oneroster_csv",
        /// What the law on long-term archives takes: PDF/A.
        PdfA = "pdf_a",
    }
}

/// The end of an agreement, seen from the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ending {
    /// When the agreement ends or ended.
    pub ends_at: Timestamp,
    /// When notice was given, where that was another day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_at: Option<Timestamp>,
}

/// What happens with the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum EndingStep {
    /// The school wants its data back.
    ReturnAsked {
        /// How.
        format: ReturnFormat,
    },
    /// The school does not want them back.
    ReturnDeclined,
    /// The processor has returned them.
    Returned {
        /// When.
        at: Timestamp,
        /// How.
        format: ReturnFormat,
        /// Where they are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// The school has them, and can read them.
    ReturnReceived,
    /// The data of staff are destroyed.
    StaffDataDestroyed {
        /// When.
        at: Timestamp,
    },
    /// The processor has destroyed all it had.
    Destroyed {
        /// When.
        at: Timestamp,
        /// How: by erasing, by destroying keys.
        how: String,
    },
    /// A sub-processor has.
    SubProcessorDestroyed {
        /// Which.
        party: String,
        /// When.
        at: Timestamp,
    },
    /// The processor confirms it in writing.
    DestructionConfirmed {
        /// The last day on which a back-up exists that still has the data.
        last_back_up_until: Date,
        /// Where the confirmation is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// Nothing is left to do.
    EndingClosed,
}

impl EndingStep {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::ReturnAsked { .. } => "return_asked",
            Self::ReturnDeclined => "return_declined",
            Self::Returned { .. } => "returned",
            Self::ReturnReceived => "return_received",
            Self::StaffDataDestroyed { .. } => "staff_data_destroyed",
            Self::Destroyed { .. } => "destroyed",
            Self::SubProcessorDestroyed { .. } => "sub_processor_destroyed",
            Self::DestructionConfirmed { .. } => "destruction_confirmed",
            Self::EndingClosed => "ending_closed",
        }
    }
}

impl Ending {
    /// When the agreement ends, as it is by now.
    fn end(&self, agreed: &Agreed) -> Timestamp {
        agreed.ends_at.unwrap_or(self.ends_at)
    }
}

impl Course<Ending> {
    fn asked(&self) -> Option<(Timestamp, Option<ReturnFormat>)> {
        self.steps.iter().find_map(|taken| match taken.step {
            EndingStep::ReturnAsked { format } => Some((taken.at, Some(format))),
            EndingStep::ReturnDeclined => Some((taken.at, None)),
            _ => None,
        })
    }

    fn returned(&self) -> Option<Timestamp> {
        self.steps.iter().find_map(|taken| match taken.step {
            EndingStep::Returned { at, .. } => Some(at),
            _ => None,
        })
    }

    fn destroyed(&self) -> Option<Timestamp> {
        self.steps.iter().find_map(|taken| match taken.step {
            EndingStep::Destroyed { at, .. } => Some(at),
            _ => None,
        })
    }

    fn destroyed_by(&self, sub_processor: &str) -> Option<Timestamp> {
        self.steps.iter().find_map(|taken| match &taken.step {
            EndingStep::SubProcessorDestroyed { party, at } if party == sub_processor => Some(*at),
            _ => None,
        })
    }

    /// The day until which the last back-up exists, as the processor has confirmed.
    pub fn last_back_up_until(&self) -> Option<(Date, Timestamp)> {
        self.steps.iter().find_map(|taken| match taken.step {
            EndingStep::DestructionConfirmed { last_back_up_until, .. } => Some((last_back_up_until, taken.at)),
            _ => None,
        })
    }

    /// Whether the data were returned, and the term by which all is to be done is over: whoever does not say that it received
    /// them does not keep them at the processor for good.
    fn is_over_for_receipt(&self, at: Timestamp, agreed: &Agreed) -> bool {
        let term = agreed
            .days_after_end
            .map(|days| days_after(self.facts.end(agreed), days));
        self.returned().is_some() && term.is_some_and(|term| term <= at)
    }

    /// From when on data may be destroyed though the school has not said whether it wants them back.
    fn without_answer(&self, agreed: &Agreed) -> Option<Timestamp> {
        agreed
            .months_without_answer
            .map(|months| months_after(self.facts.ends_at, months))
    }
}

impl Life for Ending {
    type Step = EndingStep;

    fn faults(&self, _: Side, _: Timestamp, _: &Agreed) -> Vec<Fault> {
        let notice = self.notice_at.filter(|notice| self.ends_at < *notice);
        let detail = "notice comes before the end";
        notice
            .map(|_| Fault::invalid("noticeAt", "dates_contradict", detail))
            .into_iter()
            .collect()
    }

    fn against(course: &Course<Self>, step: &EndingStep, by: Side, at: Timestamp, agreed: &Agreed) -> Vec<Fault> {
        let clause = |clause| Some(Basis::Clause(clause, "GDPR 28(3)(g)"));
        let own = match step {
            EndingStep::ReturnAsked { .. }
            | EndingStep::ReturnDeclined
            | EndingStep::ReturnReceived
            | EndingStep::EndingClosed => Side::Board,
            _ => Side::Supplier,
        };
        if by != own {
            let detail = "the school says what it wants back, and the processor returns and destroys";
            return vec![Fault::OtherSide(detail, clause(Clause::Return))];
        }
        let past = |moment| Fault::unless_past("at", moment, at).into_iter();
        let since_end = |moment| {
            let detail = "the agreement has not ended then";
            Fault::unless_after("at", moment, course.facts.end(agreed), detail).into_iter()
        };
        match step {
            EndingStep::ReturnAsked { .. } | EndingStep::ReturnDeclined => {
                let mut faults = Vec::new();
                if course.asked().is_some() {
                    faults.push(Fault::Already("the school has said what it wants"));
                }
                if course.destroyed().is_some() {
                    faults.push(Fault::NotReady("the data are destroyed", clause(Clause::Return)));
                }
                faults
            }
            EndingStep::Returned { at: returned, .. } => {
                let mut faults: Vec<_> = past(*returned).collect();
                if !matches!(course.asked(), Some((_, Some(_)))) {
                    faults.push(Fault::NotReady(
                        "the school has not asked for its data",
                        clause(Clause::Return),
                    ));
                }
                if course.returned().is_some() {
                    faults.push(Fault::Already("the data were returned before"));
                }
                if course.destroyed().is_some() {
                    faults.push(Fault::NotReady("the data are destroyed", clause(Clause::Return)));
                }
                faults
            }
            EndingStep::ReturnReceived => {
                let returned = course.returned().is_some();
                let detail = "nothing was returned yet";
                (!returned)
                    .then_some(Fault::NotReady(detail, clause(Clause::Return)))
                    .into_iter()
                    .collect()
            }
            EndingStep::StaffDataDestroyed { at: destroyed } => past(*destroyed).collect(),
            EndingStep::Destroyed { at: destroyed, .. } => {
                let mut faults: Vec<_> = past(*destroyed).chain(since_end(*destroyed)).collect();
                if course.destroyed().is_some() {
                    faults.push(Fault::Already("the data are destroyed"));
                }
                let received = course.has(|step| matches!(step, EndingStep::ReturnReceived));
                match course.asked() {
                    Some((_, Some(_))) if !received && !course.is_over_for_receipt(*destroyed, agreed) => {
                        let detail = "the school has yet to say that it received its data: return comes first";
                        faults.push(Fault::NotReady(detail, clause(Clause::Return)));
                    }
                    None if course.without_answer(agreed).is_none_or(|from| *destroyed < from) => {
                        let detail = "the school has yet to say whether it wants its data back";
                        faults.push(Fault::NotReady(detail, clause(Clause::Return)));
                    }
                    _ => {}
                }
                faults
            }
            EndingStep::SubProcessorDestroyed { party, at: destroyed } => {
                let mut faults: Vec<_> = past(*destroyed).chain(since_end(*destroyed)).collect();
                if !agreed.sub_processors.contains(party) {
                    let detail = "the agreement lists no sub-processor of this name";
                    let fault = Fault::invalid("party", "party_unknown", detail);
                    faults.push(fault.by(Basis::Clause(Clause::SubProcessorsReturn, "GDPR 28(4)")));
                }
                if course.destroyed_by(party).is_some() {
                    faults.push(Fault::Already("this sub-processor has destroyed its data"));
                }
                faults
            }
            EndingStep::DestructionConfirmed { last_back_up_until, .. } => {
                let mut faults = Vec::new();
                if course
                    .destroyed()
                    .is_some_and(|at| *last_back_up_until < at.dutch_date())
                {
                    let detail = "a back-up of the day before exists at least until that day";
                    faults.push(Fault::invalid("lastBackUpUntil", "dates_contradict", detail));
                }
                let left = agreed
                    .sub_processors
                    .iter()
                    .any(|party| course.destroyed_by(party).is_none());
                if course.destroyed().is_none() || left {
                    let detail = "first the processor and each of its sub-processors destroy what they have";
                    faults.push(Fault::NotReady(detail, clause(Clause::Confirmation)));
                }
                if course.last_back_up_until().is_some() {
                    faults.push(Fault::Already("the destruction is confirmed"));
                }
                faults
            }
            EndingStep::EndingClosed => {
                let open = course.facts.duties(course, agreed).iter().any(Duty::is_open);
                let detail = "something is left to do: see the duties";
                open.then_some(Fault::NotReady(detail, clause(Clause::Confirmation)))
                    .into_iter()
                    .collect()
            }
        }
    }

    fn closes(step: &EndingStep) -> bool {
        matches!(step, EndingStep::EndingClosed)
    }

    fn duties(&self, course: &Course<Self>, agreed: &Agreed) -> Vec<Duty> {
        let end = self.end(agreed);
        let asked = course.asked();
        let by = agreed.days_after_end.map(|days| days_after(end, days));
        let without_answer = course.without_answer(agreed);
        let answer = asked.map(|(at, _)| at).or_else(|| course.destroyed());
        let say = Duty::new(DutyCode::SayHowToReturn, Side::Board, course.at).due(without_answer.or(by));
        let mut duties = vec![say.done(answer)];
        if let Some((since, Some(_))) = asked {
            let returned = course.returned();
            duties.push(
                Duty::new(DutyCode::ReturnData, Side::Supplier, since)
                    .due(by)
                    .done(returned),
            );
            if let Some(returned) = returned {
                let received = course.first(|step| matches!(step, EndingStep::ReturnReceived));
                let confirm = Duty::new(DutyCode::ConfirmReceipt, Side::Board, returned).due(by);
                duties.push(confirm.done(received.or(course.destroyed())));
            }
        }
        let after_notice = agreed.months_staff_after_notice;
        let after_notice = after_notice.map(|months| (self.notice_at.unwrap_or(end), months));
        let after_end = agreed.months_staff_after_end.map(|months| (end, months));
        if let Some((since, months)) = after_notice.or(after_end) {
            let gone = course.steps.iter().find_map(|taken| match taken.step {
                EndingStep::StaffDataDestroyed { at } | EndingStep::Destroyed { at, .. } => Some(at),
                _ => None,
            });
            let staff = Duty::new(DutyCode::DestroyStaffData, Side::Supplier, since);
            duties.push(staff.due(Some(months_after(since, months))).done(gone));
        }
        let destroy_by = match asked {
            None => without_answer.or(by),
            Some(_) => by,
        };
        let destroy = Duty::new(DutyCode::DestroyData, Side::Supplier, end).due(destroy_by);
        duties.push(destroy.done(course.destroyed()));
        for party in &agreed.sub_processors {
            let there = Duty::new(DutyCode::DestroyAtSubProcessor, Side::Supplier, end).due(destroy_by);
            duties.push(there.done(course.destroyed_by(party)).about(party.clone()));
        }
        let confirm = Duty::new(DutyCode::ConfirmDestruction, Side::Supplier, end).due(destroy_by);
        duties.push(confirm.done(course.last_back_up_until().map(|(_, at)| at)));
        duties
    }
}
