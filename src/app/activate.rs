//! Mandating, switching on and switching off.

use std::collections::BTreeSet;

use sluis_core::{
    id::{ActivationId, BoardId, Id, MandateId, ProductId, SchoolId, SupplierId},
    ledger::Owner,
    time::{Timestamp, Window},
};

use crate::app::{
    App,
    act::ActOf,
    activation::{Activation, ActivationScope, Mandate},
    caller::{Caller, Role},
    error::{AppError, Invalid, already, ended},
    look::LooksAt,
    organisation::{OPERATOR, SLUIS},
    store::Change,
};

impl App {
    /// A board authorises a supplier.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for another board or an unknown supplier, [`AppError::Conflict`] when it is authorised.
    pub async fn mandate_create(
        &self,
        caller: &Caller,
        board: BoardId,
        supplier: SupplierId,
        until: Option<Timestamp>,
    ) -> Result<Mandate, AppError> {
        own_board(caller, board)?;
        self.supplier_view(supplier).await?;
        let now = self.now();
        let mut wrong = Vec::new();
        if supplier == OPERATOR {
            wrong.push(not_for_the_operator(
                "/supplier",
                "its agreement with the board is enough",
            ));
        }
        wrong.extend(past("/validUntil", until, now));
        if !wrong.is_empty() {
            return Err(AppError::Invalid(wrong));
        }
        let holds = |mandate: &Mandate| mandate.supplier == supplier && mandate.window.holds(now);
        if self.store.mandates(board).await?.iter().any(holds) {
            return Err(already("the supplier has a mandate of this board"));
        }
        let mandate = Mandate {
            id: self.new_id(),
            board,
            supplier,
            window: Window { from: now, until },
        };
        self.board_act(
            caller,
            board,
            "mandate.give",
            mandate.id,
            Change::MandateGiven(mandate.clone()),
        )
        .await?;
        Ok(mandate)
    }

    /// The mandates of a board.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for another board.
    pub async fn mandate_list(&self, caller: &Caller, board: BoardId) -> Result<Vec<Mandate>, AppError> {
        own_board(caller, board)?;
        Ok(self.store.mandates(board).await?)
    }

