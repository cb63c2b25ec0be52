//! Learners: the list that a supplier may have, and the one account it may resolve.

use std::collections::BTreeMap;

use serde::Serialize;
use sluis_core::{
    catalogue::{Attribute, AttributeSet},
    gate::{self, Decision, Facts, Request, SubjectFacts, Withheld},
    id::{AccountId, GroupId, PersonId, RecordId, SchoolId, SupplierId},
    ledger::{Code, Outcome, PageLine, RecordDraft, RecordKind},
    person::PersonKind,
    personal::Personal,
};

use crate::app::{
    App,
    caller::{Caller, Role},
    error::{AppError, Invalid},
    gatekeeper::{Judged, Standing, Wanted, attribute_code, bound, category_codes, refusal},
    roster::{Person, label},
};

/// What a supplier asks of a school's pupils.
#[derive(Debug, Clone)]
pub struct LearnerSearch {
    /// What is wanted, and why.
    pub wanted: Wanted,
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
pub enum ReleasedValue {
    /// A text, as the roster has it.
    Text(#[serde(serialize_with = "exposed")] Personal<String>),
    /// The groups that the person is in.
    Groups(Vec<ReleasedGroup>),
}

/// A group that a person is in.
#[derive(Serialize)]
pub struct ReleasedGroup {
    id: GroupId,
    name: String,
}

fn exposed<S: serde::Serializer>(value: &Personal<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.expose())
}

/// Whom a decision is about.
#[derive(Clone, Copy)]
pub(in crate::app) enum About<'a> {
    /// The school as a whole.
    School,
    /// Somebody whom the school does not know.
    Nobody,
    /// Somebody of the roster.
    Enrolled(&'a Person),
    /// Somebody whom no roster holds, as the login of this moment describes them.
    LoggedIn(&'a Person),
}

/// An id that no person has.
pub(in crate::app) const NOBODY: PersonId = PersonId::from_uuid(uuid::Uuid::nil());

impl<'a> About<'a> {
    /// What the gate needs to know.
    pub(in crate::app) fn facts(self) -> SubjectFacts<'a> {
        match self {
            Self::School => SubjectFacts::School,
            Self::Nobody => SubjectFacts::UnknownPerson,
            Self::Enrolled(person) => SubjectFacts::Person(person.facts()),
            Self::LoggedIn(person) => SubjectFacts::LoggedIn(person.facts()),
        }
    }

    /// The person, where there is one.
    pub(in crate::app) const fn person(self) -> Option<&'a Person> {
        match self {
            Self::School | Self::Nobody => None,
            Self::Enrolled(person) | Self::LoggedIn(person) => Some(person),
        }
    }
}

impl ReleasedValue {
    /// The value as a person reads it.
    pub(in crate::app) fn in_words(&self) -> Personal<String> {
        match self {
            Self::Text(value) => value.clone(),
            Self::Groups(groups) => {
                let names: Vec<_> = groups.iter().map(|group| group.name.as_str()).collect();
                Personal::new(names.join(", "))
            }
        }
    }
}

impl Released {
    /// The values one by one, in the order of the attributes.
    pub(in crate::app) fn into_values(self) -> impl Iterator<Item = (Attribute, ReleasedValue)> {
        self.0.into_iter()
    }

