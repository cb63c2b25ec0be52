//! Incidents and breaches (models 4.0 and 3.0, article 8; mbo 3.0, article 7; GDPR 33 and 34).
//!
//! The processor tells the school without delay, within the hours that are agreed. The school judges whether it is a breach, and
//! notifies the authority within 72 hours of knowing, unless a risk is unlikely; where the risk is high the persons are informed.
//! What is told has the points of annex 2, part C; what is missing is added later.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Agreed, Basis, Course, Duty, DutyCode, Fault, Life, Taken, term::hours_after, word::words};
use crate::{
    agreement::{Clause, Side},
    catalogue::CategoryCode,
    time::Timestamp,
};

/// Hours between knowing of a breach and notifying it (GDPR 33(1)).
const NOTIFY_HOURS: u32 = 72;

words! {
    /// What happened to data.
    Nature {
        /// Somebody could read them.
        Read = "read",
        /// Somebody copied them.
        Copied = "copied",
        /// They were changed.
        Changed = "changed",
        /// They were destroyed or lost.
        Destroyed = "destroyed",
        /// They were stolen.
        Stolen = "stolen",
        /// They could not be reached.
        Unavailable = "unavailable",
        /// Nothing happened to data.
        NoData = "no_data",
    }
}

words! {
    /// How data were protected.
    Protection {
        /// They cannot be read without a key that is safe.
        Encrypted = "encrypted",
        /// Only hashes.
        Hashed = "hashed",
        /// Some of them.
        Partly = "partly",
        /// They could be read.
        None = "none",
    }
}

words! {
    /// How high the one who tells holds the risk for persons.
    Risk {
        /// It is unlikely that there is one.
        Unlikely = "unlikely",
        /// There is one.
        Present = "present",
        /// It is high (GDPR 34(1)).
        High = "high",
    }
}

words! {
    /// What the school judges.
    Verdict {
        /// A security incident, and no breach.
        NoBreach = "no_breach",
        /// A breach, of which a risk is unlikely: it is not notified (GDPR 33(1)).
        RiskUnlikely = "risk_unlikely",
        /// A breach with a risk.
        Risk = "risk",
        /// A breach with a high risk.
        HighRisk = "high_risk",
    }
}

words! {
    /// Why persons are not informed (GDPR 34(3)).
    Ground {
        /// The data cannot be read by anybody.
        Unintelligible = "unintelligible",
        /// Measures have since taken the high risk away.
        Measures = "measures",
        /// It would be out of proportion; there is a public notice instead.
        Disproportionate = "disproportionate",
    }
}

words! {
    /// A point of annex 2, part C.
    Point {
        /// From when until when.
        Period = "period",
        /// By what it came.
        Cause = "cause",
        /// How it was found.
        FoundBy = "found_by",
        /// What was done against it.
        Measures = "measures",
        /// Whether the data were encrypted or hashed.
        Protection = "protection",
        /// Which groups of persons, and how many.
        Persons = "persons",
        /// What may come of it, and how high the risk is.
        Consequences = "consequences",
        /// Which data.
        Categories = "categories",
    }
}

/// What may not be known at once and is added later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Facts {
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<Timestamp>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// By what it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// How it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_by: Option<String>,
    /// What was done against it and against its coming again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measures: Option<String>,
    /// How the data were protected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
    /// Which groups of persons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<String>,
    /// How many persons, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persons: Option<u32>,
    /// What may come of it for the school and the persons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consequences: Option<String>,
    /// How high the one who tells holds the risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// Which data.
    pub categories: BTreeSet<CategoryCode>,
}

impl Facts {
    /// What was known, with what is known since.
    fn and(&mut self, later: &Self) {
        fn newer<T: Clone>(of: &mut Option<T>, later: Option<&T>) {
            if let Some(later) = later {
                *of = Some(later.clone());
            }
        }
        newer(&mut self.began_at, later.began_at.as_ref());
        newer(&mut self.ended_at, later.ended_at.as_ref());
        newer(&mut self.cause, later.cause.as_ref());
        newer(&mut self.found_by, later.found_by.as_ref());
        newer(&mut self.measures, later.measures.as_ref());
        newer(&mut self.protection, later.protection.as_ref());
        newer(&mut self.groups, later.groups.as_ref());
        newer(&mut self.persons, later.persons.as_ref());
        newer(&mut self.consequences, later.consequences.as_ref());
        newer(&mut self.risk, later.risk.as_ref());
        if !later.categories.is_empty() {
            self.categories.clone_from(&later.categories);
        }
    }

