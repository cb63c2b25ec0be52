//! The calendar of duties: what is left to do in all matters of the caller, the most urgent first.

use sluis_core::{
    id::{MatterId, ProductId},
    matter::{Agreed, Duty, Kind},
    time::Timestamp,
};

use crate::app::{App, caller::Caller, error::AppError, matter::MatterFile, store::Page};

/// A duty, with the matter in which it is one.
#[derive(Debug, Clone)]
pub struct DutyOf {
    /// The matter.
    pub matter: MatterId,
    /// What that is about.
    pub kind: Kind,
    /// The product that it is about.
    pub product: Option<ProductId>,
    /// What has to be done.
    pub duty: Duty,
    /// The article that it stands on.
    pub article: String,
    /// Whether it is late by now.
    pub late: bool,
}

impl App {
    /// What one matter asks of whom, what has been done too.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn duties_of(&self, file: &MatterFile) -> Result<Vec<DutyOf>, AppError> {
        let agreed = self.agreed(file.agreement).await?;
        Ok(of(file, &agreed, self.now()).collect())
    }

    /// What is left to do in all open matters of the caller, by either side, the most urgent first and what has no term last;
    /// only what is due by a moment, if one is given.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn duty_list(&self, caller: &Caller, until: Option<Timestamp>) -> Result<Vec<DutyOf>, AppError> {
        const PIECE: u16 = 200;
        let now = self.now();
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let files = self
                .matter_list(caller, None, true, Page { after, limit: PIECE })
                .await?;
            let last = files.len() < usize::from(PIECE);
            after = files.last().map(|file| file.id);
            let known = self.all_agreed(&files).await?;
            for file in &files {
                let Some(agreed) = known.get(&file.agreement) else {
                    continue;
                };
                let soon = |duty: &Duty| until.is_none_or(|until| duty.due.is_some_and(|due| due <= until));
                found.extend(of(file, agreed, now).filter(|of| of.duty.is_open() && soon(&of.duty)));
            }
            if last {
                found.sort_by_key(|of| (of.duty.due.unwrap_or(Timestamp::from_millis(i64::MAX)), of.matter));
                return Ok(found);
            }
        }
    }
}

fn of<'a>(file: &'a MatterFile, agreed: &'a Agreed, now: Timestamp) -> impl Iterator<Item = DutyOf> + 'a {
    let duties = file.matter.duties(agreed).into_iter();
    let shown = duties.filter(|duty| file.only_of.is_none_or(|side| side == duty.of));
    shown.map(move |duty| DutyOf {
        matter: file.id,
        kind: file.matter.kind(),
        product: file.product,
        article: duty.code.article(agreed),
        late: duty.is_late(now),
        duty,
    })
}
