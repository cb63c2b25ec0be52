//! Steps in a matter.

use std::collections::BTreeMap;

use sluis_core::{
    agreement::Side,
    id::{AccountId, MatterId, ProductId},
    matter::{IncidentStep, Step},
};

use super::{notices, refused, request::shown_to, side_of};
use crate::app::{
    App,
    act::ActOf,
    caller::{Caller, Role},
    error::{AppError, ConflictCode},
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
        let mut asked = self.matter_within(caller, id).await?;
        for_this_side(caller, &asked)?;
        let (step, joins) = match step {
            Step::Request(step) => {
                let (step, joins) = self.request_step_made_whole(caller, &asked, step).await?;
                (Step::Request(step), joins)
            }
            other => (other, BTreeMap::new()),
        };
        let others = match (&step, side) {
            (Step::Incident(IncidentStep::Supplemented { .. }), Side::Supplier) => {
                let mut all = self.store.matters_of_report(asked.report).await?;
                all.retain(|other| other.id != id);
                all
            }
            _ => Vec::new(),
        };
        let mut act = ActOf::of(caller);
        let mut changes = Vec::new();
        for file in others {
            let mut file = file;
            let change = self.step_in(caller, &mut act, &mut file, &step, side).await?;
            changes.extend(change);
        }
        let taken = self.step_in(caller, &mut act, &mut asked, &step, side).await?;
        changes.extend(self.joined(&asked, &joins).await?);
        changes.extend(taken.into_iter().map(|change| joining(change, &joins)));
        self.carry_out(act, changes).await?;
        asked.products.extend(joins.keys());
        asked.accounts.extend(
            joins
                .into_iter()
                .filter_map(|(product, account)| Some((product, account?))),
        );
        Ok(shown_to(caller, asked))
    }

    async fn step_in(
        &self,
        caller: &Caller,
        act: &mut ActOf<'_>,
        file: &mut MatterFile,
        step: &Step,
        side: Side,
    ) -> Result<Vec<Change>, AppError> {
        let mut changes = Vec::new();
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
            closes: file.matter.closed_at().is_some(),
            joins: BTreeMap::new(),
        })));
        Ok(changes)
    }
}

/// A school's program takes the steps of its school in what is about that school alone, and the board all others. What a
/// supplier files for every board none of them changes for the others.
fn for_this_side(caller: &Caller, file: &MatterFile) -> Result<(), AppError> {
    let detail = match caller.role {
        Role::School(school) if file.sealed_for() != Some(school) => {
            "the board takes this step: the matter is not about this school alone"
        }
        Role::Board(_) if file.board.is_none() => "the supplier takes this step: the document is filed for every board",
        _ => return Ok(()),
    };
    Err(AppError::Conflict {
        code: ConflictCode::OtherSide,
        detail: detail.to_owned(),
    })
}

/// The step, with who takes part from it on.
fn joining(mut change: Change, joins: &BTreeMap<ProductId, Option<AccountId>>) -> Change {
    if let Change::MatterMoved(step) = &mut change {
        step.joins.clone_from(joins);
    }
    change
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
