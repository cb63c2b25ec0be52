//! Storage: every statement and every promise of the executor, on both engines.
#![cfg(test)]

mod evidence;
mod executor;
mod keyring;
mod migrations;
mod postgres;
mod registry;
mod sqlite;
