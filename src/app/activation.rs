//! Mandates and activations: a board authorises a supplier; a school switches a product on, for a scope.

use std::collections::BTreeSet;

use sluis_core::{
    id::{ActivationId, BoardId, GroupId, MandateId, PersonId, ProductId, SchoolId, SupplierId},
    person::YearGroup,
    time::{Timestamp, Window},
};

/// A board's authorisation of a supplier (mandaat).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Our identifier.
    pub id: MandateId,
    /// Who authorises.
    pub board: BoardId,
    /// Who is authorised.
    pub supplier: SupplierId,
    /// From when until when.
    pub window: Window,
}

/// A product switched on by a school (activatie), in effect once both sides have accepted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    /// Our identifier.
    pub id: ActivationId,
    /// The school that switches it on.
    pub school: SchoolId,
    /// The product.
    pub product: ProductId,
    /// For whom.
    pub scope: ActivationScope,
    /// From when until when; ending it is the school's switch.
    pub window: Window,
    /// When the supplier accepted it.
    pub accepted_by_supplier_at: Option<Timestamp>,
}

/// For whom a product is switched on. An empty list reaches nobody.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", content = "members", rename_all = "camelCase")]
pub enum ActivationScope {
    /// Everybody at the school.
    School,
    /// Everybody at the school, and who is in no roster of it but logs in there: the school takes that for enrolment.
    SchoolOrLogin,
    /// The pupils of these year groups, in the codes of the administration.
    YearGroups(BTreeSet<YearGroup>),
    /// The pupils of these groups.
    Groups(BTreeSet<GroupId>),
    /// The pupils of the groups with these names, whatever roster they come with.
    GroupNames(BTreeSet<String>),
    /// These persons.
    Persons(BTreeSet<PersonId>),
}
