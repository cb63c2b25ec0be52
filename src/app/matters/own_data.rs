//! What a person is told who asks for their own data (GDPR 15 and 20). All of it is personal: none of it has a `Debug`.

use sluis_core::{
    catalogue::Attribute,
    gate::Reason,
    id::{AccountId, MatterId, ProductId, RecordId, SchoolId, SupplierId},
    identifier::Oin,
    ledger::Outcome,
    person::{NextSchool, PersonKind},
    personal::Personal,
    time::{Timestamp, Year},
};

use crate::app::{
    consent::Consent, disclosure::Disclosure, handover::Handover, learner::ReleasedValue, restriction::Restriction,
};

/// Something with its name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named<I> {
    /// Our identifier.
    pub id: I,
    /// The name.
    pub name: String,
}

/// A code with what it means, in the language that was asked for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coded {
    /// The code.
    pub code: String,
    /// What it is.
    pub label: String,
}

/// One value that the school holds.
pub struct HeldValue {
    /// What.
    pub attribute: Attribute,
    /// What that is.
    pub label: String,
    /// The category of the agreements.
    pub category: Coded,
    /// The value.
    pub value: ReleasedValue,
}

/// What the school holds about the person.
pub struct Holding {
    /// Pupil or staff; none of whom the roster does not hold.
    pub kind: Option<PersonKind>,
    /// The values of the roster.
    pub values: Vec<HeldValue>,
    /// Why the gate gives none of them, though the roster holds the person.
    pub reasons: Vec<Reason>,
    /// The first day at the school, as it was delivered.
    pub enrolled_from: Option<Personal<String>>,
    /// The day from which the person is there no more.
    pub enrolled_until: Option<Personal<String>>,
    /// By which account each supplier knows the person.
    pub accounts: Vec<(Named<SupplierId>, AccountId)>,
    /// Restrictions and objections, ended ones too.
    pub restrictions: Vec<Restriction>,
    /// Consents with the name of the product and the purpose, ended ones too.
    pub consents: Vec<(Consent, Named<ProductId>, Coded)>,
    /// Dossiers for next schools.
    pub handovers: Vec<Handover>,
    /// Disclosures to authorities of which the person was informed.
    pub disclosures: Vec<Disclosure>,
}

/// To whom something went, or who asked for it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recipient {
    /// A supplier or distributor, for a product.
    Supplier(Named<SupplierId>, Option<Named<ProductId>>),
    /// The next school.
    NextSchool(Option<String>),
    /// An authority.
    Authority(Option<String>),
    /// The person, or a guardian.
    Person,
}

impl Recipient {
    /// The word in answers.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Supplier(..) => "supplier",
            Self::NextSchool(_) => "next_school",
            Self::Authority(_) => "authority",
            Self::Person => "person",
        }
    }

    pub(super) fn school(to: Option<NextSchool>) -> Self {
        Self::NextSchool(to.map(|to| match to {
            NextSchool::Brin(brin) => brin.to_string(),
            NextSchool::Oin(oin) => oin.to_string(),
        }))
    }

    pub(super) fn authority(to: Option<Oin>) -> Self {
        Self::Authority(to.map(|oin| oin.to_string()))
    }
}

/// A record that something about the person went to somebody, or was refused.
pub struct Release {
    /// The record.
    pub record: RecordId,
    /// When.
    pub at: Timestamp,
    /// Permit or deny.
    pub outcome: Outcome,
    /// To whom.
    pub to: Recipient,
    /// To whom that one would pass it on.
    pub receiver: Option<Named<SupplierId>>,
    /// For what.
    pub purpose: Option<Coded>,
    /// Attributes, or for a list of several persons categories.
    pub data: Vec<Coded>,
}

/// The whole answer.
pub struct OwnData {
    /// The request.
    pub matter: MatterId,
    /// The school.
    pub school: Named<SchoolId>,
    /// What it holds.
    pub held: Holding,
    /// What went, in the order of time.
    pub released: Vec<Release>,
    /// The years whose records could be searched.
    pub years: Vec<Year>,
    /// The same in plain words.
    pub text: Personal<String>,
    /// The record of this answer.
    pub record: RecordId,
}
