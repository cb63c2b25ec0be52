//! What may be done, and by which roles: the authorization table. A role may do nothing that is not ticked here; whether
//! the thing itself is within reach (this board, this school) is for the use case to check.

use crate::app::caller::RoleKind;

/// Something that a caller may be allowed to do.
pub trait Action: 'static {
    /// The stable name, also the scope in the OpenAPI document.
    const NAME: &'static str;
    /// What it is, for the OpenAPI document.
    const MEANING: &'static str;
    /// Whether callers in this role may ask for it at all.
    fn permits(role: RoleKind) -> bool;
    /// Whether it goes beyond one school: a token that is bound to one school does not open it.
    const WIDE: bool;
    /// Whether each good answer to it waits for the commit of a record of its caller, which looks itself whether the
    /// client was revoked ([`Recorded::Revoked`](crate::app::evidence::Recorded::Revoked)). The client need not be read
    /// anew for it.
    const ON_RECORD: bool;
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// [`Action::NAME`].
    pub name: &'static str,
    /// [`Action::MEANING`].
    pub meaning: &'static str,
    /// [`Action::permits`].
    pub permits: fn(RoleKind) -> bool,
    /// [`Action::WIDE`].
    pub wide: bool,
    /// [`Action::ON_RECORD`].
    pub on_record: bool,
}

macro_rules! ticked {
    (x) => {
        true
    };
    (-) => {
        false
    };
}

macro_rules! on_record {
    () => {
        false
    };
    (on_record) => {
        true
    };
}

macro_rules! actions {
    ($($action:ident $name:literal $operator:tt $board:tt $school:tt $supplier:tt $distributor:tt $wide:tt $meaning:literal $(@ $on_record:ident)?)+) => {
        $(
            #[doc = concat!($meaning, ".")]
            #[derive(Debug)]
            pub enum $action {}
            impl Action for $action {
                const NAME: &'static str = $name;
                const MEANING: &'static str = $meaning;
                const WIDE: bool = ticked!($wide);
                const ON_RECORD: bool = on_record!($($on_record)?);
                fn permits(role: RoleKind) -> bool {
                    match role {
                        RoleKind::Operator => ticked!($operator),
                        RoleKind::Board => ticked!($board),
                        RoleKind::School => ticked!($school),
                        RoleKind::Supplier => ticked!($supplier),
                        RoleKind::Distributor => ticked!($distributor),
                    }
                }
            }
        )+
        /// All actions, in the order of the table.
        pub const ALL: &[Entry] = &[$(Entry {
            name: $name,
            meaning: $meaning,
            permits: <$action as Action>::permits,
            wide: <$action as Action>::WIDE,
            on_record: <$action as Action>::ON_RECORD,
        }),+];
    };
}

