//! What the gate is asked, and the facts it decides by.

use super::SchoolPolicy;
use crate::{
    catalogue::{AttributeSet, Catalogue, Purpose},
    id::{ProductId, SchoolId, SubjectRequestId, SupplierId},
    identifier::Oin,
    person::{NextSchool, PersonFacts, PersonKind},
    time::Timestamp,
};

/// Who asks. Each kind has its own required checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asker {
    /// A supplier, for its own product.
    Supplier(SupplierId),
    /// A distributor, for its own product.
    Distributor(SupplierId),
    /// The school or its board, through a product that works for it (Sluis itself is one).
    Controller,
    /// The school that a pupil goes to, as it made itself known.
    NextSchool(NextSchool),
    /// A person or guardian, about their own data, by the request that they made.
    Person(SubjectRequestId),
    /// An authority that points to a law.
    Authority(Oin),
}

impl Asker {
    /// Whether it works under an agreement, as processor or as the controller's own program.
    pub const fn works_under_agreement(self) -> bool {
        matches!(self, Self::Supplier(_) | Self::Distributor(_) | Self::Controller)
    }

    /// The one purpose of who works under no agreement: a handover is exchange with another school, one's own data and a
    /// disclosure are what a law asks for.
    pub(super) const fn only_purpose(self) -> Option<Purpose> {
        match self {
            Self::Supplier(_) | Self::Distributor(_) | Self::Controller => None,
            Self::NextSchool(_) => Some(Purpose::EXCHANGE_WITH_OTHERS),
            Self::Person(_) | Self::Authority(_) => Some(Purpose::LAW),
        }
    }

    /// Whether it must say who receives the data, when it asks for this purpose.
    pub fn names_receiver(self, purpose: Purpose) -> bool {
        self.works_under_agreement() && (purpose.needs_receiver() || self.delivers(purpose))
    }

    /// Whether it is a distributor that delivers to somebody else: that supplier needs an agreement of its own (model 4.0,
    /// article 5.5 a and b).
    pub(super) fn delivers(self, purpose: Purpose) -> bool {
        matches!(self, Self::Distributor(_)) && purpose == Purpose::DELIVERY
    }
}

/// The way by which data would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A call of a program.
    Api,
    /// A login of a person.
    Login,
    /// A pull from the administration system of the school.
    RosterPull,
    /// A file for the school.
    Export,
}

impl Channel {
    /// Whether a program is at the other end.
    pub const fn is_machine(self) -> bool {
        !matches!(self, Self::Login)
    }
}

/// Which way data would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Out, to the asker. What is not agreed is withheld.
    Release,
    /// In, from the asker, such as results. Every attribute must be agreed.
    Intake,
    /// In, from the school's own administration, to the operator of this service. The agreement is that of the operator;
    /// mandate and activation are for suppliers. What no active agreement of the school needs is withheld.
    Connection,
}

/// How sure it is who is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Assurance {
    /// The person logged in with a second factor.
    pub second_factor: bool,
    /// The token is bound to the key of its sender.
    pub sender_bound: bool,
}

/// One question to the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub asker: Asker,
    /// The product that acts.
    pub product: ProductId,
    /// The school whose data it is about.
    pub school: SchoolId,
    /// Why.
    pub purpose: Option<Purpose>,
    /// Who would receive the data under D5 and D11, and what a distributor delivers under D12.
    pub receiver: Option<SupplierId>,
    /// By which way.
    pub channel: Channel,
    /// In which direction.
    pub direction: Direction,
    /// About which kind of person.
    pub person_kind: PersonKind,
    /// What is wanted.
    pub attributes: AttributeSet,
    /// What must be there; also wanted.
    pub required: AttributeSet,
    /// How sure it is who is there.
    pub assurance: Assurance,
    /// When.
    pub at: Timestamp,
}

impl Request {
    /// Everything that is asked for.
    pub const fn wanted(&self) -> AttributeSet {
        self.attributes.union(self.required)
    }

    /// What must not be missing: on intake everything.
    pub(super) const fn indispensable(&self) -> AttributeSet {
        match self.direction {
            Direction::Intake => self.wanted(),
            Direction::Release | Direction::Connection => self.required,
        }
    }

    /// Whether it is about access: a login, by channel or by purpose.
    pub(super) fn is_login(&self) -> bool {
        self.channel == Channel::Login || self.purpose == Some(Purpose::ACCESS)
    }
}

/// Who the request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectFacts<'a> {
    /// The school as a whole, before the persons of a page are decided one by one.
    School,
    /// One person of the school.
    Person(PersonFacts<'a>),
    /// Somebody whom no roster of the school holds, and for whom only the login of this moment speaks.
    LoggedIn(PersonFacts<'a>),
    /// Somebody whom the school does not know.
    UnknownPerson,
}

/// The facts to decide by. What is not there denies.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The policy of the school; `None` when it cannot be read.
    pub policy: Option<&'a SchoolPolicy>,
    /// Who it is about.
    pub subject: SubjectFacts<'a>,
    /// The catalogue.
    pub catalogue: &'a Catalogue,
}
