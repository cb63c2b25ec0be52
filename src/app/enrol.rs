//! Registering and revoking clients.

use sluis_core::{id::ClientId, ledger::Owner};

use crate::app::{
    App,
    agree::ended,
    caller::{Caller, Role},
    client::Client,
    error::{AppError, Invalid},
    organisation::SupplierKind,
    store::Change,
};

/// What the operator knows about a new client.
#[derive(Debug, Clone)]
pub struct ClientCreate {
    /// A name that a person recognises.
    pub name: String,
    /// What it acts for.
    pub role: Role,
    /// Its public keys as a JWK set.
    pub jwks: serde_json::Value,
    /// Where a login may return to.
    pub redirect_uris: Vec<String>,
}

impl App {
    /// Registers a client. Without a caller it is the operator at the command line, who makes the first one.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with everything that is wrong with keys and addresses, [`AppError::NotFound`] for what
    /// it is to act for.
    pub async fn client_create(&self, caller: Option<&Caller>, input: ClientCreate) -> Result<Client, AppError> {
        let mut wrong = Vec::new();
        let jwks = self.tokens.check_keys(&input.jwks).unwrap_or_else(|faults| {
            wrong.extend(faults);
            String::new()
        });
        let mut redirect_uris = Vec::new();
        for (index, address) in input.redirect_uris.iter().enumerate() {
            match self.tokens.check_return_address(address) {
                Ok(address) => redirect_uris.push(address),
                Err(detail) => wrong.push(Invalid {
                    pointer: format!("/redirectUris/{index}"),
                    code: "redirect_uri_unusable",
                    detail,
                }),
            }
        }
        if !wrong.is_empty() {
            return Err(AppError::Invalid(wrong));
        }
        self.check_role(&input.role).await?;
        let client = Client {
            id: self.new_id(),
            name: input.name,
            role: input.role,
            jwks,
            redirect_uris,
            created_at: self.now(),
            revoked_at: None,
        };
        // A program that may act for a board or school appears in the log of that board or school.
        let mut act = self.act_of(caller);
        for owner in logs_of(&client.role) {
            self.note(&mut act, owner, "client.create", "client", client.id);
        }
        self.carry_out(act, vec![Change::ClientAdded(client.clone())]).await?;
        Ok(client)
    }

    async fn check_role(&self, role: &Role) -> Result<(), AppError> {
        match *role {
            Role::Operator => {}
            Role::Board(board) => drop(self.board_view(board).await?),
            Role::School(school) => {
                self.store.school(school).await?.ok_or(AppError::NotFound("school"))?;
            }
            Role::Supplier { supplier, product } | Role::Distributor { supplier, product } => {
                let kind = self.supplier_view(supplier).await?.kind;
                if (kind == SupplierKind::Distributor) != matches!(role, Role::Distributor { .. }) {
                    return Err(AppError::Invalid(vec![Invalid {
                        pointer: "/role".to_owned(),
                        code: "role_of_another_kind",
                        detail: "a distributor is registered as distributor, a supplier as supplier".to_owned(),
                    }]));
                }
                let known = self.product_view(product).await?;
                if known.supplier != supplier {
                    return Err(AppError::Invalid(vec![Invalid {
                        pointer: "/product".to_owned(),
                        code: "product_of_another",
                        detail: "the product is of another supplier".to_owned(),
                    }]));
                }
            }
        }
        Ok(())
    }

    /// Refuses a client from now on, whatever tokens it holds.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or [`AppError::Conflict`] when it was revoked before.
    pub async fn client_revoke(&self, caller: &Caller, id: ClientId) -> Result<Client, AppError> {
        let mut client = self.store.client(id).await?.ok_or(AppError::NotFound("client"))?;
        if client.revoked_at.is_some() {
            return Err(ended("the client has been revoked"));
        }
        let now = self.now();
        let mut act = self.act_of(caller);
        for owner in logs_of(&client.role) {
            self.note(&mut act, owner, "client.revoke", "client", id);
        }
        self.carry_out(act, vec![Change::ClientRevoked(id, now)]).await?;
        client.revoked_at = Some(now);
        Ok(client)
    }
}

/// In whose logs something about a client of this role is noted.
fn logs_of(role: &Role) -> Vec<Owner> {
    let concerned = match *role {
        Role::Board(board) => Some(Owner::Board(board)),
        Role::School(school) => Some(Owner::School(school)),
        Role::Operator | Role::Supplier { .. } | Role::Distributor { .. } => None,
    };
    std::iter::once(Owner::Operator).chain(concerned).collect()
}
