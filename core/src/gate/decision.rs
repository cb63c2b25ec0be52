//! What the gate answers, and how much of it who may see.

use std::sync::Arc;

use super::{Audience, Reason, ReasonCode};
use crate::{
    agreement::{AnnexHash, Model},
    catalogue::{Attribute, AttributeSet},
    id::AgreementId,
    time::Window,
};

/// An attribute that was wanted and does not go.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Withheld {
    /// The attribute.
    pub attribute: Attribute,
    /// Why.
    pub reason: Reason,
}

/// The agreement that a decision stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AgreementUsed {
    /// The agreement.
    pub id: AgreementId,
    /// The annex, word for word.
    pub annex_hash: AnnexHash,
    /// Its model.
    pub model: Model,
    /// From when on it holds, which is when both sides had accepted it at the earliest, and until when.
    pub window: Window,
    pub(super) rows: u64,
}

impl AgreementUsed {
    /// The rows that permit the purpose, counted from 0.
    pub fn rows(&self) -> impl Iterator<Item = u8> {
        let rows = self.rows;
        (0..64).filter(move |row| rows & (1 << row) != 0)
    }
}

/// The answer of the gate: permit or deny, with every reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub(super) released: Option<AttributeSet>,
    pub(super) withheld: Option<Arc<[Withheld]>>,
    pub(super) reasons: Vec<Reason>,
    pub(super) agreement: Option<AgreementUsed>,
}

impl Decision {
    /// Whether it permits.
    pub const fn is_permit(&self) -> bool {
        self.released.is_some()
    }

    /// The attributes that go; none on a deny.
    pub const fn released(&self) -> AttributeSet {
        match self.released {
            Some(released) => released,
            None => AttributeSet::EMPTY,
        }
    }

    /// The wanted attributes that do not go, each with its reason. With [`released`](Self::released) they are what was
    /// wanted, on a permit.
    pub fn withheld(&self) -> &[Withheld] {
        self.withheld.as_deref().unwrap_or_default()
    }

    /// Why it denies, in the order of the checks; empty on a permit.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// The agreement that it stands on, if there is one.
    pub const fn agreement(&self) -> Option<&AgreementUsed> {
        self.agreement.as_ref()
    }

    /// The same decision with what this audience may know.
    ///
    /// A supplier sees a reason about a person only as [`PersonNotAvailable`](super::ReasonCode::PersonNotAvailable),
    /// and only when everything else permits: nobody learns who is a pupil, restricted, or withdrew.
    #[must_use]
    pub fn seen_by(&self, audience: Audience) -> Self {
        if audience == Audience::School {
            return self.clone();
        }
        let mut seen = self.clone();
        seen.reasons.retain(|reason| reason.audience() == Audience::Supplier);
        if seen.reasons.is_empty() && !self.reasons.is_empty() {
            seen.reasons.push(Reason::about_a_person());
        }
        // Whoever has a grant may read what is not in it: that there is one they know.
        let own = |withheld: &Withheld| withheld.reason.code == ReasonCode::AttributeNotGranted;
        let personal = |withheld: &Withheld| withheld.reason.audience() == Audience::School && !own(withheld);
        if self.withheld().iter().any(personal) {
            let masked = self.withheld().iter().map(|withheld| {
                let reason = if personal(withheld) {
                    Reason::about_a_person()
                } else {
                    withheld.reason.clone()
                };
                Withheld {
                    attribute: withheld.attribute,
                    reason,
                }
            });
            seen.withheld = Some(masked.collect());
        }
        seen
    }
}