    /// The points of annex 2, part C that are not answered.
    pub fn missing(&self) -> Vec<Point> {
        let answered = |point| match point {
            Point::Period => self.began_at.is_some(),
            Point::Cause => self.cause.is_some(),
            Point::FoundBy => self.found_by.is_some(),
            Point::Measures => self.measures.is_some(),
            Point::Protection => self.protection.is_some(),
            Point::Persons => self.groups.is_some() && self.persons.is_some(),
            Point::Consequences => self.consequences.is_some() && self.risk.is_some(),
            Point::Categories => !self.categories.is_empty(),
        };
        Point::ALL
            .iter()
            .map(|(_, point)| *point)
            .filter(|point| !answered(*point))
            .collect()
    }

    fn faults(&self, discovered_at: Timestamp, now: Timestamp) -> Vec<Fault> {
        let began = self.began_at.and_then(|began| {
            let detail = "it cannot have been found before it began";
            Fault::unless_past("beganAt", began, now)
                .or_else(|| Fault::unless_after("beganAt", discovered_at, began, detail))
        });
        let ended = self.ended_at.and_then(|ended| {
            let detail = "it cannot be over before it began";
            let began = self.began_at.unwrap_or(ended);
            Fault::unless_past("endedAt", ended, now).or_else(|| Fault::unless_after("endedAt", ended, began, detail))
        });
        began.into_iter().chain(ended).collect()
    }
}

/// An incident, as it is told at first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Incident {
    /// When it was found.
    pub discovered_at: Timestamp,
    /// What happened, without anybody's name.
    pub summary: String,
    /// What happened to data.
    pub nature: BTreeSet<Nature>,
    /// What else is known.
    pub facts: Facts,
}

/// What happens in an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum IncidentStep {
    /// More is known.
    Supplemented {
        /// What; what is said here takes the place of what was said before.
        facts: Box<Facts>,
    },
    /// The school judges it, for the first time or anew.
    Assessed {
        /// What it is.
        verdict: Verdict,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// The authority was notified.
    AuthorityNotified {
        /// When.
        at: Timestamp,
        /// The number that the authority gave.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// Why it came after the term (GDPR 33(1)).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        late: Option<String>,
        /// Whether the processor did so for the schools together, which models 3.0 and mbo 3.0 know.
        jointly: bool,
    },
    /// The persons were informed.
    PersonsInformed {
        /// When.
        at: Timestamp,
        /// How: by letter, in the portal.
        how: String,
    },
    /// The persons need not be informed.
    PersonsExcused {
        /// Why not.
        ground: Ground,
        /// What shows that.
        why: String,
    },
    /// Nothing is left to do.
    IncidentClosed,
}

impl IncidentStep {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Supplemented { .. } => "supplemented",
            Self::Assessed { .. } => "assessed",
            Self::AuthorityNotified { .. } => "authority_notified",
            Self::PersonsInformed { .. } => "persons_informed",
            Self::PersonsExcused { .. } => "persons_excused",
            Self::IncidentClosed => "incident_closed",
        }
    }
}

impl Course<Incident> {
    /// Everything that is known by now.
    pub fn known(&self) -> Facts {
        let mut known = self.facts.facts.clone();
        for taken in &self.steps {
            if let IncidentStep::Supplemented { facts } = &taken.step {
                known.and(facts);
            }
        }
        known
    }

    /// What the school has judged last, and when.
    pub fn verdict(&self) -> Option<(Verdict, Timestamp)> {
        self.steps.iter().rev().find_map(|taken| match &taken.step {
            IncidentStep::Assessed { verdict, .. } => Some((*verdict, taken.at)),
            _ => None,
        })
    }

    /// When the school came to know: when it was told, or found it itself.
    pub const fn known_to_school_at(&self) -> Timestamp {
        match self.by {
            Side::Supplier => self.at,
            Side::Board => self.facts.discovered_at,
        }
    }

