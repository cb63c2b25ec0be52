//! Each change of the application as statements, with the rows that they must touch.

use sluis_core::time::Timestamp;

use super::{Repository, account, agreement, client, organisation, roster};
use crate::{
    app::{
        agreement::{Acceptance, Agreement},
        connection::Run,
        organisation::{Board, Product, School, Supplier},
        store::{Change, StoreError},
    },
    storage::{Expect, WriteSet, params},
};

/// After so many seconds a run that has no end is taken for one whose process died.
const RUN_SECS: i64 = 900;

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

fn agreement_offered(set: &mut WriteSet, agreement: &Agreement) {
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
        accepted(set, agreement.id, acceptance);
    }
}

fn accepted(set: &mut WriteSet, agreement: sluis_core::id::AgreementId, acceptance: &Acceptance) {
    let values = params![agreement, acceptance.side.as_str(), acceptance.by, acceptance.at];
    set.one(&agreement::ACCEPTANCE_ADD, values);
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
            Change::ClientRevoked(id, at) => drop(set.one(&client::CLIENT_REVOKE, params![id, at])),
            Change::AgreementOffered(agreement) => agreement_offered(set, &agreement),
            Change::AgreementAccepted(agreement, acceptance) => accepted(set, agreement, &acceptance),
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
                ];
                set.one(&agreement::APPROVAL_ADD, values);
            }
            Change::ApprovalWithdrawn(school, id, at) => {
                set.one(&agreement::APPROVAL_END, params![school, id, at]);
            }
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
            other => self.add_roster_or_login(set, other).await?,
        }
        Ok(())
    }

    async fn add_roster_or_login(&self, set: &mut WriteSet, change: Change) -> Result<(), StoreError> {
        match change {
            Change::ConnectionAdded(connection) => {
                let sealed = self.seal_credentials(&connection).await?;
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
            }
            Change::RunStarted(run) => {
                run_alone(set, &run);
                run_started(set, &run);
            }
            Change::RunClaimed(run, since) => {
                set.one(&roster::CONNECTION_ACTIVE, params![run.school, run.connection]);
                let values = params![run.school, run.connection, since];
                set.push(&roster::RUNS_SINCE, values, Expect::Exactly(0));
                run_alone(set, &run);
                run_started(set, &run);
            }
            Change::RunEnded(school, id, end) => {
                let counts = serde_json::to_string(&end.counts)
                    .map_err(|_| StoreError::Corrupt("counts that cannot be written"))?;
                let values = params![school, id, end.at, end.outcome.as_str(), end.reason, counts];
                set.one(&roster::RUN_END, values);
            }
            Change::GroupKept(school, group) => {
                set.one(
                    &roster::GROUP_KEEP,
                    params![school, group.id, group.key_hash, group.name],
                );
            }
            Change::GroupRemoved(school, id) => drop(set.one(&roster::GROUP_REMOVE, params![school, id])),
            Change::PersonKept(school, person) => {
                let values = params![
                    school,
                    person.id,
                    person.key_hash,
                    person.eck_hash,
                    person.content_hash,
                    person.sealed,
                ];
                set.one(&roster::PERSON_KEEP, values);
            }
            Change::PersonRemoved(school, id) => drop(set.one(&roster::PERSON_REMOVE, params![school, id])),
            Change::AccountOpened(opened) => {
                let values = params![opened.supplier, opened.key_hash, opened.id, opened.created_at];
                set.push(&account::ACCOUNT_OPEN, values, Expect::Any);
            }
            Change::LoginStarted(login) => {
                forget_logins(set, login.expires_at);
                let values = params![login.id, login.state_hash, login.client, login.sealed, login.expires_at];
                set.one(&account::LOGIN_START, values);
            }
            Change::LoginCompleted(login, code) => {
                set.one(&account::LOGIN_END, params![login]);
                set.any(&account::CODES_FORGET, params![code.expires_at.plus_secs(-86_400)]);
                let values = params![code.code_hash, code.client, code.school, code.sealed, code.expires_at];
                set.one(&account::CODE_ADD, values);
            }
            Change::LoginRefused(login) => drop(set.any(&account::LOGIN_END, params![login])),
            Change::CodeUsed(code, at) => drop(set.one(&account::CODE_USE, params![code, at])),
            _ => return Err(StoreError::Corrupt("a change that has no statements")),
        }
        Ok(())
    }
}

/// Two runs of a school at once would compare with the same roster. One that never ended is not waited for.
fn run_alone(set: &mut WriteSet, run: &Run) {
    let values = params![run.school, run.started_at.plus_secs(-RUN_SECS)];
    set.push(&roster::RUNS_OPEN, values, Expect::Exactly(0));
}

fn run_started(set: &mut WriteSet, run: &Run) {
    let values = params![run.id, run.school, run.connection, run.dialect.as_str(), run.started_at];
    set.one(&roster::RUN_START, values);
}

/// Logins that nobody came back from are forgotten a day after the newest one may still be finished.
fn forget_logins(set: &mut WriteSet, newest_expiry: Timestamp) {
    set.any(&account::LOGINS_FORGET, params![newest_expiry.plus_secs(-86_400)]);
}
