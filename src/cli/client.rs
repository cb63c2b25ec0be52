//! `sluis client`: the credentials of programs; also the way to the first operator.

use std::{io::Write, path::PathBuf, sync::Arc};

use clap::{Args, Subcommand, ValueEnum};
use sluis_core::{
    id::{BoardId, ProductId, SchoolId, SupplierId},
    random::SystemRandom,
    time::SystemClock,
};

use super::{
    assemble::Service,
    error::CliError,
    file::{self, FileFault},
};
use crate::{
    app::{caller::Role, enrol::ClientCreate},
    config::{Settings, source::Sources},
};

/// Register programs
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Register a client with its public keys, and print its `client_id`
    Add(ClientAdd),
}

/// What a new client acts for.
#[derive(Debug, Args)]
pub struct ClientAdd {
    /// A name that a person recognises
    #[arg(long)]
    name: String,
    /// What it acts for
    #[arg(long, value_enum)]
    role: RoleArgument,
    /// The board, for that role
    #[arg(long, required_if_eq("role", "board"))]
    board: Option<BoardId>,
    /// The school, for that role
    #[arg(long, required_if_eq("role", "school"))]
    school: Option<SchoolId>,
    /// The supplier, for suppliers and distributors
    #[arg(long, required_if_eq_any([("role", "supplier"), ("role", "distributor")]))]
    supplier: Option<SupplierId>,
    /// The one product that it acts for, for suppliers and distributors
    #[arg(long, required_if_eq_any([("role", "supplier"), ("role", "distributor")]))]
    product: Option<ProductId>,
    /// File with its public keys as a JWK set (RFC 7517)
    #[arg(long, value_name = "FILE")]
    jwks: PathBuf,
    /// Where a login may return to; may be given more than once
    #[arg(long, value_name = "URL")]
    redirect_uri: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleArgument {
    Operator,
    Board,
    School,
    Supplier,
    Distributor,
}

impl ClientAdd {
    fn role(&self) -> Result<Role, CliError> {
        let missing = CliError::RoleIncomplete;
        Ok(match self.role {
            RoleArgument::Operator => Role::Operator,
            RoleArgument::Board => Role::Board(self.board.ok_or(missing)?),
            RoleArgument::School => Role::School(self.school.ok_or(missing)?),
            RoleArgument::Supplier | RoleArgument::Distributor => {
                let (Some(supplier), Some(product)) = (self.supplier, self.product) else {
                    return Err(missing);
                };
                match self.role {
                    RoleArgument::Distributor => Role::Distributor { supplier, product },
                    _ => Role::Supplier { supplier, product },
                }
            }
        })
    }
}

impl ClientCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the keys or addresses are not usable, or the database is in use by a running service.
    pub async fn run(self, sources: &Sources, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
        let Self::Add(add) = self;
        let settings = Settings::load(sources)?;
        let jwks: serde_json::Value = file::read_json(&add.jwks)?;
        let input = ClientCreate {
            role: add.role()?,
            name: add.name,
            jwks,
            redirect_uris: add.redirect_uri,
        };
        let service = Service::assemble(&settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
        let faults = service.app.client_faults(&input.jwks, &[]);
        let created = if faults.is_empty() {
            service.app.client_create(None, input).await.map_err(CliError::from)
        } else {
            Err(FileFault::Refused(faults).of(&add.jwks).into())
        };
        service.stop().await;
        writeln!(out, "{}", created?.id)?;
        Ok(())
    }
}
