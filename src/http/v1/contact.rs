//! Contacts: who may sign for a board.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    id::{BoardId, ContactId},
    time::Timestamp,
};
use utoipa::ToSchema;

use super::path::{BoardPath, ContactPath};
use crate::{
    app::{
        action::{ReadContact, RegisterContact, RevokeContact},
        contact::{Contact, ContactCode},
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Fields, Input, text},
        page::ListView,
        problem::Problem,
        response::{BoardNotFound, Conflict, ContactNotFound},
    },
};

/// Somebody who may sign for a board (tekenbevoegde contactpersoon).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContactView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000027")]
    id: ContactId,
    /// The board (bevoegd gezag).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000001")]
    board: BoardId,
    /// How the board knows the person. No name is kept.
    #[schema(value_type = String, example = "bestuurder-1")]
    code: ContactCode,
    /// From when on the person may sign.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    valid_from: Timestamp,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-08-01T00:00:00.000Z")]
    valid_until: Option<Timestamp>,
}

impl From<Contact> for ContactView {
    fn from(contact: Contact) -> Self {
        Self {
            id: contact.id,
            board: contact.board,
            code: contact.code,
            valid_from: contact.window.from,
            valid_until: contact.window.until,
        }
    }
}

/// Somebody who may sign from now on.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct ContactCreate {
    /// How the board knows the person: a code of its own, not a name.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9._-]{1,40}$", example = "bestuurder-1")]
    code: ContactCode,
    /// Until when; without it until it is revoked.
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-08-01T00:00:00Z")]
    valid_until: Option<Timestamp>,
}

impl Input for ContactCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let code = fields.required("code", text(ContactCode::parse));
        let valid_until = fields.optional("validUntil", text(Timestamp::parse));
        Some(Self {
            code: code?,
            valid_until: valid_until?,
        })
    }
}

/// Who may sign no more.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct ContactRevoke {
    /// The code of the contact, so that nobody else is meant.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9._-]{1,40}$", example = "bestuurder-1")]
    code: ContactCode,
}

impl Input for ContactRevoke {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let code = fields.required("code", text(ContactCode::parse));
        Some(Self { code: code? })
    }
}

type ContactListView = ListView<ContactView>;

/// List the contacts of a board
#[utoipa::path(operation_id = "contact_list", tag = "agreements", security(("bearer" = ["contact.read"])),
    params(BoardPath),
    responses((status = 200, description = "The contacts, also those who may not sign any more", body = ContactListView),
        BoardNotFound))]
#[get("/boards/{board}/contacts")]
pub(super) async fn contact_list(caller: May<ReadContact>, path: Path<BoardPath>) -> Answer<ContactListView> {
    let contacts = caller.app().contact_list(caller.caller(), path.board).await?;
    Ok(Json(ListView::whole(contacts)))
}

/// View a contact
#[utoipa::path(operation_id = "contact_view", tag = "agreements", security(("bearer" = ["contact.read"])),
    params(ContactPath),
    responses((status = 200, description = "The contact", body = ContactView), ContactNotFound))]
#[get("/boards/{board}/contacts/{contact}")]
pub(super) async fn contact_view(caller: May<ReadContact>, path: Path<ContactPath>) -> Answer<ContactView> {
    let ContactPath { board, contact } = *path;
    let found = caller.app().contact_view(caller.caller(), board, contact).await?;
    Ok(Json(found.into()))
}

/// Register a contact
///
/// Somebody who may sign for the board (bevoegd gezag) from now on (models 4.0, article 2.3): `contact` in
/// `POST /v1/agreements/{agreement}/_accept`.
#[utoipa::path(operation_id = "contact_create", tag = "agreements", security(("bearer" = ["contact.register"])),
    params(BoardPath), request_body = ContactCreate,
    responses((status = 201, description = "The contact", body = ContactView), BoardNotFound, Conflict))]
#[post("/boards/{board}/contacts")]
pub(super) async fn contact_create(
    caller: May<RegisterContact>,
    path: Path<BoardPath>,
    Body(input): Body<ContactCreate>,
) -> Result<Created<ContactView>, Problem> {
    let ContactCreate { code, valid_until } = input;
    let app = caller.app();
    let made = app.contact_create(caller.caller(), path.board, code, valid_until);
    let contact = made.await?;
    let location = format!("/v1/boards/{}/contacts/{}", contact.board, contact.id);
    Ok(Created::at(location, contact.into()))
}

/// Revoke a contact
///
/// The person may not sign any more. What was signed stays signed.
#[utoipa::path(operation_id = "contact_revoke", tag = "agreements", security(("bearer" = ["contact.revoke"])),
    params(ContactPath), request_body = ContactRevoke,
    responses((status = 200, description = "The contact", body = ContactView), ContactNotFound, Conflict))]
#[post("/boards/{board}/contacts/{contact}/_revoke")]
pub(super) async fn contact_revoke(
    caller: May<RevokeContact>,
    path: Path<ContactPath>,
    Body(input): Body<ContactRevoke>,
) -> Answer<ContactView> {
    let ContactPath { board, contact } = *path;
    let revoked = caller
        .app()
        .contact_revoke(caller.caller(), board, contact, &input.code);
    Ok(Json(revoked.await?.into()))
}
