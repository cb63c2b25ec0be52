//! Dealing with matters: opening them, taking steps, and seeing what is left to do.
//!
//! Promises: each is on record in the log of the board and of every school that it is about, before it is answered; a step that does
//! not fit changes nothing and says by which article; the supplier hears of what the school does by its feed, and the school
//! sees what the supplier does in its list. Deliberately absent: names of persons. What a person asks about themselves is
//! in `requests`.

mod access;
mod affected;
mod duty;
mod ends;
mod open;
mod own_data;
mod own_text;
mod request;
mod step;

use std::collections::{HashMap, hash_map::Entry};

use sluis_core::{
    agreement::Side,
    id::{AgreementId, BoardId, MatterId, SchoolId},
    ledger::Owner,
    matter::{Agreed, Fault, Kind},
    time::Timestamp,
};

use self::request::shown_to;
pub use self::{
    affected::AffectedSchool,
    duty::DutyOf,
    open::{MatterOpen, Whose},
    own_data::{Coded, HeldValue, Holding, Named, OwnData, Recipient, Release},
    request::{RequestCreate, RequestOf},
};
use crate::app::{
    App,
    act::ActOf,
    caller::{Caller, Role},
    error::{AppError, ConflictCode, Invalid, already, ended, not_ready},
    feed::{EventKind, Notice},
    matter::MatterFile,
    store::{Change, Page},
    words::annex_of,
};

impl App {
    /// The matters of the caller, by id: those between it and others, and for a school those about it or its board.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn matter_list(
        &self,
        caller: &Caller,
        kind: Option<Kind>,
        open: bool,
        page: Page<sluis_core::id::Matter>,
    ) -> Result<Vec<MatterFile>, AppError> {
        let word = kind.map_or("", Kind::as_str);
        let found = match caller.role {
            Role::Board(board) => self.store.matters_of_board(board, None, word, open, page).await?,
            Role::School(school) => {
                let board = self.school_view(caller, school).await?.board;
                self.store
                    .matters_of_board(board, Some(school), word, open, page)
                    .await?
            }
            Role::Supplier { product, .. } | Role::Distributor { product, .. } => {
                self.store.matters_of_product(product, word, open, page).await?
            }
            Role::Operator => Vec::new(),
        };
        Ok(found.into_iter().map(|file| shown_to(caller, file)).collect())
    }

    /// One matter of the caller, as the caller may see it. A look at a request is itself on record.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also for one between others.
    pub async fn matter_view(&self, caller: &Caller, id: MatterId) -> Result<MatterFile, AppError> {
        let found = self.matter_within(caller, id).await?;
        self.request_looked_at(caller, &found).await?;
        Ok(shown_to(caller, found))
    }

    /// One matter that the caller takes part in, with all that is in it.
    pub(super) async fn matter_within(&self, caller: &Caller, id: MatterId) -> Result<MatterFile, AppError> {
        let unknown = AppError::NotFound("matter");
        let Some(found) = self.store.matter(id).await? else {
            return Err(unknown);
        };
        match self.sees(caller, &found).await? {
            true => Ok(found),
            false => Err(unknown),
        }
    }

    /// Whether a matter is the caller's to see.
    pub(in crate::app) async fn sees(&self, caller: &Caller, file: &MatterFile) -> Result<bool, AppError> {
        Ok(match caller.role {
            Role::Operator => false,
            Role::Board(board) => self.is_of_board(file, board).await?,
            Role::School(school) => {
                let board = self.school_view(caller, school).await?.board;
                file.concerns(school) && self.is_of_board(file, board).await?
            }
            Role::Supplier { product, .. } | Role::Distributor { product, .. } => file.products.contains(&product),
        })
    }

    async fn is_of_board(&self, file: &MatterFile, board: BoardId) -> Result<bool, AppError> {
        match (file.board, file.product) {
            (Some(own), _) => Ok(own == board),
            (None, Some(product)) => {
                let all = self.store.agreements_about(board, product).await?;
                Ok(all.iter().any(|agreement| agreement.accepted_at(Side::Board).is_some()))
            }
            (None, None) => Ok(false),
        }
    }

    /// What the agreement behind a matter says.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn agreed(&self, agreement: Option<AgreementId>) -> Result<Agreed, AppError> {
        let Some(id) = agreement else {
            return Ok(Agreed::default());
        };
        let found = self.store.agreement(id).await?.ok_or(AppError::NotFound("agreement"))?;
        let ends_at = found.held().until;
        Ok(Agreed {
            ends_at,
            ..Agreed::of(annex_of(&found)?.document())
        })
    }

    /// The same for several, each agreement read once.
    pub(in crate::app) async fn all_agreed(
        &self,
        files: &[MatterFile],
    ) -> Result<HashMap<Option<AgreementId>, Agreed>, AppError> {
        let mut known = HashMap::new();
        for file in files {
            if let Entry::Vacant(unknown) = known.entry(file.agreement) {
                unknown.insert(self.agreed(file.agreement).await?);
            }
        }
        Ok(known)
    }

    /// Notes something about a matter in every log that it belongs to.
    pub(in crate::app) async fn note_matter(
        &self,
        act: &mut ActOf<'_>,
        file: &MatterFile,
        name: &'static str,
    ) -> Result<(), AppError> {
        let boards = match (file.board, file.product) {
            // What is about one person is in the log of the school alone, where that person is known.
            _ if file.matter.kind() == Kind::Request => Vec::new(),
            (Some(board), _) => vec![board],
            (None, Some(product)) => self.boards_with(product).await?,
            (None, None) => Vec::new(),
        };
        for board in boards {
            self.note(act, Owner::Board(board), name, "matter", file.id);
        }
        for school in &file.schools {
            self.note(act, Owner::School(*school), name, "matter", file.id);
            if let Some(person) = file.person {
                self.about(act, person).await?;
            }
        }
        Ok(())
    }

    /// The boards that have, or had, an agreement about a product.
    pub(in crate::app) async fn boards_with(
        &self,
        product: sluis_core::id::ProductId,
    ) -> Result<Vec<BoardId>, AppError> {
        const PIECE: u16 = 200;
        let mut boards = std::collections::BTreeSet::new();
        let mut after = None;
        loop {
            let page = Page { after, limit: PIECE };
            let found = self.store.agreements_of_product(product, page).await?;
            let accepted = found
                .iter()
                .filter(|agreement| agreement.accepted_at(Side::Board).is_some());
            boards.extend(accepted.map(|agreement| agreement.board));
            after = found.last().map(|agreement| agreement.id);
            if found.len() < usize::from(PIECE) {
                return Ok(boards.into_iter().collect());
            }
        }
    }

    /// The schools that the caller speaks for in a matter of this board.
    pub(in crate::app) const fn own_school(caller: &Caller) -> Option<SchoolId> {
        match caller.role {
            Role::School(school) => Some(school),
            _ => None,
        }
    }
}

