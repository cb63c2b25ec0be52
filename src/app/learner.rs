//! Learners: the list that a supplier may have, and the one account it may resolve.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use sluis_core::{
    catalogue::{Attribute, AttributeSet, Purpose},
    gate::{self, Decision, Facts, Request, SubjectFacts, Withheld},
    id::{AccountId, GroupId, RecordId, SchoolId, SupplierId},
    ledger::{Outcome, PageLine, RecordKind},
    person::PersonKind,
    personal::Personal,
};

use crate::app::{
    App,
    caller::{Caller, Role},
    error::{AppError, Invalid},
    gatekeeper::{Judged, Standing, category_codes, refusal},
    roster::{Person, label},
    sealing::KeyScope,
    store::{Change, StoredAccount},
};

/// What a supplier asks of a school's pupils.
#[derive(Debug, Clone)]
pub struct LearnerSearch {
    /// The purpose that the request states; the token may state it instead.
    pub purpose: Option<Purpose>,
    /// The attributes that are wanted; without a list, all that may be had.
    pub attributes: Option<AttributeSet>,
    /// Only the pupils of this group; works only when groups are released.
    pub group: Option<GroupId>,
    /// The last account of the page before.
    pub after: Option<AccountId>,
    /// How many at most.
    pub limit: u16,
}

/// A page of pupils.
pub struct Learners {
    /// The pupils, in an order that tells nothing.
    pub items: Vec<Learner>,
    /// The attributes that were wanted and are not released, with the reason.
    pub withheld: Vec<Withheld>,
    /// The cursor of the next page.
    pub next: Option<AccountId>,
    /// The record of this release.
    pub record: RecordId,
}

/// One person, as a supplier knows it.
pub struct Learner {
    /// The account.
    pub account: AccountId,
    /// The attributes that are released and that there is a value for.
    pub attributes: Released,
}

/// A release about one person.
pub struct Resolved {
    /// The person.
    pub learner: Learner,
    /// The attributes that were wanted and are not released, with the reason.
    pub withheld: Vec<Withheld>,
    /// The record of this release.
    pub record: RecordId,
}

/// The values that leave. Writing them as JSON is the release itself.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Released(BTreeMap<Attribute, ReleasedValue>);

/// One value that leaves.
#[derive(Serialize)]
#[serde(untagged)]
enum ReleasedValue {
    Text(#[serde(serialize_with = "exposed")] Personal<String>),
    Groups(Vec<ReleasedGroup>),
}

/// A group that a person is in.
#[derive(Serialize)]
struct ReleasedGroup {
    id: GroupId,
    name: String,
}

fn exposed<S: serde::Serializer>(value: &Personal<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.expose())
}

impl App {
    /// The pupils of a school that a purpose allows, page by page.
    ///
    /// # Errors
    /// [`AppError::Refused`] with the reasons, [`AppError::Binding`] when token and request disagree,
    /// [`AppError::Unavailable`] when no record could be written.
    pub async fn learner_search(
        &self,
        caller: &Caller,
        school: SchoolId,
        search: LearnerSearch,
    ) -> Result<Learners, AppError> {
        let (supplier, _) = supplier_of(caller)?;
        self.known_school(school).await?;
        let purpose = self.bound_purpose(caller, school, search.purpose)?;
        let request = self.release_request(caller, school, purpose, search.attributes, PersonKind::Pupil)?;
        self.through_the_gate(school, async |standing| {
            self.search(caller, supplier, &request, &search, standing).await
        })
        .await?
    }

