//! Matters as they are kept: between whom, about which schools, and what has happened.

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::{
    agreement::Side,
    id::{AccountId, AgreementId, BoardId, ClientId, MatterId, PersonId, ProductId, SchoolId},
    matter::{Matter, Opening, Step},
    time::Timestamp,
};

/// A matter with whom it is between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterFile {
    /// Our identifier.
    pub id: MatterId,
    /// The first of those that were opened by the same report: an incident at a supplier is told to each board whose schools it
    /// touches, and what the supplier adds is added to all of them.
    pub report: MatterId,
    /// The board; none for a document that a supplier files for every board with an agreement.
    pub board: Option<BoardId>,
    /// The schools that it is about; none when it is about the board as a whole.
    pub schools: BTreeSet<SchoolId>,
    /// The product that it is about.
    pub product: Option<ProductId>,
    /// The products whose suppliers take part.
    pub products: BTreeSet<ProductId>,
    /// The agreement by which its terms go.
    pub agreement: Option<AgreementId>,
    /// Whose request it is, once that is known.
    pub person: Option<PersonId>,
    /// By which account the supplier of each product knows that person.
    pub accounts: BTreeMap<ProductId, AccountId>,
    /// Whose duties are shown, where not those of both sides.
    pub only_of: Option<Side>,
    /// What has happened.
    pub matter: Matter,
}

impl MatterFile {
    /// How many steps were taken since it was opened.
    pub fn steps(&self) -> u64 {
        u64::try_from(self.matter.steps().len()).unwrap_or(u64::MAX)
    }

    /// Whether it is about this school: about it by name, or about its board as a whole.
    pub fn concerns(&self, school: SchoolId) -> bool {
        self.schools.is_empty() || self.schools.contains(&school)
    }

    /// The one school whose key seals its texts, where it is about one and no other.
    pub fn sealed_for(&self) -> Option<SchoolId> {
        match self.schools.len() {
            1 => self.schools.first().copied(),
            _ => None,
        }
    }
}

/// A matter that is new.
#[derive(Debug, Clone)]
pub struct NewMatter {
    /// As it will be.
    pub file: MatterFile,
    /// What it is opened with.
    pub opening: Opening,
    /// By which side.
    pub side: Side,
    /// By which client.
    pub by: ClientId,
    /// When.
    pub at: Timestamp,
}

/// A step that is about to be put on record.
#[derive(Debug, Clone)]
pub struct NewStep {
    /// The matter, as it was read.
    pub of: MatterFile,
    /// The number: one more than the steps that were read.
    pub number: u64,
    /// What.
    pub step: Step,
    /// By which side.
    pub side: Side,
    /// By which client.
    pub by: ClientId,
    /// When.
    pub at: Timestamp,
    /// Whether it closes the matter.
    pub closes: bool,
    /// The products whose suppliers take part from now on, with the account by which they know whose request it is.
    pub joins: BTreeMap<ProductId, Option<AccountId>>,
}
