//! The contract under an agreement (onderliggende overeenkomst; models 4.0 and 3.0, article 15; mbo 3.0, article 14): the
//! agreement lasts as long as it does. One side enters it, the other confirms it; notice by either ends it, and the agreement with it.

use jiff::{Span, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    Agreed, Basis, Course, Duty, DutyCode, Fault, Life,
    term::{DayOfYear, end_of},
};
use crate::{
    agreement::{Clause, Side},
    time::Timestamp,
};

/// When notice has to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NoticeTerm {
    /// So many months before the end.
    MonthsBefore(u32),
    /// Before this day of the year.
    BeforeDay(DayOfYear),
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    /// The number or name by which the sides know it.
    pub reference: String,
    /// Its first day.
    pub starts_on: Date,
    /// The last day of its term; without it the contract has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Date>,
    /// By how many months it is renewed when nobody gives notice; without it it ends with its term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews_months: Option<u32>,
    /// When notice has to be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<NoticeTerm>,
}

/// What happens with a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ContractStep {
    /// The other side confirms that this is the contract.
    ContractConfirmed,
    /// The board lets it go on for another term.
    ContractContinued,
    /// A side gives notice.
    NoticeGiven {
        /// The last day of the contract.
        ends_on: Date,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// It was entered wrongly: another one takes its place.
    ContractWithdrawn,
}

impl ContractStep {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::ContractConfirmed => "contract_confirmed",
            Self::ContractContinued => "contract_continued",
            Self::NoticeGiven { .. } => "notice_given",
            Self::ContractWithdrawn => "contract_withdrawn",
        }
    }
}

impl Contract {
    /// The last day of the term that runs on this day: the first one, or one that it was renewed for.
    fn term_end(&self, on: Date) -> Option<Date> {
        let first = self.ends_on?;
        let months = i32::try_from(self.renews_months.unwrap_or_default()).unwrap_or_default();
        let mut end = first;
        let mut renewals: i32 = 0;
        while months > 0 && end < on {
            renewals = renewals.saturating_add(1);
            // Counted from the first one, so that a short month on the way does not shorten all that follow.
            end = first
                .checked_add(Span::new().try_months(months.checked_mul(renewals)?).ok()?)
                .ok()?;
        }
        Some(end)
    }

    /// Whether its term is over and is not renewed.
    fn is_over(&self, at: Timestamp) -> bool {
        self.renews_months.is_none() && self.ends_on.is_some_and(|end| end < at.dutch_date())
    }

    /// The first day for which notice can still be given.
    fn earliest_end(&self, now: Timestamp) -> Date {
        let today = now.dutch_date();
        match self.notice {
            None => today,
            Some(NoticeTerm::BeforeDay(day)) => day.next(now).dutch_date(),
            Some(NoticeTerm::MonthsBefore(months)) => {
                let span = Span::new().try_months(months);
                span.and_then(|span| today.checked_add(span)).unwrap_or(today)
            }
        }
    }

    /// By when the board decides whether it goes on: before notice must be there, or its term is over.
    fn decide_by(&self, now: Timestamp) -> Option<Timestamp> {
        match (self.ends_on, self.renews_months) {
            (Some(end), None) => Some(end_of(end)),
            _ => self.notice_by(now),
        }
    }

    /// By when notice must be there, seen from this moment; none when it is not asked or the contract just ends.
    pub fn notice_by(&self, now: Timestamp) -> Option<Timestamp> {
        match self.notice? {
            NoticeTerm::BeforeDay(day) => Some(day.next(now)),
            NoticeTerm::MonthsBefore(months) => {
                let before = |end: Date| {
                    let span = Span::new().try_months(months).ok()?;
                    Some(Timestamp::dutch_midnight(end.checked_sub(span).ok()?))
                };
                let mut end = self.term_end(now.dutch_date())?;
                let mut by = before(end)?;
                // The term that runs, or the first of those after it that can still be ended.
                while by <= now && self.renews_months.is_some() {
                    end = self.term_end(end.tomorrow().ok()?)?;
                    by = before(end)?;
                }
                Some(by)
            }
        }
    }
}

impl Course<Contract> {
    /// Whether both sides say that it is the contract.
    pub fn is_confirmed(&self) -> bool {
        self.has(|step| matches!(step, ContractStep::ContractConfirmed))
    }

    /// The last day that notice was given for.
    pub fn noticed(&self) -> Option<(Date, Timestamp)> {
        self.steps.iter().find_map(|taken| match taken.step {
            ContractStep::NoticeGiven { ends_on, .. } => Some((ends_on, taken.at)),
            _ => None,
        })
    }

    /// The first moment after it, once notice was given.
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.noticed().map(|(day, _)| end_of(day))
    }
}

impl Life for Contract {
    type Step = ContractStep;

