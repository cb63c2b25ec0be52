//! An agreement lasts as long as the contract under it (models 4.0 and 3.0, article 15; mbo 3.0, article 14).

use sluis_core::{
    agreement::{Side, State},
    matter::Matter,
    time::Timestamp,
};

use crate::app::{
    App,
    act::ActOf,
    agreement_step::What,
    caller::Caller,
    error::AppError,
    feed::EventKind,
    life::{next_step, notice_of},
    matter::MatterFile,
    store::Change,
};

impl App {
    /// When notice was given of the contract of a matter, its agreement ends with it, unless it ends before that.
    pub(super) async fn agreement_follows(
        &self,
        caller: &Caller,
        act: &mut ActOf<'_>,
        file: &MatterFile,
        side: Side,
        at: Timestamp,
    ) -> Result<Vec<Change>, AppError> {
        let (Matter::Contract(course), Some(id)) = (&file.matter, file.agreement) else {
            return Ok(Vec::new());
        };
        let Some(ends_at) = course.ends_at().filter(|_| course.is_confirmed()) else {
            return Ok(Vec::new());
        };
        let agreement = self.store.agreement(id).await?.ok_or(AppError::NotFound("agreement"))?;
        if !matches!(
            self.agreement_state(&agreement).await?,
            State::Accepted | State::InForce | State::Suspended
        ) {
            return Ok(Vec::new());
        }
        if agreement.held().until.is_some_and(|until| until <= ends_at) {
            return Ok(Vec::new());
        }
        let at = at.max(agreement.moved_at());
        let what = What::Ended {
            at: ends_at.max(at),
            reason: None,
        };
        let step = next_step(&agreement, side, caller, at, what);
        let schools = self.schools_under(agreement.board).await?;
        self.note_in_all_logs(act, &agreement, &schools, "agreement.end");
        Ok(vec![
            Change::AgreementMoved(agreement.board, agreement.id, step),
            notice_of(&agreement, EventKind::AgreementEnded, at),
        ])
    }
}
