//! The port to what is kept: reading, one trait per room; writing, one list of [`Change`]s at a time.
//!
//! There are no interactive transactions: a use case reads, decides, and submits its changes at once; what it read is
//! checked again inside the transaction (row expectations, epochs).

mod change;
mod kept;

use async_trait::async_trait;
use sluis_core::{
    id::{
        AccountChangeId, AccountId, AgreementId, BoardId, ClientId, ConnectionId, GroupId, MatterId, PersonId,
        ProductId, RunId, SchoolId, SupplierId,
    },
    identifier::Brin4,
    time::{Timestamp, Year},
};

use crate::app::{
    account_change::{AccountChange, MoveRole},
    account_key::AccountKey,
    activation::{Activation, Mandate},
    agreement::{Agreement, Approval},
    agreement_step::What,
    client::Client,
    connection::{Connection, Due, Run},
    consent::Consent,
    contact::Contact,
    feed::FeedEvent,
    instruction::Instruction,
    matter::MatterFile,
    narrowing::Narrowing,
    organisation::{Board, Product, School, Supplier},
    stance::Stance,
};

pub use self::change::Change;
pub use self::kept::{
    KeyOfAccount, PersonBefore, PolicyInputs, StoredCode, StoredGroup, StoredKey, StoredKeyOf, StoredLogin,
    StoredPerson, StoredRoster,
};

/// What the store answers when it cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something with the same key is there.
    #[error("something with the same key exists")]
    Duplicate,
    /// What this refers to is not there.
    #[error("what this refers to does not exist")]
    Missing,
    /// What was read before has changed.
    #[error("what was read has changed since")]
    Conflict,
    /// The client that asks has been revoked; nothing was changed.
    #[error("the client that asks has been revoked")]
    Revoked,
    /// The store does not answer, or not in time.
    #[error("the store does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is stored cannot be read: a key is gone or a row was altered.
    #[error("what is stored cannot be read: {0}")]
    Corrupt(&'static str),
}

impl Change {
    /// Whether it is about the key under which a client sends a write, apart from what that write does.
    pub(crate) const fn is_about_keys(&self) -> bool {
        matches!(
            self,
            Self::KeyClaimed(_)
                | Self::KeyTakenOver(..)
                | Self::KeySpent(..)
                | Self::KeyAnswered(..)
                | Self::KeyReleased(_)
                | Self::KeyDropped(_)
        )
    }

    /// The moment at which something ends by this change.
    pub(crate) const fn ends_at(&self) -> Option<Timestamp> {
        match self {
            Self::ApprovalWithdrawn(_, _, at)
            | Self::MandateRevoked(_, _, at)
            | Self::ActivationEnded(_, _, at)
            | Self::InstructionEnded(_, _, at)
            | Self::StanceEnded(_, _, at)
            | Self::NarrowingEnded(_, _, at)
            | Self::ConsentWithdrawn { at, .. }
            | Self::DisclosureEnded(_, _, _, at)
            | Self::InstructionSuspended(_, _, _, at) => Some(*at),
            // What it is about goes no longer.
            Self::NarrowingMade(narrowing) => Some(narrowing.window.from),
            Self::StanceTaken(stance) => Some(stance.window.from),
            // It takes the place of what held before.
            Self::AgreementAccepted(_, acceptance) => Some(acceptance.at),
            // What ends later ends by the clock of whoever decides then.
            Self::AgreementMoved(_, _, step) => match step.what {
                What::Ended { at, .. } if at.as_millis() <= step.at.as_millis() => Some(at),
                _ => Some(step.at),
            },
            _ => None,
        }
    }
}

/// One difference between a roster as it is held and as it was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterChange {
    /// A group, new or with another name.
    GroupKept(StoredGroup),
    /// A group that is gone.
    GroupRemoved(GroupId),
    /// A person, new or changed.
    PersonKept(StoredPerson),
    /// A person who is gone.
    PersonRemoved(PersonId),
}

/// How much a run has set aside, of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Staged {
    /// Groups, new or with another name.
    pub groups_kept: u64,
    /// Groups that are gone.
    pub groups_removed: u64,
    /// Persons, new or changed.
    pub persons_kept: u64,
    /// Persons who are gone.
    pub persons_removed: u64,
}