    async fn search(
        &self,
        caller: &Caller,
        supplier: SupplierId,
        request: &Request,
        search: &LearnerSearch,
        standing: &Standing,
    ) -> Result<Judged<Result<Learners, AppError>>, AppError> {
        let decision = self.decide(request, standing, SubjectFacts::School);
        let draft = self.decision_draft(
            RecordKind::Page,
            caller,
            request.school,
            "learner.search",
            request.purpose,
            &decision,
        );
        let record = draft.id;
        if !decision.is_permit() {
            return Ok(Judged {
                draft,
                lines: None,
                answer: Err(refusal(&decision, &caller.role, record)),
            });
        }
        if search.group.is_some() && !decision.released().contains(Attribute::Groups) {
            return Err(AppError::Invalid(vec![Invalid {
                pointer: "/group".to_owned(),
                code: "filter_not_released",
                detail: "a filter works only on an attribute that is released".to_owned(),
            }]));
        }
        let key = self.sealing.key(KeyScope::Supplier(supplier)).await?;
        let request_now = standing.now(request);
        let of_school = gate::decide_school(&request_now, Some(&standing.policy), self.catalogue);
        let mut allowed: Vec<([u8; 32], &Person, AttributeSet)> = standing
            .roster
            .persons
            .iter()
            .filter(|person| search.group.is_none_or(|group| person.kept.groups.contains(&group)))
            .filter_map(|person| {
                let decision = of_school.person(&person.facts());
                let account = decision
                    .is_permit()
                    .then(|| person.account_key(request.school))
                    .flatten()?;
                Some((
                    key.hash(label::ACCOUNT, account.as_bytes()),
                    person,
                    decision.released(),
                ))
            })
            .collect();
        // The order of the keyed hashes is the supplier's own and tells nothing about names or dates of enrolment.
        allowed.sort_unstable_by_key(|(hash, ..)| *hash);
        if let Some(after) = search.after {
            let last = self
                .store
                .account_by_id(supplier, after)
                .await?
                .ok_or_else(cursor_unknown)?;
            // Who left the list meanwhile does not matter: the place of the key is what counts.
            let position = allowed.partition_point(|(hash, ..)| *hash <= last.key_hash);
            allowed.drain(..position);
        }
        let more = allowed.len() > usize::from(search.limit);
        allowed.truncate(usize::from(search.limit));

        let accounts = self
            .accounts(supplier, allowed.iter().map(|(hash, ..)| *hash).collect())
            .await?;
        let mut items = Vec::with_capacity(allowed.len());
        let mut lines = Vec::with_capacity(allowed.len());
        for (hash, person, released) in &allowed {
            let Some(account) = accounts.get(hash) else { continue };
            items.push(Learner {
                account: *account,
                attributes: values(standing, person, *released),
            });
            lines.push(PageLine {
                subject: standing.subject(person),
                outcome: Outcome::Permit,
                categories: category_codes(self, PersonKind::Pupil, *released),
            });
        }
        let next = if more {
            items.last().map(|learner| learner.account)
        } else {
            None
        };
        let withheld = decision.seen_by(caller.role.audience()).withheld().to_vec();
        Ok(Judged {
            draft,
            lines: Some(lines),
            answer: Ok(Learners {
                items,
                withheld,
                next,
                record,
            }),
        })
    }

    /// The account and attributes of the person with this ECK iD. Who is unknown and who is not permitted get the
    /// same answer.
    ///
    /// # Errors
    /// As [`learner_search`](Self::learner_search); [`AppError::Invalid`] when the text is no ECK iD.
    pub async fn account_resolve(
        &self,
        caller: &Caller,
        school: SchoolId,
        purpose: Option<Purpose>,
        attributes: Option<AttributeSet>,
        eck_id: &sluis_core::identifier::EckId,
    ) -> Result<Resolved, AppError> {
        supplier_of(caller)?;
        self.known_school(school).await?;
        let purpose = self.bound_purpose(caller, school, purpose)?;
        let request = self.release_request(caller, school, purpose, attributes, PersonKind::Pupil)?;
        self.through_the_gate(school, async |standing| {
            let hash = standing.key.hash(label::ECK_ID, eck_id.expose().as_bytes());
            let person = standing
                .roster
                .persons
                .iter()
                .find(|person| person.eck_hash == Some(hash));
            self.release_one(
                caller,
                &request,
                standing,
                person,
                RecordKind::Decision,
                "account.resolve",
            )
            .await
        })
        .await?
    }

