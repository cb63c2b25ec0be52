//! Registering who may sign for a board, and revoking that.

use sluis_core::{
    id::{BoardId, ContactId},
    ledger::Owner,
    time::{Timestamp, Window},
};

use crate::app::{
    App,
    act::ActOf,
    activate::{own_board, past},
    caller::Caller,
    contact::{Contact, ContactCode},
    error::{AppError, Invalid, already, ended},
    store::{Change, StoreError},
};

impl App {
    /// A board registers who may sign for it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for another board, [`AppError::Invalid`] when the time has passed, [`AppError::Conflict`] when
    /// somebody with this code may sign already.
    pub async fn contact_create(
        &self,
        caller: &Caller,
        board: BoardId,
        code: ContactCode,
        until: Option<Timestamp>,
    ) -> Result<Contact, AppError> {
        own_board(caller, board)?;
        let now = self.now();
        if let Some(fault) = past("/validUntil", until, now) {
            return Err(AppError::Invalid(vec![fault]));
        }
        let same = |other: &Contact| other.code == code && other.window.holds(now);
        if self.store.contacts(board).await?.iter().any(same) {
            return Err(already("a contact with this code may sign"));
        }
        let contact = Contact {
            id: self.new_id(),
            board,
            code,
            window: Window { from: now, until },
        };
        let mut act = ActOf::of(caller);
        self.note(&mut act, Owner::Board(board), "contact.register", "contact", contact.id);
        self.carry_out(act, vec![Change::ContactRegistered(contact.clone())])
            .await?;
        Ok(contact)
    }

    /// The contacts of a board, also those who may not sign any more.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for another board.
    pub async fn contact_list(&self, caller: &Caller, board: BoardId) -> Result<Vec<Contact>, AppError> {
        own_board(caller, board)?;
        Ok(self.store.contacts(board).await?)
    }

    /// One contact of a board.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn contact_view(&self, caller: &Caller, board: BoardId, id: ContactId) -> Result<Contact, AppError> {
        let found = self.contact_list(caller, board).await?;
        let mut found = found.into_iter();
        found
            .find(|contact| contact.id == id)
            .ok_or(AppError::NotFound("contact"))
    }

    /// A contact may not sign any more, from now on. What was signed stays signed.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Invalid`] when the code is not that of the contact, [`AppError::Conflict`] when it has
    /// ended.
    pub async fn contact_revoke(
        &self,
        caller: &Caller,
        board: BoardId,
        id: ContactId,
        code: &ContactCode,
    ) -> Result<Contact, AppError> {
        let mut contact = self.contact_view(caller, board, id).await?;
        if contact.code != *code {
            let detail = "this is not the code of the contact";
            return Err(AppError::Invalid(vec![Invalid::at("/code", "other_contact", detail)]));
        }
        let now = self.now();
        if contact.window.until.is_some_and(|until| until <= now) {
            return Err(ended("the contact may not sign any more"));
        }
        let mut act = ActOf::of(caller);
        self.note(&mut act, Owner::Board(board), "contact.revoke", "contact", id);
        self.carry_out(act, vec![Change::ContactRevoked(board, id, now)])
            .await?;
        contact.window.until = Some(now);
        Ok(contact)
    }

    /// Whether a contact may sign for a board at a moment; `None` when the board has no such contact.
    pub(in crate::app) async fn may_sign(
        &self,
        board: BoardId,
        id: ContactId,
        at: Timestamp,
    ) -> Result<Option<bool>, StoreError> {
        let contacts = self.store.contacts(board).await?;
        let found = contacts.iter().find(|contact| contact.id == id);
        Ok(found.map(|contact| contact.window.holds(at)))
    }
}
