//! Opaque identifiers that Sluis gives out. A school's id is not a person's id: mixing them does not compile.

use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasherDefault, Hash, Hasher},
    marker::PhantomData,
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::{random::Random, time::Timestamp};

/// What an [`Id`] identifies; the name is used in messages.
pub trait Kind {
    /// The word for this kind of thing, for example `school`.
    const NAME: &'static str;
}

/// An opaque identifier of one kind of thing: a version 7 UUID (RFC 9562, 5.7), so that newer ids sort later.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

/// The text is not a UUID in its hyphenated lower-case form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {kind} id is a UUID in lower case with hyphens")]
pub struct IdError {
    kind: &'static str,
}

impl<K: Kind> Id<K> {
    /// Draws a new identifier from the moment and the random source.
    pub fn generate(now: Timestamp, random: &dyn Random) -> Self {
        let mut bytes = [0; 10];
        random.fill(&mut bytes);
        let millis = u64::try_from(now.as_millis()).unwrap_or(0);
        Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }

    /// Reads the hyphenated lower-case form.
    ///
    /// # Errors
    /// When the text is in any other form; the text itself is not repeated.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let error = IdError { kind: K::NAME };
        let uuid = Uuid::try_parse(text).map_err(|_| error)?;
        let mut buffer = Uuid::encode_buffer();
        if uuid.hyphenated().encode_lower(&mut buffer) == text {
            Ok(Self::from_uuid(uuid))
        } else {
            Err(error)
        }
    }
}

impl<K> Id<K> {
    /// Wraps a UUID that is already known to identify this kind of thing.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The UUID inside.
    pub const fn as_uuid(&self) -> &Uuid {
        &self.0
    }

    /// The 16 bytes of the UUID, big end first.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", K::NAME, self.0.hyphenated())
    }
}
impl<K: Kind> FromStr for Id<K> {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A map from ids of one kind.
pub type IdMap<K, V> = HashMap<Id<K>, V, BuildHasherDefault<IdHasher>>;

/// Hashes an id of our own: its last eight bytes are random already (RFC 9562, 5.7), a multiplication spreads those that
/// are not. Nobody but the service chooses which ids are in the map, so that nobody can make them collide.
#[derive(Debug, Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(last) = bytes.last_chunk() {
            self.0 = u64::from_le_bytes(*last).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $alias:ident = $name:literal;)+) => {$(
        $(#[$doc])*
        pub enum $kind {}
        impl Kind for $kind {
            const NAME: &'static str = $name;
        }
        #[doc = concat!("Identifies a ", $name, ".")]
        pub type $alias = Id<$kind>;
    )+};
}

kinds! {
    /// The controller of schools (bevoegd gezag).
    Board, BoardId = "board";
    /// A school location under a board.
    School, SchoolId = "school";
    /// A supplier or distributor (processor).
    Supplier, SupplierId = "supplier";
    /// A digital learning product (Digitaal Onderwijsmiddel).
    Product, ProductId = "product";
    /// The credentials of a program.
    Client, ClientId = "client";
    /// A processing agreement (verwerkersovereenkomst).
    Agreement, AgreementId = "agreement";
    /// Somebody who may sign for a board (contactpersoon).
    Contact, ContactId = "contact";
    /// A school's approval of an optional module (akkoord).
    Approval, ApprovalId = "approval";
    /// A board's authorisation of a supplier (mandaat).
    Mandate, MandateId = "mandate";
    /// What a school instructs a distributor to do for it (instructie).
    Instruction, InstructionId = "instruction";
    /// Something that the sides deal with step by step: an incident, a request, a contract (zaak).
    Matter, MatterId = "matter";
    /// A span in which something is suspended (opschorting).
    Suspension, SuspensionId = "suspension";
    /// What a school says about a party that an annex names: a permission or an objection (standpunt).
    Stance, StanceId = "stance";
    /// A category that a school takes from a purpose of a product (beperking van een doeleinde).
    Narrowing, NarrowingId = "narrowing";
    /// A product switched on by a school, with its scope (activatie).
    Activation, ActivationId = "activation";
    /// A school's link to its administration system (koppeling).
    Connection, ConnectionId = "connection";
    /// One pull or import of a roster.
    Run, RunId = "run";
    /// A person in the roster of a school.
    Person, PersonId = "person";
    /// What a school has on record against processing the data of a person (beperking of bezwaar).
    Restriction, RestrictionId = "restriction";
    /// A consent of a person or guardian (toestemming).
    Consent, ConsentId = "consent";
    /// A dossier of a pupil for the next school (overstap).
    Handover, HandoverId = "handover";
    /// What a school gives an authority that points to a law (verstrekking op grond van een wet).
    Disclosure, DisclosureId = "disclosure";
    /// A request of a person or guardian about data of their own (verzoek van een betrokkene).
    SubjectRequest, SubjectRequestId = "subject_request";
    /// A group in the roster of a school.
    Group, GroupId = "group";
    /// The account of one person at one supplier.
    Account, AccountId = "account";
    /// What a school or board decided about accounts: a merge, a split, a take-over.
    AccountChange, AccountChangeId = "account_change";
    /// One line of evidence.
    Record, RecordId = "record";
    /// A login that is under way.
    Login, LoginId = "login";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn ids_sort_by_the_moment_of_their_birth() {
        let random = SeededRandom::new(1);
        let early = SchoolId::generate(Timestamp::from_millis(1_000), &random);
        let late = SchoolId::generate(Timestamp::from_millis(2_000), &random);
        assert!(early < late);
        assert_eq!(SchoolId::parse(&early.to_string()), Ok(early));
    }

    #[test]
    fn only_the_canonical_form_is_read() {
        let text = SchoolId::generate(Timestamp::from_millis(0), &SeededRandom::new(2)).to_string();
        for other in [
            text.to_uppercase(),
            format!("{{{text}}}"),
            text.replace('-', ""),
            String::new(),
        ] {
            assert!(SchoolId::parse(&other).is_err(), "`{other}` must be refused");
        }
    }
}
