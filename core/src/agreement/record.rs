//! The dated facts around an annex, as they are on record; the gate compiles them into a policy.

use std::{collections::BTreeSet, sync::Arc};

use super::{Annex, ModuleCode, SuspensionRecord, Version};
use crate::{
    catalogue::{DataCategory, Purpose},
    id::{
        ActivationId, AgreementId, ApprovalId, GroupId, InstructionId, MandateId, NarrowingId, PersonId, ProductId,
        StanceId, SupplierId,
    },
    person::{PersonFacts, PersonKind, YearGroup},
    time::{Timestamp, Window},
};

/// Whether a processor supplies products or routes deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SupplierKind {
    /// Supplies digital learning products.
    Supplier,
    /// Routes deliveries of others as well, on the instruction of each school.
    Distributor,
}

impl SupplierKind {
    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supplier => "supplier",
            Self::Distributor => "distributor",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Supplier, Self::Distributor]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// A product and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductRecord {
    /// The product.
    pub product: ProductId,
    /// Its one supplier.
    pub supplier: SupplierId,
    /// What its supplier is.
    pub kind: SupplierKind,
}

/// An agreement about one product, for one school.
#[derive(Debug, Clone)]
pub struct AgreementRecord {
    /// The agreement.
    pub id: AgreementId,
    /// The product.
    pub product: ProductId,
    /// What was agreed.
    pub annex: Arc<Annex>,
    /// From when until when it is meant to hold.
    pub window: Window,
    /// When the board accepted it.
    pub accepted_by_board_at: Option<Timestamp>,
    /// When the supplier accepted it.
    pub accepted_by_supplier_at: Option<Timestamp>,
    /// The spans in which a side has said that it can no longer comply.
    pub suspensions: Vec<SuspensionRecord>,
    /// The spans in which the board's acceptance does not hold for this school.
    pub excepted: Vec<Window>,
}

impl AgreementRecord {
    /// Its dates, without its words.
    pub fn version(&self) -> Version<'_> {
        Version {
            id: self.id,
            window: self.window,
            accepted_by_board_at: self.accepted_by_board_at,
            accepted_by_supplier_at: self.accepted_by_supplier_at,
            suspensions: &self.suspensions,
        }
    }
}

/// A school's approval of one optional module of one agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRecord {
    /// The approval.
    pub id: ApprovalId,
    /// The agreement.
    pub agreement: AgreementId,
    /// The module.
    pub module: ModuleCode,
    /// From when until when.
    pub window: Window,
}

/// A board's authorisation of a supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MandateRecord {
    /// The mandate.
    pub id: MandateId,
    /// The supplier.
    pub supplier: SupplierId,
    /// From when until when.
    pub window: Window,
}

/// What a school says about a party that an annex names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StanceKind {
    /// It may process outside the EEA (model 4.0, article 10.1: a specific permission in writing).
    Permission,
    /// The school objects to it as a sub-processor (model 4.0, article 11.2).
    Objection,
}

/// The text names no kind of stance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stance is `permission` or `objection`")]
pub struct StanceKindError;

impl StanceKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Permission, Self::Objection];

    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permission => "permission",
            Self::Objection => "objection",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// When no kind has it.
    pub fn parse(text: &str) -> Result<Self, StanceKindError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(StanceKindError)
    }
}

/// A stance of a school on one party of one agreement. A permission is about the words that were agreed: another version of
/// the annex may name the same party for another place or task, and is permitted anew. An objection goes on until it is
/// withdrawn, against the party of this name in every annex of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StanceRecord {
    /// The stance.
    pub id: StanceId,
    /// The agreement.
    pub agreement: AgreementId,
    /// What the school says.
    pub kind: StanceKind,
    /// The party, by the name that the annex gives it.
    pub party: String,
    /// From when until when.
    pub window: Window,
}

/// What a school takes from a purpose of a product: an instruction by which less is done than was agreed (model 4.0, article
/// 2.3), and never more. It goes on in every version of what is agreed about the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NarrowingRecord {
    /// The narrowing.
    pub id: NarrowingId,
    /// The agreement that it was said of.
    pub agreement: AgreementId,
    /// For which purpose.
    pub purpose: Purpose,
    /// Of whom.
    pub kind: PersonKind,
    /// Which data do not go for it.
    pub category: DataCategory,
    /// From when until when.
    pub window: Window,
}

/// Whether two annexes mean the same party: an objection is not got rid of by other capitals, spaces or marks.
pub fn is_same_party(one: &str, other: &str) -> bool {
    let letters = |name: &str| {
        let lower = name.chars().flat_map(char::to_lowercase);
        lower.filter(|char| char.is_alphanumeric()).collect::<String>()
    };
    letters(one) == letters(other)
}

/// What a school instructs a distributor to do: exchange data for it with the suppliers of its materials (model 4.0,
/// articles 2.3 and 5.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstructionRecord {
    /// The instruction.
    pub id: InstructionId,
    /// The product by which the distributor acts.
    pub product: ProductId,
    /// From when until when.
    pub window: Window,
    /// The spans in which it is disputed: the distributor holds it unlawful and the school looks into that (4.0, article 2.4).
    pub suspensions: Vec<Window>,
}

/// A product switched on by a school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivationRecord {
    /// The activation.
    pub id: ActivationId,
    /// The product.
    pub product: ProductId,
    /// From when until when.
    pub window: Window,
    /// When the school accepted it.
    pub accepted_by_school_at: Option<Timestamp>,
    /// When the supplier accepted it.
    pub accepted_by_supplier_at: Option<Timestamp>,
    /// For whom.
    pub scope: Scope,
}

impl ActivationRecord {
    /// Whether it holds at a moment, accepted by both sides.
    pub fn is_active(&self, at: Timestamp) -> bool {
        self.window.holds(at) && self.school_accepted(at) && self.supplier_accepted(at)
    }

    /// Whether the school had accepted it by then.
    pub fn school_accepted(&self, at: Timestamp) -> bool {
        self.accepted_by_school_at.is_some_and(|accepted| accepted <= at)
    }

    /// Whether the supplier had accepted it by then.
    pub fn supplier_accepted(&self, at: Timestamp) -> bool {
        self.accepted_by_supplier_at.is_some_and(|accepted| accepted <= at)
    }
}

/// For whom a product is switched on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everybody at the school.
    School,
    /// Everybody at the school, and who is in no roster of it but logs in there: the school takes that for enrolment.
    SchoolOrLogin,
    /// Everybody in these year groups.
    YearGroups(BTreeSet<YearGroup>),
    /// Everybody in at least one of these groups.
    Groups(BTreeSet<GroupId>),
    /// These persons.
    Persons(BTreeSet<PersonId>),
}

impl Scope {
    /// Whether a person is inside.
    pub fn holds(&self, person: &PersonFacts<'_>) -> bool {
        match self {
            Self::School | Self::SchoolOrLogin => true,
            Self::YearGroups(years) => person.year_group.is_some_and(|year| years.contains(&year)),
            Self::Groups(groups) => person.groups.iter().any(|group| groups.contains(group)),
            Self::Persons(persons) => persons.contains(&person.person),
        }
    }

    /// Whether it reaches somebody whom no roster holds. Of groups, year groups and lists that cannot be told.
    pub const fn holds_without_roster(&self) -> bool {
        matches!(self, Self::SchoolOrLogin)
    }
}
