//! The registers of processing activities (GDPR 30): of the controller (models 3.0 and mbo 3.0, article 3.4) and of the processor
//! (model 4.0, article 3.4; 3.0 and mbo 3.0, article 3.5), as far as agreements tell.
//!
//! Promises: what stands in it is what was signed, agreement by agreement, and nothing is added: the legal ground of the school and
//! processings without an agreement here are the school's to write down beside it.

use sluis_core::{
    agreement::{Annex, Side, State},
    id::ProductId,
};

use crate::app::{
    App,
    agreement::Agreement,
    agreement_step::Coverage,
    caller::{Caller, Role},
    error::AppError,
    store::Page,
    words::annex_of,
};

/// A processing, as one agreement has it.
#[derive(Debug)]
pub struct Activity {
    /// The agreement.
    pub agreement: Agreement,
    /// How it stands.
    pub state: State,
    /// The names of the controller, the processor and the product.
    pub names: Names,
    /// The words.
    pub annex: Annex,
}

/// Who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The controller.
    pub board: String,
    /// The processor.
    pub supplier: String,
    /// The product.
    pub product: String,
}

impl App {
    /// The processing activities of the caller, about one product if asked: of a board or of one of its schools as controller, of a supplier for its product as
    /// processor. An agreement that both sides have accepted is one, until another has taken its place; one that has ended
    /// stays, since its data may still be there.
    ///
    /// # Errors
    /// [`AppError::NotYours`] for the operator.
    pub async fn activity_list(&self, caller: &Caller, product: Option<ProductId>) -> Result<Vec<Activity>, AppError> {
        const PIECE: u16 = 200;
        let school = match caller.role {
            Role::School(school) => Some(school),
            Role::Operator => return Err(AppError::NotYours),
            _ => None,
        };
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let piece = self.agreement_list(caller, Page { after, limit: PIECE }).await?;
            after = piece.last().map(|agreement| agreement.id);
            let last = piece.len() < usize::from(PIECE);
            for agreement in piece {
                let holds = |school| Coverage::holds(&agreement.coverage(), school);
                let other = product.is_some_and(|product| product != agreement.product);
                if other || agreement.accepted_at(Side::Board).is_none() || school.is_some_and(|school| !holds(school))
                {
                    continue;
                }
                let state = self.agreement_state(&agreement).await?;
                if matches!(state, State::Offered | State::Lapsed | State::Superseded { .. }) {
                    continue;
                }
                found.push(Activity {
                    names: self.names_of(&agreement).await?,
                    annex: annex_of(&agreement)?,
                    state,
                    agreement,
                });
            }
            if last {
                return Ok(found);
            }
        }
    }

    async fn names_of(&self, agreement: &Agreement) -> Result<Names, AppError> {
        let board = self
            .store
            .board(agreement.board)
            .await?
            .ok_or(AppError::NotFound("board"))?;
        let supplier = self.supplier_view(agreement.supplier).await?;
        let product = self.store.product(agreement.product).await?;
        let product = product.ok_or(AppError::NotFound("product"))?.name;
        Ok(Names {
            board: board.name,
            supplier: supplier.name,
            product,
        })
    }
}