#[rustfmt::skip]
actions! {
    //                                        operator
    //                                          board
    //                                            school
    //                                              supplier
    //                                                distributor
    //                                                  beyond one school
    ReadSelf            "self.read"             x x x x x - "See what the caller may do"
    ReadBoard           "board.read"            x x x x x - "See boards"
    CreateBoard         "board.create"          x - - - - x "Create a board"
    ReadSchool          "school.read"           x x x x x - "See the schools that the caller may know"
    CreateSchool        "school.create"         x - - - - x "Create a school"
    ReadSupplier        "supplier.read"         x x x x x - "See suppliers and distributors"
    CreateSupplier      "supplier.create"       x - - - - x "Create a supplier or distributor"
    ReadProduct         "product.read"          x x x x x - "See products"
    CreateProduct       "product.create"        x - - - - x "Create a product"
    ReadClient          "client.read"           x - - - - x "See clients"
    CreateClient        "client.create"         x - - - - x "Register a client"
    RevokeClient        "client.revoke"         x - - - - x "Revoke a client"
    ReadAgreement       "agreement.read"        - x x x x x "See the agreements of the caller"
    OfferAgreement      "agreement.offer"       - - - x x x "Offer an agreement about the caller's product"
    LintAgreement       "agreement.lint"        - x x x x - "Look for what is wrong in an annex"
    AcceptAgreement     "agreement.accept"      - x - - - x "Accept an agreement for the board"
    CoverAgreement      "agreement.cover"       - x - - - x "Say for which schools of the board an agreement holds"
    ReadContact         "contact.read"          - x - - - x "See who may sign for the board"
    RegisterContact     "contact.register"      - x - - - x "Register who may sign for the board"
    RevokeContact       "contact.revoke"        - x - - - x "Say that somebody may not sign for the board any more"
    SuspendAgreement    "agreement.suspend"     - x - x x x "Say that the caller's side can no longer comply with an agreement"
    ResumeAgreement     "agreement.resume"      - x - x x x "Take that back"
    EndAgreement        "agreement.end"         - x - x x x "End an agreement"
    ReadApproval        "approval.read"         - x x - - - "See the approvals of a school"
    GiveApproval        "approval.give"         - x x - - - "Approve an optional module or category for a school"
    WithdrawApproval    "approval.withdraw"     - x x - - - "Withdraw an approval of a school"
    ReadNarrowing       "narrowing.read"        - x x - - - "See what a school has taken from purposes"
    MakeNarrowing       "narrowing.make"        - x x - - - "Take a category from a purpose"
    EndNarrowing        "narrowing.end"         - x x - - - "Let a category go with a purpose again"
    ReadStance          "stance.read"           - x x - - - "See the permissions and objections of a school about parties"
    TakeStance          "stance.take"           - x x - - - "Permit a party outside the EEA or object to a sub-processor"
    EndStance           "stance.end"            - x x - - - "Take back a permission or objection about a party"
    ReadRestriction     "restriction.read"      - x x - - - "See the restrictions and objections of a school"
    PlaceRestriction    "restriction.place"     - x x - - - "Put a restriction or objection on record"
    EndRestriction      "restriction.end"       - x x - - - "End a restriction or objection"
    ReadConsent         "consent.read"          - x x - - - "See the consents of a school"
    GiveConsent         "consent.give"          - x x - - - "Put a consent of a person or guardian on record"
    WithdrawConsent     "consent.withdraw"      - x x - - - "Withdraw a consent for a person or guardian"
    ReadActivities      "activity.read"         - x x x x x "See the register of processing activities"
    ReadMatter          "matter.read"           - x x x x x "See the matters of the caller and what is left to do in them"
    OpenMatter          "matter.open"           - x x x x x "Open a matter: an incident, a request, an enquiry, a document"
    OpenBetweenSides    "matter.between-sides"  - x - x x x "Open a matter that only the sides of an agreement have: a claim, a contract, an ending"
    StepMatter          "matter.step"           - x x x x x "Take a step in a matter"
    AccessRequest       "request.access"        - x x - - - "See what a person gets who asks for their own data"
    CountAffected       "incident.count"        - x x - - x "Count whom an incident may touch"
    ReadHandover        "handover.read"         - x x - - - "See the handovers of a school"
    RequestHandover     "handover.request"      - x x - - - "Put on record that a dossier is asked for or ordered"
    MoveHandover        "handover.move"         - x x - - - "Show, release or refuse a handover"
    FetchHandover       "handover.fetch"        - - x - - - "Fetch a dossier from the school that a pupil leaves"
    ReceiveHandover     "handover.receive"      - - x - - - "Say that a dossier was received"
    ReadDisclosure      "disclosure.read"       - x x - - - "See the disclosures of a school to authorities"
    PlaceDisclosure     "disclosure.place"      - x x - - - "Put a disclosure to an authority on record"
    ReleaseDisclosure   "disclosure.release"    - x x - - - "Give an authority what is disclosed"
    EndDisclosure       "disclosure.end"        - x x - - - "End a disclosure to an authority"
    ReadMandate         "mandate.read"          - x - - - x "See the mandates of the board"
    GiveMandate         "mandate.give"          - x - - - x "Authorise a supplier for the board"
    RevokeMandate       "mandate.revoke"        - x - - - x "Revoke a mandate of the board"
    ReadInstruction     "instruction.read"      - x x - x - "See instructions to distributors"
    GiveInstruction     "instruction.give"      - x x - - - "Instruct a distributor for a school"
    SuspendInstruction  "instruction.suspend"   - x x - - - "Suspend an instruction that is disputed"
    ResumeInstruction   "instruction.resume"    - x x - - - "Resume a suspended instruction"
    EndInstruction      "instruction.end"       - x x - - - "End an instruction to a distributor"
    ReadActivation      "activation.read"       - x x x x - "See activations"
    CreateActivation    "activation.create"     - x x - - - "Switch a product on for a school"
    AcceptActivation    "activation.accept"     - - - x x - "Accept an activation of the caller's product"
    EndActivation       "activation.end"        - x x - - - "Switch a product off for a school"
    ReadConnection      "connection.read"       - x x - - - "See the connections of a school"
    CreateConnection    "connection.create"     - x x - - - "Enter a connection of a school"
    ActivateConnection  "connection.activate"   - x x - - - "Activate a connection: permit to pull"
    EndConnection       "connection.end"        - x x - - - "End a connection of a school"
    PullConnection      "connection.pull"       - x x - - - "Pull the roster of a school"
    ReadRun             "run.read"              - x x - - - "See what came of pulls and imports"
    ReadGroup           "group.read"            - x x - - - "See the groups of a school"
    SearchLearner       "learner.search"        - - - x x - "Search the pupils of a school" @on_record
    ResolveAccount      "account.resolve"       - - - x - - "Resolve the account of a pupil" @on_record
    SearchAccount       "account.search"        - x x - - - "Look up the account of a person at a supplier"
    MergeAccount        "account.merge"         - x x - - - "Merge two accounts of one person"
    SplitAccount        "account.split"         - x x - - - "Give a person an account of their own"
    TakeOverAccount     "account.take-over"     - x - - - x "Let people keep the accounts of another school"
    ReadAccountChange   "account_change.read"   - x x - - - "See the changes of accounts of a school"
    UndoAccountChange   "account_change.undo"   - x x - - - "Undo a change of accounts"
    SearchAccountChange "account_change.search" - - - x - - "Search the changed accounts of a school"
    ReadEvent           "event.read"            - - - x x x "See the events of the supplier"
    CreateDecision      "decision.create"       - x x x x - "Ask the gate for a decision without a release" @on_record
    ReadReach           "reach.read"            - x x x x - "See what a product would get at a school, and what is missing"
    ReadRecord          "record.read"           - x x - - - "See the records of a school"
    ReadBoardRecord     "board_record.read"     - x - - - x "See the records of the board"
    ExportBoardRecord   "board_record.export"   - x - - - x "Export the records of the board with proofs"
    SearchRecord        "record.search"         - x x - - - "Search the records of a school about one person"
    ExportRecord        "record.export"         - x x - - - "Export the records of a school with proofs"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_every_action_is_open_to_somebody() {
        let names: BTreeSet<_> = ALL.iter().map(|entry| entry.name).collect();
        assert_eq!(names.len(), ALL.len());
        for entry in ALL {
            assert!(
                RoleKind::ALL.into_iter().any(entry.permits),
                "nobody may do `{}`",
                entry.name
            );
        }
    }
}
