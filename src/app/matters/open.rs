//! Opening a matter.

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::{
    agreement::{Side, State},
    id::{AgreementId, BoardId, MatterId, ProductId, SchoolId},
    matter::{Agreed, Ending, Fault, Kind, Matter, Opening},
    time::Timestamp,
};

use super::{notices, refused, side_of};
use crate::app::{
    App,
    act::ActOf,
    agreement::Agreement,
    agreement_step::What,
    caller::{Caller, Role},
    error::{AppError, Invalid, already, not_ready},
    feed::EventKind,
    matter::{MatterFile, NewMatter},
    organisation::School,
    store::{Change, Page},
};

/// How many boards one report may be told to.
const BOARDS: usize = 2_000;

/// Whom a matter is between, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// The sides of this agreement.
    Agreement(AgreementId),
    /// The supplier of a product, and the boards of these schools; of all that use it when none is named. A supplier's
    /// program acts for its own product.
    Schools {
        /// The product; a supplier does not say it.
        product: Option<ProductId>,
        /// The schools.
        schools: Vec<SchoolId>,
    },
    /// The supplier of the caller's product, and every board that has an agreement about it.
    EveryBoard,
    /// The caller and, where one is named, the other side of an agreement.
    Caller(Option<AgreementId>),
}

/// A matter that somebody wants to open.
#[derive(Debug, Clone)]
pub struct MatterOpen {
    /// Between whom.
    pub whose: Whose,
    /// With what.
    pub opening: Opening,
}

/// One of those that a report opens.
struct Place {
    board: Option<BoardId>,
    schools: BTreeSet<SchoolId>,
    product: Option<ProductId>,
    agreement: Option<AgreementId>,
}

impl App {
    /// Opens a matter: one, or one for each board that it concerns. The first is in the answer.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an agreement or product of others, [`AppError::Invalid`] with all that is wrong in the input,
    /// [`AppError::Conflict`] when there is nobody whom it is between.
    pub async fn matter_open(&self, caller: &Caller, input: MatterOpen) -> Result<MatterFile, AppError> {
        let side = side_of(caller)?;
        let at = self.now();
        let places = self.places(caller, &input.whose, at).await;
        let places = places.map_err(|error| with_faults(error, input.opening.faults(side, at, &Agreed::default())))?;
        for place in &places {
            self.only_one(place, &input.opening).await?;
        }
        let name = name_of(&input.opening);
        let mut act = ActOf::of(caller);
        let (mut changes, mut first) = (Vec::new(), None);
        let report: MatterId = self.new_id();
        for place in places {
            let agreed = self.agreed(place.agreement).await?;
            let faults = input.opening.faults(side, at, &agreed);
            if !faults.is_empty() {
                return Err(refused(faults, &agreed));
            }
            let matter = Matter::open(input.opening.clone(), side, at);
            let file = MatterFile {
                id: if first.is_none() { report } else { self.new_id() },
                report,
                board: place.board,
                schools: place.schools,
                product: place.product,
                products: place.product.into_iter().collect(),
                agreement: place.agreement,
                person: None,
                accounts: BTreeMap::new(),
                only_of: None,
                matter,
            };
            self.note_matter(&mut act, &file, name).await?;
            if side == Side::Board {
                changes.extend(notices(self, &file, EventKind::MatterOpened, at).await?);
            }
            changes.push(Change::MatterOpened(Box::new(NewMatter {
                opening: input.opening.clone(),
                side,
                by: caller.client,
                at,
                file: file.clone(),
            })));
            first.get_or_insert(file);
        }
        let first = first.ok_or_else(|| not_ready("no school uses the product: there is nobody to tell"))?;
        self.carry_out(act, changes).await?;
        Ok(first)
    }

    /// What an agreement that ends means for the data: the opening of its ending.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an agreement of others, [`AppError::Conflict`] when it has no end.
    pub async fn ending_of(&self, caller: &Caller, agreement: AgreementId) -> Result<Opening, AppError> {
        let found = self.agreement_view(caller, agreement).await?;
        let ends_at = found.held().until;
        let ends_at = ends_at.ok_or_else(|| not_ready("the agreement has no end yet: end it first"))?;
        let notice = found.steps.iter().find_map(|step| match step.what {
            What::Ended { .. } => Some(step.at),
            _ => None,
        });
        let notice_at = notice.filter(|notice| *notice < ends_at);
        Ok(Opening::Ending(Box::new(Ending { ends_at, notice_at })))
    }