    /// One mandate of a board.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn mandate_view(&self, caller: &Caller, board: BoardId, id: MandateId) -> Result<Mandate, AppError> {
        let found = self.mandate_list(caller, board).await?;
        found
            .into_iter()
            .find(|mandate| mandate.id == id)
            .ok_or(AppError::NotFound("mandate"))
    }

    /// A board takes an authorisation back, with effect at once.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or [`AppError::Conflict`] when it has ended.
    pub async fn mandate_revoke(&self, caller: &Caller, board: BoardId, id: MandateId) -> Result<Mandate, AppError> {
        let mut mandate = self.mandate_view(caller, board, id).await?;
        let now = self.now();
        if mandate.window.until.is_some_and(|until| until <= now) {
            return Err(ended("the mandate has ended"));
        }
        self.board_act(
            caller,
            board,
            "mandate.revoke",
            id,
            Change::MandateRevoked(board, id, now),
        )
        .await?;
        mandate.window.until = Some(now);
        Ok(mandate)
    }

    async fn board_act(
        &self,
        caller: &Caller,
        board: BoardId,
        name: &'static str,
        id: MandateId,
        change: Change,
    ) -> Result<(), AppError> {
        let schools = self.schools_under(board).await?;
        let mut act = ActOf::of(caller);
        self.note(&mut act, Owner::Board(board), name, "mandate", id);
        for school in &schools {
            self.note(&mut act, Owner::School(school.id), name, "mandate", id);
        }
        act.changes_policy_of(schools.iter().map(|school| school.id));
        self.carry_out(act, vec![change]).await
    }

    /// A school switches a product on for a scope. It works once the supplier has accepted.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school or unknown product, [`AppError::Invalid`] for a scope that names
    /// groups or persons the roster does not have, [`AppError::Conflict`] when it is switched on.
    pub async fn activation_create(
        &self,
        caller: &Caller,
        school: SchoolId,
        product: ProductId,
        scope: ActivationScope,
        until: Option<Timestamp>,
    ) -> Result<Activation, AppError> {
        let school = self.controlled_school(caller, school).await?;
        self.product_view(product).await?;
        let now = self.now();
        let mut wrong = Vec::new();
        if product == SLUIS {
            wrong.push(not_for_the_operator(
                "/product",
                "its connections are what a school activates",
            ));
        }
        wrong.extend(past("/validUntil", until, now));
        wrong.extend(self.check_scope(school.id, &scope).await?);
        if !wrong.is_empty() {
            return Err(AppError::Invalid(wrong));
        }
        let on = |activation: &Activation| activation.product == product && activation.window.holds(now);
        if self.store.activations(school.id).await?.iter().any(on) {
            return Err(already("the product is switched on: end that activation first"));
        }
        let activation = Activation {
            id: self.new_id(),
            school: school.id,
            product,
            scope,
            window: Window { from: now, until },
            accepted_by_supplier_at: None,
        };
        let mut act = ActOf::of(caller);
        act.changes_policy_of([school.id]);
        self.note(
            &mut act,
            Owner::School(school.id),
            "activation.request",
            "activation",
            activation.id,
        );
        if let ActivationScope::Persons(persons) = &activation.scope {
            self.about_all(&mut act, persons).await?;
        }
        self.carry_out(act, vec![Change::ActivationRequested(activation.clone())])
            .await?;
        Ok(activation)
    }

    async fn check_scope(&self, school: SchoolId, scope: &ActivationScope) -> Result<Option<Invalid>, AppError> {
        let unknown = match scope {
            ActivationScope::School | ActivationScope::SchoolOrLogin => false,
            ActivationScope::YearGroups(codes) => codes.is_empty(),
            ActivationScope::GroupNames(names) => names.is_empty(),
            ActivationScope::Groups(groups) => {
                let roster = self.store.roster(school).await?;
                let known: BTreeSet<_> = roster.groups.iter().map(|group| group.id).collect();
                groups.is_empty() || !groups.is_subset(&known)
            }
            ActivationScope::Persons(persons) => {
                let roster = self.store.roster(school).await?;
                let known: BTreeSet<_> = roster.persons.iter().map(|person| person.id).collect();
                persons.is_empty() || !persons.is_subset(&known)
            }
        };
        Ok(unknown.then(|| Invalid {
            pointer: "/scope/members".to_owned(),
            code: "scope_unknown",
            detail: "the scope is empty, or names groups or persons that the roster does not have".to_owned(),
        }))
    }

    /// The activations that the caller may see: of its school, or of its product. A school that looks at whom a product is on for, one
    /// by one, is on record, about each of them.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school.
    pub async fn activation_list(&self, caller: &Caller, school: SchoolId) -> Result<Vec<Activation>, AppError> {
        let found = self.activations(caller, school).await?;
        let at = ("school", school);
        self.looks_at_scopes(caller, school, "activation.list", at, &found)
            .await?;
        Ok(found)
    }

    async fn activations(&self, caller: &Caller, school: SchoolId) -> Result<Vec<Activation>, AppError> {
        let school = self.school_view(caller, school).await?;
        let mut found = self.store.activations(school.id).await?;
        match caller.role {
            Role::Operator => return Err(AppError::NotYours),
            Role::Board(_) | Role::School(_) => {}
            Role::Supplier { product, .. } | Role::Distributor { product, .. } => {
                found.retain(|activation| activation.product == product);
            }
        }
        Ok(found)
    }

    /// The supplier accepts that a school switched its product on.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an activation of another product, [`AppError::Conflict`] when it was accepted
    /// before or has ended.
    pub async fn activation_accept(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: ActivationId,
    ) -> Result<Activation, AppError> {
        let (Role::Supplier { .. } | Role::Distributor { .. }) = caller.role else {
            return Err(AppError::NotYours);
        };
        let mut activation = self.activation(caller, school, id).await?;
        let now = self.now();
        if !activation.window.holds(now) {
            return Err(ended("the activation has ended"));
        }
        if activation.accepted_by_supplier_at.is_some() {
            return Err(already("the activation was accepted"));
        }
        let change = Change::ActivationAccepted(school, id, now);
        self.activation_act(caller, "activation.accept", &activation, change)
            .await?;
        activation.accepted_by_supplier_at = Some(now);
        Ok(activation)
    }

    /// The school switches a product off: when this has answered, nothing is released to it any more.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a foreign school, [`AppError::Conflict`] when it has ended.
    pub async fn activation_end(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: ActivationId,
    ) -> Result<Activation, AppError> {
        self.controlled_school(caller, school).await?;
        let mut activation = self.activation(caller, school, id).await?;
        let now = self.now();
        if activation.window.until.is_some_and(|until| until <= now) {
            return Err(ended("the activation has ended"));
        }
        let change = Change::ActivationEnded(school, id, now);
        self.activation_act(caller, "activation.end", &activation, change)
            .await?;
        activation.window.until = Some(now);
        Ok(activation)
    }

    /// One activation that the caller may see, on record as [`activation_list`](Self::activation_list) is.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn activation_view(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: ActivationId,
    ) -> Result<Activation, AppError> {
        let found = self.activation(caller, school, id).await?;
        let at = ("activation", id);
        self.looks_at_scopes(caller, school, "activation.view", at, std::slice::from_ref(&found))
            .await?;
        Ok(found)
    }

    async fn activation(&self, caller: &Caller, school: SchoolId, id: ActivationId) -> Result<Activation, AppError> {
        let found = self.activations(caller, school).await?;
        found
            .into_iter()
            .find(|activation| activation.id == id)
            .ok_or(AppError::NotFound("activation"))
    }

    /// Whom a product is on for, one by one, says something about them. A supplier is not told.
    async fn looks_at_scopes<K>(
        &self,
        caller: &Caller,
        school: SchoolId,
        name: &'static str,
        at: (&'static str, Id<K>),
        shown: &[Activation],
    ) -> Result<(), AppError> {
        let of_school = matches!(caller.role, Role::Board(_) | Role::School(_));
        let mut lists = shown.iter().filter_map(|activation| match &activation.scope {
            ActivationScope::Persons(persons) if of_school => Some(persons),
            _ => None,
        });
        let Some(first) = lists.next() else { return Ok(()) };
        let whom = lists.fold(first.clone(), |all, persons| &all | persons);
        self.looks(caller, school, name, at, async |_| Ok(LooksAt::List(whom.clone())))
            .await
    }

    async fn activation_act(
        &self,
        caller: &Caller,
        name: &'static str,
        activation: &Activation,
        change: Change,
    ) -> Result<(), AppError> {
        let school = activation.school;
        let mut act = ActOf::of(caller);
        act.changes_policy_of([school]);
        self.note(&mut act, Owner::School(school), name, "activation", activation.id);
        if let ActivationScope::Persons(persons) = &activation.scope {
            self.about_all(&mut act, persons).await?;
        }
        self.carry_out(act, vec![change]).await
    }
}

pub(in crate::app) fn own_board(caller: &Caller, board: BoardId) -> Result<(), AppError> {
    if caller.role == Role::Board(board) {
        Ok(())
    } else {
        Err(AppError::NotFound("board"))
    }
}

pub(in crate::app) fn past(pointer: &str, until: Option<Timestamp>, now: Timestamp) -> Option<Invalid> {
    until.filter(|until| *until <= now).map(|_| Invalid {
        pointer: pointer.to_owned(),
        code: "moment_past",
        detail: "this moment has passed".to_owned(),
    })
}

/// The operator takes rosters in; nothing is released to it, so there is nothing to authorise or switch on.
fn not_for_the_operator(pointer: &str, instead: &str) -> Invalid {
    Invalid {
        pointer: pointer.to_owned(),
        code: "party_is_operator",
        detail: format!("the operator of this service gets nothing released: {instead}"),
    }
}
