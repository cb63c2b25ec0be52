//! Storage: every statement and every promise of the executor, on both engines.
#![cfg(test)]

mod executor;
mod migrations;
mod registry;
