//! The one thread that writes: takes a job, drains its lane, commits once, then answers all.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::{bind, lanes::Lanes};
use crate::storage::{
    error::{Fault, StorageError},
    executor::Priority,
};

/// A group commits at the latest after so many jobs; so many bulk jobs are one piece of about 5 ms.
const fn group_size(priority: Priority) -> usize {
    match priority {
        Priority::Evidence | Priority::ForActs | Priority::Interactive => 1_024,
        Priority::Bulk => 1,
    }
}

/// Work inside the transaction. It tells whether its part may stay, and whom to tell how the commit went.
pub(super) type Job = Box<dyn FnOnce(&Connection) -> Ran + Send>;

/// What a job left behind.
pub(super) struct Ran {
    keep: bool,
    tell: Box<dyn FnOnce(Result<(), Fault>) + Send>,
}

/// Makes a job of a function and the one who waits for its answer.
pub(super) fn job<T, F>(work: F, answer: oneshot::Sender<Result<T, StorageError>>) -> Job
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
{
    Box::new(move |connection| {
        let result = work(connection);
        Ran {
            keep: result.is_ok(),
            tell: Box::new(move |committed| {
                let result = match committed {
                    Ok(()) => result,
                    Err(cause) => result.and(Err(StorageError::Unavailable { cause })),
                };
                // Nobody may be waiting any more.
                let _ = answer.send(result);
            }),
        }
    })
}

/// Works until the queue is closed.
pub(super) fn run(jobs: &Lanes<Job>, mut connection: Connection) {
    while let Some((priority, first)) = jobs.take() {
        let more = std::iter::from_fn(|| jobs.take_waiting(priority));
        let group = std::iter::once(first).chain(more).take(group_size(priority));
        let mut ran = Vec::new();
        let committed = run_group(&mut connection, group, &mut ran);
        for done in ran {
            (done.tell)(committed.clone());
        }
    }
}

fn run_group(connection: &mut Connection, group: impl Iterator<Item = Job>, ran: &mut Vec<Ran>) -> Result<(), Fault> {
    let fault = |error: rusqlite::Error| bind::fault(&error);
    let mut transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(fault)?;
    for job in group {
        run_job(&mut transaction, job, ran).map_err(fault)?;
        // A full disk rolls back the whole transaction by itself.
        if transaction.is_autocommit() {
            return Err(Fault {
                code: rusqlite::ffi::SQLITE_FULL.to_string(),
                message: "the transaction was rolled back by the engine".to_owned(),
            });
        }
    }
    transaction.commit().map_err(fault)
}

fn run_job(transaction: &mut Transaction<'_>, job: Job, ran: &mut Vec<Ran>) -> Result<(), rusqlite::Error> {
    let savepoint = transaction.savepoint()?;
    // A panic must not end the thread on which all evidence depends: its part is rolled back, its answer dropped.
    let Ok(done) = catch_unwind(AssertUnwindSafe(|| job(&savepoint))) else {
        return savepoint.finish();
    };
    let keep = done.keep;
    ran.push(done);
    if keep { savepoint.commit() } else { savepoint.finish() }
}
