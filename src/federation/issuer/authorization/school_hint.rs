//! The school of a person, as a supplier may know it before the login.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use sluis_core::{
    id::SchoolId,
    identifier::{Brin4, Brin6},
};

/// A school, named in one of three ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchoolHint {
    /// By our identifier.
    Id(SchoolId),
    /// By institution and branch.
    Branch(Brin6),
    /// By institution: all its branches.
    Institution(Brin4),
}

/// The text names no school.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`school` is the identifier of a school or its BRIN, for example `99DE` or `99DE00`")]
pub struct SchoolHintError;

impl SchoolHint {
    /// Reads an identifier or a BRIN.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, SchoolHintError> {
        let id = SchoolId::parse(text).map(Self::Id).ok();
        id.or_else(|| Brin6::parse(text).map(Self::Branch).ok())
            .or_else(|| Brin4::parse(text).map(Self::Institution).ok())
            .ok_or(SchoolHintError)
    }
}

impl fmt::Display for SchoolHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Branch(brin) => brin.fmt(f),
            Self::Institution(brin) => brin.fmt(f),
        }
    }
}

impl Serialize for SchoolHint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SchoolHint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}
