//! Checks 2, 4, 5 and 6: what the rows of an agreement give, and why not more.

use std::sync::Arc;

use super::{
    Direction, Missing, Reason, ReasonCode, SchoolDecision, SchoolPolicy, Withheld, product::CompiledAgreement,
};
use crate::{
    agreement::DefectCode,
    catalogue::{Attribute, AttributeSet, Purpose},
};

/// What goes and what is held back, when nothing else is against it.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    /// The rows that it stands on, as a mask.
    pub(super) rows: u64,
    pub(super) released: AttributeSet,
    pub(super) withheld: Option<Arc<[Withheld]>>,
}

/// The rows of an agreement for one purpose and kind of person.
#[derive(Default)]
struct Found {
    rows: u64,
    consent_rows: u64,
    agreed: AttributeSet,
    on_consent: AttributeSet,
}

impl SchoolDecision<'_> {
    /// Checks 2, 4, 5 and 6: one row must hold both the purpose and the category.
    pub(super) fn check_rows(&mut self, policy: &SchoolPolicy) {
        let (Some(agreement), Some(purpose)) = (self.considered, self.request.purpose) else {
            return;
        };
        let (kind, at) = (self.request.person_kind, self.request.at);
        let mut found = Found::default();
        for (index, row, rests_on_consent) in agreement.permitting(purpose, kind, at) {
            if rests_on_consent {
                found.consent_rows |= 1 << index;
                found.on_consent = found.on_consent.union(row.attributes_of(kind));
            } else {
                found.rows |= 1 << index;
                found.agreed = found.agreed.union(row.attributes_of(kind));
            }
        }
        if found.rows | found.consent_rows == 0 {
            self.deny_for_rows(agreement, purpose);
            return;
        }
        self.needs_consent = found.rows == 0;
        // Who did not consent is told which rows would give it.
        self.given.rows = if self.needs_consent {
            found.consent_rows
        } else {
            found.rows
        };

        // What the school takes from the purpose goes neither with consent nor without.
        let listed = found.agreed.union(found.on_consent);
        let narrowed = agreement.narrowed(purpose, kind, at);
        found.agreed = found.agreed.difference(narrowed);
        found.on_consent = found.on_consent.difference(narrowed);
        let login = self.request.is_login().then(|| agreement.terms.login.of(kind));
        let needed = (self.request.direction == Direction::Connection)
            .then(|| policy.needed_apart_from(Some(self.request.product), at).of(kind));
        let wanted = self.request.wanted();
        let within =
            |limit: Option<AttributeSet>, set: AttributeSet| limit.map_or(set, |limit| set.intersection(limit));
        let goes = |agreed: AttributeSet| within(needed, within(login, wanted.intersection(agreed)));
        self.given.released = goes(found.agreed);
        let with_consent = goes(found.agreed.union(found.on_consent));
        // A consent by which nothing more goes is not told of.
        if self.needs_consent || with_consent != self.given.released {
            self.consented = Some(Given {
                rows: found.rows | found.consent_rows,
                released: with_consent,
                withheld: None,
            });
        }
        let missing = wanted.difference(self.given.released);
        if missing.is_empty() {
            return;
        }
        let reasons: Arc<[Withheld]> = missing
            .iter()
            .map(|attribute| {
                let reason = if found.agreed.union(found.on_consent).contains(attribute) {
                    let code = if login.is_some_and(|set| !set.contains(attribute)) {
                        ReasonCode::NotInLoginSet
                    } else if needed.is_some_and(|set| !set.contains(attribute)) {
                        ReasonCode::AttributeNotNeeded
                    } else {
                        ReasonCode::ConsentMissing
                    };
                    self.reason(code, self.attribute(attribute))
                } else if listed.contains(attribute) {
                    self.reason(ReasonCode::CategoryNarrowed, self.attribute(attribute))
                } else {
                    self.not_agreed(agreement, purpose, attribute)
                };
                Withheld { attribute, reason }
            })
            .collect();
        for withheld in reasons
            .iter()
            .filter(|held| self.request.indispensable().contains(held.attribute))
        {
            if withheld.reason.code == ReasonCode::ConsentMissing {
                self.consent_missing = self.consent_missing.with(withheld.attribute);
            } else {
                self.reasons.push(withheld.reason.clone());
            }
        }
        if let Some(consented) = &mut self.consented {
            // What is missing for other reasons than consent is missing for everybody.
            let others = reasons
                .iter()
                .filter(|held| held.reason.code != ReasonCode::ConsentMissing);
            let others: Arc<[Withheld]> = others.cloned().collect();
            consented.withheld = (!others.is_empty()).then_some(others);
        }
        self.given.withheld = Some(reasons);
    }

    /// Why no row permits the purpose: every unapproved module and every defect that stands in the way.
    fn deny_for_rows(&mut self, agreement: &CompiledAgreement, purpose: Purpose) {
        let (kind, at) = (self.request.person_kind, self.request.at);
        let mut parts = Vec::new();
        let mut any = false;
        for (index, defect) in agreement.terms.defects_of(purpose, kind) {
            any = true;
            let (code, missing) = defect_reason(defect, index);
            self.deny(code, missing);
        }
        for (index, row) in agreement.terms.rows_for(purpose, kind) {
            any = true;
            if !agreement.approves_purpose(purpose, at) {
                let waited_for = agreement.terms.condition(purpose).parts.iter();
                parts.extend(waited_for.map(|part| Some(*part)));
            }
            if let Some(defect) = row.defect {
                let (code, missing) = defect_reason(defect, index);
                self.deny(code, missing);
            }
            if !agreement.approves(row, at) {
                parts.push(row.module);
            }
        }
        parts.sort_unstable();
        parts.dedup();
        for part in parts {
            self.deny(ReasonCode::ModuleNotApproved, module(agreement, part));
        }
        if !any {
            self.deny(ReasonCode::PurposeNotAgreed, Missing::Purpose(purpose));
        }
    }

    /// Why an attribute is in no row that permits: an unapproved module first, then a defect.
    fn not_agreed(&self, agreement: &CompiledAgreement, purpose: Purpose, attribute: Attribute) -> Reason {
        let kind = self.request.person_kind;
        let holding = || {
            let rows = agreement.terms.rows_for(purpose, kind);
            rows.filter(move |(_, row)| row.attributes_of(kind).contains(attribute))
        };
        if let Some((_, row)) = holding().find(|(_, row)| row.defect.is_none()) {
            return self.reason(ReasonCode::ModuleNotApproved, module(agreement, row.module));
        }
        if let Some((index, defect)) = holding().find_map(|(index, row)| Some((index, row.defect?))) {
            let (code, missing) = defect_reason(defect, index);
            return self.reason(code, missing);
        }
        self.reason(ReasonCode::AttributeNotAgreed, self.attribute(attribute))
    }
}

fn defect_reason(defect: DefectCode, row: usize) -> (ReasonCode, Missing) {
    let code = if defect == DefectCode::SpecialGroundMissing {
        ReasonCode::SpecialGroundMissing
    } else {
        ReasonCode::AnnexDefect
    };
    (
        code,
        Missing::Defect {
            code: defect,
            row: u8::try_from(row).unwrap_or(u8::MAX),
        },
    )
}

fn module(agreement: &CompiledAgreement, part: Option<usize>) -> Missing {
    let code = part.and_then(|place| agreement.terms.modules.get(place));
    code.map_or(Missing::Nothing, |code| Missing::Module(code.clone()))
}
