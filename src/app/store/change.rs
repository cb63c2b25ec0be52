//! What can be changed: one thing each.

use sluis_core::{
    catalogue::Purpose,
    id::{
        AccountId, ActivationId, AgreementId, ApprovalId, BoardId, ClientId, ConnectionId, ContactId, DisclosureId,
        InstructionId, LoginId, MandateId, NarrowingId, PersonId, ProductId, RestrictionId, RunId, SchoolId, StanceId,
        SuspensionId,
    },
    person::ConsentGiver,
    time::{Timestamp, Year},
};

use super::{KeyOfAccount, RosterChange, Staged, StoredCode, StoredKey, StoredLogin};
use crate::app::{
    account_change::{PlannedChange, PlannedUndo},
    activation::{Activation, Mandate},
    agreement::{Acceptance, Agreement, Approval},
    agreement_step::Step,
    caller::Attempt,
    client::Client,
    connection::{Connection, Due, Run, RunEnd},
    consent::Consent,
    contact::Contact,
    disclosure::{Disclosure, EndedBy},
    feed::Notice,
    handover::Handover,
    instruction::Instruction,
    matter::{NewMatter, NewStep},
    narrowing::Narrowing,
    organisation::{Board, Product, School, Supplier},
    restriction::{KnownBy, Restriction},
    stance::Stance,
};

