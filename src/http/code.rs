//! The stable codes of problems: one table of code, status, title and explanation, in English and in Dutch.

use actix_web::http::StatusCode;

macro_rules! codes {
    ($($code:ident $name:literal $status:ident
        $title:literal / $title_nl:literal
        $explanation:literal / $explanation_nl:literal)+) => {
        /// What kind of problem it is. Clients act on this; it never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $explanation] $code,)+
        }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// The code in answers and in the address of its page.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => $name,)+ }
            }

            /// The status of the answer.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$code => StatusCode::$status,)+ }
            }

            /// Title and explanation.
            pub const fn texts(self) -> Texts {
                match self {
                    $(Self::$code => Texts {
                        title: $title,
                        title_nl: $title_nl,
                        explanation: $explanation,
                        explanation_nl: $explanation_nl,
                    },)+
                }
            }
        }
    };
}

/// What a person reads about a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts {
    /// A few words.
    pub title: &'static str,
    /// A few words, in Dutch.
    pub title_nl: &'static str,
    /// What happened and what to do.
    pub explanation: &'static str,
    /// What happened and what to do, in Dutch.
    pub explanation_nl: &'static str,
}

codes! {
    InvalidInput "invalid_input" BAD_REQUEST
        "The input is not valid" / "De invoer is niet geldig"
        "One or more fields, parameters or headers are not valid; `errors` lists all of them, each with its place and what is wrong."
        / "Een of meer velden, parameters of headers zijn niet geldig; `errors` noemt ze allemaal, elk met de plaats en wat er mis is."
    MalformedJson "malformed_json" BAD_REQUEST
        "The body is not JSON" / "De inhoud is geen JSON"
        "The body cannot be read as JSON (RFC 8259) in UTF-8 with unique names; `errors` says at which line and column reading stopped."
        / "De inhoud is niet te lezen als JSON (RFC 8259) in UTF-8 met unieke namen; `errors` zegt op welke regel en kolom het lezen stopte."
    MalformedRequest "malformed_request" BAD_REQUEST
        "The request cannot be read" / "Het verzoek is niet leesbaar"
        "The request breaks the rules of HTTP or was cut off before its end."
        / "Het verzoek volgt de regels van HTTP niet of is afgebroken voor het einde."
    TokenInQuery "token_in_query" BAD_REQUEST
        "An access token may not be in the address" / "Een toegangstoken mag niet in het adres staan"
        "Send the access token in the `Authorization` header. Addresses end up in logs: treat the token that was sent as leaked."
        / "Stuur het toegangstoken in de header `Authorization`. Adressen komen in logboeken: beschouw het verstuurde token als gelekt."
    PurposeMismatch "purpose_mismatch" BAD_REQUEST
        "Two purposes that differ" / "Twee doeleinden die verschillen"
        "The token and the request name different purposes; where two places speak of the purpose they must agree."
        / "Het token en het verzoek noemen verschillende doeleinden; waar twee plaatsen het doeleinde noemen moeten ze gelijk zijn."

    Unauthenticated "unauthenticated" UNAUTHORIZED
        "An access token is needed" / "Een toegangstoken is nodig"
        "The request has no bearer token (RFC 6750). Obtain one at the token endpoint with the client credentials grant."
        / "Het verzoek heeft geen bearer-token (RFC 6750). Haal er een op bij het token-eindpunt met client credentials."
    InvalidToken "invalid_token" UNAUTHORIZED
        "The access token is refused" / "Het toegangstoken is geweigerd"
        "The access token is expired, revoked, malformed, or not meant for this service. Obtain a new one."
        / "Het toegangstoken is verlopen, ingetrokken, misvormd of niet voor deze dienst bedoeld. Haal een nieuw token op."

    RoleNotPermitted "role_not_permitted" FORBIDDEN
        "This role may not do this" / "Deze rol mag dit niet"
        "Clients in this role never have access to this operation. Use a client of the party whose task it is."
        / "Clients met deze rol hebben nooit toegang tot deze bewerking. Gebruik een client van de partij wier taak het is."
    NotYours "not_yours" FORBIDDEN
        "This belongs to another party" / "Dit is van een andere partij"
        "The client acts for another party than the one whose task this is."
        / "De client handelt voor een andere partij dan die wier taak dit is."
    SchoolMismatch "school_mismatch" FORBIDDEN
        "The token is for another school" / "Het token is voor een andere school"
        "The access token is bound to one school, and the request is about another or about more than one school. Ask a token for this school, or one without a school."
        / "Het toegangstoken geldt voor een school, en het verzoek gaat over een andere of over meer dan een school. Vraag een token aan voor deze school, of een token zonder school."
    Refused "refused" FORBIDDEN
        "The gate refused" / "De sluis heeft geweigerd"
        "The agreement, the school's own settings, the purpose or the state of a person does not allow this; `reasons` lists what is missing and who can fix it."
        / "De overeenkomst, de instellingen van de school, het doeleinde of de toestand van een persoon staat dit niet toe; `reasons` noemt wat ontbreekt en wie het kan verhelpen."

    NotFound "not_found" NOT_FOUND
        "There is nothing here" / "Hier is niets"
        "No resource has this address, or the caller may not know that it exists. Addresses do not end in a slash."
        / "Geen bron heeft dit adres, of de aanroeper mag niet weten dat die bestaat. Adressen eindigen niet op een schuine streep."
    BoardNotFound "board_not_found" NOT_FOUND
        "The board is not known" / "Het bevoegd gezag is niet bekend"
        "No board has this id, or it is out of the caller's reach."
        / "Geen bevoegd gezag heeft dit id, of het valt buiten het bereik van de aanroeper."
    SchoolNotFound "school_not_found" NOT_FOUND
        "The school is not known" / "De school is niet bekend"
        "No school has this id, or it is out of the caller's reach."
        / "Geen school heeft dit id, of de school valt buiten het bereik van de aanroeper."
    SupplierNotFound "supplier_not_found" NOT_FOUND
        "The supplier is not known" / "De leverancier is niet bekend"
        "No supplier has this id, or it is out of the caller's reach."
        / "Geen leverancier heeft dit id, of die valt buiten het bereik van de aanroeper."
    ProductNotFound "product_not_found" NOT_FOUND
        "The product is not known" / "Het product is niet bekend"
        "No product has this id, or it is out of the caller's reach."
        / "Geen product heeft dit id, of het valt buiten het bereik van de aanroeper."
    ClientNotFound "client_not_found" NOT_FOUND
        "The client is not known" / "De client is niet bekend"
        "No client has this id, or it is out of the caller's reach."
        / "Geen client heeft dit id, of die valt buiten het bereik van de aanroeper."
    AgreementNotFound "agreement_not_found" NOT_FOUND
        "The agreement is not known" / "De overeenkomst is niet bekend"
        "No processing agreement has this id, or it is out of the caller's reach."
        / "Geen verwerkersovereenkomst heeft dit id, of die valt buiten het bereik van de aanroeper."
    ApprovalNotFound "approval_not_found" NOT_FOUND
        "The approval is not known" / "Het akkoord is niet bekend"
        "No approval has this id, or it is out of the caller's reach."
        / "Geen akkoord heeft dit id, of het valt buiten het bereik van de aanroeper."
    RestrictionNotFound "restriction_not_found" NOT_FOUND
        "The restriction is not known" / "De beperking is niet bekend"
        "No restriction or objection has this id, or it is out of the caller's reach."
        / "Geen beperking of bezwaar heeft dit id, of het valt buiten het bereik van de aanroeper."
    ConsentNotFound "consent_not_found" NOT_FOUND
        "The consent is not known" / "De toestemming is niet bekend"
        "No consent has this id, or it is out of the caller's reach."
        / "Geen toestemming heeft dit id, of het valt buiten het bereik van de aanroeper."
    DisclosureNotFound "disclosure_not_found" NOT_FOUND
        "The disclosure is not known" / "De verstrekking is niet bekend"
        "No disclosure to an authority has this id, or it is out of the caller's reach."
        / "Geen verstrekking aan een instantie heeft dit id, of die valt buiten het bereik van de aanroeper."
    HandoverNotFound "handover_not_found" NOT_FOUND
        "The handover is not known" / "De overstap is niet bekend"
        "No handover of a dossier has this id, or it is out of the caller's reach."
        / "Geen overdracht van een dossier heeft dit id, of die valt buiten het bereik van de aanroeper."
    MandateNotFound "mandate_not_found" NOT_FOUND
        "The mandate is not known" / "Het mandaat is niet bekend"
        "No mandate has this id, or it is out of the caller's reach."
        / "Geen mandaat heeft dit id, of het valt buiten het bereik van de aanroeper."
    MatterNotFound "matter_not_found" NOT_FOUND
        "The matter is not known" / "De zaak is niet bekend"
        "No matter has this id, or it is out of the caller's reach."
        / "Geen zaak heeft dit id, of zij valt buiten het bereik van de aanroeper."
    ContactNotFound "contact_not_found" NOT_FOUND
        "The contact is not known" / "De contactpersoon is niet bekend"
        "No contact of the board has this id, or it is out of the caller's reach."
        / "Geen contactpersoon van het bestuur heeft dit id, of het valt buiten het bereik van de aanroeper."
    NarrowingNotFound "narrowing_not_found" NOT_FOUND
        "The narrowing is not known" / "De beperking van een doeleinde is niet bekend"
        "Nothing that the school took from a purpose has this id, or it is out of the caller's reach."
        / "Niets dat de school van een doeleinde uitsloot heeft dit id, of het valt buiten het bereik van de aanroeper."
    StanceNotFound "stance_not_found" NOT_FOUND
        "The stance is not known" / "Het standpunt is niet bekend"
        "No permission or objection about a party has this id, or it is out of the caller's reach."
        / "Geen toestemming of bezwaar over een partij heeft dit id, of het valt buiten het bereik van de aanroeper."
    InstructionNotFound "instruction_not_found" NOT_FOUND
        "The instruction is not known" / "De instructie is niet bekend"
        "No instruction to a distributor has this id, or it is out of the caller's reach."
        / "Geen instructie aan een distributeur heeft dit id, of die valt buiten het bereik van de aanroeper."
    ActivationNotFound "activation_not_found" NOT_FOUND
        "The activation is not known" / "De activatie is niet bekend"
        "No activation has this id, or it is out of the caller's reach."
        / "Geen activatie heeft dit id, of die valt buiten het bereik van de aanroeper."
    ConnectionNotFound "connection_not_found" NOT_FOUND
        "The connection is not known" / "De koppeling is niet bekend"
        "No connection has this id, or it is out of the caller's reach."
        / "Geen koppeling heeft dit id, of die valt buiten het bereik van de aanroeper."
    RunNotFound "run_not_found" NOT_FOUND
        "The run is not known" / "De run is niet bekend"
        "No run has this id, or it is out of the caller's reach."
        / "Geen run heeft dit id, of die valt buiten het bereik van de aanroeper."
    RecordNotFound "record_not_found" NOT_FOUND
        "The record is not known" / "De logregel is niet bekend"
        "No record has this id, or it is out of the caller's reach."
        / "Geen logregel heeft dit id, of die valt buiten het bereik van de aanroeper."
    CheckpointNotFound "checkpoint_not_found" NOT_FOUND
        "The ledger had no such head" / "Zo'n stand had het logboek niet"
        "No stream of the ledger has this number and was of these sizes, the first of them not the larger."
        / "Geen stroom van het logboek heeft dit nummer en had deze lengtes, waarvan de eerste niet de grotere is."
    AccountChangeNotFound "account_change_not_found" NOT_FOUND
        "The change of accounts is not known" / "De wijziging van accounts is niet bekend"
        "No change of accounts has this id, or it is out of the caller's reach."
        / "Geen wijziging van accounts heeft dit id, of die valt buiten het bereik van de aanroeper."
    AccountNotFound "account_not_found" NOT_FOUND
        "The account is not known" / "Het account is niet bekend"
        "No account has this id, or it is out of the caller's reach."
        / "Geen account heeft dit id, of het valt buiten het bereik van de aanroeper."

    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED
        "This address does not know this method" / "Dit adres kent deze methode niet"
        "The address exists, the method does not; the header `Allow` lists those that do."
        / "Het adres bestaat, de methode niet; de header `Allow` noemt de methoden die wel kunnen."
    NotAcceptable "not_acceptable" NOT_ACCEPTABLE
        "No acceptable form" / "Geen aanvaardbare vorm"
        "The header `Accept` leaves out `application/json`, the only form that this address has."
        / "De header `Accept` sluit `application/json` uit, de enige vorm die dit adres heeft."

    AlreadyExists "already_exists" CONFLICT
        "It exists already" / "Het bestaat al"
        "Something with the same natural key is already registered."
        / "Iets met dezelfde natuurlijke sleutel is al geregistreerd."
    AlreadyDone "already_done" CONFLICT
        "It has been done already" / "Het is al gedaan"
        "The same step was taken before, or somebody else changed this at the same moment. Read it again before repeating."
        / "Dezelfde stap is al gezet, of iemand anders wijzigde dit op hetzelfde moment. Lees het opnieuw voor u herhaalt."
    AlreadyEnded "already_ended" CONFLICT
        "It has ended" / "Het is beëindigd"
        "What has ended cannot be changed any more. Make a new one."
        / "Wat beëindigd is kan niet meer worden gewijzigd. Maak een nieuwe aan."
    AnnexHashMismatch "annex_hash_mismatch" CONFLICT
        "Another annex was signed" / "Een andere bijlage is ondertekend"
        "The hash in the request is not that of the privacy annex of this agreement. Read the annex again and sign what it says."
        / "De hash in het verzoek is niet die van de privacybijsluiter van deze overeenkomst. Lees de bijsluiter opnieuw en onderteken wat er staat."
    NotReady "not_ready" CONFLICT
        "Something must come first" / "Er moet eerst iets anders gebeuren"
        "A condition for this step does not hold yet; `detail` says which."
        / "Aan een voorwaarde voor deze stap is nog niet voldaan; `detail` zegt welke."

    OtherSide "other_side" CONFLICT
        "The other side does this" / "De andere partij doet dit"
        "This step is for the other side of the agreement to take; `detail` says which article makes it so."
        / "Deze stap is aan de andere partij bij de overeenkomst; `detail` zegt welk artikel dat bepaalt."
    LimitReached "limit_reached" CONFLICT
        "There are as many as there may be" / "Er zijn er zoveel als er mogen zijn"
        "A limit is reached; `detail` says which, and what makes room."
        / "Een grens is bereikt; `detail` zegt welke, en wat ruimte maakt."
    IdempotencyInProgress "idempotency_in_progress" CONFLICT
        "This key is in use" / "Deze sleutel is in gebruik"
        "A write under this `Idempotency-Key` may still be under way. Send the same request again after the seconds in `Retry-After`."
        / "Een wijziging met deze `Idempotency-Key` is mogelijk nog bezig. Stuur hetzelfde verzoek opnieuw na de seconden in `Retry-After`."
    IdempotencyOutcomeUnknown "idempotency_outcome_unknown" CONFLICT
        "The answer to this key is lost" / "Het antwoord bij deze sleutel is verloren"
        "A write under this `Idempotency-Key` was begun or done, and its answer was not kept. It is not done again: read back what you meant to change, and use a new key if it has to be done."
        / "Een wijziging met deze `Idempotency-Key` is begonnen of gedaan, en het antwoord is niet bewaard. Zij wordt niet opnieuw gedaan: lees terug wat u wilde wijzigen, en gebruik een nieuwe sleutel als het nog moet gebeuren."

    IdempotencyKeyReused "idempotency_key_reused" UNPROCESSABLE_ENTITY
        "This key stands for another request" / "Deze sleutel hoort bij een ander verzoek"
        "The `Idempotency-Key` was used for another request in the last 24 hours. Use a new key for each write."
        / "De `Idempotency-Key` is de afgelopen 24 uur voor een ander verzoek gebruikt. Gebruik een nieuwe sleutel voor elke wijziging."

    BodyTooLarge "body_too_large" PAYLOAD_TOO_LARGE
        "The body is too large" / "De inhoud is te groot"
        "The body of the request is larger than this service reads. Send it in smaller pieces."
        / "De inhoud van het verzoek is groter dan deze dienst leest. Stuur haar in kleinere stukken."
    UnsupportedMediaType "unsupported_media_type" UNSUPPORTED_MEDIA_TYPE
        "The form of the body is not supported" / "De vorm van de inhoud wordt niet ondersteund"
        "Send the body as `application/json` in UTF-8, without `Content-Encoding`."
        / "Stuur de inhoud als `application/json` in UTF-8, zonder `Content-Encoding`."

    TooManyRequests "too_many_requests" TOO_MANY_REQUESTS
        "Too many requests" / "Te veel verzoeken"
        "The limit of requests for this client or address is reached. The header `Retry-After` says after how many seconds to try again."
        / "De grens aan verzoeken voor deze client of dit adres is bereikt. De header `Retry-After` zegt na hoeveel seconden u het weer kunt proberen."

    Internal "internal" INTERNAL_SERVER_ERROR
        "Something broke on our side" / "Er ging bij ons iets stuk"
        "The service failed in a way that it did not foresee; nothing was released. Quote `traceId` when you report it."
        / "De dienst faalde op een manier die niet was voorzien; er is niets verstrekt. Noem `traceId` als u het meldt."
    Unavailable "unavailable" SERVICE_UNAVAILABLE
        "The service cannot do this now" / "De dienst kan dit nu niet"
        "A part that is needed does not answer, or evidence cannot be written; nothing was released. Try again later."
        / "Een onderdeel dat nodig is antwoordt niet, of bewijs kan niet worden vastgelegd; er is niets verstrekt. Probeer het later opnieuw."
    TimedOut "timed_out" SERVICE_UNAVAILABLE
        "It took too long" / "Het duurde te lang"
        "The answer was not ready in time, and this answer holds no data. Whether a write took effect shows when you read it back."
        / "Het antwoord was niet op tijd klaar, en dit antwoord bevat geen gegevens. Of een wijziging is doorgevoerd blijkt als u het terugleest."
}

impl Code {
    /// Finds a code by its name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }

    /// The code for a status that something below us answered with.
    pub fn for_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::NotYours,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::NOT_ACCEPTABLE => Self::NotAcceptable,
            StatusCode::PAYLOAD_TOO_LARGE => Self::BodyTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => Self::Unavailable,
            status if status.is_client_error() => Self::MalformedRequest,
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_snake_case_and_found_by_name() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(
                code.as_str()
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            );
            assert_eq!(Code::find(code.as_str()), Some(*code));
            assert!(code.status().is_client_error() || code.status().is_server_error());
        }
        assert_eq!(Code::find("no_such_code"), None);
    }
}
