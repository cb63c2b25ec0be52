//! Instructing distributors, suspending and ending that.

use sluis_core::{
    agreement::SupplierKind,
    id::{InstructionId, ProductId, SchoolId},
    ledger::Owner,
    time::{Timestamp, Window},
};

use crate::app::{
    App,
    act::ActOf,
    activate::past,
    caller::{Caller, Role},
    error::{AppError, Invalid, already, ended, not_ready},
    instruction::Instruction,
    store::Change,
};

impl App {
    /// A school instructs a distributor.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else or an unknown product, [`AppError::Invalid`] when the product is not
    /// a distributor's or the time has passed, [`AppError::Conflict`] when an instruction holds already.
    pub async fn instruction_create(
        &self,
        caller: &Caller,
        school: SchoolId,
        product: ProductId,
        until: Option<Timestamp>,
    ) -> Result<Instruction, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let supplier = self.product_view(product).await?.supplier;
        let now = self.now();
        let mut wrong = Vec::new();
        if self.supplier_view(supplier).await?.kind != SupplierKind::Distributor {
            wrong.push(Invalid {
                pointer: "/product".to_owned(),
                code: "party_is_no_distributor",
                detail: "only a distributor is instructed: of a supplier, agreement, mandate and activation are enough"
                    .to_owned(),
            });
        }
        wrong.extend(past("/validUntil", until, now));
        if !wrong.is_empty() {
            return Err(AppError::Invalid(wrong));
        }
        let same = |other: &Instruction| other.product == product && other.window.holds(now);
        if self.store.instructions(school).await?.iter().any(same) {
            return Err(already("the school has instructed this distributor"));
        }
        let instruction = Instruction {
            id: self.new_id(),
            school,
            product,
            window: Window { from: now, until },
            suspensions: Vec::new(),
        };
        let change = Change::InstructionGiven(instruction.clone());
        self.instruction_act(caller, &instruction, "instruction.give", change)
            .await?;
        Ok(instruction)
    }

    /// The instructions that the caller may see: of its school, or to its product.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school.
    pub async fn instruction_list(&self, caller: &Caller, school: SchoolId) -> Result<Vec<Instruction>, AppError> {
        let school = self.school_view(caller, school).await?.id;
        let mut found = self.store.instructions(school).await?;
        match caller.role {
            Role::Operator => return Err(AppError::NotYours),
            Role::Board(_) | Role::School(_) => {}
            Role::Supplier { product, .. } | Role::Distributor { product, .. } => {
                found.retain(|instruction| instruction.product == product);
            }
        }
        Ok(found)
    }

    /// One instruction that the caller may see.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn instruction_view(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: InstructionId,
    ) -> Result<Instruction, AppError> {
        let found = self.instruction_list(caller, school).await?;
        found
            .into_iter()
            .find(|instruction| instruction.id == id)
            .ok_or(AppError::NotFound("instruction"))
    }

    /// A school ends an instruction, with effect at once.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or [`AppError::Conflict`] when it has ended.
    pub async fn instruction_end(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: InstructionId,
    ) -> Result<Instruction, AppError> {
        let (mut instruction, now) = self.open_instruction(caller, school, id).await?;
        let change = Change::InstructionEnded(school, id, now);
        self.instruction_act(caller, &instruction, "instruction.end", change)
            .await?;
        instruction.window.until = Some(now);
        Ok(instruction)
    }

    /// A school suspends an instruction that the distributor holds unlawful, with effect at once.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or [`AppError::Conflict`] when it has ended or is suspended.
    pub async fn instruction_suspend(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: InstructionId,
    ) -> Result<Instruction, AppError> {
        let (mut instruction, now) = self.open_instruction(caller, school, id).await?;
        if instruction.is_suspended() {
            return Err(already("the instruction is suspended"));
        }
        let change = Change::InstructionSuspended(school, id, self.new_id(), now);
        self.instruction_act(caller, &instruction, "instruction.suspend", change)
            .await?;
        instruction.suspensions.push(Window::since(now));
        Ok(instruction)
    }

    /// A school found a suspended instruction lawful, and it is followed again.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or [`AppError::Conflict`] when it has ended or is not suspended.
    pub async fn instruction_resume(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: InstructionId,
    ) -> Result<Instruction, AppError> {
        let (mut instruction, now) = self.open_instruction(caller, school, id).await?;
        let Some(open) = instruction.suspensions.iter().position(|span| span.until.is_none()) else {
            return Err(not_ready("the instruction is not suspended"));
        };
        let change = Change::InstructionResumed(school, id, now);
        self.instruction_act(caller, &instruction, "instruction.resume", change)
            .await?;
        if let Some(span) = instruction.suspensions.get_mut(open) {
            span.until = Some(now);
        }
        Ok(instruction)
    }

    /// An instruction of a school that the caller decides for, which has not ended by now.
    async fn open_instruction(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: InstructionId,
    ) -> Result<(Instruction, Timestamp), AppError> {
        self.controlled_school(caller, school).await?;
        let instruction = self.instruction_view(caller, school, id).await?;
        let now = self.now();
        if instruction.window.until.is_some_and(|until| until <= now) {
            return Err(ended("the instruction has ended"));
        }
        Ok((instruction, now))
    }

    async fn instruction_act(
        &self,
        caller: &Caller,
        instruction: &Instruction,
        name: &'static str,
        change: Change,
    ) -> Result<(), AppError> {
        let mut act = ActOf::of(caller);
        act.changes_policy_of([instruction.school]);
        let owner = Owner::School(instruction.school);
        self.note(&mut act, owner, name, "instruction", instruction.id);
        self.carry_out(act, vec![change]).await
    }
}
