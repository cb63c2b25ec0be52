//! Each change of the application as statements, with the rows that they must touch.

use sluis_core::{
    agreement::Side,
    id::{AgreementId, RunId, SchoolId},
    time::Timestamp,
};

use super::{
    Repository, account, account_change, agreement, agreement_step, before, client, consent, contact, disclosure, feed,
    handover, instruction, login, narrowing, once, organisation, restriction, roster, staging, stance,
};
use crate::{
    app::{
        agreement::{Acceptance, Agreement, OPEN_OFFERS},
        connection::{Due, Run, RunEnd, RunOutcome},
        organisation::{Board, Product, School, Supplier},
        reason::RunReason,
        store::{Change, StoreError},
    },
    storage::{
        Expect, Fence, Value, WriteSet,
        keyring::{destroy_subjects, guard_keys_of, hold_subjects},
        params,
    },
};

fn board_add(set: &mut WriteSet, board: &Board) {
    let oin = board.oin.as_ref().map(|oin| oin.as_str());
    set.one(
        &organisation::BOARD_ADD,
        params![board.id, &board.name, oin, board.created_at],
    );
}

fn school_add(set: &mut WriteSet, school: &School) {
    let values = params![
        school.id,
        school.board,
        &school.name,
        school.brin.institution.as_str(),
        school.brin.branch.as_str(),
        school.oin.as_ref().map(|oin| oin.as_str()),
        school.rio.as_ref().map(|rio| rio.as_str()),
        school.digi_delivery_id.as_ref().map(|id| id.as_str()),
        school.created_at,
    ];
    set.one(&organisation::SCHOOL_ADD, values);
}

fn supplier_add(set: &mut WriteSet, supplier: &Supplier) {
    let oin = supplier.oin.as_ref().map(|oin| oin.as_str());
    let values = params![
        supplier.id,
        &supplier.name,
        supplier.kind.as_str(),
        oin,
        supplier.created_at
    ];
    set.one(&organisation::SUPPLIER_ADD, values);
}

fn product_add(set: &mut WriteSet, product: &Product) {
    let values = params![product.id, product.supplier, &product.name, product.created_at];
    set.one(&organisation::PRODUCT_ADD, values);
}

fn agreement_offered(set: &mut WriteSet, agreement: &Agreement) -> Result<(), StoreError> {
    let values = params![
        agreement.board,
        agreement.product,
        agreement.offered_at,
        Side::Board.as_str()
    ];
    set.push(
        &agreement::AGREEMENTS_OFFERED,
        values,
        Expect::AtMost(OPEN_OFFERS.saturating_sub(1)),
    );
    let values = params![
        agreement.id,
        agreement.board,
        agreement.supplier,
        agreement.product,
        agreement.annex.as_slice(),
        agreement.annex_hash,
        agreement.window.from,
        agreement.window.until,
        agreement.offered_at,
    ];
    set.one(&agreement::AGREEMENT_ADD, values);
    for acceptance in &agreement.acceptances {
        accepted(set, agreement.id, acceptance)?;
    }
    Ok(())
}

fn accepted(set: &mut WriteSet, agreement: AgreementId, acceptance: &Acceptance) -> Result<(), StoreError> {
    let form =
        serde_json::to_string(&acceptance.form).map_err(|_| StoreError::Corrupt("a form that cannot be written"))?;
    let values = params![agreement, acceptance.side.as_str(), acceptance.by, acceptance.at, form];
    set.one(&agreement::ACCEPTANCE_ADD, values);
    Ok(())
}

impl Repository {
    /// The statements of these changes, in order.
    ///
    /// # Errors
    /// When something that must be sealed cannot be.
    pub async fn write_set(&self, changes: Vec<Change>) -> Result<WriteSet, StoreError> {
        let mut set = WriteSet::new();
        for change in changes {
            self.add(&mut set, change).await?;
        }
        Ok(set)
    }

