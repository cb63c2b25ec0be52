//! Acts: what a person or program of a party decides. Each is a record, and a change that takes something back has
//! bitten before the act is answered.
//!
//! What the operator does, over the API or at the command line, is an act in its own log, and in the log of a school or board
//! that it reaches with it an operator's access. So a school finds in one place whatever the operator did at it.

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::{
    id::{Id, PersonId, RecordId, SchoolId},
    ledger::{Code, Commitment, Hex, Outcome, Owner, PageLine, RecordDraft, RecordKind, Resource},
    time::{Timestamp, Year},
};

use crate::app::{
    App,
    caller::{Caller, Role},
    error::AppError,
    evidence::Act,
    look::lines,
    store::Change,
};

/// An act that is about to be recorded and carried out.
pub(in crate::app) struct ActOf<'a> {
    caller: Option<&'a Caller>,
    /// Nobody asked for it: it follows from what is there.
    by_service: bool,
    drafts: Vec<RecordDraft>,
    /// The lists of those of them that are about many persons.
    lines: BTreeMap<RecordId, Vec<PageLine>>,
    policy_of: Vec<SchoolId>,
    /// By whose keys its records know persons.
    subjects_of: Vec<(SchoolId, Year)>,
}

impl App {
    /// The moment of now, by our clock.
    pub(in crate::app) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new identifier.
    pub(in crate::app) fn new_id<K: sluis_core::id::Kind>(&self) -> Id<K> {
        Id::generate(self.clock.now(), &*self.random)
    }

    /// Records an act in the log of its owner.
    pub(in crate::app) fn note<K>(
        &self,
        act: &mut ActOf<'_>,
        owner: Owner,
        name: &'static str,
        kind: &'static str,
        id: Id<K>,
    ) {
        let operates = |caller: &Caller| matches!(caller.role, Role::Operator);
        let by_operator = !act.by_service && act.caller.is_none_or(operates);
        let record = match owner {
            Owner::School(_) | Owner::Board(_) if by_operator => RecordKind::OperatorAccess,
            _ => RecordKind::Act,
        };
        let channel = match act.caller {
            _ if act.by_service => "service",
            Some(_) => "api",
            None => "cli",
        };
        let now = self.now();
        let mut draft = RecordDraft::new(record, Outcome::Done, owner, name, channel, now, &*self.random);
        if let Some(caller) = act.caller {
            draft.asker = Some(caller.client);
            draft.trace_id = Hex::from_bytes(*caller.trace.as_bytes());
        }
        draft.resource = Some(Resource {
            id: *id.as_uuid(),
            kind: Code::from_static(kind),
        });
        act.drafts.push(draft);
    }

    /// What was noted last is about this person of the school in whose log it is.
    pub(in crate::app) async fn about(&self, act: &mut ActOf<'_>, person: PersonId) -> Result<(), AppError> {
        let Some(draft) = act.drafts.last_mut() else {
            return Ok(());
        };
        if let Some(school) = draft.owner.school() {
            let year = Year::of(draft.end_time);
            draft.subject = Some(self.sealing.subjects(school, year).await?.of(person));
            act.subjects_of.push((school, year));
        }
        Ok(())
    }

    /// What was noted last is about all of these persons.
    pub(in crate::app) async fn about_all(
        &self,
        act: &mut ActOf<'_>,
        persons: &BTreeSet<PersonId>,
    ) -> Result<(), AppError> {
        let Some(draft) = act.drafts.last_mut() else {
            return Ok(());
        };
        if let Some(school) = draft.owner.school() {
            let year = Year::of(draft.end_time);
            let subjects = self.sealing.subjects(school, year).await?;
            let lines = lines(persons, |person| subjects.of(person));
            draft.page = Some(Commitment::to(&lines));
            act.lines.insert(draft.id, lines);
            act.subjects_of.push((school, year));
        }
        Ok(())
    }

    /// The operator looks at something of a school or board: it is on record there, and in the operator's own log, before it is
    /// answered. Who else looks is not the operator.
    pub(in crate::app) async fn operator_looks<K>(
        &self,
        caller: &Caller,
        at: impl IntoIterator<Item = Owner>,
        name: &'static str,
        kind: &'static str,
        id: Id<K>,
    ) -> Result<(), AppError> {
        if !matches!(caller.role, Role::Operator) {
            return Ok(());
        }
        let mut act = ActOf::of(caller);
        for owner in at {
            self.note(&mut act, owner, name, kind, id);
        }
        if act.drafts.is_empty() {
            return Ok(());
        }
        self.note(&mut act, Owner::Operator, name, kind, id);
        self.carry_out(act, Vec::new()).await
    }

    /// Carries out the act: the changes, the records and the new epochs in one transaction.
    pub(in crate::app) async fn carry_out(&self, act: ActOf<'_>, mut changes: Vec<Change>) -> Result<(), AppError> {
        if let Some(attempt) = act.caller.and_then(|caller| caller.once) {
            changes.push(Change::KeySpent(attempt, self.now()));
        }
        let held: BTreeSet<_> = act.subjects_of.into_iter().collect();
        let held = held.into_iter();
        changes.extend(held.map(|(school, year)| Change::SubjectKeyHeld(school, year)));
        self.evidence
            .act(Act {
                changes,
                policy_of: act.policy_of,
                drafts: act.drafts,
                lines: act.lines,
            })
            .await?;
        Ok(())
    }
}

impl<'a> ActOf<'a> {
    /// An act of this caller; without one, of the command line.
    pub(in crate::app) fn of(caller: impl Into<Option<&'a Caller>>) -> Self {
        Self {
            caller: caller.into(),
            by_service: false,
            drafts: Vec::new(),
            lines: BTreeMap::new(),
            policy_of: Vec::new(),
            subjects_of: Vec::new(),
        }
    }

    /// What the service does by itself.
    pub(in crate::app) fn of_service() -> Self {
        Self {
            by_service: true,
            ..Self::of(None)
        }
    }

    /// The record that was noted last, to say more in it.
    pub(in crate::app) fn last(&mut self) -> Option<&mut RecordDraft> {
        self.drafts.last_mut()
    }

    /// What is decided here changes what these schools release: their policies are compiled anew.
    pub(in crate::app) fn changes_policy_of(&mut self, schools: impl IntoIterator<Item = SchoolId>) -> &mut Self {
        self.policy_of.extend(schools);
        self
    }
}
