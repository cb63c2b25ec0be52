//! Agreements as parties make them: offered, accepted by both sides over the hash of the annex, approved in part.

use serde::{Deserialize, Serialize};
use sluis_core::{
    agreement::{Side, State, SuspensionRecord, Version},
    id::{AgreementId, ApprovalId, BoardId, ClientId, ContactId, ProductId, SchoolId, SupplierId},
    time::{Timestamp, Window},
};

use crate::app::agreement_step::{Coverage, Step, Suspension, What};

/// How many offers about one product may wait for the acceptance of one board.
pub const OPEN_OFFERS: u64 = 10;

/// A processing agreement between a board and a supplier about one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Our identifier.
    pub id: AgreementId,
    /// The controller.
    pub board: BoardId,
    /// The processor.
    pub supplier: SupplierId,
    /// What it is about.
    pub product: ProductId,
    /// The privacy annex as canonical JSON: the bytes that both sides sign.
    pub annex: Vec<u8>,
    /// SHA-256 of [`annex`](Self::annex).
    pub annex_hash: [u8; 32],
    /// When it is in force, if both sides accept it.
    pub window: Window,
    /// When it was offered.
    pub offered_at: Timestamp,
    /// Who accepted it.
    pub acceptances: Vec<Acceptance>,
    /// What happened to it since, in order.
    pub steps: Vec<Step>,
}

/// One side's signature (ondertekening) over the hash of the canonical annex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Which side.
    pub side: Side,
    /// The client that signed, or entered the signature.
    pub by: ClientId,
    /// How it was signed.
    pub form: Form,
    /// When.
    pub at: Timestamp,
}

/// How a side accepts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// By its own program.
    #[default]
    Program,
    /// By somebody who may sign for it.
    Contact(ContactId),
    /// By an order that was confirmed.
    Order {
        /// The number of the order.
        reference: String,
        /// When it was confirmed.
        confirmed_at: Timestamp,
    },
    /// By a document that was signed elsewhere.
    Document {
        /// SHA-256 of the document, in hexadecimal.
        sha256: String,
        /// Where the board keeps it.
        reference: String,
        /// When it was signed.
        signed_at: Timestamp,
    },
}

impl Form {
    /// The word in answers.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Contact(_) => "contact",
            Self::Order { .. } => "order",
            Self::Document { .. } => "document",
        }
    }
}

/// A school's approval (akkoord) of one optional module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Our identifier.
    pub id: ApprovalId,
    /// The school that approves.
    pub school: SchoolId,
    /// The agreement version that it approves.
    pub agreement: AgreementId,
    /// The code of the module in the annex.
    pub module: String,
    /// From when, and until when once it is withdrawn.
    pub window: Window,
    /// How it was given.
    pub form: ApprovalForm,
}

/// How a school approved something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ApprovalForm {
    /// By saying so.
    #[default]
    Act,
    /// By switching it on in practice, where the annex lets that count. The school puts it on record.
    Practice,
}

/// The text names no form of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the form of an approval is `act` or `practice`")]
pub struct ApprovalFormError;

impl ApprovalForm {
    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Practice => "practice",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// When it is another one.
    pub fn parse(text: &str) -> Result<Self, ApprovalFormError> {
        let mut forms = [Self::Act, Self::Practice].into_iter();
        forms.find(|form| form.as_str() == text).ok_or(ApprovalFormError)
    }
}

impl Agreement {
    /// When a side accepted it.
    pub fn accepted_at(&self, side: Side) -> Option<Timestamp> {
        let mut own = self.acceptances.iter().filter(|acceptance| acceptance.side == side);
        own.next().map(|acceptance| acceptance.at)
    }

    /// From when until when it holds: not after the moment at which a side ended it.
    pub fn held(&self) -> Window {
        let ends = self.steps.iter().filter_map(|step| match step.what {
            What::Ended { at, .. } => Some(at),
            _ => None,
        });
        Window {
            from: self.window.from,
            until: ends.chain(self.window.until).min(),
        }
    }

    /// The latest moment of what happened to it.
    pub fn moved_at(&self) -> Timestamp {
        let acceptances = self.acceptances.iter().map(|acceptance| acceptance.at);
        let steps = self.steps.iter().map(|step| step.at);
        acceptances.chain(steps).fold(self.offered_at, Timestamp::max)
    }

    /// When each side said that it can no longer comply, the oldest first.
    pub fn suspensions(&self) -> Vec<Suspension> {
        let mut found: Vec<Suspension> = Vec::new();
        for step in &self.steps {
            let open = found
                .iter_mut()
                .find(|span| span.side == step.side && span.window.until.is_none());
            match (&step.what, open) {
                (What::Suspended { reason }, None) => found.push(Suspension {
                    side: step.side,
                    window: Window::since(step.at),
                    reason: reason.clone(),
                }),
                (What::Resumed, Some(span)) => span.window.until = Some(step.at),
                _ => {}
            }
        }
        found
    }

    /// Whether a side has suspended it and not resumed it.
    pub fn is_suspended_by(&self, side: Side) -> bool {
        let mut spans = self.suspensions().into_iter();
        spans.any(|span| span.side == side && span.window.until.is_none())
    }

    /// For which schools it holds since when, the oldest first; before the first, for all of the board.
    fn coverages(&self) -> impl DoubleEndedIterator<Item = (Timestamp, &Coverage)> {
        self.steps.iter().filter_map(|step| match &step.what {
            What::Covered(coverage) => Some((step.at, coverage)),
            _ => None,
        })
    }

    /// For which schools it holds by now.
    pub fn coverage(&self) -> Coverage {
        let last = self.coverages().next_back();
        last.map(|(_, coverage)| coverage.clone()).unwrap_or_default()
    }

    /// The spans in which it does not hold for a school.
    pub fn excepted(&self, school: SchoolId) -> Vec<Window> {
        let mut spans: Vec<Window> = Vec::new();
        for (at, coverage) in self.coverages() {
            let open = spans.last_mut().filter(|span| span.until.is_none());
            match (coverage.holds(school), open) {
                (true, Some(span)) => span.until = Some(at),
                (false, None) => spans.push(Window::since(at)),
                _ => {}
            }
        }
        spans
    }

    /// Its suspensions, as the rules read them.
    pub fn suspension_records(&self) -> Vec<SuspensionRecord> {
        let spans = self.suspensions().into_iter();
        let record = |Suspension { side, window, .. }| SuspensionRecord { side, window };
        spans.map(record).collect()
    }

    /// Its dates, as the rules read them.
    pub fn version<'a>(&self, suspensions: &'a [SuspensionRecord]) -> Version<'a> {
        Version {
            id: self.id,
            window: self.held(),
            accepted_by_board_at: self.accepted_at(Side::Board),
            accepted_by_supplier_at: self.accepted_at(Side::Supplier),
            suspensions,
        }
    }

    /// How it stands among all agreements of its board about its product.
    pub fn state(&self, all: &[Self], at: Timestamp) -> State {
        let suspensions = self.suspension_records();
        let others = all.iter().map(|other| other.version(&[]));
        State::of(&self.version(&suspensions), others, at)
    }
}
