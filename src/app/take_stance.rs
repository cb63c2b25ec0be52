//! Permitting a party to process outside the EEA, objecting to a sub-processor, and taking either back.

use sluis_core::{
    agreement::{Annex, StanceKind, is_same_party},
    id::{AgreementId, ProductId, SchoolId, StanceId},
    ledger::Owner,
    time::Window,
};

use crate::app::{
    App,
    act::ActOf,
    caller::Caller,
    error::{AppError, Invalid, already, ended},
    stance::Stance,
    store::Change,
    words::annex_of,
};

/// What a school says.
#[derive(Debug, Clone)]
pub struct StanceCreate {
    /// The agreement version.
    pub agreement: AgreementId,
    /// Permission or objection.
    pub kind: StanceKind,
    /// The party, by the name that the annex gives it.
    pub party: String,
}

impl App {
    /// A school permits or objects, with effect at once.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else or an agreement of another board, [`AppError::Invalid`] when the annex
    /// names no such party, [`AppError::Conflict`] when the school has said so.
    pub async fn stance_create(
        &self,
        caller: &Caller,
        school: SchoolId,
        input: StanceCreate,
    ) -> Result<Stance, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        let agreement = self.agreement_view(caller, input.agreement).await?;
        check_party(&annex_of(&agreement)?, &input).map_err(|wrong| AppError::Invalid(vec![wrong]))?;
        let stance = Stance {
            id: self.new_id(),
            school,
            agreement: input.agreement,
            kind: input.kind,
            party: input.party,
            window: Window::since(self.now()),
        };
        for other in self.store.stances(school).await? {
            let open = other.kind == stance.kind && other.window.until.is_none();
            if open && self.is_same(&stance, agreement.product, &other).await? {
                return Err(already("the school has said so about this party"));
            }
        }
        let name = match stance.kind {
            StanceKind::Permission => "permission.give",
            StanceKind::Objection => "objection.make",
        };
        self.stance_act(caller, &stance, name, Change::StanceTaken(stance.clone()))
            .await?;
        Ok(stance)
    }

    /// Whether two stances of one kind say the same: as the gate holds it, so that what was said is taken back at once.
    async fn is_same(&self, stance: &Stance, product: ProductId, other: &Stance) -> Result<bool, AppError> {
        Ok(match stance.kind {
            StanceKind::Permission => (stance.agreement, &stance.party) == (other.agreement, &other.party),
            StanceKind::Objection if !is_same_party(&stance.party, &other.party) => false,
            StanceKind::Objection => {
                let about = self.store.agreement(other.agreement).await?;
                about.is_some_and(|about| about.product == product)
            }
        })
    }

    /// The stances of a school, ended ones too.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else.
    pub async fn stance_list(&self, caller: &Caller, school: SchoolId) -> Result<Vec<Stance>, AppError> {
        let school = self.controlled_school(caller, school).await?.id;
        Ok(self.store.stances(school).await?)
    }

    /// One stance of a school.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn stance_view(&self, caller: &Caller, school: SchoolId, id: StanceId) -> Result<Stance, AppError> {
        let found = self.stance_list(caller, school).await?;
        found
            .into_iter()
            .find(|stance| stance.id == id)
            .ok_or(AppError::NotFound("stance"))
    }

    /// A school takes a permission or objection back, with effect at once.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or [`AppError::Conflict`] when it has ended before.
    pub async fn stance_end(&self, caller: &Caller, school: SchoolId, id: StanceId) -> Result<Stance, AppError> {
        let mut stance = self.stance_view(caller, school, id).await?;
        if stance.window.until.is_some() {
            return Err(ended("this has ended before"));
        }
        let name = match stance.kind {
            StanceKind::Permission => "permission.end",
            StanceKind::Objection => "objection.withdraw",
        };
        let now = self.now();
        self.stance_act(caller, &stance, name, Change::StanceEnded(school, id, now))
            .await?;
        stance.window.until = Some(now);
        Ok(stance)
    }

    async fn stance_act(
        &self,
        caller: &Caller,
        stance: &Stance,
        name: &'static str,
        change: Change,
    ) -> Result<(), AppError> {
        let mut act = ActOf::of(caller);
        act.changes_policy_of([stance.school]);
        self.note(&mut act, Owner::School(stance.school), name, "stance", stance.id);
        self.carry_out(act, vec![change]).await
    }
}

/// A permission for who needs none, or an objection to who is no sub-processor, would look as if it did something.
fn check_party(annex: &Annex, input: &StanceCreate) -> Result<(), Invalid> {
    let wrong = |code, detail: &str| {
        Err(Invalid {
            pointer: "/party".to_owned(),
            code,
            detail: detail.to_owned(),
        })
    };
    let document = annex.document();
    let is_meant = |name: &str| name == input.party;
    let mut places = document.places.iter().filter(|place| is_meant(&place.party));
    let listed = document.sub_processors.iter().find(|party| is_meant(&party.name));
    match input.kind {
        StanceKind::Objection if listed.is_none() => wrong(
            "party_is_no_sub_processor",
            "the annex lists no sub-processor of this name",
        ),
        StanceKind::Permission => {
            let outside = places.any(|place| {
                let back_up = place.back_up_country.as_ref();
                !place.country.is_in_eea() || back_up.is_some_and(|country| !country.is_in_eea())
            });
            if outside || listed.is_some_and(|party| !party.country.is_in_eea()) {
                return Ok(());
            }
            wrong(
                "party_not_outside_eea",
                "the annex names nobody of this name who processes outside the EEA",
            )
        }
        StanceKind::Objection => Ok(()),
    }
}
