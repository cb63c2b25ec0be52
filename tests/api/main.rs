//! The API and the OpenID endpoints over real HTTP: a whole service, a SQLite file, and stand-ins for Kennisnet and for
//! an administration system.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where something is not as it must be"
)]

mod access;
mod account_changes;
mod account_events;
mod account_histories;
mod account_joins;
mod account_keys;
mod account_schools;
mod account_stories;
mod accounts;
mod acts;
mod alike;
mod auditor;
mod browser;
mod certified;
mod clocks;
mod connections;
mod consents;
mod decisions;
mod disclosures;
mod distributors;
mod foreign;
mod handovers;
mod health;
mod incidents;
mod kinds;
mod learners;
mod login;
mod narrowings;
mod oidc_reach;
mod once;
mod operator;
mod party;
mod proofs;
mod reach;
mod receivers;
mod record_search;
mod records;
mod refused_logins;
mod research;
mod restrictions;
mod retention;
mod revoked;
mod rosters;
mod stances;
mod stories;
mod subject_requests;
mod subjects;
mod suspensions;
mod terms;
mod ticks;
mod token;
mod without_roster;
mod work;
mod world;
