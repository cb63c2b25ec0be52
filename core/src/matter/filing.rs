//! Documents of the processor (models 4.0 and 3.0, article 7 and annex 2; mbo 3.0, article 6): the security annex with its
//! measures, audit reports, statements of third parties, certificates, the yearly report, what a DPIA is made from. Each has a
//! date, and is replaced before it runs out.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Agreed, Basis, Course, Duty, DutyCode, Fault, Life, term::end_of, word::words};
use crate::{
    agreement::{Clause, Model, Side},
    time::Timestamp,
};

words! {
    /// What kind of document.
    FilingKind {
        /// Annex 2: class, measures, their state.
        SecurityAnnex = "security_annex",
        /// The report of an audit.
        AuditReport = "audit_report",
        /// What an independent third party states (TPM).
        ThirdPartyStatement = "third_party_statement",
        /// A certificate.
        Certificate = "certificate",
        /// The yearly report on security.
        YearlyReport = "yearly_report",
        /// What the school needs for a data protection impact assessment.
        DpiaPack = "dpia_pack",
        /// A copy of the contract with a sub-processor (models 4.0 and 3.0, article 11.3).
        SubProcessorContract = "sub_processor_contract",
        /// What changes in the product, and what that means (models 4.0 and 3.0, article 14.3).
        ProductChange = "product_change",
    }
}

words! {
    /// Whether a measure is taken.
    MeasureStatus {
        /// It is.
        Met = "met",
        /// It is not.
        NotMet = "not_met",
        /// Another one is in its place.
        Alternative = "alternative",
    }
}

/// A measure of security.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecurityMeasure {
    /// Which.
    pub name: String,
    /// Whether it is taken.
    pub status: MeasureStatus,
    /// What is done instead, or how it will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The day by which it will be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Date>,
}

/// A document, as it is filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Filing {
    /// What it is.
    pub what: FilingKind,
    /// Its title.
    pub title: String,
    /// The day on which it was made.
    pub issued_on: Date,
    /// The last day on which it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The SHA-256 of its bytes, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The measures, of a security annex.
    pub measures: Vec<SecurityMeasure>,
}

/// What happens with a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum FilingStep {
    /// A measure is taken by now.
    MeasureMet {
        /// Which.
        name: String,
    },
    /// The school has looked at it.
    Reviewed {
        /// What it says about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A newer one takes its place, or it counts no more.
    FilingReplaced,
}

impl FilingStep {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::MeasureMet { .. } => "measure_met",
            Self::Reviewed { .. } => "reviewed",
            Self::FilingReplaced => "filing_replaced",
        }
    }
}

impl Course<Filing> {
    fn met(&self, measure: &str) -> Option<Timestamp> {
        self.first(|step| matches!(step, FilingStep::MeasureMet { name } if name == measure))
    }

    fn unmet(&self) -> impl Iterator<Item = &SecurityMeasure> {
        self.facts
            .measures
            .iter()
            .filter(|measure| measure.status == MeasureStatus::NotMet)
    }
}

impl Life for Filing {
    type Step = FilingStep;

    fn faults(&self, _: Side, at: Timestamp, agreed: &Agreed) -> Vec<Fault> {
        let security = Basis::Clause(Clause::SecurityAgreements, "GDPR 32");
        let today = at.dutch_date();
        let mut faults = Vec::new();
        if today < self.issued_on {
            faults.push(Fault::invalid("issuedOn", "in_the_future", "this day has yet to come"));
        }
        if self.valid_until.is_some_and(|until| until < self.issued_on) {
            faults.push(Fault::invalid(
                "validUntil",
                "dates_contradict",
                "it would run out before it was made",
            ));
        } else if self.valid_until.is_some_and(|until| until < today) {
            faults.push(
                Fault::invalid("validUntil", "in_the_past", "it has run out: file the one that holds").by(security),
            );
        }
        let a_year_on = today.checked_add(jiff::Span::new().years(1)).unwrap_or(today);
        let short = self.valid_until.is_none_or(|until| until < a_year_on);
        if agreed.model == Some(Model::Mbo3_0) && self.what == FilingKind::Certificate && short {
            let detail = "the model for mbo lists certificates with a year to run or more";
            faults.push(Fault::invalid("validUntil", "less_than_a_year", detail).by(security));
        }
        if self.what != FilingKind::SecurityAnnex && !self.measures.is_empty() {
            faults.push(Fault::invalid(
                "measures",
                "not_for_this_kind",
                "only a security annex has measures",
            ));
        }
        for measure in &self.measures {
            if measure.status == MeasureStatus::NotMet && measure.by.is_none_or(|by| by < today) {
                let detail = "a measure that is not taken has a day to come by which it will be";
                faults.push(Fault::invalid("measures", "measure_without_date", detail).by(security));
                break;
            }
        }
        faults
    }

    fn against(course: &Course<Self>, step: &FilingStep, by: Side, _: Timestamp, _: &Agreed) -> Vec<Fault> {
        let own = |detail| match by == course.by {
            true => Vec::new(),
            false => vec![Fault::OtherSide(detail, None)],
        };
        match step {
            FilingStep::MeasureMet { name } => {
                let mut faults = own("the side that filed it says what is met");
                if !course.unmet().any(|measure| measure.name == *name) {
                    faults.push(Fault::invalid(
                        "name",
                        "measure_unknown",
                        "no measure of this name is open",
                    ));
                } else if course.met(name).is_some() {
                    faults.push(Fault::Already("this measure is met already"));
                }
                faults
            }
            FilingStep::Reviewed { .. } if by == Side::Supplier => {
                vec![Fault::OtherSide(
                    "the school reviews",
                    Some(Basis::Clause(Clause::Audit, "GDPR 28(3)(h)")),
                )]
            }
            FilingStep::Reviewed { .. } => Vec::new(),
            FilingStep::FilingReplaced => own("the side that filed it replaces it"),
        }
    }

    fn closes(step: &FilingStep) -> bool {
        matches!(step, FilingStep::FilingReplaced)
    }

    fn duties(&self, course: &Course<Self>, agreed: &Agreed) -> Vec<Duty> {
        let closed = course.closed_at();
        let mut duties = Vec::new();
        if let Some(until) = self.valid_until {
            let renew = Duty::new(DutyCode::RenewFiling, course.by, course.at);
            duties.push(renew.due(Some(end_of(until))).done(closed).about(self.title.clone()));
        }
        for measure in course.unmet() {
            let meet = Duty::new(DutyCode::MeetMeasure, course.by, course.at).due(measure.by.map(end_of));
            duties.push(
                meet.done(course.met(&measure.name).or(closed))
                    .about(measure.name.clone()),
            );
        }
        // The report of this year is there; the next one is due a year later.
        if self.what == FilingKind::YearlyReport
            && let Some(day) = agreed.report_before
        {
            let report = Duty::new(DutyCode::ReportSecurity, Side::Supplier, course.at);
            // The one of this year is there, also when it came a little late: the next is that of the year after.
            let half_a_year_on = self
                .issued_on
                .checked_add(jiff::Span::new().months(6))
                .unwrap_or(self.issued_on);
            let next = day.next(Timestamp::dutch_midnight(half_a_year_on));
            duties.push(report.due(Some(next)).done(closed));
        }
        duties
    }
}
