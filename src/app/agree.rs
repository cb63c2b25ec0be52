//! Offering, accepting and approving.

use sluis_core::{
    agreement::{Annex, Clause, Finding, Need, Side, State},
    catalogue::Catalogue,
    id::{AgreementId, ApprovalId, BoardId, SchoolId},
    ledger::Owner,
    time::{Timestamp, Window},
};

use crate::app::{
    App,
    act::ActOf,
    activation::Activation,
    agreement::{Acceptance, Agreement, Approval, ApprovalForm, Form, OPEN_OFFERS},
    agreement_step::What,
    caller::{Caller, Role},
    cover::{CoverageAsked, coverage_of},
    error::{AppError, Invalid, already, ended, limit_reached, other_annex},
    feed::EventKind,
    life::{next_step, notice_of},
    organisation::School,
    store::{Change, Page},
    words::{annex_of, cite},
};

/// What a supplier offers to a board.
#[derive(Debug)]
pub struct AgreementOffer {
    /// To whom.
    pub board: BoardId,
    /// From when until when it is to be in force.
    pub window: Window,
    /// The privacy annex.
    pub annex: Annex,
}

/// How a board accepts.
#[derive(Debug, Clone)]
pub struct Signing {
    /// The hash of the annex that was read.
    pub annex_hash: [u8; 32],
    /// For which schools; without it for all.
    pub schools: Option<CoverageAsked>,
    /// How it is signed.
    pub form: Form,
}

impl From<[u8; 32]> for Signing {
    /// For all schools.
    fn from(annex_hash: [u8; 32]) -> Self {
        Self {
            annex_hash,
            schools: None,
            form: Form::Program,
        }
    }
}

/// What a school approves.
#[derive(Debug, Clone)]
pub struct ApprovalCreate {
    /// The agreement version.
    pub agreement: AgreementId,
    /// The code of the optional module.
    pub module: String,
    /// How it is given.
    pub form: ApprovalForm,
}

const EVERY_SCHOOL: u16 = u16::MAX;

impl App {
    /// Offers an agreement about the caller's product to a board. Offering is the supplier's signature.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the board, [`AppError::NotYours`] for callers that are no supplier,
    /// [`AppError::Invalid`] when the time is empty.
    pub async fn agreement_offer(&self, caller: &Caller, offer: AgreementOffer) -> Result<Agreement, AppError> {
        let (Role::Supplier { supplier, product } | Role::Distributor { supplier, product }) = caller.role else {
            return Err(AppError::NotYours);
        };
        self.board(offer.board).await?;
        check_window(offer.window).map_err(|fault| AppError::Invalid(vec![fault]))?;
        let now = self.now();
        let agreement = Agreement {
            id: self.new_id(),
            board: offer.board,
            supplier,
            product,
            annex_hash: *offer.annex.hash().as_bytes(),
            annex: offer.annex.canonical().to_vec(),
            window: offer.window,
            offered_at: now,
            acceptances: vec![Acceptance {
                side: Side::Supplier,
                by: caller.client,
                form: Form::Program,
                at: now,
            }],
            steps: Vec::new(),
        };
        let mut act = ActOf::of(caller);
        self.note(
            &mut act,
            Owner::Board(offer.board),
            "agreement.offer",
            "agreement",
            agreement.id,
        );
        // Until it is accepted it permits nothing, but the gate tells that it waits.
        let schools = self.schools_under(offer.board).await?;
        act.changes_policy_of(schools.iter().map(|school| school.id));
        let offered = self.carry_out(act, vec![Change::AgreementOffered(agreement.clone())]);
        offered.await.map_err(|error| {
            let detail =
                "so many offers about this product wait for this board: one has to be accepted or run out first";
            limit_reached(error, OPEN_OFFERS, detail)
        })?;
        Ok(agreement)
    }