    /// Decides about one person and prepares the release.
    pub(in crate::app) async fn release_one(
        &self,
        caller: &Caller,
        request: &Request,
        standing: &Standing,
        person: Option<&Person>,
        kind: RecordKind,
        name: &'static str,
    ) -> Result<Judged<Result<Resolved, AppError>>, AppError> {
        let (supplier, _) = supplier_of(caller)?;
        let facts = person.map_or(SubjectFacts::UnknownPerson, |person| {
            SubjectFacts::Person(person.facts())
        });
        let decision = self.decide(request, standing, facts);
        let mut draft = self.decision_draft(kind, caller, request.school, name, request.purpose, &decision);
        draft.subject = person.map(|person| standing.subject(person));
        let record = draft.id;
        let account_key = person.and_then(|person| person.account_key(request.school));
        let (true, Some(person), Some(account_key)) = (decision.is_permit(), person, account_key) else {
            let answer = Err(refusal(&decision, &caller.role, record));
            return Ok(Judged {
                draft,
                lines: None,
                answer,
            });
        };
        let key = self.sealing.key(KeyScope::Supplier(supplier)).await?;
        let hash = key.hash(label::ACCOUNT, account_key.as_bytes());
        let accounts = self.accounts(supplier, vec![hash]).await?;
        let account = *accounts.get(&hash).ok_or(AppError::NotFound("account"))?;
        let learner = Learner {
            account,
            attributes: values(standing, person, decision.released()),
        };
        let withheld = decision.seen_by(caller.role.audience()).withheld().to_vec();
        Ok(Judged {
            draft,
            lines: None,
            answer: Ok(Resolved {
                learner,
                withheld,
                record,
            }),
        })
    }

    /// Decides by the facts of a standing.
    pub(in crate::app) fn decide(&self, request: &Request, standing: &Standing, subject: SubjectFacts<'_>) -> Decision {
        let facts = Facts {
            policy: Some(&standing.policy),
            subject,
            catalogue: self.catalogue,
        };
        gate::decide(&standing.now(request), &facts)
    }

    async fn known_school(&self, school: SchoolId) -> Result<(), AppError> {
        self.store
            .school(school)
            .await?
            .map(|_| ())
            .ok_or(AppError::NotFound("school"))
    }

    async fn known_accounts(
        &self,
        supplier: SupplierId,
        hashes: Vec<[u8; 32]>,
    ) -> Result<HashMap<[u8; 32], AccountId>, AppError> {
        let found = self.store.accounts(supplier, hashes).await?;
        Ok(found
            .into_iter()
            .map(|account| (account.key_hash, account.id))
            .collect())
    }

    /// The accounts of these keys; those that are not there are opened.
    async fn accounts(
        &self,
        supplier: SupplierId,
        hashes: Vec<[u8; 32]>,
    ) -> Result<HashMap<[u8; 32], AccountId>, AppError> {
        let found = self.known_accounts(supplier, hashes.clone()).await?;
        let now = self.now();
        let missing: Vec<_> = hashes
            .iter()
            .filter(|hash| !found.contains_key(*hash))
            .map(|hash| {
                let account = StoredAccount {
                    id: self.new_id(),
                    supplier,
                    key_hash: *hash,
                    created_at: now,
                };
                Change::AccountOpened(account)
            })
            .collect();
        if missing.is_empty() {
            return Ok(found);
        }
        self.store.apply(missing, false).await?;
        // Another request may have opened some of them first: what is stored counts.
        self.known_accounts(supplier, hashes).await
    }
}

fn cursor_unknown() -> AppError {
    AppError::Invalid(vec![Invalid {
        pointer: "/cursor".to_owned(),
        code: "cursor_unknown",
        detail: "this cursor was not given for this list".to_owned(),
    }])
}

/// The supplier and product that a caller acts for.
pub(in crate::app) fn supplier_of(caller: &Caller) -> Result<(SupplierId, sluis_core::id::ProductId), AppError> {
    match caller.role {
        Role::Supplier { supplier, product } | Role::Distributor { supplier, product } => Ok((supplier, product)),
        Role::Operator | Role::Board(_) | Role::School(_) => Err(AppError::NotYours),
    }
}

fn values(standing: &Standing, person: &Person, released: AttributeSet) -> Released {
    let text = |attribute, value: &Personal<String>| (attribute, ReleasedValue::Text(value.clone()));
    let mut values: BTreeMap<_, _> = person
        .kept
        .values
        .iter()
        .filter(|(attribute, _)| released.contains(**attribute))
        .map(|(attribute, value)| text(*attribute, value))
        .collect();
    if released.contains(Attribute::YearGroup)
        && let Some(year_group) = &person.kept.year_group
    {
        values.extend([text(Attribute::YearGroup, year_group)]);
    }
    if released.contains(Attribute::Groups) {
        let groups = person
            .kept
            .groups
            .iter()
            .filter_map(|id| standing.roster.groups.get(id));
        let groups = groups
            .map(|group| ReleasedGroup {
                id: group.id,
                name: group.name.clone(),
            })
            .collect();
        values.insert(Attribute::Groups, ReleasedValue::Groups(groups));
    }
    Released(values)
}