impl Staged {
    /// Counts these too.
    pub fn count(&mut self, changes: &[RosterChange]) {
        for change in changes {
            *match change {
                RosterChange::GroupKept(_) => &mut self.groups_kept,
                RosterChange::GroupRemoved(_) => &mut self.groups_removed,
                RosterChange::PersonKept(_) => &mut self.persons_kept,
                RosterChange::PersonRemoved(_) => &mut self.persons_removed,
            } += 1;
        }
    }
}

/// A page of a list: ids after the cursor, at most so many.
#[derive(Clone, Copy)]
pub struct Page<K> {
    /// The last id of the page before.
    pub after: Option<sluis_core::id::Id<K>>,
    /// How many at most.
    pub limit: u16,
}

/// Everything that is kept. `Option` is *not there*; an error is *cannot be read*.
#[async_trait]
pub trait Store:
    OrganisationStore
    + ClientStore
    + AgreementStore
    + MatterStore
    + RosterStore
    + AccountStore
    + LoginStore
    + FeedStore
    + OnceStore
{
    /// Applies changes that leave no evidence of their own (new organisations, logins under way, pieces of a roster).
    async fn apply(&self, changes: Vec<Change>, bulk: bool) -> Result<(), StoreError>;
    /// The time by a clock that is not ours, where there is one.
    async fn now(&self) -> Result<Timestamp, StoreError>;
}

/// Boards, schools, suppliers and products.
#[async_trait]
pub trait OrganisationStore: Send + Sync {
    /// The boards, by id.
    async fn boards(&self, page: Page<sluis_core::id::Board>) -> Result<Vec<Board>, StoreError>;
    /// One board.
    async fn board(&self, board: BoardId) -> Result<Option<Board>, StoreError>;
    /// The schools, of one board if asked, by id.
    async fn schools(
        &self,
        board: Option<BoardId>,
        page: Page<sluis_core::id::School>,
    ) -> Result<Vec<School>, StoreError>;
    /// One school.
    async fn school(&self, school: SchoolId) -> Result<Option<School>, StoreError>;
    /// The schools of an institution.
    async fn schools_by_brin(&self, brin: Brin4) -> Result<Vec<School>, StoreError>;
    /// The schools at which a product was ever switched on, by id.
    async fn schools_of_product(
        &self,
        product: ProductId,
        page: Page<sluis_core::id::School>,
    ) -> Result<Vec<School>, StoreError>;
    /// The suppliers, by id.
    async fn suppliers(&self, page: Page<sluis_core::id::Supplier>) -> Result<Vec<Supplier>, StoreError>;
    /// One supplier.
    async fn supplier(&self, supplier: SupplierId) -> Result<Option<Supplier>, StoreError>;
    /// The products, by id.
    async fn products(&self, page: Page<sluis_core::id::Product>) -> Result<Vec<Product>, StoreError>;
    /// One product.
    async fn product(&self, product: ProductId) -> Result<Option<Product>, StoreError>;
}

/// Clients, and values that may be used once.
#[async_trait]
pub trait ClientStore: Send + Sync {
    /// One client, revoked ones too.
    async fn client(&self, client: ClientId) -> Result<Option<Client>, StoreError>;
    /// Takes note of a single-use value; false when it was used before. Old ones are forgotten after they expire.
    async fn first_use(&self, value: [u8; 32], expires_at: Timestamp, now: Timestamp) -> Result<bool, StoreError>;
}

/// Keys with which clients repeat a write.
#[async_trait]
pub trait OnceStore: Send + Sync {
    /// What is known of a key of this client.
    async fn idempotency_key(&self, client: ClientId, key_hash: [u8; 32]) -> Result<Option<StoredKey>, StoreError>;
}

