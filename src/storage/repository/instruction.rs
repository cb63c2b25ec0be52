//! Instructions to distributors, and when they were suspended.

use sluis_core::{
    id::{InstructionId, SchoolId, SuspensionId},
    time::{Timestamp, Window},
};

use crate::{
    app::instruction::Instruction,
    storage::{Expect, Row, Statement, StorageError, WriteSet, params},
};

const INSTRUCTION_ADD: Statement = Statement {
    name: "instruction_add",
    sql: "INSERT INTO instructions (id, school, product, valid_from, valid_until) VALUES ($1, $2, $3, $4, $5)",
};
const INSTRUCTIONS_OPEN: Statement = Statement {
    name: "instructions_open",
    sql: "SELECT id FROM instructions WHERE school = $1 AND product = $2 AND (valid_until IS NULL OR valid_until > $3)",
};
/// A guard: the instruction has not ended.
const INSTRUCTION_IS_OPEN: Statement = Statement {
    name: "instruction_is_open",
    sql: "SELECT id FROM instructions WHERE school = $1 AND id = $2 AND (valid_until IS NULL OR valid_until > $3)",
};
const INSTRUCTION_END: Statement = Statement {
    name: "instruction_end",
    sql: "UPDATE instructions SET valid_until = $3 \
          WHERE school = $1 AND id = $2 AND (valid_until IS NULL OR valid_until > $3)",
};
pub(super) const INSTRUCTIONS: Statement = Statement {
    name: "instructions",
    sql: "SELECT id, school, product, valid_from, valid_until FROM instructions WHERE school = $1 ORDER BY id",
};
const SUSPENSION_ADD: Statement = Statement {
    name: "instruction_suspension_add",
    sql: "INSERT INTO instruction_suspensions (id, school, instruction, valid_from) VALUES ($1, $2, $3, $4)",
};
const SUSPENSIONS_OPEN: Statement = Statement {
    name: "instruction_suspensions_open",
    sql: "SELECT id FROM instruction_suspensions WHERE school = $1 AND instruction = $2 AND valid_until IS NULL",
};
const SUSPENSION_END: Statement = Statement {
    name: "instruction_suspension_end",
    sql: "UPDATE instruction_suspensions SET valid_until = $3 \
          WHERE school = $1 AND instruction = $2 AND valid_until IS NULL",
};
pub(super) const SUSPENSIONS: Statement = Statement {
    name: "instruction_suspensions",
    sql: "SELECT instruction, valid_from, valid_until FROM instruction_suspensions WHERE school = $1 ORDER BY id",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[
    &INSTRUCTION_ADD,
    &INSTRUCTIONS_OPEN,
    &INSTRUCTION_IS_OPEN,
    &INSTRUCTION_END,
    &INSTRUCTIONS,
    &SUSPENSION_ADD,
    &SUSPENSIONS_OPEN,
    &SUSPENSION_END,
    &SUSPENSIONS,
];

/// Two that hold at once would say the same, and ending one would end nothing.
pub(super) fn give(set: &mut WriteSet, new: &Instruction) {
    let values = params![new.school, new.product, new.window.from];
    set.push(&INSTRUCTIONS_OPEN, values, Expect::Exactly(0));
    let values = params![new.id, new.school, new.product, new.window.from, new.window.until];
    set.one(&INSTRUCTION_ADD, values);
}

pub(super) fn end(set: &mut WriteSet, school: SchoolId, id: InstructionId, at: Timestamp) {
    set.one(&INSTRUCTION_END, params![school, id, at]);
}

pub(super) fn suspend(set: &mut WriteSet, school: SchoolId, of: InstructionId, id: SuspensionId, at: Timestamp) {
    set.one(&INSTRUCTION_IS_OPEN, params![school, of, at]);
    set.push(&SUSPENSIONS_OPEN, params![school, of], Expect::Exactly(0));
    set.one(&SUSPENSION_ADD, params![id, school, of, at]);
}

pub(super) fn resume(set: &mut WriteSet, school: SchoolId, of: InstructionId, at: Timestamp) {
    set.one(&INSTRUCTION_IS_OPEN, params![school, of, at]);
    set.one(&SUSPENSION_END, params![school, of, at]);
}

/// Puts each suspension with its instruction.
pub(super) fn with_suspensions(instructions: &[Row], suspensions: &[Row]) -> Result<Vec<Instruction>, StorageError> {
    let mut found: Vec<Instruction> = instructions.iter().map(instruction).collect::<Result<_, _>>()?;
    for row in suspensions {
        let of: InstructionId = row.get(0)?;
        if let Some(instruction) = found.iter_mut().find(|instruction| instruction.id == of) {
            instruction.suspensions.push(Window {
                from: row.get(1)?,
                until: row.get(2)?,
            });
        }
    }
    Ok(found)
}

fn instruction(row: &Row) -> Result<Instruction, StorageError> {
    Ok(Instruction {
        id: row.get(0)?,
        school: row.get(1)?,
        product: row.get(2)?,
        window: Window {
            from: row.get(3)?,
            until: row.get(4)?,
        },
        suspensions: Vec::new(),
    })
}
