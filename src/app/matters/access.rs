//! The answer to a person who wants to see their own data, or to take them along (GDPR 15 and 20).
//!
//! Promises: what the roster holds goes through the gate, by a grant that is made of the request; who got what is told by the
//! records of all years whose keys are there; it is on record in the log of the school, about the person, before it is answered.
//! Whom the roster does not hold any more is told of the releases. Deliberately absent: references to papers, which stay sealed, and
//! disclosures about which the person was not informed, for the reason that the school has on record (GDPR 23).

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::{
    agreement::Language,
    catalogue::{Attribute, AttributeSet, CategoryCode, DataCategory, Purpose},
    gate::{Asker, Assurance, Channel, Decision, Direction, ReasonCode, Request},
    id::{MatterId, PersonId, ProductId, SupplierId},
    ledger::{Code, Outcome, RecordKind, Resource},
    matter::{Fault, Matter},
    person::{ConsentGiver, OwnRequest, PersonFacts, PersonKind},
    personal::Personal,
};
use uuid::Uuid;

use super::{
    own_data::{Coded, HeldValue, Holding, Named, OwnData, Recipient, Release},
    own_text, refused,
};
use crate::app::{
    App,
    caller::Caller,
    error::{AppError, not_ready},
    evidence::RecordAbout,
    gatekeeper::{Judged, Standing, refusal},
    learner::{About, values},
    organisation::{SLUIS, School},
    roster::Person,
};

/// The name of this act in records.
const NAME: &str = "request.access";

/// Whose data are asked for, and how.
struct Asked {
    matter: MatterId,
    school: School,
    person: PersonId,
    grant: OwnRequest,
    by: ConsentGiver,
    language: Language,
}

impl App {
    /// What a person gets by a request for access or portability, as the gate decides now.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a matter of others; [`AppError::Conflict`] when something else is asked, the request is closed,
    /// it is not sure who asks, or nobody knows of whom it is; [`AppError::Refused`] when the asker may not have it.
    pub async fn request_access(&self, caller: &Caller, id: MatterId, language: Language) -> Result<OwnData, AppError> {
        let file = self.matter_within(caller, id).await?;
        let nothing_agreed = super::Agreed::default();
        let against = |fault: Fault| refused(vec![fault], &nothing_agreed);
        let Matter::Request(course) = &file.matter else {
            return Err(not_ready(
                "only a request of a person is answered with their data (GDPR 15, 20)",
            ));
        };
        let grant = course.own_request(id).map_err(against)?;
        let (Some(school), Some(person)) = (file.sealed_for(), file.person) else {
            let detail = "the account of this request leads to nobody whom the roster of the school holds: enter the request by \
                          the ECK iD or the key of the administration (GDPR 12(6))";
            return Err(not_ready(detail));
        };
        let asked = Asked {
            matter: id,
            school: self.controlled_school(caller, school).await?,
            person,
            grant,
            by: course.facts.asked_by,
            language,
        };
        self.through_the_gate(school, async |standing| {
            self.judge_access(caller, &asked, standing).await
        })
        .await?
    }

    async fn judge_access(
        &self,
        caller: &Caller,
        asked: &Asked,
        standing: &Standing,
    ) -> Result<Judged<Result<OwnData, AppError>>, AppError> {
        let (school, roster) = (asked.school.id, &*standing.roster);
        let ids = self.ids_of(school, asked.person, roster, &*standing.key).await?;
        let held = ids.iter().find_map(|id| roster.with_id(*id));
        let request = Request {
            asker: Asker::Person(asked.grant.id),
            product: SLUIS,
            school,
            purpose: Some(Purpose::LAW),
            receiver: None,
            channel: Channel::Api,
            direction: Direction::Release,
            person_kind: held.map_or(PersonKind::Pupil, |held| held.kept.kind),
            attributes: Attribute::ALL.into_iter().collect(),
            required: AttributeSet::EMPTY,
            assurance: Assurance::default(),
            at: standing.at(),
        };
        let decision = self.decide_own(&request, standing, held, &asked.grant);
        let mut draft = self.decision_draft(
            RecordKind::Decision,
            caller,
            school,
            standing.at(),
            NAME,
            Some(&request),
            &decision,
        );
        draft.subject = Some(standing.subject(held.map_or(asked.person, |held| held.id)));
        draft.resource = Some(Resource {
            id: *asked.matter.as_uuid(),
            kind: Code::from_static("matter"),
        });
        let record = draft.id;
        // What the roster does not hold, or may not use any more, does not go. What went before is told all the same.
        let only_gone = |code| matches!(code, ReasonCode::PersonUnknown | ReasonCode::RetentionOver);
        if !decision.reasons().iter().all(|reason| only_gone(reason.code)) {
            return Ok(Judged {
                draft,
                lines: None,
                answer: Err(refusal(&decision, &caller.role, record)),
            });
        }
        let (released, years) = self.releases(asked, standing, &ids).await?;
        let holding = self.holding(asked, standing, &ids, held, &decision, &released).await?;
        let mut data = OwnData {
            matter: asked.matter,
            school: Named {
                id: school,
                name: asked.school.name.clone(),
            },
            held: holding,
            released,
            years,
            text: Personal::new(String::new()),
            record,
        };
        data.text = own_text::of(&data, asked.by, asked.language, standing.at());
        Ok(Judged {
            draft,
            lines: None,
            answer: Ok(data),
        })
    }