    async fn add(&self, set: &mut WriteSet, change: Change) -> Result<(), StoreError> {
        match change {
            Change::BoardAdded(board) => board_add(set, &board),
            Change::SchoolAdded(school) => school_add(set, &school),
            Change::SupplierAdded(supplier) => supplier_add(set, &supplier),
            Change::ProductAdded(product) => product_add(set, &product),
            Change::ClientAdded(added) => client::client_add(set, &added),
            Change::ClientRevoked(id, at) => {
                set.fence(Fence::Client(id));
                set.one(&client::CLIENT_REVOKE, params![id, at]);
            }
            Change::AgreementOffered(agreement) => agreement_offered(set, &agreement)?,
            Change::AgreementAccepted(agreement, acceptance) => accepted(set, agreement, &acceptance)?,
            Change::ContactRegistered(new) => contact::register(set, &new),
            Change::ContactRevoked(board, id, at) => contact::revoke(set, board, id, at),
            Change::ContactHeld(board, id, at) => contact::hold(set, board, id, at),
            Change::AgreementMoved(board, id, step) => agreement_step::add(set, board, id, &step)?,
            Change::ApprovalGiven(approval) => {
                let values = params![approval.school, approval.agreement, &approval.module];
                set.push(&agreement::APPROVALS_OPEN, values, Expect::Exactly(0));
                let window = approval.window;
                let values = params![
                    approval.id,
                    approval.school,
                    approval.agreement,
                    approval.module,
                    window.from,
                    window.until,
                    approval.form.as_str(),
                ];
                set.one(&agreement::APPROVAL_ADD, values);
            }
            Change::ApprovalWithdrawn(school, id, at) => {
                set.one(&agreement::APPROVAL_END, params![school, id, at]);
            }
            Change::RestrictionPlaced(new) => restriction::add(set, &new),
            Change::RestrictionFollows(school, id, known_by) => restriction::follows(set, school, id, &known_by),
            Change::RestrictionEnded(school, id, at) => {
                set.one(&restriction::RESTRICTION_END, params![school, id, at]);
            }
            Change::ConsentGiven(new) => consent::add(set, &new),
            Change::ConsentWithdrawn {
                school,
                person,
                product,
                purpose,
                by,
                at,
            } => {
                let withdrawal = consent::Withdrawal {
                    school,
                    person,
                    product,
                    purpose,
                    by,
                    at,
                };
                consent::withdraw(set, &withdrawal);
            }
            Change::MatterOpened(new) => self.matter_opened(set, &new).await?,
            Change::MatterMoved(new) => self.matter_moved(set, &new).await?,
            Change::HandoverAsked(new, now) => handover::add(set, &new, now),
            Change::HandoverMoved(moved) => handover::update(set, &moved),
            Change::DisclosureMade(new) => disclosure::add(set, &new),
            Change::DisclosureEnded(school, id, by, at) => disclosure::end(set, school, id, by, at),
            Change::MandateGiven(mandate) => {
                let values = params![mandate.board, mandate.supplier, mandate.window.from];
                set.push(&agreement::MANDATES_OPEN, values, Expect::Exactly(0));
                let window = mandate.window;
                let values = params![mandate.id, mandate.board, mandate.supplier, window.from, window.until];
                set.one(&agreement::MANDATE_ADD, values);
            }
            Change::MandateRevoked(board, id, at) => {
                set.one(&agreement::MANDATE_END, params![board, id, at]);
            }
            Change::ActivationRequested(activation) => {
                let values = params![activation.school, activation.product, activation.window.from];
                set.push(&agreement::ACTIVATIONS_OPEN, values, Expect::Exactly(0));
                let scope = serde_json::to_string(&activation.scope)
                    .map_err(|_| StoreError::Corrupt("a scope that cannot be written"))?;
                let values = params![
                    activation.id,
                    activation.school,
                    activation.product,
                    scope,
                    activation.window.from,
                    activation.window.until,
                    activation.accepted_by_supplier_at,
                ];
                set.one(&agreement::ACTIVATION_ADD, values);
            }
            Change::ActivationAccepted(school, id, at) => {
                set.one(&agreement::ACTIVATION_ACCEPT, params![school, id, at]);
            }
            Change::ActivationEnded(school, id, at) => {
                set.one(&agreement::ACTIVATION_END, params![school, id, at]);
            }
            Change::InstructionGiven(new) => instruction::give(set, &new),
            Change::InstructionEnded(school, id, at) => instruction::end(set, school, id, at),
            Change::InstructionSuspended(school, of, id, at) => instruction::suspend(set, school, of, id, at),
            Change::InstructionResumed(school, of, at) => instruction::resume(set, school, of, at),
            Change::NarrowingMade(new) => narrowing::make(set, &new),
            Change::NarrowingEnded(school, id, at) => drop(set.one(&narrowing::NARROWING_END, params![school, id, at])),
            Change::StanceTaken(new) => stance::take(set, &new),
            Change::StanceEnded(school, id, at) => drop(set.one(&stance::STANCE_END, params![school, id, at])),
            other => self.add_roster_or_login(set, other).await?,
        }
        Ok(())
    }

