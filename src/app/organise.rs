//! Creating and viewing boards, schools, suppliers and products.

use sluis_core::{
    agreement::SupplierKind,
    id::{BoardId, ProductId, SchoolId, SupplierId},
    identifier::{Brin6, DigiDeliveryId, Oin, RioId},
    ledger::Owner,
};

use crate::app::{
    App,
    act::ActOf,
    caller::{Caller, Role},
    error::{AppError, BindingError},
    organisation::{Board, Product, School, Supplier},
    store::{Change, Page},
};

/// What the operator knows about a new board.
#[derive(Debug, Clone)]
pub struct BoardCreate {
    /// Its name.
    pub name: String,
    /// Its OIN.
    pub oin: Option<Oin>,
}

/// What the operator knows about a new school.
#[derive(Debug, Clone)]
pub struct SchoolCreate {
    /// The controller.
    pub board: BoardId,
    /// Its name.
    pub name: String,
    /// Institution and branch.
    pub brin: Brin6,
    /// Its OIN.
    pub oin: Option<Oin>,
    /// Its number in RIO.
    pub rio: Option<RioId>,
    /// Its digiDeliveryId.
    pub digi_delivery_id: Option<DigiDeliveryId>,
}

/// What the operator knows about a new supplier or distributor.
#[derive(Debug, Clone)]
pub struct SupplierCreate {
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: SupplierKind,
    /// Its OIN.
    pub oin: Option<Oin>,
}

/// What the operator knows about a new product.
#[derive(Debug, Clone)]
pub struct ProductCreate {
    /// Whose it is.
    pub supplier: SupplierId,
    /// Its name.
    pub name: String,
}

impl App {
    /// Creates a board. Without a caller, here and below, it is the operator at the command line.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when another board has the OIN.
    pub async fn board_create(&self, caller: Option<&Caller>, input: BoardCreate) -> Result<Board, AppError> {
        let board = Board {
            id: self.new_id(),
            name: input.name,
            oin: input.oin,
            created_at: self.now(),
        };
        let mut act = ActOf::of(caller);
        for owner in [Owner::Operator, Owner::Board(board.id)] {
            self.note(&mut act, owner, "board.create", "board", board.id);
        }
        self.carry_out(act, vec![Change::BoardAdded(board.clone())]).await?;
        Ok(board)
    }

