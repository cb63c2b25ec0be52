//! Connections: a school's link to its administration system, and the record of each pull.

use secrecy::SecretString;
use sluis_core::{
    id::{ConnectionId, RunId, SchoolId},
    time::Timestamp,
};
use url::Url;

use crate::app::reason::RunReason;

/// A school's link (koppeling) to its administration system.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Our identifier.
    pub id: ConnectionId,
    /// The school.
    pub school: SchoolId,
    /// How the system speaks.
    pub dialect: Dialect,
    /// Where it listens.
    pub endpoint: Url,
    /// The keys; sealed at rest.
    pub credentials: Credentials,
    /// When the school activated it; without this nothing is pulled.
    pub activated_at: Option<Timestamp>,
    /// When the school ended it.
    pub ended_at: Option<Timestamp>,
    /// When it was entered.
    pub created_at: Timestamp,
}

/// The language of an administration system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// UWLR 2.2, pulled over SOAP.
    Uwlr22,
    /// An EDEXML file that a person brings.
    Edexml,
}

impl Dialect {
    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uwlr22 => "uwlr-2.2",
            Self::Edexml => "edexml",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Uwlr22, Self::Edexml]
            .into_iter()
            .find(|dialect| dialect.as_str() == text)
    }
}

/// What a UWLR system asks in the header of each call.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// `autorisatiesleutel`: the key of the school.
    pub authorisation_key: SecretString,
    /// `klantcode`: the code of the receiving application.
    pub client_code: SecretString,
    /// `klantnaam`: the name of the receiving application.
    pub client_name: String,
}

/// One pull or import of a roster, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Our identifier.
    pub id: RunId,
    /// The school.
    pub school: SchoolId,
    /// The connection, if it was a pull.
    pub connection: Option<ConnectionId>,
    /// How the roster came.
    pub dialect: Dialect,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended and how; none while it is under way.
    pub end: Option<RunEnd>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    /// When.
    pub at: Timestamp,
    /// How.
    pub outcome: RunOutcome,
    /// The stable code of why the roster was left as it was.
    pub reason: Option<RunReason>,
    /// What changed, and what was withheld.
    pub counts: RunCounts,
}

/// What a run did to the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunOutcome {
    /// The roster is now as the administration has it.
    Applied,
    /// The administration has nothing new.
    Unchanged,
    /// The roster was left as it was; the reason says why.
    Refused,
}

impl RunOutcome {
    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Applied, Self::Unchanged, Self::Refused]
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
    }
}

/// Numbers of a run; no person can be found from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunCounts {
    /// Persons in the snapshot.
    pub received: u64,
    /// Persons that are new.
    pub added: u64,
    /// Persons whose kept values changed.
    pub changed: u64,
    /// Persons that are gone.
    pub removed: u64,
    /// Persons that stayed the same.
    pub unchanged: u64,
    /// Persons of a kind of which nobody comes in: it is not agreed, or no active agreement needs anything of them.
    #[serde(default)]
    pub left_out: u64,
    /// Fields that were not taken in, because no active agreement needs them or their value was not acceptable.
    pub withheld_fields: u64,
    /// Of these, the fields whose value was not acceptable: the administration can mend them.
    #[serde(default)]
    pub unusable_fields: u64,
    /// Persons with such a field.
    #[serde(default)]
    pub persons_with_unusable_fields: u64,
}

/// When a connection is due: it was not tried after one moment, and did not go well, nor is it under way, after an
/// earlier one. What failed is tried again sooner than what went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// No run began after this moment.
    pub tried: Timestamp,
    /// No run that began after this moment went well or is under way.
    pub went_well: Timestamp,
}