    async fn places(&self, caller: &Caller, whose: &Whose, at: Timestamp) -> Result<Vec<Place>, AppError> {
        match whose {
            Whose::Agreement(id) | Whose::Caller(Some(id)) => {
                let agreement = self.agreement_view(caller, *id).await?;
                if agreement.accepted_at(Side::Board).is_none() {
                    return Err(not_ready(
                        "the board has not accepted the agreement: there is nothing between the sides yet",
                    ));
                }
                Ok(vec![Place {
                    board: Some(agreement.board),
                    schools: Self::own_school(caller).into_iter().collect(),
                    product: Some(agreement.product),
                    agreement: Some(agreement.id),
                }])
            }
            Whose::Caller(None) => {
                let (board, schools) = match caller.role {
                    Role::Board(board) => (board, BTreeSet::new()),
                    Role::School(school) => (self.school_view(caller, school).await?.board, BTreeSet::from([school])),
                    _ => {
                        let detail = "a supplier says under which agreement, so that it is clear for whom this is";
                        return Err(AppError::Invalid(vec![Invalid::at("/agreement", "missing", detail)]));
                    }
                };
                Ok(vec![Place {
                    board: Some(board),
                    schools,
                    product: None,
                    agreement: None,
                }])
            }
            Whose::EveryBoard => {
                let (Role::Supplier { product, .. } | Role::Distributor { product, .. }) = caller.role else {
                    return Err(AppError::NotYours);
                };
                let boards = self.boards_with(product).await?;
                let Some(first) = boards.first() else {
                    return Err(not_ready(
                        "no board has an agreement about the product: there is nobody to file it for",
                    ));
                };
                Ok(vec![Place {
                    board: None,
                    schools: BTreeSet::new(),
                    product: Some(product),
                    agreement: self.agreement_between(*first, product, at).await?,
                }])
            }
            Whose::Schools { product, schools } => self.places_of_schools(caller, *product, schools, at).await,
        }
    }

    async fn places_of_schools(
        &self,
        caller: &Caller,
        product: Option<ProductId>,
        named: &[SchoolId],
        at: Timestamp,
    ) -> Result<Vec<Place>, AppError> {
        let (product, within) = match (caller.role, product) {
            (Role::Supplier { product, .. } | Role::Distributor { product, .. }, None) => {
                (product, self.schools_with(product).await?)
            }
            (Role::Supplier { .. } | Role::Distributor { .. }, Some(_)) => {
                let detail = "a supplier's program acts for its own product and does not name one";
                return Err(AppError::Invalid(vec![Invalid::at(
                    "/product",
                    "not_for_suppliers",
                    detail,
                )]));
            }
            (_, None) => {
                let detail = "say which product it is about";
                return Err(AppError::Invalid(vec![Invalid::at("/product", "missing", detail)]));
            }
            (Role::Board(board), Some(product)) => {
                let mut with = self.schools_with(product).await?;
                with.retain(|school| school.board == board);
                (product, with)
            }
            (Role::School(own), Some(product)) => {
                let mut with = self.schools_with(product).await?;
                with.retain(|school| school.id == own);
                (product, with)
            }
            (Role::Operator, _) => return Err(AppError::NotYours),
        };
        self.store
            .product(product)
            .await?
            .ok_or(AppError::NotFound("product"))?;
        let of_board = matches!(caller.role, Role::Board(_) | Role::School(_));
        let schools = among(within, named)?;
        let mut by_board: BTreeMap<BoardId, BTreeSet<SchoolId>> = BTreeMap::new();
        for school in schools {
            by_board.entry(school.board).or_default().insert(school.id);
        }
        if by_board.len() > BOARDS {
            return Err(not_ready(
                "more boards than one report can be told to: name the schools in pieces",
            ));
        }
        let mut places = Vec::new();
        for (board, schools) in by_board {
            let agreement = self.agreement_between(board, product, at).await?;
            if of_board && agreement.is_none() {
                return Err(not_ready(
                    "the board has no agreement about the product: there is nobody to tell",
                ));
            }
            places.push(Place {
                board: Some(board),
                schools,
                product: Some(product),
                agreement,
            });
        }
        Ok(places)
    }

