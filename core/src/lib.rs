//! The rules of Sluis, and nothing else: no I/O, no clock, no global state.
//!
//! | module | promises |
//! |---|---|
//! | [`id`] | identifiers of different things have different types |
//! | [`time`], [`random`] | moments, the clock and the random source as arguments |
//! | [`personal`] | personal data cannot be printed |
//! | [`address`] | at which addresses nobody on the way can listen in |
//! | [`identifier`] | the numbers and pseudonyms of the field, parsed and checked |
//! | [`catalogue`] | purposes, data categories and attributes, as versioned data |
//! | [`agreement`] | the annex of every model, its hash, its defects, and the dated records around it |
//! | [`deidentify`] | what has to be gone before data go to research: pseudonyms, classes, counts |
//! | [`person`] | what the rules need to know about a person |
//! | [`gate`] | the one decision: permit or deny, with every reason |
//! | [`matter`] | incidents, requests of persons and whatever else is dealt with step by step, and what it asks of whom by when |
//! | [`handover`] | the dossier of a pupil for the next school: its parts, and its course |
//! | [`ledger`] | evidence: records, their tree, proofs, and the check of an export |
//!
//! Deliberately absent: storage, HTTP, serialisation of personal data, any default that permits.

pub mod address;
pub mod agreement;
pub mod catalogue;
pub mod deidentify;
pub mod gate;
pub mod handover;
pub mod id;
pub mod identifier;
pub mod ledger;
pub mod matter;
pub mod person;
pub mod personal;
pub mod random;
pub mod time;
