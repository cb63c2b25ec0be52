//! The course of a matter: what it began with and the steps since, and what stands against a step.

use crate::{
    agreement::{Clause, Side},
    matter::{Agreed, Duty},
    time::Timestamp,
};

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken<S> {
    /// What.
    pub step: S,
    /// By which side.
    pub by: Side,
    /// When it was put on record.
    pub at: Timestamp,
}

/// A matter of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course<K: Life> {
    /// What it began with.
    pub facts: K,
    /// By which side it was opened.
    pub by: Side,
    /// When it was opened here.
    pub at: Timestamp,
    /// What came since, in order.
    pub steps: Vec<Taken<K::Step>>,
}

/// The rules of one kind of matter.
pub trait Life: Sized {
    /// What can happen in it.
    type Step: Clone;

    /// What is wrong with it as an opening.
    fn faults(&self, by: Side, at: Timestamp, agreed: &Agreed) -> Vec<Fault>;
    /// What stands against a next step.
    fn against(course: &Course<Self>, step: &Self::Step, by: Side, at: Timestamp, agreed: &Agreed) -> Vec<Fault>;
    /// Whether this step closes the matter.
    fn closes(step: &Self::Step) -> bool;
    /// Whether this step can still be taken in a closed matter, and opens it again.
    fn reopens(_: &Self::Step) -> bool {
        false
    }
    /// What it asks of whom.
    fn duties(&self, course: &Course<Self>, agreed: &Agreed) -> Vec<Duty>;
}

impl<K: Life> Course<K> {
    pub(super) const fn open(facts: K, by: Side, at: Timestamp) -> Self {
        Self {
            facts,
            by,
            at,
            steps: Vec::new(),
        }
    }

    /// When it was closed, if nothing has opened it again since.
    pub(super) fn closed_at(&self) -> Option<Timestamp> {
        let mut latest = self.steps.iter().rev();
        let decisive = latest.find(|taken| K::closes(&taken.step) || K::reopens(&taken.step))?;
        K::closes(&decisive.step).then_some(decisive.at)
    }

    /// When the first step of this form was taken.
    pub(super) fn first(&self, form: impl Fn(&K::Step) -> bool) -> Option<Timestamp> {
        self.steps.iter().find(|taken| form(&taken.step)).map(|taken| taken.at)
    }

    /// Whether a step of this form was taken.
    pub(super) fn has(&self, form: impl Fn(&K::Step) -> bool) -> bool {
        self.first(form).is_some()
    }

    pub(super) fn take(&mut self, step: K::Step, by: Side, at: Timestamp, agreed: &Agreed) -> Result<(), Vec<Fault>> {
        if self.closed_at().is_some() && !K::reopens(&step) {
            return Err(vec![Fault::closed()]);
        }
        let faults = K::against(self, &step, by, at, agreed);
        if !faults.is_empty() {
            return Err(faults);
        }
        self.steps.push(Taken { step, by, at });
        Ok(())
    }
}

/// What a rule stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// A clause of the model, with the law behind it.
    Clause(Clause, &'static str),
    /// A law.
    Law(&'static str),
    /// What the parties wrote down.
    Parties,
}

/// Why an opening or a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A field cannot be so.
    Invalid {
        /// Its name on the wire.
        field: &'static str,
        /// The stable code.
        code: &'static str,
        /// What is wrong, without repeating the value.
        detail: String,
        /// Where that follows from.
        basis: Option<Basis>,
    },
    /// It was done before.
    Already(&'static str),
    /// Something has to come first.
    NotReady(&'static str, Option<Basis>),
    /// The other side takes this step.
    OtherSide(&'static str, Option<Basis>),
    /// The matter is closed.
    Closed,
}

impl Fault {
    pub(super) fn invalid(field: &'static str, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            code,
            detail: detail.into(),
            basis: None,
        }
    }

    pub(super) fn by(self, of: Basis) -> Self {
        match self {
            Self::Invalid {
                field, code, detail, ..
            } => Self::Invalid {
                field,
                code,
                detail,
                basis: Some(of),
            },
            Self::NotReady(detail, _) => Self::NotReady(detail, Some(of)),
            Self::OtherSide(detail, _) => Self::OtherSide(detail, Some(of)),
            other => other,
        }
    }

    pub(super) const fn closed() -> Self {
        Self::Closed
    }

    pub(super) fn of_another_kind() -> Self {
        Self::invalid("step", "step_of_another_kind", "a matter of this kind has no such step")
    }

    /// This moment has not come yet.
    pub(super) fn unless_past(field: &'static str, moment: Timestamp, now: Timestamp) -> Option<Self> {
        (now < moment).then(|| Self::invalid(field, "in_the_future", "this moment has yet to come"))
    }

    /// This moment comes before that one.
    pub(super) fn unless_after(
        field: &'static str,
        moment: Timestamp,
        earliest: Timestamp,
        detail: &'static str,
    ) -> Option<Self> {
        (moment < earliest).then(|| Self::invalid(field, "dates_contradict", detail))
    }
}
