//! Matters (zaken): what a party has to deal with under an agreement or the law, from the day it is opened to the day it is closed.
//!
//! Promises: a matter is its opening and the steps that were taken, in order; what it asks of whom, and by when, follows from
//! those and from what the agreement says, and from nothing else ([`Duty`]). A step that does not fit changes nothing, and
//! says by which article it does not fit. Deliberately absent: the clock (the moment of each step is given), names and numbers
//! of persons (texts say what happened, never to whom; who asks is kept apart, sealed).

mod agreed;
mod breach;
mod claim;
mod contract;
mod course;
mod duty;
mod ending;
mod enquiry;
mod filing;
mod request;
mod term;
mod word;

use serde::{Deserialize, Serialize};

pub use self::{
    agreed::Agreed,
    breach::{Facts as IncidentFacts, Ground, Incident, IncidentStep, Nature, Point, Protection, Risk, Verdict},
    claim::{Claim, ClaimKind, ClaimStep},
    contract::{Contract, ContractStep, NoticeTerm},
    course::{Basis, Course, Fault, Life, Taken},
    duty::{Duty, DutyCode},
    ending::{Ending, EndingStep, ReturnFormat},
    enquiry::{Enquiry, EnquiryKind, EnquiryStep},
    filing::{Filing, FilingKind, FilingStep, MeasureStatus, SecurityMeasure},
    request::{AnswerOutcome, ConfirmOutcome, Request, RequestStep, Right},
    term::{DayOfYear, DayOfYearError},
};
use crate::{agreement::Side, time::Timestamp};

macro_rules! matters {
    ($($(#[$doc:meta])* $kind:ident, $step:ident = $word:literal;)+) => {
        /// What a matter is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)+
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The word in tables and answers.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)+
                }
            }

            /// Reads the word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
            }
        }

        /// What a matter is opened with.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Opening {
            $($(#[$doc])* $kind(Box<$kind>),)+
        }

        /// A step in a matter.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Step {
            $($(#[$doc])* $kind($step),)+
        }

        /// A matter, with the steps that were taken.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Matter {
            $($(#[$doc])* $kind(Course<$kind>),)+
        }

        impl Opening {
            /// Its kind.
            pub const fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)+
                }
            }

            /// What is wrong with it, all at once, when this side opens it at this moment.
            pub fn faults(&self, by: Side, at: Timestamp, agreed: &Agreed) -> Vec<Fault> {
                match self {
                    $(Self::$kind(facts) => facts.faults(by, at, agreed),)+
                }
            }
        }

        impl Step {
            /// The word for it, unique among all kinds.
            pub const fn word(&self) -> &'static str {
                match self {
                    $(Self::$kind(step) => step.word(),)+
                }
            }
        }

        impl Matter {
            /// One that is opened.
            pub fn open(opening: Opening, by: Side, at: Timestamp) -> Self {
                match opening {
                    $(Opening::$kind(facts) => Self::$kind(Course::open(*facts, by, at)),)+
                }
            }

            /// Its kind.
            pub const fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)+
                }
            }

            /// Who opened it.
            pub const fn opened_by(&self) -> Side {
                match self {
                    $(Self::$kind(course) => course.by,)+
                }
            }

            /// When it was opened.
            pub const fn opened_at(&self) -> Timestamp {
                match self {
                    $(Self::$kind(course) => course.at,)+
                }
            }

            /// Takes a step that this side asks for, or says all that stands against it and stays as it is.
            ///
            /// # Errors
            /// All that is wrong with the step, and why it is not the time for it.
            pub fn take(&mut self, step: Step, by: Side, at: Timestamp, agreed: &Agreed) -> Result<(), Vec<Fault>> {
                match (self, step) {
                    $((Self::$kind(course), Step::$kind(step)) => course.take(step, by, at, agreed),)+
                    _ => Err(vec![Fault::of_another_kind()]),
                }
            }

            /// Puts a step that was taken before in its place, when what is stored is read.
            pub fn put(&mut self, step: Step, by: Side, at: Timestamp) -> bool {
                match (self, step) {
                    $((Self::$kind(course), Step::$kind(step)) => {
                        course.steps.push(Taken { step, by, at });
                        true
                    })+
                    _ => false,
                }
            }

            /// What it asks of whom, and by when; what has been done too.
            pub fn duties(&self, agreed: &Agreed) -> Vec<Duty> {
                match self {
                    $(Self::$kind(course) => course.facts.duties(course, agreed),)+
                }
            }

            /// When it was closed, if it was.
            pub fn closed_at(&self) -> Option<Timestamp> {
                match self {
                    $(Self::$kind(course) => course.closed_at(),)+
                }
            }

            /// The steps, each with who took it and when.
            pub fn steps(&self) -> Vec<Taken<Step>> {
                match self {
                    $(Self::$kind(course) => course
                        .steps
                        .iter()
                        .map(|taken| Taken { step: Step::$kind(taken.step.clone()), by: taken.by, at: taken.at })
                        .collect(),)+
                }
            }

            /// What it was opened with.
            pub fn opening(&self) -> Opening {
                match self {
                    $(Self::$kind(course) => Opening::$kind(Box::new(course.facts.clone())),)+
                }
            }
        }
    };
}

matters! {
    /// A security incident, which may be a breach (beveiligingsincident, datalek; GDPR 33 and 34).
    Incident, IncidentStep = "incident";
    /// What a person asks about their own data (verzoek van betrokkene; GDPR 12 to 22).
    Request, RequestStep = "request";
    /// What an authority asks, or a complaint (verzoek van een toezichthouder, klacht).
    Enquiry, EnquiryStep = "enquiry";
    /// A claim or a fine (aansprakelijkstelling, boete; GDPR 82 and 83).
    Claim, ClaimStep = "claim";
    /// A document of the processor: a report, a statement, a certificate, measures of security.
    Filing, FilingStep = "filing";
    /// The contract under an agreement (onderliggende overeenkomst).
    Contract, ContractStep = "contract";
    /// Return and destruction when an agreement ends (teruglevering en vernietiging).
    Ending, EndingStep = "ending";
}
