//! Clients: the credentials of programs.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use serde_json::Value;
use sluis_core::{
    id::{BoardId, ClientId, ProductId, SchoolId, SupplierId},
    time::Timestamp,
};
use url::Url;
use utoipa::ToSchema;

use super::path::ClientPath;
use crate::{
    app::{
        action::{CreateClient, ReadClient, RevokeClient},
        caller::{Role, RoleKind},
        client::Client,
        enrol,
        error::{AppError, Invalid},
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Fields, Input, choice, document, label, list, text},
        problem::Problem,
        response::{ClientNotFound, Conflict, LimitReached, PartyNotFound},
    },
};

/// A client: the credentials of one program, which acts for exactly one party.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientView {
    /// Its id here, the `client_id`.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000005")]
    id: ClientId,
    /// A name that a person recognises.
    #[schema(example = "Rekenbaai in productie")]
    name: String,
    #[serde(flatten)]
    acts_for: ActsForView,
    /// Where a login may return to.
    #[schema(value_type = Vec<String>, example = json!(["https://rekenbaai.example/login/return"]))]
    redirect_uris: Vec<Url>,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    created_at: Timestamp,
    /// From when on it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
}

/// What a client acts for: exactly one party, and a supplier or distributor for exactly one product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActsFor)]
pub(super) struct ActsForView {
    /// `operator`, `board`, `school`, `supplier` or `distributor`.
    #[schema(example = "supplier", pattern = "^(operator|board|school|supplier|distributor)$")]
    role: &'static str,
    /// The board (bevoegd gezag), in the role `board`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    board: Option<BoardId>,
    /// The school, in the role `school`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    school: Option<SchoolId>,
    /// The supplier (leverancier) or distributor (distributeur), in those roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000003")]
    supplier: Option<SupplierId>,
    /// The one product (digitaal onderwijsmiddel), in those roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: Option<ProductId>,
}

impl From<Role> for ActsForView {
    fn from(role: Role) -> Self {
        let mut view = Self {
            role: role.kind().as_str(),
            board: None,
            school: None,
            supplier: None,
            product: None,
        };
        match role {
            Role::Operator => {}
            Role::Board(board) => view.board = Some(board),
            Role::School(school) => view.school = Some(school),
            Role::Supplier { supplier, product } | Role::Distributor { supplier, product } => {
                (view.supplier, view.product) = (Some(supplier), Some(product));
            }
        }
        view
    }
}

impl From<Client> for ClientView {
    fn from(client: Client) -> Self {
        Self {
            id: client.id,
            name: client.name,
            acts_for: client.role.into(),
            redirect_uris: client.redirect_uris,
            created_at: client.created_at,
            revoked_at: client.revoked_at,
        }
    }
}

/// A new client.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientCreate {
    /// A name that a person recognises.
    #[schema(min_length = 1, max_length = 200, example = "Rekenbaai in productie")]
    name: String,
    #[serde(flatten)]
    #[schema(value_type = ActsForView)]
    role: Result<Role, Vec<Invalid>>,
    /// Its public keys as a JWK set (RFC 7517), with which it proves itself (RFC 7523). A private key is refused.
    #[schema(value_type = Object)]
    jwks: Value,
    /// Where a login may return to; compared exactly.
    #[schema(required = false, max_items = 20, example = json!(["https://rekenbaai.example/login/return"]))]
    redirect_uris: Vec<String>,
}

impl Input for ClientCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        const ROLES: &[(&str, RoleKind)] = &[
            (RoleKind::Operator.as_str(), RoleKind::Operator),
            (RoleKind::Board.as_str(), RoleKind::Board),
            (RoleKind::School.as_str(), RoleKind::School),
            (RoleKind::Supplier.as_str(), RoleKind::Supplier),
            (RoleKind::Distributor.as_str(), RoleKind::Distributor),
        ];
        let name = fields.required("name", label(200));
        let kind = fields.required("role", choice(ROLES));
        let role = read_role(fields, kind);
        let jwks = fields.required("jwks", document());
        let redirect_uris = fields.or("redirectUris", Vec::new(), list(20, text(address)));
        Some(Self {
            name: name?,
            role: role?,
            jwks: jwks?,
            redirect_uris: redirect_uris?,
        })
    }
}