    fn faults(&self, _: Side, at: Timestamp, _: &Agreed) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.ends_on.is_some_and(|end| end < self.starts_on) {
            let detail = "it would end before it begins";
            faults.push(Fault::invalid("endsOn", "dates_contradict", detail));
        } else if self.is_over(at) {
            let detail = "it has ended: enter the contract that holds, or how this one is renewed";
            faults.push(Fault::invalid("endsOn", "in_the_past", detail));
        }
        if self.renews_months.is_some() && self.ends_on.is_none() {
            faults.push(Fault::invalid(
                "renewsMonths",
                "dates_contradict",
                "what has no end is not renewed",
            ));
        }
        if self.renews_months == Some(0) {
            faults.push(Fault::invalid(
                "renewsMonths",
                "out_of_range",
                "a renewal is for a month or more",
            ));
        }
        match self.notice {
            Some(NoticeTerm::MonthsBefore(_)) if self.ends_on.is_none() => {
                let detail = "months before an end need an end: say before which day of the year";
                faults.push(Fault::invalid("noticeMonths", "dates_contradict", detail));
            }
            _ => {}
        }
        faults
    }

    fn against(course: &Course<Self>, step: &ContractStep, by: Side, at: Timestamp, _: &Agreed) -> Vec<Fault> {
        let duration = Basis::Clause(Clause::Duration, "GDPR 28(3)");
        match step {
            ContractStep::ContractConfirmed if by == course.by => {
                vec![Fault::OtherSide("the other side confirms", None)]
            }
            ContractStep::ContractConfirmed if course.is_confirmed() => {
                vec![Fault::Already("the contract is confirmed")]
            }
            ContractStep::ContractConfirmed if course.facts.is_over(at) => {
                vec![Fault::NotReady(
                    "the contract is over by now: enter the one that holds",
                    Some(duration),
                )]
            }
            ContractStep::ContractConfirmed => Vec::new(),
            ContractStep::ContractContinued if by == Side::Supplier => {
                vec![Fault::OtherSide(
                    "the board says that it lets the contract go on",
                    Some(duration),
                )]
            }
            ContractStep::ContractContinued if course.noticed().is_some() => {
                vec![Fault::NotReady("notice was given", Some(duration))]
            }
            ContractStep::ContractContinued if !course.is_confirmed() || course.facts.renews_months.is_none() => {
                vec![Fault::NotReady(
                    "only a contract that both sides confirmed, and that is renewed, goes on",
                    Some(duration),
                )]
            }
            ContractStep::ContractContinued => Vec::new(),
            ContractStep::NoticeGiven { ends_on, .. } => {
                let mut faults = Vec::new();
                if *ends_on < at.dutch_date() {
                    faults.push(
                        Fault::invalid("endsOn", "in_the_past", "notice is given for a day to come").by(duration),
                    );
                }
                if course.facts.notice.is_some() && *ends_on < course.facts.earliest_end(at) {
                    let detail = "notice for this day comes too late, by what the contract says";
                    faults.push(Fault::invalid("endsOn", "notice_too_late", detail).by(duration));
                }
                if *ends_on < course.facts.starts_on {
                    faults.push(Fault::invalid(
                        "endsOn",
                        "dates_contradict",
                        "it would end before it begins",
                    ));
                }
                if course.noticed().is_some() {
                    faults.push(Fault::Already("notice was given before"));
                }
                if !course.is_confirmed() {
                    faults.push(Fault::NotReady(
                        "both sides have to say first that this is the contract",
                        Some(duration),
                    ));
                }
                faults
            }
            ContractStep::ContractWithdrawn if by != course.by => {
                vec![Fault::OtherSide("the side that entered it takes it back", None)]
            }
            ContractStep::ContractWithdrawn if course.is_confirmed() => {
                vec![Fault::NotReady(
                    "both sides have confirmed it: give notice instead",
                    Some(duration),
                )]
            }
            ContractStep::ContractWithdrawn => Vec::new(),
        }
    }

    fn closes(step: &ContractStep) -> bool {
        matches!(step, ContractStep::ContractWithdrawn)
    }

    fn duties(&self, course: &Course<Self>, _: &Agreed) -> Vec<Duty> {
        let other = match course.by {
            Side::Board => Side::Supplier,
            Side::Supplier => Side::Board,
        };
        let confirmed = course.first(|step| matches!(step, ContractStep::ContractConfirmed));
        let mut duties = vec![Duty::new(DutyCode::ConfirmContract, other, course.at).done(confirmed)];
        let since = confirmed.unwrap_or(course.at);
        let mut by = self.decide_by(since);
        for _ in course
            .steps
            .iter()
            .filter(|taken| matches!(taken.step, ContractStep::ContractContinued))
        {
            by = by.and_then(|by| self.decide_by(by));
        }
        if let Some(by) = by {
            let decide = Duty::new(DutyCode::DecideOnRenewal, Side::Board, since).due(Some(by));
            duties.push(decide.done(course.noticed().map(|(_, at)| at)));
        }
        duties
    }
}
