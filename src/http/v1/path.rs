//! What stands in paths: opaque ids of things, never anything about a person.

use serde::Deserialize;
use sluis_core::id::{
    AccountChangeId, ActivationId, AgreementId, ApprovalId, BoardId, ClientId, ConnectionId, ConsentId, ContactId,
    DisclosureId, HandoverId, InstructionId, MandateId, MatterId, NarrowingId, ProductId, RecordId, RestrictionId,
    RunId, SchoolId, StanceId, SupplierId,
};
use utoipa::IntoParams;

macro_rules! paths {
    ($($name:ident { $($(#[$doc:meta])* $field:ident: $id:ty),+ })+) => {$(
        #[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
        #[into_params(parameter_in = Path)]
        pub(super) struct $name {
            $(
                $(#[$doc])*
                #[param(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000001")]
                pub(super) $field: $id,
            )+
        }
    )+};
}

paths! {
    BoardPath {
        /// The board.
        board: BoardId
    }
    SchoolPath {
        /// The school.
        school: SchoolId
    }
    SupplierPath {
        /// The supplier or distributor.
        supplier: SupplierId
    }
    ProductPath {
        /// The product.
        product: ProductId
    }
    ClientPath {
        /// The client.
        client: ClientId
    }
    MatterPath {
        /// The matter.
        matter: MatterId
    }
    AgreementPath {
        /// The agreement.
        agreement: AgreementId
    }
    ApprovalPath {
        /// The school.
        school: SchoolId,
        /// The approval.
        approval: ApprovalId
    }
    RestrictionPath {
        /// The school.
        school: SchoolId,
        /// The restriction or objection.
        restriction: RestrictionId
    }
    ConsentPath {
        /// The school.
        school: SchoolId,
        /// The consent.
        consent: ConsentId
    }
    DisclosurePath {
        /// The school.
        school: SchoolId,
        /// The disclosure.
        disclosure: DisclosureId
    }
    HandoverPath {
        /// The school that the pupil leaves.
        school: SchoolId,
        /// The handover.
        handover: HandoverId
    }
    AccountChangePath {
        /// The school.
        school: SchoolId,
        /// The change of accounts.
        change: AccountChangeId
    }
    ContactPath {
        /// The board.
        board: BoardId,
        /// The contact.
        contact: ContactId
    }
    MandatePath {
        /// The board.
        board: BoardId,
        /// The mandate.
        mandate: MandateId
    }
    NarrowingPath {
        /// The school.
        school: SchoolId,
        /// What the school has taken from a purpose.
        narrowing: NarrowingId
    }
    StancePath {
        /// The school.
        school: SchoolId,
        /// The permission or objection.
        stance: StanceId
    }
    InstructionPath {
        /// The school.
        school: SchoolId,
        /// The instruction.
        instruction: InstructionId
    }
    ActivationPath {
        /// The school.
        school: SchoolId,
        /// The activation.
        activation: ActivationId
    }
    ConnectionPath {
        /// The school.
        school: SchoolId,
        /// The connection.
        connection: ConnectionId
    }
    RecordPath {
        /// The school.
        school: SchoolId,
        /// The record.
        record: RecordId
    }
    RunPath {
        /// The school.
        school: SchoolId,
        /// The run.
        run: RunId
    }
}