    /// When something was told after it was last closed, and when that was judged.
    fn told_after_closing(&self) -> Option<(Timestamp, Option<Timestamp>)> {
        let closed = |taken: &Taken<IncidentStep>| matches!(taken.step, IncidentStep::IncidentClosed);
        let mut since = self.steps.iter().enumerate().filter_map(|(place, taken)| {
            let before = self.steps.iter().take(place).next_back().is_some_and(closed);
            (before && Incident::reopens(&taken.step)).then_some((place, taken.at))
        });
        let (place, told) = since.next_back()?;
        let judged = self
            .steps
            .iter()
            .skip(place)
            .find(|taken| matches!(taken.step, IncidentStep::Assessed { .. }));
        Some((told, judged.map(|taken| taken.at)))
    }

    fn notify_by(&self) -> Timestamp {
        hours_after(self.known_to_school_at(), NOTIFY_HOURS)
    }

    fn is_notified(&self) -> Option<Timestamp> {
        self.steps.iter().find_map(|taken| match taken.step {
            IncidentStep::AuthorityNotified { at, .. } => Some(at),
            _ => None,
        })
    }

    /// When the persons were informed, or it was put on record why not.
    fn are_informed(&self) -> Option<Timestamp> {
        self.steps.iter().find_map(|taken| match taken.step {
            IncidentStep::PersonsInformed { at, .. } => Some(at),
            IncidentStep::PersonsExcused { .. } => Some(taken.at),
            _ => None,
        })
    }
}

impl Life for Incident {
    type Step = IncidentStep;

    fn faults(&self, _: Side, at: Timestamp, _: &Agreed) -> Vec<Fault> {
        let mut faults = self.facts.faults(self.discovered_at, at);
        faults.extend(Fault::unless_past("discoveredAt", self.discovered_at, at));
        if self.nature.is_empty() || self.nature.contains(&Nature::NoData) && self.nature.len() > 1 {
            let detail = "say what happened to data, or `no_data` alone";
            faults.push(Fault::invalid("nature", "nature_contradicts", detail));
        }
        faults
    }

    fn against(course: &Course<Self>, step: &IncidentStep, by: Side, at: Timestamp, agreed: &Agreed) -> Vec<Fault> {
        let breach_by = |clause| Basis::Clause(clause, "GDPR 33");
        let school = match step {
            IncidentStep::Supplemented { .. } => false,
            IncidentStep::AuthorityNotified { jointly, .. } => !jointly,
            _ => true,
        };
        if school && by == Side::Supplier {
            let detail = "the school judges and notifies; the processor tells and adds what it knows";
            return vec![Fault::OtherSide(detail, Some(breach_by(Clause::BreachLegal)))];
        }
        let verdict = course.verdict().map(|(verdict, _)| verdict);
        let is_told = matches!(verdict, Some(Verdict::Risk | Verdict::HighRisk));
        match step {
            IncidentStep::Supplemented { facts } => {
                let mut known = course.known();
                known.and(facts);
                let mut faults = known.faults(course.facts.discovered_at, at);
                if **facts == Facts::default() {
                    faults.push(Fault::invalid("facts", "missing", "nothing is added"));
                }
                faults
            }
            IncidentStep::Assessed { .. } => Vec::new(),
            IncidentStep::AuthorityNotified {
                at: notified,
                late,
                jointly,
                ..
            } => {
                let mut faults: Vec<_> = Fault::unless_past("at", *notified, at).into_iter().collect();
                let detail = "nobody can notify what was not found yet";
                faults.extend(Fault::unless_after("at", *notified, course.facts.discovered_at, detail));
                if *jointly
                    && agreed
                        .model
                        .is_none_or(|model| Clause::JointNotice.article(model).is_none())
                {
                    let detail = "this model knows no notification by the processor for the schools together";
                    let fault = Fault::invalid("jointly", "joint_notice_unknown", detail);
                    faults.push(fault.by(breach_by(Clause::BreachLegal)));
                }
                if course.notify_by() < *notified && late.is_none() {
                    let detail = "a notification after 72 hours says why it comes late";
                    faults.push(Fault::invalid("late", "reason_of_delay_needed", detail).by(Basis::Law("GDPR 33(1)")));
                }
                if course.is_notified().is_some() {
                    faults.push(Fault::Already(
                        "the authority was notified before: add what is new as a supplement",
                    ));
                }
                if !is_told && !jointly {
                    let detail = "first judge that it is a breach with a risk: only that is notified";
                    faults.push(Fault::NotReady(detail, Some(breach_by(Clause::BreachLegal))));
                }
                faults
            }
            IncidentStep::PersonsInformed { at: informed, .. } => {
                let detail = "nobody can be informed of what was not found yet";
                let mut faults: Vec<_> = Fault::unless_past("at", *informed, at)
                    .into_iter()
                    .chain(Fault::unless_after("at", *informed, course.facts.discovered_at, detail))
                    .collect();
                if !is_told {
                    let detail = "first judge that it is a breach with a risk";
                    faults.push(Fault::NotReady(detail, Some(Basis::Law("GDPR 34(1)"))));
                }
                faults
            }
            IncidentStep::PersonsExcused { .. } if verdict != Some(Verdict::HighRisk) => {
                let detail = "only where the risk is high somebody has to be informed, and can be excused";
                vec![Fault::NotReady(detail, Some(Basis::Law("GDPR 34(3)")))]
            }
            IncidentStep::PersonsExcused { .. } => Vec::new(),
            IncidentStep::IncidentClosed => {
                let open = course.facts.duties(course, agreed);
                let left = open.iter().any(|duty| duty.is_open() && duty.of == Side::Board);
                match left {
                    true => vec![Fault::NotReady(
                        "the school has duties left in it",
                        Some(breach_by(Clause::BreachRegister)),
                    )],
                    false => Vec::new(),
                }
            }
        }
    }

