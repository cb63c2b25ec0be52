//! What a person asks about their own data (GDPR 12 to 22): opened by the school, or sent on by a supplier, and carried on to the
//! suppliers that got data of the person.
//!
//! Promises: a supplier sees of a request what it sent on or what was carried on to it, with its own account of the person and
//! its own answer, and nothing of what others did; which suppliers got data is told by the records, by nobody's memory; each look at
//! one is on record about the person. Deliberately absent: the words of the person, which stay in the files of the school.

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::{
    agreement::Side,
    id::{AccountId, MatterId, PersonId, ProductId, SchoolId, SupplierId},
    ledger::{Outcome, RecordKind},
    matter::{Course, Kind, Matter, Opening, Request, RequestStep},
    person::PersonKind,
};

use super::{notices, refused, side_of};
use crate::app::{
    App,
    act::ActOf,
    caller::{Caller, Role},
    error::{AppError, Invalid},
    feed::EventKind,
    look::LooksAt,
    matter::{MatterFile, NewMatter},
    organisation::OPERATOR,
    roster::Person,
    sealing::KeyScope,
    store::Change,
    whom::Whom,
};

/// Whose request it is.
#[derive(Debug)]
pub enum RequestOf {
    /// As a school knows its people.
    Person(Whom, PersonKind),
    /// As a supplier does.
    Account(AccountId),
}

/// A request that somebody puts on record.
#[derive(Debug)]
pub struct RequestCreate {
    /// The school.
    pub school: SchoolId,
    /// Whose.
    pub of: RequestOf,
    /// What is asked.
    pub request: Request,
}

impl App {
    /// Puts a request on record: by the school or its board, or by the supplier to which the person turned.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a school of somebody else; [`AppError::Invalid`] when nobody is known by what is said, or the
    /// caller names people in another way.
    pub async fn request_create(&self, caller: &Caller, input: RequestCreate) -> Result<MatterFile, AppError> {
        let side = side_of(caller)?;
        let at = self.now();
        let opening = Opening::Request(Box::new(input.request));
        let mut wrong = match refused_input(&opening, side, at) {
            Some(AppError::Invalid(wrong)) => wrong,
            _ => Vec::new(),
        };
        let found = match (caller.role, &input.of) {
            (Role::Board(_) | Role::School(_), RequestOf::Person(whom, kind)) => {
                self.controlled_school(caller, input.school).await?;
                self.by_person(input.school, whom, *kind)
                    .await?
                    .ok_or_else(|| whom.unknown())
            }
            (
                Role::Supplier { supplier, product } | Role::Distributor { supplier, product },
                RequestOf::Account(account),
            ) => self.by_account(supplier, product, input.school, *account).await?,
            (Role::Board(_) | Role::School(_), RequestOf::Account(_)) => {
                self.controlled_school(caller, input.school).await?;
                let detail = "a school names its people by the ECK iD or by the key of its administration";
                Err(Invalid::at("/account", "not_for_schools", detail))
            }
            (_, RequestOf::Person(whom, _)) => Err(whom.not_for_suppliers()),
            (Role::Operator, _) => return Err(AppError::NotYours),
        };
        let (person, accounts) = match found {
            Ok(found) if wrong.is_empty() => found,
            Ok(_) => return Err(AppError::Invalid(wrong)),
            Err(unknown) => {
                wrong.push(unknown);
                return Err(AppError::Invalid(wrong));
            }
        };
        let school = self
            .store
            .school(input.school)
            .await?
            .ok_or(AppError::NotFound("school"))?;
        let matter = Matter::open(opening.clone(), side, at);
        let id: MatterId = self.new_id();
        let file = MatterFile {
            id,
            report: id,
            board: Some(school.board),
            schools: BTreeSet::from([school.id]),
            product: None,
            products: accounts.keys().copied().collect(),
            agreement: None,
            person,
            accounts,
            only_of: None,
            matter,
        };
        let mut act = ActOf::of(caller);
        self.note_matter(&mut act, &file, "request.open").await?;
        let new = NewMatter {
            opening,
            side,
            by: caller.client,
            at,
            file: file.clone(),
        };
        self.carry_out(act, vec![Change::MatterOpened(Box::new(new))]).await?;
        Ok(shown_to(caller, file))
    }