/// Agreements and what schools and boards decided about them.
#[async_trait]
pub trait AgreementStore: Send + Sync {
    /// One agreement.
    async fn agreement(&self, agreement: AgreementId) -> Result<Option<Agreement>, StoreError>;
    /// The agreements of a board, by id.
    async fn agreements_of_board(
        &self,
        board: BoardId,
        page: Page<sluis_core::id::Agreement>,
    ) -> Result<Vec<Agreement>, StoreError>;
    /// All agreements of a board about a product, by id.
    async fn agreements_about(&self, board: BoardId, product: ProductId) -> Result<Vec<Agreement>, StoreError>;
    /// The agreements about a product, by id.
    async fn agreements_of_product(
        &self,
        product: ProductId,
        page: Page<sluis_core::id::Agreement>,
    ) -> Result<Vec<Agreement>, StoreError>;
    /// Who may sign for a board, or might, by id.
    async fn contacts(&self, board: BoardId) -> Result<Vec<Contact>, StoreError>;
    /// The approvals of all schools of a board.
    async fn approvals_of_board(&self, board: BoardId) -> Result<Vec<Approval>, StoreError>;
    /// The approvals of a school.
    async fn approvals(&self, school: SchoolId) -> Result<Vec<Approval>, StoreError>;
    /// The mandates of a board.
    async fn mandates(&self, board: BoardId) -> Result<Vec<Mandate>, StoreError>;
    /// The activations of a school.
    async fn activations(&self, school: SchoolId) -> Result<Vec<Activation>, StoreError>;
    /// The instructions of a school to distributors, by id.
    async fn instructions(&self, school: SchoolId) -> Result<Vec<Instruction>, StoreError>;
    /// What a school has taken from purposes, by id.
    async fn narrowings(&self, school: SchoolId) -> Result<Vec<Narrowing>, StoreError>;
    /// What a school says about parties of annexes, by id.
    async fn stances(&self, school: SchoolId) -> Result<Vec<Stance>, StoreError>;
    /// What the policy of a school is compiled from.
    async fn policy_inputs(&self, school: SchoolId) -> Result<Option<PolicyInputs>, StoreError>;
}

/// Matters. An empty word is every kind; those that are closed are left out where only open ones are asked for.
#[async_trait]
pub trait MatterStore: Send + Sync {
    /// One matter.
    async fn matter(&self, matter: MatterId) -> Result<Option<MatterFile>, StoreError>;
    /// The matters of a board, and those of suppliers that are for every board with an agreement, by id; where a school is given,
    /// those about it or about its board as a whole.
    async fn matters_of_board(
        &self,
        board: BoardId,
        school: Option<SchoolId>,
        kind: &'static str,
        open: bool,
        page: Page<sluis_core::id::Matter>,
    ) -> Result<Vec<MatterFile>, StoreError>;
    /// The matters in which the supplier of a product takes part for it, by id.
    async fn matters_of_product(
        &self,
        product: ProductId,
        kind: &'static str,
        open: bool,
        page: Page<sluis_core::id::Matter>,
    ) -> Result<Vec<MatterFile>, StoreError>;
    /// The matters that were opened by one report, by id.
    async fn matters_of_report(&self, report: MatterId) -> Result<Vec<MatterFile>, StoreError>;
}

