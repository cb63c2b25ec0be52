//! Registering and revoking clients.

use sluis_core::{agreement::SupplierKind, id::ClientId, ledger::Owner};
use url::Url;

use crate::app::{
    App,
    act::ActOf,
    caller::{Caller, Role},
    client::{CLIENTS, Client},
    error::{AppError, Invalid, ended, limit_reached},
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
        let (proofs, mut wrong) = match self.check_proofs(&input.jwks, &input.redirect_uris) {
            Ok(proofs) => (Some(proofs), Vec::new()),
            Err(wrong) => (None, wrong),
        };
        match self.check_role(&input.role).await {
            Err(AppError::Invalid(faults)) => wrong.extend(faults),
            // Whoever has more to mend hears all of it at once.
            Err(AppError::NotFound(what)) if !wrong.is_empty() => wrong.push(Invalid {
                pointer: format!("/{what}"),
                code: "not_found",
                detail: format!("no {what} has this id"),
            }),
            checked => checked?,
        }
        let Some((jwks, redirect_uris)) = proofs.filter(|_| wrong.is_empty()) else {
            return Err(AppError::Invalid(wrong));
        };
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
        let mut act = ActOf::of(caller);
        for owner in logs_of(&client.role) {
            self.note(&mut act, owner, "client.create", "client", client.id);
        }
        let added = self.carry_out(act, vec![Change::ClientAdded(client.clone())]).await;
        added.map_err(|error| limit_reached(error, CLIENTS, "so many clients act for this party: revoke one first"))?;
        Ok(client)
    }

    async fn check_role(&self, role: &Role) -> Result<(), AppError> {
        match *role {
            Role::Operator => {}
            Role::Board(board) => drop(self.board(board).await?),
            Role::School(school) => {
                self.store.school(school).await?.ok_or(AppError::NotFound("school"))?;
            }
            Role::Supplier { supplier, product } | Role::Distributor { supplier, product } => {
                let kind = self.supplier_view(supplier).await?.kind;
                let of = self.product_view(product).await?.supplier;
                let mut wrong = Vec::new();
                if (kind == SupplierKind::Distributor) != matches!(role, Role::Distributor { .. }) {
                    wrong.push(Invalid {
                        pointer: "/role".to_owned(),
                        code: "role_of_another_kind",
                        detail: "a distributor is registered as distributor, a supplier as supplier".to_owned(),
                    });
                }
                if of != supplier {
                    wrong.push(Invalid {
                        pointer: "/product".to_owned(),
                        code: "product_of_another",
                        detail: "the product is of another supplier".to_owned(),
                    });
                }
                if !wrong.is_empty() {
                    return Err(AppError::Invalid(wrong));
                }
            }
        }
        Ok(())
    }

    /// Keys and addresses as they are kept, or everything that is wrong with them.
    fn check_proofs(
        &self,
        jwks: &serde_json::Value,
        redirect_uris: &[String],
    ) -> Result<(String, Vec<Url>), Vec<Invalid>> {
        let mut wrong = Vec::new();
        let jwks = self.tokens.check_keys(jwks).map_err(|faults| wrong.extend(faults));
        let mut addresses = Vec::new();
        for (index, address) in redirect_uris.iter().enumerate() {
            match self.tokens.check_return_address(address) {
                Ok(address) => addresses.push(address),
                Err(detail) => wrong.push(Invalid {
                    pointer: format!("/redirectUris/{index}"),
                    code: "redirect_uri_unusable",
                    detail,
                }),
            }
        }
        match jwks {
            Ok(jwks) if wrong.is_empty() => Ok((jwks, addresses)),
            _ => Err(wrong),
        }
    }

    /// What is wrong with keys and addresses, beside what is wrong with the rest.
    pub fn client_faults(&self, jwks: &serde_json::Value, redirect_uris: &[String]) -> Vec<Invalid> {
        self.check_proofs(jwks, redirect_uris).err().unwrap_or_default()
    }

    /// One client, revoked or not. Looking is on the record of the board or school that it acts for.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn client_view(&self, caller: &Caller, id: ClientId) -> Result<Client, AppError> {
        let client = self.registered(id).await?;
        let at = concerned(&client.role);
        self.operator_looks(caller, at, "client.view", "client", id).await?;
        Ok(client)
    }

    async fn registered(&self, id: ClientId) -> Result<Client, AppError> {
        self.store.client(id).await?.ok_or(AppError::NotFound("client"))
    }

    /// Refuses a client from now on, whatever tokens it holds.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or [`AppError::Conflict`] when it was revoked before.
    pub async fn client_revoke(&self, caller: &Caller, id: ClientId) -> Result<Client, AppError> {
        let mut client = self.registered(id).await?;
        if client.revoked_at.is_some() {
            return Err(ended("the client has been revoked"));
        }
        let now = self.now();
        let mut act = ActOf::of(caller);
        for owner in logs_of(&client.role) {
            self.note(&mut act, owner, "client.revoke", "client", id);
        }
        self.carry_out(act, vec![Change::ClientRevoked(id, now)]).await?;
        client.revoked_at = Some(now);
        Ok(client)
    }
}

/// The board or school that a client of this role acts for.
const fn concerned(role: &Role) -> Option<Owner> {
    match *role {
        Role::Board(board) => Some(Owner::Board(board)),
        Role::School(school) => Some(Owner::School(school)),
        Role::Operator | Role::Supplier { .. } | Role::Distributor { .. } => None,
    }
}

/// In whose logs something about a client of this role is noted.
fn logs_of(role: &Role) -> Vec<Owner> {
    std::iter::once(Owner::Operator).chain(concerned(role)).collect()
}
