//! Acceptances: a board signs an agreement, for which of its schools, and in which form.

use actix_web::{
    post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    agreement::AnnexHash,
    id::{ClientId, ContactId, SchoolId},
    time::Timestamp,
};
use utoipa::ToSchema;

use super::{agreement::AgreementDetailView, path::AgreementPath};
use crate::{
    app::{
        action::AcceptAgreement,
        agree::Signing,
        agreement::{Acceptance, Form},
        cover::CoverageAsked,
    },
    http::{
        answer::Answer,
        authentication::May,
        body::Body,
        input::{Fields, Input, label, list, object, text},
        response::{AcceptanceConflict, AgreementNotFound},
    },
};

/// A signature (ondertekening) of one side over the hash of the annex.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AcceptanceView {
    /// `board` or `supplier`.
    #[schema(example = "supplier")]
    side: &'static str,
    /// The client that signed, or entered the signature.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000005")]
    by: ClientId,
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    at: Timestamp,
    /// How: `program` (by the side's own program), `contact` (by somebody who may sign), `order` (by an order that was confirmed) or
    /// `document` (signed elsewhere).
    #[schema(example = "contact")]
    form: &'static str,
    /// The contact who signed. Whom that is the board knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000027")]
    contact: Option<ContactId>,
    /// The order that was confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Order>,
    /// The document that was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<SignedDocument>,
}

impl From<Acceptance> for AcceptanceView {
    fn from(acceptance: Acceptance) -> Self {
        let view = Self {
            side: acceptance.side.as_str(),
            by: acceptance.by,
            at: acceptance.at,
            form: acceptance.form.as_str(),
            contact: None,
            order: None,
            document: None,
        };
        match acceptance.form {
            Form::Program => view,
            Form::Contact(contact) => Self {
                contact: Some(contact),
                ..view
            },
            Form::Order {
                reference,
                confirmed_at,
            } => Self {
                order: Some(Order {
                    reference,
                    confirmed_at,
                }),
                ..view
            },
            Form::Document {
                sha256,
                reference,
                signed_at,
            } => Self {
                document: Some(SignedDocument {
                    sha256,
                    reference,
                    signed_at,
                }),
                ..view
            },
        }
    }
}

/// An order (bestelling) that was confirmed, as the signature under the agreement.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    /// The number of the order. Never about a person.
    #[schema(min_length = 1, max_length = 200, example = "2026-00417")]
    reference: String,
    /// When the supplier (leverancier) confirmed it: after the offer.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    confirmed_at: Timestamp,
}

impl Input for Order {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let reference = fields.required("reference", label(200));
        let confirmed_at = fields.required("confirmedAt", text(Timestamp::parse));
        Some(Self {
            reference: reference?,
            confirmed_at: confirmed_at?,
        })
    }
}

/// A document that was signed elsewhere. It is not kept here: its hash and its place are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignedDocument {
    /// SHA-256 of the document, in hexadecimal.
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )]
    sha256: String,
    /// Where the board keeps it. Never about a person.
    #[schema(min_length = 1, max_length = 200, example = "Archief 2026/88")]
    reference: String,
    /// When it was signed.
    #[schema(value_type = String, format = DateTime, example = "2026-08-20T00:00:00.000Z")]
    signed_at: Timestamp,
}

impl Input for SignedDocument {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let sha256 = fields.required("sha256", text(|text| AnnexHash::parse(text).map(|_| text.to_owned())));
        let reference = fields.required("reference", label(200));
        let signed_at = fields.required("signedAt", text(Timestamp::parse));
        Some(Self {
            sha256: sha256?,
            reference: reference?,
            signed_at: signed_at?,
        })
    }
}

/// The signature (ondertekening) of the board.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct AcceptanceCreate {
    /// The hash of the annex that was read: `annexHash` of the agreement.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    annex_hash: AnnexHash,
    /// The schools of the board for which it is not accepted. Without this and `onlySchools` it is accepted for all, also for
    /// those that come later.
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 2_000, example = json!(["01990a3e-7c00-7000-8000-000000000022"]))]
    except_schools: Option<Vec<SchoolId>>,
    /// The schools of the board for which it is accepted, instead of `exceptSchools`.
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 2_000)]
    only_schools: Option<Vec<SchoolId>>,
    /// Who signs for the board: a contact (contactpersoon) who may. Without this, `order` and `document` the board's program signs.
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000027")]
    contact: Option<ContactId>,
    /// The order by which the board accepted, instead of `contact`.
    order: Option<Order>,
    /// The signed document by which the board accepted, instead of `contact`.
    document: Option<SignedDocument>,
}

