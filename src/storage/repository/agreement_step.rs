//! What happened to agreements after they were offered.

use sluis_core::{
    agreement::Side,
    id::{AgreementId, BoardId},
    time::Timestamp,
};

use super::parsed;
use crate::{
    app::{
        agreement::Agreement,
        agreement_step::{Coverage, Step, What},
    },
    storage::{Expect, Row, Statement, StorageError, WriteSet, params},
};

/// A guard: so many steps are known. Whoever adds one has read those before it.
const STEPS_KNOWN: Statement = Statement {
    name: "agreement_steps_known",
    sql: "SELECT number FROM agreement_steps WHERE board = $1 AND agreement = $2",
};
const STEP_ADD: Statement = Statement {
    name: "agreement_step_add",
    sql: "INSERT INTO agreement_steps (agreement, number, board, kind, side, client, happened_at, ends_at, note, detail) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
};
pub(super) const STEPS: Statement = Statement {
    name: "agreement_steps",
    sql: "SELECT agreement, number, kind, side, client, happened_at, ends_at, note, detail \
          FROM agreement_steps WHERE agreement = $1 ORDER BY number",
};
pub(super) const STEPS_OF_BOARD: Statement = Statement {
    name: "agreement_steps_of_board",
    sql: "SELECT agreement, number, kind, side, client, happened_at, ends_at, note, detail \
          FROM agreement_steps WHERE board = $1 ORDER BY agreement, number",
};
pub(super) const STEPS_OF_PRODUCT: Statement = Statement {
    name: "agreement_steps_of_product",
    sql: "SELECT agreement, number, kind, side, client, happened_at, ends_at, note, detail FROM agreement_steps \
          WHERE agreement IN (SELECT id FROM agreements WHERE product = $1) ORDER BY agreement, number",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[&STEPS_KNOWN, &STEP_ADD, &STEPS, &STEPS_OF_BOARD, &STEPS_OF_PRODUCT];

const SUSPENDED: &str = "suspended";
const RESUMED: &str = "resumed";
const ENDED: &str = "ended";
const COVERED: &str = "covered";

/// Adds a step to those that were read.
pub(super) fn add(set: &mut WriteSet, board: BoardId, agreement: AgreementId, step: &Step) -> Result<(), StorageError> {
    let (kind, ends_at, note, detail) = match &step.what {
        What::Suspended { reason } => (SUSPENDED, None, reason.as_deref(), None),
        What::Resumed => (RESUMED, None, None, None),
        What::Ended { at, reason } => (ENDED, Some(*at), reason.as_deref(), None),
        What::Covered(coverage) => {
            let text = serde_json::to_string(coverage).ok();
            (COVERED, None, None, Some(parsed("detail", text)?))
        }
    };
    let known = params![board, agreement];
    set.push(&STEPS_KNOWN, known, Expect::Exactly(step.number.saturating_sub(1)));
    let values = params![
        agreement,
        step.number,
        board,
        kind,
        step.side.as_str(),
        step.by,
        step.at,
        ends_at,
        note,
        detail,
    ];
    set.one(&STEP_ADD, values);
    Ok(())
}

/// Puts each step with its agreement.
pub(super) fn put(agreements: &mut [Agreement], steps: &[Row]) -> Result<(), StorageError> {
    for row in steps {
        let of: AgreementId = row.get(0)?;
        if let Some(agreement) = agreements.iter_mut().find(|agreement| agreement.id == of) {
            agreement.steps.push(step(row)?);
        }
    }
    Ok(())
}

fn step(row: &Row) -> Result<Step, StorageError> {
    let (kind, side): (String, String) = (row.get(2)?, row.get(3)?);
    let (ends_at, reason): (Option<Timestamp>, Option<String>) = (row.get(6)?, row.get(7)?);
    let detail: Option<String> = row.get(8)?;
    let coverage = || detail.and_then(|text| serde_json::from_str::<Coverage>(&text).ok());
    let what = match kind.as_str() {
        SUSPENDED => Some(What::Suspended { reason }),
        RESUMED => Some(What::Resumed),
        ENDED => ends_at.map(|at| What::Ended { at, reason }),
        COVERED => coverage().map(What::Covered),
        _ => None,
    };
    Ok(Step {
        number: row.get(1)?,
        side: parsed("side", Side::parse(&side))?,
        by: row.get(4)?,
        at: row.get(5)?,
        what: parsed("kind", what)?,
    })
}