/// The side that a caller speaks for.
pub(in crate::app) const fn side_of(caller: &Caller) -> Result<Side, AppError> {
    match caller.role {
        Role::Board(_) | Role::School(_) => Ok(Side::Board),
        Role::Supplier { .. } | Role::Distributor { .. } => Ok(Side::Supplier),
        Role::Operator => Err(AppError::NotYours),
    }
}

/// Tells the suppliers that take part.
pub(in crate::app) async fn notices(
    app: &App,
    file: &MatterFile,
    kind: EventKind,
    at: Timestamp,
) -> Result<Vec<Change>, AppError> {
    let mut changes = Vec::new();
    let mut told = std::collections::BTreeSet::new();
    for product in &file.products {
        let product = app
            .store
            .product(*product)
            .await?
            .ok_or(AppError::NotFound("product"))?;
        if told.insert(product.supplier) {
            changes.push(Change::Noticed(Notice {
                supplier: product.supplier,
                kind,
                school: file.sealed_for(),
                resource: *file.id.as_uuid(),
                at,
            }));
        }
    }
    Ok(changes)
}

/// What stands against an opening or a step, as an error: what is wrong in the input goes before what is not the time for.
pub(in crate::app) fn refused(faults: Vec<Fault>, agreed: &Agreed) -> AppError {
    let mut wrong = Vec::new();
    let mut first = None;
    for fault in faults {
        match fault {
            Fault::Invalid {
                field,
                code,
                detail,
                basis,
            } => {
                let cited = basis
                    .map(|basis| format!(" ({})", basis.cited(agreed)))
                    .unwrap_or_default();
                wrong.push(Invalid::at(&format!("/{field}"), code, format!("{detail}{cited}")));
            }
            other => first = first.or(Some(other)),
        }
    }
    let cited = |basis: Option<sluis_core::matter::Basis>| {
        basis
            .map(|basis| format!(" ({})", basis.cited(agreed)))
            .unwrap_or_default()
    };
    match first {
        _ if !wrong.is_empty() => AppError::Invalid(wrong),
        Some(Fault::Already(detail)) => already(detail),
        Some(Fault::NotReady(detail, basis)) => not_ready(&format!("{detail}{}", cited(basis))),
        Some(Fault::OtherSide(detail, basis)) => AppError::Conflict {
            code: ConflictCode::OtherSide,
            detail: format!("{detail}{}", cited(basis)),
        },
        Some(Fault::Closed | Fault::Invalid { .. }) | None => ended("the matter is closed"),
    }
}
