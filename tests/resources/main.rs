//! Organisations, clients, agreements, approvals, mandates, activations and the catalogue over real HTTP: a whole
//! service, a SQLite file, real tokens.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where something is not as it must be"
)]

mod activations;
mod activities;
mod agreement_changes;
mod agreement_life;
mod agreement_schools;
mod agreements;
mod approvals;
mod catalogue;
mod clients;
mod contacts;
mod contracts;
mod input;
mod inputs;
mod instructions;
mod mandates;
mod matters;
mod me;
mod narrowings;
mod organisations;
mod reach;
mod stances;
mod world;