    /// The boards: their names are public knowledge.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn board_list(&self, page: Page<sluis_core::id::Board>) -> Result<Vec<Board>, AppError> {
        Ok(self.store.boards(page).await?)
    }

    /// One board. That the operator looks at it is on the board's record.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn board_view(&self, caller: &Caller, board: BoardId) -> Result<Board, AppError> {
        let board = self.board(board).await?;
        let owner = [Owner::Board(board.id)];
        self.operator_looks(caller, owner, "board.view", "board", board.id)
            .await?;
        Ok(board)
    }

    pub(in crate::app) async fn board(&self, board: BoardId) -> Result<Board, AppError> {
        self.store.board(board).await?.ok_or(AppError::NotFound("board"))
    }

    /// Creates a school under a board.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the board, [`AppError::Conflict`] when the BRIN with branch is taken.
    pub async fn school_create(&self, caller: Option<&Caller>, input: SchoolCreate) -> Result<School, AppError> {
        self.board(input.board).await?;
        let school = School {
            id: self.new_id(),
            board: input.board,
            name: input.name,
            brin: input.brin,
            oin: input.oin,
            rio: input.rio,
            digi_delivery_id: input.digi_delivery_id,
            created_at: self.now(),
        };
        let mut act = ActOf::of(caller);
        for owner in [Owner::Operator, Owner::Board(school.board), Owner::School(school.id)] {
            self.note(&mut act, owner, "school.create", "school", school.id);
        }
        self.carry_out(act, vec![Change::SchoolAdded(school.clone())]).await?;
        Ok(school)
    }

    /// The schools that the caller may know: all for the operator, its own for a board or school, for a supplier
    /// those that ever switched its product on. A page of it reaches no school: it has what a public register has, and a record
    /// of each page in each of the logs would hide the ones that matter.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn school_list(
        &self,
        caller: &Caller,
        page: Page<sluis_core::id::School>,
    ) -> Result<Vec<School>, AppError> {
        if let Some(only) = caller.bound.and_then(|bound| bound.school) {
            return Ok(cut(Some(self.school_view(caller, only).await?), page));
        }
        Ok(match caller.role {
            Role::Operator => self.store.schools(None, page).await?,
            Role::Board(board) => self.store.schools(Some(board), page).await?,
            Role::School(school) => cut(self.store.school(school).await?, page),
            Role::Supplier { product, .. } | Role::Distributor { product, .. } => {
                self.store.schools_of_product(product, page).await?
            }
        })
    }

    /// One school that the caller may know. That the operator looks at it is on the school's record.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also for one that the caller may not know.
    pub async fn school_view(&self, caller: &Caller, school: SchoolId) -> Result<School, AppError> {
        if caller
            .bound
            .and_then(|bound| bound.school)
            .is_some_and(|only| only != school)
        {
            return Err(BindingError::SchoolMismatch.into());
        }
        let found = self.store.school(school).await?.ok_or(AppError::NotFound("school"))?;
        let known = match caller.role {
            Role::Operator => true,
            Role::Board(board) => board == found.board,
            Role::School(own) => own == school,
            Role::Supplier { product, .. } | Role::Distributor { product, .. } => {
                let activations = self.store.activations(school).await?;
                activations.iter().any(|activation| activation.product == product)
            }
        };
        if !known {
            return Err(AppError::NotFound("school"));
        }
        let owner = [Owner::School(school)];
        self.operator_looks(caller, owner, "school.view", "school", school)
            .await?;
        Ok(found)
    }

    /// One school that the caller decides for: its own program, or its board's.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also for a school of somebody else.
    pub async fn controlled_school(&self, caller: &Caller, school: SchoolId) -> Result<School, AppError> {
        match caller.role {
            Role::Board(_) | Role::School(_) => self.school_view(caller, school).await,
            Role::Operator | Role::Supplier { .. } | Role::Distributor { .. } => Err(AppError::NotFound("school")),
        }
    }

    /// Creates a supplier or distributor.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when another supplier has the OIN.
    pub async fn supplier_create(&self, caller: Option<&Caller>, input: SupplierCreate) -> Result<Supplier, AppError> {
        let supplier = Supplier {
            id: self.new_id(),
            name: input.name,
            kind: input.kind,
            oin: input.oin,
            created_at: self.now(),
        };
        let mut act = ActOf::of(caller);
        self.note(&mut act, Owner::Operator, "supplier.create", "supplier", supplier.id);
        self.carry_out(act, vec![Change::SupplierAdded(supplier.clone())])
            .await?;
        Ok(supplier)
    }

    /// The suppliers.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn supplier_list(&self, page: Page<sluis_core::id::Supplier>) -> Result<Vec<Supplier>, AppError> {
        Ok(self.store.suppliers(page).await?)
    }

    /// One supplier.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn supplier_view(&self, supplier: SupplierId) -> Result<Supplier, AppError> {
        self.store
            .supplier(supplier)
            .await?
            .ok_or(AppError::NotFound("supplier"))
    }

    /// Creates a product of a supplier.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the supplier.
    pub async fn product_create(&self, caller: Option<&Caller>, input: ProductCreate) -> Result<Product, AppError> {
        self.supplier_view(input.supplier).await?;
        let product = Product {
            id: self.new_id(),
            supplier: input.supplier,
            name: input.name,
            created_at: self.now(),
        };
        let mut act = ActOf::of(caller);
        self.note(&mut act, Owner::Operator, "product.create", "product", product.id);
        self.carry_out(act, vec![Change::ProductAdded(product.clone())]).await?;
        Ok(product)
    }

    /// The products.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn product_list(&self, page: Page<sluis_core::id::Product>) -> Result<Vec<Product>, AppError> {
        Ok(self.store.products(page).await?)
    }

    /// One product.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn product_view(&self, product: ProductId) -> Result<Product, AppError> {
        self.store.product(product).await?.ok_or(AppError::NotFound("product"))
    }
}

/// The page of a list of at most one.
fn cut(only: Option<School>, page: Page<sluis_core::id::School>) -> Vec<School> {
    let beyond = |school: &School| page.after.is_none_or(|after| school.id > after);
    only.into_iter().filter(beyond).collect()
}