    /// Decides by the grant of the request, which is no fact of the roster.
    fn decide_own(
        &self,
        request: &Request,
        standing: &Standing,
        held: Option<&Person>,
        grant: &OwnRequest,
    ) -> Decision {
        let grants = std::slice::from_ref(grant);
        let facts = held.map(|held| {
            let mut facts: PersonFacts<'_> = held.facts();
            facts.grants.requests = grants;
            facts
        });
        let unknown = sluis_core::gate::SubjectFacts::UnknownPerson;
        let subject = facts.map_or(unknown, sluis_core::gate::SubjectFacts::Person);
        self.decide(request, standing, subject)
    }

    /// The releases about the person, and the years in which they were looked for.
    async fn releases(
        &self,
        asked: &Asked,
        standing: &Standing,
        ids: &[PersonId],
    ) -> Result<(Vec<Release>, Vec<sluis_core::time::Year>), AppError> {
        let mut records = Vec::new();
        let years = self
            .each_record_about(asked.school.id, ids, |about| {
                if is_release(about) {
                    records.push(about.clone());
                }
            })
            .await?;
        let mut names = Names::default();
        let mut released = Vec::with_capacity(records.len());
        for about in records {
            let draft = &about.logged.record.draft;
            let Some(to) = self.recipient(&mut names, standing, &about).await? else {
                continue;
            };
            let receiver = match draft.receiver {
                Some(receiver) => Some(self.supplier_named(&mut names, receiver).await?),
                None => None,
            };
            let codes = about
                .line
                .as_ref()
                .map_or(&draft.released, |(_, line)| &line.categories);
            released.push(Release {
                record: draft.id,
                at: draft.end_time,
                outcome: about.outcome(),
                to,
                receiver,
                purpose: draft
                    .purpose
                    .as_ref()
                    .map(|code| self.purpose_coded(code.as_str(), asked.language)),
                data: codes
                    .iter()
                    .map(|code| self.data_coded(code.as_str(), asked.language))
                    .collect(),
            });
        }
        Ok((released, years))
    }

    /// To whom it went; none of what the person is not told.
    async fn recipient(
        &self,
        names: &mut Names,
        standing: &Standing,
        about: &RecordAbout,
    ) -> Result<Option<Recipient>, AppError> {
        let draft = &about.logged.record.draft;
        if let Some(supplier) = draft.supplier {
            let supplier = self.supplier_named(names, supplier).await?;
            let product = match draft.product {
                Some(product) => Some(self.product_named(names, product).await?),
                None => None,
            };
            return Ok(Some(Recipient::Supplier(supplier, product)));
        }
        let resource = draft.resource.as_ref().map(|resource| resource.id);
        let is = |id: &Uuid| resource == Some(*id);
        Ok(match draft.name.as_str() {
            "handover.fetch" => {
                let mut all = standing.roster.handovers.iter();
                let found = all.find(|handover| is(handover.kept.id.as_uuid()));
                Some(Recipient::school(found.map(|handover| handover.kept.to)))
            }
            "disclosure.release" => {
                let mut all = standing.roster.disclosures.iter();
                let found = all.find(|disclosure| is(disclosure.kept.id.as_uuid()));
                let told = found.filter(|disclosure| disclosure.kept.informed_at.is_some());
                told.map(|disclosure| Recipient::authority(Some(disclosure.kept.to)))
            }
            NAME => Some(Recipient::Person),
            _ => None,
        })
    }

