//! Acts: what a person or program of a party decides. Each is a record, and a change that takes something back has
//! bitten before the act is answered.

use sluis_core::{
    id::{Id, SchoolId},
    ledger::{Code, Digest, Hex, Outcome, Owner, RecordDraft, RecordKind, Resource},
    time::Timestamp,
};

use crate::app::{App, caller::Caller, error::AppError, evidence::Act, store::Change};

/// An act that is about to be recorded and carried out.
pub(in crate::app) struct ActOf<'a> {
    caller: Option<&'a Caller>,
    drafts: Vec<RecordDraft>,
    policy_of: Vec<SchoolId>,
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
        let mut draft = RecordDraft::new(
            RecordKind::Act,
            Outcome::Done,
            owner,
            name,
            "api",
            self.now(),
            &*self.random,
        );
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

    /// Carries out the act: the changes, the records and the new epochs in one transaction.
    pub(in crate::app) async fn carry_out(&self, act: ActOf<'_>, mut changes: Vec<Change>) -> Result<(), AppError> {
        if let Some(attempt) = act.caller.and_then(|caller| caller.once) {
            changes.push(Change::KeySpent(attempt, self.now()));
        }
        self.evidence
            .act(Act {
                changes,
                policy_of: act.policy_of,
                drafts: act.drafts,
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
            drafts: Vec::new(),
            policy_of: Vec::new(),
        }
    }

    /// What was recorded last is about this person.
    pub(in crate::app) fn about(&mut self, subject: Digest) -> &mut Self {
        if let Some(draft) = self.drafts.last_mut() {
            draft.subject = Some(subject);
        }
        self
    }

    /// What is decided here changes what these schools release: their policies are compiled anew.
    pub(in crate::app) fn changes_policy_of(&mut self, schools: impl IntoIterator<Item = SchoolId>) -> &mut Self {
        self.policy_of.extend(schools);
        self
    }
}