    fn closes(step: &IncidentStep) -> bool {
        matches!(step, IncidentStep::IncidentClosed)
    }

    fn reopens(step: &IncidentStep) -> bool {
        matches!(step, IncidentStep::Supplemented { .. })
    }

    fn duties(&self, course: &Course<Self>, agreed: &Agreed) -> Vec<Duty> {
        let found = self.discovered_at;
        let tell = Duty::new(DutyCode::TellOtherSide, course.by, found).done(Some(course.at));
        let hours = agreed.breach_hours.filter(|_| course.by == Side::Supplier);
        let mut duties = vec![tell.due(hours.map(|hours| hours_after(found, hours)))];
        let known = course.known_to_school_at();
        let verdict = course.verdict();
        let is_breach = verdict.is_none_or(|(verdict, _)| verdict != Verdict::NoBreach);
        // Complete when the last point was answered.
        let complete = course.known().missing().is_empty().then(|| {
            let supplement = |taken: &&Taken<IncidentStep>| matches!(taken.step, IncidentStep::Supplemented { .. });
            course
                .steps
                .iter()
                .rev()
                .find(supplement)
                .map_or(course.at, |taken| taken.at)
        });
        if is_breach || complete.is_some() {
            duties.push(Duty::new(DutyCode::CompleteNotice, course.by, course.at).done(complete));
        }
        let judged = course.first(|step| matches!(step, IncidentStep::Assessed { .. }));
        let assess = Duty::new(DutyCode::AssessIncident, Side::Board, known).due(Some(course.notify_by()));
        duties.push(assess.done(judged));
        // What came after it was closed is judged anew.
        if let Some((told, judged)) = course.told_after_closing() {
            let assess = Duty::new(DutyCode::AssessIncident, Side::Board, told);
            duties.push(assess.due(Some(hours_after(told, NOTIFY_HOURS))).done(judged));
        }
        if let Some((Verdict::Risk | Verdict::HighRisk, _)) = verdict {
            let notify = Duty::new(DutyCode::NotifyAuthority, Side::Board, known);
            duties.push(notify.due(Some(course.notify_by())).done(course.is_notified()));
        }
        if let Some((Verdict::HighRisk, judged)) = verdict {
            duties.push(Duty::new(DutyCode::InformPersons, Side::Board, judged).done(course.are_informed()));
        }
        duties
    }
}
