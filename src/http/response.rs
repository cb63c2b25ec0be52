//! Problem responses for the OpenAPI document: each is a component that operations refer to.
//!
//! What every operation can answer (401 to 429, 500, 503) is added by `openapi`; an operation names its own.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses,
    openapi::{
        ContentBuilder, Header, Ref, RefOr, Response, ResponseBuilder,
        schema::{ObjectBuilder, Type},
    },
};

use crate::http::{code::Code, problem::MEDIA_TYPE};

/// One problem response: a name in the document and the codes that it can carry, all with one status.
#[derive(Debug, Clone, Copy)]
pub struct ProblemResponse {
    /// The name of the component.
    pub name: &'static str,
    /// The codes; never empty, all with the same status.
    pub codes: &'static [Code],
}

macro_rules! problem_responses {
    ($($name:ident: $($code:ident)|+;)+) => {
        $(
            #[doc = concat!("Documents the answer `", stringify!($name), "`.")]
            #[derive(Debug, Clone, Copy)]
            pub enum $name {}
            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    reference(&ProblemResponse { name: stringify!($name), codes: &[$(Code::$code),+] })
                }
            }
        )+
        /// All of them.
        pub const ALL: &[ProblemResponse] = &[
            $(ProblemResponse { name: stringify!($name), codes: &[$(Code::$code),+] }),+
        ];
    };
}

problem_responses! {
    BadRequest: InvalidInput | MalformedJson | MalformedRequest | TokenInQuery;
    BadRequestOrBinding: InvalidInput | MalformedJson | MalformedRequest | TokenInQuery | PurposeMismatch;
    Unauthenticated: Unauthenticated | InvalidToken;
    Forbidden: RoleNotPermitted | NotYours | SchoolMismatch;
    Refused: RoleNotPermitted | NotYours | SchoolMismatch | Refused;
    BoardNotFound: BoardNotFound;
    SchoolNotFound: SchoolNotFound;
    SupplierNotFound: SupplierNotFound;
    ProductNotFound: ProductNotFound;
    ClientNotFound: ClientNotFound;
    AgreementNotFound: AgreementNotFound;
    ApprovalNotFound: SchoolNotFound | ApprovalNotFound;
    RestrictionNotFound: SchoolNotFound | RestrictionNotFound;
    ConsentNotFound: SchoolNotFound | ConsentNotFound;
    DisclosureNotFound: SchoolNotFound | DisclosureNotFound;
    HandoverNotFound: SchoolNotFound | HandoverNotFound;
    AccountChangeNotFound: SchoolNotFound | AccountChangeNotFound;
    MandateNotFound: BoardNotFound | MandateNotFound;
    ContactNotFound: BoardNotFound | ContactNotFound;
    MatterNotFound: MatterNotFound;
    AgreementOrProductNotFound: AgreementNotFound | ProductNotFound;
    NarrowingNotFound: SchoolNotFound | NarrowingNotFound;
    StanceNotFound: SchoolNotFound | StanceNotFound;
    InstructionNotFound: SchoolNotFound | InstructionNotFound;
    ActivationNotFound: SchoolNotFound | ActivationNotFound;
    ConnectionNotFound: SchoolNotFound | ConnectionNotFound;
    RunNotFound: SchoolNotFound | RunNotFound;
    CheckpointNotFound: CheckpointNotFound;
    RecordNotFound: SchoolNotFound | RecordNotFound;
    BoardRecordNotFound: BoardNotFound | RecordNotFound;
    AccountNotFound: SchoolNotFound | AccountNotFound;
    PartyNotFound: BoardNotFound | SchoolNotFound | ProductNotFound;
    BoardOrSupplierNotFound: BoardNotFound | SupplierNotFound;
    SchoolOrAgreementNotFound: SchoolNotFound | AgreementNotFound;
    SchoolOrSupplierNotFound: SchoolNotFound | SupplierNotFound;
    SchoolOrProductNotFound: SchoolNotFound | ProductNotFound;
    NotAcceptable: NotAcceptable;
    Conflict: AlreadyExists | AlreadyDone | AlreadyEnded | NotReady | IdempotencyInProgress | IdempotencyOutcomeUnknown;
    AcceptanceConflict: AlreadyDone | AlreadyEnded | NotReady | AnnexHashMismatch | IdempotencyInProgress
        | IdempotencyOutcomeUnknown;
    MatterConflict: AlreadyDone | AlreadyEnded | NotReady | OtherSide | IdempotencyInProgress | IdempotencyOutcomeUnknown;
    LimitReached: LimitReached | IdempotencyInProgress | IdempotencyOutcomeUnknown;
    IdempotencyConflict: IdempotencyInProgress | IdempotencyOutcomeUnknown;
    IdempotencyKeyReused: IdempotencyKeyReused;
    BodyTooLarge: BodyTooLarge;
    UnsupportedMediaType: UnsupportedMediaType;
    TooManyRequests: TooManyRequests;
    Internal: Internal;
    Unavailable: Unavailable | TimedOut;
}

impl ProblemResponse {
    /// The status of the answer.
    pub fn status(&self) -> String {
        self.codes
            .first()
            .map_or_else(String::new, |code| code.status().as_u16().to_string())
    }

    /// The component.
    pub fn component(&self) -> Response {
        let descriptions: Vec<_> = self
            .codes
            .iter()
            .map(|code| format!("`{}`: {}.", code.as_str(), code.texts().title))
            .collect();
        let mut response = ResponseBuilder::new().description(descriptions.join(" ")).content(
            MEDIA_TYPE,
            ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("Problem")))
                .build(),
        );
        let waits = self.codes.contains(&Code::IdempotencyInProgress);
        let extra = match self.codes.first() {
            _ if waits => Some((
                "Retry-After",
                "Seconds to wait, when the same write is under way",
                Type::Integer,
            )),
            Some(Code::Unauthenticated) => Some(("WWW-Authenticate", "The challenge (RFC 6750)", Type::String)),
            Some(Code::TooManyRequests) => Some(("Retry-After", "Seconds to wait", Type::Integer)),
            _ => None,
        };
        if let Some((name, description, schema_type)) = extra {
            let mut header = Header::new(ObjectBuilder::new().schema_type(schema_type).build());
            header.description = Some(description.to_owned());
            response = response.header(name, header);
        }
        response.build()
    }
}

/// A reference to the component, under its status.
pub(super) fn reference(response: &ProblemResponse) -> BTreeMap<String, RefOr<Response>> {
    BTreeMap::from([(response.status(), Ref::from_response_name(response.name).into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_a_response_share_one_status() {
        for response in ALL {
            assert!(!response.codes.is_empty());
            for code in response.codes {
                assert_eq!(code.status().as_str(), response.status(), "`{}`", response.name);
            }
        }
    }

    #[test]
    fn every_code_that_an_operation_can_meet_is_documented() {
        let documented: Vec<_> = ALL.iter().flat_map(|response| response.codes).collect();
        for code in Code::ALL {
            let outside = matches!(code, Code::NotFound | Code::MethodNotAllowed);
            assert_eq!(documented.contains(&code), !outside, "`{}`", code.as_str());
        }
    }
}