/// Connections, runs and rosters.
#[async_trait]
pub trait RosterStore: Send + Sync {
    /// The connections of a school.
    async fn connections(&self, school: SchoolId) -> Result<Vec<Connection>, StoreError>;
    /// The active connections that are due, those activated first coming first.
    async fn connections_due(&self, due: Due) -> Result<Vec<(SchoolId, ConnectionId)>, StoreError>;
    /// The runs of a school, newest first, at most so many.
    async fn runs(&self, school: SchoolId, limit: u16) -> Result<Vec<Run>, StoreError>;
    /// One run.
    async fn run(&self, school: SchoolId, run: RunId) -> Result<Option<Run>, StoreError>;
    /// The persons of a school with this keyed hash of an ECK iD.
    async fn persons_by_eck(&self, school: SchoolId, eck_hash: [u8; 32]) -> Result<Vec<StoredPerson>, StoreError>;
    /// Whom the roster of a school knew by this ECK iD before, who left or has other keys by now.
    async fn persons_before_by_eck(&self, school: SchoolId, hash: [u8; 32]) -> Result<Vec<PersonBefore>, StoreError>;
    /// The same by this key of the administration.
    async fn persons_before_by_key(&self, school: SchoolId, hash: [u8; 32]) -> Result<Vec<PersonBefore>, StoreError>;
    /// By which keys the roster of a school knew the one with this id before.
    async fn persons_before_of(&self, school: SchoolId, person: PersonId) -> Result<Vec<PersonBefore>, StoreError>;
    /// Forgets some of those who were last known in this year or an earlier one; false when there are none.
    async fn persons_before_forget(&self, last: Year) -> Result<bool, StoreError>;
    /// The runs under way whose lease ended before this moment: at one school, or at all.
    async fn runs_expired(&self, school: Option<SchoolId>, now: Timestamp) -> Result<Vec<Run>, StoreError>;
    /// The schools where something is set aside by a run that has ended.
    async fn schools_with_leftovers(&self) -> Result<Vec<SchoolId>, StoreError>;
    /// Deletes a piece of what ended runs of a school have set aside; false when nothing is left.
    async fn leftovers_delete(&self, school: SchoolId) -> Result<bool, StoreError>;
    /// The roster of a school.
    async fn roster(&self, school: SchoolId) -> Result<StoredRoster, StoreError>;
    /// The consents that a school has on record, ended ones too, by id.
    async fn consents(&self, school: SchoolId) -> Result<Vec<Consent>, StoreError>;
}

/// Accounts and their keys.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Where these keys lead at this supplier, and whether this school has seen that account; in no order, without the
    /// keys that lead nowhere.
    async fn keys_of_accounts(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        key_hashes: Vec<[u8; 32]>,
    ) -> Result<Vec<(StoredKeyOf, bool)>, StoreError>;

    /// The keys of one account, those that have ended too, the oldest first.
    async fn account_history(&self, supplier: SupplierId, account: AccountId) -> Result<Vec<StoredKeyOf>, StoreError>;

    /// Where a key led before, the latest last.
    async fn key_history(&self, supplier: SupplierId, key_hash: [u8; 32]) -> Result<Vec<StoredKeyOf>, StoreError>;

    /// The schools that have seen an account, by id.
    async fn account_schools(&self, supplier: SupplierId, account: AccountId) -> Result<Vec<SchoolId>, StoreError>;

    /// The changes of accounts that concern a school, by id.
    async fn account_changes(
        &self,
        school: SchoolId,
        page: Page<sluis_core::id::AccountChange>,
    ) -> Result<Vec<AccountChange>, StoreError>;

    /// One change of accounts that concerns a school.
    async fn account_change(
        &self,
        school: SchoolId,
        change: AccountChangeId,
    ) -> Result<Option<AccountChange>, StoreError>;

    /// The changes of accounts of a supplier at a school, by id.
    async fn account_changes_told(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        page: Page<sluis_core::id::AccountChange>,
    ) -> Result<Vec<AccountChange>, StoreError>;

    /// The changes at a school that led from the one account to the other, undone ones too.
    async fn changes_between(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        from: AccountId,
        into: AccountId,
    ) -> Result<Vec<AccountChange>, StoreError>;

    /// The keys that lead to these accounts, in no order.
    async fn keys_leading_to(
        &self,
        supplier: SupplierId,
        accounts: Vec<AccountId>,
    ) -> Result<Vec<StoredKeyOf>, StoreError>;

    /// The keys that a change had to do with.
    async fn account_moves(&self, change: AccountChangeId) -> Result<Vec<(AccountKey, MoveRole)>, StoreError>;
}

/// What suppliers are told.
#[async_trait]
pub trait FeedStore: Send + Sync {
    /// The notices of a supplier after a number, in order.
    async fn events(&self, supplier: SupplierId, after: u64, limit: u16) -> Result<Vec<FeedEvent>, StoreError>;
}

/// Logins under way and codes.
#[async_trait]
pub trait LoginStore: Send + Sync {
    /// The login that waits for this `state`.
    async fn login(&self, state_hash: [u8; 32]) -> Result<Option<StoredLogin>, StoreError>;
    /// The code with this hash, used ones too.
    async fn code(&self, code_hash: [u8; 32]) -> Result<Option<StoredCode>, StoreError>;
}
