//! What persons ask about their own data.

use actix_web::post;
use sluis_core::{
    id::{AccountId, SchoolId},
    matter::{Request, Right},
    person::ConsentGiver,
    time::Timestamp,
};
use utoipa::ToSchema;

use super::MatterView;
use crate::{
    app::{
        action::OpenMatter,
        matters::{RequestCreate, RequestOf},
    },
    http::{
        answer::Created,
        authentication::May,
        body::Body,
        input::{Fields, Input, choice, text},
        problem::Problem,
        response::{MatterConflict, SchoolNotFound},
        v1::whom::StatedPerson,
    },
};

/// A request of a person (verzoek van betrokkene). A school says whose it is by `eckId` or `sourceKey`, a supplier by `account`.
#[derive(ToSchema)]
#[schema(as = RequestCreate, rename_all = "camelCase")]
#[expect(dead_code, reason = "the form in the document; what is read is `SubjectRequest`")]
pub(super) struct RequestForm {
    /// The school of the person.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: String,
    /// What is asked: `access` (inzage), `rectification`, `erasure`, `restriction`, `portability` or `objection` (bezwaar).
    #[schema(
        example = "access",
        pattern = "^(access|rectification|erasure|restriction|portability|objection)$"
    )]
    right: String,
    /// When the request came.
    #[schema(value_type = String, format = DateTime, example = "2026-11-02T08:00:00Z")]
    received_at: String,
    /// Who asks: the `person`, or a `guardian` of a pupil.
    #[schema(example = "guardian", pattern = "^(person|guardian)$")]
    asked_by: String,
    /// The account of the person at the supplier that sends the request on.
    #[schema(value_type = Option<Uuid>)]
    account: Option<String>,
    /// Pupil or staff.
    #[schema(example = "pupil", pattern = "^(pupil|staff)$", default = "pupil")]
    kind: Option<String>,
    /// The ECK iD (ketenpseudoniem).
    #[schema(pattern = "^https://ketenid\\.nl/[^/]+/[0-9a-f]{128}$")]
    eck_id: Option<String>,
    /// The key of the person in the administration of the school, as it delivers it.
    #[schema(min_length = 1, max_length = 100)]
    source_key: Option<String>,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct SubjectRequest {
    school: SchoolId,
    request: Request,
    of: Of,
}

#[derive(Debug)]
enum Of {
    Account(AccountId),
    Person(StatedPerson),
}

impl Input for SubjectRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let school = fields.required("school", text(SchoolId::parse));
        let right = fields.required("right", choice(Right::ALL));
        let received_at = fields.required("receivedAt", text(Timestamp::parse));
        let asked_by = fields.required("askedBy", text(ConsentGiver::parse));
        let of = match fields.optional("account", text(AccountId::parse)) {
            Some(Some(account)) => Some(Of::Account(account)),
            Some(None) => StatedPerson::read(fields).map(Of::Person),
            None => {
                // What else is wrong is told with it.
                drop(StatedPerson::read(fields));
                None
            }
        };
        let request = Request {
            right: right?,
            received_at: received_at?,
            asked_by: asked_by?,
        };
        Some(Self {
            school: school?,
            request,
            of: of?,
        })
    }
}

/// Put a request of a person on record
///
/// The school enters what a person or guardian asks about the person's own data (GDPR 15 to 21); a supplier (leverancier) sends
/// on what came to it (models 4.0 and 3.0, article 9.2; mbo 3.0, article 8.2). The school answers within a month, or within
/// three when it says so within the first. What it changes, erases or restricts it carries on to the suppliers that got data of
/// the person, which the records tell, and each confirms what it did (GDPR 19). A supplier sees its own account of the person
/// and what was asked, and nothing of what others did.
#[utoipa::path(operation_id = "request_create", tag = "matters", security(("bearer" = ["matter.open"])),
    request_body = RequestForm,
    responses((status = 201, description = "The matter", body = MatterView), SchoolNotFound, MatterConflict))]
#[post("/subject-requests")]
pub(in crate::http::v1) async fn request_create(
    caller: May<OpenMatter>,
    Body(input): Body<SubjectRequest>,
) -> Result<Created<MatterView>, Problem> {
    let app = caller.app();
    let of = match input.of {
        Of::Account(account) => RequestOf::Account(account),
        Of::Person(person) => {
            let kind = person.kind;
            RequestOf::Person(person.whom(app.eck_id_rules())?, kind)
        }
    };
    let create = RequestCreate {
        school: input.school,
        of,
        request: input.request,
    };
    let file = app.request_create(caller.caller(), create).await?;
    MatterView::created(app, file).await
}