    /// Whether an attribute goes.
    pub(in crate::app) fn holds(&self, attribute: Attribute) -> bool {
        self.0.contains_key(&attribute)
    }
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
        let wanted = bound(caller, school, search.wanted)?;
        let request = self.release_request(caller, school, wanted, PersonKind::Pupil)?;
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
        let mut draft = self.decision_draft(
            RecordKind::Page,
            caller,
            request.school,
            standing.at(),
            "learner.search",
            Some(request),
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
            return Ok(refused_input(
                draft,
                Invalid {
                    pointer: "/group".to_owned(),
                    code: "filter_not_released",
                    detail: "a filter works only on an attribute that is released".to_owned(),
                },
            ));
        }
        let listing = self.listing(standing, supplier).await?;
        let candidates = match search.after {
            None => listing.all(),
            Some(after) => match self.place_of(supplier, after, &listing).await? {
                Some(place) => listing.after(place),
                None => return Ok(refused_input(draft, cursor_unknown())),
            },
        };
        let request_now = standing.now(request);
        let of_school = gate::decide_school(&request_now, Some(&standing.policy), self.catalogue);
        let of_group = |person: &Person| search.group.is_none_or(|group| person.kept.groups.contains(&group));
        let mut allowed = candidates.iter().filter_map(|listed| {
            let person = listed.person(&standing.roster).filter(|person| of_group(person))?;
            let decision = of_school.person(&person.facts());
            decision.is_permit().then(|| (listed, person, decision.released()))
        });
        let page: Vec<_> = allowed.by_ref().take(usize::from(search.limit)).collect();
        let more = allowed.next().is_some();
        let listed: Vec<_> = page.iter().map(|(listed, ..)| *listed).collect();
        self.open_accounts(caller.client, supplier, standing, &listed).await?;
        let mut items = Vec::with_capacity(page.len());
        let mut lines = Vec::with_capacity(page.len());
        let mut went = decision.released();
        for (listed, person, released) in page {
            went = went.union(released);
            let account = listed.account().ok_or(AppError::NotFound("account"))?;
            items.push(Learner {
                account,
                attributes: values(standing, About::Enrolled(person), released),
            });
            lines.push(PageLine {
                subject: standing.subject(person.id),
                outcome: Outcome::Permit,
                categories: category_codes(self, PersonKind::Pupil, released),
            });
        }
        let next = if more {
            items.last().map(|learner| learner.account)
        } else {
            None
        };
        let mut withheld = decision.seen_by(caller.role.audience()).withheld().to_vec();
        if went != decision.released() {
            // Somebody consented, and more goes than for the school as a whole: withheld is what goes about nobody of the page,
            // and each line of the record has what went about one.
            draft.released = went.iter().map(attribute_code).collect();
            draft
                .withheld
                .retain(|withheld| !draft.released.contains(&withheld.name));
            withheld.retain(|withheld| !went.contains(withheld.attribute));
        }
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
        wanted: Wanted,
        eck_id: &sluis_core::identifier::EckId,
    ) -> Result<Resolved, AppError> {
        supplier_of(caller)?;
        let wanted = bound(caller, school, wanted)?;
        let request = self.release_request(caller, school, wanted, PersonKind::Pupil)?;
        self.through_the_gate(school, async |standing| {
            let hash = standing.key.hash(label::ECK_ID, eck_id.expose().as_bytes());
            let person = standing.roster.with_eck_hash(request.person_kind, hash);
            self.release_one(
                caller,
                &request,
                standing,
                person.map_or(About::Nobody, About::Enrolled),
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
        about: About<'_>,
        kind: RecordKind,
        name: &'static str,
    ) -> Result<Judged<Result<Resolved, AppError>>, AppError> {
        let (supplier, _) = supplier_of(caller)?;
        let decision = self.decide(request, standing, about.facts());
        let mut draft = self.decision_draft(
            kind,
            caller,
            request.school,
            standing.at(),
            name,
            Some(request),
            &decision,
        );
        // Who is in no roster and is refused is nobody of this school: no record is about them.
        let of_the_school = decision.is_permit() || matches!(about, About::Enrolled(_));
        let person = about.person();
        // INVARIANT: it is made for nobody too, so that who is unknown costs as much as who is not available.
        let subject = standing.subject(person.map_or(NOBODY, |person| person.id));
        draft.subject = person.filter(|_| of_the_school).map(|_| subject);
        let record = draft.id;
        if person.is_none() || !decision.is_permit() {
            let answer = Err(refusal(&decision, &caller.role, record));
            return Ok(Judged {
                draft,
                lines: None,
                answer,
            });
        }
        let account = self.account_of(caller.client, supplier, standing, about).await?;
        let learner = Learner {
            account,
            attributes: values(standing, about, decision.released()),
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
}

fn cursor_unknown() -> Invalid {
    Invalid {
        pointer: "/cursor".to_owned(),
        code: "cursor_unknown",
        detail: "this cursor was not given for this list".to_owned(),
    }
}

/// The gate would permit, the input asks for what is not there: nothing goes, and the record says so.
fn refused_input<T>(mut draft: RecordDraft, invalid: Invalid) -> Judged<Result<T, AppError>> {
    draft.outcome = Outcome::Deny;
    draft.reasons = vec![Code::from_static(invalid.code)];
    draft.released.clear();
    draft.withheld.clear();
    Judged {
        draft,
        lines: None,
        answer: Err(AppError::Invalid(vec![invalid])),
    }
}

/// The supplier and product that a caller acts for.
pub(in crate::app) fn supplier_of(caller: &Caller) -> Result<(SupplierId, sluis_core::id::ProductId), AppError> {
    match caller.role {
        Role::Supplier { supplier, product } | Role::Distributor { supplier, product } => Ok((supplier, product)),
        Role::Operator | Role::Board(_) | Role::School(_) => Err(AppError::NotYours),
    }
}

/// The values of what is released, as far as the roster holds them.
pub(in crate::app) fn values(standing: &Standing, about: About<'_>, released: AttributeSet) -> Released {
    let Some(person) = about.person() else {
        return Released(BTreeMap::new());
    };
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
    // Of who is in no roster the groups are not known, which is not the same as none.
    if released.contains(Attribute::Groups) && matches!(about, About::Enrolled(_)) {
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