    async fn holding(
        &self,
        asked: &Asked,
        standing: &Standing,
        ids: &[PersonId],
        held: Option<&Person>,
        decision: &Decision,
        released: &[Release],
    ) -> Result<Holding, AppError> {
        let roster = &*standing.roster;
        let language = asked.language;
        let kind = held.map(|held| held.kept.kind);
        let goes = decision.is_permit();
        let about = held.filter(|_| goes).map_or(About::Nobody, About::Enrolled);
        let all = values(standing, about, decision.released()).into_values();
        let all = all.map(|(attribute, value)| HeldValue {
            attribute,
            label: self.attribute_label(attribute, language),
            category: self.category_coded(
                self.catalogue.category_of(attribute),
                kind.unwrap_or(PersonKind::Pupil),
                language,
            ),
            value,
        });
        let mut names = Names::default();
        let mut accounts = Vec::new();
        if let Some(held) = held {
            let suppliers: BTreeSet<_> = released
                .iter()
                .filter_map(|release| match &release.to {
                    Recipient::Supplier(supplier, _) => Some(supplier.clone()),
                    _ => None,
                })
                .collect();
            for supplier in suppliers {
                let account = self.account_at(supplier.id, asked.school.id, held).await?;
                accounts.extend(account.map(|account| (supplier, account)));
            }
        }
        let mut consents = Vec::new();
        for consent in roster.consents.iter().filter(|consent| ids.contains(&consent.person)) {
            let product = self.product_named(&mut names, consent.product).await?;
            let purpose = self.purpose_coded(consent.purpose.code(), language);
            consents.push((consent.clone(), product, purpose));
        }
        let means = |restriction: &&crate::app::restriction::Restriction| {
            ids.contains(&restriction.person) || held.is_some_and(|held| held.is_meant_by(restriction))
        };
        let handovers = roster.handovers.iter().map(|handover| &handover.kept);
        let disclosures = roster.disclosures.iter().map(|disclosure| &disclosure.kept);
        let day = |day: &Option<Personal<String>>| day.clone().filter(|_| goes);
        Ok(Holding {
            kind,
            values: all.collect(),
            reasons: if held.is_some() {
                decision.reasons().to_vec()
            } else {
                Vec::new()
            },
            enrolled_from: held.and_then(|held| day(&held.kept.enrolled_from)),
            enrolled_until: held.and_then(|held| day(&held.kept.enrolled_until)),
            accounts,
            restrictions: roster.restrictions.iter().filter(means).cloned().collect(),
            consents,
            handovers: handovers
                .filter(|handover| ids.contains(&handover.person))
                .cloned()
                .collect(),
            disclosures: disclosures
                .filter(|disclosure| ids.contains(&disclosure.person) && disclosure.informed_at.is_some())
                .cloned()
                .collect(),
        })
    }

    async fn supplier_named(&self, names: &mut Names, id: SupplierId) -> Result<Named<SupplierId>, AppError> {
        if let Some(name) = names.suppliers.get(&id) {
            return Ok(Named { id, name: name.clone() });
        }
        let found = self.store.supplier(id).await?.ok_or(AppError::NotFound("supplier"))?;
        names.suppliers.insert(id, found.name.clone());
        Ok(Named { id, name: found.name })
    }

    async fn product_named(&self, names: &mut Names, id: ProductId) -> Result<Named<ProductId>, AppError> {
        if let Some(name) = names.products.get(&id) {
            return Ok(Named { id, name: name.clone() });
        }
        let found = self.store.product(id).await?.ok_or(AppError::NotFound("product"))?;
        names.products.insert(id, found.name.clone());
        Ok(Named { id, name: found.name })
    }

    fn purpose_coded(&self, code: &str, language: Language) -> Coded {
        let mut entries = self.catalogue.purposes.entries.iter();
        let found = entries.find(|entry| entry.code.code() == code);
        coded(code, found.map(|entry| language.of(&entry.label)))
    }

    /// An attribute or a category: records of lists have the latter.
    fn data_coded(&self, code: &str, language: Language) -> Coded {
        match (Attribute::parse(code), CategoryCode::parse(code)) {
            (Ok(attribute), _) => coded(code, Some(&self.attribute_label(attribute, language))),
            (_, Ok(category)) => self.category_coded(category.category, category.kind, language),
            _ => coded(code, None),
        }
    }

    fn category_coded(&self, category: DataCategory, kind: PersonKind, language: Language) -> Coded {
        let mut entries = self.catalogue.categories.entries.iter();
        let found = entries.find(|entry| entry.category == category);
        coded(category.code(kind), found.map(|entry| language.of(&entry.label)))
    }

    fn attribute_label(&self, attribute: Attribute, language: Language) -> String {
        let mut entries = self.catalogue.attributes.entries.iter();
        let found = entries.find(|entry| entry.name == attribute);
        found
            .map_or(attribute.as_str(), |entry| language.of(&entry.label))
            .to_owned()
    }
}

/// The names that were read, each once.
#[derive(Default)]
struct Names {
    suppliers: BTreeMap<SupplierId, String>,
    products: BTreeMap<ProductId, String>,
}

fn coded(code: &str, label: Option<&str>) -> Coded {
    Coded {
        code: code.to_owned(),
        label: label.unwrap_or(code).to_owned(),
    }
}

/// Whether the gate decided about a release. A dry decision and a look are none; a login that is let in is one when its token is
/// fetched, which is another record.
fn is_release(about: &RecordAbout) -> bool {
    let draft = &about.logged.record.draft;
    let of_gate = matches!(draft.kind, RecordKind::Decision | RecordKind::Page | RecordKind::Login);
    let let_in = draft.name.as_str() == "login.return" && about.outcome() == Outcome::Permit;
    of_gate && !let_in && matches!(about.outcome(), Outcome::Permit | Outcome::Deny)
}
