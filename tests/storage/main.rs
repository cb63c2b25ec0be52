//! Storage: every statement and every promise of the executor, on both engines.
#![cfg(test)]

mod accounts;
mod evidence;
mod executor;
mod keyring;
mod logins;
mod migrations;
mod once;
mod postgres;
mod registry;
mod roster;
mod sqlite;