    /// An agreement has one contract under it at a time, and ends once.
    async fn only_one(&self, place: &Place, opening: &Opening) -> Result<(), AppError> {
        const PIECE: u16 = 200;
        let (Kind::Contract | Kind::Ending, Some(board)) = (opening.kind(), place.board) else {
            return Ok(());
        };
        let kind = opening.kind().as_str();
        let mut after = None;
        loop {
            let page = Page { after, limit: PIECE };
            let found = self.store.matters_of_board(board, None, kind, true, page).await?;
            let same = |file: &MatterFile| match &file.matter {
                Matter::Contract(course) => file.agreement == place.agreement && course.noticed().is_none(),
                _ => file.agreement == place.agreement,
            };
            if found.iter().any(same) {
                return Err(already("the agreement has one of this kind, which is not closed"));
            }
            after = found.last().map(|file| file.id);
            if found.len() < usize::from(PIECE) {
                return Ok(());
            }
        }
    }

    /// The agreement of a board about a product that is in force, or was last.
    async fn agreement_between(
        &self,
        board: BoardId,
        product: ProductId,
        at: Timestamp,
    ) -> Result<Option<AgreementId>, AppError> {
        let all = self.store.agreements_about(board, product).await?;
        let in_force = |agreement: &&Agreement| matches!(agreement.state(&all, at), State::InForce | State::Suspended);
        let accepted = |agreement: &&Agreement| agreement.accepted_at(Side::Board).is_some();
        let found = all.iter().find(in_force).or_else(|| all.iter().rev().find(accepted));
        Ok(found.map(|agreement| agreement.id))
    }

    /// The schools at which a product was ever switched on.
    async fn schools_with(&self, product: ProductId) -> Result<Vec<School>, AppError> {
        const PIECE: u16 = 200;
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let piece = self
                .store
                .schools_of_product(product, Page { after, limit: PIECE })
                .await?;
            after = piece.last().map(|school| school.id);
            let last = piece.len() < usize::from(PIECE);
            found.extend(piece);
            if last {
                return Ok(found);
            }
        }
    }
}

/// Those of these schools that are named; all when none is.
fn among(within: Vec<School>, named: &[SchoolId]) -> Result<Vec<School>, AppError> {
    let known: BTreeSet<_> = within.iter().map(|school| school.id).collect();
    let unknown = named.iter().enumerate().filter(|(_, school)| !known.contains(school));
    let detail = "no school with this id uses the product, as far as the caller may know";
    let wrong: Vec<_> = unknown
        .map(|(place, _)| Invalid::at(&format!("/schools/{place}"), "school_unknown", detail))
        .collect();
    if !wrong.is_empty() {
        return Err(AppError::Invalid(wrong));
    }
    let is_named = |school: &School| named.is_empty() || named.contains(&school.id);
    Ok(within.into_iter().filter(is_named).collect())
}

/// What is wrong with the opening is told with what is wrong with whom it is between.
fn with_faults(error: AppError, faults: Vec<Fault>) -> AppError {
    match (error, faults.is_empty()) {
        (AppError::Invalid(mut wrong), false) => {
            if let AppError::Invalid(more) = refused(faults, &Agreed::default()) {
                wrong.extend(more);
            }
            AppError::Invalid(wrong)
        }
        (error, _) => error,
    }
}

const fn name_of(opening: &Opening) -> &'static str {
    match opening {
        Opening::Incident(_) => "incident.open",
        Opening::Request(_) => "request.open",
        Opening::Enquiry(_) => "enquiry.open",
        Opening::Claim(_) => "claim.open",
        Opening::Filing(_) => "filing.open",
        Opening::Contract(_) => "contract.open",
        Opening::Ending(_) => "ending.open",
    }
}
