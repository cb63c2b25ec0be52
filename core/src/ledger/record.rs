//! One line of evidence: what is written, and its exact bytes.
//!
//! The vocabulary is that of the Dutch standard for the logging of data processing (Logboek Dataverwerkingen):
//! `trace_id`, `operation_id`, `parent_operation_id`, `name`, `start_time`, `end_time`, `resource`. Its attribute
//! `dpl.core.processing_activity_id` is the pair of `agreement` (one exact annex) and `purpose` here; its
//! `dpl.core.data_subject_id` is `subject`, a keyed hash; its `status_code` is [`Outcome::status_code`].
//!
//! The bytes are canonical JSON (RFC 8785): keys in order, no white space, integers only. Nobody needs to make the
//! bytes again to check a record, since the leaf of the tree is the bytes as they are stored.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Code, Commitment, Digest, Hex};
use crate::{
    id::{AgreementId, BoardId, ClientId, ProductId, RecordId, SchoolId, SupplierId},
    random::{self, Random},
    time::Timestamp,
};

/// The version of the form of a record.
const VERSION: u8 = 1;

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// A decision about one person, or about none, that took effect.
    Decision,
    /// A dry decision: asked and answered, nothing went.
    Evaluation,
    /// A decision about many persons at once; [`RecordDraft::page`] commits to the list of them.
    Page,
    /// A person came in through the login.
    Login,
    /// An act: sign, approve, activate, end, look, export.
    Act,
    /// A pull or import of a roster.
    RosterRun,
    /// The operator reached something that is the school's.
    OperatorAccess,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The gate let it pass.
    Permit,
    /// The gate refused.
    Deny,
    /// An act or a run was done.
    Done,
    /// An act or a run was not done.
    Failed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Permit, Self::Deny, Self::Done, Self::Failed];

    /// The word in records and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Deny => "deny",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// The status in the vocabulary of the standard: 1 is good, 2 is an error. A denial is a status, not an absent line.
    pub const fn status_code(self) -> u8 {
        match self {
            Self::Permit | Self::Done => 1,
            Self::Deny | Self::Failed => 2,
        }
    }
}

/// Whose evidence this is. Each owner has a chain of its own, numbered from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// A school: everything that is about its persons, its approvals and its connections.
    School(SchoolId),
    /// A board: what it does for itself or for all of its schools, and what is done to it.
    Board(BoardId),
    /// The operator of this service: what it does, also where a school or board has it in its own log.
    Operator,
}

impl Owner {
    /// The key of this owner in tables; the operator has the nil UUID.
    pub const fn key(&self) -> [u8; 16] {
        match self {
            Self::School(school) => *school.as_bytes(),
            Self::Board(board) => *board.as_bytes(),
            Self::Operator => [0; 16],
        }
    }

    /// The school, if this is one.
    pub const fn school(&self) -> Option<SchoolId> {
        match self {
            Self::School(school) => Some(*school),
            Self::Board(_) | Self::Operator => None,
        }
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::School(school) => write!(f, "school/{school}"),
            Self::Board(board) => write!(f, "board/{board}"),
            Self::Operator => f.write_str("operator"),
        }
    }
}

/// One exact version of an agreement: what a decision rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementVersion {
    /// SHA-256 of the canonical annex.
    pub annex_hash: Digest,
    /// The agreement.
    pub id: AgreementId,
}

/// What an act was about: a pointer into a register, never a copy of what is in it, and never a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Which one.
    pub id: Uuid,
    /// The kind of thing, for example `activation`.
    pub kind: Code,
}

/// Something that was asked and held back, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithheldCode {
    /// The attribute or category.
    pub name: Code,
    /// The code of the reason.
    pub reason: Code,
}

