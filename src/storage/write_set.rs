//! Write-sets: what is written together or not at all.

use std::collections::BTreeSet;

use sluis_core::id::{ClientId, SchoolId};

use super::{error::StorageError, statement::Statement, value::Value};

/// How many rows a statement must touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Just so many.
    Exactly(u64),
    /// So many or more.
    AtLeast(u64),
    /// So many or fewer: a limit.
    AtMost(u64),
    /// Whatever comes.
    Any,
}

impl Expect {
    /// Whether so many rows will do.
    pub const fn holds(self, rows: u64) -> bool {
        match self {
            Self::Exactly(number) => rows == number,
            Self::AtLeast(number) => rows >= number,
            Self::AtMost(number) => rows <= number,
            Self::Any => true,
        }
    }
}

/// A statement with its parameters and the rows that it must touch.
#[derive(Debug, Clone)]
pub struct Write {
    /// The statement. One that reads is a guard: its rows are counted.
    pub statement: &'static Statement,
    /// Its parameters.
    pub params: Vec<Value>,
    /// The rows that it must touch.
    pub expect: Expect,
}

impl Write {
    /// Compares the rows that were touched with those that had to be.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] when they differ.
    pub fn check(&self, rows: u64) -> Result<u64, StorageError> {
        if self.expect.holds(rows) {
            Ok(rows)
        } else {
            Err(StorageError::Conflict {
                statement: self.statement.name,
            })
        }
    }
}

/// Whom something is taken back from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fence {
    /// A school: its policy changes.
    School(SchoolId),
    /// A client: it is revoked.
    Client(ClientId),
}

/// What is written in one transaction, in order. The first statement that fails rolls all of it back.
#[derive(Debug, Clone, Default)]
pub struct WriteSet {
    writes: Vec<Write>,
    fences: Vec<Fence>,
    askers: BTreeSet<ClientId>,
}

impl WriteSet {
    /// An empty write-set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a statement that must touch just one row.
    pub fn one(&mut self, statement: &'static Statement, params: Vec<Value>) -> &mut Self {
        self.push(statement, params, Expect::Exactly(1))
    }

    /// Adds a statement that may touch any number of rows.
    pub fn any(&mut self, statement: &'static Statement, params: Vec<Value>) -> &mut Self {
        self.push(statement, params, Expect::Any)
    }

    /// Adds a statement.
    pub fn push(&mut self, statement: &'static Statement, params: Vec<Value>, expect: Expect) -> &mut Self {
        self.writes.push(Write {
            statement,
            params,
            expect,
        });
        self
    }

    /// Takes something back: once this write-set is done, no evidence that relies on the state before it can be
    /// committed any more, on any replica. It waits for evidence that is being committed.
    pub fn fence(&mut self, fence: Fence) -> &mut Self {
        self.fences.push(fence);
        self
    }

    /// Adds all of another write-set.
    pub fn append(&mut self, other: Self) -> &mut Self {
        self.writes.extend(other.writes);
        self.fences.extend(other.fences);
        self.askers.extend(other.askers);
        self
    }

    /// It is written for this client: once a revocation of it is done, on whichever replica, nothing of this can be written any
    /// more. It waits for a revocation that is being written, and a revocation waits for it.
    pub fn asked_by(&mut self, client: ClientId) -> &mut Self {
        self.askers.insert(client);
        self
    }

    /// The statements, in order.
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// The fences that are held.
    pub fn fences(&self) -> &[Fence] {
        &self.fences
    }

    /// The clients that it is written for.
    pub const fn askers(&self) -> &BTreeSet<ClientId> {
        &self.askers
    }

    /// How many statements it has.
    pub fn len(&self) -> usize {
        self.writes.len()
    }

    /// Whether it has no statement.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}