/// A role comes with exactly the ids that it needs. What does not fit is told with what is wrong with keys and addresses.
fn read_role(fields: &mut Fields<'_>, kind: Option<RoleKind>) -> Option<Result<Role, Vec<Invalid>>> {
    let board = fields.optional("board", text(BoardId::parse));
    let school = fields.optional("school", text(SchoolId::parse));
    let supplier = fields.optional("supplier", text(SupplierId::parse));
    let product = fields.optional("product", text(ProductId::parse));
    let (kind, board, school, supplier, product) = (kind?, board?, school?, supplier?, product?);
    let processor = matches!(kind, RoleKind::Supplier | RoleKind::Distributor);
    let needs = [
        ("board", board.is_some(), kind == RoleKind::Board),
        ("school", school.is_some(), kind == RoleKind::School),
        ("supplier", supplier.is_some(), processor),
        ("product", product.is_some(), processor),
    ];
    let mut wrong = Vec::new();
    for (field, given, needed) in needs {
        let (code, what) = match (given, needed) {
            (false, true) => ("missing", "is required in"),
            (true, false) => ("not_for_this_role", "does not belong to"),
            _ => continue,
        };
        wrong.push(Invalid {
            pointer: format!("/{field}"),
            code,
            detail: format!("`{field}` {what} the role `{}`", kind.as_str()),
        });
    }
    if !wrong.is_empty() {
        return Some(Err(wrong));
    }
    Some(Ok(match kind {
        RoleKind::Operator => Role::Operator,
        RoleKind::Board => Role::Board(board?),
        RoleKind::School => Role::School(school?),
        RoleKind::Supplier => Role::Supplier {
            supplier: supplier?,
            product: product?,
        },
        RoleKind::Distributor => Role::Distributor {
            supplier: supplier?,
            product: product?,
        },
    }))
}

/// What makes an address usable is for the use case; here it only has a size.
fn address(text: &str) -> Result<String, &'static str> {
    if text.len() <= 2_000 {
        Ok(text.to_owned())
    } else {
        Err("an address of at most 2000 signs is expected")
    }
}

/// Register a client
///
/// A client of a supplier (leverancier) or distributor (distributeur) acts for exactly one product; others act for one
/// board (bevoegd gezag), one school, or the operator.
#[utoipa::path(operation_id = "client_create", tag = "organisations", security(("bearer" = ["client.create"])),
    request_body(content = ClientCreate, example = json!({
        "name": "Rekenbaai in productie",
        "role": "supplier",
        "supplier": "01990a3e-7c00-7000-8000-000000000003",
        "product": "01990a3e-7c00-7000-8000-000000000004",
        "jwks": {"keys": [{
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "2026-09", "use": "sig",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        }]},
        "redirectUris": ["https://rekenbaai.example/login/return"]
    })),
    responses((status = 201, description = "The client", body = ClientView), PartyNotFound, LimitReached))]
#[post("/clients")]
pub(super) async fn client_create(
    caller: May<CreateClient>,
    Body(input): Body<ClientCreate>,
) -> Result<Created<ClientView>, Problem> {
    let role = input.role.map_err(|mut wrong| {
        wrong.extend(caller.app().client_faults(&input.jwks, &input.redirect_uris));
        AppError::Invalid(wrong)
    })?;
    let input = enrol::ClientCreate {
        name: input.name,
        role,
        jwks: input.jwks,
        redirect_uris: input.redirect_uris,
    };
    let client = caller.app().client_create(Some(caller.caller()), input).await?;
    Ok(Created::at(format!("/v1/clients/{}", client.id), client.into()))
}

/// View a client
///
/// Its keys are not shown.
#[utoipa::path(operation_id = "client_view", tag = "organisations", security(("bearer" = ["client.read"])),
    params(ClientPath),
    responses((status = 200, description = "The client", body = ClientView), ClientNotFound))]
#[get("/clients/{client}")]
pub(super) async fn client_view(caller: May<ReadClient>, path: Path<ClientPath>) -> Answer<ClientView> {
    let client = caller.app().client_view(caller.caller(), path.client).await?;
    Ok(Json(client.into()))
}

/// Revoke a client
///
/// From then on it is refused, whatever tokens it holds.
#[utoipa::path(operation_id = "client_revoke", tag = "organisations", security(("bearer" = ["client.revoke"])),
    params(ClientPath),
    responses((status = 200, description = "The client", body = ClientView), ClientNotFound, Conflict))]
#[post("/clients/{client}/_revoke")]
pub(super) async fn client_revoke(caller: May<RevokeClient>, path: Path<ClientPath>) -> Answer<ClientView> {
    let client = caller.app().client_revoke(caller.caller(), path.client).await?;
    Ok(Json(client.into()))
}