    async fn by_person(
        &self,
        school: SchoolId,
        whom: &Whom,
        kind: PersonKind,
    ) -> Result<Option<(Option<PersonId>, BTreeMap<ProductId, AccountId>)>, AppError> {
        let key = self.sealing.key(KeyScope::School(school)).await?;
        let roster = self.open_roster(school).await?;
        let ids = self.ids_in_records(school, whom, kind, &roster, &*key).await?;
        let held = ids.first().filter(|id| roster.with_id(**id).is_some());
        // Of who left, the id that the roster had leads to the others; the one that follows from an ECK iD need not.
        let person = held.or(ids.get(1)).or(ids.first()).copied();
        Ok(person.map(|person| (Some(person), BTreeMap::new())))
    }

    /// INVARIANT: an account that the school has never seen is as unknown as one that is nobody's.
    async fn by_account(
        &self,
        supplier: SupplierId,
        product: ProductId,
        school: SchoolId,
        account: AccountId,
    ) -> Result<Result<(Option<PersonId>, BTreeMap<ProductId, AccountId>), Invalid>, AppError> {
        let seen = self.store.account_schools(supplier, account).await?;
        if !seen.contains(&school) {
            let detail = "no account with this id is known at this school";
            return Ok(Err(Invalid::at("/account", "account_unknown", detail)));
        }
        let roster = self.open_roster(school).await?;
        let leading = self.store.keys_leading_to(supplier, vec![account]).await?;
        let leading: BTreeSet<_> = leading.iter().map(|stored| stored.key.hash).collect();
        let key = self.sealing.key(KeyScope::Supplier(supplier)).await?;
        let mut persons = roster.persons.iter();
        let found = persons.find(|person| {
            let keys = person.hashed_account_keys(school, &*key);
            keys.iter().any(|key| leading.contains(&key.hash))
        });
        let accounts = BTreeMap::from([(product, account)]);
        Ok(Ok((found.map(|person| person.id), accounts)))
    }

    /// Puts on record that somebody looks at a request, about the person.
    pub(super) async fn request_looked_at(&self, caller: &Caller, file: &MatterFile) -> Result<(), AppError> {
        let (Some(school), Some(person), Kind::Request) = (file.sealed_for(), file.person, file.matter.kind()) else {
            return Ok(());
        };
        let at = ("matter", file.id);
        self.looks(caller, school, "request.view", at, async |_| Ok(LooksAt::One(person)))
            .await
    }

    /// A step in a request as it is asked for, made whole: to whom it is carried on, and who confirms.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a supplier that got nothing, [`AppError::Conflict`] when nobody did.
    pub(super) async fn request_step_made_whole(
        &self,
        caller: &Caller,
        file: &MatterFile,
        step: RequestStep,
    ) -> Result<(RequestStep, BTreeMap<ProductId, Option<AccountId>>), AppError> {
        match (step, caller.role) {
            (RequestStep::CarriedOn { suppliers }, Role::Board(_) | Role::School(_)) => {
                let reached = self.reached(file).await?;
                let known: BTreeSet<_> = reached.keys().map(|(supplier, _)| *supplier).collect();
                if suppliers.iter().any(|named| !known.contains(named)) {
                    let detail = "by the records, a supplier that is named got no data of this person";
                    return Err(AppError::Invalid(vec![Invalid::at(
                        "/suppliers",
                        "supplier_without_data",
                        detail,
                    )]));
                }
                // By the records nobody may have got data: then nobody is told, and that is on record.
                let suppliers = if suppliers.is_empty() { known } else { suppliers };
                let joins = reached
                    .into_iter()
                    .filter(|((supplier, product), _)| suppliers.contains(supplier) && !file.products.contains(product))
                    .map(|((_, product), account)| (product, account))
                    .collect();
                Ok((RequestStep::CarriedOn { suppliers }, joins))
            }
            (
                RequestStep::Confirmed { outcome, why, .. },
                Role::Supplier { supplier, .. } | Role::Distributor { supplier, .. },
            ) => {
                let own = RequestStep::Confirmed { supplier, outcome, why };
                Ok((own, BTreeMap::new()))
            }
            (RequestStep::Confirmed { supplier, .. }, _) if supplier == OPERATOR => {
                let detail = "say which supplier it is that confirmed";
                Err(AppError::Invalid(vec![Invalid::at("/supplier", "missing", detail)]))
            }
            (step, _) => Ok((step, BTreeMap::new())),
        }
    }