    /// The agreements that the caller is a party to.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn agreement_list(
        &self,
        caller: &Caller,
        page: Page<sluis_core::id::Agreement>,
    ) -> Result<Vec<Agreement>, AppError> {
        Ok(match caller.role {
            Role::Operator => return Err(AppError::NotYours),
            Role::Board(board) => self.store.agreements_of_board(board, page).await?,
            Role::School(school) => {
                let school = self.school_view(caller, school).await?;
                self.store.agreements_of_board(school.board, page).await?
            }
            Role::Supplier { product, .. } | Role::Distributor { product, .. } => {
                self.store.agreements_of_product(product, page).await?
            }
        })
    }

    /// One agreement that the caller is a party to.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also for one between others.
    pub async fn agreement_view(&self, caller: &Caller, id: AgreementId) -> Result<Agreement, AppError> {
        let found = self.store.agreement(id).await?.ok_or(AppError::NotFound("agreement"))?;
        let party = match caller.role {
            Role::Operator => false,
            Role::Board(board) => board == found.board,
            Role::School(school) => self.school_view(caller, school).await?.board == found.board,
            Role::Supplier { product, .. } | Role::Distributor { product, .. } => product == found.product,
        };
        if party {
            Ok(found)
        } else {
            Err(AppError::NotFound("agreement"))
        }
    }

    /// What is to be said about an annex today. Nothing is touched.
    pub fn agreement_lint(&self, annex: &Annex) -> Vec<Finding> {
        annex.document().lint(Catalogue::built_in(), self.now().utc_date())
    }

    /// The board signs: the hash must be that of the annex. What held until now is superseded from the start of this one.
    ///
    /// # Errors
    /// [`AppError::Conflict`] with `annex_hash_mismatch`, `already_done`, or `already_ended` when its time is over;
    /// [`AppError::Invalid`] for schools that are not the board's.
    pub async fn agreement_accept(
        &self,
        caller: &Caller,
        id: AgreementId,
        signing: impl Into<Signing>,
    ) -> Result<Agreement, AppError> {
        let Signing {
            annex_hash,
            schools,
            form,
        } = signing.into();
        let Role::Board(board) = caller.role else {
            return Err(AppError::NotYours);
        };
        let mut agreement = self.agreement_view(caller, id).await?;
        if agreement.annex_hash != annex_hash {
            return Err(other_annex());
        }
        if agreement
            .acceptances
            .iter()
            .any(|acceptance| acceptance.side == Side::Board)
        {
            return Err(already("the board has accepted this agreement"));
        }
        let now = self.now();
        // It would supersede the agreement that is in force, and then be over.
        if agreement.window.until.is_some_and(|until| until <= now) {
            return Err(ended("the time of this agreement is over"));
        }
        let wrong = self.check_form(&agreement, &form, now).await?;
        if !wrong.is_empty() {
            return Err(AppError::Invalid(wrong));
        }
        let mut changes = Vec::new();
        if let Form::Contact(contact) = &form {
            changes.push(Change::ContactHeld(board, *contact, now));
        }
        let acceptance = Acceptance {
            side: Side::Board,
            by: caller.client,
            form,
            at: now,
        };
        changes.extend([
            Change::AgreementAccepted(id, acceptance.clone()),
            notice_of(&agreement, EventKind::AgreementAccepted, now),
        ]);
        agreement.acceptances.push(acceptance);
        let own = self.schools_under(board).await?;
        if let Some(asked) = schools {
            let coverage = coverage_of(&own, asked)?;
            let step = next_step(&agreement, Side::Board, caller, now, What::Covered(coverage));
            changes.push(Change::AgreementMoved(board, id, step.clone()));
            agreement.steps.push(step);
        }
        let mut act = ActOf::of(caller);
        self.note_in_all_logs(&mut act, &agreement, &own, "agreement.accept");
        for older in self.superseded_by(&agreement, now).await? {
            self.note_in_all_logs(&mut act, &older, &own, "agreement.supersede");
            changes.push(notice_of(&older, EventKind::AgreementSuperseded, now));
        }
        self.carry_out(act, changes).await?;
        Ok(agreement)
    }

    /// What is wrong with how an agreement is signed.
    async fn check_form(&self, agreement: &Agreement, form: &Form, now: Timestamp) -> Result<Vec<Invalid>, AppError> {
        let wrong = |pointer: &str, code, detail: String| vec![Invalid::at(pointer, code, detail)];
        let not_yet = "this moment is still to come: what has not happened cannot be entered";
        Ok(match form {
            Form::Program => Vec::new(),
            Form::Contact(contact) => {
                let article = cite(agreement, Clause::Instructions)?;
                match self.may_sign(agreement.board, *contact, now).await? {
                    Some(true) => Vec::new(),
                    Some(false) => {
                        let detail = format!("this contact may not sign for the board any more{article}");
                        wrong("/contact", "contact_without_authority", detail)
                    }
                    None => {
                        let detail = format!("the board has no contact with this id who may sign{article}");
                        wrong("/contact", "contact_unknown", detail)
                    }
                }
            }
            Form::Order { confirmed_at, .. } if now < *confirmed_at => {
                wrong("/order/confirmedAt", "moment_to_come", not_yet.to_owned())
            }
            Form::Order { confirmed_at, .. } if *confirmed_at < agreement.offered_at => {
                let article = cite(agreement, Clause::Subject)?;
                let detail = format!("the order was confirmed before the agreement was offered{article}");
                wrong("/order/confirmedAt", "before_the_offer", detail)
            }
            Form::Document { signed_at, .. } if now < *signed_at => {
                wrong("/document/signedAt", "moment_to_come", not_yet.to_owned())
            }
            Form::Order { .. } | Form::Document { .. } => Vec::new(),
        })
    }

    /// Those whose place an agreement takes by its acceptance, now or when it begins (model 4.0, article 2.2).
    async fn superseded_by(&self, newer: &Agreement, now: Timestamp) -> Result<Vec<Agreement>, AppError> {
        let all = self.store.agreements_about(newer.board, newer.product).await?;
        let with_newer: Vec<_> = all
            .iter()
            .filter(|other| other.id != newer.id)
            .chain([newer])
            .cloned()
            .collect();
        let Some(begins) = newer.version(&[]).begins() else {
            return Ok(Vec::new());
        };
        let replaced = |other: &&Agreement| {
            let before = other.state(&all, now);
            let after = other.state(&with_newer, begins.max(now));
            !before.is_past() && after == (State::Superseded { by: newer.id })
        };
        Ok(all.iter().filter(replaced).cloned().collect())
    }

    /// Every school of a board.
    pub(in crate::app) async fn schools_under(&self, board: BoardId) -> Result<Vec<School>, AppError> {
        Ok(self
            .store
            .schools(
                Some(board),
                Page {
                    after: None,
                    limit: EVERY_SCHOOL,
                },
            )
            .await?)
    }

    /// A school approves one optional module of an agreement of its board, or an optional category where the annex does not
    /// link it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the agreement, [`AppError::Invalid`] when the part is not there or needs no
    /// approval, or when practice does not count as one, [`AppError::Conflict`] when it is approved already.
    pub async fn approval_create(
        &self,
        caller: &Caller,
        school: SchoolId,
        input: ApprovalCreate,
    ) -> Result<Approval, AppError> {
        let school = self.controlled_school(caller, school).await?;
        let agreement = self.agreement_view(caller, input.agreement).await?;
        let annex = annex_of(&agreement)?;
        let wrong = |code, detail: &str| {
            Err(AppError::Invalid(vec![Invalid {
                pointer: "/module".to_owned(),
                code,
                detail: detail.to_owned(),
            }]))
        };
        match annex.document().need_of(&input.module) {
            None => return wrong("module_unknown", "the annex has no module with this code"),
            Some(Need::Necessary) => {
                return wrong(
                    "module_not_optional",
                    "this module is part of the agreement and needs no approval",
                );
            }
            Some(Need::Optional) => {}
        }
        let now = self.now();
        if input.form == ApprovalForm::Practice {
            self.check_practice(school.id, &agreement, &annex, &input.module)
                .await?;
        }
        let approved = |approval: &Approval| {
            approval.agreement == input.agreement && approval.module == input.module && approval.window.holds(now)
        };
        if self.store.approvals(school.id).await?.iter().any(approved) {
            return Err(already("the school has approved this module"));
        }
        let approval = Approval {
            id: self.new_id(),
            school: school.id,
            agreement: input.agreement,
            module: input.module,
            window: Window::since(now),
            form: input.form,
        };
        let mut act = ActOf::of(caller);
        act.changes_policy_of([school.id]);
        let name = match approval.form {
            ApprovalForm::Act => "approval.give",
            ApprovalForm::Practice => "approval.practice",
        };
        self.note(&mut act, Owner::School(school.id), name, "approval", approval.id);
        self.carry_out(act, vec![Change::ApprovalGiven(approval.clone())])
            .await?;
        Ok(approval)
    }

    /// Switching on in practice counts only where the annex says so of the module, and nothing is switched on of a product
    /// that is not.
    async fn check_practice(
        &self,
        school: SchoolId,
        agreement: &Agreement,
        annex: &Annex,
        module: &str,
    ) -> Result<(), AppError> {
        let document = annex.document();
        let mut modules = document.modules.iter();
        let mut wrong = Vec::new();
        if !modules.any(|of| of.code.as_str() == module && of.approved_by_use) {
            let said = "the annex does not let switching on in practice count as approval of this part";
            let cited = cite(agreement, Clause::OptionalParts)?;
            wrong.push(Invalid::at("/form", "practice_not_agreed", format!("{said}{cited}")));
        }
        let now = self.now();
        let on = |activation: &Activation| {
            let accepted = activation.accepted_by_supplier_at.is_some();
            activation.product == agreement.product && activation.window.holds(now) && accepted
        };
        if !self.store.activations(school).await?.iter().any(on) {
            let detail = "the product is not switched on here, with the acceptance of the supplier";
            wrong.push(Invalid::at("/form", "product_not_active", detail));
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(AppError::Invalid(wrong))
        }
    }

    /// The approvals of a school.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else.
    pub async fn approval_list(&self, caller: &Caller, school: SchoolId) -> Result<Vec<Approval>, AppError> {
        let school = self.controlled_school(caller, school).await?;
        Ok(self.store.approvals(school.id).await?)
    }

    /// One approval of a school.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn approval_view(&self, caller: &Caller, school: SchoolId, id: ApprovalId) -> Result<Approval, AppError> {
        let found = self.approval_list(caller, school).await?;
        found
            .into_iter()
            .find(|approval| approval.id == id)
            .ok_or(AppError::NotFound("approval"))
    }

    /// A school withdraws an approval, with effect at once.
    ///
    /// # Errors
    /// [`AppError::NotFound`], or [`AppError::Conflict`] when it was withdrawn before.
    pub async fn approval_withdraw(
        &self,
        caller: &Caller,
        school: SchoolId,
        id: ApprovalId,
    ) -> Result<Approval, AppError> {
        let mut approval = self.approval_view(caller, school, id).await?;
        if approval.window.until.is_some() {
            return Err(ended("the approval has been withdrawn"));
        }
        let now = self.now();
        let mut act = ActOf::of(caller);
        act.changes_policy_of([school]);
        self.note(&mut act, Owner::School(school), "approval.withdraw", "approval", id);
        self.carry_out(act, vec![Change::ApprovalWithdrawn(school, id, now)])
            .await?;
        approval.window.until = Some(now);
        Ok(approval)
    }
}

/// An agreement ends after it begins.
///
/// # Errors
/// When it would not.
pub fn check_window(window: Window) -> Result<Window, Invalid> {
    if window.until.is_some_and(|until| until <= window.from) {
        return Err(Invalid {
            pointer: "/validUntil".to_owned(),
            code: "window_empty",
            detail: "the agreement would end before it begins".to_owned(),
        });
    }
    Ok(window)
}
