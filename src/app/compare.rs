//! What would change in practice when one agreement takes the place of another: in the words, and at each school.

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::{
    agreement::{Difference, Need, State},
    id::{AgreementId, SchoolId},
};

use crate::app::{
    App,
    agreement::{Agreement, Approval},
    caller::{Caller, Role},
    error::AppError,
    words::annex_of,
};

/// Two agreements, compared.
#[derive(Debug)]
pub struct Comparison {
    /// The one that would hold.
    pub agreement: AgreementId,
    /// The one that holds, or held before; none when nothing was agreed about the product.
    pub from: Option<AgreementId>,
    /// In what their words differ.
    pub difference: Difference,
    /// What that means at each school that the caller decides for.
    pub schools: Vec<AtSchool>,
}

/// What changes at one school beside the words.
#[derive(Debug, PartialEq, Eq)]
pub struct AtSchool {
    /// The school.
    pub school: SchoolId,
    /// Whether the older agreement holds for it.
    pub held_before: bool,
    /// Whether the newer agreement holds for it, or would.
    pub holds: bool,
    /// The parts that it has approved by the older and has to approve anew: until then they are off.
    pub approve_anew: BTreeSet<String>,
}

impl App {
    /// What would change when an agreement takes the place of another about the same product; without another, of the one that
    /// is in force, or that it took the place of.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when one of them is not the caller's, or they are not about the same.
    pub async fn agreement_changes(
        &self,
        caller: &Caller,
        id: AgreementId,
        from: Option<AgreementId>,
    ) -> Result<Comparison, AppError> {
        let agreement = self.agreement_view(caller, id).await?;
        let all = self.store.agreements_about(agreement.board, agreement.product).await?;
        let older = match from {
            Some(from) => {
                let found = all.iter().find(|other| other.id == from);
                Some(found.ok_or(AppError::NotFound("agreement"))?)
            }
            None => self.in_place_of(&agreement, &all),
        };
        let annex = older.map(annex_of).transpose()?;
        Ok(Comparison {
            agreement: id,
            from: older.map(|older| older.id),
            difference: Difference::between(annex.as_ref(), &annex_of(&agreement)?, self.catalogue),
            schools: self.at_schools(caller, older, &agreement).await?,
        })
    }

    /// What an agreement would take the place of, or took.
    fn in_place_of<'a>(&self, agreement: &Agreement, all: &'a [Agreement]) -> Option<&'a Agreement> {
        let now = self.now();
        let state = |other: &Agreement| other.state(all, now);
        let others = || all.iter().filter(|other| other.id != agreement.id);
        let replaced = others().filter(|other| state(other) == State::Superseded { by: agreement.id });
        let replaced = replaced.max_by_key(|other| (other.version(&[]).begins(), other.id));
        replaced.or_else(|| others().find(|other| matches!(state(other), State::InForce | State::Suspended)))
    }

    /// A supplier learns nothing of what schools have approved here.
    async fn at_schools(
        &self,
        caller: &Caller,
        older: Option<&Agreement>,
        newer: &Agreement,
    ) -> Result<Vec<AtSchool>, AppError> {
        let schools: Vec<SchoolId> = match caller.role {
            Role::School(school) => vec![school],
            Role::Board(board) => {
                let only = caller.bound.and_then(|bound| bound.school);
                let schools = self.schools_under(board).await?.into_iter().map(|school| school.id);
                schools
                    .filter(|school| only.is_none_or(|only| only == *school))
                    .collect()
            }
            Role::Operator | Role::Supplier { .. } | Role::Distributor { .. } => return Ok(Vec::new()),
        };
        let now = self.now();
        let document = annex_of(newer)?;
        let waits = |part: &str| document.document().need_of(part) == Some(Need::Optional);
        let mut approved: BTreeMap<SchoolId, Vec<Approval>> = BTreeMap::new();
        for approval in self.store.approvals_of_board(newer.board).await? {
            if approval.window.holds(now) {
                approved.entry(approval.school).or_default().push(approval);
            }
        }
        let (before, after) = (older.map(Agreement::coverage), newer.coverage());
        let at = |school: SchoolId| {
            let own = || approved.get(&school).into_iter().flatten();
            let by = |agreement: AgreementId| {
                let own = own().filter(move |approval| approval.agreement == agreement);
                own.map(|approval| approval.module.clone()).collect::<BTreeSet<_>>()
            };
            let anew = older.map_or_else(BTreeSet::new, |older| by(older.id));
            let given = by(newer.id);
            AtSchool {
                school,
                held_before: before.as_ref().is_some_and(|before| before.holds(school)),
                holds: after.holds(school),
                approve_anew: anew
                    .into_iter()
                    .filter(|part| waits(part) && !given.contains(part))
                    .collect(),
            }
        };
        Ok(schools.into_iter().map(at).collect())
    }
}
