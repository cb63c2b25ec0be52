//! Things as they are kept: what is about persons is sealed, or a keyed hash.

use sluis_core::{
    id::{AccountId, ClientId, GroupId, LoginId, PersonId, SchoolId, SupplierId},
    time::Timestamp,
};

use crate::app::{
    account_key::AccountKey,
    activation::{Activation, Mandate},
    agreement::{Agreement, Approval},
    caller::Attempt,
    consent::Consent,
    disclosure::Disclosure,
    handover::Handover,
    instruction::Instruction,
    narrowing::Narrowing,
    organisation::School,
    restriction::Restriction,
    stance::Stance,
};

/// A group as it is kept: nothing in it is about one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredGroup {
    /// Our identifier.
    pub id: GroupId,
    /// Keyed hash of the key in the administration.
    pub key_hash: [u8; 32],
    /// Its name.
    pub name: String,
}

/// A person as it is kept: one sealed value and keyed hashes to find it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPerson {
    /// Our identifier.
    pub id: PersonId,
    /// Keyed hash of the key in the administration.
    pub key_hash: [u8; 32],
    /// Keyed hash of the ECK iD, if there is one.
    pub eck_hash: Option<[u8; 32]>,
    /// Keyed hash of everything that is kept: compared before writing.
    pub content_hash: [u8; 32],
    /// The sealed values.
    pub sealed: Vec<u8>,
}

/// By what a roster knew a person before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonBefore {
    /// The identifier.
    pub id: PersonId,
    /// Keyed hash of the key in the administration.
    pub key_hash: [u8; 32],
    /// Keyed hash of the ECK iD, if there was one.
    pub eck_hash: Option<[u8; 32]>,
}

/// A key of an account as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredKeyOf {
    /// The account that it leads or led to: the `sub` that the supplier sees.
    pub account: AccountId,
    /// The key.
    pub key: AccountKey,
    /// Since when.
    pub since: Timestamp,
    /// Until when; none while it does.
    pub until: Option<Timestamp>,
}

/// A key of an account at one supplier, about to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyOfAccount {
    /// The supplier.
    pub supplier: SupplierId,
    /// The account.
    pub account: AccountId,
    /// The key.
    pub key: AccountKey,
}

/// A login under way at Kennisnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLogin {
    /// Our identifier.
    pub id: LoginId,
    /// SHA-256 of the `state` that comes back from Kennisnet.
    pub state_hash: [u8; 32],
    /// The client that asked.
    pub client: ClientId,
    /// Its request and the pending login, sealed.
    pub sealed: Vec<u8>,
    /// After this moment it is void.
    pub expires_at: Timestamp,
}

/// An authorization code that waits to be exchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCode {
    /// SHA-256 of the code.
    pub code_hash: [u8; 32],
    /// The client it was made for.
    pub client: ClientId,
    /// The school of the person.
    pub school: SchoolId,
    /// What the exchange needs, sealed.
    pub sealed: Vec<u8>,
    /// After this moment it is void.
    pub expires_at: Timestamp,
    /// When it was exchanged.
    pub used_at: Option<Timestamp>,
}

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// The latest attempt.
    pub attempt: Attempt,
    /// Keyed hash of the request.
    pub request_hash: [u8; 32],
    /// When the latest attempt began.
    pub started_at: Timestamp,
    /// When it had its effect.
    pub spent_at: Option<Timestamp>,
    /// What it was answered, sealed.
    pub answer: Option<Vec<u8>>,
    /// From when on it is forgotten.
    pub expires_at: Timestamp,
}

/// Everything that the policy of one school is compiled from, read at one epoch.
#[derive(Debug, Clone)]
pub struct PolicyInputs {
    /// The epoch that was read before the rest: a permit by an older one is decided again.
    pub epoch: u64,
    /// The latest moment of the acts that led to this epoch.
    pub moved_at: Timestamp,
    /// The school.
    pub school: School,
    /// The agreements of its board.
    pub agreements: Vec<Agreement>,
    /// Those of the processors with an agreement that are distributors.
    pub distributors: Vec<SupplierId>,
    /// The approvals of the school.
    pub approvals: Vec<Approval>,
    /// The mandates of its board.
    pub mandates: Vec<Mandate>,
    /// The activations of the school.
    pub activations: Vec<Activation>,
    /// Its instructions to distributors.
    pub instructions: Vec<Instruction>,
    /// What the school says about parties of annexes.
    pub stances: Vec<Stance>,
    /// What the school takes from purposes.
    pub narrowings: Vec<Narrowing>,
    /// The groups of its roster.
    pub groups: Vec<StoredGroup>,
}

/// The roster of one school as it is kept, read at one epoch.
#[derive(Debug, Clone)]
pub struct StoredRoster {
    /// The epoch that was read before the rest.
    pub epoch: u64,
    /// The groups.
    pub groups: Vec<StoredGroup>,
    /// The persons.
    pub persons: Vec<StoredPerson>,
    /// The restrictions and objections of the school, ended ones too.
    pub restrictions: Vec<Restriction>,
    /// The consents that the school has on record, ended ones too.
    pub consents: Vec<Consent>,
    /// The dossiers for next schools, those that are over too.
    pub handovers: Vec<Handover>,
    /// The disclosures to authorities, ended ones too.
    pub disclosures: Vec<Disclosure>,
}
