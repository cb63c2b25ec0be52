//! The harness of the tests: a real service on a free port, fixed clock, seeded random.

pub mod certified;
pub mod client;
pub mod databases;
pub mod interop;
pub mod keys;
pub mod service;
pub mod trail;
pub mod work;

use std::io::Write;

/// Tells that a test was not made, past the harness: what a passing test prints is kept back.
pub fn skipped(what: &str) {
    // Where nobody listens there is nobody to tell.
    drop(writeln!(std::io::stderr(), "SKIPPED: {what}"));
}