    async fn add_roster_or_login(&self, set: &mut WriteSet, change: Change) -> Result<(), StoreError> {
        match change {
            Change::ConnectionAdded(connection) => {
                let sealed = self.seal_credentials(&connection).await?;
                guard_keys_of(set, [sealed.as_slice()]);
                let values = params![
                    connection.id,
                    connection.school,
                    connection.dialect.as_str(),
                    connection.endpoint.as_str(),
                    sealed,
                    connection.activated_at,
                    connection.ended_at,
                    connection.created_at,
                ];
                set.one(&roster::CONNECTION_ADD, values);
            }
            Change::ConnectionActivated(school, id, at) => {
                set.one(&roster::CONNECTION_ACTIVATE, params![school, id, at]);
            }
            Change::ConnectionEnded(school, id, at) => {
                set.one(&roster::CONNECTION_END, params![school, id, at]);
                set.any(&roster::RUNS_TOUCH, params![school, id]);
            }
            Change::RunStarted { run, due, lease_until } => run_started(set, &run, due, lease_until),
            Change::RunHeld(school, id, until) => drop(set.one(&roster::RUN_HOLD, params![school, id, until])),
            Change::RunEnded(school, id, end) => drop(set.one(&roster::RUN_END, run_end(school, id, end)?)),
            Change::RunInterrupted(school, id, end) => {
                set.one(&roster::RUN_INTERRUPT, run_end(school, id, end)?);
            }
            Change::RosterStaged(school, run, changes) => staging::stage(set, school, run, changes),
            // Nothing of this school has ever moved on, and still has not.
            Change::EpochHeld(school, 0) => drop(set.push(&super::EPOCH, params![school], Expect::Exactly(0))),
            Change::EpochHeld(school, epoch) => {
                set.one(&super::EPOCH_IS, params![school, epoch]);
            }
            Change::RosterReplaced(school, run, staged, year) => {
                before::note(set, school, run, year);
                staging::replace(set, school, run, staged);
            }
            Change::AccountKeyLinked(of, at) => account::link(set, &of, at),
            Change::AccountKeyMoved(of, into, at) => account::move_to(set, &of, into, at),
            Change::AccountChanged(planned) => account_change::make(set, &planned),
            Change::AccountChangeUndone(planned) => account_change::undo(set, &planned),
            Change::Noticed(notice) => feed::add(set, &notice),
            Change::AccountKeyHeld(of) => account::hold(set, &of),
            Change::AccountSeen(of, school) => account::seen(set, &of, [school]),
            Change::SubjectKeyHeld(school, year) => hold_subjects(set, school, year),
            Change::SubjectKeyDestroyed(school, year, at) => destroy_subjects(set, school, year, at),
            Change::AskedBy(client) => drop(set.asked_by(client)),
            Change::LoginStarted(started) => {
                guard_keys_of(set, [started.sealed.as_slice()]);
                let values = params![
                    started.id,
                    started.state_hash,
                    started.client,
                    started.sealed,
                    started.expires_at,
                ];
                set.one(&login::LOGIN_START, values);
            }
            Change::LoginCompleted(id, code) => {
                set.one(&login::LOGIN_END, params![id]);
                guard_keys_of(set, [code.sealed.as_slice()]);
                let values = params![code.code_hash, code.client, code.school, code.sealed, code.expires_at];
                set.one(&login::CODE_ADD, values);
            }
            Change::LoginsExpired(at) => {
                set.any(&login::LOGINS_FORGET, params![at]);
                set.any(&login::CODES_FORGET, params![at]);
            }
            Change::LoginRefused(id) => drop(set.any(&login::LOGIN_END, params![id])),
            Change::CodeUsed(code, at) => drop(set.one(&login::CODE_USE, params![code, at, Vec::new()])),
            other => once::add(set, other)?,
        }
        Ok(())
    }
}

/// Two runs of a school at once would compare with the same roster.
fn run_started(set: &mut WriteSet, run: &Run, due: Option<Due>, lease_until: Timestamp) {
    if let Some(connection) = run.connection {
        set.one(&roster::CONNECTION_ACTIVE, params![run.school, connection]);
    }
    if let Some(due) = due {
        let refused = RunOutcome::Refused.as_str();
        let values = params![run.school, run.connection, due.tried, due.went_well, refused];
        set.push(&roster::RUNS_RECENT, values, Expect::Exactly(0));
    }
    set.push(&roster::RUNS_OPEN, params![run.school], Expect::Exactly(0));
    let values = params![
        run.id,
        run.school,
        run.connection,
        run.dialect.as_str(),
        run.started_at,
        lease_until,
    ];
    set.one(&roster::RUN_START, values);
}

fn run_end(school: SchoolId, id: RunId, end: RunEnd) -> Result<Vec<Value>, StoreError> {
    let counts =
        serde_json::to_string(&end.counts).map_err(|_| StoreError::Corrupt("counts that cannot be written"))?;
    let reason = end.reason.map(RunReason::as_str);
    Ok(params![school, id, end.at, end.outcome.as_str(), reason, counts])
}