impl Input for AcceptanceCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let annex_hash = fields.required("annexHash", text(AnnexHash::parse));
        let schools = schools(fields);
        let contact = fields.optional("contact", text(ContactId::parse));
        let order = fields.optional("order", object::<Order>());
        let document = fields.optional("document", object::<SignedDocument>());
        let (contact, order, document) = (contact?, order?, document?);
        let forms = [
            ("contact", contact.is_some()),
            ("order", order.is_some()),
            ("document", document.is_some()),
        ];
        let mut forms = forms.into_iter().filter(|(_, there)| *there).skip(1);
        if let Some((name, _)) = forms.next() {
            return fields.refuse(name, "not_together", "an agreement is accepted in one form");
        }
        let Schools { except, only } = schools?;
        Some(Self {
            annex_hash: annex_hash?,
            except_schools: except,
            only_schools: only,
            contact,
            order,
            document,
        })
    }
}

/// At most so many schools are named at once.
const SCHOOLS: usize = 2_000;

/// For which schools: one of the two at most.
pub(super) struct Schools {
    pub(super) except: Option<Vec<SchoolId>>,
    pub(super) only: Option<Vec<SchoolId>>,
}

/// Reads `exceptSchools` or `onlySchools`, not both.
pub(super) fn schools(fields: &mut Fields<'_>) -> Option<Schools> {
    let except = fields.optional("exceptSchools", list(SCHOOLS, text(SchoolId::parse)));
    let only = fields.optional("onlySchools", list(SCHOOLS, text(SchoolId::parse)));
    match (except?, only?) {
        (Some(_), Some(_)) => fields.refuse(
            "onlySchools",
            "not_together",
            "an agreement holds for all schools with exceptions, or for a list: not both",
        ),
        (except, only) => Some(Schools { except, only }),
    }
}

/// What was asked about schools, if anything.
pub(super) fn coverage(except: Option<Vec<SchoolId>>, only: Option<Vec<SchoolId>>) -> Option<CoverageAsked> {
    only.map(CoverageAsked::Only).or(except.map(CoverageAsked::Except))
}

/// How it was signed: by one of these, or by the program that asks.
fn form(contact: Option<ContactId>, order: Option<Order>, document: Option<SignedDocument>) -> Form {
    let contact = contact.map(Form::Contact);
    let order = order.map(|order| Form::Order {
        reference: order.reference,
        confirmed_at: order.confirmed_at,
    });
    let document = document.map(|document| Form::Document {
        sha256: document.sha256,
        reference: document.reference,
        signed_at: document.signed_at,
    });
    contact.or(order).or(document).unwrap_or_default()
}

/// Accept an agreement
///
/// The signature (ondertekening) of the board (bevoegd gezag). It repeats the hash of the annex that was read, so that
/// nobody signs what was not seen. One signature is for all schools of the board, apart from `exceptSchools`, or for
/// `onlySchools`. From its start it supersedes (treedt in de plaats van) what was agreed about the product before, at every school
/// of the board: where it does not hold, nothing is agreed.
///
/// It is signed by a contact (contactpersoon) who may sign for the board, by an order that the supplier confirmed, by a document
/// that was signed elsewhere, or by the board's program itself. Each is on record.
#[utoipa::path(operation_id = "agreement_accept", tag = "agreements", security(("bearer" = ["agreement.accept"])),
    params(AgreementPath), request_body = AcceptanceCreate,
    responses((status = 200, description = "The agreement", body = AgreementDetailView), AgreementNotFound,
        AcceptanceConflict))]
#[post("/agreements/{agreement}/_accept")]
pub(super) async fn agreement_accept(
    caller: May<AcceptAgreement>,
    path: Path<AgreementPath>,
    Body(input): Body<AcceptanceCreate>,
) -> Answer<AgreementDetailView> {
    let signing = Signing {
        annex_hash: *input.annex_hash.as_bytes(),
        schools: coverage(input.except_schools, input.only_schools),
        form: form(input.contact, input.order, input.document),
    };
    let accepted = caller.app().agreement_accept(caller.caller(), path.agreement, signing);
    let agreement = accepted.await?;
    Ok(Json(AgreementDetailView::of(caller.app(), agreement).await?))
}