    /// The suppliers that got data of the person of a request, by the records of the school, with their account of the person.
    async fn reached(
        &self,
        file: &MatterFile,
    ) -> Result<BTreeMap<(SupplierId, ProductId), Option<AccountId>>, AppError> {
        let (Some(school), Some(person)) = (file.sealed_for(), file.person) else {
            return Ok(BTreeMap::new());
        };
        let key = self.sealing.key(KeyScope::School(school)).await?;
        let roster = self.open_roster(school).await?;
        let ids = self.ids_of(school, person, &roster, &*key).await?;
        let mut reached = BTreeMap::new();
        self.each_record_about(school, &ids, |about| {
            let draft = &about.logged.record.draft;
            // What was asked and went nowhere reached nobody.
            if draft.kind == RecordKind::Evaluation {
                return;
            }
            if let (Some(supplier), Some(product), Outcome::Permit) = (draft.supplier, draft.product, about.outcome()) {
                reached.insert((supplier, product), None);
            }
        })
        .await?;
        if let Some(held) = ids.iter().find_map(|id| roster.with_id(*id)) {
            for ((supplier, _), account) in &mut reached {
                *account = self.account_at(*supplier, school, held).await?;
            }
        }
        Ok(reached)
    }

    /// The account that a supplier has of somebody of the roster, if it has one; none is opened.
    pub(super) async fn account_at(
        &self,
        supplier: SupplierId,
        school: SchoolId,
        held: &Person,
    ) -> Result<Option<AccountId>, AppError> {
        let key = self.sealing.key(KeyScope::Supplier(supplier)).await?;
        let keys = held.hashed_account_keys(school, &*key);
        self.find_account(supplier, school, &keys).await
    }

    /// Tells the suppliers that take part from now on.
    pub(super) async fn joined(
        &self,
        file: &MatterFile,
        joins: &BTreeMap<ProductId, Option<AccountId>>,
    ) -> Result<Vec<Change>, AppError> {
        let mut told = file.clone();
        told.products = joins.keys().copied().collect();
        let at = self.now();
        notices(self, &told, EventKind::MatterOpened, at).await
    }
}

/// What a caller sees of a matter: a supplier sees of a request what is its own.
pub(super) fn shown_to(caller: &Caller, mut file: MatterFile) -> MatterFile {
    let (Role::Supplier { supplier, product } | Role::Distributor { supplier, product }) = caller.role else {
        return file;
    };
    let Matter::Request(course) = file.matter else {
        return file;
    };
    file.matter = Matter::Request(of_supplier(course, supplier));
    file.products.retain(|own| *own == product);
    file.accounts.retain(|own, _| *own == product);
    file.person = None;
    file.only_of = Some(Side::Supplier);
    file
}

/// What a supplier sees of a request: what was carried on to it, its own answer, and that there is more time.
fn of_supplier(course: Course<Request>, own: SupplierId) -> Course<Request> {
    let Course { facts, by, at, steps } = course;
    let steps = steps.into_iter().filter_map(|mut taken| {
        taken.step = match taken.step {
            RequestStep::CarriedOn { suppliers } if suppliers.contains(&own) => RequestStep::CarriedOn {
                suppliers: BTreeSet::from([own]),
            },
            RequestStep::Confirmed { supplier, outcome, why } if supplier == own => {
                RequestStep::Confirmed { supplier, outcome, why }
            }
            RequestStep::Extended { .. } => RequestStep::Extended { why: String::new() },
            _ => return None,
        };
        Some(taken)
    });
    Course {
        facts,
        by,
        at,
        steps: steps.collect(),
    }
}

fn refused_input(opening: &Opening, side: Side, at: sluis_core::time::Timestamp) -> Option<AppError> {
    let agreed = super::Agreed::default();
    let faults = opening.faults(side, at, &agreed);
    (!faults.is_empty()).then(|| refused(faults, &agreed))
}