/// One thing to change. A list of them is applied in one transaction, or not at all.
#[derive(Debug)]
pub enum Change {
    /// A new board.
    BoardAdded(Board),
    /// A new school.
    SchoolAdded(School),
    /// A new supplier or distributor.
    SupplierAdded(Supplier),
    /// A new product.
    ProductAdded(Product),
    /// A new client.
    ClientAdded(Client),
    /// A client is refused from now on.
    ClientRevoked(ClientId, Timestamp),
    /// An agreement was offered, with its first acceptance.
    AgreementOffered(Agreement),
    /// A side accepted an agreement.
    AgreementAccepted(AgreementId, Acceptance),
    /// A board registered who may sign for it.
    ContactRegistered(Contact),
    /// Somebody may not sign any more.
    ContactRevoked(BoardId, ContactId, Timestamp),
    /// Somebody may sign at this moment, or nothing is changed.
    ContactHeld(BoardId, ContactId, Timestamp),
    /// Something happened to an agreement, unless another step came first.
    AgreementMoved(BoardId, AgreementId, Step),
    /// A school approved an optional module.
    ApprovalGiven(Approval),
    /// A school withdrew an approval.
    ApprovalWithdrawn(SchoolId, ApprovalId, Timestamp),
    /// A school put on record that the data of a person may not be processed.
    RestrictionPlaced(Restriction),
    /// A school ended that.
    RestrictionEnded(SchoolId, RestrictionId, Timestamp),
    /// A restriction knows its person by all of this from now on.
    RestrictionFollows(SchoolId, RestrictionId, KnownBy),
    /// A school put on record that a person consents.
    ConsentGiven(Consent),
    /// Every consent of a person for a product and a purpose ends.
    ConsentWithdrawn {
        /// The school.
        school: SchoolId,
        /// Whose.
        person: PersonId,
        /// For which product.
        product: ProductId,
        /// For which purpose.
        purpose: Purpose,
        /// Who withdrew it.
        by: ConsentGiver,
        /// When.
        at: Timestamp,
    },
    /// Something that the sides have to deal with was opened.
    MatterOpened(Box<NewMatter>),
    /// A step was taken in it, unless another step came first.
    MatterMoved(Box<NewStep>),
    /// A dossier of a pupil was asked for.
    HandoverAsked(Handover, Timestamp),
    /// Something happened to a handover, unless something else came first.
    HandoverMoved(Box<Handover>),
    /// A school put a disclosure to an authority on record.
    DisclosureMade(Disclosure),
    /// A disclosure ended before its time.
    DisclosureEnded(SchoolId, DisclosureId, EndedBy, Timestamp),
    /// A board authorised a supplier.
    MandateGiven(Mandate),
    /// A board took an authorisation back.
    MandateRevoked(BoardId, MandateId, Timestamp),
    /// A school switched a product on; the supplier has yet to accept.
    ActivationRequested(Activation),
    /// The supplier accepted.
    ActivationAccepted(SchoolId, ActivationId, Timestamp),
    /// The school switched the product off.
    ActivationEnded(SchoolId, ActivationId, Timestamp),
    /// A school instructed a distributor.
    InstructionGiven(Instruction),
    /// The school ended that.
    InstructionEnded(SchoolId, InstructionId, Timestamp),
    /// The school suspended it.
    InstructionSuspended(SchoolId, InstructionId, SuspensionId, Timestamp),
    /// The school resumed it.
    InstructionResumed(SchoolId, InstructionId, Timestamp),
    /// A school permitted something to a party of an annex, or objected to it.
    StanceTaken(Stance),
    /// The school took that back.
    StanceEnded(SchoolId, StanceId, Timestamp),
    /// A school took a category from a purpose.
    NarrowingMade(Narrowing),
    /// A school took that back.
    NarrowingEnded(SchoolId, NarrowingId, Timestamp),
    /// A school entered a connection.
    ConnectionAdded(Connection),
    /// The school activated it.
    ConnectionActivated(SchoolId, ConnectionId, Timestamp),
    /// The school ended it.
    ConnectionEnded(SchoolId, ConnectionId, Timestamp),
    /// A run began, unless one of this school is under way or its connection is not active any more. Until its lease
    /// ends it counts as alive.
    RunStarted {
        /// The run.
        run: Run,
        /// When it began by itself: unless the connection is not due any more.
        due: Option<Due>,
        /// The end of its first lease.
        lease_until: Timestamp,
    },
    /// A run is alive until this moment, unless it has ended or its connection is not active any more.
    RunHeld(SchoolId, RunId, Timestamp),
    /// A run ended.
    RunEnded(SchoolId, RunId, RunEnd),
    /// A run ended because its lease did: nobody has held it since.
    RunInterrupted(SchoolId, RunId, RunEnd),
    /// A piece of what a run will change, set aside: nobody reads it before [`Change::RosterReplaced`].
    RosterStaged(SchoolId, RunId, Vec<RosterChange>),
    /// The policy of a school stands at this epoch, or nothing is changed.
    EpochHeld(SchoolId, u64),
    /// All that a run has set aside becomes the roster, at once; there must be just so much of it. What goes was known until this year.
    RosterReplaced(SchoolId, RunId, Staged, Year),
    /// A key that led nowhere leads to this account from now on.
    AccountKeyLinked(KeyOfAccount, Timestamp),
    /// A key that led to this account leads to the other one from now on.
    AccountKeyMoved(KeyOfAccount, AccountId, Timestamp),
    /// A key still leads to this account, and goes on to until what is written with this is done.
    AccountKeyHeld(KeyOfAccount),
    /// A school sees an account, to which this key still leads.
    AccountSeen(KeyOfAccount, SchoolId),
    /// A school or board changed whose an account is.
    AccountChanged(PlannedChange),
    /// That was undone, unless something was built on it.
    AccountChangeUndone(PlannedUndo),
    /// A supplier is told something.
    Noticed(Notice),
    /// A record is about a person by the key of this school and year, which is there until what is written with this is done.
    SubjectKeyHeld(SchoolId, Year),
    /// The key by which the records of this school and year know persons is destroyed, for good.
    SubjectKeyDestroyed(SchoolId, Year, Timestamp),
    /// All of it is for this client: when it has been revoked, nothing is changed.
    AskedBy(ClientId),
    /// A login began.
    LoginStarted(StoredLogin),
    /// Logins and codes that may not be finished after this moment are forgotten.
    LoginsExpired(Timestamp),
    /// A login came back from Kennisnet and may be finished with a code.
    LoginCompleted(LoginId, StoredCode),
    /// A login ended without a code; its answer works no more.
    LoginRefused(LoginId),
    /// A code was exchanged; it works once.
    CodeUsed([u8; 32], Timestamp),
    /// A client begins a write under a key that it has not used before; keys that have expired are forgotten.
    KeyClaimed(StoredKey),
    /// Another attempt takes the place of one that was given up before it had an effect; the number is the new one's.
    KeyTakenOver(Attempt, [u8; 16], Timestamp),
    /// The effect of an attempt: it stands in the write-set of what it does.
    KeySpent(Attempt, Timestamp),
    /// What an attempt was answered, sealed.
    KeyAnswered(Attempt, Vec<u8>),
    /// An attempt was given up; if it had an effect after all, the key stays spent.
    KeyReleased(Attempt),
    /// An attempt was refused and changed nothing.
    KeyDropped(Attempt),
}