/// A record before it has its place in a chain. It holds no personal data in clear: [`Code`]s, identifiers and keyed
/// hashes are all there is room for. Fields stand in the order of the canonical form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordDraft {
    /// The agreement that the decision rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<AgreementVersion>,
    /// The client that asked; none when the service acted by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asker: Option<ClientId>,
    /// The board of the school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub board: Option<BoardId>,
    /// The way in: `rest`, `oidc`, `authzen`, `oneroster`, `connector`, `cli`.
    pub channel: Code,
    /// When the outcome was known.
    pub end_time: Timestamp,
    /// The record itself. A second record with the same id is refused.
    pub id: RecordId,
    /// What it is about.
    pub kind: RecordKind,
    /// The operation, for example `learner_search`.
    pub name: Code,
    /// Eight random bytes.
    pub operation_id: Hex<8>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whose evidence it is.
    pub owner: Owner,
    /// The commitment to the list of persons of a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Commitment>,
    /// The operation that this one is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_operation_id: Option<Hex<8>>,
    /// The epoch of the policy that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_epoch: Option<u64>,
    /// The product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// The purpose, for example `D13`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Code>,
    /// The codes of all reasons, those that no supplier sees too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Code>,
    /// To whom the data would go on, where the purpose has a receiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<SupplierId>,
    /// The attributes or categories that went, or came in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub released: Vec<Code>,
    /// What an act was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Resource>,
    /// Random, so that nobody can guess a record from its hash.
    pub salt: Hex<16>,
    /// When the request came.
    pub start_time: Timestamp,
    /// The keyed hash of the one person that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Digest>,
    /// The calendar year of which the key was destroyed by which records know persons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_year: Option<u16>,
    /// The supplier or distributor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<SupplierId>,
    /// The trace (W3C Trace Context): random, never derived from a person.
    pub trace_id: Hex<16>,
    /// What was asked and held back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<WithheldCode>,
}

impl RecordDraft {
    /// A draft with its own identifier, operation and salt, about an owner; everything else is to be filled in.
    pub fn new(
        kind: RecordKind,
        outcome: Outcome,
        owner: Owner,
        name: impl Into<Code>,
        channel: impl Into<Code>,
        now: Timestamp,
        random: &dyn Random,
    ) -> Self {
        Self {
            agreement: None,
            asker: None,
            board: None,
            channel: channel.into(),
            end_time: now,
            id: RecordId::generate(now, random),
            kind,
            name: name.into(),
            operation_id: Hex::from_bytes(random::bytes(random)),
            outcome,
            owner,
            page: None,
            parent_operation_id: None,
            policy_epoch: None,
            product: None,
            purpose: None,
            reasons: Vec::new(),
            receiver: None,
            released: Vec::new(),
            resource: None,
            salt: Hex::from_bytes(random::bytes(random)),
            start_time: now,
            subject: None,
            subject_year: None,
            supplier: None,
            trace_id: Hex::from_bytes(random::bytes(random)),
            withheld: Vec::new(),
        }
    }

    /// Gives the record its place in the chain of its owner, and with that its bytes.
    #[expect(clippy::expect_used, reason = "every key is a string and memory takes every byte")]
    pub fn sealed(&self, sequence: u64, previous: Digest) -> SealedRecord {
        let form = RecordForm {
            previous,
            record: self,
            sequence,
            version: VERSION,
        };
        let bytes = serde_json::to_vec(&form).expect("a record can be written");
        let leaf = Digest::of_leaf(&bytes);
        SealedRecord { bytes, leaf }
    }
}

/// The exact bytes of a record, and their hash as a leaf of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRecord {
    /// What is stored and exported, unchanged.
    pub bytes: Vec<u8>,
    /// The hash of the leaf; the next record of the owner names it.
    pub leaf: Digest,
}

/// A record that was read back from its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The hash of the record before it in the chain of its owner.
    pub previous: Digest,
    /// What it says.
    pub draft: RecordDraft,
    /// Its number in the chain of its owner, from 1.
    pub sequence: u64,
}

/// The bytes are not a record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Not JSON of the right shape.
    #[error("the bytes are not a record")]
    Malformed(#[source] serde_json::Error),
    /// Written by a newer program.
    #[error("the record has the unknown version `{0}`")]
    UnknownVersion(u8),
}

impl Record {
    /// Reads the bytes of a record.
    ///
    /// # Errors
    /// When they are not one, or one of an unknown version.
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordError> {
        let form: RecordForm<RecordDraft> = serde_json::from_slice(bytes).map_err(RecordError::Malformed)?;
        if form.version != VERSION {
            return Err(RecordError::UnknownVersion(form.version));
        }
        Ok(Self {
            previous: form.previous,
            draft: form.record,
            sequence: form.sequence,
        })
    }
}

/// The form on the outside: the content, and its place.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordForm<Draft> {
    previous: Digest,
    record: Draft,
    sequence: u64,
    version: u8,
}
