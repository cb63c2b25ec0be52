//! Taking a category from a purpose, and letting it go again.

use sluis_core::{
    catalogue::{Catalogue, DataCategory, Purpose},
    id::{AgreementId, NarrowingId, SchoolId},
    ledger::Owner,
    person::PersonKind,
    time::Window,
};

use crate::app::{
    App,
    act::ActOf,
    caller::Caller,
    error::{AppError, Invalid, already, ended},
    narrowing::Narrowing,
    store::Change,
    words::annex_of,
};

/// What a school takes away.
#[derive(Debug, Clone)]
pub struct NarrowingCreate {
    /// The agreement version.
    pub agreement: AgreementId,
    /// The purpose.
    pub purpose: Purpose,
    /// Of whom, and which category.
    pub category: (PersonKind, DataCategory),
}

impl App {
    /// A school takes a category from a purpose, with effect at once.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else or an agreement of another board, [`AppError::Invalid`] when the
    /// annex does not list the category for the purpose, [`AppError::Conflict`] when it was taken away already.
    pub async fn narrowing_create(
        &self,
        caller: &Caller,
        school: SchoolId,
        input: NarrowingCreate,
    ) -> Result<Narrowing, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let agreement = self.agreement_view(caller, input.agreement).await?;
        let (kind, category) = input.category;
        // What is not there would look as if it were gone.
        if !annex_of(&agreement)?.lists(input.purpose, kind, category, Catalogue::built_in()) {
            let detail = "the annex does not have this category for this purpose, so nothing can be taken away";
            let wrong = Invalid::at("/category", "category_not_of_purpose", detail);
            return Err(AppError::Invalid(vec![wrong]));
        }
        for other in self.store.narrowings(school).await? {
            let same = (other.purpose, other.kind, other.category) == (input.purpose, kind, category);
            if same && other.window.until.is_none() {
                let about = self.store.agreement(other.agreement).await?;
                if about.is_some_and(|about| about.product == agreement.product) {
                    return Err(already("the school has taken this category from this purpose"));
                }
            }
        }
        let narrowing = Narrowing {
            id: self.new_id(),
            school,
            agreement: input.agreement,
            purpose: input.purpose,
            kind,
            category,
            window: Window::since(self.now()),
        };
        let change = Change::NarrowingMade(narrowing.clone());
        self.narrowing_act(caller, &narrowing, "narrowing.make", change).await?;
        Ok(narrowing)
    }

    /// What a school has taken from purposes, also what it took back.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else.
    pub async fn narrowing_list(&self, caller: &Caller, school: SchoolId) -> Result<Vec<Narrowing>, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        Ok(self.store.narrowings(school).await?)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn narrowing_view(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: NarrowingId,
    ) -> Result<Narrowing, AppError> {
        let found = self.narrowing_list(caller, school).await?;
        found
            .into_iter()
            .find(|narrowing| narrowing.id == id)
            .ok_or(AppError::NotFound("narrowing"))
    }

    /// A school takes it back: what was agreed goes again.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or [`AppError::Conflict`] when it has ended before.
    pub async fn narrowing_end(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: NarrowingId,
    ) -> Result<Narrowing, AppError> {
        let mut narrowing = self.narrowing_view(caller, school, id).await?;
        if narrowing.window.until.is_some() {
            return Err(ended("this has ended before"));
        }
        let now = self.now();
        let change = Change::NarrowingEnded(school, id, now);
        self.narrowing_act(caller, &narrowing, "narrowing.end", change).await?;
        narrowing.window.until = Some(now);
        Ok(narrowing)
    }

    async fn narrowing_act(
        &self,
        caller: &Caller,
        narrowing: &Narrowing,
        name: &'static str,
        change: Change,
    ) -> Result<(), AppError> {
        let school = narrowing.school;
        let mut act = ActOf::of(caller);
        act.changes_policy_of([school]);
        self.note(&mut act, Owner::School(school), name, "narrowing", narrowing.id);
        self.carry_out(act, vec![change]).await
    }
}
