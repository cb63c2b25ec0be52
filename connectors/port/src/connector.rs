//! The trait that every dialect stands behind.

use std::fmt;

use async_trait::async_trait;
use sluis_core::{
    identifier::{Brin6, EckIdRules},
    time::Timestamp,
};

use crate::{
    error::ConnectorError,
    roster::{SchoolYear, Snapshot},
};

/// The code that speaks the dialect of one administration system, with the credentials of one school.
#[async_trait]
pub trait Connector: Send + Sync {
    /// The dialect that it speaks.
    fn dialect(&self) -> Dialect;

    /// Pulls the complete roster of one school, once. Repeating is for the caller to decide.
    ///
    /// # Errors
    /// When no complete, consistent roster of exactly this school and school year came back.
    async fn pull(&self, request: PullRequest) -> Result<Pull, ConnectorError>;
}

/// The name of a dialect with its version, for example `uwlr-2.2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dialect(&'static str);

impl Dialect {
    /// Names a dialect.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What is asked of an administration system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// The school: institution and branch.
    pub school: Brin6,
    /// The school year.
    pub school_year: SchoolYear,
    /// The moment of the roster that we hold; the system may then answer that nothing changed since.
    pub since: Option<Timestamp>,
    /// Which generations of ECK iD this service takes in.
    pub eck_id_rules: EckIdRules,
}

/// What an administration system answered.
#[derive(Debug, PartialEq, Eq)]
pub enum Pull {
    /// The complete roster.
    Snapshot(Box<Snapshot>),
    /// Nothing changed since the moment that was named in the request.
    Unchanged,
    /// The system holds no data of this school in this school year. This is not an empty roster.
    NoData,
}
