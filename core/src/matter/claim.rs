//! Claims and fines (model 4.0, articles 13.4 and 13.5; 3.0, article 13.3; mbo 3.0, article 12.3): each side tells the other
//! without delay; who is about to be fined hears the other, and settles nothing without asking it.

use serde::{Deserialize, Serialize};

use super::{Agreed, Basis, Course, Duty, DutyCode, Fault, Life, Taken, word::words};
use crate::{
    agreement::{Clause, Side},
    time::Timestamp,
};

words! {
    /// What is claimed.
    ClaimKind {
        /// Somebody holds a side liable (GDPR 82).
        Liability = "liability",
        /// The authority intends to fine.
        FineIntended = "fine_intended",
        /// The authority has fined (GDPR 83).
        Fine = "fine",
    }
}

/// A claim, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// What it is.
    pub what: ClaimKind,
    /// When it came.
    pub received_at: Timestamp,
    /// What it is about, without anybody's name.
    pub summary: String,
}

/// What happens with a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ClaimStep {
    /// The other side gives its view.
    ViewGiven {
        /// What it says.
        view: String,
    },
    /// The side against which it is wants to settle, and asks the other.
    SettlementProposed {
        /// What is proposed.
        proposal: String,
    },
    /// It is over.
    ClaimClosed {
        /// How.
        outcome: String,
    },
}

impl ClaimStep {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::ViewGiven { .. } => "view_given",
            Self::SettlementProposed { .. } => "settlement_proposed",
            Self::ClaimClosed { .. } => "claim_closed",
        }
    }
}

impl Life for Claim {
    type Step = ClaimStep;

    fn faults(&self, _: Side, at: Timestamp, _: &Agreed) -> Vec<Fault> {
        Fault::unless_past("receivedAt", self.received_at, at)
            .into_iter()
            .collect()
    }

    fn against(course: &Course<Self>, step: &ClaimStep, by: Side, _: Timestamp, agreed: &Agreed) -> Vec<Fault> {
        let procedure = Some(Basis::Clause(Clause::FineProcedure, "GDPR 83"));
        match step {
            ClaimStep::ViewGiven { .. } if by == course.by => {
                vec![Fault::OtherSide("the other side gives its view", procedure)]
            }
            ClaimStep::SettlementProposed { .. } | ClaimStep::ClaimClosed { .. } if by != course.by => {
                vec![Fault::OtherSide(
                    "the side against which it is settles and closes it",
                    procedure,
                )]
            }
            ClaimStep::ClaimClosed { .. } => {
                let open = course.facts.duties(course, agreed).iter().any(Duty::is_open);
                let detail = "the other side has yet to be heard";
                open.then_some(Fault::NotReady(detail, procedure)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn closes(step: &ClaimStep) -> bool {
        matches!(step, ClaimStep::ClaimClosed { .. })
    }

    fn duties(&self, course: &Course<Self>, agreed: &Agreed) -> Vec<Duty> {
        let tell = Duty::new(DutyCode::TellOfClaim, course.by, self.received_at);
        let mut duties = vec![tell.done(Some(course.at))];
        let procedure = agreed
            .model
            .is_none_or(|model| Clause::FineProcedure.article(model).is_some());
        if self.what != ClaimKind::Liability && procedure {
            let proposed = |taken: &Taken<ClaimStep>| matches!(taken.step, ClaimStep::SettlementProposed { .. });
            let since = course.steps.iter().rposition(proposed).unwrap_or_default();
            let mut later = course.steps.iter().skip(since);
            let heard = later.find(|taken| matches!(taken.step, ClaimStep::ViewGiven { .. }));
            let asked = course
                .steps
                .iter()
                .rfind(|taken| proposed(taken))
                .map_or(course.at, |taken| taken.at);
            let hear = Duty::new(DutyCode::HearOtherSide, course.by, asked);
            duties.push(hear.done(heard.map(|taken| taken.at)));
        }
        duties
    }
}
