//! Steps in a matter.

use std::collections::BTreeSet;

use sluis_core::{
    agreement::Side,
    id::MatterId,
    matter::{IncidentStep, Step},
};

use super::{first_due, notices, refused, side_of};
use crate::app::{
    App,
    act::ActOf,
    caller::Caller,
    error::AppError,
    feed::EventKind,
    matter::{MatterFile, NewStep},
    store::Change,
};

impl App {
    /// Takes a step in a matter. What a supplier adds to an incident is added for every board that was told of it.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Invalid`] with all that is wrong in the step; [`AppError::Conflict`] when it was
    /// taken before, something has to come first, the other side takes it, or the matter is closed.
    pub async fn matter_step(&self, caller: &Caller, id: MatterId, step: Step) -> Result<MatterFile, AppError> {
        let side = side_of(caller)?;
        let mut asked = self.matter_view(caller, id).await?;
        let others = match (&step, side) {
            (Step::Incident(IncidentStep::Supplemented { .. }), Side::Supplier) => {
                let mut all = self.store.matters_of_report(asked.report).await?;
                all.retain(|other| other.id != id && other.matter.closed_at().is_none());
                all
            }
            _ => Vec::new(),
        };
        let mut act = ActOf::of(caller);
        let mut changes = Vec::new();
        for file in others {
            let mut file = file;
            self.step_in(caller, &mut act, &mut changes, &mut file, &step, side)
                .await?;
        }
        self.step_in(caller, &mut act, &mut changes, &mut asked, &step, side)
            .await?;
        self.carry_out(act, changes).await?;
        Ok(asked)
    }

    async fn step_in(
        &self,
        caller: &Caller,
        act: &mut ActOf<'_>,
        changes: &mut Vec<Change>,
        file: &mut MatterFile,
        step: &Step,
        side: Side,
    ) -> Result<(), AppError> {
        // Not before the steps that led here, whatever the clock says.
        let latest = file
            .matter
            .steps()
            .last()
            .map_or(file.matter.opened_at(), |taken| taken.at);
        let at = self.now().max(latest);
        let agreed = self.agreed(file.agreement).await?;
        let before = file.clone();
        let taken = file.matter.take(step.clone(), side, at, &agreed);
        taken.map_err(|faults| refused(faults, &agreed))?;
        self.note_matter(act, file, name_of(step)).await?;
        if side == Side::Board {
            changes.extend(notices(self, file, EventKind::MatterMoved, at).await?);
        }
        changes.extend(self.agreement_follows(caller, act, file, side, at).await?);
        changes.push(Change::MatterMoved(Box::new(NewStep {
            number: before.steps().saturating_add(1),
            of: before,
            step: step.clone(),
            side,
            by: caller.client,
            at,
            due_at: first_due(&file.matter, &agreed),
            closes: file.matter.closed_at().is_some(),
            joins: BTreeSet::new(),
        })));
        Ok(())
    }
}

/// The name of the act in records: the kind and the step.
const fn name_of(step: &Step) -> &'static str {
    match step {
        Step::Incident(_) => "incident.step",
        Step::Request(_) => "request.step",
        Step::Enquiry(_) => "enquiry.step",
        Step::Claim(_) => "claim.step",
        Step::Filing(_) => "filing.step",
        Step::Contract(_) => "contract.step",
        Step::Ending(_) => "ending.step",
    }
}
