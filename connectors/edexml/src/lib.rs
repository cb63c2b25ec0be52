//! EDEXML 2.0 and 2.1: the file format of Dutch school administrations, read as a stream.
//!
//! | module | promises |
//! |---|---|
//! | [`xml`] | untrusted XML, element by element: no DOCTYPE, no entities, nothing without a limit, never a tree |
//! | [`sections`] | the data sections (school, branches, groups, pupils, staff), for EDEXML and for UWLR, which has them in a namespace |
//!
//! Deliberately absent: a schema validator. The published list of school years ends in 2025, and the promises of
//! uniqueness hold for files only; the checks that count are made on what was read.

mod input;
pub mod sections;
pub mod xml;

use std::io::BufRead;

use sluis_connector_port::{
    Dialect,
    roster::{SchoolYear, Snapshot},
};
use sluis_core::identifier::{Brin6, EckIdRules};

pub use sluis_connector_port::ReadError;

use crate::xml::{Limits, Xml};

/// The dialect of the files.
pub const DIALECT: Dialect = Dialect::new("edexml-2");

/// What a reader must know beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOptions {
    /// The school that the data must be about. Data of another school is refused before its people are read.
    pub school: Brin6,
    /// The school year that the data must be about, if one was asked.
    pub school_year: Option<SchoolYear>,
    /// Which generations of ECK iD are taken in.
    pub eck_id_rules: EckIdRules,
    /// What is too much.
    pub limits: Limits,
}

/// Reads an EDEXML file of version 2.0 or 2.1.
///
/// # Errors
/// When it is not one complete, consistent roster of the school that was expected.
pub fn read(input: impl BufRead, options: &ReadOptions) -> Result<Snapshot, ReadError> {
    let mut xml = Xml::open(input, options.limits)?;
    if (xml.namespace(), xml.name()) != (None, "EDEX") {
        return Err(ReadError::WrongFormat { expected: "EDEXML" });
    }
    let snapshot = sections::read(&mut xml, None, options)?;
    xml.finish()?;
    Ok(snapshot)
}
