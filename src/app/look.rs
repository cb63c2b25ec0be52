//! Looks: a school or board reads what is held about persons. Each is a record in the log of the school before it is answered.
//!
//! Promises: a look at one person is about that person, a look at several is a page with a line for each, so that whoever
//! searches the records about a person finds it. It goes by the door of decisions: it changes nothing, and nobody who acts waits
//! for it. Deliberately absent: a line for who is in a register and was not shown.

use std::collections::BTreeSet;

use sluis_core::{
    id::{Id, PersonId, SchoolId},
    ledger::{Code, Digest, Hex, Outcome, Owner, PageLine, RecordDraft, RecordKind, Resource},
};

use crate::app::{
    App,
    caller::Caller,
    error::AppError,
    gatekeeper::{Judged, Standing},
};

/// Whom somebody looks at.
pub(in crate::app) enum LooksAt {
    /// One person.
    One(PersonId),
    /// A list, of however many persons.
    List(BTreeSet<PersonId>),
}

impl App {
    /// Somebody looks at what a school holds about persons: about those, as the facts are by which it is recorded.
    pub(in crate::app) async fn looks<K>(
        &self,
        caller: &Caller,
        school: SchoolId,
        name: &'static str,
        (what, id): (&'static str, Id<K>),
        whom: impl AsyncFn(&Standing) -> Result<LooksAt, AppError>,
    ) -> Result<(), AppError> {
        self.through_the_gate(school, async |standing| {
            let whom = whom(standing).await?;
            let kind = match whom {
                LooksAt::One(_) => RecordKind::Act,
                LooksAt::List(_) => RecordKind::Page,
            };
            let mut draft = self.look_draft(caller, kind, name, (what, id), standing);
            let list = match &whom {
                LooksAt::One(person) => {
                    draft.subject = Some(standing.subject(*person));
                    None
                }
                LooksAt::List(persons) => Some(lines(persons, |person| standing.subject(person))),
            };
            Ok(Judged {
                draft,
                lines: list,
                answer: (),
            })
        })
        .await
    }

    /// The record of a look, about nobody yet.
    pub(in crate::app) fn look_draft<K>(
        &self,
        caller: &Caller,
        kind: RecordKind,
        name: &'static str,
        (what, id): (&'static str, Id<K>),
        standing: &Standing,
    ) -> RecordDraft {
        let owner = Owner::School(standing.policy.school());
        let mut draft = RecordDraft::new(kind, Outcome::Done, owner, name, "api", standing.at(), &*self.random);
        draft.asker = Some(caller.client);
        draft.trace_id = Hex::from_bytes(*caller.trace.as_bytes());
        draft.resource = Some(Resource {
            id: *id.as_uuid(),
            kind: Code::from_static(what),
        });
        draft
    }
}

/// A line for each person, of whom nothing went anywhere.
pub(in crate::app) fn lines(persons: &BTreeSet<PersonId>, subject: impl Fn(PersonId) -> Digest) -> Vec<PageLine> {
    let line = |person: &PersonId| PageLine {
        subject: subject(*person),
        outcome: Outcome::Done,
        categories: Vec::new(),
    };
    persons.iter().map(line).collect()
}
